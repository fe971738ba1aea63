"""The audit log for the administrator: who did and read what, by filters, and as a file."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console import asked, words
from console.context import deps_of, page, role_needed
from console.pages.exports import columns, give_list
from feedback_store.queries import audit, desk
from feedback_store.queries.audit import Filter
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import has, render
from vitext.dates import VIET_NAM

if TYPE_CHECKING:
    from feedback_store.tables import AuditEntry

router = APIRouter()
ADMIN = role_needed("administrator")
MOST_ROWS = 50_000
FIELDS = ("viec", "nguoi", "ve", "tu", "den")


def _filter(request: Request) -> Filter:
    given = request.query_params
    since, until = asked.date(given, "tu"), asked.date(given, "den")
    return Filter(
        action=asked.text(given, "viec", longest=64),
        user_id=asked.whole(given, "nguoi", most=2**31 - 1),
        subject=asked.text(given, "ve", longest=96),
        since=None if since is None else dt.datetime.combine(since, dt.time(), VIET_NAM),
        until=None if until is None else dt.datetime.combine(until, dt.time(), VIET_NAM) + dt.timedelta(days=1),
    )


@router.get("/nhat-ky")
def show(request: Request, user: CurrentUser = Depends(ADMIN)) -> Response:
    """Newest first; older ones by the number of the last one shown."""
    deps, wanted = deps_of(request), _filter(request)
    given = {name: asked.text(request.query_params, name) for name in FIELDS}
    with deps.store.reading() as session:
        found = audit.entries(session, wanted, before=asked.whole(request.query_params, "truoc"))
        values: dict[str, Any] = {
            "entries": found,
            "people": desk.people(session),
            "actions": audit.actions(session),
            "head": audit.head(session),
            "codes": audit.ticket_codes(session, found),
        }
    older = found[-1].seq if len(found) == audit.PAGE else None
    narrowed = urlencode({name: value for name, value in given.items() if value})
    return page(
        request, "audit.html", user, given=given, narrowed=narrowed, older=older, data=_data, about=_about, **values
    )


@router.get("/nhat-ky.xlsx")
def export(request: Request, user: CurrentUser = Depends(ADMIN)) -> Response:
    """The log as it is filtered, newest first; the download is an entry too."""
    deps, wanted = deps_of(request), _filter(request)
    with deps.store.reading() as session:
        found = audit.entries(session, wanted, limit=MOST_ROWS)
        people, codes = desk.people(session), audit.ticket_codes(session, found)
    rows = [
        (one.seq, one.at, people.get(one.user_id or 0, ""), words.audited(one.action), _about(one, codes), _data(one),
         one.hash.hex())
        for one in found
    ]  # fmt: skip
    heads = columns(("number", "number"), ("at", "instant"), "person", "act", "subject", "details", "hash")
    kept = {name: value for name in FIELDS if (value := asked.text(request.query_params, name))}
    return give_list(request, user, "audit", heads, rows, filters=kept)


def _about(entry: AuditEntry, codes: Mapping[str, str]) -> str:
    """``ticket:12`` as the ticket's code, ``user:3`` in words; one that has no words as it is."""
    subject = entry.subject or ""
    kind, _, number = subject.partition(":")
    return codes.get(subject) or (render(f"audit.of_{kind}", id=number) if has(f"audit.of_{kind}") else subject)


def _data(entry: AuditEntry) -> str:
    """What the entry holds beside its subject, as short text."""
    named = ((render(f"audit.data_{key}") if has(f"audit.data_{key}") else key, key, value)
             for key, value in (entry.data or {}).items())  # fmt: skip
    return "; ".join(f"{name}: {_short(key, value)}" for name, key, value in named)


def _short(key: str, value: object) -> str:
    if key == "role" and isinstance(value, str):
        return words.role(value)
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return said if len(said) <= 200 else said[:199] + "…"
