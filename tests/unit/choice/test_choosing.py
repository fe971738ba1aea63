"""The choice among readings: who is heard first, what is sure enough for what follows, what is left."""

from actions.choice.reading import FLOORS, Follows, Heard, Reading, choose


def reading(act: str, *takes: int, heard: Heard = Heard.WORLD, follows: Follows = Follows.ANSWER, sure: float = 0.9,
            instead: str | None = None) -> Reading:  # fmt: skip
    return Reading("test", act, takes, heard, follows, sure, instead)


def acts(readings: list[Reading], clauses: int) -> list[str]:
    return [one.act for one in choose(readings, clauses).taken]


def test_the_open_question_is_heard_before_the_world() -> None:
    assert acts([reading("world", 0, sure=0.99), reading("answer", 0, heard=Heard.QUESTION, sure=0.6)], 1) == ["answer"]


def test_clauses_that_one_reading_takes_are_not_taken_by_another() -> None:
    choice = choose([reading("a", 0, 1), reading("b", 1, 2, sure=0.8), reading("c", 2, sure=0.5)], 3)
    assert [one.act for one in choice.taken] == ["a", "c"]
    assert [one.act for one in choice.passed] == ["b"]


def test_of_equals_the_one_that_covers_more_wins() -> None:
    assert acts([reading("part", 0), reading("whole", 0, 1)], 2) == ["whole"]


def test_what_has_consequences_is_not_done_on_a_guess() -> None:
    guess = reading("cancel", 0, follows=Follows.ENDS, sure=FLOORS[Follows.ENDS] - 0.01)
    assert acts([guess, reading("answer", 0, heard=Heard.REST, sure=0.1)], 1) == ["answer"]


def test_a_guess_that_knows_its_question_asks_it() -> None:
    guess = reading("cancel", 0, follows=Follows.ENDS, sure=0.4, instead="ask_cancel")
    (taken,) = choose([guess], 1).taken
    assert not taken.firm
    assert taken.instead == "ask_cancel"


def test_nobody_claimed_these_words_so_they_are_left() -> None:
    assert choose([reading("a", 1)], 3).left == (0, 2)


def test_readings_are_acted_upon_in_the_order_of_the_message() -> None:
    assert acts([reading("later", 2, sure=0.99), reading("first", 0, sure=0.7)], 3) == ["first", "later"]
