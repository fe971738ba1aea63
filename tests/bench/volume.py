"""Pages, figures and the deadline job at a million tickets: how long each takes, warm."""

from __future__ import annotations

import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlencode

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from feedback_store.domain.due import due as due_at
from feedback_store.domain.figures import CATALOGUE, Figure
from feedback_store.domain.kpi import Period
from feedback_store.queries import figures, figures_counts, listing, tickets
from feedback_store.queries.figures_rows import Asked
from feedback_store.queries.list_filters import QueueFilter
from feedback_store.queries.queue_tabs import tabs_of
from feedback_store.service import clocks, counted_months, deadlines
from feedback_store.service.actor import Actor
from feedback_store.store import Store
from feedback_store.tables import Clock, Ticket
from tests.bench.figures import Section
from tests.bench.million import AT
from tests.bench.turns import p
from tests.integration.console.conftest import Office, Person

CALLS = 30
FIGURE_MS, QUEUE_MS, JOB_S = 300.0, 150.0, 2.0
DUE, BATCH = 1_000, 100  # the worker takes a hundred in a transaction
NOW = Period(dt.date(2026, 11, 1), dt.date(2026, 12, 1))
MONTH = Period(dt.date(2026, 10, 1), dt.date(2026, 11, 1))
YEAR = Period(dt.date(2026, 1, 1), dt.date(2027, 1, 1))
MANAGER = Actor("user", user_id=1, role="manager")
OPERATOR = Actor("user", user_id=1, role="operator")
LEVELS = (0.55, 0.85, 1.0, 1.5)
"""Shares of the target's time that have passed on a ticket made due: warnings of 50, 80, 100 and the days after."""


def timed(work: Callable[[], object], calls: int = CALLS, *, warm: int = 2) -> list[float]:
    """Seconds of every call after ``warm`` that are not counted."""
    took = []
    for number in range(calls + warm):
        began = time.perf_counter()
        work()
        if number >= warm:
            took.append(time.perf_counter() - began)
    return took


def figures_section(store: Store, calls: int) -> Section:
    """Every figure as the page asks for it: whole, each division, and the first and a deep page of its list; for a
    manager and an officer of the biggest agency; of the current month, of the last one and of the year.

    All are tried twice; the slowest of a figure is then measured, ten times at most. Before, the months that are over
    are counted as the worker does; what a year costs whoever asks before that is told beside.
    """
    section = Section("Figures and the lists behind them, a million tickets: the slowest way of asking each")
    before = {dimension: _first_time(store, dimension) for dimension in ("month", "category")}
    for dimension, took in before.items():
        section.add(f"beside: promises of a year by {dimension}, nothing kept yet", took, "ms")
    months, spent = count_months(store)
    section.add("the worker counts a month that is over, all figures and readers, mean", spent / months, "s")
    with store.reading() as session:
        officer = Actor("user", user_id=2, role="officer", agency_id=World.of(session).agency)
    for who, actor in (("manager", MANAGER), ("officer", officer)):
        for figure in get_args(Figure):
            if CATALOGUE[figure].hotline and actor.is_agency:
                continue
            for name, period in (("this month", NOW), ("last month", MONTH), ("year", YEAR)):
                asks = dict(_asks(Asked(figure, period, AT, actor)))
                tried = {told: min(timed(lambda w=work: _in(store, w), 2, warm=0)) for told, work in asks.items()}
                worst = max(tried, key=lambda told: tried[told])
                took = timed(lambda w=asks[worst]: _in(store, w), min(calls, 10), warm=1)
                section.add(f"{who}, {figure}, {name}, p95", p(took, 0.95), "ms", target=FIGURE_MS, note=worst)
    for told, ask in (
        ("overdue list", lambda s: figures.overdue(s, at=AT, scope=MANAGER, limit=10)),
        ("overdue count", lambda s: figures.count_overdue(s, at=AT, scope=MANAGER)),
        ("volume of a year", lambda s: figures.volume(s, period=YEAR, scope=MANAGER)),
    ):
        took = timed(lambda ask=ask: _in(store, ask), calls)
        section.add(told, p(took, 0.95), "ms", target=FIGURE_MS)
    return section


