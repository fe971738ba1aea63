"""The lists of tickets: tabs, filters and search over the rows that the database keeps for each viewer (ADR 0032)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, ColumnExpressionArgument, and_, delete, func, insert, select, tuple_
from sqlalchemy.orm import Session

from feedback_store.queries import list_search
from feedback_store.queries.list_filters import Key, QueueFilter, Span
from feedback_store.queries.list_search import Found
from feedback_store.queries.lookups import is_sample_database
from feedback_store.queries.overdue import KINDS
from feedback_store.queries.queue_tabs import MARKED, PARTS, tab_rule, tabs_of
from feedback_store.queries.tickets import visible_leg
from feedback_store.service.actor import Actor
from feedback_store.tables import Addition, Agency, Category, Clock, Commune, Leg, ListCount, ListEntry, Ticket
from feedback_store.tables.listing import HOTLINE, NEVER

PAGE = 30
MOST_COUNTED = 10_000
"""A narrowed list that holds more is not counted to its end."""
MOST_FOUND = 500
"""The same of a search that finds many."""
DENSE = 0.1
"""Words that stand in so large a share of all tickets are not looked up: reading the list soon finds a page."""
LOOKED, LOOKED_AT_MOST = 5_000, 20_000
"""So many rows of the list are read for them, more for a later page; after that the index is asked all the same."""
NEWEST_FIRST = ("done", "all")
Condition = ColumnExpressionArgument[bool]


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
    late_step: str | None = None
    """The kind of the earliest step that is late."""


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

    def __init__(
        self, session: Session, *, actor: Actor, filters: QueueFilter, at: dt.datetime, found: Found | None = None
    ) -> None:
        self.session, self.actor, self.filters, self.at = session, actor, filters, at
        self.found: Found = {} if found is None else found
        self.viewer = viewer_of(actor, filters)
        self.newest_first = filters.tab in NEWEST_FIRST
        self.instant = ListEntry.received if self.newest_first else ListEntry.due
        tab = tab_rule(session, filters.tab, actor, at)
        self.conditions: list[Condition] = [ListEntry.viewer == self.viewer, *tab, *self._narrowed()]
        self.words: list_search.Words | None = None
        self._share: float | None = None
        self._rows: list[Key] | None = None
        if filters.search.strip():
            column = list_search.by_column(filters.search, actor)
            if column is not None:
                self.conditions.append(ListEntry.ticket_id.in_(select(Ticket.id).where(column)))
            else:
                self.words = list_search.by_words(session, filters.search, actor, self.marks())
        elif len(filters.marked) + filters.dated > 1:
            self.words = list_search.by_marks(self.marks())

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

    def marks(self) -> list[str]:
        """What of the view the index of the words knows, so that it gives few tickets."""
        viewer, tab = self.viewer or 0, self.filters.tab
        found = [f"A{viewer}"] if viewer > 0 else [f"H{-viewer}"] if viewer < 0 else []
        if tab in PARTS:
            found.append(f"A{viewer}{tab}" if viewer > 0 else f"P{tab}")
        elif tab in MARKED:
            found.append(MARKED[tab])
        terms = [list_search.mark(one) for one in found + self.filters.marked]
        if self.filters.dated:
            terms.append(list_search.months(self.session, viewer, self.filters.days))
        return terms

    def total(self) -> Total:
        """Exact for a whole tab; else exact up to a bound."""
        if self.viewer is None:
            return Total(0)
        if not self.filters.narrowed:
            return Total(self.whole(kept_counts(self.session, self.viewer)))
        if self.words is None:
            return self._counted(self.conditions, MOST_COUNTED)
        if self._dense():
            number, complete = self._read_through(MOST_FOUND + 1)
            if complete or number > MOST_FOUND:
                return Total(min(number, MOST_FOUND), number > MOST_FOUND)
        few = self._few()
        if few is not None:
            number = len(self._sorted(few))
            return Total(min(number, list_search.FEW), number > list_search.FEW)
        if self.filters.tab in (*PARTS, "all") and not self.filters.dated:
            return Total(list_search.FEW, more=True)  # the marks say all of the view
        return self._counted([*self.conditions, self.words.many()], MOST_FOUND)

    def _few(self) -> list[int] | None:
        """What the words find, where it is few. Where the words as they were typed find many, no more than they are
        meant: then the last one does not go on."""
        assert self.words is not None
        if self.words.typed and not self.words.finished:
            finished = replace(self.words, finished=True)
            few = finished.few(self.session, self.found)
            if few is None or len(few) > MOST_FOUND:
                self.words = finished
        return self.words.few(self.session, self.found)

    def _dense(self) -> float:
        """The share of all tickets in which the words stand, where it is large; else 0."""
        if self._share is None:
            assert self.words is not None
            finished = replace(self.words, finished=True)
            share = finished.share(self.session)
            self._share = share if share >= DENSE else 0.0
            self.words = finished if self._share else self.words
        return self._share

    def _looked_at(self, span: Span) -> tuple[Any, int]:
        """The first rows of the list from the place of ``span`` on, and how many are read for it."""
        expected = (span.offset + span.limit) / self._dense()
        looked = min(LOOKED_AT_MOST, max(LOOKED, int(2 * expected)))
        rows = select(self.instant.label("instant"), ListEntry.ticket_id).where(*self.conditions, *self._from(span))
        return rows.order_by(*self._order(span)).limit(looked).subquery(), looked

    def _read_through(self, most: int) -> tuple[int, bool]:
        """How many of the list's first rows hold the words, counted up to ``most``, and whether those are all."""
        assert self.words is not None
        rows, looked = self._looked_at(Span(most, None, None, 0))
        found = select(rows.c.ticket_id).where(self.words.many(rows.c.ticket_id)).limit(most).subquery()
        number = self.session.scalar(select(func.count()).select_from(found)) or 0
        return number, number < most and not self._read(self.conditions, Span(1, None, None, looked))

    def _read_words(self, span: Span) -> list[Key] | None:
        """A page of rows that hold the words; None where the rows that were read are too few to tell."""
        assert self.words is not None
        rows, looked = self._looked_at(span)
        query = select(rows.c.instant, rows.c.ticket_id).where(self.words.many(rows.c.ticket_id))
        order = self._order(span, rows.c.instant, rows.c.ticket_id)
        read = self.session.execute(query.order_by(*order).limit(span.limit).offset(span.offset))
        found = [Key(at, ticket_id) for at, ticket_id in read]
        if len(found) < span.limit and self._read(self.conditions, Span(1, span.after, span.before, looked)):
            return None
        return found if span.before is None else found[::-1]

    def _counted(self, conditions: Sequence[Condition], most: int) -> Total:
        rows = select(ListEntry.ticket_id).where(*conditions).limit(most + 1).subquery()
        number = self.session.scalar(select(func.count()).select_from(rows)) or 0
        return Total(min(number, most), number > most)

    def _found(self, few: Sequence[int] | None) -> Condition:
        assert self.words is not None
        return self.words.many() if few is None else list_search.among(few)

    def whole(self, parts: Mapping[str, int]) -> int:
        """Tickets of the tab; ``parts``: the viewer's kept counts."""
        if self.filters.tab == "all":
            return sum(parts.values())
        if self.filters.tab in PARTS:
            return parts.get(self.filters.tab, 0)
        return self.session.scalar(select(func.count()).select_from(ListEntry).where(*self.conditions)) or 0

    def among(self) -> list[Condition]:
        """The conditions on ``ListEntry``, the search included."""
        if self.words is None:
            return self.conditions
        self._dense()
        return [*self.conditions, self._found(self._few())]

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
        span = Span(limit, after, before, offset)
        if self.words is None:
            return self._read(self.conditions, span)
        if self._dense() and (read := self._read_words(span)) is not None:
            return read
        few = self._few()
        if few is not None:
            return self._cut(self._sorted(few), span)
        if not self.newest_first:
            return self._read([*self.conditions, self.words.many()], span)
        return self._by_months(span)

    def _sorted(self, few: Sequence[int]) -> list[Key]:
        """The list's rows of few tickets, all of them: counting and every page need them once."""
        if self._rows is None:
            query = select(self.instant, ListEntry.ticket_id).where(*self.conditions, list_search.among(few))
            rows = (Key(at, ticket_id) for at, ticket_id in self.session.execute(query))
            self._rows = sorted(rows, reverse=self.newest_first)
        return self._rows

    def _cut(self, rows: Sequence[Key], span: Span) -> list[Key]:
        """What :meth:`_read` gives for a span, of all rows in the order of the list."""
        edge = span.edge
        if edge is not None:
            descending = self._descending(span)
            rows = [one for one in rows if (one < edge if descending else one > edge)]
        rows = rows[::-1] if span.before is not None else rows
        found = list(rows[span.offset : span.offset + span.limit])
        return found[::-1] if span.before is not None else found

    def _by_months(self, span: Span) -> list[Key]:
        """Of many found tickets: a word may stand in those of one season alone, far from where the reading begins."""
        assert self.viewer is not None
        assert self.words is not None
        found: list[Key] = []
        skip = span.offset
        for window in list_search.windows(
            self.session, self.viewer, self.filters.days, span.edge.at if span.edge else None,
            newest_first=span.before is None,
        ):  # fmt: skip
            few = self.words.few(self.session, self.found, window.months)
            if few == []:
                continue
            within = (ListEntry.received >= window.low, ListEntry.received < window.high)
            part = Span(skip + span.limit - len(found), span.after, span.before, 0)
            keys = self._read([*self.conditions, *within, self._found(few)], part)
            if span.before is not None:
                found = keys + found
            else:
                found, skip = found + keys[skip:], max(0, skip - len(keys))
            if len(found) >= span.limit:
                break
        return found

    def _read(self, conditions: Sequence[Condition], span: Span) -> list[Key]:
        query = select(self.instant, ListEntry.ticket_id).where(*conditions, *self._from(span))
        rows = self.session.execute(query.order_by(*self._order(span)).limit(span.limit).offset(span.offset))
        found = [Key(at, ticket_id) for at, ticket_id in rows]
        return found if span.before is None else found[::-1]

    def _descending(self, span: Span) -> bool:
        return self.newest_first != (span.before is not None)

    def _from(self, span: Span) -> list[Condition]:
        """Rows beyond the place of ``span``, in the direction in which it is read."""
        if span.edge is None:
            return []
        there: Any = tuple_(span.edge.at, span.edge.ticket_id)
        place = tuple_(self.instant, ListEntry.ticket_id)
        return [place < there if self._descending(span) else place > there]

    def _order(self, span: Span, instant: Any = None, ticket_id: Any = None) -> list[Any]:
        columns = (self.instant, ListEntry.ticket_id) if instant is None else (instant, ticket_id)
        return [one.desc() if self._descending(span) else one.asc() for one in columns]


