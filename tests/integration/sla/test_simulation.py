"""A small simulated hotline with a worker that is killed: both second paths agree, and see planted errors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from feedback_store import crypto
from feedback_store.store import Store, make_engine
from hotline.simulation.plan import Plan
from hotline.simulation.report import lines
from hotline.simulation.run import Outcome, Run, scratch
from tests.sla.simulated import disagreements

PLAN = Plan(tickets=70, days=12, seed=5, restarts=3)


@pytest.fixture(scope="module")
def simulated() -> Iterator[tuple[Store, Outcome]]:
    before = crypto.keyring()
    with scratch() as place:
        outcome = Run(place, PLAN, lambda _: None).go()
        store = Store(make_engine(place.url, pool_size=1))
        yield store, outcome
        store.close()
    crypto.configure(before)


def test_both_paths_agree_after_a_simulated_fortnight_with_a_killed_worker(simulated: tuple[Store, Outcome]) -> None:
    store, outcome = simulated
    assert len(outcome.restarts) == PLAN.restarts
    assert outcome.moves["filed"] == PLAN.tickets
    assert outcome.failed == 0
    with store.reading() as session:
        assert list(disagreements(session, outcome)) == []


def test_the_report_names_figures_warnings_and_breaches(simulated: tuple[Store, Outcome]) -> None:
    said = "\n".join(lines(PLAN, simulated[1]))
    for word in ("promises kept, original", "K1, current", "K1b, current", "warnings:", "breaches:", "3 worker"):
        assert word in said


def run(session: Session, query: str) -> None:
    assert session.execute(text(query)).rowcount == 1, "the plant found nothing to change"  # type: ignore[attr-defined]


ONE = """(SELECT min(e.id) FROM ticket_events e WHERE e.kind = 'warned' AND e.new = '{level}'
    AND e.data->'superseded' = '[]' AND EXISTS (SELECT FROM ticket_events o WHERE o.kind = 'warned'
        AND o.data->'clock_id' = e.data->'clock_id' AND o.id > e.id))"""


@pytest.mark.parametrize(
    "plant",
    [
        f"DELETE FROM ticket_events WHERE id = {ONE.format(level=50)}",
        f"""INSERT INTO ticket_events (ticket_id, leg_id, at, kind, actor_kind, new, data, scope)
            SELECT ticket_id, leg_id, at, kind, actor_kind, new, data, scope FROM ticket_events
            WHERE id = {ONE.format(level=80)}""",
        f"UPDATE ticket_events SET at = at - interval '3 hours' WHERE id = {ONE.format(level=100)}",
        f"UPDATE ticket_events SET at = at + interval '40 days' WHERE id = {ONE.format(level=50)}",
        """DELETE FROM ticket_events e WHERE id = (SELECT max(id) FROM ticket_events WHERE kind = 'warned'
            AND new::int > 102)""",
        "UPDATE clocks SET standing_current = 'on_time', breached_current_at = NULL WHERE id = "
        "(SELECT min(id) FROM clocks WHERE standing_current = 'late')",
        "UPDATE clocks SET original_due = original_due + interval '1 second' WHERE id = (SELECT max(id) FROM clocks)",
    ],
)
def test_an_error_planted_in_the_warnings_or_standings_is_reported(
    simulated: tuple[Store, Outcome], plant: str
) -> None:
    store, outcome = simulated
    with store.reading() as session:
        run(session, plant)
        assert list(disagreements(session, outcome)) != []
