"""Users in bulk: template, upload, preview, confirmation with one-time passwords, rows to correct."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console.context import checked_form, deps_of, go, page, role_needed, why
from feedback_store.queries import desk
from feedback_store.service import user_files
from feedback_store.service.actor import AGENCY_ROLES, Refused
from feedback_store.service.sessions import CurrentUser
from feedback_store.spreadsheets import XLSX_TYPE, Column, Sheet, write_refused, write_sheets, write_xlsx
from feedback_store.texts import render

router = APIRouter(prefix="/nguoi-dung/tu-tep")
ADMIN = role_needed("administrator")
SECONDS_EACH = 0.06
"""To hash one password with two cores (measured); said to who waits."""


def said(key: str) -> str:
    return render(f"user_files.{key}")


def xlsx(data: bytes, name: str) -> Response:
    return Response(data, media_type=XLSX_TYPE, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get("")
def upload_page(request: Request, user: CurrentUser = Depends(ADMIN)) -> Response:
    return page(request, "user_upload.html", user, error=None)


@router.get("/mau.xlsx")
def template(request: Request, user: CurrentUser = Depends(ADMIN)) -> Response:
    """An example row, lists to choose from, and the agencies and roles there are."""
    with deps_of(request).store.reading() as session:
        agencies = [one for one in desk.agencies(session) if one.dissolved_at is None]
    roles = [(user_files.role_name(one), said("yes" if one in AGENCY_ROLES else "no")) for one in user_files.BULK_ROLES]
    names = user_files.titles()
    role_choices = f"'{said('sheet_roles')}'!$A$2:$A${len(roles) + 1}"
    agency_choices = f"'{said('sheet_agencies')}'!$A$2:$A${len(agencies) + 1}"
    columns = [
        Column(names["login"]),
        Column(names["name"], width=32),
        Column(names["role"], choices=role_choices),
        Column(names["agency"], width=44, choices=agency_choices),
    ]
    first = agencies[0].name if agencies else ""
    example = [user_files.EXAMPLE_LOGIN, said("example_name"), user_files.role_name("officer"), first]
    made = write_sheets(
        [
            Sheet(said("sheet_users"), columns, [example]),
            Sheet(said("sheet_roles"), [Column(names["role"]), Column(said("column_needs"))], roles),
            Sheet(
                said("sheet_agencies"),
                [Column(names["agency"], width=60), Column(said("column_code"), width=32)],
                [(one.name, one.code) for one in agencies],
            ),
        ]
    )
    return xlsx(made, "mau-nguoi-dung.xlsx")


@router.post("")
def upload(
    request: Request, user: CurrentUser = Depends(ADMIN), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    given = form.get("file")
    try:
        if given is None or isinstance(given, str) or not given.filename:
            raise Refused("spreadsheets.no_file")
        data = given.file.read(user_files.LIMITS.size + 1)
        with deps_of(request).store.transaction() as session:
            kept = user_files.keep(session, data=data, actor=user.actor, now=deps_of(request).now())
    except Refused as error:
        return page(request, "user_upload.html", user, status=409, error=why(error))
    return go(f"/console/nguoi-dung/tu-tep/{kept}")


@router.get("/{file_id}")
def preview(request: Request, file_id: uuid.UUID, user: CurrentUser = Depends(ADMIN)) -> Response:
    return _preview(request, user, file_id)


def _preview(request: Request, user: CurrentUser, file_id: uuid.UUID, error: str | None = None) -> Response:
    try:
        with deps_of(request).store.reading() as session:
            found = user_files.preview(session, file_id=file_id, actor=user.actor)
    except Refused as refused:
        return page(request, "user_upload.html", user, status=409, error=why(refused))
    if found.applied_at is not None:
        message = render("user_files.applied_already")
        return page(request, "user_upload.html", user, status=409, error=message)
    order = ("refused", "created", "changed", "unchanged")
    return page(
        request,
        "user_preview.html",
        user,
        status=409 if error else 200,
        error=error,
        found=found,
        plans=sorted(found.plans, key=lambda plan: (order.index(plan.outcome), plan.row.number)),
        seconds=round(found.counts["created"] * SECONDS_EACH) + 1,
    )


@router.get("/{file_id}/chua-nhan.xlsx")
def refused_rows(request: Request, file_id: uuid.UUID, user: CurrentUser = Depends(ADMIN)) -> Response:
    """The rows that are not taken, each with its reason, ready to be corrected and given again."""
    with deps_of(request).store.reading() as session:
        found = user_files.preview(session, file_id=file_id, actor=user.actor)
    rows = [(plan.row, plan.reason) for plan in found.plans if plan.outcome == "refused"]
    made = write_refused(found.table, rows, title=said("sheet_refused"), reason=said("column_reason"))
    return xlsx(made, "nguoi-dung-chua-nhan.xlsx")


@router.post("/{file_id}")
def confirm(
    request: Request,
    file_id: uuid.UUID,
    user: CurrentUser = Depends(ADMIN),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:
    """The answer is the file of one-time passwords: they are nowhere else and are given this once."""
    deps = deps_of(request)
    try:
        with deps.store.reading() as session:
            plans = user_files.preview(session, file_id=file_id, actor=user.actor).plans
        passwords = user_files.passwords_for(plans)
        with deps.store.transaction() as session:
            made = user_files.apply(
                session, file_id=file_id, digest=str(form.get("digest", "")), passwords=passwords, actor=user.actor,
                now=deps.now(),
            )  # fmt: skip
    except Refused as error:
        return _preview(request, user, file_id, why(error))
    if not made:
        return go("/console/nguoi-dung", render("editing.saved"))
    names = user_files.titles()
    columns = [*(Column(names[key], width=32) for key in user_files.COLUMNS), Column(said("column_password"), width=28)]
    rows = [(one.login, one.name, user_files.role_name(one.role), one.agency, one.password) for one in made]
    return xlsx(write_xlsx(columns, rows, title=said("sheet_passwords")), "mat-khau-mot-lan.xlsx")
