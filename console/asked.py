"""What an address or a form asks for, read in one place: nothing typed by hand can break a page.

Each reader takes the query parameters or the form and a field's name. An empty field is None or ""; a value that
cannot be meant raises :class:`BadValue`, which becomes a page that says so (``console/errors.py``).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import HTTPException, Request
from starlette.datastructures import FormData

from feedback_store.texts import has, render
from vitext import whole_number

Given = Mapping[str, Any]
MOST = 2**63 - 1
"""The largest number that the database keeps."""
YEARS = range(1900, 2201)
LAST_PAGE = 1_000_000


class BadValue(ValueError):
    """A value that cannot be read; ``name`` is the field's name in the address or form."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    @property
    def sentence(self) -> str:
        """What the reader of the page is told."""
        key = f"console.field_{self.name}"
        return render("console.bad_value", field=render(key)) if has(key) else render("console.bad_address")


def text(given: Given, name: str, *, longest: int = 200) -> str:
    """A line of text, cut at ``longest`` characters; a file counts as nothing."""
    value = given.get(name, "")
    return value.strip()[:longest] if isinstance(value, str) else ""


def whole(given: Given, name: str, *, most: int = MOST) -> int | None:
    """A whole number from 0 to ``most`` in plain digits."""
    value = text(given, name)
    if not value:
        return None
    if (read := whole_number(value, most)) is None:
        raise BadValue(name)
    return read


def whole_or_none(given: Given, name: str, *, most: int = MOST) -> int | None:
    """The same for forms, where the use case itself refuses a missing choice beside its field."""
    try:
        return whole(given, name, most=most)
    except BadValue:
        return None


def wholes(given: FormData, name: str) -> set[int]:
    """The numbers of boxes that were ticked; what is no number, or too large to be one of ours, is left out."""
    values = (whole_or_none({name: value}, name) for value in given.getlist(name))
    return {value for value in values if value is not None}


def page_number(given: Given) -> int:
    """``trang``: from 1; anything that is no such number is the first page."""
    return max(1, min(whole_or_none(given, "trang") or 1, LAST_PAGE))


def date(given: Given, name: str) -> dt.date | None:
    """A day as a date field sends it (``2026-11-29``), of a year that can be meant."""
    value = text(given, name)
    if not value:
        return None
    try:
        read = dt.date.fromisoformat(value)
    except ValueError as error:
        raise BadValue(name) from error
    if read.year not in YEARS:
        raise BadValue(name)
    return read


def identifier(value: object) -> uuid.UUID | None:
    """A UUID in its usual writing; None for anything else."""
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None


def readable(request: Request) -> bool:
    """Whether path and query are UTF-8 without control characters: no name, date, code or search holds one."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode("utf-8", "replace")
    query: bytes = request.scope.get("query_string", b"")
    for part in (raw.split(b"?", 1)[0], query.replace(b"+", b" ")):
        try:
            said = unquote_to_bytes(part).decode("utf-8")
        except UnicodeDecodeError:
            return False
        if any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in said):
            return False
    return True


def known_keys(request: Request) -> None:
    """Every route depends on this: a number in the path that no row can have is a page that doesn't exist."""
    for value in request.path_params.values():
        shown = str(value)
        if shown.lstrip("-").isdigit() and whole_number(shown) is None:
            raise HTTPException(404)
