"""The inner accented view of text typed without marks."""

from pathlib import Path

import pytest

from vitext.restoring import Restorer

SENTENCES = [
    "đường trần phú có ổ gà".split(),
    "rác chất đống ngoài đường".split(),
    "tôi muốn đăng ký kết hôn".split(),
]


def test_marks_come_back_by_what_stands_beside() -> None:
    restorer = Restorer.train(SENTENCES, [])
    assert restorer.restore("duong tran phu co o ga".split()) == SENTENCES[0]


def test_words_with_marks_are_kept() -> None:
    restorer = Restorer.train(SENTENCES, [])
    assert restorer.restore(["dưỡng", "o", "ga"])[0] == "dưỡng"


def test_unknown_words_and_empty_text_pass_through() -> None:
    restorer = Restorer.train(SENTENCES, [])
    assert restorer.restore(["xyz", "12"]) == ["xyz", "12"]
    assert restorer.restore([]) == []


def test_a_stored_restorer_restores_the_same(tmp_path: Path) -> None:
    restorer = Restorer.train(SENTENCES, [["ổ", "gà"]])
    restorer.save(tmp_path / "marks.bin")
    again = Restorer.load(tmp_path / "marks.bin")
    for words in ("rac chat dong ngoai duong", "toi muon dang ky ket hon", "o ga", "xyz"):
        assert again.restore(words.split()) == restorer.restore(words.split())


@pytest.mark.parametrize("broken", [b"", b"{}\n", b"not json\n", None])
def test_a_broken_file_is_none(tmp_path: Path, broken: bytes | None) -> None:
    path = tmp_path / "marks.bin"
    Restorer.train(SENTENCES, []).save(path)
    path.write_bytes(path.read_bytes()[:-4] if broken is None else broken)
    with pytest.raises((OSError, ValueError, KeyError, TypeError)):
        Restorer.load(path)
