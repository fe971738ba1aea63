"""``python -m tests.sla.bulk``: many tickets written by COPY, then everything stored is compared with the second path.

    python -m tests.sla.bulk --tickets 200000 --seed 1

Exits 1 on any disagreement. ``--plant`` breaks one row first, which has to be reported.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from feedback_store.calendars import calendar_data
from feedback_store.defaults import load_defaults, read_yaml
from feedback_store.domain.kpi import Period
from feedback_store.migrations import upgrade
from feedback_store.queries import figures
from feedback_store.service import clocks
from feedback_store.service.actor import SYSTEM
from feedback_store.store import Store, make_engine
from feedback_store.tables import Agency, CalendarVersion, Category, Commune, Conversation
from hotline.simulation.run import scratch
from tests.sla import second_figures, second_path, trails
from tests.sla.bulk_lives import Life, born
from tests.sla.bulk_rows import TABLES, AgencyFacts, World, copy
from vitext.dates import VIET_NAM, local

BEGIN = dt.datetime(2026, 1, 5, tzinfo=VIET_NAM).astimezone(dt.UTC)
BATCH = 2_000
LONG_DAYS = {day: [["07:00", "21:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
"""Hours of the hotline here: by the defaults both calendars have the same, and a mix-up would not be seen."""
PLANTS = {
    "due": "UPDATE clocks SET current_due = current_due + interval '1 second' WHERE id = ({chosen})",
    "standing": "UPDATE clocks SET standing_current = 'late' WHERE id = ({chosen})",
    "instant": "UPDATE ticket_events SET at = at + interval '1 second' WHERE id = (SELECT min(e.id)"
    " FROM ticket_events e JOIN clocks c ON c.leg_id = e.leg_id AND c.stopped_at = e.at"
    " WHERE e.kind = 'answered' AND c.kind = 'resolve' AND c.stopped_at = c.current_due)",
}
"""A due time moved by a second; a standing changed; an answer on the very due instant, told a second later."""
CHOSEN = "SELECT max(id) FROM clocks WHERE kind = 'resolve' AND standing_current = 'on_time'"


def found(store: Store) -> None:
    """Default data as of the first day, and another calendar for the hotline."""
    with store.transaction() as session:
        load_defaults(session, now=BEGIN)
        document = read_yaml("calendars.yaml")
        entry = {**document["calendars"]["hotline"], "week": LONG_DAYS}
        session.add(CalendarVersion(
            code=clocks.HOTLINE_CALENDAR, data=calendar_data(entry, document["overrides"], range(2025, 2029)),
            confirmed_years=[], valid_from=BEGIN, created_at=BEGIN,
        ))  # fmt: skip
        for number in range(90):
            session.add(Conversation(
                id=uuid.uuid5(uuid.NAMESPACE_OID, str(number)), channel=("web", "telegram", "zalo")[number % 3],
                account="", peer_bidx=number.to_bytes(32, "big"), peer="chat", created_at=BEGIN,
            ))  # fmt: skip


def look(session: Session, end: dt.datetime) -> World:
    policy_id, policy = clocks.load_policy(session, end)
    agencies = [AgencyFacts(*row) for row in session.execute(
        select(Agency.id, Agency.name, Agency.calendar_code).order_by(Agency.id).limit(60)
    )]  # fmt: skip
    numbers = {
        code: clocks.load_calendar(session, code, end)[0]
        for code in {clocks.HOTLINE_CALENDAR, *(one.calendar for one in agencies)}
    }
    categories: dict[str, list[str]] = defaultdict(list)
    for code, service_class in session.execute(select(Category.code, Category.service_class).order_by(Category.code)):
        categories[service_class].append(code)
    conversations: dict[str, list[uuid.UUID]] = defaultdict(list)
    for number, channel in session.execute(select(Conversation.id, Conversation.channel).order_by(Conversation.id)):
        conversations[channel].append(number)
    hours = {one: clocks.calendar_version(session, one) for one in numbers.values()}
    return World(
        BEGIN, end, policy_id, policy, numbers, hours, agencies, dict(categories),
        list(session.scalars(select(Commune.code).order_by(Commune.code))),
        dict(conversations),
    )  # fmt: skip


def write(store: Store, world: World, tickets: int, seed: int) -> Counter[str]:
    """Live and write so many tickets; gives how many rows of each table, and events by kind."""
    written: Counter[str] = Counter()
    with store.transaction() as session:
        connection = session.connection()
        for table, _ in TABLES:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        cursor: Any = connection.connection.cursor()
        for first in range(1, tickets + 1, BATCH):
            cases = [born(world, seed, number) for number in range(first, min(first + BATCH, tickets + 1))]
            for table, kind in TABLES:
                rows = [one.ticket for one in cases] if table == "tickets" else [
                    row for one in cases for row in getattr(one, table.removeprefix("ticket_"))
                ]  # fmt: skip
                copy(cursor, table, kind, rows)
                written[table] += len(rows)
            written.update(f"event {row.kind}" for one in cases for row in one.events)
        for table, _ in TABLES:
            connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as plain:
        plain.execute(text(f"VACUUM (ANALYZE) {', '.join(table for table, _ in TABLES)}"))
    return written


def standings(session: Session, at: dt.datetime) -> list[str]:
    """Standings that two paths give differently."""
    wrong = [f"stored {one}, from the trail {two}" for one, two in second_path.differences(session, at)]
    if wrong:
        print("\n".join(trails.of_differences(session, at)))
    return wrong


def counted(session: Session, at: dt.datetime) -> list[str]:
    """Figures that two paths give differently."""
    return [f"figure {wrong}" for wrong in second_figures.figure_differences(session, at)]


COMPARED = {"standings": standings, "figures": counted}
"""Nobody was warned here, and the lists were not filled."""


def plant(session: Session, name: str) -> None:
    """Break one row."""
    changed = session.execute(text(PLANTS[name].format(chosen=CHOSEN))).rowcount  # type: ignore[attr-defined]
    assert changed == 1, "the plant found nothing to change"


def figure_lines(session: Session, end: dt.datetime) -> Iterator[str]:
    asked: dict[str, Any] = {
        "period": Period(local(BEGIN).date(), local(end).date() + dt.timedelta(days=1)), "at": end, "scope": SYSTEM,
    }  # fmt: skip
    for side in second_figures.SIDES:
        for name, of in (("promises kept", figures.promises_kept), ("K1", figures.k1), ("K1b", figures.k1b)):
            ratio = of(session, against=side, **asked)
            yield f"{name}, {side}: {ratio.numerator} of {ratio.denominator}, {ratio.percent} %"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, default=200_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plant", choices=sorted(PLANTS))
    asked = parser.parse_args()
    end = BEGIN + dt.timedelta(days=asked.days)
    with scratch() as place:
        store = Store(make_engine(place.url, pool_size=2))
        upgrade(store.engine)
        found(store)
        began = time.perf_counter()
        with store.reading() as session:
            world = look(session, end)
        written = write(store, world, asked.tickets, asked.seed)
        print(", ".join(f"{name} {number}" for name, number in written.items()))
        print("moves that were not possible:", dict(Life.refused.most_common()))
        print(f"written in {time.perf_counter() - began:.0f} s", flush=True)
        with store.transaction() as session:
            if asked.plant:
                plant(session, asked.plant)
            print("\n".join(figure_lines(session, end)), flush=True)
            disagreements = sum(compare(session, end, name) for name in COMPARED)
        store.close()
    return 1 if disagreements else 0


def compare(session: Session, end: dt.datetime, name: str) -> int:
    """Say what two paths give differently; gives how much that is."""
    began = time.perf_counter()
    wrong = COMPARED[name](session, end)
    print("\n".join([*wrong[:20], f"second path, {name}: {len(wrong)} disagreements, "
                     f"{time.perf_counter() - began:.0f} s"]), flush=True)  # fmt: skip
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main())
