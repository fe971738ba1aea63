"""Every list and every table of figures as an XLSX file; each download is kept in the audit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console import asked, figure_files, words
from console.context import HOTLINE, deps_of, role_needed, signed_in
from console.figure_choice import read
from console.list_place import NARROWING
from console.pages.callbacks import OUTCOMES
from console.pages.figures import READERS, asked_of, title_of
from console.pages.queue import filters_of, record_search, tab_names
from feedback_store.downloads import MEDIA_TYPE, Column, Kind, Sheet, masked, workbook
from feedback_store.queries import desk, exports, figures, figures_counts, lookups, organisation
from feedback_store.service import audit, deliveries, users
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import render
from vitext.dates import short_time

router = APIRouter()
ADMIN = role_needed("administrator")
DESK = role_needed(*HOTLINE)


def columns(*named: str | tuple[str, Kind]) -> list[Column]:
    """``"code"`` for a text column, ``("due", "instant")`` for another kind."""
    pairs = [(one, "text") if isinstance(one, str) else one for one in named]
    return [Column(render(f"downloads.col_{name}"), kind) for name, kind in pairs]  # type: ignore[arg-type]


def facts(user: CurrentUser, now: dt.datetime, *more: tuple[str, str], shown: int | None = None,
          total: int | None = None) -> list[tuple[str, str]]:  # fmt: skip
    """What stands above a table: the given facts, then when it was made and for whom, and whether it was cut."""
    found = [(render(f"downloads.fact_{name}"), value) for name, value in more]
    found += [
        (render("downloads.fact_at"), short_time(now)),
        (render("downloads.fact_by"), f"{user.name} ({user.login}), {words.role(user.role)}"),
    ]
    if user.agency_name:
        found.append((render("downloads.fact_narrowed"), render("downloads.own_agency", agency=user.agency_name)))
    if shown is not None:
        found.append((render("downloads.fact_rows"), words.number(shown)))
    if shown is not None and total is not None and total > shown:
        said = render("downloads.cut", shown=words.number(shown), total=words.number(total))
        found.append((render("downloads.fact_note"), said))
    return found


def give(
    request: Request, user: CurrentUser, what: str, sheets: Sequence[Sheet], rows: int, **data: Any
) -> Response:
    """The file, after its download was recorded: who, what, how many rows and by which filters."""
    deps = deps_of(request)
    body = workbook(sheets)
    with deps.store.transaction() as session:
        audit.log(
            session, action="downloaded", user_id=user.id, subject=f"xlsx:{what}", data={"rows": rows, **data},
            now=deps.now(),
        )  # fmt: skip
    name = f"{what}-{deps.now():%Y%m%d-%H%M}.xlsx"
    return Response(body, media_type=MEDIA_TYPE, headers={"Content-Disposition": f"attachment; filename={quote(name)}"})


def give_list(
    request: Request, user: CurrentUser, what: str, heads: list[Column], rows: Sequence[Sequence[Any]],
    *more: tuple[str, str], total: int | None = None, title: str | None = None, **data: Any,
) -> Response:  # fmt: skip
    """One list as a file of one sheet."""
    said = title or render(f"downloads.{what}")
    above = facts(user, deps_of(request).now(), *more, shown=len(rows), total=total)
    return give(request, user, what, [Sheet(said, said, above, heads, rows)], len(rows), **data)


@router.get("/phan-anh.xlsx")
def queue(request: Request, user: CurrentUser = Depends(signed_in)) -> Response:
    """The queue as it is filtered, newest first."""
    deps, now = deps_of(request), deps_of(request).now()
    given = {name: asked.text(request.query_params, name) for name in ("muc", *NARROWING)}
    filters = filters_of(given, user.actor)
    with deps.store.reading() as session:
        found, total = exports.queue(session, actor=user.actor, filters=filters, at=now)
        said = _narrowed(given, {one.code: one.name for one in lookups.categories(session)},
                         {str(one.id): one.name for one in desk.agencies(session)},
                         {one.code: one.name for one in lookups.communes(session)})  # fmt: skip
    record_search(deps, user, filters, rows=total)
    rows = [
        (code, received, words.channel(channel), category, group, _yes(danger), masked(place), commune, agencies,
         words.state(state), due, _yes(late), closed)
        for code, received, channel, category, group, danger, place, commune, agencies, state, due, late, closed
        in found
    ]  # fmt: skip
    heads = columns(
        "code", ("received", "instant"), "channel", "category", "class", "danger", "place", "commune", "agency",
        "state", ("next_due", "instant"), "overdue", ("closed", "instant"),
    )  # fmt: skip
    tabs = dict(tab_names(user))
    about = [("filters", "; ".join([tabs.get(filters.tab, ""), *said]).strip("; "))]
    kept = {name: value for name, value in given.items() if name in (*NARROWING, "muc") and name != "tim" and value}
    return give_list(request, user, "queue", heads, rows, *about, total=total, filters=kept,
                     searched=bool(filters.search))  # fmt: skip


def _narrowed(given: dict[str, str], categories: dict[str, str], agencies: dict[str, str],
              communes: dict[str, str]) -> list[str]:  # fmt: skip
    """The filters in words; a search without what looks like a phone number."""
    named = (("linh_vuc", "category", categories), ("don_vi", "agency", agencies), ("xa", "commune", communes))
    said = [
        f"{render(f'downloads.col_{column}')}: {names.get(given[key], given[key])}"
        for key, column, names in named
        if given.get(key)
    ]
    for key in ("nhom", "kenh", "tu", "den", "tim"):
        if given.get(key):
            said.append(f"{render(f'downloads.filter_{key}')}: {masked(given[key])}")
    return said


@router.get("/qua-han.xlsx")
def overdue(request: Request, user: CurrentUser = Depends(role_needed(*READERS))) -> Response:
    """Legs and promises open and past their current due, the longest overdue first."""
    deps, now = deps_of(request), deps_of(request).now()
    with deps.store.reading() as session:
        found = figures.overdue(session, at=now, scope=user.actor, limit=exports.MOST)
        total = figures.count_overdue(session, at=now, scope=user.actor)
        named = {one.code: one.name for one in lookups.categories(session)}
    rows = [
        (row.code, named.get(row.category_code, row.category_code),
         row.agency or render("downloads.hotline_promise"), row.due)
        for row in found
    ]  # fmt: skip
    heads = columns("code", "category", "agency", ("due", "instant"))
    return give_list(request, user, "overdue", heads, rows, total=total)


@router.get("/so-lieu.xlsx")
def section(request: Request, user: CurrentUser = Depends(role_needed(*READERS))) -> Response:
    """A section of the figures: the whole, and divided as on the page."""
    deps, now = deps_of(request), deps_of(request).now()
    choice = read(request.query_params, user, now)
    with deps.store.reading() as session:
        sheets = figure_files.sheets(session, choice, user, now, facts(user, now, *figure_files.about(choice)))
    about = {"period": [str(choice.period.first), str(choice.period.last)], "against": choice.against}
    rows = sum(len(list(sheet.rows)) for sheet in sheets)
    return give(request, user, f"figures-{choice.section.code}", sheets, rows, by=choice.division, **about)


@router.get("/so-lieu/phieu.xlsx")
def drill(request: Request, user: CurrentUser = Depends(role_needed(*READERS))) -> Response:
    """The rows behind one number."""
    deps = deps_of(request)
    choice, asked, part = asked_of(request, user)
    with deps.store.reading() as session:
        if asked.figure == "k1":
            lines = figures_counts.k1_agencies(session, asked, part)
            heads, rows, total = figure_files.agency_lines(lines), [figure_files.agency_row(one) for one in lines], None
        else:
            found = figures_counts.listed(session, asked, part, limit=exports.MOST)
            heads, total = figure_files.counted_columns(asked.figure), found.total
            rows = [figure_files.counted_row(one, asked.figure) for one in found.rows]
        narrowed = figure_files.narrowed(session, asked)
    more = [*figure_files.about(choice, asked.figure), *([("narrowed", narrowed)] if narrowed else [])]
    return give_list(
        request, user, "drill", heads, rows, *more, total=total, title=title_of(asked, part), figure=asked.figure,
        part=part, where=list(asked.where or ()), against=choice.against,
        period=[str(choice.period.first), str(choice.period.last)],
    )  # fmt: skip


@router.get("/thong-bao.xlsx")
def notices(request: Request, user: CurrentUser = Depends(signed_in)) -> Response:
    with deps_of(request).store.reading() as session:
        found = exports.notices(session, user)
    rows = [(at, masked(text), code, read_at) for at, text, code, read_at in found]
    return give_list(request, user, "notices", columns(("at", "instant"), "text", "code", ("read", "instant")), rows)


@router.get("/khan-cap.xlsx")
def emergencies(request: Request, user: CurrentUser = Depends(DESK)) -> Response:
    with deps_of(request).store.reading() as session:
        found = exports.emergencies(session)
    rows = [
        (at, words.emergency(kind), ", ".join(str(one) for one in numbers), person, taken, closed)
        for at, kind, numbers, _, person, taken, closed in found
    ]
    heads = columns(("at", "instant"), "kind", "numbers", "taken_by", ("taken", "instant"), ("closed", "instant"))
    return give_list(request, user, "emergencies", heads, rows)


@router.get("/goi-lai.xlsx")
def callbacks(request: Request, user: CurrentUser = Depends(DESK)) -> Response:
    with deps_of(request).store.reading() as session:
        found = exports.callbacks(session)
    named = dict(OUTCOMES)
    rows = [
        (asked, due, person, taken, named.get(outcome, outcome), closed)
        for asked, due, person, taken, outcome, closed in found
    ]
    heads = columns(
        ("asked", "instant"), ("due", "instant"), "taken_by", ("taken", "instant"), "outcome", ("closed", "instant")
    )
    return give_list(request, user, "callbacks", heads, rows)


@router.get("/goi-bao.xlsx")
def calls_owed(request: Request, user: CurrentUser = Depends(DESK)) -> Response:
    with deps_of(request).store.reading() as session:
        found = exports.calls_owed(session)
    rows = [
        (render(f"phone_desk.kind_{kind}"), code, since, render(f"downloads.telling_{state}"), attempts, again, person,
         masked(reason))
        for kind, code, since, state, attempts, again, person, reason in found
    ]  # fmt: skip
    heads = columns(
        "kind", "code", ("since", "instant"), "state", ("attempts", "number"), ("next_try", "instant"), "taken_by",
        "reason",
    )  # fmt: skip
    return give_list(request, user, "calls_owed", heads, rows)


@router.get("/khong-gui-duoc.xlsx")
def dead_letters(request: Request, user: CurrentUser = Depends(DESK)) -> Response:
    with deps_of(request).store.reading() as session:
        found = deliveries.dead_letters(session, limit=exports.MOST)
    rows = [
        (one["created_at"], words.channel(one["channel"]), one["code"],
         render("downloads.in_doubt" if one["status"] == "uncertain" else "downloads.not_sent"), one["attempts"],
         one["error"])
        for one in found
    ]  # fmt: skip
    heads = columns(("at", "instant"), "channel", "code", "state", ("attempts", "number"), "error")
    return give_list(request, user, "dead_letters", heads, rows)


@router.get("/nguoi-dung.xlsx")
def accounts(request: Request, user: CurrentUser = Depends(ADMIN)) -> Response:
    tim = asked.text(request.query_params, "tim", longest=60)
    with deps_of(request).store.reading() as session:
        found = users.list_users(session, search=tim)
        rows = [
            (one.login, one.name, words.role(one.role), agency, one.last_sign_in_at, one.disabled_at)
            for one, agency in found
        ]
    heads = columns("login", "name", "role", "agency", ("signed_in", "instant"), ("disabled", "instant"))
    return give_list(request, user, "users", heads, rows)


@router.get("/don-vi.xlsx")
def agencies(request: Request, user: CurrentUser = Depends(ADMIN)) -> Response:
    tim = asked.text(request.query_params, "tim", longest=60)
    with deps_of(request).store.reading() as session:
        standing, ended = organisation.agencies(session, search=tim, at=deps_of(request).now())
        rows = [
            (line.agency.code, line.agency.name, line.agency.kind, line.commune or render("downloads.whole_province"),
             _yes(line.agency.is_sample), line.agency.dissolved_at, line.successor)
            for line in (*standing, *ended)
        ]  # fmt: skip
    heads = columns("agency_code", "name", "agency_kind", "commune", "sample", ("dissolved", "instant"), "successor")
    return give_list(request, user, "agencies", heads, rows)


@router.get("/thu-tuc.xlsx")
def procedures(request: Request, user: CurrentUser = Depends(ADMIN)) -> Response:
    with deps_of(request).store.reading() as session:
        rows = [(one.code, one.name, one.source, one.verified_at) for one in desk.procedures(session)]
    return give_list(request, user, "procedures", columns("code", "procedure", "source", ("verified", "instant")), rows)


def _yes(value: bool) -> str:
    return render("downloads.yes" if value else "downloads.no")
