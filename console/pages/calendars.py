"""Working calendars: a year at a glance, days off and worked days, weekly hours, confirmation of next year."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from console.asked import text, whole_or_none
from console.context import checked_form, deps_of, go, page, role_needed
from console.forms import faults_of, number, strings
from feedback_store.calendars import FIRST_YEAR, WEEKDAYS, parts, years_known
from feedback_store.queries import calendars as queries
from feedback_store.queries import data_files, desk
from feedback_store.service import calendar_edits
from feedback_store.service.actor import Refused
from feedback_store.service.sessions import CurrentUser
from feedback_store.service.versions import Faults
from feedback_store.texts import render
from vitext.dates import local

router = APIRouter()
READER = role_needed("administrator", "supervisor", "manager")
ADMIN = role_needed("administrator")


@router.get("/lich")
def show_all(request: Request, user: CurrentUser = Depends(READER)) -> Response:
    return _list(request, user)


def _list(
    request: Request,
    user: CurrentUser,
    *,
    faults: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    deps = deps_of(request)
    with deps.store.reading() as session:
        values = {
            "found": queries.calendars(session, deps.now()),
            "missing": queries.unconfirmed(session, deps.now()),
        }
    status = 409 if faults else 200
    return page(request, "calendars.html", user, status=status, faults=faults or {}, typed=typed or {}, **values)


@router.post("/lich")
def create(
    request: Request, user: CurrentUser = Depends(ADMIN), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """A calendar for agencies with other hours."""
    deps, typed = deps_of(request), strings(form)
    try:
        with deps.store.transaction() as session:
            made = calendar_edits.create(session, form=typed, actor=user.actor, now=deps.now())
    except (Faults, Refused) as error:
        return _list(request, user, faults=faults_of(error), typed=typed)
    return go(f"/console/lich/{made.code}/gio", render("calendars.created"))


@router.get("/lich/tai-ve.yaml")
def download(request: Request, user: CurrentUser = Depends(READER)) -> Response:
    """All calendars in the form of the default file."""
    deps = deps_of(request)
    with deps.store.reading() as session:
        body = data_files.calendars_file(session, deps.now())
    return yaml_file(body, "calendars.yaml")


def yaml_file(body: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type="application/yaml; charset=utf-8", headers=headers)


@router.get("/lich/{code}")
def show(
    request: Request, code: str, user: CurrentUser = Depends(READER)
) -> Response:
    """``nam``: a year; ``phien_ban``: an older or scheduled version instead of the newest."""
    query = request.query_params
    return _calendar(request, code, user, year=text(query, "nam"), version=text(query, "phien_ban"))


def _calendar(
    request: Request,
    code: str,
    user: CurrentUser,
    *,
    year: str = "",
    version: str = "",
    form: str = "",
    faults: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """The year view; ``form`` names the form that ``faults`` and ``typed`` belong to."""
    deps, now = deps_of(request), deps_of(request).now()
    known = range(FIRST_YEAR, years_known(now)[-1] + 1)
    typed_year = whole_or_none({"nam": year}, "nam")
    wanted = typed_year if typed_year is not None and typed_year in known else local(now).year
    with deps.store.reading() as session:
        rows = queries.versions(session, code)
        if not rows:
            raise HTTPException(404)
        shown = next((row for row in rows if str(row.id) == version), rows[0])
        months = queries.year_view(shown.data, wanted)
        values = {
            "rows": rows,
            "shown": shown,
            "in_force": next((row for row in rows if row.valid_from <= now), None),
            "months": months,
            "confirmed": queries.confirmations(session, code),
            "people": desk.people(session),
            "users": queries.agencies_of(session, code),
            "agencies": desk.agencies(session, standing=True),
        }
    may_confirm = local(now).year <= wanted <= local(now).year + 1 and wanted not in rows[0].confirmed_years
    return page(
        request,
        "calendar.html",
        user,
        status=409 if faults else 200,
        code=code,
        had=parts(shown.data),
        year=wanted,
        known=known,
        may_confirm=may_confirm,
        form=form,
        faults=faults or {},
        typed=typed or {},
        **values,
    )


def _do(
    request: Request,
    code: str,
    user: CurrentUser,
    form: Mapping[str, Any],
    name: str,
    use: Callable[[Session, dict[str, str]], object],
    done: str,
) -> Response:
    """Carry out one form of the year view and come back to the same year."""
    deps, typed = deps_of(request), strings(form)
    year = typed.get("nam", "")
    try:
        with deps.store.transaction() as session:
            use(session, typed)
    except (Faults, Refused) as error:
        return _calendar(request, code, user, year=year, form=name, faults=faults_of(error), typed=typed)
    query = {} if whole_or_none(typed, "nam") is None else {"nam": year}
    return go(f"/console/lich/{code}", render(done), **query)


@router.post("/lich/{code}/ngay")
def set_days(
    request: Request, code: str, user: CurrentUser = Depends(ADMIN), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """Close one or more days, or open them with hours of their own."""
    now = deps_of(request).now()

    def use(session: Session, typed: dict[str, str]) -> None:
        calendar_edits.change_days(
            session, code=code, base=number(form, "base"), form=typed, actor=user.actor, now=now
        )

    return _do(request, code, user, form, "ngay", use, "calendars.saved")


@router.post("/lich/{code}/bo-ngay")
def drop_days(
    request: Request, code: str, user: CurrentUser = Depends(ADMIN), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """Take days out of the local table."""
    now, days = deps_of(request).now(), [str(day) for day in form.getlist("days")]  # type: ignore[attr-defined]

    def use(session: Session, typed: dict[str, str]) -> None:
        calendar_edits.drop_days(
            session, code=code, base=number(form, "base"), days=[one for day in days for one in day.split()],
            form=typed, actor=user.actor, now=now,
        )  # fmt: skip

    return _do(request, code, user, form, "bo-ngay", use, "calendars.saved")


@router.post("/lich/{code}/xac-nhan")
def confirm(
    request: Request, code: str, user: CurrentUser = Depends(ADMIN), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """Somebody vouches for the days off of a year."""
    now, year = deps_of(request).now(), number(form, "year")

    def use(session: Session, typed: dict[str, str]) -> None:
        calendar_edits.confirm_year(session, code=code, year=year, actor=user.actor, now=now)

    return _do(request, code, user, form, "xac-nhan", use, "calendars.confirmed")


@router.post("/lich/{code}/don-vi")
def assign(
    request: Request, code: str, user: CurrentUser = Depends(ADMIN), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """An agency works by this calendar from now on."""
    now = deps_of(request).now()

    def use(session: Session, typed: dict[str, str]) -> None:
        calendar_edits.assign(session, code=code, agency_id=number(form, "agency"), actor=user.actor, now=now)

    return _do(request, code, user, form, "don-vi", use, "calendars.assigned")


@router.post("/lich/{code}/bo-phien-ban")
def cancel(
    request: Request, code: str, user: CurrentUser = Depends(ADMIN), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """Take back a version that is only scheduled."""
    now = deps_of(request).now()

    def use(session: Session, typed: dict[str, str]) -> None:
        calendar_edits.cancel(session, code=code, version=number(form, "version"), actor=user.actor, now=now)

    return _do(request, code, user, form, "bo-phien-ban", use, "versions.cancelled")


@router.get("/lich/{code}/gio")
def hours(request: Request, code: str, user: CurrentUser = Depends(ADMIN)) -> Response:
    return _hours(request, code, user)


def _hours(
    request: Request,
    code: str,
    user: CurrentUser,
    *,
    faults: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    deps = deps_of(request)
    with deps.store.reading() as session:
        rows = queries.versions(session, code)
        if not rows:
            raise HTTPException(404)
    had = parts(rows[0].data)
    fields = {"name": had["name"], "tz": had["tz"], "culture_day": "on" if had["culture_day"] else ""}
    fields |= {day: ", ".join("-".join(span) for span in had["week"].get(day, [])) for day in WEEKDAYS}
    if typed is not None:
        fields = {**dict.fromkeys(fields, ""), **typed}
    return page(
        request,
        "calendar_hours.html",
        user,
        status=409 if faults else 200,
        code=code,
        row=rows[0],
        weekdays=WEEKDAYS,
        faults=faults or {},
        typed=fields,
    )


@router.post("/lich/{code}/gio")
def change_hours(
    request: Request, code: str, user: CurrentUser = Depends(ADMIN), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """Name, time zone, hours of the week, the day of culture."""
    deps, typed = deps_of(request), strings(form)
    try:
        with deps.store.transaction() as session:
            calendar_edits.change_hours(
                session, code=code, base=number(form, "base"), form=typed, actor=user.actor, now=deps.now()
            )
    except (Faults, Refused) as error:
        return _hours(request, code, user, faults=faults_of(error), typed=typed)
    return go(f"/console/lich/{code}", render("calendars.saved"))
