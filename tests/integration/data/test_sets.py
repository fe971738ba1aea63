"""Places and procedure search on sentences written without sight of the program. Floors may only rise.

``-`` stands before a sentence that names no commune here, or asks for a procedure that the catalogue has not got: there
the only fault is to be sure. A wrong answer costs more than a question, so it has its own bound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from feedback_store.queries import lookups, procedures
from feedback_store.store import Store
from vitext import fold

HERE = Path(__file__).parent / "sets"
BOTH = pytest.mark.parametrize("marks", [True, False])


def rows(name: str, marks: bool) -> list[tuple[str, str]]:
    """(expected, sentence)."""
    lines = (line.split("\t", 1) for line in (HERE / name).read_text(encoding="utf-8").splitlines() if line)
    return [(wanted, text if marks else fold(text)) for wanted, text in lines]


def judged(pairs: Iterable[tuple[str, str]], read: Callable[[str], tuple[str, ...]]) -> dict[str, list[str]]:
    """Sentences by what came of them; ``read`` gives what is meant, several where it must be asked."""
    found: dict[str, list[str]] = {}
    for wanted, text in pairs:
        given = read(text)
        if wanted == "-":
            outcome = "invented" if len(given) == 1 else "left"
        elif len(given) == 1:
            outcome = "right" if given[0] == wanted else "wrong"
        else:
            outcome = "asked" if wanted in given else "missed"
        found.setdefault(outcome, []).append(f"{wanted} {given} {text}")
    return found


def told(found: dict[str, list[str]]) -> Counter[str]:
    return Counter({outcome: len(texts) for outcome, texts in found.items()})


@BOTH
def test_communes_are_read_from_sentences(loaded_store: Store, marks: bool) -> None:
    with loaded_store.reading() as session:
        gazetteer = lookups.gazetteer(session)

    def read(text: str) -> tuple[str, ...]:
        place = gazetteer.find(text)
        return () if place is None else tuple(one.code for one in place.communes)

    found = judged(rows("places.tsv", marks), read)
    counted = told(found)
    assert counted["right"] >= 45, found["missed"]
    assert counted["wrong"] == 0, found["wrong"]
    assert counted["invented"] == 0, found["invented"]


@BOTH
def test_procedures_are_found_by_everyday_words(loaded_store: Store, marks: bool) -> None:
    def read(text: str) -> tuple[str, ...]:
        with loaded_store.reading() as session:
            one = procedures.find_procedure(session, text)
        if one is None:
            return ()
        if isinstance(one, procedures.Found):
            return (one.key,)
        return (*(hit.key for hit in one.choices), "")  # asked, be it about one alone

    found = judged(rows("questions.tsv", marks), read)
    counted = told(found)
    assert counted["right"] + counted["asked"] >= 13, found["missed"]
    assert counted["wrong"] + counted["invented"] == 0, found
