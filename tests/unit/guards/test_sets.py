"""The guards on their own check sets, with and without marks. A floor is what was measured; it may only rise."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.gateway.safety import judge_denunciation, judge_words
from vitext import fold

HERE = Path(__file__).parent


def pairs(name: str) -> list[tuple[str, str]]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [(kind, text) for kind, _, text in (line.partition("\t") for line in lines if line.strip())]


EMERGENCIES = [text for _, text in pairs("emergencies.tsv")]
DENUNCIATIONS = [text for kind, text in pairs("denunciations.tsv") if kind == "denunciation"]
ALIKE = [line for line in (HERE / "lookalikes.txt").read_text(encoding="utf-8").splitlines() if line.strip()]


@pytest.mark.parametrize(("marks", "floor"), [(True, 82), (False, 78)])
def test_emergencies_are_found(marks: bool, floor: int) -> None:
    missed = [text for text in EMERGENCIES if judge_words(text if marks else fold(text)) is None]
    assert len(EMERGENCIES) - len(missed) >= floor, missed


@pytest.mark.parametrize(("marks", "floor"), [(True, 23), (False, 22)])
def test_denunciations_are_found(marks: bool, floor: int) -> None:
    missed = [text for text in DENUNCIATIONS if judge_denunciation(text if marks else fold(text)) is None]
    assert len(DENUNCIATIONS) - len(missed) >= floor, missed


@pytest.mark.parametrize(("marks", "most"), [(True, 5), (False, 7)])
def test_what_only_looks_like_one_raises_few_alarms(marks: bool, most: int) -> None:
    raised = [text for text in ALIKE if judge_words(text if marks else fold(text)) is not None]
    assert len(raised) <= most, raised


HIDDEN = {
    "a zero-width blank": "{0}\u200b{1}",
    "a joiner": "{0}\u200d{1}",
    "a soft hyphen": "{0}\u00ad{1}",
    "a direction mark": "\u202e{0}{1}\u202c",
    "a variation selector": "{0}\ufe0f{1}",
    "a grapheme joiner": "{0}\u034f{1}",
    "a byte order mark": "\ufeff{0}{1}",
    "a tag": "{0}\U000e0041{1}",
}


@pytest.mark.parametrize("name", HIDDEN)
@pytest.mark.parametrize("words", ["cháy nhà rồi cứu với", "có người cầm dao chém"])
def test_what_shows_nothing_hides_no_emergency(name: str, words: str) -> None:
    assert judge_words(HIDDEN[name].format(words[:2], words[2:])) is not None


STYLED = ("ｃｈáｙ nhà rồi cứu với", "𝐜𝐡á𝐲 nhà rồi", "c h á y n h à", "c.h.á.y nhà", "cháy🔥nhà🔥")


@pytest.mark.parametrize("words", STYLED)
def test_styled_and_spaced_letters_hide_no_emergency(words: str) -> None:
    assert judge_words(words) is not None


IN_PICTURES = (
    "🔥🔥🔥 nhà hàng xóm", "🔥 chung cư", "chợ Sắt 🔥🔥🔥", "nha ben canh 🔥 roi", "🔥🔥🔥trường học",
    "🔥\ufe0f nhà trọ",
    "🔥 nhà hàng xóm, vui lòng đến nhanh", "🔥 nhà hay kho gì đó", "💥 bình gas", "🩸 ngã xe", "🆘", "🆘🆘 nhà tôi",
)  # fmt: skip
ADORNED = (
    "hay quá 🔥🔥🔥", "bánh mì ngon 🔥", "tổng đài làm tốt lắm 🔥", "sale 🔥 nhà đất", "😡😡🔥", "🔥🔥",
    "quán này đẹp quá 🔥🔥 nhà mình",
    "bức xúc quá 🔥🔥 nhà bên cạnh hát karaoke", "tuc qua 🔥 nha hang xom hat karaoke",
    "em hỏi thủ tục PCCC 🔥 nhà trọ",
    "đèn đường trước nhà số 5 ngõ 12 Tô Hiệu tắt đã một tuần không ai sửa 🔥 nhà tôi ở gần đó",
)  # fmt: skip


@pytest.mark.parametrize("words", IN_PICTURES)
def test_a_picture_alone_says_what_happens(words: str) -> None:
    assert judge_words(words) is not None


@pytest.mark.parametrize("words", ADORNED)
def test_a_picture_that_adorns_raises_no_alarm(words: str) -> None:
    assert judge_words(words) is None


@pytest.mark.parametrize(
    "words", ["cháy nhà số 5 Tô Hiệu cảm ơn", "có người đuối nước ở hồ An Biên, xin cám ơn tổng đài"]
)
def test_thanks_at_the_end_calm_nothing(words: str) -> None:
    assert judge_words(words) is not None
    assert judge_words(fold(words)) is not None


def test_thanks_for_what_was_done_are_no_alarm() -> None:
    assert judge_words("cảm ơn các anh đã dập cháy nhà em") is None