def queue(session: Session, *, actor: Actor, filters: QueueFilter, at: dt.datetime) -> QueuePage:
    """One page of a list; open work by its next due, the rest newest first."""
    view = Listing(session, actor=actor, filters=filters, at=at)
    total = view.total()
    elsewhere = Total(0)
    if filters.search.strip() and filters.tab != "all":
        all_tabs = replace(filters, tab="all")
        anywhere = Listing(session, actor=actor, filters=all_tabs, at=at, found=view.found).total()
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


def absent_words(session: Session, *, actor: Actor, filters: QueueFilter, at: dt.datetime) -> list[str] | None:
    """Words of a search that none of the viewer's tickets holds; None where no words were searched."""
    view = Listing(session, actor=actor, filters=QueueFilter(search=filters.search, agency_id=filters.agency_id), at=at)
    if view.viewer is None or view.words is None:
        return None
    return list_search.absent(session, filters.search, view.marks())


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
    codes: dict[int, str] = dict(session.execute(named).all())
    other = next((one for one in keys if codes[one.ticket_id] != code), None)
    if other is None:
        return None
    turned, after = _page_of(view, filters.after, other, step)
    return Neighbour(codes[other.ticket_id], other, turned, after)


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
    late = _late_steps(session, ids, view.actor, view.at)
    agencies, additions = _agencies(session, ids, view.actor), _unseen(session, ids)
    rows = []
    for key in keys:
        ticket, category, commune, due, overdue = found[key.ticket_id]
        rows.append(
            QueueRow(
                ticket, category, commune, agencies.get(ticket.id, ()), due if due < NEVER else None, overdue,
                additions.get(ticket.id, 0), key, late.get(ticket.id),
            )
        )  # fmt: skip
    return rows


def _late_steps(session: Session, ids: Sequence[int], actor: Actor, at: dt.datetime) -> dict[int, str]:
    """Per ticket the step that has been late longest; of an agency its own."""
    own = [Clock.agency_id == actor.agency_id] if actor.is_agency else []
    late = [Clock.ticket_id.in_(ids), Clock.stopped_at.is_(None), Clock.kind.not_in(KINDS), Clock.current_due < at]
    query = select(Clock.ticket_id, Clock.kind).where(*late, *own).order_by(Clock.current_due.desc(), Clock.id.desc())
    return dict(session.execute(query).all())


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


def fold_counts(session: Session) -> None:
    """Put the changes of the kept counts together, so that a sum reads few rows; a count stays what it is."""
    gone = delete(ListCount).returning(ListCount.viewer, ListCount.part, ListCount.change).cte("gone")
    sums = select(gone.c.viewer, gone.c.part, func.sum(gone.c.change)).group_by(gone.c.viewer, gone.c.part)
    session.execute(
        insert(ListCount).from_select(["viewer", "part", "change"], sums.having(func.sum(gone.c.change) != 0))
    )
