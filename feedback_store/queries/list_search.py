"""What a search of the lists asks: a code in any writing, a reporter, or words without their accents."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, any_, cast, func, or_, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.orm import Session

from feedback_store.domain.codes import read_code
from feedback_store.persons.finding import name_index, phone_index
from feedback_store.reading.phones import canonical
from feedback_store.service.actor import Actor
from feedback_store.tables import ListEntry, ListWords, Ticket
from vitext import fold, nfc

CODE_END = re.compile(r"\s*(?:\d[\s.\-–—]*){6}")
CODE_END_COLUMN: ColumnElement[str] = func.right(func.replace(Ticket.code, "-", ""), 6)
Days = tuple[dt.datetime | None, dt.datetime | None]
"""From, to: half-open; None: without a bound."""
FEW = 2_000
"""So many found tickets are read and sorted; where there are more, the list is read in its order instead."""

Found = dict[str, list[int] | None]
"""What each tsquery found; None: more than ``FEW``."""
TOLD = 5
"""Each word is one look into the index."""


def reporter_searched(words: str, actor: Actor) -> bool:
    """Whether the search looks for a person by phone number: the hotline alone may, and it is recorded."""
    return actor.is_hotline and canonical(words) is not None and read_code(words) is None


@dataclass(frozen=True, slots=True)
class Words:
    """A search by words, or by several filters at once.

    ``typed``: the words as terms of a tsquery, of which the last one may go on unless they are ``finished``; ``marks``
    narrow them to a view; ``named``: tickets whose reporter has exactly that name. Without words the marks alone are
    looked for, which the columns of ``ListEntry`` have too.
    """

    marks: tuple[str, ...]
    typed: tuple[str, ...] = ()
    named: tuple[int, ...] = ()
    finished: bool = False

    def few(self, session: Session, known: Found, months: Sequence[str] = ()) -> list[int] | None:
        """The tickets found, of those received in these months of UTC (``202611``); None: more than ``FEW``. What is
        ``known`` is not asked again."""
        within = [f"({' | '.join(f'M{one}' for one in months)})"] if months else []
        query = " & ".join([*self._terms(), *self.marks, *within])
        if query not in known:
            known[query] = _found(session, query, FEW)
        found = known[query]
        return None if found is None else [*found, *self.named]

    def _terms(self) -> list[str]:
        if self.finished or not self.typed:
            return list(self.typed)
        return [*self.typed[:-1], f"{self.typed[-1]}:*"]

    def share(self, session: Session) -> float:
        """In about which share of all tickets the words stand, 0 to 1, as the database's statistics have it; 0 where
        they would be found as fast as they are read."""
        if not self.typed:
            return 0.0
        query = {"query": " & ".join(self._terms())}
        plan = session.scalar(
            text("EXPLAIN (FORMAT JSON) SELECT FROM list_words WHERE words @@ CAST(:query AS tsquery)"), query
        )
        every = session.scalar(text("SELECT reltuples FROM pg_class WHERE oid = 'list_words'::regclass"))
        expected = float(plan[0]["Plan"]["Plan Rows"]) if plan else 0.0
        return expected / every if every and expected > 2 * FEW else 0.0

    def many(self, ticket_id: Any = ListEntry.ticket_id) -> ColumnElement[bool]:
        """The condition on rows of a list where many are found: they are read in its order, and each is looked at."""
        if not self.typed:
            return true()
        query = " & ".join([*self._terms(), *self.marks])
        matches = ListWords.words.op("@@", is_comparison=True)(cast(query, TSQUERY))
        looked = select(ListWords.ticket_id).where(ListWords.ticket_id == ticket_id, matches)
        looked = looked.correlate_except(ListWords).offset(0)  # the offset keeps the planner from turning it around
        found = looked.exists()
        return or_(found, among(self.named, ticket_id)) if self.named else found


def _found(session: Session, query: str, most: int) -> list[int] | None:
    """Tickets that a tsquery finds; None where there are more than ``most``."""
    asked = func.found_in_lists(cast(query, TSQUERY), most + 1, type_=ARRAY(BigInteger))
    found = session.scalar(select(asked)) or []
    return None if len(found) > most else found


def among(ids: Sequence[int], ticket_id: Any = ListEntry.ticket_id) -> ColumnElement[bool]:
    """The condition on rows of a list that they are of these tickets."""
    found: ColumnElement[bool] = ticket_id == any_(cast(list(ids), ARRAY(BigInteger)))
    return found


def by_column(words: str, actor: Actor) -> ColumnElement[bool] | None:
    """The condition of a search for one column of the ticket: code, end of a code, phone. None: it is words."""
    typed = read_code(words)
    if typed is not None and typed.code is not None:
        return Ticket.code == typed.code
    if reporter_searched(words, actor):
        return Ticket.phone_bidx == phone_index(words)
    if CODE_END.fullmatch(words):
        return CODE_END_COLUMN.op("=", is_comparison=True)(re.sub(r"\D", "", words))
    return None


def by_words(session: Session, words: str, actor: Actor, marks: list[str]) -> Words | None:
    """None where nothing is left to look for. The last word may be unfinished; ``marks``: see :func:`mark`."""
    folded = _split(fold(words))
    if not folded:
        return None
    name = name_index(words) if actor.is_hotline else None
    named = session.scalars(select(Ticket.id).where(Ticket.name_bidx == name).limit(FEW)) if name is not None else ()
    return Words(tuple(marks), tuple(folded), tuple(named))


def _split(words: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in words).split()


def absent(session: Session, words: str, marks: list[str]) -> list[str]:
    """Words of a search, as they were written, that stand in no ticket of these marks; of the first ``TOLD`` alone."""
    written = _split(nfc(words))
    last = len(written) - 1
    queries = {one: f"{fold(one)}{':*' if number == last else ''}" for number, one in enumerate(written)}
    return [one for one, query in list(queries.items())[:TOLD] if _found(session, " & ".join([query, *marks]), 0) == []]


def by_marks(marks: list[str]) -> Words:
    """Several filters at once: their marks are cut in the index of the words."""
    return Words(tuple(marks))


@dataclass(frozen=True, slots=True)
class Window:
    """Months of UTC in a row; half-open."""

    months: list[str]
    low: dt.datetime
    high: dt.datetime


def windows(
    session: Session, viewer: int, within: Days, beyond: dt.datetime | None, *, newest_first: bool
) -> Iterator[Window]:
    """The months of a viewer's tickets from ``beyond`` on: one, one, two, four …"""
    bounds = _bounds(session, viewer, within)
    if bounds is None:
        return
    low, high = bounds
    if beyond is not None:
        low, high = (low, min(high, _month(beyond))) if newest_first else (max(low, _month(beyond)), high)
    every = sorted(range(low, high + 1), reverse=newest_first)
    start, size = 0, 1
    while start < len(every):
        part = sorted(every[start : start + size])
        yield Window([_named(one) for one in part], _begin(part[0]), _begin(part[-1] + 1))
        start, size = start + size, max(1, start + size)


