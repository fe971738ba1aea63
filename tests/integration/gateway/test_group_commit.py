"""Messages that arrive together are stored together, each as if it had come alone."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from bot.gateway.database import Database
from bot.gateway.engine_client import EngineClient
from bot.gateway.group_commit import GroupCommit, Taken
from bot.gateway.runner import TurnRunner
from feedback_store.service import intake
from feedback_store.service.intake import NewEvent
from feedback_store.store import Store, make_engine
from feedback_store.tables import InboundEvent
from worker.sweeper import TurnSweeper


def event(peer: str, words: str, *, key: str | None = None) -> NewEvent:
    return NewEvent("telegram", "123", peer, uuid.uuid4(), key or uuid.uuid4().hex, "text", {"text": words})


@pytest.fixture
def database(store: Store) -> Iterator[Database]:
    made = Database(store)
    yield made
    made.close()


def runner(database: Database, *, slots: int = 8) -> TurnRunner:
    return TurnRunner(database, EngineClient("http://127.0.0.1:9", "t", timeout=1), slots=slots)


def store_all(database: Database, events: list[NewEvent], *, slots: int = 8) -> list[Taken | BaseException]:
    """Hand all events over in one moment."""

    async def run() -> list[Taken | BaseException]:
        group = GroupCommit(database, runner(database, slots=slots))
        return await asyncio.gather(*(group.store(one) for one in events), return_exceptions=True)

    return asyncio.run(run())


def stored(store: Store) -> list[InboundEvent]:
    with store.reading() as session:
        return list(session.scalars(select(InboundEvent).order_by(InboundEvent.id)))


def test_a_hundred_at_once_are_all_stored_and_each_person_keeps_their_order(
    store: Store, database: Database
) -> None:
    events = [event(f"person {n % 7}", f"{n}") for n in range(100)]
    taken = store_all(database, events)
    ids = {one.event_key: row.stored.event_id for one, row in zip(events, taken, strict=True) if isinstance(row, Taken)}
    rows = stored(store)
    assert {row.event_key: row.id for row in rows} == ids
    for person in range(7):
        of_person = [one for one in events if one.peer == f"person {person}"]
        assert sorted(of_person, key=lambda one: ids[one.event_key]) == of_person
    assert {row.event_key: row.body["text"] for row in rows} == {one.event_key: one.body["text"] for one in events}
    with store.reading() as session:
        assert session.execute(text("SELECT count(*), sum(in_count) FROM conversations")).one() == (7, 100)


def test_the_same_update_twice_in_one_group_is_one_event(store: Store, database: Database) -> None:
    events = [event("a", "một", key="1"), event("b", "hai", key="2"), event("a", "một", key="1"), event("c", "ba")]
    taken = store_all(database, [event("z", "đầu"), *events])
    found = [row.stored for row in taken[1:] if isinstance(row, Taken)]
    assert [row.duplicate for row in found] == [False, False, True, False]
    assert found[2].event_id == found[0].event_id
    assert len(stored(store)) == 4


def test_leases_are_taken_for_as_many_as_can_begin_and_no_more(database: Database, store: Store) -> None:
    taken = store_all(database, [event(f"p{n}", "x") for n in range(20)], slots=3)
    leased = [row for row in taken if isinstance(row, Taken) and row.stored.leased]
    assert len(leased) == 3
    with store.reading() as session:
        assert session.execute(text("SELECT count(*) FROM conversations WHERE lease_owner IS NOT NULL")).scalar() == 3


def test_a_closed_conversation_in_the_group_takes_nothing_and_harms_nobody(store: Store, database: Database) -> None:
    store_all(database, [event("gone", "x")])
    with store.transaction() as session:
        session.execute(text("UPDATE conversations SET state = 'closed'"))
    taken = store_all(database, [event("first", "y"), event("gone", "z"), event("other", "z")])
    assert [row.stored.closed for row in taken if isinstance(row, Taken)] == [False, True, False]


def test_one_conversation_that_is_held_keeps_nobody_else_waiting(store: Store, database: Database) -> None:
    store_all(database, [event("held", "x")])
    release, locked = threading.Event(), threading.Event()

    def hold() -> None:
        with store.transaction() as session:
            session.execute(text("SELECT id FROM conversations FOR UPDATE"))
            locked.set()
            release.wait(20)

    thread = threading.Thread(target=hold)
    thread.start()
    assert locked.wait(5)

    async def run() -> tuple[list[Taken], bool, Taken]:
        group = GroupCommit(database, runner(database))
        waiting = [asyncio.ensure_future(group.store(event(name, "y"))) for name in ("first", "held", "a", "b")]
        others = await asyncio.wait_for(asyncio.gather(*waiting[:1], *waiting[2:]), 5)
        still = not waiting[1].done()
        release.set()
        return others, still, await asyncio.wait_for(waiting[1], 5)

    try:
        others, still, last = asyncio.run(run())
    finally:
        release.set()
        thread.join()
    assert still
    assert len({row.stored.event_id for row in [*others, last]}) == 4
    assert len(stored(store)) == 5


def test_a_request_that_is_given_up_is_stored_all_the_same(store: Store, database: Database) -> None:
    async def run() -> None:
        group = GroupCommit(database, runner(database))
        waiting = [asyncio.ensure_future(group.store(event(f"p{n}", "x"))) for n in range(4)]
        await asyncio.sleep(0)
        waiting[2].cancel()
        done = await asyncio.gather(*waiting, return_exceptions=True)
        assert [isinstance(one, Taken) for one in done] == [True, True, False, True]

    asyncio.run(run())
    assert len(stored(store)) == 4


def test_without_a_database_every_one_is_told_and_the_next_group_is_tried_again(
    store: Store, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = Store(make_engine("postgresql://nobody:x@127.0.0.1:9/none"))
    broken = Database(lost)
    try:
        found = store_all(broken, [event(f"p{n}", "x") for n in range(5)])
    finally:
        broken.close()
        lost.close()
    assert [type(one) for one in found] == [OperationalError] * 5

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("the whole group failed")

    monkeypatch.setattr(intake, "store_together", fails)
    taken = store_all(database, [event(f"p{n}", "x") for n in range(5)])
    assert all(isinstance(one, Taken) for one in taken)
    assert len(stored(store)) == 5


def test_in_a_crowd_turns_go_one_by_one_and_the_sweeper_begins_none(store: Store, database: Database) -> None:
    async def run() -> None:
        turns = runner(database)
        assert turns.free_slots == 8
        turns.arrivals.add(100)
        assert turns.arrivals.crowd
        assert turns.free_slots == 1
        while turns.arrivals.crowd:
            await asyncio.sleep(0.05)
        assert turns.free_slots == 8

        began: list[uuid.UUID] = []
        idle = runner(database)
        idle.kick = began.append  # type: ignore[method-assign]
        sweeper = TurnSweeper(database, idle)
        later = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30)
        assert await sweeper.sweep(now=later) == 0
        group = GroupCommit(database, idle)
        await asyncio.gather(*(group.store(event(f"p{n}", "x")) for n in range(80)))
        assert await sweeper.sweep(now=later) == 0
        assert began == []
        await asyncio.sleep(0.2)
        assert await sweeper.sweep(now=later, limit=5) == 5
        assert len(began) == 5

    asyncio.run(run())
