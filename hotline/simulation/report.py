"""The outcome of a simulation in words and figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from hotline.simulation.plan import Plan
from hotline.simulation.run import Outcome
from vitext.dates import local


def lines(plan: Plan, outcome: Outcome) -> Iterator[str]:
    """What ``hotline sla simulate`` prints."""
    yield f"{plan.tickets} tickets in {plan.days} days, seed {plan.seed}, {len(outcome.restarts)} worker restarts"
    for stop in outcome.restarts:
        how = "SIGKILL" if stop.killed else "SIGTERM"
        yield f"  {local(stop.at):%Y-%m-%d %H:%M} {how}, back at {local(stop.back):%Y-%m-%d %H:%M}"
    yield "moves: " + _listed(outcome.moves)
    yield "refused: " + _listed(outcome.refused)
    for name, ratio in outcome.ratios.items():
        percent = "none due" if ratio.percent is None else f"{ratio.percent} %"
        yield f"{name}: {ratio.numerator} of {ratio.denominator}, {percent}"
    levels = {f"{level} %": n for level, n in outcome.warnings.items() if level <= 100}
    levels["daily after"] = sum(n for level, n in outcome.warnings.items() if level > 100)
    yield f"warnings: {sum(outcome.warnings.values())} sent, {outcome.superseded} superseded; " + _listed(levels)
    yield f"breaches: {sum(outcome.breaches.values())}; " + _listed(outcome.breaches)
    yield f"tickets that the job failed on: {outcome.failed}"
    yield f"{outcome.seconds:.0f} s"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in Counter(counts).most_common())