def months(session: Session, viewer: int, within: Days) -> str:
    """The mark of the months in which a viewer's tickets between two instants were received."""
    bounds = _bounds(session, viewer, within)
    if bounds is None:
        return mark("M")  # of no ticket
    return f"({' | '.join(f'M{_named(one)}' for one in range(bounds[0], bounds[1] + 1))})"


def _bounds(session: Session, viewer: int, within: Days) -> tuple[int, int] | None:
    """The first and the last month with tickets of a viewer's, of those asked for."""
    first, last = session.execute(
        select(func.min(ListEntry.received), func.max(ListEntry.received)).where(ListEntry.viewer == viewer)
    ).one()
    if first is None:
        return None
    since, until = within
    low = _month(first) if since is None else max(_month(first), _month(since))
    high = _month(last) if until is None else min(_month(last), _month(until))
    return (low, high) if low <= high else None


def _named(month: int) -> str:
    return f"{month // 12:04d}{month % 12 + 1:02d}"


def _month(instant: dt.datetime) -> int:
    return instant.year * 12 + instant.month - 1


def _begin(month: int) -> dt.datetime:
    return dt.datetime(month // 12, month % 12 + 1, 1, tzinfo=dt.UTC)


def mark(written: str) -> str:
    """A lexeme of a tsquery, whatever its letters."""
    return "'" + written.replace("\\", "\\\\").replace("'", "''") + "'"