def _first_time(store: Store, dimension: Any) -> float:
    asked = Asked("promises", YEAR, AT, MANAGER)
    return timed(lambda: _in(store, lambda s: figures_counts.divided(s, asked, dimension)), 1, warm=1)[0] * 1000


def count_months(store: Store) -> tuple[int, float]:
    """What the worker keeps of the year's months that are over: how many there are, and the seconds it took."""
    began = time.perf_counter()
    with store.reading() as session:
        due = [one for one in counted_months.due(session, AT) if one.month >= YEAR.first]
    for one in due:
        with store.transaction() as session:
            counted_months.count_month(session, one, AT)
    return len({one.month for one in due}), time.perf_counter() - began


def _in(store: Store, ask: Callable[[Session], object]) -> None:
    with store.reading() as session:
        ask(session)


def _asks(asked: Asked) -> Iterator[tuple[str, Callable[[Session], object]]]:
    whole = figures_counts.first_response if asked.figure == "first_response" else figures_counts.ratio
    divided = figures_counts.first_response_divided if asked.figure == "first_response" else figures_counts.divided
    yield "whole", lambda s: whole(s, asked)
    for dimension in CATALOGUE[asked.figure].dimensions:
        yield f"by {dimension}", lambda s, d=dimension: divided(s, asked, d)  # type: ignore[misc]
    if asked.figure == "k1":
        yield "list", lambda s: figures_counts.k1_agencies(s, asked, "denominator")
        return
    yield "list of missed", lambda s: figures_counts.listed(s, asked, "missed")
    yield "list of all, page 1", lambda s: figures_counts.listed(s, asked, "denominator")
    yield "list of all, page 200", lambda s: figures_counts.listed(s, asked, "denominator", offset=9_950)


def queue_section(store: Store, calls: int) -> Section:
    """Every tab of every role as page bodies ask for it, with each filter and deep in it; and what is opened there.

    Of a tab the slowest way is measured again. Beside them: a plain scan of an index over as many rows.
    """
    section = Section("Lists, search and ticket, a million tickets: of each tab its slowest filter")
    with store.reading() as session:
        world = World.of(session)
    people = {role: Actor("user", user_id=1, role=role) for role in ("operator", "supervisor", "manager")}
    people["officer"] = Actor("user", user_id=2, role="officer", agency_id=world.agency)
    for name, actor in people.items():
        counted = partial(listing.counts, actor=actor, at=AT)
        _timed(section, f"{name}, counts of the tabs", counted, store, calls)
        for tab in tabs_of(actor):
            ways = {told: _asked(actor, found) for told, found in world.filters(tab, actor)}
            tried = {told: min(timed(lambda w=way: _in(store, w), 2)) for told, way in ways.items()}
            worst = max(tried, key=lambda told: tried[told])
            _timed(section, f"{name}, {tab}", ways[worst], store, calls, worst)
    deep = _hundredth(store, people["operator"])
    _timed(section, "operator, all, page 100 by its place", _asked(people["operator"], deep), store, calls)
    rest = iter(world.codes * 10)
    _timed(
        section, "ticket", lambda s: tickets.ticket_page(s, code=next(rest), actor=OPERATOR), store,
        min(calls, len(world.codes)),
    )  # fmt: skip
    plain = "SELECT count(*) FROM (SELECT ticket_id FROM list_entries WHERE viewer = 0 ORDER BY received LIMIT {}) x"
    for rows in (3_000, 100_000):
        took = timed(lambda r=rows: _in(store, lambda s: s.execute(text(plain.format(r)))), calls)
        section.add(f"beside: a plain index scan of {rows:,} rows, p95", p(took, 0.95), "ms")
    return section


