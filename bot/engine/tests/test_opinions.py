"""The file that the guards read: what stands in it is what was learned."""

import json
from pathlib import Path

import numpy as np
import pytest

from bot.engine import opinions
from vitext.pieces import SIZE, blocks

DANGERS = ["cháy nhà rồi", "nhà đang cháy to lắm", "cháy chợ rồi", "lửa cháy lan qua nhà bên", "nhà cháy có người"]
REPORTS = ["rác chất đống", "rác không ai hốt", "đống rác hôi lắm", "rác đầy đường", "xe rác không tới"]
ACCUSED = ["tố cáo ông chủ tịch", "tố cáo cán bộ nhận tiền", "ông ấy nhận tiền", "cán bộ ăn hối lộ", "tố cáo hối lộ"]
SENTENCES = [
    (text, intent, [])
    for texts, intent in ((DANGERS, "emergency"), (REPORTS, "submit_feedback"), (ACCUSED, "denunciation"))
    for text in texts
]


def margins(path: Path, text: str) -> dict[str, float]:
    """What the file makes of a text, read as its description says."""
    line, _, rest = path.read_bytes().partition(b"\n")
    head = json.loads(line)
    numbers, size = rest[head["padding"] :], head["size"]
    rarity = np.frombuffer(numbers[: 4 * size], dtype="<f4")
    weights = np.frombuffer(numbers[4 * size :], dtype="<i2").reshape(len(head["labels"]), size)
    table = opinions.Table([], size)
    table.rarity = rarity
    row = table.rows([blocks(text)])
    told = (row @ weights.T.astype(np.float64)) * head["unit"] + np.array(head["bias"])
    return dict(zip(head["labels"], told[0], strict=True))


def test_each_kind_leads_where_its_words_stand(tmp_path: Path) -> None:
    opinions.fit(SENTENCES, tmp_path)
    for text, kind in (("cháy nhà", "emergency"), ("rac hoi lam", "report"), ("tố cáo cán bộ", "denunciation")):
        told = margins(tmp_path / opinions.FILE, text)
        assert max(told, key=lambda label: told[label]) == kind


def test_the_numbers_begin_where_they_can_be_read_in_place(tmp_path: Path) -> None:
    opinions.fit(SENTENCES, tmp_path)
    whole = (tmp_path / opinions.FILE).read_bytes()
    line, _, _ = whole.partition(b"\n")
    head = json.loads(line)
    assert (len(line) + 1 + head["padding"]) % opinions.ALIGNED == 0
    assert len(whole) == len(line) + 1 + head["padding"] + SIZE * (4 + 2 * len(head["labels"]))


@pytest.mark.parametrize("kept", [("emergency",), ("emergency", "submit_feedback"), ("submit_feedback",)])
def test_data_without_a_kind_gives_no_opinion_on_it(tmp_path: Path, kept: tuple[str, ...]) -> None:
    opinions.fit([one for one in SENTENCES if one[1] in kept], tmp_path)
    head = json.loads((tmp_path / opinions.FILE).read_bytes().partition(b"\n")[0])
    assert set(head["curves"]) == ({"emergency"} if len(kept) > 1 else set())


KINDS = [
    (text, kind, [])
    for kind, texts in {
        "fire": DANGERS,
        "drowning": ["em bé rơi xuống sông", "có người chìm giữa hồ", "thuyền lật ngoài sông", "bé trôi ra giữa hồ"],
        "medical": ["ông em ngất rồi", "bà ngất không tỉnh", "mẹ em co giật", "ông co giật sùi bọt mép"],
    }.items()
    for text in texts
]


def test_the_kind_of_a_danger_leads_where_its_words_stand(tmp_path: Path) -> None:
    opinions.fit_kinds(KINDS, tmp_path)
    path = tmp_path / opinions.KINDS_FILE
    for text, kind in (("chay nha", "fire"), ("rơi xuống hồ", "drowning"), ("bà em co giật", "medical")):
        told = margins(path, text)
        assert max(told, key=lambda label: told[label]) == kind
    head = json.loads(path.read_bytes().partition(b"\n")[0])
    assert head["temperature"] > 0
    assert len(path.read_bytes()) < SIZE * 4


def test_dangers_of_one_kind_teach_none(tmp_path: Path) -> None:
    opinions.fit_kinds([one for one in KINDS if one[1] == "fire"], tmp_path)
    assert (tmp_path / opinions.KINDS_FILE).read_bytes() == b""


def test_answers_to_a_summary_are_learned_beside_what_intents_say_already(tmp_path: Path) -> None:
    answers = {"wait": ["khoan đã để xem", "từ từ để coi lại", "đợi chút để coi", "khoan để tôi coi"]}
    said = [
        *[(text, "send_now", []) for text in ("gửi luôn đi", "đúng rồi gửi đi", "ừ đúng gửi nhé", "gửi đi em")],
        *[(text, "submit_feedback", []) for text in REPORTS],
    ]
    opinions.fit_answers(answers, said, tmp_path)
    path = tmp_path / opinions.ANSWERS_FILE
    for text, label in (("khoan để coi", "wait"), ("đúng gửi đi", "agree"), ("rác hôi lắm", "else")):
        told = margins(path, text)
        assert max(told, key=lambda one: told[one]) == label


def test_without_answers_none_are_learned(tmp_path: Path) -> None:
    opinions.fit_answers({}, SENTENCES, tmp_path)
    assert (tmp_path / opinions.ANSWERS_FILE).read_bytes() == b""
