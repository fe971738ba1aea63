"""What a reader of the figures chose: period, due times, section, division. Read from an address, written into one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from console.asked import BadValue, date, text
from feedback_store.domain.figures import CATALOGUE, Dimension, Figure
from feedback_store.domain.kpi import Against, Period
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import render
from vitext.dates import VIET_NAM

PERIODS = ("thang-nay", "thang-truoc", "quy-nay", "nam-nay", "12-thang", "tu-chon")
DIVISIONS: dict[str, Dimension] = {
    "thang": "month",
    "don-vi": "agency",
    "linh-vuc": "category",
    "nhom": "service_class",
    "xa": "commune",
}
MORE_DIVISIONS: dict[str, Dimension] = {"ly-do": "reason", "nguoi": "person", "sao": "stars"}
SLUGS = {dimension: slug for slug, dimension in {**DIVISIONS, **MORE_DIVISIONS}.items()}
LONGEST_DAYS = 3700


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: what is shown large, what beside it."""

    code: str
    main: tuple[Figure, ...]
    beside: tuple[Figure, ...]
    hotline: bool = False

    @property
    def figures(self) -> tuple[Figure, ...]:
        return (*self.main, *self.beside)


SECTIONS = (
    Section("dung-han", ("promises", "k1", "k1b"), ("promises_reopened", "triage", "accept", "notify")),
    Section("ket-qua", ("k2", "k3", "response"), ("undelivered", "reopened")),
    Section(
        "tiep-nhan",
        ("first_response",),
        ("returns", "refusals", "recategorised", "recurrence", "bot_alone"),
        hotline=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """``error``: the dates typed are no period; this month is shown instead, and what was typed is kept."""

    key: str
    period: Period
    against: Against
    section: Section
    division: str
    tu: str
    den: str
    error: bool = False

    @property
    def dimension(self) -> Dimension:
        return DIVISIONS[self.division]

    @property
    def last(self) -> dt.date:
        """The last day that belongs to the period."""
        return self.period.last

    def address(self, path: str = "/console/so-lieu", **changed: Any) -> str:
        """An address of these choices with some of them changed; it names its days, so it lasts."""
        given = {
            "ky": "tu-chon",
            "tu": self.period.first.isoformat(),
            "den": self.last.isoformat(),
            "han": self.against,
            "muc": self.section.code,
            "chia": self.division,
            **changed,
        }
        return f"{path}?" + urlencode({key: value for key, value in given.items() if value is not None})


def sections_for(user: CurrentUser) -> tuple[Section, ...]:
    """The sections that a reader's role has; an agency's people see no figures of the hotline's own work."""
    return tuple(one for one in SECTIONS if not (one.hotline and user.actor.is_agency))


def figures_for(user: CurrentUser, wanted: tuple[Figure, ...]) -> list[Figure]:
    return [one for one in wanted if not (CATALOGUE[one].hotline and user.actor.is_agency)]


def divisions_for(user: CurrentUser, section: Section) -> list[str]:
    """How the figures of a section can be divided."""
    possible = {dimension for one in figures_for(user, section.figures) for dimension in CATALOGUE[one].dimensions}
    return [
        slug
        for slug, dimension in DIVISIONS.items()
        if dimension in possible and not (dimension == "agency" and user.actor.is_agency)
    ]


def read(params: Mapping[str, str], user: CurrentUser, now: dt.datetime) -> Choice:
    """The choices of an address; what it leaves out, or says wrongly, gets its default."""
    section = next((one for one in sections_for(user) if one.code == params.get("muc")), SECTIONS[0])
    possible = divisions_for(user, section)
    division = params.get("chia", "")
    key = params.get("ky", "thang-nay")
    period = _period(key, params.get("tu", ""), params.get("den", ""), now)
    shown = period or Period.months_until(now, 1)
    return Choice(
        key=key if key in PERIODS else "thang-nay",
        period=shown,
        against="original" if params.get("han") == "original" else "current",
        section=section,
        division=division if division in possible else possible[0],
        tu=params.get("tu", "") if period is None else shown.first.isoformat(),
        den=params.get("den", "") if period is None else shown.last.isoformat(),
        error=period is None,
    )


def _period(key: str, tu: str, den: str, now: dt.datetime) -> Period | None:
    """The period of a key; None for dates that are none."""
    today = now.astimezone(VIET_NAM).date()
    first = today.replace(day=1)
    if key == "thang-truoc":
        before = first - dt.timedelta(days=1)
        return Period.month(before.year, before.month)
    if key == "quy-nay":
        month = first.month - (first.month - 1) % 3
        return Period(first.replace(month=month), Period.month(first.year, month + 2).end)
    if key == "nam-nay":
        return Period.year(first.year)
    if key == "12-thang":
        return Period.months_until(now, 12)
    if key != "tu-chon":
        return Period.months_until(now, 1)
    try:
        low, last = date({"tu": tu}, "tu"), date({"den": den}, "den")
    except BadValue:
        return None
    if low is None or last is None:
        return None
    high = last + dt.timedelta(days=1)
    return Period(low, high) if low < high and (high - low).days <= LONGEST_DAYS and low.year > 1990 else None


def figure_of(code: str) -> Figure | None:
    """The figure of an address."""
    return code if code in CATALOGUE else None


def where_of(params: Mapping[str, str]) -> tuple[Dimension, str] | None:
    """The part of a division that an address asks for: ``chia`` with ``ma``."""
    known = {**DIVISIONS, **MORE_DIVISIONS}
    slug = params.get("chia", "")
    return (known[slug], text(params, "ma")) if slug in known and "ma" in params else None


def further(choice: Choice) -> list[tuple[str, Figure, Dimension]]:
    """Divisions that one figure alone has: (title, figure, dimension)."""
    if choice.section.code == "ket-qua":
        return [(render("figures.more_stars"), "k3", "stars")]
    if choice.section.code == "tiep-nhan":
        return [
            (render("figures.more_reason"), "refusals", "reason"),
            (render("figures.more_person"), "recategorised", "person"),
            (render("figures.more_agency"), "recategorised", "agency"),
        ]
    return []