def _timed(
    section: Section, name: str, ask: Callable[[Session], object], store: Store, calls: int, note: str = ""
) -> None:
    took = timed(lambda: _in(store, ask), calls)
    section.add(f"{name}, p95", p(took, 0.95), "ms", target=QUEUE_MS, note=note)


def _asked(actor: Actor, found: QueueFilter) -> Callable[[Session], object]:
    return lambda s: listing.queue(s, actor=actor, filters=found, at=AT)


def _hundredth(store: Store, actor: Actor) -> QueueFilter:
    """The hundredth page as its address has it after 99 turns."""
    found = QueueFilter(tab="all")
    with store.reading() as session:
        for number in range(2, 101):
            shown = listing.queue(session, actor=actor, filters=found, at=AT)
            found = replace(found, page=number, after=shown.rows[-1].key)
    return found


@dataclass(frozen=True)
class World:
    """What the filters name: the biggest agency, codes, categories and communes from the most to the least used."""

    agency: int
    codes: list[str]
    categories: list[str]
    communes: list[str]

    @classmethod
    def of(cls, session: Session) -> World:
        agency = session.scalar(text("SELECT agency_id FROM legs GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"))
        used = "SELECT {0} FROM tickets WHERE {0} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC"
        return cls(
            agency, list(session.scalars(select(Ticket.code).where(Ticket.id % 33_331 == 7))),
            *(list(session.scalars(text(used.format(column)))) for column in ("category_code", "commune_code")),
        )  # fmt: skip

    def filters(self, tab: str, actor: Actor) -> Iterator[tuple[str, QueueFilter]]:
        most, rare, commune, far = self.categories[0], self.categories[-1], self.communes[0], self.communes[-1]
        spring = {"since": AT - dt.timedelta(days=300), "until": AT - dt.timedelta(days=200)}
        ways: dict[str, dict[str, Any]] = {
            "first page": {}, "page 100": {"page": 100}, "class N7": {"service_class": "N7"},
            "the most used category": {"category": most}, "a rare category": {"category": rare},
            "the biggest commune": {"commune": commune}, "a small commune": {"commune": far},
            "a channel": {"channel": "zalo"}, "a channel without tickets": {"channel": "email"},
            "imported": {"imported": True}, "category and commune": {"category": most, "commune": commune},
            "rare category and small commune": {"category": rare, "commune": far},
            "category, commune, channel": {"category": most, "commune": commune, "channel": "zalo"},
            "a hundred days": spring, "a hundred days of a category": {**spring, "category": most},
            "searched: đèn đỏ ngã tư": {"search": "đèn đỏ ngã tư"}, "searched: ổ gà sâu": {"search": "ổ gà sâu"},
            "searched: số 15 cầu đất": {"search": "số 15 cầu đất"}, "searched: đường": {"search": "đường"},
            "searched: đường, page 100": {"search": "đường", "page": 100},
            "searched: đường, a hundred days": {"search": "đường", **spring},
            "searched: nothing has it": {"search": "xyzq"}, "a code": {"search": self.codes[0]},
            "six digits": {"search": self.codes[0].replace("-", "")[-6:]},
        }  # fmt: skip
        if not actor.is_agency:
            ways |= {
                "an agency": {"agency_id": self.agency}, "an agency, page 100": {"agency_id": self.agency, "page": 100},
                "an agency and a category": {"agency_id": self.agency, "category": most},
            }  # fmt: skip
        if actor.is_hotline:
            ways["a phone number"] = {"search": "0912345678"}
        for told, more in ways.items():
            yield told, QueueFilter(tab=tab, **more)


