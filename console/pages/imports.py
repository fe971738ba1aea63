"""The administrator's page for tickets of another system: template, upload, preview, confirmation, rows to correct."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from console.context import checked_form, deps_of, go, page, role_needed, why
from feedback_store.queries import imports as reports
from feedback_store.service import audit, imports_runs, imports_template, imports_undo
from feedback_store.service.actor import Refused
from feedback_store.service.sessions import CurrentUser
from feedback_store.spreadsheets import XLSX_TYPE
from feedback_store.texts import render

router = APIRouter()
ADMIN = role_needed("administrator")
PLACE = "/console/nhap-du-lieu"
WORKING = ("received", "confirmed")


@router.get("/nhap-du-lieu")
def start(request: Request, user: CurrentUser = Depends(ADMIN)) -> Response:
    return _start(request, user)


def _start(
    request: Request, user: CurrentUser, *, error: str | None = None, typed: Mapping[str, Any] | None = None
) -> Response:
    with deps_of(request).store.reading() as session:
        runs = imports_runs.list_runs(session)
    return page(
        request, "imports.html", user, status=409 if error else 200, runs=runs, error=error, typed=typed or {}
    )


@router.post("/nhap-du-lieu")
def upload(
    request: Request, user: CurrentUser = Depends(ADMIN), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """The file is kept in the database; the worker checks it."""
    deps = deps_of(request)
    given = form.getlist("file") if isinstance(form, FormData) else [form.get("file")]
    files = [one for one in given if isinstance(one, UploadFile) and one.filename]
    try:
        with deps.store.transaction() as session:
            run = imports_runs.receive(
                session,
                source=str(form.get("source", "")),
                files=_read(files),
                actor=user.actor,
                now=deps.now(),
            )
    except Refused as error:
        return _start(request, user, error=why(error), typed=form)
    return go(f"{PLACE}/{run.id}")


def _read(files: Sequence[UploadFile]) -> list[tuple[str, bytes]]:
    """Together no more than a byte above the limit, which refuses them."""
    found, left = [], imports_runs.LIMITS.size + 1
    for one in files:
        content = one.file.read(left)
        left -= len(content)
        found.append((one.filename or "", content))
    return found


@router.get("/nhap-du-lieu/mau.{kind}")
def template(request: Request, kind: str, user: CurrentUser = Depends(ADMIN)) -> Response:
    if kind == "csv":
        return _file("mau-nhap-phan-anh.csv", imports_template.template_csv(), "text/csv; charset=utf-8")
    if kind != "xlsx":
        raise HTTPException(404)
    with deps_of(request).store.reading() as session:
        content = imports_template.template_xlsx(session)
    return _file("mau-nhap-phan-anh.xlsx", content, XLSX_TYPE)


@router.get("/nhap-du-lieu/{run_id}")
def show(request: Request, run_id: int, user: CurrentUser = Depends(ADMIN)) -> Response:
    """Preview or result; while the worker is at it the page asks again by itself."""
    with deps_of(request).store.reading() as session:
        found = imports_runs.find_run(session, run_id)
    if found is None:
        raise HTTPException(404)
    run, correctable = found
    data = run.result or run.preview
    return page(
        request,
        "import_run.html",
        user,
        run=run,
        data=data,
        lines=reports.summary(data, done=run.state == "done") if data else [],
        correctable=correctable,
        working=run.state in WORKING,
    )


@router.get("/nhap-du-lieu/{run_id}/tu-choi.xlsx")
def refused_rows(request: Request, run_id: int, user: CurrentUser = Depends(ADMIN)) -> Response:
    deps = deps_of(request)
    with deps.store.reading() as session:
        found = imports_runs.rows_to_correct(session, run_id)
    if found is None:
        raise HTTPException(404)
    with deps.store.transaction() as session:  # names and numbers of citizens as they came
        audit.log(session, action="downloaded", user_id=user.id, subject=f"import:{run_id}", now=deps.now())
    return _file(found[0], found[1], XLSX_TYPE)


@router.post("/nhap-du-lieu/{run_id}/{action}")
def decide(
    request: Request,
    run_id: int,
    action: str,
    user: CurrentUser = Depends(ADMIN),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:
    """xac-nhan, huy, hoan-tac."""
    deps, moves = deps_of(request), {"xac-nhan": imports_runs.confirm, "huy": imports_runs.cancel}
    if action == "hoan-tac":
        with deps.store.transaction() as session:
            gone = imports_undo.undo(session, run_id=run_id, actor=user.actor, now=deps.now())
        return go(PLACE, render("imports.undo_done", count=gone))
    if action not in moves:
        raise HTTPException(404)
    with deps.store.transaction() as session:
        moves[action](session, run_id=run_id, actor=user.actor, now=deps.now())
    if action == "huy":
        return go(PLACE, render("imports.run_cancelled"))
    return go(f"{PLACE}/{run_id}")


def _file(name: str, content: bytes, media_type: str) -> Response:
    plain = name.encode("ascii", "ignore").decode().replace('"', "") or "tep.xlsx"
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})
