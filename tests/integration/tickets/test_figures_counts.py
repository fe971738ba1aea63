"""Every further figure: SQL counts what the definitions of ``domain.figures`` count, and each number has its rows."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid

import pytest
from sqlalchemy import select, text

from feedback_store.domain import figures as defined
from feedback_store.domain.figures import CATALOGUE, Event, PerTicket, share
from feedback_store.domain.kpi import Period, Ratio
from feedback_store.queries import figures, figures_counts
from feedback_store.queries.figures_counts import Asked
from feedback_store.service import legs, ratings, recategorising, results, tickets
from feedback_store.service.actor import CITIZEN, SYSTEM, Actor, Refused
from feedback_store.tables import Clock, Conversation, Leg, Rating, Ticket, TicketEvent
from tests.integration.tickets.conftest import MANAGER, OPERATOR, Desk, at

MARCH = Period.month(2026, 3)
NOW = at("2026-04-20 08:00")
PARTS = ("numerator", "denominator", "missed")


def proof(desk: Desk, leg: Leg, when: str) -> None:
    results.mark_delivered(desk.session, leg_id=leg.id, at=at(when))


def month_of_work(desk: Desk) -> None:
    """Reports of every fate in March: answered, rated, closed, reopened, returned, refused, moved, left open."""
    session, (first, second) = desk.session, desk.agencies(2)
    place = {"place_text": "Ngõ 45 Lạch Tray", "commune_code": "11383"}
    told = desk.dispatch(desk.file("2026-03-02 09:00", **place), "2026-03-02 09:10", first)
    desk.release(desk.answer(told, "2026-03-03 10:00"), "2026-03-03 10:10")
    proof(desk, told, "2026-03-03 10:10")
    for stars in (2, 5):  # the last one counts
        ratings.rate(session, ticket_id=told.ticket_id, stars=stars, now=at("2026-03-03 11:00"))
    tickets.close(session, ticket_id=told.ticket_id, actor=OPERATOR, expected_version=None, now=at("2026-03-04 09:00"))
    again = desk.dispatch(desk.file("2026-03-20 09:00", place_text=" ngõ 45 LẠCH TRAY", commune_code="11383"),
                          "2026-03-20 10:30", first)
    desk.release(desk.answer(again, "2026-03-23 10:00"), "2026-03-23 10:10")
    proof(desk, again, "2026-03-23 10:10")
    ratings.rate(session, ticket_id=again.ticket_id, stars=1, now=at("2026-03-23 12:00"))
    tickets.reopen(session, ticket_id=again.ticket_id, reason="Rác vẫn còn nguyên", actor=CITIZEN,
                   expected_version=None, now=at("2026-03-24 08:00"))
    untold = desk.dispatch(desk.file("2026-03-05 09:00", channel="phone", chat=False), "2026-03-05 09:05", second)
    desk.release(desk.answer(untold, "2026-03-06 10:00"), "2026-03-06 10:10")
    tickets.close(session, ticket_id=untold.ticket_id, actor=OPERATOR, expected_version=None,
                  now=at("2026-03-09 09:00"))
    shared = desk.file("2026-03-10 09:00", "cap-nuoc.hoa-don")
    both = [desk.dispatch(shared, "2026-03-10 09:20", one) for one in (first, second)]
    for day, leg in enumerate(both, start=12):
        desk.release(desk.answer(leg, f"2026-03-{day} 10:00"), f"2026-03-{day} 11:00")
        proof(desk, leg, f"2026-03-{day} 11:00")
    ratings.rate(session, ticket_id=shared.id, stars=3, now=at("2026-03-14 08:00"))
    wrong = desk.dispatch(desk.file("2026-03-11 09:00"), "2026-03-11 09:10", first)
    legs.return_leg(session, leg_id=wrong.id, reason="Không thuộc địa bàn", proposed_agency_id=second.id,
                    actor=desk.officer(first), expected_version=None, now=at("2026-03-13 10:00"))
    moved = desk.dispatch(session.get_one(Ticket, wrong.ticket_id), "2026-03-13 11:00", second)
    for category in ("cap-nuoc.hoa-don", "dien-chieu-sang.mat-dien"):
        recategorising.change_category(session, ticket_id=moved.ticket_id, category_code=category, actor=OPERATOR,
                                reason="Nội dung là việc khác", expected_version=None, now=at("2026-03-13 12:00"))
    for ground in ("prank", "scope", "scope"):
        tickets.refuse(session, ticket_id=desk.file("2026-03-17 09:00").id, reason="Ngoài phạm vi", ground=ground,
                       actor=OPERATOR, expected_version=None, now=at("2026-03-17 15:00"))
    desk.file("2026-03-31 23:59")
    desk.file("2026-04-01 00:00")  # the next month's
    session.flush()
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))  # what the database keeps is made at the commit
    session.execute(text("SET CONSTRAINTS ALL DEFERRED"))


def asked(figure: str, **more: object) -> Asked:
    return Asked(**{"figure": figure, "period": MARCH, "at": NOW, "scope": MANAGER, **more})  # type: ignore[arg-type]


def expected(desk: Desk) -> dict[str, Ratio]:
    """Each figure from the rows themselves, by the definitions."""
    session = desk.session
    every = list(session.scalars(select(Ticket)))
    all_legs = list(session.scalars(select(Leg)))
    round_of = dict(session.execute(select(Clock.leg_id, Clock.round).where(Clock.kind == "resolve")).all())
    rounds = {(c.ticket_id, c.round) for c in session.scalars(select(Clock).where(Clock.kind == "promise"))}
    stars = {(r.ticket_id, r.round): r.stars for r in session.scalars(select(Rating).where(~Rating.superseded))}
    results_: dict[tuple[int, int], list[Leg]] = {}
    for leg in all_legs:
        if leg.state not in ("returned", "cancelled"):
            results_.setdefault((leg.ticket_id, round_of[leg.id]), []).append(leg)

    def done(name: str) -> dict[tuple[int, int], dt.datetime]:
        times = {key: [getattr(leg, name) for leg in group] for key, group in results_.items()}
        return {key: max(group) for key, group in times.items() if None not in group}

    def of(ticket: Ticket) -> list[tuple[str, dt.datetime | None]]:
        return [(leg.state, leg.delivered_at) for leg in all_legs if leg.ticket_id == ticket.id]

    def recurs(ticket: Ticket) -> bool:
        key = (ticket.category_code, ticket.commune_code, defined.place_key(ticket.place_text))
        answered = [
            leg.released_at
            for other in every
            for leg in all_legs
            if leg.ticket_id == other.id and leg.released_at and other.receipt_at < ticket.receipt_at
            and (other.category_code, other.commune_code, defined.place_key(other.place_text)) == key
        ]
        return None not in key and any(
            ticket.receipt_at - defined.RECURS_WITHIN <= one <= ticket.receipt_at for one in answered
        )

    changes = session.scalars(select(TicketEvent).where(TicketEvent.kind == "category_changed"))
    closed = [t for t in every if t.state == "closed"]
    counted = {
        "k2": [Event(t.closed_at, defined.k2(of(t))) for t in closed],
        "response": [Event(when, key in stars) for key, when in done("delivered_at").items()],
        "k3": [Event(when, defined.satisfied(stars[key])) for key, when in done("delivered_at").items()
               if key in stars],
        "reopened": [Event(when, (key[0], key[1] + 1) in rounds) for key, when in done("released_at").items()],
        "refusals": [Event(t.receipt_at, t.state == "refused") for t in every],
        "first_response": [Event(t.receipt_at, t.first_response_at is not None) for t in every],
        "recurrence": [Event(t.receipt_at, recurs(t)) for t in every],
        "recategorised": [Event(e.at, defined.slower(e.data["old_class"], e.data["class"])) for e in changes],
    }  # fmt: skip
    return {code: share(events, MARCH, NOW) for code, events in counted.items()}


def test_sql_counts_what_the_definitions_count(desk: Desk) -> None:
    month_of_work(desk)
    wanted = expected(desk)
    assert {code: figures_counts.ratio(desk.session, asked(code)) for code in wanted} == wanted
    assert wanted == {
        "k2": Ratio(1, 2), "response": Ratio(3, 3), "k3": Ratio(1, 3), "reopened": Ratio(1, 4),
        "refusals": Ratio(3, 9), "first_response": Ratio(8, 9), "recurrence": Ratio(1, 9),
        "recategorised": Ratio(1, 2),
    }  # fmt: skip
    assert figures_counts.per_ticket(desk.session, asked("returns")) == PerTicket(1, 5)
    assert figures_counts.divided(desk.session, asked("k3"), "stars") == {
        "1": Ratio(0, 1), "3": Ratio(0, 1), "5": Ratio(1, 1),
    }  # fmt: skip
    assert figures_counts.divided(desk.session, asked("refusals"), "reason") == {
        "prank": Ratio(1, 1), "scope": Ratio(2, 2), "": Ratio(0, 6),
    }  # fmt: skip
    by_person = figures_counts.divided(desk.session, asked("recategorised"), "person")
    assert by_person == {str(OPERATOR.user_id): Ratio(1, 2)}
    second = desk.agencies(2)[1]
    assert figures_counts.divided(desk.session, asked("recategorised"), "agency") == {str(second.id): Ratio(1, 2)}


def test_the_time_to_the_first_response_is_a_median_of_the_answered_with_their_number(desk: Desk) -> None:
    month_of_work(desk)
    found = figures_counts.first_response(desk.session, asked("first_response"))
    assert (found.received, found.answered, found.median, found.ninetieth) == (9, 8, 20, 360)
    parts = figures_counts.first_response_divided(desk.session, asked("first_response"), "month")
    assert parts == {"2026-03-01": found}


def test_clock_figures_are_those_of_the_manager_page(desk: Desk) -> None:
    month_of_work(desk)
    common = {"period": MARCH, "at": NOW, "scope": MANAGER}
    for against in ("current", "original"):
        whole = {code: figures_counts.ratio(desk.session, asked(code, against=against)) for code in CATALOGUE}
        assert whole["k1"] == figures.k1(desk.session, against=against, **common)
        assert whole["k1b"] == figures.k1b(desk.session, against=against, **common)
        assert whole["promises"] == figures.promises_kept(desk.session, against=against, **common)
        assert whole["triage"] == Ratio(4, 8)
        assert whole["k1b"].denominator > whole["k1b"].numerator > 0


@pytest.mark.parametrize("figure", CATALOGUE)
def test_every_number_has_as_many_rows_behind_it(desk: Desk, figure: str) -> None:
    month_of_work(desk)
    chat(desk)
    session, checked = desk.session, 0
    for against in ("current", "original") if CATALOGUE[figure].cohort == "due" else ("current",):
        places = [None]
        for dimension in CATALOGUE[figure].dimensions:
            parts = figures_counts.divided(session, asked(figure, against=against), dimension)
            assert parts, dimension
            places += [(dimension, key) for key in parts if dimension != "month"]
        for where, part in itertools.product(places, PARTS):
            question = asked(figure, against=against, where=where)
            whole = figures_counts.ratio(session, question)
            if where is not None:
                assert whole == figures_counts.divided(session, asked(figure, against=against), where[0])[where[1]]
            number = {"numerator": whole.numerator, "denominator": whole.denominator}.get(
                part, whole.denominator - whole.numerator
            )
            if figure == "k1":
                assert len(figures_counts.k1_agencies(session, question, part)) == number
            elif not (CATALOGUE[figure].per_ticket and part == "missed"):
                found = figures_counts.listed(session, question, part, limit=None)
                assert (found.total, len(found.rows)) == (number, number), (where, part)
                assert part == "denominator" or {row.good for row in found.rows} <= {part == "numerator"}
            checked += number
    assert checked


def test_the_divisions_add_up_to_the_whole_where_a_row_has_one_part(desk: Desk) -> None:
    month_of_work(desk)
    for code, definition in CATALOGUE.items():
        if code in ("k1", "bot_alone") or definition.per_ticket:
            continue
        whole = figures_counts.ratio(desk.session, asked(code))
        for dimension in definition.dimensions:
            if dimension == "agency" and code not in ("k1b", "accept"):
                continue  # a result of two agencies counts with both
            parts = figures_counts.divided(desk.session, asked(code), dimension).values()
            assert sum(part.denominator for part in parts) == whole.denominator, (code, dimension)
            assert sum(part.numerator for part in parts) == whole.numerator, (code, dimension)


def test_an_agency_counts_its_own_part_alone(desk: Desk) -> None:
    month_of_work(desk)
    first, second = desk.agencies(2)
    leader = Actor("user", user_id=8, role="leader", agency_id=second.id)
    mine = {code: figures_counts.ratio(desk.session, asked(code, scope=leader)) for code in ("k2", "k3", "k1b")}
    assert mine == {"k2": Ratio(0, 1), "k3": Ratio(0, 1), "k1b": Ratio(2, 3)}
    foreign = asked("k1b", scope=leader, where=("agency", str(first.id)))
    assert figures_counts.ratio(desk.session, foreign) == Ratio(0, 0)
    rows = figures_counts.listed(desk.session, asked("k3", scope=leader), "denominator").rows
    assert {row.agency for row in rows} == {second.name}
    for code, definition in CATALOGUE.items():
        if definition.hotline:
            with pytest.raises(Refused):
                figures_counts.ratio(desk.session, asked(code, scope=leader))
    with pytest.raises(Refused):
        figures_counts.ratio(desk.session, asked("k2", scope=Actor("citizen")))


def test_a_failed_delivery_is_shown_apart_from_one_without_proof_yet(desk: Desk) -> None:
    leg = desk.dispatch(desk.file("2026-03-02 09:00", channel="telegram"), "2026-03-02 09:10")
    desk.release(desk.answer(leg, "2026-03-03 10:00"), "2026-03-03 10:10")
    tickets.close(desk.session, ticket_id=leg.ticket_id, actor=OPERATOR, expected_version=None,
                  now=at("2026-03-04 09:00"))
    assert figures_counts.ratio(desk.session, asked("undelivered")) == Ratio(0, 1)
    desk.session.execute(text("UPDATE outbound_messages SET status = 'dead' WHERE notice = 'result'"))
    assert figures_counts.ratio(desk.session, asked("undelivered")) == Ratio(1, 1)
    assert figures_counts.ratio(desk.session, asked("k2")) == Ratio(0, 1)


def test_sample_tickets_are_left_out_of_every_figure(desk: Desk) -> None:
    month_of_work(desk)
    chat(desk)
    desk.session.execute(text("UPDATE tickets SET is_sample = true"))
    desk.session.execute(text("UPDATE conversations SET is_sample = true"))
    desk.session.expire_all()
    found = {code: figures_counts.ratio(desk.session, asked(code)) for code in CATALOGUE}
    assert set(found.values()) == {Ratio(0, 0)}


def chat(desk: Desk, **more: object) -> uuid.UUID:
    """A conversation in March in which a citizen wrote and the bot answered."""
    key = desk.conversation()
    found = desk.session.get_one(Conversation, key)
    found.in_count, found.last_out_seq, found.created_at = 1, 1, at("2026-03-07 20:00")
    desk.session.execute(
        text("""INSERT INTO inbound_events (conversation_id, channel, account, event_key, kind, received_at, late,
            sealed, attempts, handled_at, intent)
            VALUES (:id, 'web', '', :key, 'text', :at, false, false, 1, :at, :intent)"""),
        {"id": key, "key": str(key), "at": at("2026-03-07 20:00"), "intent": more.get("intent", "ask_procedure")},
    )
    desk.session.flush()
    return key


def test_a_chat_counts_as_answered_by_the_bot_when_nothing_was_left_to_a_person(desk: Desk) -> None:
    chat(desk)
    chat(desk, intent="nlu_fallback")
    filed = chat(desk)
    desk.file("2026-03-07 20:01").conversation_id = filed
    human = desk.session.get_one(Conversation, chat(desk))
    human.state = "human"
    desk.session.flush()
    assert figures_counts.ratio(desk.session, asked("bot_alone")) == Ratio(1, 4)
    row = figures_counts.listed(desk.session, asked("bot_alone"), "numerator").rows[0]
    assert (row.channel, row.code, row.instant) == ("web", None, at("2026-03-07 20:00"))


def test_imported_tickets_are_not_asked_for_our_proof(desk: Desk) -> None:
    month_of_work(desk)
    desk.session.execute(text("UPDATE tickets SET is_imported = true"))
    desk.session.expire_all()
    assert figures_counts.ratio(desk.session, asked("k2", scope=SYSTEM)) == Ratio(0, 0)
    assert figures_counts.ratio(desk.session, asked("k1b", scope=SYSTEM)).denominator > 0
