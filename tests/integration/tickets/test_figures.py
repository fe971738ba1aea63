"""What SQL counts is what the definitions in ``domain.kpi`` count, scoped by who asks."""

import datetime as dt
import random

import pytest
from sqlalchemy import select, text

from feedback_store.domain import kpi
from feedback_store.domain.kpi import Fact, Period, Ratio
from feedback_store.queries import figures, figures_counts
from feedback_store.queries.figures_rows import Asked
from feedback_store.service import extensions, legs, tickets
from feedback_store.service.actor import SYSTEM, Actor, Refused
from feedback_store.tables import Clock
from tests.integration.tickets.conftest import MANAGER, OPERATOR, SUPERVISOR, Desk, at

MARCH = Period.month(2026, 3)


def test_an_overdue_open_leg_counts_against_its_agency(desk: Desk) -> None:
    punctual, slow = desk.agencies(2)
    desk.answer(desk.dispatch(desk.file("2026-03-02 09:00"), "2026-03-02 09:10", punctual), "2026-03-03 09:00")
    late = desk.file("2026-03-02 09:00")
    desk.dispatch(late, "2026-03-02 09:10", slow)
    asked = {"period": MARCH, "at": at("2026-03-06 08:00"), "scope": MANAGER}
    desk.session.flush()
    assert figures.k1(desk.session, **asked) == Ratio(1, 2)
    assert figures.k1b(desk.session, **asked) == Ratio(1, 2)
    assert figures.promises_kept(desk.session, **asked) == Ratio(0, 2)
    missed = figures_counts.listed(desk.session, Asked("k1b", **asked), "missed")
    assert ([row.code for row in missed.rows], missed.total) == ([late.code], 1)
    agencies = figures_counts.k1_agencies(desk.session, Asked("k1", **asked), "denominator")
    assert [row.name for row in agencies] == [slow.name, punctual.name]
    overdue = figures.overdue(desk.session, at=asked["at"], scope=MANAGER)
    assert {(row.ticket_id, row.kind) for row in overdue} >= {(late.id, "resolve"), (late.id, "promise")}
    assert figures.count_overdue(desk.session, at=asked["at"], scope=MANAGER) == len(overdue) == 3


def test_a_leg_that_is_not_due_yet_is_not_counted_however_early_it_was_done(desk: Desk) -> None:
    desk.answer(desk.dispatch(desk.file("2026-03-02 09:00"), "2026-03-02 09:10"), "2026-03-02 10:00")
    assert figures.k1b(desk.session, period=MARCH, at=at("2026-03-05 16:59"), scope=MANAGER) == Ratio(0, 0)
    assert figures.k1b(desk.session, period=MARCH, at=at("2026-03-05 17:00"), scope=MANAGER) == Ratio(1, 1)


def test_an_officer_counts_the_own_agency_alone(desk: Desk) -> None:
    mine, other = desk.agencies(2)
    for agency in (mine, other, other):
        desk.dispatch(desk.file("2026-03-02 09:00"), "2026-03-02 09:10", agency)
    asked = {"period": MARCH, "at": at("2026-03-06 08:00")}
    assert figures.k1b(desk.session, scope=desk.officer(mine), **asked) == Ratio(0, 1)
    theirs = Asked("k1b", scope=desk.officer(other), **asked)
    assert figures_counts.listed(desk.session, theirs, "denominator").total == 2
    assert figures.promises_kept(desk.session, scope=desk.officer(mine), **asked) == Ratio(0, 1)
    late = figures.overdue(desk.session, at=asked["at"], scope=desk.officer(mine))
    assert [row.agency for row in late] == [mine.name], "the promise is the hotline's"
    with pytest.raises(Refused):
        figures.k1(desk.session, scope=Actor("citizen"), **asked)


def test_sample_tickets_are_counted_only_in_a_database_of_samples(desk: Desk) -> None:
    desk.dispatch(desk.file("2026-03-02 09:00", is_sample=True), "2026-03-02 09:10")
    asked = {"period": MARCH, "at": at("2026-03-06 08:00"), "scope": MANAGER}
    assert figures.k1b(desk.session, **asked) == Ratio(0, 0)
    desk.session.execute(text("""INSERT INTO settings (key, value, updated_at)
        VALUES ('sample_data', '{"on": true}', now())"""))
    assert figures.k1b(desk.session, **asked) == Ratio(0, 1)
    assert desk.file("2026-03-02 09:00").is_sample


