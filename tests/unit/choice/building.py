"""Turns and states made by hand: the choice needs neither engine nor database."""

import datetime as dt
import uuid
from dataclasses import replace

from actions.choice.said import Said, said
from actions.choice.state import State
from actions.turn import Turn, with_numbers

NOW = dt.datetime(2026, 11, 26, 3, 0, tzinfo=dt.UTC)
Part = tuple[str, str, float]
"""A clause: its words, its route or category ("duong-bo.o-ga" is a report of it), how sure."""


def turn(
    text: str, route: str = "nlu_fallback", sure: float = 0.9, *, categories=(), clauses=(), payload=False
) -> Turn:
    return Turn(
        event_id=7, conversation_id=uuid.UUID(int=1), channel="web", now=NOW, received_at=NOW, text=text, intent=route,
        confidence=sure, payload=payload, entities=tuple(with_numbers(text, ())), aspect=None, categories=categories,
        media=(), clauses=clauses,
    )  # fmt: skip


def parts(text: str, *told: Part, route: str = "submit_feedback", sure: float = 0.9, whole=(), knows=(),
          several: float = 0.0) -> Said:  # fmt: skip
    """A message with the clauses that the engine would give."""
    clauses, at = [], 0
    for words, name, how in told:
        start = text.index(words, at)
        at = start + len(words)
        report = "." in name
        clauses.append({
            "start": start, "end": at, "intent": {"name": "submit_feedback" if report else name, "confidence": how},
            "category": {"name": name if report else "khac.khac", "confidence": how if report else 0.02},
            "aspect": None,
        })  # fmt: skip
    made = replace(turn(text, route, sure, categories=whole, clauses=tuple(clauses)), several=several)
    return said(made, lambda words: any(one in words for one in knows))


def simple(text: str, route: str = "nlu_fallback", sure: float = 0.9, *, categories=()) -> Said:
    return said(turn(text, route, sure, categories=categories))


EMPTY = State()
