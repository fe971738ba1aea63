"""The inner accented view of text typed without marks."""

from bot.engine.restoring import Restorer

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


def test_a_stored_restorer_restores_the_same() -> None:
    restorer = Restorer.train(SENTENCES, [["ổ", "gà"]])
    again = Restorer.from_dict(restorer.as_dict())
    words = "rac chat dong ngoai duong".split()
    assert again.restore(words) == restorer.restore(words)
