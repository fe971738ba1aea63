"""The two lists of calls as a person works through them."""

from __future__ import annotations

import re

from httpx import Response

from tests.integration.console.conftest import Person

LIST = "/goi-bao"


def first(person: Person, part: str = "", *, path: str = LIST) -> str:
    """The number of the call that stands first in a part of the list."""
    found = re.search(r'id="goi-(\d+)"', person.read(f"{path}?muc={part}"))
    assert found is not None, "the list is empty"
    return found[1]


def card(page: str, number: str) -> str:
    """One call of a page."""
    start = page.index(f'id="goi-{number}"')
    return page[start : page.index("</section>", start)]


def send(person: Person, act: str, number: str, **fields: str) -> Response:
    return person.post(f"{LIST}/{number}/{act}", page=LIST, **fields)


def tell_by_phone(person: Person, part: str = "", **fields: str) -> Response:
    """Take the first call and tell the citizen, at the instant that the form offers."""
    number = first(person, part)
    taken = send(person, "nhan", number, muc=part)
    offered = re.search(r'name="called_at" required value="([^"]+)"', taken.text)
    assert offered is not None, taken.text
    return send(person, "da-bao", number, **{"called_at": offered[1], **fields})
