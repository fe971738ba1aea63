"""A message as the readers see it: whole, and clause by clause, each with what the engine says of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from actions.turn import Turn
from feedback_store.reading.words import words_of
from vitext import fold

UNKNOWN = "nlu_fallback"


@dataclass(frozen=True, slots=True)
class Clause:
    """``text[start:end]`` of a message. ``route``, ``category``, ``aspect``: what it is on its own, and how sure.

    ``procedure``: the catalogue has one of this name.
    """

    start: int
    end: int
    text: str
    route: str = UNKNOWN
    sure: float = 0.0
    category: str | None = None
    category_sure: float = 0.0
    aspect: str | None = None
    procedure: bool = False

    @property
    def words(self) -> list[str]:
        """Folded words."""
        return words_of(self.text)

    @property
    def asking(self) -> bool:
        """Whether it has the shape of a question: "… thì nộp ở đâu", "cho hỏi thủ tục tách thửa"."""
        return _QUESTION.search(fold(self.text)) is not None or not _WONDERING.isdisjoint(self.words)


@dataclass(frozen=True)
class Said:
    """A turn with its clauses; one that has no words, or came by a button, is one clause."""

    turn: Turn
    clauses: tuple[Clause, ...]
    sentences: tuple[Clause, ...] = ()
    """Whole sentences, where there are several."""

    @cached_property
    def words(self) -> list[str]:
        return self.turn.folded.split()

    @property
    def every(self) -> tuple[int, ...]:
        """All clauses, as a reading names those it takes."""
        return tuple(range(len(self.clauses)))

    def within(self, sentence: Clause) -> tuple[int, ...]:
        """Numbers of the clauses of a sentence."""
        return tuple(n for n, one in enumerate(self.clauses) if sentence.start <= one.start and one.end <= sentence.end)

    @property
    def asks(self) -> bool:
        """Whether the whole of it has the shape of a question."""
        return "?" in self.turn.text


def said(turn: Turn, knows: Callable[[str], bool] = lambda text: False) -> Said:
    """The turn by clauses, as the engine cut them. ``knows``: whether the catalogue has a procedure of these words."""
    clauses = tuple(_clause(one, turn, knows) for one in turn.clauses)
    if len(clauses) < 2 or turn.payload:
        best = turn.categories[0] if turn.categories else (None, 0.0)
        asked = turn.intent == "ask_procedure" and not turn.payload and knows(turn.text)
        whole = (0, len(turn.text), turn.text, turn.intent, turn.confidence)
        clauses = (Clause(*whole, best[0], best[1], turn.aspect, asked),)
    sentences = tuple(_clause(one, turn, knows) for one in turn.sentences) if len(clauses) > 1 else ()
    return Said(turn, clauses, sentences)


def _clause(one: dict[str, Any], turn: Turn, knows: Callable[[str], bool]) -> Clause:
    start, end = int(one["start"]), int(one["end"])
    if _is_place(turn, start, end):
        one = {**one, "intent": {"name": "inform", "confidence": 1.0}, "category": None}
    route, sure = _name(one.get("intent")) or UNKNOWN, _sure(one.get("intent"))
    asked = _names_procedure(turn, start, end) or _QUESTION.search(fold(turn.text[start:end])) is not None
    if route == "cancel_request" and asked and knows(turn.text[start:end]):
        route, sure = "ask_procedure", max(sure, NAMED)  # "xóa thường trú", "hủy đăng ký kết hôn"
        one = {**one, "intent": {"name": route, "confidence": sure}}
    return Clause(
        start=start,
        end=end,
        text=turn.text[start:end],
        route=route,
        sure=sure,
        category=_name(one.get("category")),
        category_sure=_sure(one.get("category")),
        aspect=_name(one.get("aspect")),
        procedure=_asks_procedure(one, turn, knows),
    )


_QUESTION = re.compile(r"\b(?:khong|ko|k|hong|hok|gi|nao|sao|dau)\W*(?:a|vay|the|ha|em|anh|chi|nhi)?\W*$|\?\s*$")
_WONDERING = frozenset("hoi gi dau nao sao bao may nhieu khong mo chi rang tuc biet".split())
NAMED = 0.9
"""So surely a clause asks about the procedure that the engine sees named in it, whatever else its words mean."""


def _names_procedure(turn: Turn, start: int, end: int) -> bool:
    return any(one.get("entity") == "procedure" and start <= int(one.get("start", -1)) < end for one in turn.entities)


def _is_place(turn: Turn, start: int, end: int) -> bool:
    """Whether a clause is nothing but a part of the place: "đầu ngõ 30 Miếu Hai Xã," tells of no matter."""
    spans = turn.where.spans if turn.where is not None else ()
    inside = sum(max(0, min(b, end) - max(a, start)) for a, b in spans)
    return len(turn.clauses) > 1 and inside >= 0.9 * len(turn.text[start:end].strip())


def _asks_procedure(one: dict[str, Any], turn: Turn, knows: Callable[[str], bool]) -> bool:
    asks = _name(one.get("intent")) == "ask_procedure"
    return asks and knows(turn.text[int(one["start"]) : int(one["end"])])


def _name(found: dict[str, object] | None) -> str | None:
    return str(found["name"]) if found else None


def _sure(found: dict[str, object] | None) -> float:
    return float(found["confidence"]) if found else 0.0  # type: ignore[arg-type]
