"""The queue: tabs, filters, search; the start page of everyone but managers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console import asked
from console.context import Deps, deps_of, go, page, signed_in
from console.list_place import LIST, NARROWING, ListPlace, key_of
from console.narrowed import DAYS, chosen_days, filters_said
from feedback_store.persons.masking import masked
from feedback_store.queries import desk, listing, lookups, queue_tabs
from feedback_store.queries.first_steps import first_steps
from feedback_store.queries.list_filters import Key, QueueFilter
from feedback_store.queries.list_search import reporter_searched
from feedback_store.service import audit
from feedback_store.service.actor import Actor
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import render
from vitext.dates import VIET_NAM, local

router = APIRouter()
CLASSES = ("U4", "H5", "H24", "N3", "N7", "P10")
CHANNELS = ("web", "telegram", "phone", "zalo", "email", "in_person", "other")


@router.get("/")
def start(request: Request, user: CurrentUser = Depends(signed_in)) -> Response:
    """The page where the user's work begins; a word on the way is shown there."""
    return go("/console/so-lieu" if user.role == "manager" else "/console/phan-anh")


@router.get("/phan-anh")
def queue(request: Request, user: CurrentUser = Depends(signed_in)) -> Response:
    """Filters are plain query parameters, so every view of the queue has its own address."""
    deps = deps_of(request)
    actor, now = user.actor, deps.now()
    given = {name: asked.text(request.query_params, name) for name in ("muc", *NARROWING)}
    here = ListPlace(given, page=asked.page_number(request.query_params), after=key_of(request.query_params))
    filters = filters_of(given, actor, page=here.page, after=here.after)
    given["muc"] = filters.tab
    with deps.store.reading() as session:
        found = listing.queue(session, actor=actor, filters=filters, at=now)
        counts = listing.counts(session, actor=actor, at=now)
        nowhere = not found.rows and not found.elsewhere.number
        steps_left = first_steps(session, now).left if user.role == "administrator" else 0
        absent = listing.absent_words(session, actor=actor, filters=filters, at=now) if nowhere else None
        options: dict[str, Any] = {
            "categories": lookups.categories(session),
            "communes": lookups.communes(session),
            "agencies": [] if actor.is_agency else desk.agencies(session),
        }
    record_search(deps, user, filters, rows=found.total.number)
    place = ListPlace(given, page=found.page, after=found.after, alone=found.total.number == 1)
    return page(
        request,
        "queue.html",
        user,
        hide=masked,
        found=found,
        counts=counts,
        given=given,
        filters=filters,
        options=options,
        tabs=tab_names(user),
        classes=CLASSES,
        channels=CHANNELS,
        link=lambda **changed: _listed({**given, **changed}),
        no_filter=_listed({"muc": given["muc"], "tim": given["tim"]}),
        said=filters_said(given, options),
        absent=absent,
        steps_left=steps_left,
        days=[(name, render(f"console.days_{name}")) for name in DAYS],
        opened=lambda row: place.at(row.key).ticket(row.ticket.code),
        sooner=place.turned(found.page - 1, found.before).address if found.page > 1 else None,
        later=place.turned(found.page + 1, found.rows[-1].key).address if found.further else None,
        xlsx="/console/phan-anh.xlsx?" + urlencode({k: v for k, v in given.items() if v}),
        narrowed=any(given[k] for k in NARROWING if k != "tim"),
    )


def _listed(given: Mapping[str, str]) -> str:
    return f"{LIST}?" + urlencode({name: value for name, value in given.items() if value})


@router.get("/phan-anh-nhan/{days}")
def received(request: Request, days: str, user: CurrentUser = Depends(signed_in)) -> Response:
    """A quick choice of days beside what else the form holds: an address with the days themselves."""
    given = {name: asked.text(request.query_params, name) for name in ("muc", *NARROWING)}
    return go(_listed({**given, **chosen_days(days, local(deps_of(request).now()).date())}))


def record_search(deps: Deps, user: CurrentUser, filters: QueueFilter, *, rows: int) -> None:
    """A search for a reporter's number is written down; the number itself is not kept."""
    if reporter_searched(filters.search, user.actor):
        with deps.store.transaction() as session:
            audit.log(session, action="reporter_searched", user_id=user.id, data={"rows": rows}, now=deps.now())


def tab_names(user: CurrentUser) -> list[tuple[str, str]]:
    """The tabs of the user's queue and what they are called; an agency calls its own new work otherwise."""
    own = {"new": "new_agency"} if user.actor.is_agency else {}
    return [(tab, render(f"console.tab_{own.get(tab, tab)}")) for tab in queue_tabs.tabs_of(user.actor)]


def filters_of(given: Mapping[str, str], actor: Actor, page: int = 1, after: Key | None = None) -> QueueFilter:
    """The view of the queue that an address asks for; an unknown choice is left out.

    Raises ``BadValue`` for an agency or day that cannot be read: a list without that filter would mislead.
    """

    def value(name: str) -> str:
        return asked.text(given, name)

    tab = value("muc") if value("muc") in queue_tabs.tabs_of(actor) else "all" if value("tim") else "new"
    return QueueFilter(
        tab=tab,
        search=value("tim"),
        category=value("linh_vuc") or None,
        agency_id=asked.whole(given, "don_vi"),
        commune=value("xa") or None,
        service_class=value("nhom") if value("nhom") in CLASSES else None,
        channel=value("kenh") if value("kenh") in CHANNELS else None,
        imported={"cu": True, "moi": False}.get(value("nguon")),
        since=_begins(asked.date(given, "tu")),
        until=_begins(asked.date(given, "den"), after=True),
        page=page,
        after=after,
    )


def _begins(day: dt.date | None, *, after: bool = False) -> dt.datetime | None:
    """The instant at which a local day begins, or ends."""
    if day is None:
        return None
    start = dt.datetime(day.year, day.month, day.day, tzinfo=VIET_NAM)
    return start + dt.timedelta(days=1) if after else start
