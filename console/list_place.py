"""The place in the list from which a ticket was opened, so that its page leads back to it, and to its neighbours.

It travels in the ticket's own address (``ve``), so two windows never mix their lists. It holds the parameters of the
list alone, never an address: whoever writes a link can lead nowhere but to a list of this console.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from fastapi import Request

from console import asked
from feedback_store.queries.list_filters import Key
from vitext import clean

FIELD = "ve"
LIST = "/console/phan-anh"
NARROWING = ("tim", "linh_vuc", "don_vi", "xa", "nhom", "kenh", "nguon", "tu", "den")
LONGEST = 4_000
"""Characters: nine filters in Vietnamese letters, each letter as three groups of the address."""


@dataclass(frozen=True, slots=True)
class ListPlace:
    """``given``: tab and filters of the list as its address has them."""

    given: Mapping[str, str]
    page: int = 1
    after: Key | None = None
    """The row before the page's first; None on the first page, or where only its number is known."""
    row: Key | None = None
    """The ticket's row as it stood when the ticket was opened."""
    alone: bool = False
    """The list holds this ticket and no other: there is no next."""

    @property
    def address(self) -> str:
        """The list itself, at the page of the ticket."""
        return f"{LIST}?" + urlencode(self._named())

    @property
    def query(self) -> str:
        """What the address of a ticket, or of one of its forms, ends with."""
        row = {"dong": self.row.written()} if self.row else {}
        alone = {"mot": "1"} if self.alone else {}
        return "?" + urlencode({FIELD: urlencode({**self._named(), **row, **alone})})

    def ticket(self, code: str) -> str:
        """The address of a ticket opened from here."""
        return f"{LIST}/{code}{self.query}"

    def at(self, row: Key) -> ListPlace:
        """Another row of the same page."""
        return replace(self, row=row)

    def turned(self, page: int, after: Key | None) -> ListPlace:
        """Another page of the same list."""
        return replace(self, page=page, after=after)

    def _named(self) -> dict[str, str]:
        place = {"trang": str(self.page), "tiep": self.after.written()} if self.after else {"trang": str(self.page)}
        return {**{name: value for name, value in self.given.items() if value}, **place}


def key_of(given: Mapping[str, str], name: str = "tiep") -> Key | None:
    """A row of the list as an address names it; anything else is none."""
    return Key.read(asked.text(given, name))


def place_of(request: Request) -> ListPlace | None:
    """The place that the address of the request names; None where a ticket was opened from elsewhere."""
    written = asked.text(request.query_params, FIELD, longest=LONGEST)
    if not written:
        return None
    known = {name: clean(value) for name, value in parse_qsl(written)}
    given = {name: asked.text(known, name) for name in ("muc", *NARROWING)}
    return ListPlace(given, page=asked.page_number(known), after=key_of(known), row=key_of(known, "dong"),
                     alone=bool(known.get("mot")))  # fmt: skip


def ticket_address(request: Request, code: str) -> str:
    """The page of a ticket after one of its forms was sent: the list it was opened from stays known."""
    place = place_of(request)
    return place.ticket(code) if place is not None else f"{LIST}/{code}"
