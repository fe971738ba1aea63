"""The trained model and the lists on `nlu_data/tests/summary.jsonl`: what a new writer's citizens type below a summary.

The engine is left out, as if it understood none of them, so that what is measured is what the answers' own model adds.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from actions.choice.readers import readings
from actions.choice.reading import choose
from actions.choice.state import State
from feedback_store.guards import opinion
from feedback_store.service.drafts import ReportData
from tests.system import MODEL, ROOT
from tests.unit.choice.building import simple

pytestmark = pytest.mark.engine
SET = ROOT / "nlu_data" / "tests" / "summary.jsonl"
SHOWN = State(
    step="summary", summary_shown=True, subject=frozenset({"rac", "dong"}),
    data=ReportData(text=["rác chất đống ở ngõ 5"], category="moi-truong.rac", place_text="ngõ 5"),
)  # fmt: skip
ACTS = {"agree": "report_yes", "wait": "hold", "disagree": "report_no", "who": "others_data"}


@pytest.fixture(scope="module")
def acts() -> Iterator[Counter[tuple[str, str]]]:
    """How often each answer of the set leads to each act."""
    if not (MODEL.parent / opinion.ANSWERS_FILE).exists():
        pytest.skip("SKIPPED: no trained model; run `make up` once. Answers to the summary were NOT tried")
    opinion.load(MODEL.parent)
    found: Counter[tuple[str, str]] = Counter()
    for line in SET.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        message = simple(one["text"], "nlu_fallback", 0.3)
        state = replace(SHOWN, answer=opinion.answers(one["text"]))
        taken = choose(readings(message, state), len(message.clauses)).taken
        found[one["says"], taken[0].act if taken[0].firm else str(taken[0].instead)] += 1
    yield found
    opinion.forget()


@pytest.mark.parametrize(("says", "share"), [("agree", 0.70), ("wait", 0.70), ("disagree", 0.65), ("who", 0.55)])
def test_most_are_heard(acts: Counter[tuple[str, str]], says: str, share: float) -> None:
    told = sum(count for (one, _), count in acts.items() if one == says)
    heard = acts[says, ACTS[says]]
    print(f"{says}: {heard} of {told}")
    assert heard >= share * told


def test_nothing_but_a_yes_files(acts: Counter[tuple[str, str]]) -> None:
    assert {one: count for one, count in acts.items() if one[1] == "report_yes" and one[0] != "agree"} == {}
