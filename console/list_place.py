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
from vitext import clean

FIELD = "ve"
LIST = "/console/phan-anh"
NARROWING = ("tim", "linh_vuc", "don_vi", "xa", "nhom", "kenh", "nguon", "tu", "den")
MOST_ON_PAGE = 1_000
LONGEST = 4_000
"""Characters: nine filters in Vietnamese letters, each letter as three groups of the address."""


@dataclass(frozen=True, slots=True)
class ListPlace:
    """``given``: tab and filters of the list as its address has them; ``row``: 1 for the first of the page."""

    given: Mapping[str, str]
    page: int = 1
    row: int = 1

    @property
    def address(self) -> str:
        """The list itself, at the page of the ticket."""
        return f"{LIST}?" + urlencode({**self._named(), "trang": self.page})

    @property
    def query(self) -> str:
        """What the address of a ticket, or of one of its forms, ends with."""
        return "?" + urlencode({FIELD: urlencode({**self._named(), "trang": self.page, "thu": self.row})})

    def ticket(self, code: str) -> str:
        """The address of a ticket opened from here."""
        return f"{LIST}/{code}{self.query}"

    def at(self, page: int, row: int) -> ListPlace:
        """Another row of the same list."""
        return replace(self, page=page, row=row)

    def _named(self) -> dict[str, str]:
        return {name: value for name, value in self.given.items() if value}


def place_of(request: Request) -> ListPlace | None:
    """The place that the address of the request names; None where a ticket was opened from elsewhere."""
    written = asked.text(request.query_params, FIELD, longest=LONGEST)
    if not written:
        return None
    known = {name: clean(value) for name, value in parse_qsl(written)}
    given = {name: asked.text(known, name) for name in ("muc", *NARROWING)}
    row = asked.whole_or_none(known, "thu", most=MOST_ON_PAGE)
    return ListPlace(given, page=asked.page_number(known), row=max(1, row or 1))


def ticket_address(request: Request, code: str) -> str:
    """The page of a ticket after one of its forms was sent: the list it was opened from stays known."""
    place = place_of(request)
    return place.ticket(code) if place is not None else f"{LIST}/{code}"
