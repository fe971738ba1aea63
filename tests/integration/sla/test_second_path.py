"""The second path agrees with what is stored, and is shown to work: planted errors are all reported."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from feedback_store.service import extensions, legs, tickets
from feedback_store.service.actor import CITIZEN, Actor
from tests.integration.tickets.conftest import LONG_AFTER, OPERATOR, SUPERVISOR, Desk, at, settle
from tests.integration.tickets.conftest import desk as desk
from tests.sla import second_path

# Statement → what it plants. Each is done to a database in which everything agreed before.
ERRORS = {
    "a breach of a leg dropped": "UPDATE clocks SET standing_current = 'running', breached_current_at = NULL WHERE id ="
    " (SELECT min(id) FROM clocks WHERE kind = 'resolve' AND standing_current = 'late')",
    "an original breach dropped": "UPDATE clocks SET standing_original = 'on_time', breached_original_at = NULL"
    " WHERE id = (SELECT min(id) FROM clocks WHERE standing_original = 'late' AND standing_current = 'on_time')",
    "a breach moved by a second": "UPDATE clocks SET breached_current_at = breached_current_at + interval '1 second'"
    " WHERE id = (SELECT min(id) FROM clocks WHERE breached_current_at IS NOT NULL)",
    "an original due moved by a second": "UPDATE clocks SET original_due = original_due + interval '1 second'"
    " WHERE id = (SELECT max(id) FROM clocks WHERE kind = 'promise')",
    "a current due moved by a second": "UPDATE clocks SET current_due = current_due - interval '1 second'"
    " WHERE id = (SELECT min(id) FROM clocks WHERE kind = 'triage')",
    "a late leg counted as on time": "UPDATE clocks SET standing_current = 'on_time', breached_current_at = NULL"
    " WHERE id = (SELECT max(id) FROM clocks WHERE kind = 'resolve' AND standing_current = 'late')",
    "a leg on time counted as late": "UPDATE clocks SET standing_current = 'late', breached_current_at = current_due"
    " WHERE id = (SELECT min(id) FROM clocks WHERE kind = 'resolve' AND standing_current = 'on_time')",
    "an open overdue leg left out": "UPDATE clocks SET standing_current = 'left', standing_original = 'left',"
    " breached_current_at = NULL, breached_original_at = NULL WHERE id = (SELECT min(id) FROM clocks"
    " WHERE kind = 'resolve' AND stopped_at IS NULL AND standing_current = 'late')",
    "a returned leg counted": "UPDATE clocks SET standing_current = 'on_time', standing_original = 'on_time' WHERE id ="
    " (SELECT min(id) FROM clocks WHERE left_reason = 'returned_in_time' AND kind = 'resolve')",
    "a leg returned late left out": "UPDATE clocks SET standing_current = 'left', breached_current_at = NULL WHERE id ="
    " (SELECT min(id) FROM clocks WHERE left_reason = 'returned_late')",
    "a withdrawn promise counted": "UPDATE clocks SET standing_current = 'on_time' WHERE id ="
    " (SELECT min(id) FROM clocks WHERE left_reason = 'withdrawn' AND kind = 'promise')",
    "a refused promise counted": "UPDATE clocks SET standing_original = 'on_time' WHERE id ="
    " (SELECT min(id) FROM clocks WHERE left_reason = 'refused_in_triage')",
    "a promise broken and stored as kept": "UPDATE clocks SET standing_current = 'on_time', breached_current_at = NULL"
    " WHERE id = (SELECT min(id) FROM clocks WHERE kind = 'promise' AND standing_current = 'late')",
    "a promise kept and stored as broken": "UPDATE clocks SET standing_current = 'late', breached_current_at ="
    " current_due WHERE id = (SELECT min(id) FROM clocks WHERE kind = 'promise' AND standing_current = 'on_time')",
    "a triage breach dropped": "UPDATE clocks SET standing_current = 'on_time', breached_current_at = NULL WHERE id ="
    " (SELECT min(id) FROM clocks WHERE kind = 'triage' AND standing_current = 'late')",
    "an accept breach dropped": "UPDATE clocks SET standing_original = 'running', breached_original_at = NULL WHERE id"
    " = (SELECT min(id) FROM clocks WHERE kind = 'accept' AND standing_original = 'late')",
    "a notify clock stored as running": "UPDATE clocks SET standing_current = 'running' WHERE id ="
    " (SELECT min(id) FROM clocks WHERE kind = 'notify' AND standing_current = 'on_time')",
    "an extension forgotten": "UPDATE clocks SET current_due = original_due WHERE id ="
    " (SELECT min(id) FROM clocks WHERE kind = 'resolve' AND current_due > original_due)",
    "a clock deleted": "DELETE FROM clocks WHERE id = (SELECT min(id) FROM clocks WHERE kind = 'notify')",
    "a second promise forgotten": "UPDATE clocks SET standing_current = 'left', standing_original = 'left',"
    " breached_current_at = NULL, breached_original_at = NULL WHERE id = (SELECT min(id) FROM clocks WHERE round = 2"
    " AND kind = 'promise')",
}


def filled(desk: Desk) -> None:
    """Tickets of every fate."""
    session = desk.session
    first, second = desk.agencies(2)
    on_time = desk.dispatch(desk.file("2026-03-02 09:00"), "2026-03-02 09:10", first)
    desk.release(desk.answer(on_time, "2026-03-03 10:00"), "2026-03-03 10:10")
    tickets.reopen(session, ticket_id=on_time.ticket_id, reason="Rác vẫn còn nguyên", actor=CITIZEN,
                   expected_version=None, now=at("2026-03-04 08:00"))
    late = desk.dispatch(desk.file("2026-03-02 09:00"), "2026-03-02 14:00", second)
    desk.release(desk.answer(late, "2026-03-06 10:00"), "2026-03-06 10:10")
    desk.dispatch(desk.file("2026-03-02 09:00"), "2026-03-02 09:10", first)  # stays open for ever
    extended = desk.dispatch(desk.file("2026-03-02 09:00"), "2026-03-02 09:10", first)
    asked = extensions.ask(session, leg_id=extended.id, amount=2, reason="Chờ thiết bị về", expected_version=None,
                           actor=Actor("user", 8, "leader", first.id), now=at("2026-03-03 09:00"))
    extensions.decide(session, extension_id=asked.id, grant=True, reason=None, actor=SUPERVISOR, expected_version=None,
                      now=at("2026-03-03 10:00"))
    desk.release(desk.answer(extended, "2026-03-06 10:00"), "2026-03-06 10:10")
    for when in ("2026-03-02 10:00", "2026-03-03 10:00"):
        wrong = desk.dispatch(desk.file("2026-03-02 09:00"), "2026-03-02 09:10", first)
        legs.return_leg(session, leg_id=wrong.id, reason="Không thuộc địa bàn", proposed_agency_id=second.id,
                        actor=desk.officer(first), expected_version=None, now=at(when))
    tickets.withdraw(session, ticket_id=desk.file("2026-03-02 09:00").id, reason=None, actor=CITIZEN,
                     now=at("2026-03-02 11:00"))
    tickets.refuse(session, ticket_id=desk.file("2026-03-02 09:00").id, reason="Ngoài phạm vi", actor=OPERATOR,
                   expected_version=None, now=at("2026-03-02 09:30"))
    settle(session)


@pytest.mark.parametrize("planted", ERRORS)
def test_a_planted_error_is_reported(desk: Desk, planted: str) -> None:
    filled(desk)
    assert second_path.differences(desk.session, LONG_AFTER) == []
    desk.by_hand = True
    done = desk.session.execute(text(ERRORS[planted]))
    assert done.rowcount == 1, "nothing was planted"  # type: ignore[attr-defined]
    assert len(second_path.differences(desk.session, LONG_AFTER)) >= 1



def test_there_are_twenty_of_them() -> None:
    assert len(ERRORS) == 20
