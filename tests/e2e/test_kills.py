"""Each process of a whole hotline is killed once at each point of a filing turn: nothing is lost or doubled.

``make chaos`` does the same twenty times each and prints the counts.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hotline.faults import POINTS
from tests.e2e.chaos import PATIENCE, Strike, compare_shown, strike
from tests.e2e.hotline_process import VICTIMS, Hotline, running_hotline
from tests.e2e.people import PEOPLE
from tests.system import ENGINE_PYTHON, MODEL, until

pytestmark = [pytest.mark.chaos, pytest.mark.engine]


@pytest.fixture(scope="module")
def hotline() -> Iterator[Hotline]:
    """One hotline for all kills."""
    if not (ENGINE_PYTHON.exists() and MODEL.exists()):
        pytest.skip("SKIPPED: no engine environment or model; run `make up` once. Nothing was killed.")
    with running_hotline() as running:
        yield running


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("victim", VICTIMS)
def test_a_process_killed_in_a_filing_turn_loses_and_doubles_nothing(
    hotline: Hotline, victim: str, point: str
) -> None:
    assert until(hotline.all_healthy, PATIENCE)
    # The channel whose sends the victim makes, where that matters; else both by turns.
    sends = {"web": 0, "worker": 1}.get(victim) if point == "after_send" else None
    person = PEOPLE[(VICTIMS.index(victim) + POINTS.index(point)) % 2 if sends is None else sends](hotline)
    try:
        found = strike(hotline, person, point, victim)
    finally:
        person.close()
    assert found.ok, str(found)


@pytest.mark.parametrize(
    ("shown", "lost", "doubled"),
    [(["một", "hai"], 0, 0), (["một"], 1, 0), (["một", "hai", "hai"], 0, 1), (["hai", "một"], 1, 0)],
)
def test_the_count_sees_what_was_not_delivered_delivered_twice_or_out_of_order(
    shown: list[str], lost: int, doubled: int
) -> None:
    found = Strike("after_send", "worker", "telegram")
    compare_shown(found, ["một", "hai"], shown)
    assert (len(found.lost), len(found.doubled)) == (lost, doubled)
