"""The database of a simulated hotline and what happens to all of it: calendars that change, an agency that ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.defaults import load_defaults
from feedback_store.migrations import upgrade
from feedback_store.queries.recalculation import Scope, preview
from feedback_store.service import agencies, recalculation
from feedback_store.service.actor import Actor
from feedback_store.store import Store
from feedback_store.tables import Agency, CalendarVersion, Category
from hotline.simulation.plan import Plan
from vitext.dates import local

ADMINISTRATOR = Actor("user", user_id=900, role="administrator")
REASON = "Sắp xếp lại bộ máy theo kế hoạch"
OFFICE = "vn-office"


@dataclass(frozen=True, slots=True)
class Town:
    """Ids of the agencies in use, with how many of a hundred results each gives too late."""

    agencies: dict[int, int]
    categories: list[str]
    weights: list[int]


@dataclass
class Event:
    """Something that happens to the whole town at ``at``."""

    at: dt.datetime
    name: str
    happen: Callable[[Session, dt.datetime], object] = field(repr=False)


def found(store: Store, plan: Plan) -> None:
    """Schema and default data, as of the first day."""
    upgrade(store.engine)
    with store.transaction() as session:
        load_defaults(session, now=plan.begin)


def look(session: Session, plan: Plan) -> Town:
    """Who takes part: every agency of the province and some communes' own; a few categories make most reports."""
    rng = plan.rng("town")
    every = session.scalars(select(Agency).order_by(Agency.id)).all()
    city = [one.id for one in every if one.commune_code is None]
    own = [one.id for one in every if one.commune_code is not None]
    chosen = city + rng.sample(own, min(len(own), 40))
    late = {one: rng.choice((0, 0, 0, 1, 3, 12)) for one in chosen}
    codes = list(session.scalars(select(Category.code).where(Category.active).order_by(Category.code)))
    return Town(late, codes, [rng.choice((1, 1, 2, 3, 8)) for _ in codes])


def calendar_of_year(plan: Plan) -> list[Event]:
    """Two changes of the offices' calendar, one of them recalculated, and one agency that ends, at instants drawn by
    chance."""
    rng = plan.rng("events")

    def close_a_week(session: Session, at: dt.datetime) -> None:
        first = local(at).date() + dt.timedelta(days=9)
        _new_version(session, at, {(first + dt.timedelta(days=n)).isoformat(): [] for n in range(5)})

    def work_a_saturday(session: Session, at: dt.datetime) -> None:
        day = local(at).date() + dt.timedelta(days=14)
        while day.weekday() != 5:
            day += dt.timedelta(days=1)
        _new_version(session, at, {day.isoformat(): [["07:30", "11:30"], ["13:00", "16:30"]]})

    def end_an_agency(session: Session, at: dt.datetime) -> None:
        city = session.scalars(select(Agency).where(Agency.commune_code.is_(None)).order_by(Agency.id)).all()
        old, new = rng.sample(list(city), 2)
        day = local(at).date() + dt.timedelta(days=2)
        when = dt.datetime.combine(day, dt.time(), local(at).tzinfo)
        agencies.dissolve(
            session, agency_id=old.id, successor_id=new.id, at=when, reason=REASON, actor=ADMINISTRATOR, now=at
        )

    changed = plan.share(rng.uniform(0.2, 0.35))
    return [
        Event(changed, "calendar", close_a_week),
        Event(changed + dt.timedelta(hours=rng.uniform(1, 20)), "recalculation", _recalculate),
        Event(plan.share(rng.uniform(0.4, 0.55)), "agency", end_an_agency),
        Event(plan.share(rng.uniform(0.6, 0.75)), "calendar", work_a_saturday),
    ]


def _recalculate(session: Session, at: dt.datetime) -> None:
    """What an administrator confirms after the preview, in one transaction."""
    seen = preview(session, scope=Scope(), now=at)
    act = recalculation.Act(Scope(), REASON, seen.digest, ADMINISTRATOR)
    act = recalculation.begin(session, act=act, seen=seen, now=at)
    done = recalculation.apply_to(session, act=act, tickets=recalculation.work(seen), now=at)
    same = recalculation.renew(session, same=seen.same)
    recalculation.finish(session, act=act, done=done, same=same, now=at)


def _new_version(session: Session, at: dt.datetime, days: dict[str, list[list[str]]]) -> None:
    """The calendar in force with other hours on ``days``, valid from ``at`` on."""
    for code in (OFFICE, "hotline"):
        query = select(CalendarVersion).where(CalendarVersion.code == code, CalendarVersion.valid_from <= at)
        last = session.scalars(query.order_by(CalendarVersion.valid_from.desc(), CalendarVersion.id.desc())).first()
        if last is None:
            continue
        data = {**last.data, "extra": {**last.data.get("extra", {}), **days}}
        session.add(
            CalendarVersion(
                code=code, data=data, confirmed_years=last.confirmed_years, valid_from=at, created_at=at,
                created_by=ADMINISTRATOR.user_id, note=REASON,
            )
        )  # fmt: skip
