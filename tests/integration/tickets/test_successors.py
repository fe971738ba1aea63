"""Agencies that end: who takes their open work, and whose a late leg is (sla.md, rule 13)."""

from __future__ import annotations

import pytest

from feedback_store.domain.kpi import Against, Period
from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.queries import figures_counts
from feedback_store.queries.figures_rows import Asked
from feedback_store.service import agencies, deadlines, extensions, legs, results, tickets
from feedback_store.service.actor import CITIZEN, SYSTEM, Actor, Refused
from feedback_store.tables import Agency, Leg
from tests.integration.tickets.conftest import OPERATOR, SUPERVISOR, Desk, at

ADMIN = Actor("user", user_id=5, role="administrator")
MARCH = Period.month(2026, 3)
WHY = "Nghị quyết sáp nhập phường"


def end(desk: Desk, agency: Agency, successor: Agency, when: str, now: str = "2026-03-01 08:00") -> None:
    agencies.dissolve(desk.session, agency_id=agency.id, successor_id=successor.id, at=at(when), reason=WHY,
                      actor=ADMIN, now=at(now))


def hand_over(desk: Desk, now: str) -> int:
    done = agencies.hand_over_due(desk.session, now=at(now))
    desk.session.flush()
    return done


def begun(desk: Desk, agency: Agency, when: str = "2026-03-02 09:00") -> Leg:
    return desk.dispatch(desk.file(when), when, agency)


def rows(desk: Desk, against: Against = "current") -> dict[int, tuple[int, int]]:
    """Agency → (on time, due) in March."""
    desk.session.flush()
    asked = Asked("k1", MARCH, at("2026-03-31 23:00"), SYSTEM, against)
    found = figures_counts.k1_agencies(desk.session, asked, "denominator")
    return {row.agency_id: (row.tally.on_time, row.tally.due) for row in found}


def test_open_legs_go_to_the_successor_on_the_date_and_their_clocks_go_on(desk: Desk) -> None:
    old, new, _ = desk.agencies(3)
    leg = begun(desk, old)
    end(desk, old, new, "2026-03-04 00:00")
    assert hand_over(desk, "2026-03-03 23:59") == 0
    due = desk.clock("resolve", leg=leg).current_due
    assert hand_over(desk, "2026-03-04 00:01") == 1
    assert hand_over(desk, "2026-03-04 00:02") == 0
    assert (leg.agency_id, leg.handed_from_id, leg.handed_over_at) == (new.id, old.id, at("2026-03-04 00:00"))
    assert desk.clock("resolve", leg=leg).current_due == due
    with pytest.raises(Refused):
        legs.accept(desk.session, leg_id=leg.id, actor=desk.officer(old), expected_version=None,
                    now=at("2026-03-04 08:00"))
    desk.answer(leg, "2026-03-04 09:00")
    assert rows(desk) == {new.id: (1, 1)}


def test_a_leg_counts_for_who_held_it_at_its_due_instant_however_late_the_job_comes(desk: Desk) -> None:
    old, new, _ = desk.agencies(3)
    late, open_ = begun(desk, old, "2026-03-02 09:00"), begun(desk, old, "2026-03-03 09:00")  # due on the 5th and 6th
    end(desk, old, new, "2026-03-06 00:00")
    deadlines.handle_due(desk.session, now=at("2026-03-09 08:00"))
    assert hand_over(desk, "2026-03-09 08:30") == 2
    desk.answer(late, "2026-03-09 09:00")
    desk.answer(open_, "2026-03-09 09:00")
    assert rows(desk) == {old.id: (0, 1), new.id: (0, 1)}


def test_after_an_extension_the_original_due_may_be_anothers_than_the_current_one(desk: Desk) -> None:
    old, new, _ = desk.agencies(3)
    leg = begun(desk, old)
    boss = Actor("user", 8, "leader", old.id)
    found = extensions.ask(desk.session, leg_id=leg.id, amount=3, reason="Chờ thiết bị về", actor=boss,
                           expected_version=None, now=at("2026-03-04 09:00"))
    extensions.decide(desk.session, extension_id=found.id, grant=True, reason=None, actor=SUPERVISOR,
                      expected_version=None, now=at("2026-03-04 10:00"))
    end(desk, old, new, "2026-03-07 00:00")
    hand_over(desk, "2026-03-07 00:01")
    desk.answer(leg, "2026-03-09 09:00")
    assert rows(desk, "original") == {old.id: (0, 1)}
    assert rows(desk, "current") == {new.id: (1, 1)}


