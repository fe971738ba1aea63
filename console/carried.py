"""A form that could not be acted on because its session had ended, kept until its author has signed in again.

It lives in the page alone: sealed (encrypted and signed) while nobody is signed in, as fields of the new form after
that. Nothing of it is stored. It is taken only with a CSRF token that a page of ours was shown with: that proves both
the page and whose it was.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from cryptography.fernet import InvalidToken
from fastapi import HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.types import Message

from console.context import OWN, deps_of, from_here
from console.forms import written
from feedback_store.crypto import keyring
from feedback_store.service import sessions
from feedback_store.service.sessions import ShownTo
from vitext import clean

LONGEST = 256 * 1024
"""Bytes of names and values; the sealed form is 16/9 of it at most."""
LIFE = sessions.LIFE
PEEK = 4096
"""Bytes in which the CSRF token stands: it is the first field of every form."""
TOKEN = re.compile(rb'(?:name="csrf"\r\n\r\n|(?:^|&)csrf=)([\w-]{32})(?![\w-])')


class TooLong(Exception):
    """More than :data:`LONGEST`."""


@dataclass(frozen=True, slots=True)
class Carried:
    """``to``: path and query of the form's address; ``files``: field and name of each file to choose again."""

    author: ShownTo
    to: str
    fields: list[list[str]]
    files: list[list[str]]
    multipart: bool

    def sealed(self, now: dt.datetime) -> str:
        """For a hidden field."""
        return keyring().encrypt(json.dumps([now.timestamp(), asdict(self)]).encode()).decode("ascii")

    @property
    def file_fields(self) -> list[str]:
        return list(dict.fromkeys(field for field, _ in self.files))

    def file_names(self, field: str) -> str:
        return ", ".join(name for of, name in self.files if of == field)

    @property
    def words(self) -> list[tuple[str, str]]:
        return written((name, value) for name, value in self.fields)


def opened(sealed: str, now: dt.datetime) -> Carried | None:
    """What :meth:`Carried.sealed` gave within the last hours; None for anything else."""
    try:
        at, kept = json.loads(keyring().decrypt(sealed.encode("utf-8", "replace")))
        age = now.timestamp() - at
        carried = Carried(**{**kept, "author": ShownTo(**kept["author"])})
    except (InvalidToken, ValueError, TypeError, KeyError):
        return None
    return carried if -60 <= age <= LIFE.total_seconds() else None


async def of_request(request: Request) -> Carried | None:
    """The form of a request without a session; None where it can't be proven to come from a page of ours.

    The proof is asked for before the body is read: a stranger can't make us take in a large one. Raises
    :class:`TooLong`.
    """
    if request.url.path.endswith(OWN) or not from_here(request):
        return None
    seen, receive = await _peeked(request)
    token = TOKEN.search(seen)
    author = await _author(request, token[1].decode()) if token else None
    if author is None:
        return None
    try:
        async with Request(request.scope, receive).form(max_files=10, max_fields=200) as form:
            return _carried(request, form, author)
    except HTTPException:  # a body that is no form
        return None


async def of_form(request: Request, form: FormData) -> Carried | None:
    """The same for a form that was read already."""
    author = await _author(request, str(form.get("csrf", "")))
    return None if author is None or request.url.path.endswith(OWN) else _carried(request, form, author)


async def _author(request: Request, csrf: str) -> ShownTo | None:
    store = deps_of(request).store

    def look() -> ShownTo | None:
        with store.reading() as session:
            return sessions.shown_to(session, csrf)

    return await run_in_threadpool(look) if re.fullmatch(r"[\w-]{32}", csrf, re.ASCII) else None


async def _peeked(request: Request) -> tuple[bytes, Callable[[], Awaitable[Message]]]:
    """The beginning of the body, and a ``receive`` that gives all of it."""
    kept: list[Message] = []
    seen, more = b"", True
    while more and len(seen) < PEEK:
        kept.append(await request.receive())
        seen, more = seen + kept[-1].get("body", b""), kept[-1].get("more_body", False)

    async def receive() -> Message:
        return kept.pop(0) if kept else await request.receive()

    return seen[:PEEK], receive


def _carried(request: Request, form: FormData, author: ShownTo) -> Carried:
    items = [(clean(name), value) for name, value in form.multi_items() if name != "csrf"]
    fields = [[name, clean(value)] for name, value in items if isinstance(value, str)]
    if sum(len(name.encode()) + len(value.encode()) for name, value in fields) > LONGEST:
        raise TooLong
    files = [[name, clean(value.filename)] for name, value in items
             if not isinstance(value, str) and value.filename]  # fmt: skip
    to = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    multipart = request.headers.get("content-type", "").lower().startswith("multipart/")
    return Carried(author, to, fields, files, multipart)
