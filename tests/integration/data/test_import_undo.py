"""An import is taken back as a whole, as long as nobody has worked on its tickets."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select

from feedback_store.service.actor import Refused
from feedback_store.service.imports import Importer
from feedback_store.service.imports_undo import undo
from feedback_store.store import Store
from feedback_store.tables import Base, Clock, ImportedTicket, ImportRun, Leg, ListEntry, Ticket, TicketEvent
from tests.integration.data.history import CLOSED, NOW, OPEN, SOURCE, fates, run_id, sheet

LATER = NOW + dt.timedelta(hours=1)


def bring(store: Store) -> int:
    made = run_id(store)
    done = Importer(store, sheet(CLOSED, OPEN), source=SOURCE, now=NOW).apply(run_id=made, user_id=None)
    assert fates(done) == {"new": 2}
    return made


def rows(store: Store, table: type[Base]) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_everything_that_came_is_gone_and_the_file_can_come_again(loaded_store: Store) -> None:
    made = bring(loaded_store)
    with loaded_store.transaction() as session:
        assert undo(session, run_id=made, actor=None, now=LATER) == 2
    for table in (Ticket, Leg, Clock, TicketEvent, ImportedTicket, ListEntry):
        assert rows(loaded_store, table) == 0, table
    with loaded_store.reading() as session:
        assert session.get_one(ImportRun, made).state == "undone"
    assert bring(loaded_store) != made
    assert rows(loaded_store, Ticket) == 2


def test_of_two_imports_one_is_taken_back(loaded_store: Store) -> None:
    first = bring(loaded_store)
    second = run_id(loaded_store)
    other = {**OPEN, "old_code": "HP-9"}
    Importer(loaded_store, sheet(other), source=SOURCE, now=NOW).apply(run_id=second, user_id=None)
    with loaded_store.transaction() as session:
        assert undo(session, run_id=first, actor=None, now=LATER) == 2
    with loaded_store.reading() as session:
        assert session.scalars(select(ImportedTicket.old_code)).all() == ["HP-9"]


def test_lists_and_figures_count_as_before(loaded_store: Store) -> None:
    before = _shown(loaded_store)
    made = bring(loaded_store)
    assert _shown(loaded_store) != before
    with loaded_store.transaction() as session:
        undo(session, run_id=made, actor=None, now=LATER)
    assert _shown(loaded_store) == before


def _shown(store: Store) -> dict[str, int]:
    from feedback_store.tables import ListCount

    with store.reading() as session:
        parts = session.execute(select(ListCount.part, func.sum(ListCount.change)).group_by(ListCount.part))
        return {str(part): int(change) for part, change in parts if change}


def test_a_ticket_that_somebody_worked_on_keeps_the_import(loaded_store: Store) -> None:
    made = bring(loaded_store)
    with loaded_store.transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.state == "dispatched")).one()
        session.add(
            TicketEvent(
                ticket_id=ticket.id, at=LATER, kind="noted", actor_kind="user", actor_id=1, data={}, scope="all"
            )
        )
    with pytest.raises(Refused) as refused, loaded_store.transaction() as session:
        undo(session, run_id=made, actor=None, now=LATER)
    assert refused.value.key == "imports.undo_worked"
    assert rows(loaded_store, Ticket) == 2


@pytest.mark.parametrize("state", ["checked", "confirmed", "cancelled", "faulty", "undone"])
def test_only_an_import_that_is_done_can_be_taken_back(loaded_store: Store, state: str) -> None:
    made = bring(loaded_store)
    with loaded_store.transaction() as session:
        session.get_one(ImportRun, made).state = state
    with pytest.raises(Refused), loaded_store.transaction() as session:
        undo(session, run_id=made, actor=None, now=LATER)
    with pytest.raises(Refused), loaded_store.transaction() as session:
        undo(session, run_id=made + 99, actor=None, now=LATER)
