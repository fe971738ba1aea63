"""``python -m tests.sla.simulated``: a simulated year, then everything stored is compared with a second path.

    python -m tests.sla.simulated --tickets 20000 --days 365 --seed 1 --restarts 10
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from collections.abc import Iterator

from sqlalchemy.orm import Session

from feedback_store.store import Store, make_engine
from hotline.simulation.plan import SLICE, Plan
from hotline.simulation.report import lines
from hotline.simulation.run import Outcome, Run, scratch
from tests.sla import second_figures, second_kept, second_lists, second_path, second_warnings, trails


def disagreements(session: Session, outcome: Outcome) -> Iterator[str]:
    """Everything that two paths give differently."""
    for stored, computed in second_path.differences(session, outcome.at):
        yield f"stored {stored}, from the trail {computed}"
    for wrong in second_figures.figure_differences(session, outcome.at):
        yield f"figure {wrong}"
    yield from second_lists.differences(session)
    yield from second_kept.differences(session)
    yield from second_warnings.faults(session, end=outcome.at, slack=SLICE, away=list(away(outcome)))


def away(outcome: Outcome) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """When the worker was not there."""
    for one in outcome.restarts:
        yield one.at - SLICE, one.back + SLICE


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--restarts", type=int, default=10)
    parser.add_argument("--crowds", type=int, default=3)
    asked = parser.parse_args()
    plan = Plan(asked.tickets, asked.days, asked.seed, restarts=asked.restarts, crowds=asked.crowds)
    with scratch() as place:
        outcome = Run(place, plan, print).go()
        print("\n".join(lines(plan, outcome)))
        began = time.perf_counter()
        store = Store(make_engine(place.url, pool_size=1))
        with store.transaction() as session:
            found = list(disagreements(session, outcome))
            stories = list(trails.of_differences(session, outcome.at)) if found else []
        store.close()
    print("\n".join([*found[:20], *stories]))
    print(f"second path: {len(found)} disagreements, {time.perf_counter() - began:.0f} s")
    return 1 if found or outcome.failed else 0


if __name__ == "__main__":
    sys.exit(main())
