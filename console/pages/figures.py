"""The manager's page: promises kept, K1, K1b, trend, agencies, overdue; every number leads to its tickets."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console.context import deps_of, page, role_needed
from feedback_store.domain.kpi import Period
from feedback_store.queries import figures, lookups, tickets
from feedback_store.service.sessions import CurrentUser

router = APIRouter()
READERS = ("manager", "supervisor", "administrator", "operator", "leader")
NAMES = {
    "promises": "Lời hẹn với người dân được giữ",
    "promises_reopened": "Lời hẹn sau khi mở lại",
    "k1": "Đơn vị xử lý đúng hạn (K1)",
    "k1b": "Phần việc đúng hạn (K1b)",
}
PARTS = {"numerator": "đúng hạn", "denominator": "đến hạn", "missed": "không đúng hạn"}
DRILL_PAGE = 50


def chosen(tu: str, den: str, now: dt.datetime) -> Period:
    """The period of two month fields (``2026-11``), the last included; default: this month and eleven before."""
    try:
        first, last = (dt.date.fromisoformat(f"{month}-01") for month in (tu, den))
        after = dt.date(last.year + last.month // 12, last.month % 12 + 1, 1)
        if first < after and (after - first).days <= 3700:
            return Period(first, after)
    except ValueError:
        pass
    return Period.months_until(now, 12)


@router.get("/so-lieu")
def show(
    request: Request,
    user: CurrentUser = Depends(role_needed(*READERS)),
    tu: str = "",
    den: str = "",
    han: str = "current",
) -> Response:
    """``han``: against the current due times, or the original ones."""
    deps, actor = deps_of(request), user.actor
    now = deps.now()
    against: Any = "original" if han == "original" else "current"
    period = chosen(tu, den, now)
    common: dict[str, Any] = {"period": period, "at": now, "scope": actor, "against": against}
    with deps.store.reading() as session:
        values: dict[str, Any] = {
            "promises": figures.promises_kept(session, **common),
            "reopened": figures.promises_kept(session, reopened=True, **common),
            "k1": figures.k1(session, **common),
            "k1b": figures.k1b(session, **common),
            "trend": figures.trend(session, **common),
            "agencies": figures.per_agency(session, **common),
            "overdue": figures.overdue(session, at=now, scope=actor, limit=20),
            "volume": figures.volume(session, period=period, scope=actor),
            "overdue_now": figures.overdue_by_agency(session, at=now, scope=actor),
            "overdue_total": figures.count_overdue(session, at=now, scope=actor),
            "names": {one.code: one.name for one in lookups.categories(session)},
        }
    last = period.end - dt.timedelta(days=1)
    asked = {"tu": f"{period.first:%Y-%m}", "den": f"{last:%Y-%m}", "han": against}
    return page(
        request,
        "figures.html",
        user,
        asked=asked,
        against=against,
        chart=_chart(values["trend"]),
        received=lambda tab: "/console/phan-anh?" + urlencode({"muc": tab, "tu": period.first, "den": last}),
        drill=lambda figure, part, **more: (
            "/console/so-lieu/phieu?" + urlencode({**asked, "so": figure, "phan": part, **more})
        ),
        **values,
    )


def _chart(rows: list[figures.MonthRow]) -> list[dict[str, Any]]:
    """Bars of the trend, 0–100, with gaps where nothing fell due."""
    return [
        {"x": number, "label": f"{row.first:%m/%Y}", "promises": row.promises.percent, "k1b": row.k1b.percent}
        for number, row in enumerate(rows)
    ]


@router.get("/so-lieu/phieu")
def drill(
    request: Request,
    user: CurrentUser = Depends(role_needed(*READERS)),
    so: str = "promises",
    phan: str = "denominator",
    tu: str = "",
    den: str = "",
    han: str = "current",
    don_vi: str = "",
    trang: int = 1,
) -> Response:
    """The tickets behind one number."""
    deps, now = deps_of(request), deps_of(request).now()
    figure = cast(figures.Figure, so if so in NAMES else "promises")
    part = cast(figures.Part, phan if phan in PARTS else "denominator")
    agency = int(don_vi) if don_vi.isdigit() else None
    number = max(1, trang)
    with deps.store.reading() as session:
        found = figures.drill(
            session,
            figure=figure,
            part=part,
            period=chosen(tu, den, now),
            at=now,
            scope=user.actor,
            against="original" if han == "original" else "current",
            agency_id=agency,
            limit=DRILL_PAGE,
            offset=(number - 1) * DRILL_PAGE,
        )
        rows = tickets.listed(session, found.ticket_ids)
    given = {"so": figure, "phan": part, "tu": tu, "den": den, "han": han, "don_vi": don_vi}
    return page(
        request,
        "drill.html",
        user,
        title=f"{NAMES[figure]}: {PARTS[part]}",
        total=found.total,
        rows=rows,
        number=number,
        pages=max(1, -(-found.total // DRILL_PAGE)),
        link=lambda to: "/console/so-lieu/phieu?" + urlencode({**given, "trang": to}),
    )