def pages_section(store: Store, calls: int) -> Section:
    """Whole pages through the console."""
    section = Section("Console pages, a million tickets")
    with tempfile.TemporaryDirectory() as media:
        office = Office(store, Path(media), AT)
        people = {role: office.person(f"{role}.bench", role) for role in ("manager", "operator")}
        try:
            for name, period in (("month", "thang-truoc"), ("year", "nam-nay")):
                for part in ("dung-han", "ket-qua", "tiep-nhan"):
                    address = "/so-lieu?" + urlencode({"ky": period, "muc": part})
                    _page(section, f"figures, {part}, {name}", people["manager"], address, calls, None)
            for tab in ("new", "working", "overdue", "done", "all"):
                _page(section, f"queue, {tab}", people["operator"], f"/phan-anh?muc={tab}", calls, QUEUE_MS)
        finally:
            for one in office.clients:
                one.close()
    return section


def _page(section: Section, name: str, person: Person, address: str, calls: int, target: float | None) -> None:
    took = timed(lambda: person.read(address), calls)
    section.add(f"{name}, p50", p(took, 0.5), "ms")
    section.add(f"{name}, p95", p(took, 0.95), "ms", target=target)


def job_section(store: Store, rounds: int = 3) -> Section:
    """The deadline job with exactly 1,000 tickets due, warnings and breaches of all levels."""
    section = Section("Deadline job, 1,000 of a million tickets due")
    took = []
    for number in range(rounds):
        with store.transaction() as session:
            made_due(session, number)
        began = time.perf_counter()
        handled = 0
        while True:
            with store.transaction() as session:
                done = deadlines.handle_due(session, now=AT, limit=BATCH)
            if not done:
                break
            handled += done
        took.append(time.perf_counter() - began)
        if handled != DUE:
            raise RuntimeError(f"{handled} tickets were due, not {DUE}")
    section.add("found, handled and committed, median", statistics.median(took), "s", target=JOB_S)
    with store.reading() as session:
        warned = session.scalar(text("SELECT count(*) FROM ticket_events WHERE kind = 'warned'"))
        told = session.scalar(text("SELECT count(*) FROM user_notices"))
        failed = session.scalar(text("SELECT count(*) FROM tickets WHERE deadline_failures > 0"))
    section.add("failed", failed or 0, "", target=0)
    section.note(f"rounds: {', '.join(f'{one:.2f} s' for one in took)}; {warned} warnings, {told} notices in all")
    return section


def made_due(session: Session, number: int) -> None:
    """Choose 1,000 open tickets of an agency and give their clocks starts such that a warning or breach is waiting."""
    query = (
        select(Ticket.id)
        .where(Ticket.id > 900_000 + 20_000 * number, Ticket.state == "in_progress")
        .order_by(Ticket.id)
        .limit(DUE)
    )
    chosen = list(session.scalars(query))
    rows = list(session.scalars(select(Clock).where(Clock.ticket_id.in_(chosen), Clock.stopped_at.is_(None))))
    for clock in rows:
        share = LEVELS[clock.ticket_id % len(LEVELS)]
        calendar, target = clocks.calendar_of(session, clock), clocks.target_of(clock)
        length = due_at(calendar, target, AT - dt.timedelta(days=40)) - (AT - dt.timedelta(days=40))
        clock.started_at = AT - length * share - dt.timedelta(minutes=clock.ticket_id % 50)
        clock.base_due = clock.original_due = clock.current_due = due_at(calendar, target, clock.started_at)
        clock.noted_original = clock.noted_current = clock.current_due
        clock.standing_original = clock.standing_current = "running"
        clock.breached_original_at = clock.breached_current_at = None
        clock.warned_level = 0
    session.execute(update(Ticket).where(Ticket.id.in_(chosen)).values(next_deadline_at=AT - dt.timedelta(minutes=1)))


def sections(store: Store, calls: int = CALLS) -> Iterator[Section]:
    """All of them; the job last, since it changes what the others read."""
    yield queue_section(store, calls)
    yield figures_section(store, calls)
    yield pages_section(store, calls)
    yield job_section(store)
