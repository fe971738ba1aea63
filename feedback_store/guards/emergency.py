"""Recognises a danger that is happening now, from the words alone (decision 8).

Works with database, engine and network down: it reads ``data/guards.yaml`` and nothing else. Each phrase found has
a level; words of urgency near it raise it, words of the past, of asking and of habit lower it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from feedback_store.guards.lexicon import Found, Lexicon, Phrase, Word, compile_phrase
from feedback_store.reading.words import written
from feedback_store.texts import render
from vitext import fold, has_marks

GUARDS = Path(__file__).resolve().parents[2] / "data" / "guards.yaml"
LEVELS = {"certain": 3, "likely": 2, "possible": 1}
_ANSWERED_FROM = 2
_URGENT, _CALM = 1, 2
_NEAR = 14
"""Words at this distance belong to the same thought; a lament of sixty words holds several."""
_LONGEST = 4000
UNSPECIFIED, SELF_HARM = "unspecified", "self_harm"
"""Kinds of danger that are treated in a way of their own: every number is named; a person takes over."""
_FEW = 10
"""So many words a cry for help has that says it by a picture; in more, pictures adorn."""


@dataclass(frozen=True, slots=True)
class EmergencyHit:
    """A danger now: its kind, the numbers to call in order, how sure (0 to 1), and what to say."""

    kind: str
    numbers: tuple[str, ...]
    confidence: float
    text: str

    @property
    def self_harm(self) -> bool:
        """Whether a person must take over first of all."""
        return self.kind == SELF_HARM


@dataclass(frozen=True, slots=True)
class _Watch:
    """The compiled data: what each phrase means."""

    lexicon: Lexicon
    kinds: tuple[str, ...]
    numbers: dict[str, tuple[str, ...]]
    meaning: dict[Phrase, tuple[str, int]]
    urgent: frozenset[Phrase]
    look_alike: frozenset[Phrase]
    calm: frozenset[Phrase]
    pictures: dict[str, str]
    """What a picture says, by the picture."""
    adorned: frozenset[Phrase]
    """Praise, trade and anger: beside them a picture only adds weight."""
    words: Mapping[str, frozenset[str]]
    """Words of a fire and of other dangers, where no phrase tells of any."""


def read_guards(path: Path = GUARDS) -> dict[str, Any]:
    """The guards' data as written. Raises OSError or yaml.YAMLError when it cannot be read."""
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data


@lru_cache(maxsize=1)
def load_watch(path: Path = GUARDS) -> _Watch:
    """Read and compile once a process; call it at start so that the first citizen doesn't wait."""
    data = read_guards(path)
    groups = data["groups"]
    meaning: dict[Phrase, tuple[str, int]] = {}
    for kind, entry in data["emergency"].items():
        for level, score in LEVELS.items():
            for source in entry.get(level, ()):
                meaning[compile_phrase(source, groups)] = (kind, score)
    urgent, look_alike, calm, adorned = (
        frozenset(compile_phrase(source, groups) for source in data[name])
        for name in ("urgent", "look_alikes", "calm", "adorned")
    )
    numbers = {kind: tuple(entry["numbers"]) for kind, entry in data["emergency"].items()}
    lexicon = Lexicon([*meaning, *urgent, *look_alike, *calm, *adorned])
    kinds, pictures = tuple(data["emergency"]), dict(data["pictures"])
    words = {kind: frozenset(told) for kind, told in data["kind_words"].items()}
    return _Watch(lexicon, kinds, numbers, meaning, urgent, look_alike, calm, pictures, adorned, words)


def check_emergency(text: str) -> EmergencyHit | None:
    """The danger that these words tell of, or None. Never raises for any text.

    Pictures are read as words where the words alone tell of none: in a few words that they do not adorn.
    """
    watch = load_watch()
    text = text[:_LONGEST]
    read = watch.lexicon.read(text)
    found = _told(watch, read)
    if found is not None and found.kind in CRIMES and not has_marks(text):
        return _of_either(watch, read, found)
    if found is not None or not any(picture in text for picture in watch.pictures):
        return found
    words = watch.lexicon.read(_spelled_out(text, watch.pictures))
    if len(words) > _FEW or any(one.phrase in watch.adorned for one in watch.lexicon.find(words)):
        return None
    return _told(watch, words)


CLEARLY = 2
CRIMES = frozenset({"violence", "child"})


