"""An agency's pause for force majeure needs the supervisor's word within one working day of the hotline (rule 5)."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.queries import listing
from feedback_store.service import deadlines, pauses
from feedback_store.service.actor import Actor, Refused
from feedback_store.tables import Leg, Pause, Ticket, UserNotice
from tests.integration.tickets.conftest import OPERATOR, SUPERVISOR, Desk, at

PAUSED = "2026-03-03 07:30"  # Tuesday; the word is awaited until Wednesday at closing time
WORD_DUE = "2026-03-04 17:00"
DUE = "2026-03-05 17:00"
TWO_DAYS_LATER = "2026-03-09 17:00"
WHY = "Bão lớn, không ra hiện trường được"


def begun(desk: Desk) -> tuple[Ticket, Leg, Pause]:
    """Dispatched on Monday with three working days, paused by its agency on Tuesday at opening time."""
    ticket = desk.file("2026-03-02 09:15")
    leg = desk.dispatch(ticket, "2026-03-02 09:45")
    return ticket, leg, hold(desk, leg, PAUSED)


def hold(desk: Desk, leg: Leg, when: str, actor: Actor | None = None) -> Pause:
    return pauses.pause(desk.session, ticket_id=leg.ticket_id, kind="force_majeure", reason=WHY, leg_id=leg.id,
                        actor=actor or desk.officer(leg.agency_id), expected_version=None, now=at(when))


def decide(desk: Desk, one: Pause, when: str, *, confirm: bool = True, actor: Actor = SUPERVISOR) -> Pause:
    return pauses.decide(desk.session, pause_id=one.id, confirm=confirm, reason=None if confirm else "Trời đã tạnh",
                         actor=actor, expected_version=None, now=at(when))


def told(desk: Desk, kind: str) -> set[tuple[str | None, int | None]]:
    """(role, agency) of the notices of that kind."""
    desk.session.flush()
    query = select(UserNotice.role, UserNotice.agency_id).where(UserNotice.kind == kind)
    return {(role, agency) for role, agency in desk.session.execute(query)}


def waiting(desk: Desk, actor: Actor) -> int:
    desk.session.flush()
    desk.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    return listing.counts(desk.session, actor=actor, at=at(PAUSED)).get("pauses", 0)


def test_without_a_word_the_pause_ends_by_itself_and_the_time_until_then_was_paused(desk: Desk) -> None:
    ticket, leg, one = begun(desk)
    assert one.word_due_at == at(WORD_DUE)
    assert told(desk, "pause_asked") == {("supervisor", None)}
    deadlines.handle_due(desk.session, now=at("2026-03-04 17:01"))
    assert (one.word, one.ended_at, one.closed_by) == ("lapsed", at(WORD_DUE), None)
    assert desk.clock("resolve").current_due == at(TWO_DAYS_LATER)
    assert told(desk, "pause_lapsed") == {("supervisor", None), (None, leg.agency_id)}
    assert [kind for kind in desk.trail(ticket) if kind != "breached"][-3:] == ["paused", "pause_lapsed", "resumed"]


@pytest.mark.parametrize("late", ["2026-03-04 17:01", "2026-03-06 10:00", "2026-03-20 10:00"])
def test_a_job_that_comes_late_or_twice_stores_the_same(desk: Desk, late: str) -> None:
    ticket, _, one = begun(desk)
    for _ in range(2):
        deadlines.handle_due(desk.session, now=at(late))
    assert (one.word, one.word_at, one.ended_at) == ("lapsed", at(WORD_DUE), at(WORD_DUE))
    assert desk.clock("resolve").current_due == at(TWO_DAYS_LATER)
    assert desk.trail(ticket).count("pause_lapsed") == 1


def test_whoever_comes_before_a_late_job_finds_the_pause_ended_at_its_own_instant(desk: Desk) -> None:
    _, leg, one = begun(desk)
    desk.answer(leg, "2026-03-10 08:00")
    assert (one.word, one.ended_at) == ("lapsed", at(WORD_DUE))
    clock = desk.clock("resolve", leg=leg)
    assert (clock.current_due, clock.standing_current) == (at(TWO_DAYS_LATER), "late")


def test_a_confirmed_pause_goes_on_to_the_cap_of_the_policy(desk: Desk) -> None:
    _, leg, one = begun(desk)
    decide(desk, one, "2026-03-04 16:59")
    assert told(desk, "pause_confirmed") == {(None, leg.agency_id)}
    deadlines.handle_due(desk.session, now=at("2026-03-05 10:00"))
    assert (one.word, one.ended_at) == ("confirmed", None)
    deadlines.handle_due(desk.session, now=at("2026-03-20 10:00"))
    assert one.ended_at == one.limit_at == at("2026-03-10 17:00")


def test_a_refusal_ends_the_pause_then_and_no_other_one_follows(desk: Desk) -> None:
    _, leg, one = begun(desk)
    with pytest.raises(IllegalMove, match="reason"):
        pauses.decide(desk.session, pause_id=one.id, confirm=False, reason="", actor=SUPERVISOR, expected_version=None,
                      now=at("2026-03-03 17:00"))
    decide(desk, one, "2026-03-03 17:00", confirm=False)
    assert (one.word, one.ended_at) == ("refused", at("2026-03-03 17:00"))
    assert desk.clock("resolve").current_due == at("2026-03-06 17:00")
    assert told(desk, "pause_refused") == {(None, leg.agency_id)}
    with pytest.raises(IllegalMove, match=r"pauses\.refused_before"):
        hold(desk, leg, "2026-03-04 08:00")
    assert hold(desk, leg, "2026-03-04 08:00", OPERATOR).word_due_at is None, "the hotline's own needs no word"
    pauses.resume(desk.session, ticket_id=leg.ticket_id, actor=OPERATOR, expected_version=None,
                  now=at("2026-03-04 09:00"))


def test_only_the_supervisor_decides_once_and_in_time(desk: Desk) -> None:
    _, leg, one = begun(desk)
    for actor in (OPERATOR, desk.officer(leg.agency_id)):
        with pytest.raises(Refused, match="supervisor_decides"):
            decide(desk, one, "2026-03-03 09:00", actor=actor)
    with pytest.raises(IllegalMove, match="word_too_late"):
        decide(desk, one, WORD_DUE)
    decide(desk, one, "2026-03-03 09:00")
    with pytest.raises(IllegalMove, match="no_word_awaited"):
        decide(desk, one, "2026-03-03 09:05", confirm=False)


def test_the_pause_stands_in_the_supervisors_list_alone_until_it_is_decided(desk: Desk) -> None:
    _, _, one = begun(desk)
    assert waiting(desk, SUPERVISOR) == 1
    assert waiting(desk, OPERATOR) == 0
    decide(desk, one, "2026-03-03 09:00")
    assert waiting(desk, SUPERVISOR) == 0


def test_an_agency_that_goes_on_by_itself_needs_no_word(desk: Desk) -> None:
    _, leg, one = begun(desk)
    pauses.resume(desk.session, ticket_id=leg.ticket_id, actor=desk.officer(leg.agency_id), expected_version=None,
                  now=at("2026-03-03 11:30"))
    assert (one.word, one.ended_at) == (None, at("2026-03-03 11:30"))
    assert waiting(desk, SUPERVISOR) == 0
    with pytest.raises(IllegalMove, match="no_word_awaited"):
        decide(desk, one, "2026-03-03 13:30")