def test_the_counts_in_sql_equal_the_definitions(desk: Desk) -> None:
    desk.by_hand = True
    seeded = random.Random(7)
    agencies = desk.agencies(4)
    for _ in range(12):
        ticket = desk.file("2026-02-27 09:00", seeded.choice(["moi-truong.rac", "cap-nuoc.hoa-don"]))
        desk.dispatch(ticket, "2026-02-27 09:10", seeded.choice(agencies))
    desk.session.flush()
    for clock in desk.session.scalars(select(Clock)):
        clock.round = seeded.choice([1, 1, 2])
        for side in ("original", "current"):
            day = dt.timedelta(days=seeded.randrange(60), hours=seeded.randrange(24))
            setattr(clock, f"{side}_due", at("2026-02-10 00:00") + day)
            setattr(clock, f"standing_{side}", seeded.choice(["running", "on_time", "late", "left"]))
    desk.session.flush()
    now = at("2026-03-20 12:00")
    period = Period(dt.date(2026, 2, 15), dt.date(2026, 4, 1))
    clocks = list(desk.session.scalars(select(Clock)))
    for side in ("original", "current"):
        def facts(kind: str, rounds: set[int], side: str = side) -> list[Fact]:
            return [
                Fact(getattr(c, f"{side}_due"), getattr(c, f"standing_{side}"), c.agency_id)
                for c in clocks
                if c.kind == kind and c.round in rounds
            ]

        legs, promises = facts("resolve", {1, 2}), facts("promise", {1})
        by_agency = [kpi.tally((f for f in legs if f.agency_id == a.id), period, now) for a in agencies]
        asked = {"period": period, "at": now, "scope": SYSTEM, "against": side}
        assert figures.k1b(desk.session, **asked) == kpi.k1b(kpi.tally(legs, period, now))
        assert figures.k1(desk.session, **asked) == kpi.k1(by_agency)
        assert figures.promises_kept(desk.session, **asked) == kpi.promises_kept(kpi.tally(promises, period, now))
        again = kpi.promises_kept(kpi.tally(facts("promise", {2}), period, now))
        assert figures.promises_kept(desk.session, reopened=True, **asked) == again
        months = figures_counts.divided(desk.session, Asked("k1b", **asked), "month")
        parts = {str(part.first.replace(day=1)): kpi.k1b(kpi.tally(legs, part, now)) for part in period.months()}
        assert months == {first: part for first, part in parts.items() if part.denominator}


def test_a_clock_that_waits_is_not_overdue_before_its_time_is_used_up(desk: Desk) -> None:
    """An open pause, and an extension nobody decided on, keep the stored due from being the last word."""
    ticket = desk.file("2026-03-02 09:00")
    leg = desk.dispatch(ticket, "2026-03-02 09:10")
    tickets.pause(desk.session, ticket_id=ticket.id, kind="citizen", reason="Chờ người dân gửi thêm ảnh",
                  actor=OPERATOR, expected_version=None, now=at("2026-03-03 09:00"))
    other = desk.dispatch(desk.file("2026-03-02 09:00"), "2026-03-02 09:10")
    asked = extensions.ask(desk.session, leg_id=other.id, amount=2, reason="Chờ thiết bị về", expected_version=None,
                           actor=Actor("user", 8, "leader", other.agency_id), now=at("2026-03-03 09:00"))
    desk.session.flush()
    after = {"at": at("2026-03-06 08:00"), "scope": MANAGER}
    assert figures.k1b(desk.session, period=MARCH, **after) == Ratio(0, 0)
    assert figures.k1b(desk.session, period=MARCH, against="original", **after) == Ratio(0, 1), "the extended one"
    assert {row.leg_id for row in figures.overdue(desk.session, **after)} == {None}, "the second promise alone"
    extensions.decide(desk.session, extension_id=asked.id, grant=False, reason="Không đủ lý do", actor=SUPERVISOR,
                      expected_version=None, now=at("2026-03-06 08:00"))
    tickets.resume(desk.session, ticket_id=ticket.id, actor=OPERATOR, expected_version=None,
                   now=at("2026-03-06 08:00"))
    assert figures.k1b(desk.session, period=MARCH, **after) == Ratio(0, 1), "the refused one"
    assert desk.clock("resolve", leg=leg).current_due > after["at"]


def test_a_leg_that_was_returned_in_time_leaves_no_trace_on_the_figures_of_its_agency(desk: Desk) -> None:
    mine, other = desk.agencies(2)
    leg = desk.dispatch(desk.file("2026-03-02 09:00"), "2026-03-02 09:10", mine)
    legs.return_leg(desk.session, leg_id=leg.id, reason="Không thuộc địa bàn", proposed_agency_id=other.id,
                    actor=desk.officer(mine), expected_version=None, now=at("2026-03-02 10:00"))
    asked = {"period": MARCH, "at": at("2026-03-06 08:00")}
    assert figures.k1b(desk.session, scope=desk.officer(mine), **asked) == Ratio(0, 0)
    assert figures.promises_kept(desk.session, scope=desk.officer(mine), **asked) == Ratio(0, 0)
    assert figures.promises_kept(desk.session, scope=MANAGER, **asked) == Ratio(0, 1), "the promise runs on"