def _of_either(watch: _Watch, words: list[Word], found: EmergencyHit) -> EmergencyHit:
    """Without marks "làm, phòng bên cạnh có" reads like a weapon: where the words tell of a fire or an illness as well,
    every number is given."""
    kinds = {watch.meaning[one.phrase][0] for one in watch.lexicon.find(words) if one.phrase in watch.meaning}
    if all(kind in CRIMES or watch.numbers[kind][0] == found.numbers[0] for kind in kinds):
        return found
    numbers = watch.numbers["unspecified"]
    return EmergencyHit("unspecified", numbers, found.confidence, say("unspecified", numbers))


def likely_kind(text: str) -> str:
    """The kind of danger that phrases point to, whatever calms them; "unspecified", with every number, where none does
    or a word alone might ("cầu" is no drowning)."""
    watch = load_watch()
    found = [watch.meaning[one.phrase] for one in watch.lexicon.find(watch.lexicon.read(text[:_LONGEST]))
             if one.phrase in watch.meaning]  # fmt: skip
    best = max((score for _, score in found), default=0)
    if best < LEVELS["likely"]:
        return _kind_by_words(watch, text)
    return next(kind for kind in watch.kinds if (kind, best) in found)


def _kind_by_words(watch: _Watch, text: str) -> str:
    """A fire where two more words tell of one than of anything else; else "unspecified": every number is better than a
    wrong one."""
    marked = has_marks(text)
    words = set(written(text))
    counted = {
        kind: len(words & (told if marked else {fold(word) for word in told})) for kind, told in watch.words.items()
    }
    return "fire" if counted["fire"] - counted["others"] >= CLEARLY else "unspecified"


def _spelled_out(text: str, pictures: Mapping[str, str]) -> str:
    """The text with a word for every run of a picture."""
    for picture, word in pictures.items():
        text = re.sub(f"(?:{re.escape(picture)}\ufe0f?[ ]*)+", f" {word} ", text)
    return text


def _told(watch: _Watch, words: list[Word]) -> EmergencyHit | None:
    if not words:
        return None
    scores = _scores(watch, words)
    if not scores or max(scores.values()) < _ANSWERED_FROM:
        return None
    best = max(scores.values())
    kind = next(kind for kind in watch.kinds if scores.get(kind) == best)
    numbers = watch.numbers[kind]
    return EmergencyHit(kind, numbers, min(1.0, best / 4 + 0.2), say(kind, numbers))


def say(kind: str, numbers: tuple[str, ...]) -> str:
    """The answer: the number first, then what to do; last the other numbers, for what the words did not show."""
    named = {f"n{place}": number for place, number in enumerate(numbers, start=1)}
    told = render(f"guards.emergency_{kind}", **named)
    others = [render(f"guards.also_{number}") for number in ("115", "114", "113") if number not in told]
    also = "; ".join(others)
    return f"{told} {also[:1].upper()}{also[1:]}." if others else told


def _scores(watch: _Watch, words: list[Word]) -> dict[str, int]:
    found = watch.lexicon.find(words)
    if not any(one.phrase in watch.meaning for one in found):
        return {}
    urgent = [one for one in found if one.phrase in watch.urgent]
    calm = [one for one in found if one.phrase in watch.calm]
    scores: dict[str, int] = {}
    for one in _meant(watch, words, found):
        kind, score = watch.meaning[one.phrase]
        score += _URGENT * any(_near(one, other) for other in urgent)
        score -= _CALM * any(_near(one, other) for other in calm)
        scores[kind] = max(score, scores.get(kind, 0))
    return scores


def _meant(watch: _Watch, words: list[Word], found: list[Found]) -> list[Found]:
    """Certain phrases as they stand; the weaker ones only outside of look-alikes."""
    certain = [one for one in found if watch.meaning.get(one.phrase, ("", 0))[1] == LEVELS["certain"]]
    alike = [one for one in found if one.phrase in watch.look_alike]
    if not alike:
        return [one for one in found if one.phrase in watch.meaning]
    left = list(words)
    for one in alike:
        left[one.start : one.end] = [word.blank() for word in words[one.start : one.end]]
    weaker = [one for one in watch.lexicon.find(left) if watch.meaning.get(one.phrase, ("", 3))[1] < LEVELS["certain"]]
    return certain + weaker


def _near(one: Found, other: Found) -> bool:
    return other.start - one.end <= _NEAR and one.start - other.end <= _NEAR
