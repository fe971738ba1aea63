import pytest

from vitext import ends_sentence


@pytest.mark.parametrize(
    ("word", "between"),
    [
        ("nhà", ". "), ("nhà", " . "), ("nhà", ".) "), ("nhà", ' ".'), ("nhà", " ."),
        ("ạ", ". "), ("ở", ". "), ("a", ". "),
        ("nhà", "! "), ("nhà", "!"), ("nhà", "?! "), ("nhà", ";"), ("nhà", "\n"), ("nhà", " \r\n"), ("nhà", ",\n"),
        ("P", "\n"), ("12", "! "), ("nha", "...\n"),
    ],
)  # fmt: skip
def test_a_sentence_ends_at_a_sign_or_with_its_line(word: str, between: str) -> None:
    assert ends_sentence(word, between)


@pytest.mark.parametrize(
    ("word", "between"),
    [
        ("nhà", " "), ("nhà", ""), ("nhà", ", "), ("nhà", ": "), ("nhà", " - "), ("nhà", " 🔥 "), ("nhà", " ("),
    ],
)  # fmt: skip
def test_it_goes_on_after_a_pause(word: str, between: str) -> None:
    assert not ends_sentence(word, between)


@pytest.mark.parametrize(
    ("word", "between"),
    [
        ("1", "."), ("P", "."), ("r", "."), ("nhà", "."),
        ("P", ". "), ("đ", ". "), ("A", ". "), ("Q", ". "), ("TP", ". "), ("Ng", ". "), ("đg", ". "), ("BS", ". "),
        ("12", ". "), ("nhà", "... "), ("nhà", ".."), ("nhà", ". . . "),
    ],
)  # fmt: skip
def test_many_a_full_stop_ends_none(word: str, between: str) -> None:
    assert not ends_sentence(word, between)
