"""The figures: against the goals first, then divided, then the rows behind every number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from console import figure_view
from console.asked import page_number
from console.context import deps_of, page, role_needed
from console.figure_choice import (
    DIVISIONS,
    PERIODS,
    SLUGS,
    Choice,
    divisions_for,
    figure_of,
    further,
    read,
    sections_for,
    where_of,
)
from feedback_store.domain.figures import CATALOGUE, Dimension, Figure
from feedback_store.domain.kpi import Ratio
from feedback_store.queries import figures, figures_counts, lookups
from feedback_store.queries.figures_counts import AgencyLine, Part
from feedback_store.queries.figures_rows import Asked
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import render

router = APIRouter()
READERS = ("manager", "supervisor", "administrator", "operator", "leader", "officer")
PARTS = ("numerator", "denominator", "missed")
DRILL_PAGE = 50
OVERDUE_SHOWN = 10
ENDED = {"returns": "Trả lại lúc", "first_response": "Phản hồi lúc"}


@router.get("/so-lieu")
def show(request: Request, user: CurrentUser = Depends(role_needed(*READERS))) -> Response:
    """One section of figures; the address says period, due times, section and division (``figure_choice``)."""
    deps, actor = deps_of(request), user.actor
    now = deps.now()
    choice = read(request.query_params, user, now)
    with deps.store.reading() as session:
        values: dict[str, Any] = {
            "tiles": figure_view.tiles(session, choice, user, now),
            "table": figure_view.table(session, choice, user, now),
            "more": [
                (title, figure_view.divided(session, [code], choice, dimension, user, now))
                for title, code, dimension in further(choice)
            ],
            "volume": figures.volume(session, period=choice.period, scope=actor),
            "overdue": [],
            "overdue_total": 0,
            "overdue_tickets": 0,
            "names": {one.code: one.name for one in lookups.categories(session)},
        }
        if choice.section.code == "dung-han":
            values["overdue"] = figures.overdue(session, at=now, scope=actor, limit=OVERDUE_SHOWN)
            values["overdue_total"] = figures.count_overdue(session, at=now, scope=actor)
            values["overdue_tickets"] = figures.count_overdue_tickets(session, at=now, scope=actor)
    return page(
        request,
        "figures.html",
        user,
        choice=choice,
        sections=sections_for(user),
        periods=PERIODS,
        divisions=[(slug, DIVISIONS[slug]) for slug in divisions_for(user, choice.section)],
        beside=[code for code in choice.section.beside if code in values["tiles"]],
        chart=_chart(values["table"]),
        link=lambda code, part: drill_address(choice, code, part),
        cell_link=_cell_link(choice, choice.dimension),
        more_link=lambda dimension: _cell_link(choice, dimension),
        received=lambda tab: (
            "/console/phan-anh?" + urlencode({"muc": tab, "tu": choice.period.first, "den": choice.last})
        ),
        **values,
    )


def drill_address(choice: Choice, code: str, part: str, **more: Any) -> str:
    """Where the rows behind a number are."""
    return choice.address("/console/so-lieu/phieu", **{"chia": None, "so": code, "phan": part, **more})


def _cell_link(choice: Choice, dimension: Dimension) -> Callable[[str, figure_view.Row], Callable[[str], str]]:
    """Addresses of the cells of a divided table; a month is asked for by its days."""

    def of_cell(code: str, row: figure_view.Row) -> Callable[[str], str]:
        if dimension == "month":
            days = next(one for one in choice.period.months() if f"{one.first.replace(day=1)}" == row.key)
            return lambda part: drill_address(choice, code, part, tu=days.first, den=days.last)
        if dimension in figure_view.SHARES:  # of all that there are, so many fall to this part
            whole = figure_view.SHARES[dimension]
            return lambda part: (
                drill_address(choice, code, whole)
                if part == "denominator"
                else drill_address(choice, code, whole, chia=SLUGS[dimension], ma=row.key)
            )
        return lambda part: drill_address(choice, code, part, chia=SLUGS[dimension], ma=row.key)

    return of_cell


def _chart(table: figure_view.Table) -> list[dict[str, Any]]:
    """Bars of the months, 0–100, with gaps where nothing fell due."""
    if table.dimension != "month" or "promises" not in table.columns:
        return []

    def percent(row: figure_view.Row, code: Figure) -> float | None:
        found = row.cells.get(code)
        return found.percent if isinstance(found, Ratio) else None

    return [
        {"x": number, "label": row.name, "promises": percent(row, "promises"), "k1b": percent(row, "k1b")}
        for number, row in enumerate(table.rows)
    ]


def asked_of(request: Request, user: CurrentUser) -> tuple[Choice, Asked, Part]:
    """The number that an address asks about; 404 where the reader has no such figure."""
    params, now = request.query_params, deps_of(request).now()
    choice = read(params, user, now)
    code = figure_of(params.get("so", "promises"))
    where = where_of(params)
    if code is None or (CATALOGUE[code].hotline and user.actor.is_agency):
        raise HTTPException(404)
    if where is not None and where[0] not in CATALOGUE[code].dimensions:
        raise HTTPException(404)
    part = params.get("phan", "denominator")
    asked = Asked(code, choice.period, now, user.actor, choice.against, where)
    return choice, asked, cast(Part, part if part in PARTS else "denominator")


def title_of(asked: Asked, part: Part) -> str:
    """What the list behind a number is called: ``K1b: phần việc đúng hạn – trễ hoặc đang quá hạn``."""
    name = render(f"figures.name_{asked.figure}")
    which = {"numerator": "good", "missed": "missed"}.get(part)
    return f"{name} – {render(f'figures.{which}_{asked.figure}')}" if which else name


@router.get("/so-lieu/phieu")
def drill(request: Request, user: CurrentUser = Depends(role_needed(*READERS))) -> Response:
    """The rows behind one number, as many as it says."""
    choice, asked, part = asked_of(request, user)
    number = page_number(request.query_params)
    agencies: list[AgencyLine] = []
    rows: list[figures_counts.Counted] = []
    with deps_of(request).store.reading() as session:
        if asked.figure == "k1":
            agencies = figures_counts.k1_agencies(session, asked, part)
            total = len(agencies)
        else:
            found = figures_counts.listed(session, asked, part, limit=DRILL_PAGE, offset=(number - 1) * DRILL_PAGE)
            rows, total = found.rows, found.total
        narrowed = ""
        if asked.where is not None:
            called = figures_counts.names(session, asked.where[0])
            narrowed = figure_view.name_of(*asked.where, called)
    given = dict(request.query_params)
    return page(
        request,
        "drill.html",
        user,
        choice=choice,
        definition=CATALOGUE[asked.figure],
        title=title_of(asked, part),
        narrowed=narrowed,
        unit=unit_of(asked, part),
        total=total,
        rows=rows,
        agencies=agencies,
        with_agency=any(row.agency for row in rows),
        with_end=CATALOGUE[asked.figure].cohort == "due" or asked.figure in ENDED,
        end_name=ENDED.get(asked.figure, "Xong lúc"),
        with_note=any(row.note for row in rows),
        number=number,
        pages=1 if agencies else max(1, -(-total // DRILL_PAGE)),
        legs_of=lambda one, which: drill_address(choice, "k1b", which, chia="don-vi", ma=one.agency_id),
        back=choice.address(chia=None),
        xlsx="/console/so-lieu/phieu.xlsx?" + urlencode(given),
        link=lambda to: "/console/so-lieu/phieu?" + urlencode({**given, "trang": to}),
    )


def unit_of(asked: Asked, part: Part) -> str:
    """What is counted in the list."""
    if CATALOGUE[asked.figure].per_ticket and part != "denominator":
        return render(f"figures.{'good' if part == 'numerator' else 'missed'}_{asked.figure}")
    return render(f"figures.unit_{asked.figure}")
