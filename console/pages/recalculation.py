"""Recalculation: which running clocks newer calendars and targets would move, then the act itself (sla.md, rule 12)."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from console import words
from console.asked import text
from console.context import checked_form, deps_of, go, page, role_needed
from console.forms import faults_of
from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.domain.policy import in_order
from feedback_store.domain.recalculation import MOVING
from feedback_store.queries import calendars, desk, policies
from feedback_store.queries import recalculation as queries
from feedback_store.queries.recalculation import Move, Preview, Scope
from feedback_store.service import recalculation
from feedback_store.service.actor import Refused
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import render
from vitext.dates import local

router = APIRouter()
READER = role_needed("administrator", "supervisor", "manager")
ADMIN = role_needed("administrator")
LISTED = 200
COLUMNS = ("code", "clock", "agency", "old_original", "new_original", "old_current", "new_current", "effect")


def _scope(given: Mapping[str, Any]) -> Scope:
    return Scope(text(given, "lich", longest=64) or None, text(given, "nhom", longest=64) or None)


@router.get("/tinh-lai")
def show(
    request: Request, user: CurrentUser = Depends(READER)
) -> Response:
    """``lich``: one calendar, ``nhom``: one class; ``xem``: with the preview."""
    scope = _scope(request.query_params)
    return _page(request, user, scope, _preview(request, scope) if request.query_params.get("xem") else None)


def _preview(request: Request, scope: Scope) -> Preview:
    deps = deps_of(request)
    with deps.store.reading() as session:
        return queries.preview(session, scope=scope, now=deps.now())


def _page(
    request: Request,
    user: CurrentUser,
    scope: Scope,
    seen: Preview | None,
    *,
    faults: Mapping[str, str] | None = None,
    reason: str = "",
) -> Response:
    deps, now = deps_of(request), deps_of(request).now()
    with deps.store.reading() as session:
        row = policies.in_force([one for one, _ in policies.versions(session)], now)
        classes = row.data["classes"] if row else {}
        values = {
            "calendars": calendars.calendars(session, now),
            "classes": {code: classes[code]["name"] for code in in_order(classes)},
            "acts": queries.acts(session),
            "people": desk.people(session),
        }
    asked = {"lich": scope.calendar or "", "nhom": scope.service_class or ""}
    return page(
        request,
        "recalculation.html",
        user,
        status=409 if faults else 200,
        seen=seen,
        asked=asked,
        listed=seen.moves[:LISTED] if seen else [],
        moving=MOVING,
        sheet="/console/tinh-lai/danh-sach.xlsx?" + urlencode(asked),
        faults=faults or {},
        reason=reason,
        **values,
    )


@router.post("/tinh-lai")
def apply(
    request: Request, user: CurrentUser = Depends(ADMIN), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """Do what the preview showed, if it would still show the same; else show what it shows now."""
    deps, now = deps_of(request), deps_of(request).now()
    scope = _scope(form)
    reason, seen = str(form.get("reason", "")), _preview(request, scope)
    if seen.digest != str(form.get("digest", "")):
        return _page(request, user, scope, seen, faults={"": render("recalculation.changed")}, reason=reason)
    work = recalculation.work(seen)
    if not work and not seen.same:
        return _page(request, user, scope, seen, faults={"": render("recalculation.nothing")}, reason=reason)
    try:
        with deps.store.transaction() as session:
            act = recalculation.Act(scope, reason, seen.digest, user.actor)
            act = recalculation.begin(session, act=act, seen=seen, now=now)
    except (Refused, IllegalMove) as error:
        return _page(request, user, scope, seen, faults={"reason": faults_of(error)[""]}, reason=reason)
    done = recalculation.Done()
    for first in range(0, len(work), recalculation.BATCH):
        with deps.store.transaction() as session:
            part = work[first : first + recalculation.BATCH]
            done.add(recalculation.apply_to(session, act=act, tickets=part, now=now))
    with deps.store.transaction() as session:
        same = recalculation.renew(session, same=seen.same)
        recalculation.finish(session, act=act, done=done, same=same, now=now)
    said = render("recalculation.done", tickets=done.tickets, clocks=done.clocks)
    if done.skipped:
        said += " " + render("recalculation.skipped", n=done.skipped)
    if done.failed:
        said += " " + render("recalculation.failed", n=done.failed)
    return go("/console/tinh-lai", said)


@router.get("/tinh-lai/danh-sach.xlsx")
def sheet(request: Request, user: CurrentUser = Depends(READER)) -> Response:
    """The whole preview as a table."""
    seen = _preview(request, _scope(request.query_params))
    book = Workbook(write_only=True)
    table = book.create_sheet(render("recalculation.sheet"))
    for letter, width in zip("ABCDEFGH", (18, 20, 36, 18, 18, 18, 18, 44), strict=True):
        table.column_dimensions[letter].width = width
    table.freeze_panes = "A2"
    table.append([_cell(table, render(f"recalculation.column_{name}"), bold=True) for name in COLUMNS])
    for move in seen.moves:
        table.append([_cell(table, value) for value in _values(move)])
    out = io.BytesIO()
    book.save(out)
    return Response(
        out.getvalue(),
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": 'attachment; filename="tinh-lai-thoi-han.xlsx"'},
    )


def _values(move: Move) -> list[str | dt.datetime]:
    dues = (move.original.old, move.original.new, move.current.old, move.current.new)
    times: list[str | dt.datetime] = [local(due).replace(tzinfo=None) for due in dues]
    effect = render(f"recalculation.effect_{move.effect}")
    return [move.code, words.clock_kind(move.kind), move.agency or "", *times, effect]


def _cell(table: Any, value: str | dt.datetime, *, bold: bool = False) -> Any:
    """A cell whose text is never taken for a formula."""
    made = WriteOnlyCell(table, value)
    if isinstance(value, str):
        made.data_type = "s"
    else:
        made.number_format = "hh:mm dd/mm/yyyy"
    if bold:
        made.font = Font(bold=True)
    return made
