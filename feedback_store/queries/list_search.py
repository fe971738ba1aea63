"""What a search of the lists asks: a code in any writing, a reporter, or words without their accents."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, func, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from feedback_store.domain.codes import read_code
from feedback_store.persons.finding import canonical_phone, name_index, phone_index
from feedback_store.service.actor import Actor
from feedback_store.tables import ListEntry, ListWords, Ticket
from vitext import fold

CODE_END = re.compile(r"\s*(?:\d[\s.\-–—]*){6}")
CODE_END_COLUMN: ColumnElement[str] = func.right(func.replace(Ticket.code, "-", ""), 6)
FEW = 2_000
"""So many found tickets are sorted whole; of more than that, month after month until the page is full."""


def reporter_searched(words: str, actor: Actor) -> bool:
    """Whether the search looks for a person by phone number: the hotline alone may, and it is recorded."""
    return actor.is_hotline and canonical_phone(words) is not None and read_code(words) is None


@dataclass(frozen=True, slots=True)
class Words:
    """A search by words. ``query`` is a tsquery, narrowed by the marks of the view; ``name``: tickets whose reporter
    has that whole name."""

    query: str
    name: bytes | None = None

    def matched(self, months: list[str] | None = None) -> ColumnElement[bool]:
        """The condition on ``ListWords``."""
        query = self.query
        if months is not None:
            query += " & (" + " | ".join(f"M{one}" for one in months) + ")"
        return ListWords.words.op("@@", is_comparison=True)(cast(query, TSQUERY))

    def ids(self, months: list[str] | None = None) -> Select[Any]:
        """Ids of the tickets found, received in these months of UTC alone (``202611``)."""
        found = select(ListWords.ticket_id).where(self.matched(months))
        if self.name is None:
            return found
        named = select(Ticket.id).where(Ticket.name_bidx == self.name)
        union = found.union(named).subquery()
        return select(union.c[0])


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


def by_words(words: str, actor: Actor, marks: list[str]) -> Words | None:
    """None where nothing is left to look for. The last word may be unfinished."""
    folded = "".join(c if c.isalnum() else " " for c in fold(words)).split()
    if not folded:
        return None
    query = " & ".join([*folded[:-1], f"{folded[-1]}:*", *(_quoted(one) for one in marks)])
    return Words(query, name_index(words) if actor.is_hotline else None)


def windows(session: Session, viewer: int, beyond: dt.datetime | None, *, newest_first: bool) -> Iterator[list[str]]:
    """The months of a viewer's tickets from ``beyond`` on, in growing windows; each adds to those before."""
    first, last = session.execute(
        select(func.min(ListEntry.received), func.max(ListEntry.received)).where(ListEntry.viewer == viewer)
    ).one()
    if first is None:
        return
    every = months(first, last)
    if newest_first:
        every.reverse()
    if beyond is not None:
        edge = f"{beyond:%Y%m}"
        every = [one for one in every if (one <= edge if newest_first else one >= edge)]
    size = 1
    while size < 2 * len(every):
        yield every[:size]
        size *= 2


def months(first: dt.datetime, last: dt.datetime) -> list[str]:
    """``202611`` of every month of UTC from one instant to the other."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"{number // 12:04d}{number % 12 + 1:02d}" for number in numbers]


def _quoted(mark: str) -> str:
    """A lexeme of a tsquery, whatever its letters."""
    return "'" + mark.replace("\\", "\\\\").replace("'", "''") + "'"
