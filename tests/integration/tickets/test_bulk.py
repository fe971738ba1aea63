"""Bulk tickets: both paths agree on them, planted errors are seen, and their lives are those that the services give."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.service import deadlines, extensions, legs, pauses, results, tickets
from feedback_store.service.actor import CITIZEN, Actor
from feedback_store.store import Store
from feedback_store.tables import Clock, Extension, Leg, Ticket, TicketEvent
from tests.integration.tickets.conftest import OPERATOR, RESULT, SUPERVISOR
from tests.sla import bulk
from tests.sla.bulk_case import REASON, Case
from tests.sla.bulk_lives import born
from tests.sla.bulk_rows import ClockRow, ExtensionRow, LegRow, World

END = bulk.BEGIN + dt.timedelta(days=365)
TOLD_APART = {"warned", "apologised"}
"""Kinds of events that the bulk run leaves out."""


def world_of(store: Store) -> World:
    bulk.found(store)
    with store.reading() as session:
        return bulk.look(session, END)


def test_both_paths_agree_on_bulk_tickets_and_see_planted_errors(store: Store) -> None:
    world = world_of(store)
    written = bulk.write(store, world, 300, 1)
    for kind in ("refused", "returned", "reopened", "paused", "extension_granted", "promise_moved", "breached"):
        assert written[f"event {kind}"] > 0
    assert written["tickets"] == 300
    with store.reading() as session:
        assert [compared(session, END) for compared in bulk.COMPARED.values()] == [[], []]
    for name in bulk.PLANTS:
        with store.reading() as session:
            bulk.plant(session, name)
            assert bulk.standings(session, END), name


class Replay:
    """What a case did, done again through the services; ``log``: instant, move and its arguments."""

    def __init__(self, session: Session, case: Case) -> None:
        self.session, row = session, case.ticket
        report = tickets.NewReport(
            text=row.text, category_code=row.category_code, channel=row.channel, receipt_at=row.receipt_at,
            conversation_id=row.conversation_id, commune_code=row.commune_code,
        )  # fmt: skip
        actor = CITIZEN if row.conversation_id else OPERATOR
        self.ticket = tickets.file_report(session, report=report, actor=actor, now=row.receipt_at).ticket_id

    def leg(self, row: LegRow) -> Leg:
        query = select(Leg).where(Leg.ticket_id == self.ticket, Leg.number == row.number)
        return self.session.scalars(query).one()

    def extension(self, row: ExtensionRow, case: Case) -> int:
        query = select(Extension.id).where(Extension.ticket_id == self.ticket).order_by(Extension.id)
        return list(self.session.scalars(query))[case.extensions.index(row)]

    def move(self, case: Case, at: dt.datetime, name: str, args: tuple[Any, ...]) -> None:
        leg = self.leg(args[0]) if args and isinstance(args[0], LegRow) else None
        boss = Actor("user", 8, "leader", leg.agency_id if leg else None)
        whole: dict[str, Any] = {"ticket_id": self.ticket, "now": at}
        part: dict[str, Any] = {"leg_id": leg.id if leg else None, "expected_version": None, "now": at}
        moves: dict[str, Callable[[], object]] = {
            "_look": lambda: deadlines.handle_due(self.session, now=at),
            "refuse": lambda: tickets.refuse(self.session, reason=REASON, ground="scope", actor=OPERATOR,
                                             expected_version=None, **whole),
            "refusal_told": lambda: tickets.refusal_delivered(self.session, ticket_id=self.ticket, at=at),
            "dispatch": lambda: legs.dispatch(self.session, agency_id=args[0].id, actor=SUPERVISOR,
                                              expected_version=None, **whole),
            "accept": lambda: legs.accept(self.session, actor=boss, **part),
            "give_back": lambda: legs.return_leg(self.session, reason=REASON, proposed_agency_id=args[1].id, actor=boss,
                                                 **part),
            "answer": lambda: results.submit(self.session, text=RESULT, no_evidence_reason=REASON, actor=boss, **part),
            "release": lambda: results.release(self.session, actor=OPERATOR, **part),
            "delivered": lambda: results.mark_delivered(self.session, leg_id=part["leg_id"], at=at),
            "close": lambda: tickets.close(self.session, actor=OPERATOR, expected_version=None, **whole),
            "pause": lambda: pauses.pause(self.session, ticket_id=self.ticket, kind="citizen", reason=REASON,
                                          actor=OPERATOR, **part),
            "resume": lambda: pauses.resume(self.session, actor=OPERATOR, expected_version=None, **whole),
            "ask_time": lambda: extensions.ask(self.session, amount=args[1], reason=REASON, actor=boss, **part),
            "decide": lambda: extensions.decide(
                self.session, extension_id=self.extension(args[1], case), grant=args[2],
                reason=None if args[2] else REASON, actor=SUPERVISOR, expected_version=None, now=at,
            ),
            "new_date_told": lambda: extensions.told(self.session, ticket_id=self.ticket, at=at),
            "reopen": lambda: tickets.reopen(self.session, reason=REASON, actor=CITIZEN, expected_version=None,
                                             **whole),
            "withdraw": lambda: tickets.withdraw(self.session, reason=REASON, actor=CITIZEN, **whole),
        }  # fmt: skip
        moves[name]()
        self.session.flush()


MOVES = (
    "_look", "refuse", "refusal_told", "dispatch", "accept", "give_back", "answer", "release", "delivered", "close",
    "pause", "resume", "ask_time", "decide", "new_date_told", "reopen", "withdraw",
)  # fmt: skip
Log = list[tuple[dt.datetime, str, tuple[Any, ...]]]


def logged(monkeypatch: pytest.MonkeyPatch) -> Log:
    """Every outermost move that a case makes from now on, and succeeds in."""
    log: Log = []
    inside: list[str] = []

    def watch(name: str) -> None:
        plain = getattr(Case, name)

        def wrapped(self: Case, *args: Any) -> object:
            inside.append(name)
            try:
                made = plain(self, *args)
            finally:
                inside.pop()
            if not inside:
                log.append((args[0] if name == "_look" else self.now, name, args))
            return made

        monkeypatch.setattr(Case, name, wrapped)

    for name in MOVES:
        watch(name)
    return log


def numbered(some: list[Any]) -> dict[int, int]:
    return {one.id: number for number, one in enumerate(some)} | {None: None}  # type: ignore[dict-item]


def trail(events: list[Any], clocks: dict[int, int], legs_: dict[int, int], more: dict[int, int]) -> list[Any]:
    """Events with ids told by their order within the ticket."""
    found = []
    for one in events:
        data = dict(one.data or {})
        if "clocks" in data:
            data["clocks"] = [{**c, "id": clocks[c["id"]], "leg": legs_[c["leg"]]} for c in data["clocks"]]
        if "promises" in data:
            data["promises"] = [clocks[c] for c in data["promises"]]
        if "extension" in data:
            data["extension"] = more[data["extension"]]
        found.append((one.kind, one.at, legs_[one.leg_id], one.agency_id, one.old, one.new, one.scope, data))
    return found


def clock_values(clocks: list[Any], ids: dict[int, int], legs_: dict[int, int]) -> list[dict[str, Any]]:
    own = {"id", "ticket_id", "leg_id", "kept_promise_id", "warned_level"}
    names = [one.name for one in fields(ClockRow) if one.name not in own]
    return [
        {name: getattr(one, name) for name in names} | {"leg": legs_[one.leg_id], "kept": ids[one.kept_promise_id]}
        for one in clocks
    ]


@pytest.mark.release_time
@pytest.mark.parametrize("seed", range(3))
def test_lives_in_memory_leave_what_the_services_leave(
    loaded_store: Store, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    world, log = world_of(loaded_store), logged(monkeypatch)
    seen: set[str] = set()
    for number in range(12):
        log.clear()
        case = born(world, 100 + seed, number)
        moves = list(log)
        seen.update(name for _, name, _ in moves)
        with loaded_store.reading() as session:
            replay = Replay(session, case)
            for at, name, args in moves:
                replay.move(case, at, name, args)
            session.expire_all()
            ticket = session.get_one(Ticket, replay.ticket)
            clocks = list(session.scalars(select(Clock).where(Clock.ticket_id == ticket.id).order_by(Clock.id)))
            theirs = list(session.scalars(select(Leg).where(Leg.ticket_id == ticket.id).order_by(Leg.number)))
            more = list(session.scalars(select(Extension).where(Extension.ticket_id == ticket.id)))
            events = session.scalars(
                select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind.not_in(TOLD_APART))
                .order_by(TicketEvent.id)
            )  # fmt: skip
            stored = [numbered(one) for one in (clocks, theirs, more)]
            lived = [numbered(one) for one in (case.clocks, case.legs, case.extensions)]
            assert trail(case.events, *lived) == trail(list(events), *stored)
            assert clock_values(case.clocks, *lived[:2]) == clock_values(clocks, *stored[:2])
            assert [one.state for one in theirs] == [one.state for one in case.legs]
            for name in ("state", "closed_at", "first_response_at", "refusal_ground"):
                assert getattr(ticket, name) == getattr(case.ticket, name)
    assert seen >= {"_look", "dispatch", "accept", "answer", "release", "delivered"}
