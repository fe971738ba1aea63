"""Legal and illegal moves, the state of a ticket from its legs, and the substance of a result."""

import pytest

from feedback_store.domain.lifecycle import (
    IllegalMove,
    ResultDraft,
    check_leg_move,
    check_reason,
    check_result,
    check_ticket_move,
    ticket_state_from_legs,
)
from feedback_store.domain.policy import PolicyError, faster, policy_from_data


@pytest.mark.parametrize("state", ["closed", "refused", "withdrawn", "released"])
@pytest.mark.parametrize("move", ["pause", "dispatch", "refuse", "withdraw", "change_category"])
def test_a_ticket_that_is_over_cannot_be_worked_on(move: str, state: str) -> None:
    with pytest.raises(IllegalMove) as refused:
        check_ticket_move(move, state)
    assert refused.value.key == f"tickets.illegal_{move}"


def test_a_result_is_released_once() -> None:
    check_leg_move("release", "answered")
    with pytest.raises(IllegalMove):
        check_leg_move("release", "released")


@pytest.mark.parametrize(
    ("legs", "state"),
    [
        ([], "new"), (["returned"], "new"), (["dispatched"], "dispatched"), (["returned", "accepted"], "in_progress"),
        (["answered", "dispatched"], "in_progress"), (["answered", "released"], "answered"),
        (["released", "released"], "released"), (["superseded", "dispatched"], "dispatched"),
    ],
)
def test_the_state_of_a_ticket_follows_from_its_legs(legs: list[str], state: str) -> None:
    assert ticket_state_from_legs(legs) == state


@pytest.mark.parametrize("text", ["Đã chuyển.", "đã nhắc nhở", "Da chuyen don vi xu ly theo tham quyen", "Đã kiểm tra"])
def test_handing_on_is_not_a_result(text: str) -> None:
    with pytest.raises(IllegalMove) as refused:
        check_result(ResultDraft(text, 1, None))
    assert refused.value.key == "tickets.result_no_substance"


def test_what_was_done_with_a_photo_is_a_result() -> None:
    check_result(ResultDraft("Công nhân đã vá ổ gà bằng nhựa nóng sáng 3/3.", 1, None))


def test_a_reason_is_more_than_one_word() -> None:
    with pytest.raises(IllegalMove):
        check_reason(" ok ")
    assert check_reason(" ngoài địa bàn ") == "ngoài địa bàn"


def test_a_faulty_policy_is_refused_with_the_class_it_is_about() -> None:
    with pytest.raises(PolicyError, match="N3"):
        policy_from_data({"classes": {"N3": {"name": "x", "resolve": {"moons": 3}}}})
    assert faster("N3", "H5") == "H5"
