"""Counts of whole months that are kept: they are what a recount gives, they are used, and no change outlives them."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, get_args

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from bot.gateway.database import Database
from feedback_store.domain.figures import CATALOGUE
from feedback_store.domain.kpi import Period, Ratio
from feedback_store.queries import figures_counts
from feedback_store.queries.figures_rows import Asked
from feedback_store.service import counted_months, extensions, ratings, recategorising, results, tickets
from feedback_store.service.actor import CITIZEN, Actor
from feedback_store.store import Store
from feedback_store.tables import (
    Clock,
    FigureMark,
    FigureMonth,
    Leg,
    OutboundMessage,
    Pause,
    Rating,
    Setting,
    Ticket,
    TicketEvent,
)
from tests.integration.tickets.conftest import MANAGER, OPERATOR, Desk, at
from tests.integration.tickets.test_figures_counts import month_of_work
from tests.sla import second_kept
from worker import upkeep

NOW = at("2026-06-20 08:00")
MARCH, APRIL = Period.month(2026, 3), Period.month(2026, 4)
PERIODS = (MARCH, Period(MARCH.first, dt.date(2026, 7, 1)), Period(dt.date(2026, 2, 10), dt.date(2026, 5, 5)))
SPRING = PERIODS[1:2]
LATER = dt.timedelta(hours=1)


def count(store: Store, now: dt.datetime = NOW) -> int:
    """Keep what is due, as the worker does."""
    with store.reading() as session:
        found = counted_months.due(session, now)
    for one in found:
        with store.transaction() as session:
            counted_months.count_month(session, one, now)
    return len(found)


@pytest.fixture
def worked(loaded_store: Store) -> Store:
    """A month of work, committed, and a ticket of the next month that recurs at the same place."""
    with loaded_store.transaction() as session:
        desk = Desk(session)
        month_of_work(desk)
        place = {"place_text": "ngõ 45 Lạch Tray ", "commune_code": "11383"}
        leg = desk.dispatch(desk.file("2026-04-10 09:00", **place), "2026-04-10 09:10")
        desk.release(desk.answer(leg, "2026-04-13 10:00"), "2026-04-13 10:10")
    return loaded_store


def questions(periods: Sequence[Period] = PERIODS) -> Iterator[Asked]:
    officers = [Actor("user", user_id=9, role="leader", agency_id=agency) for agency in (1, 2)]
    for figure, definition in CATALOGUE.items():
        for scope in [MANAGER, *([] if definition.hotline else officers)]:
            for period in periods:
                for against in ("current", "original") if definition.cohort == "due" else ("current",):
                    yield Asked(figure, period, NOW, scope, against)  # type: ignore[arg-type]


def answers(session: Session, asked: Asked, *, parts_too: bool = False) -> dict[str, Any]:
    """What pages ask of a figure; ``parts_too``: also each part of the longest period alone, with its rows."""
    parts_too = parts_too and asked.period in SPRING and (asked.scope == MANAGER or asked.figure in ("k1b", "k3"))
    found: dict[str, Any] = {"whole": figures_counts.ratio(session, asked)}
    if asked.figure != "k1" and asked.period in SPRING and asked.against == "current":
        for part in get_args(figures_counts.Part):
            found[f"rows, {part}"] = pages(session, asked, part)
    times = asked.figure == "first_response"
    if times:
        found["time"] = figures_counts.first_response(session, asked)
    for dimension in CATALOGUE[asked.figure].dimensions:
        parts = figures_counts.divided(session, asked, dimension)
        found[dimension] = parts
        if times:
            found[f"{dimension} in time"] = figures_counts.first_response_divided(session, asked, dimension)
        for key in parts if parts_too and dimension != "month" else ():  # a month is asked for by its days
            part = replace(asked, where=(dimension, key))
            found[f"{dimension} {key}"] = figures_counts.ratio(session, part)
            if asked.figure != "k1":
                found[f"rows of {dimension} {key}"] = pages(session, part)
    return found


def pages(session: Session, asked: Asked, part: figures_counts.Part = "denominator") -> list[Any]:
    """The rows behind a number, seven by seven, which are those of one page that holds all."""
    found = []
    for offset in itertools.count(0, 7):
        page = figures_counts.listed(session, asked, part, limit=7, offset=offset)
        found += page.rows
        if not page.rows:
            assert found == figures_counts.listed(session, asked, part, limit=None).rows
            assert page.total == len(found)
            return found
    raise AssertionError


def test_every_figure_of_every_reader_is_the_same_kept_and_counted_now(worked: Store) -> None:
    with worked.reading() as session:
        now = [answers(session, asked, parts_too=True) for asked in questions()]
    assert count(worked) == 3 * 22  # March to May; the current month is never kept
    with worked.reading() as session:
        assert second_kept.differences(session) == []
        assert [answers(session, asked, parts_too=True) for asked in questions()] == now
    assert any(one["whole"] != Ratio(0, 0) for one in now)


def test_kept_counts_are_read_and_no_others(worked: Store) -> None:
    count(worked)
    with worked.transaction() as session:
        session.execute(update(FigureMonth).values(counts={"whole": [["", None, 70, 700]]}))
    asked = Asked("refusals", MARCH, NOW, MANAGER)
    with worked.reading() as session:
        assert figures_counts.ratio(session, asked) == Ratio(70, 700)
        part = replace(asked, period=Period(MARCH.first, dt.date(2026, 3, 31)))
        assert figures_counts.ratio(session, part) == Ratio(3, 8)  # a month that isn't whole
        assert figures_counts.ratio(session, replace(asked, at=at("2026-03-31 23:00"))).denominator == 8  # nor over
        assert second_kept.months(session) != []  # the second path sees it


def march(session: Session, kind: type[Any], *rules: Any) -> Any:
    return session.scalars(select(kind).where(*rules).order_by(kind.id).limit(1)).one()


def _extend(session: Session) -> None:
    desk = Desk(session)
    leg = desk.dispatch(desk.file("2026-03-30 09:00"), "2026-03-30 09:10")
    session.flush()
    leader = Actor("user", user_id=9, role="leader", agency_id=leg.agency_id)
    extensions.ask(session, leg_id=leg.id, reason="Chờ vật tư", amount=1, actor=leader, expected_version=None,
                   now=at("2026-03-30 10:00"))  # fmt: skip


def _dead(session: Session) -> None:
    """The result of a closed ticket, which nothing proved to be told."""
    untold = march(session, Leg, Leg.state == "released", Leg.delivered_at.is_(None))
    session.add(
        OutboundMessage(conversation_id=Desk(session).conversation(), seq=1, ticket_id=untold.ticket_id, kind="notice",
                        notice="result", dedupe_key="result", body={"text": ""}, status="dead", created_at=NOW)
    )


CHANGES: dict[str, Callable[[Session], object]] = {
    "filed": lambda s: Desk(s).file("2026-03-31 23:00"),
    "refused": lambda s: s.execute(
        update(Ticket).where(Ticket.state == "new").values(state="refused", refusal_ground="scope")
    ),
    "first response": lambda s: s.execute(
        update(Ticket).where(Ticket.first_response_at.is_(None)).values(first_response_at=NOW)
    ),
    "delivered": lambda s: results.mark_delivered(
        s, leg_id=march(s, Leg, Leg.state == "released", Leg.delivered_at.is_(None)).id, at=at("2026-03-30 10:10")
    ),
    "rated": lambda s: ratings.rate(
        s, ticket_id=march(s, Rating, Rating.stars == 5).ticket_id, stars=1, now=at("2026-03-25 12:00")
    ),
    "reopened": lambda s: tickets.reopen(
        s, ticket_id=march(s, Ticket, Ticket.state == "released").id, reason="Rác vẫn còn", actor=CITIZEN,
        expected_version=None, now=at("2026-03-26 08:00"),
    ),
    "category": lambda s: recategorising.change_category(
        s, ticket_id=march(s, Ticket, Ticket.state == "new").id, category_code="cap-nuoc.hoa-don", actor=OPERATOR,
        reason="Nội dung là việc khác", expected_version=None, now=at("2026-04-01 12:00"),
    ),
    "commune": lambda s: s.execute(update(Ticket).where(Ticket.commune_code == "11383").values(commune_code="11371")),
    "earlier report moved": lambda s: s.execute(
        update(Ticket).where(Ticket.receipt_at < at("2026-03-03 00:00")).values(place_text="Chỗ khác")
    ),
    "result unreleased": lambda s: s.execute(
        update(Leg).where(Leg.released_at < at("2026-03-04 00:00")).values(released_at=None)
    ),
    "due moved to May": lambda s: s.execute(
        update(Clock).where(Clock.kind == "promise", Clock.round == 1).values(
            current_due=at("2026-05-04 09:00"), original_due=at("2026-05-04 09:00")
        )
    ),
    "left": lambda s: s.execute(
        update(Clock).where(Clock.standing_current == "on_time").values(standing_current="left")
    ),
    "holder": lambda s: s.execute(update(Clock).where(Clock.agency_id == 1).values(agency_id=3)),
    "returned": lambda s: s.execute(update(Leg).where(Leg.state == "dispatched").values(state="returned")),
    "extension asked": _extend,
    "paused": lambda s: s.add(
        Pause(ticket_id=march(s, Ticket, Ticket.state == "dispatched").id, kind="citizen", reason="Hỏi thêm",
              started_at=at("2026-03-11 10:00"))
    ),
    "closed": lambda s: s.execute(
        update(Ticket).where(Ticket.state == "released").values(state="closed", closed_at=at("2026-03-27 09:00"))
    ),
    "dead": _dead,
    "change of category noted": lambda s: s.add(
        TicketEvent(ticket_id=march(s, Ticket).id, at=at("2026-03-28 09:00"), kind="category_changed",
                    actor_kind="user", old="a", new="b", data={"old_class": "N3", "class": "N7"}, scope="all")
    ),
    "rating removed": lambda s: s.execute(delete(Rating)),
    "sample": lambda s: s.execute(update(Ticket).where(Ticket.state == "refused").values(is_sample=True)),
    "samples counted": lambda s: s.add(Setting(key="sample_data", value={"on": True}, updated_at=NOW)),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_a_month_ends_its_counts_in_the_same_transaction(worked: Store, change: str) -> None:
    with worked.transaction() as session:
        if change == "samples counted":
            session.execute(update(Ticket).where(Ticket.state == "refused").values(is_sample=True))
    count(worked)
    with worked.reading() as session:
        before = every(session)
    with worked.transaction() as session:
        CHANGES[change](session)
    with worked.reading() as session:
        assert every(session) != before, "the change changes no figure, so it proves nothing"
        assert second_kept.differences(session) == []
    at_once = count(worked)  # a month that goes on changing is not kept at once
    assert (at_once > 0) == (change == "samples counted")
    assert count(worked, NOW + LATER) + at_once > 0
    with worked.reading() as session:
        assert second_kept.differences(session) == []


def every(session: Session) -> list[Any]:
    """All counts of March to May, counted now."""
    months = [one.first for one in SPRING[0].months()]
    return [
        second_kept.told(counts)
        for month, figure in itertools.product(months, counted_months.kept_figures())
        for side in counted_months.sides(figure)
        for _, counts in sorted(counted_months.counted(session, counted_months.Due(month, figure, side)).items())
    ]


def test_what_changes_no_figure_leaves_the_counts(worked: Store) -> None:
    count(worked)
    with worked.transaction() as session:
        session.execute(update(Ticket).values(updated_at=NOW, lat=1.0))
        session.execute(update(Clock).values(warned_level=50))
        session.execute(update(Clock).where(Clock.standing_current == "running").values(standing_current="late"))
    with worked.reading() as session:
        assert session.scalar(select(func.count()).select_from(FigureMark)) == marks_below(session)
    assert count(worked, NOW + LATER) == 0


def marks_below(session: Session) -> int:
    """Marks that no kept count misses."""
    lowest = select(func.min(FigureMonth.seen)).scalar_subquery()
    return session.scalar(select(func.count()).select_from(FigureMark).where(FigureMark.transaction < lowest)) or 0


def test_a_change_that_is_committed_after_the_count_began_is_not_lost(worked: Store) -> None:
    """The counting transaction doesn't see it, nor does the mark: the mark is of a transaction that was open then."""
    asked = Asked("refusals", MARCH, NOW, MANAGER)
    with worked.transaction() as writing:
        writing.execute(update(Ticket).where(Ticket.state == "new").values(state="refused"))
        count(worked)
        with worked.reading() as session:
            assert figures_counts.ratio(session, asked).numerator == 3
    with worked.reading() as session:
        assert figures_counts.ratio(session, asked).numerator == 4
        assert second_kept.months(session) == []