def test_a_request_refused_after_the_hand_over_leaves_the_breach_with_the_old_agency(desk: Desk) -> None:
    old, new, _ = desk.agencies(3)
    leg = begun(desk, old)
    found = extensions.ask(desk.session, leg_id=leg.id, amount=1, reason="Chờ thiết bị về",
                           actor=Actor("user", 8, "leader", old.id), expected_version=None, now=at("2026-03-05 16:00"))
    end(desk, old, new, "2026-03-06 00:00")
    hand_over(desk, "2026-03-06 00:01")
    extensions.decide(desk.session, extension_id=found.id, grant=False, reason="Không đủ lý do", actor=SUPERVISOR,
                      expected_version=None, now=at("2026-03-06 08:00"))
    assert rows(desk) == {old.id: (0, 1)}


def test_a_result_given_before_stays_with_the_old_agency_unless_it_is_sent_back(desk: Desk) -> None:
    old, new, _ = desk.agencies(3)
    kept, back = begun(desk, old), begun(desk, old)
    desk.answer(kept, "2026-03-03 09:00")
    desk.answer(back, "2026-03-03 09:00")
    end(desk, old, new, "2026-03-04 00:00")
    assert hand_over(desk, "2026-03-04 00:01") == 0
    results.send_back(desk.session, leg_id=back.id, reason="Chưa rõ đã làm gì", actor=OPERATOR, expected_version=None,
                      now=at("2026-03-04 08:00"))
    assert hand_over(desk, "2026-03-04 08:01") == 1
    desk.answer(back, "2026-03-04 10:00")
    assert rows(desk) == {old.id: (1, 1), new.id: (1, 1)}


def test_two_mergers_in_a_row_end_at_the_last_successor(desk: Desk) -> None:
    old, middle, last = desk.agencies(3)
    leg = begun(desk, old)
    end(desk, old, middle, "2026-03-03 00:00")
    end(desk, middle, last, "2026-03-04 00:00")
    assert hand_over(desk, "2026-03-04 08:00") == 1
    assert leg.agency_id == last.id


def test_nothing_new_goes_to_an_agency_that_ended(desk: Desk) -> None:
    old, new, _ = desk.agencies(3)
    leg = begun(desk, old)
    desk.release(desk.answer(leg, "2026-03-03 09:00"), "2026-03-03 09:10")
    end(desk, old, new, "2026-03-04 00:00")
    with pytest.raises(IllegalMove) as refused:
        begun(desk, old, "2026-03-04 09:00")
    assert refused.value.key == "tickets.agency_succeeded"
    assert refused.value.params["successor"] == new.name
    tickets.reopen(desk.session, ticket_id=leg.ticket_id, reason="Rác vẫn còn nguyên", actor=CITIZEN,
                   expected_version=None, now=at("2026-03-05 08:00"))
    assert desk.clock("resolve").agency_id == new.id


@pytest.mark.parametrize(
    ("successor", "when", "key"),
    [(0, "2026-03-04 00:00", "agencies.own_successor"), (1, "2026-02-28 00:00", "agencies.date_past"),
     (2, "2026-03-04 00:00", "agencies.successor_dissolved")],
)
def test_a_successor_must_exist_then(desk: Desk, successor: int, when: str, key: str) -> None:
    three = desk.agencies(3)
    three[2].dissolved_at = at("2026-03-03 00:00")
    with pytest.raises(IllegalMove) as refused:
        end(desk, three[0], three[successor], when)
    assert refused.value.key == key


def test_two_agencies_cannot_follow_each_other(desk: Desk) -> None:
    first, second, _ = desk.agencies(3)
    end(desk, first, second, "2026-03-04 00:00")
    with pytest.raises(IllegalMove) as refused:
        end(desk, second, first, "2026-03-05 00:00")
    assert refused.value.key == "agencies.own_successor"


def test_only_an_administrator_ends_an_agency(desk: Desk) -> None:
    first, second, _ = desk.agencies(3)
    for actor in (OPERATOR, SUPERVISOR, Actor("user", 8, "leader", first.id)):
        with pytest.raises(Refused):
            agencies.dissolve(desk.session, agency_id=first.id, successor_id=second.id, at=at("2026-03-04 00:00"),
                              reason=WHY, actor=actor, now=at("2026-03-01 08:00"))
