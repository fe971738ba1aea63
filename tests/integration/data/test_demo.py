"""The sample year is plausible, marked as sample, and what the services themselves would have stored."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_store.demo import DemoRefused, load_demo
from feedback_store.domain.kpi import Period
from feedback_store.queries import calls_owed, figures, figures_counts
from feedback_store.queries.figures_rows import Asked
from feedback_store.service import tickets
from feedback_store.service.actor import CITIZEN, ROLES, SYSTEM
from feedback_store.store import Store
from feedback_store.tables import (
    Addition,
    Agency,
    CallbackTask,
    Clock,
    Commune,
    Contact,
    Conversation,
    EmergencyCall,
    InboundEvent,
    Leg,
    Media,
    OutboundMessage,
    Pause,
    Rating,
    Telling,
    Ticket,
    TicketEvent,
    User,
)
from tests.integration.data.conftest import NOW, TICKETS, Demo
from tests.integration.data.replay import replay, standing

YEAR = Period.months_until(NOW, 13)
YESTERDAY = NOW - dt.timedelta(days=1)


REPLAYED = 3
"""Tickets of every turn of fate that are played again; enough that each kind of move is among them."""


def of_every_fate(session: Session) -> list[Ticket]:
    """Some tickets for every kind of event and of clock standing in the sample data."""
    chosen: set[int] = set()
    kinds = select(TicketEvent.kind, TicketEvent.ticket_id).distinct().order_by(TicketEvent.ticket_id.desc())
    standings = select(
        Clock.kind + Clock.standing_current + func.coalesce(Clock.left_reason, ""), Clock.ticket_id
    ).order_by(Clock.ticket_id.desc())
    shared = select(Leg.state, Leg.ticket_id).where(Leg.number > 1).order_by(Leg.ticket_id.desc())
    for query in (kinds, standings, shared):
        seen: dict[str, list[int]] = defaultdict(list)
        for name, ticket_id in session.execute(query):
            if len(seen[name]) < REPLAYED:
                seen[name].append(ticket_id)
        chosen.update(*seen.values())
    return list(session.scalars(select(Ticket).where(Ticket.id.in_(chosen)).order_by(Ticket.id)))


def test_the_services_would_have_stored_the_same(demo: Demo) -> None:
    with demo.store.reading() as session:
        different = {}
        samples = of_every_fate(session)
        assert len(samples) > 30
        for sample in samples:
            expected = standing(session, sample)
            with session.begin_nested() as trial:
                found = standing(session, replay(session, sample, now=NOW))
                trial.rollback()
            parts = [part for part in expected if found[part] != expected[part]]
            if parts:
                different[sample.code] = {part: (expected[part], found[part]) for part in parts}
    assert different == {}


def test_a_year_holds_every_kind_of_case(demo: Demo) -> None:
    with demo.store.reading() as session:

        def count(query: Any) -> int:
            return session.scalar(query) or 0

        assert count(select(func.count()).select_from(Ticket)) == TICKETS
        months = func.count(func.distinct(func.date_trunc("month", Ticket.receipt_at)))
        assert count(select(months)) >= 12
        assert count(select(func.count(func.distinct(Leg.agency_id)))) == 20
        states = set(session.scalars(select(Ticket.state).distinct()))
        assert {"closed", "released", "in_progress", "refused", "withdrawn"} <= states
        assert set(session.scalars(select(Ticket.channel).distinct())) == {"web", "telegram", "phone"}
        assert set(session.scalars(select(Rating.stars).distinct())) >= {2, 3, 4, 5}
        for rows in (
            select(Rating).where(Rating.comment.is_not(None)),
            select(Pause),
            select(TicketEvent).where(TicketEvent.kind == "reopened"),
            select(TicketEvent).where(TicketEvent.kind == "breached"),
            select(Leg).where(Leg.state == "returned"),
            select(CallbackTask).where(CallbackTask.closed_at.is_(None)),
            select(CallbackTask).where(CallbackTask.outcome.is_not(None)),
            select(EmergencyCall).where(EmergencyCall.closed_at.is_(None)),
            select(Media).where(Media.leg_id.is_not(None)),
        ):
            assert count(select(func.count()).select_from(rows.subquery())) > 0, rows


def test_calls_and_late_work_are_there_to_be_practised(demo: Demo) -> None:
    with demo.store.reading() as session:
        page = calls_owed.calls(session, actor=SYSTEM, part="now", page=1, at=NOW)
        assert page.counts["now"] >= 1
        assert page.rows[0].telling.has_phone
        assert calls_owed.made(session)  # with their entries in the audit
        told = select(func.count()).select_from(Telling).where(Telling.state == "told", Telling.kind == "result")
        assert (session.scalar(told) or 0) > 50
        missed = select(func.count()).select_from(TicketEvent).where(TicketEvent.kind == "phone_missed")
        assert (session.scalar(missed) or 0) > 5
        by_phone = select(Ticket.id).where(Ticket.channel == "phone", Ticket.state == "closed")
        uncalled = select(func.count()).select_from(Leg).where(
            Leg.ticket_id.in_(by_phone), Leg.state == "released", Leg.delivered_at.is_(None)
        )  # fmt: skip
        assert session.scalar(uncalled) == 0
        assert figures.count_overdue(session, at=NOW, scope=SYSTEM) >= 1
        unseen = select(func.count()).select_from(Addition).where(Addition.seen_at.is_(None))
        assert (session.scalar(unseen) or 0) < 5


def test_the_figures_look_like_a_year_of_work(demo: Demo) -> None:
    with demo.store.reading() as session:
        asked = {"at": NOW, "scope": SYSTEM}
        legs = figures.k1b(session, period=YEAR, **asked)
        kept = figures.promises_kept(session, period=YEAR, **asked)
        months = figures_counts.divided(session, Asked("k1b", YEAR, **asked), "month")
        assert 90 <= (legs.percent or 0) <= 98
        assert 88 <= (kept.percent or 0) <= 98
        assert len(months) >= 12
        assert figures.count_overdue(session, **asked) < TICKETS / 10


def test_every_row_of_a_person_is_marked_as_sample(demo: Demo) -> None:
    with demo.store.reading() as session:
        for table in (Ticket, Conversation, CallbackTask, EmergencyCall, User):
            assert session.scalar(select(func.count()).select_from(table).where(~table.is_sample)) == 0, table
        for phone in session.scalars(select(Contact.phone).where(Contact.phone.is_not(None))):
            assert phone.startswith("010")  # no network of Viet Nam gives out such a number


def test_chats_and_photos_belong_together(demo: Demo) -> None:
    with demo.store.reading() as session:
        for media in session.scalars(select(Media)):
            assert (demo.media / str(media.public_path)).is_file()
        last = select(func.max(InboundEvent.received_at))
        assert (session.scalar(last) or NOW) <= NOW
        assert session.scalar(select(func.count()).where(InboundEvent.handled_at.is_(None))) == 0
        late = select(func.count()).where(OutboundMessage.status == "pending", OutboundMessage.created_at < YESTERDAY)
        assert session.scalar(late) == 0


def test_one_sign_in_per_role_is_given_and_given_again_only_while_unused(demo: Demo, store: Store) -> None:
    assert [sign.role for sign in demo.signs] == list(ROLES)
    first = load_demo(store, now=NOW, tickets=3)
    again = load_demo(store, now=NOW, tickets=3)
    assert [sign.login for sign in again] == [sign.login for sign in first]
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 3


def test_a_database_with_a_real_ticket_is_refused_and_unchanged(loaded_store: Store) -> None:
    with loaded_store.transaction() as session:
        report = tickets.NewReport(
            text="Đèn đường hỏng", category_code="dien-chieu-sang.den-duong", channel="phone", receipt_at=NOW
        )
        tickets.file_report(session, report=report, actor=CITIZEN, now=NOW)
    with pytest.raises(DemoRefused):
        load_demo(loaded_store, now=NOW, tickets=3)
    with loaded_store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 1
        assert session.scalar(select(func.count()).select_from(User)) == 0


def test_a_demonstration_of_another_province_shows_its_own_places_and_agencies(store: Store) -> None:
    assert load_demo(store, now=NOW, tickets=30, province="an-giang")
    with store.reading() as session:
        assert set(session.scalars(select(Commune.province_code))) == {"91"}
        communes = set(session.scalars(select(Ticket.commune_code).where(Ticket.commune_code.is_not(None))))
        assert communes
        assert communes <= set(session.scalars(select(Commune.code)))
        places = [place or "" for place in session.scalars(select(Ticket.place_text))]
        assert not [place for place in places if "Lê Chân" in place or "Tô Hiệu" in place]
        assert not [name for name in session.scalars(select(Agency.name)) if "Hải Phòng" in name]