def test_marks_are_put_together_and_what_another_server_wrote_is_dropped(worked: Store) -> None:
    for _ in range(3):
        with worked.transaction() as session:
            session.execute(update(Ticket).values(recurs=~Ticket.recurs))  # by hand: put right at the next change
            session.execute(update(Ticket).values(refusal_ground=func.left(func.md5(text("random()::text")), 9)))
    count(worked)
    with worked.transaction() as session:
        before = session.scalar(select(func.count()).select_from(FigureMark)) or 0
        counted_months.tidy(session)
        highest = select(FigureMark.month, func.count()).group_by(FigureMark.month)
        assert before > 5
        assert {number for _, number in session.execute(highest)} == {1}
    with worked.transaction() as session:
        session.execute(update(FigureMonth).where(FigureMonth.figure == "k2").values(cluster=1))
        session.add(FigureMark(month=MARCH.first, transaction=2**60))
    with worked.reading() as session:
        assert second_kept.differences(session) == []
    with worked.transaction() as session:
        counted_months.tidy(session)
    with worked.reading() as session:
        assert session.scalar(select(func.max(FigureMark.transaction))) != 2**60
        assert not session.scalar(select(func.count()).select_from(FigureMonth).where(FigureMonth.figure == "k2"))


def test_the_worker_counts_for_a_while_and_goes_on_the_next_time(
    worked: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(worked, threads=1)
    try:
        monkeypatch.setattr(upkeep, "COUNTING_S", 0.0)
        assert asyncio.run(upkeep.count_months(database, now=NOW)) == 0
        monkeypatch.undo()
        assert asyncio.run(upkeep.count_months(database, now=NOW)) == 3 * 22
        assert asyncio.run(upkeep.count_months(database, now=NOW)) == 0
    finally:
        database.close()
    with worked.reading() as session:
        assert second_kept.months(session) == []


def test_an_empty_database_has_nothing_to_count(loaded_store: Store) -> None:
    assert count(loaded_store) == 0
