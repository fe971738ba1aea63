"""The lists of tickets: tabs, filters and search over the rows that the database keeps for each viewer (ADR 0032)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, ColumnExpressionArgument, and_, func, select, tuple_
from sqlalchemy.orm import Session

from feedback_store.queries import list_search
from feedback_store.queries.lookups import is_sample_database
from feedback_store.queries.queue_tabs import MARKED, PARTS, tab_rule, tabs_of
from feedback_store.queries.tickets import visible_leg
from feedback_store.service.actor import Actor
from feedback_store.tables import Addition, Agency, Category, Commune, Leg, ListCount, ListEntry, ListWords, Ticket
from feedback_store.tables.listing import HOTLINE, NEVER

PAGE = 30
MOST_COUNTED = 10_000
"""A narrowed list that holds more is not counted to its end."""
NEWEST_FIRST = ("done", "all")
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
Condition = ColumnExpressionArgument[bool]


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Where a row stands in its list: the instant the list goes by, then the ticket."""

    at: dt.datetime
    ticket_id: int

    def written(self) -> str:
        """For an address: microseconds since 1970, a dot, the ticket."""
        return f"{(self.at - EPOCH) // MICROSECOND}.{self.ticket_id}"

    @classmethod
    def read(cls, written: str) -> Key | None:
        """None for anything ``written`` never gives."""
        micros, _, ticket = written.partition(".")
        if not all(one.isascii() and one.lstrip("-").isdigit() and len(one) <= 18 for one in (micros, ticket)):
            return None
        try:
            return cls(EPOCH + int(micros) * MICROSECOND, int(ticket))
        except (OverflowError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What a list shows. ``since`` and ``until`` are instants, half-open, on the receipt."""

    tab: str = "all"
    search: str = ""
    category: str | None = None
    agency_id: int | None = None
    commune: str | None = None
    service_class: str | None = None
    channel: str | None = None
    imported: bool | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    page: int = 1
    """For people; where ``after`` is unknown also the place, counted from the beginning."""
    after: Key | None = None
    """The row before the page's first."""

    @property
    def narrowed(self) -> bool:
        """Whether more than a tab is asked for."""
        plain = QueueFilter(self.tab, agency_id=self.agency_id, page=self.page, after=self.after)
        return self != plain


@dataclass(frozen=True, slots=True)
class QueueRow:
    ticket: Ticket
    category: str
    commune: str | None
    agencies: tuple[str, ...]
    due: dt.datetime | None
    overdue: bool
    unseen_additions: int
    key: Key


@dataclass(frozen=True, slots=True)
class Total:
    """``more``: there are more than ``number``, which were not counted."""

    number: int
    more: bool = False

    @property
    def pages(self) -> int:
        """At least so many."""
        return max(1, -(-self.number // PAGE))


@dataclass(frozen=True, slots=True)
class QueuePage:
    rows: list[QueueRow]
    total: Total
    page: int
    after: Key | None
    """The row before the first, None at the beginning."""
    before: Key | None
    """The row before the first of the page before this one, where there is one that doesn't begin the list."""
    further: bool
    """Whether rows follow."""
    elsewhere: Total = Total(0)
    """What a search finds in other tabs."""


def viewer_of(actor: Actor, filters: QueueFilter) -> int | None:
    """Whose rows are read (``tables.listing``); None: the actor sees none."""
    if actor.is_hotline or actor.role == "manager":
        return -filters.agency_id if filters.agency_id else HOTLINE
    return actor.agency_id if actor.is_agency else None


class Listing:
    """One view: whose rows, in which order, narrowed by what."""

    def __init__(self, session: Session, *, actor: Actor, filters: QueueFilter, at: dt.datetime) -> None:
        self.session, self.actor, self.filters, self.at = session, actor, filters, at
        self.viewer = viewer_of(actor, filters)
        self.newest_first = filters.tab in NEWEST_FIRST
        self.instant = ListEntry.received if self.newest_first else ListEntry.due
        tab = tab_rule(session, filters.tab, actor, at)
        self.conditions: list[Condition] = [ListEntry.viewer == self.viewer, *tab, *self._narrowed()]
        self.words: list_search.Words | None = None
        if filters.search.strip():
            column = list_search.by_column(filters.search, actor)
            if column is not None:
                self.conditions.append(ListEntry.ticket_id.in_(select(Ticket.id).where(column)))
            else:
                self.words = list_search.by_words(filters.search, actor, self._marks())

    def _narrowed(self) -> list[Condition]:
        wanted = self.filters
        pairs: Sequence[tuple[Any, Any]] = (
            (ListEntry.category_code, wanted.category),
            (ListEntry.commune_code, wanted.commune),
            (ListEntry.service_class, wanted.service_class),
            (ListEntry.channel, wanted.channel),
        )
        found: list[Condition] = [column == value for column, value in pairs if value]
        if wanted.imported is not None:
            found.append(ListEntry.is_imported if wanted.imported else ~ListEntry.is_imported)
        if wanted.since:
            found.append(ListEntry.received >= wanted.since)
        if wanted.until:
            found.append(ListEntry.received < wanted.until)
        return found

    def _marks(self) -> list[str]:
        """What of the view the index of the words knows, so that it gives few tickets."""
        wanted, viewer = self.filters, self.viewer or 0
        found = [f"A{viewer}"] if viewer > 0 else [f"H{-viewer}"] if viewer < 0 else []
        if viewer <= 0 and wanted.tab in PARTS:
            found.append(f"P{wanted.tab}")
        elif wanted.tab in MARKED:
            found.append(MARKED[wanted.tab])
        pairs = (("C", wanted.category), ("X", wanted.commune), ("S", wanted.service_class), ("K", wanted.channel))
        found += [f"{letter}{value}" for letter, value in pairs if value]
        if wanted.imported is not None:
            found.append("I" if wanted.imported else "N")
        return found

    def total(self, most: int | None = MOST_COUNTED) -> Total:
        """Exact for a whole tab; else exact up to ``most``."""
        if self.viewer is None:
            return Total(0)
        if not self.filters.narrowed:
            return Total(self.whole(kept_counts(self.session, self.viewer)))
        rows = select(ListEntry.ticket_id).where(*self.among())
        if most is not None:
            rows = rows.limit(most + 1)
        number = self.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
        return Total(number) if most is None else Total(min(number, most), number > most)

    def whole(self, parts: Mapping[str, int]) -> int:
        """Tickets of the tab; ``parts``: the viewer's kept counts."""
        if self.filters.tab == "all":
            return sum(parts.values())
        if self.filters.tab in PARTS:
            return parts.get(self.filters.tab, 0)
        return self.session.scalar(select(func.count()).select_from(ListEntry).where(*self.conditions)) or 0

    def among(self) -> list[Condition]:
        """The conditions on ``ListEntry``, the search included."""
        return [*self.conditions, *([ListEntry.ticket_id.in_(self.words.ids())] if self.words is not None else [])]

    @staticmethod
    def newest() -> list[Any]:
        return [ListEntry.received.desc(), ListEntry.ticket_id.desc()]

    def overdue(self, entry: Any) -> ColumnElement[bool]:
        """Whether a row is overdue; of sample tickets only where there are no others."""
        late = entry.overdue_from < self.at
        return late if is_sample_database(self.session) else and_(late, ~entry.is_sample)

    def keys(self, limit: int, *, after: Key | None = None, before: Key | None = None, offset: int = 0) -> list[Key]:
        """Rows in the order of the list: from the beginning, or those next to ``after`` or ``before``."""
        if self.viewer is None:
            return []
        if self.words is None or self._few():
            return self._keys(limit, after, before, offset, None if self.words is None else self.words.ids())
        found: list[Key] = []
        beyond = after or before
        for months in list_search.windows(
            self.session, self.viewer, beyond.at if beyond else None, newest_first=before is None
        ):
            found = self._keys(limit, after, before, offset, self.words.ids(months))
            if len(found) == limit:
                break
        return found

    def _few(self) -> bool:
        """Whether the words find so little, or the tab so few tickets, that all of them may be sorted."""
        if not self.newest_first or self.words is None:
            return True
        found = select(ListWords.ticket_id).where(self.words.matched()).limit(list_search.FEW + 1)
        return (self.session.scalar(select(func.count()).select_from(found.subquery())) or 0) <= list_search.FEW

    def _keys(
        self, limit: int, after: Key | None, before: Key | None, offset: int, among: Any | None
    ) -> list[Key]:
        backwards = before is not None
        place = tuple_(self.instant, ListEntry.ticket_id)
        query = select(self.instant, ListEntry.ticket_id).where(*self.conditions)
        if among is not None:
            query = query.where(ListEntry.ticket_id.in_(among))
        edge = before or after
        if edge is not None:
            there: Any = tuple_(edge.at, edge.ticket_id)
            query = query.where(place < there if self.newest_first != backwards else place > there)
        columns = (self.instant, ListEntry.ticket_id)
        order = [one.desc() if self.newest_first != backwards else one.asc() for one in columns]
        rows = self.session.execute(query.order_by(*order).limit(limit).offset(offset))
        found = [Key(at, ticket_id) for at, ticket_id in rows]
        return found[::-1] if backwards else found


def queue(session: Session, *, actor: Actor, filters: QueueFilter, at: dt.datetime) -> QueuePage:
    """One page of a list; open work by its next due, the rest newest first."""
    view = Listing(session, actor=actor, filters=filters, at=at)
    total = view.total()
    elsewhere = Total(0)
    if filters.search.strip() and filters.tab != "all":
        anywhere = Listing(session, actor=actor, filters=replace(filters, tab="all"), at=at).total()
        elsewhere = Total(anywhere.number - total.number, anywhere.more)
    page = filters.page if filters.after else min(filters.page, total.pages)
    offset = 0 if filters.after else min((page - 1) * PAGE, MOST_COUNTED)
    keys = view.keys(PAGE + 1, after=filters.after, offset=offset)
    if not keys and filters.after:  # what stood there has gone
        return queue(session, actor=actor, filters=replace(filters, after=None, page=1), at=at)
    further, keys = len(keys) > PAGE, keys[:PAGE]
    after, before = None, None
    if filters.after or offset:
        earlier = view.keys(PAGE + 1, before=keys[0]) if keys else []
        after = earlier[-1] if earlier else None
        before = earlier[0] if len(earlier) > PAGE else None
    page = max(2, page) if after else 1
    return QueuePage(_rows(session, view, keys), total, page, after, before, further, elsewhere)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """``turned``: how many pages on from the one it was looked for from; ``after``: the row before its page."""

    code: str
    key: Key
    turned: int
    after: Key | None


def neighbour(
    session: Session, *, actor: Actor, filters: QueueFilter, at: dt.datetime, row: Key, code: str, step: int
) -> Neighbour | None:
    """The ticket after ``row`` (for -1: before it); None at the end of the list.

    ``code`` is the ticket that stood there: it may have moved on since, and is no neighbour of itself.
    """
    view = Listing(session, actor=actor, filters=filters, at=at)
    keys = view.keys(2, after=row) if step > 0 else view.keys(2, before=row)[::-1]
    named = select(Ticket.id, Ticket.code).where(Ticket.id.in_([one.ticket_id for one in keys]))
    codes: dict[int, str] = dict(session.execute(named).tuples().all())
    found = next((one for one in keys if codes[one.ticket_id] != code), None)
    if found is None:
        return None
    turned, after = _page_of(view, filters.after, found, step)
    return Neighbour(codes[found.ticket_id], found, turned, after)


def _page_of(view: Listing, after: Key | None, key: Key, step: int) -> tuple[int, Key | None]:
    """On which page beside the one after ``after`` a neighbour stands, and the row before that page."""
    if step > 0:
        shown = view.keys(PAGE, after=after)
        return (0, after) if key in shown or not shown else (1, shown[-1])
    if after is None or (key < after if view.newest_first else key > after):
        return 0, after
    earlier = view.keys(PAGE, before=after)
    return -1, earlier[0] if len(earlier) == PAGE else None


def _rows(session: Session, view: Listing, keys: Sequence[Key]) -> list[QueueRow]:
    ids = [key.ticket_id for key in keys]
    query = (
        select(Ticket, Category.name, Commune.name, ListEntry.due, view.overdue(ListEntry))
        .join(ListEntry, ListEntry.ticket_id == Ticket.id)
        .join(Category, Category.code == Ticket.category_code)
        .outerjoin(Commune, Commune.code == Ticket.commune_code)
        .where(Ticket.id.in_(ids), ListEntry.viewer == view.viewer)
    )
    found = {row[0].id: row for row in session.execute(query)}
    agencies, additions = _agencies(session, ids, view.actor), _unseen(session, ids)
    rows = []
    for key in keys:
        ticket, category, commune, due, overdue = found[key.ticket_id]
        rows.append(
            QueueRow(
                ticket, category, commune, agencies.get(ticket.id, ()), due if due < NEVER else None, overdue,
                additions.get(ticket.id, 0), key,
            )
        )  # fmt: skip
    return rows


def kept_counts(session: Session, viewer: int) -> dict[str, int]:
    """Tickets of a viewer by part, as they are kept."""
    query = select(ListCount.part, func.sum(ListCount.change)).where(ListCount.viewer == viewer)
    return {part: int(number) for part, number in session.execute(query.group_by(ListCount.part))}


def counts(session: Session, *, actor: Actor, at: dt.datetime) -> dict[str, int]:
    """How many tickets each tab of the actor's holds."""
    views = {tab: Listing(session, actor=actor, filters=QueueFilter(tab=tab), at=at) for tab in tabs_of(actor)}
    viewer = viewer_of(actor, QueueFilter())
    parts = kept_counts(session, viewer) if viewer is not None else {}
    return {tab: view.whole(parts) if viewer is not None else 0 for tab, view in views.items()}


def _agencies(session: Session, ids: Sequence[int], actor: Actor) -> dict[int, tuple[str, ...]]:
    query = (
        select(Leg.ticket_id, Agency.name)
        .join(Agency, Agency.id == Leg.agency_id)
        .where(Leg.ticket_id.in_(ids), Leg.state.not_in(("returned", "cancelled")), visible_leg(actor))
        .order_by(Leg.number)
    )
    found: dict[int, tuple[str, ...]] = {}
    for ticket_id, name in session.execute(query):
        found[ticket_id] = tuple(dict.fromkeys((*found.get(ticket_id, ()), name)))
    return found


def _unseen(session: Session, ids: Sequence[int]) -> dict[int, int]:
    query = (
        select(Addition.ticket_id, func.count())
        .where(Addition.ticket_id.in_(ids), Addition.seen_at.is_(None))
        .group_by(Addition.ticket_id)
    )
    return dict(session.execute(query).all())
