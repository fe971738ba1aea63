"""What the sets for judging hold, and how much there is to train on.

No message here shows a line of a set: who mends a failure must not read `test.jsonl`.
"""

from __future__ import annotations

import functools
from collections import Counter

from feedback_store.defaults import read_yaml
from hotline.nlu import gate
from hotline.nlu.lines import ROUTES, Line, load
from hotline.nlu.nearness import NLU_DATA

SETS = NLU_DATA / "tests"
STYLES = "clean noaccent teencode typo long dialect_north dialect_central dialect_south voice caps nfd".split()
UNNAMED = "khac.khac"


@functools.cache
def lines(name: str) -> list[Line]:
    return load(SETS / f"{name}.jsonl")


def short(counted: Counter[str | None], wanted: list[str], least: int) -> dict[str, int]:
    """The names of which there are fewer, with how many there are."""
    return {name: counted[name] for name in wanted if counted[name] < least}


def test_json_lines_alone_and_a_word_about_them_lie_below_the_sets() -> None:
    found = [path.relative_to(SETS).as_posix() for path in SETS.rglob("*") if path.is_file()]
    assert [name for name in found if not name.endswith(".jsonl") and name != "README.md"] == []


def test_the_test_set_and_the_development_set_are_large_enough() -> None:
    assert len(lines("test")) >= 1_200
    assert len(lines("development")) >= 600


def test_the_test_set_holds_a_hundred_lines_of_every_style() -> None:
    assert short(Counter(line.style for line in lines("test")), STYLES, 100) == {}


def test_the_test_set_holds_six_lines_of_every_category() -> None:
    leaves = [str(one["code"]) for one in read_yaml("categories.yaml")["leaves"]]
    judged = Counter[str | None](line.categories[0] for line in lines("test") if line.categories)
    assert short(judged, [one for one in leaves if one != UNNAMED], 6) == {}


def test_the_test_set_holds_twenty_lines_of_every_route_and_a_hundred_emergencies() -> None:
    routes = Counter[str | None](line.route for line in lines("test"))
    assert short(routes, sorted(ROUTES), 20) == {}
    assert routes["emergency"] >= 100


def test_every_style_of_forty_lines_has_a_floor() -> None:
    counted = Counter(line.style for line in lines("development"))
    floors = {one.name for one in gate.load_floors(gate.FLOORS)}
    assert [one for one, n in counted.items() if one and n >= 40 and f"styles.{one}.accuracy" not in floors] == []
