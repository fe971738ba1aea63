"""How far a phrase with gaps reaches: over commas and dots, over the end of a sentence unless it guesses."""

from __future__ import annotations

import pytest

from bot.gateway.safety import judge_words
from feedback_store.guards import find_denunciation
from feedback_store.guards.lexicon import Lexicon, compile_phrase
from tests.unit.guards.test_sets import ALIKE, EMERGENCIES
from vitext import fold

ENDS = (". ", " . ", "! ", "?! ", "; ", "\n", ".\n")
PAUSES = (" ", ", ", "... ", " - ", ": ", " (")


def finds(phrase: str, text: str) -> bool:
    lexicon = Lexicon([compile_phrase(phrase, {})])
    return bool(lexicon.find(lexicon.read(text)))


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("text", ["nhà{}do", "nha ở đây{}đổ", "nha{}ở đây do", "nhà ở{}đây do", "nha{}hom qua do"])
def test_a_gap_between_guessed_words_ends_with_its_sentence(text: str, end: str) -> None:
    assert not finds("nhà ** đổ", text.format(end))


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("text", ["nhà{}đổ", "nhà ở đây{}đổ", "nhà{}hom qua đổ", "Nhà{}hôm qua ĐỔ"])
def test_a_gap_between_words_with_their_marks_goes_on_in_the_next_sentence(text: str, end: str) -> None:
    assert finds("nhà ** đổ", text.format(end))


@pytest.mark.parametrize(
    "text",
    ["Nhà sập. Có người mắc kẹt bên trong", "Giàn giáo sập. Mấy người nằm dưới", "nha sap. co nguoi mac ket ben trong"],
)
def test_what_happened_and_to_whom_may_be_two_sentences(text: str) -> None:
    assert judge_words(text) is not None


@pytest.mark.parametrize(
    ("phrase", "found"),
    [("nhà ** đổ", False), ("nhà to ** đổ", True), ("nhà ** đổ xuống", True), ("nhà to? ** đổ xuống?", False)],
)
def test_two_words_on_one_side_carry_a_guess_over_the_end(phrase: str, found: bool) -> None:
    assert finds(phrase, "nha to. hom qua do xuong") == found


@pytest.mark.parametrize("pause", PAUSES)
@pytest.mark.parametrize("text", ["nhà{}đổ", "nhà ở đây{}đổ", "nhà{}ở đây đổ", "nhà ở{}đây đổ", "nha{}hom qua do"])
def test_a_gap_goes_on_over_a_pause(text: str, pause: str) -> None:
    assert finds("nhà ** đổ", text.format(pause))


@pytest.mark.parametrize("between", ["P. Lê Chân", "số 12.", "1.5m", "TP. Huế", "Q.1", "r.e"])
def test_a_gap_goes_on_over_a_full_stop_that_ends_no_sentence(between: str) -> None:
    assert finds("nhà ** đổ", f"nhà {between} đổ")


@pytest.mark.parametrize("end", ENDS)
def test_words_without_a_gap_between_may_stand_in_two_sentences(end: str) -> None:
    assert finds("cháy nhà", f"cháy{end}nhà em")


def test_the_next_sentence_is_read_from_its_beginning() -> None:
    assert finds("nhà ** đổ", "đường hẹp lắm. nhà bên sắp đổ. cứu")


@pytest.mark.parametrize("phrase", ["chết máy ** giấy?", "chết máy **"])
@pytest.mark.parametrize("text", ["xe chết máy. nhà", "xe chết máy"])
def test_a_phrase_that_may_end_before_its_gap_ends_with_the_sentence(phrase: str, text: str) -> None:
    assert finds(phrase, text)


def test_a_look_alike_hides_no_emergency_of_the_next_sentence() -> None:
    assert judge_words("đường này nước. chay nha roi cuu voi") is not None


@pytest.mark.parametrize("end", [". ", "! ", "\n"])
def test_two_sentences_without_marks_make_no_danger_that_neither_tells(end: str) -> None:
    assert judge_words(f"phuong le chan nha, buc xuc lam r do{end}e goi cho phuong") is None


def test_two_fields_of_a_form_make_no_denunciation_that_neither_tells() -> None:
    assert find_denunciation("can bo phuong nhan ho so", "tien nuoc tang cao") is None
    assert find_denunciation("can bo phuong nhan ho so tien nuoc tang cao") is not None


SPOKEN = (
    "nhà em ở Lê Chân, đang cháy",
    "nhà cháy rồi, có người bên trong",
    "cháu bé ngã ở P. Lê Chân xuống sông",
    "cháu bé ngã ở số 12. xuống sông",
    "cháy... cháy nhà rồi, Q.1",
    "cháy! nhà! cứu!",
    "giàn giáo sập, mấy người nằm dưới",
)


@pytest.mark.parametrize("marks", [True, False])
@pytest.mark.parametrize("text", SPOKEN)
def test_pauses_and_abbreviations_hide_no_emergency(text: str, marks: bool) -> None:
    assert judge_words(text if marks else fold(text)) is not None


@pytest.mark.parametrize("marks", [True, False])
def test_an_emergency_found_is_found_with_a_pause_anywhere(marks: bool) -> None:
    for text in EMERGENCIES:
        words = (text if marks else fold(text)).split()
        if judge_words(" ".join(words)) is not None:
            for at in range(1, len(words)):
                assert judge_words(" ".join(words[:at]) + "... " + " ".join(words[at:])) is not None, (text, at)


@pytest.mark.parametrize(("marks", "floor"), [(True, 43), (False, 39)])
def test_emergencies_told_in_two_sentences_are_found(marks: bool, floor: int) -> None:
    told = [text.replace(", ", ". ") for text in EMERGENCIES if ", " in text]
    missed = [text for text in told if judge_words(text if marks else fold(text)) is None]
    assert len(told) - len(missed) >= floor, (len(told), missed)


@pytest.mark.parametrize(("marks", "most"), [(True, 9), (False, 6)])
def test_two_calm_sentences_raise_few_alarms(marks: bool, most: int) -> None:
    calm = [text for line in ALIKE if judge_words(text := line if marks else fold(line)) is None]
    pairs = [f"{one}. {calm[(at + step) % len(calm)]}" for at, one in enumerate(calm) for step in range(1, 11)]
    raised = [text for text in pairs if judge_words(text) is not None]
    assert len(raised) <= most, (len(pairs), len(raised), raised)
