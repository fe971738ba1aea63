"""The reader of places on sentences written without sight of it: floors may only rise.

A place that is silently another commune costs more than a question, so it has a bound of its own: none.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from hotline.placing import Judge
from tests.integration.places.sentences import generate

LINES = 1_800


@pytest.mark.parametrize("seed", [5, 6])
def test_places_are_read_whole_and_no_commune_is_silently_another(seed: int) -> None:
    judge = Judge("hai-phong")
    told: list[dict[str, Any]] = [judge(line) for line in generate(seed, LINES)]
    communes, spans = Counter(one["commune"] for one in told), Counter(one["span"] for one in told)
    hit, read, there = (sum(one[name] for one in told) for name in ("hit", "read", "there"))
    wrong = [one["told"] for one in told if one["commune"] == "wrong"]
    assert not wrong, wrong
    assert communes["invented"] <= 0.003 * LINES, communes
    assert communes["missed"] <= 0.005 * LINES, communes
    assert spans["right"] >= 0.88 * LINES, spans
    assert 2 * hit / (read + there) >= 0.97
