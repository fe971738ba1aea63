"""What is asked of a list of tickets, and where in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from feedback_store.queries.list_search import Days

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)


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
    def marked(self) -> list[str]:
        """The filters that the index of the words knows (``ListWords``)."""
        pairs = (("C", self.category), ("X", self.commune), ("S", self.service_class), ("K", self.channel))
        found = [f"{letter}{value}" for letter, value in pairs if value]
        return found if self.imported is None else [*found, "I" if self.imported else "N"]

    @property
    def days(self) -> Days:
        return self.since, self.until

    @property
    def dated(self) -> bool:
        """Whether the receipt is bounded."""
        return self.since is not None or self.until is not None

    @property
    def narrowed(self) -> bool:
        """Whether more than a tab is asked for."""
        plain = QueueFilter(self.tab, agency_id=self.agency_id, page=self.page, after=self.after)
        return self != plain


@dataclass(frozen=True, slots=True)
class Span:
    """Which rows of a list: the next ``limit`` after a row, or the last before one."""

    limit: int
    after: Key | None = None
    before: Key | None = None
    offset: int = 0

    @property
    def edge(self) -> Key | None:
        return self.before or self.after
