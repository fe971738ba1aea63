"""What is done about words that may tell of a danger or be a denunciation: answered, asked about, neither.

The learned opinion decides (ADR 0040); a phrase beside it lowers what is enough, and decides alone where there is no
opinion. Where the opinion alone finds a danger likely, the engine is heard, too, if it can be (ADR 0042). Where neither
is sure whether somebody is in danger, that is asked, with the numbers in the same message.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from feedback_store.guards import opinion
from feedback_store.guards.denunciation import Denunciation, check_denunciation
from feedback_store.guards.emergency import (
    SELF_HARM,
    UNSPECIFIED,
    EmergencyHit,
    check_emergency,
    likely_kind,
    load_watch,
    say,
)
from feedback_store.places.gazetteer import Gazetteer
from feedback_store.places.reading import read_place
from feedback_store.reading.over import says_over
from vitext import clauses, fold, has_marks, sentences

LIKELY, ALONE = 0.5, 0.9
"""So likely, the opinion needs no phrase where the engine cannot be asked; and no engine."""
UNSURE = 0.6
"""So likely a few words are asked about."""
SURELY, CERTAINLY = 0.9, 0.96
"""So likely in a few words ("còn cái kia nữa" was taken for a danger at 0.6) or where a phrase says it is over; and in
very few."""
BESIDE = 0.2
"""So likely, a phrase says it, too."""
PART = 0.6
"""So likely one clause, one sentence or the words without the address must be where the whole is not, with a phrase."""
TOLD = 0.015
"""So likely a story must be as a whole for one of its sentences to be taken at its word: "đầu tháng xưởng tôi cháy, giờ
xin cấp lại giấy" is not. Below, it is asked about."""
WHOLE = 0.005
"""So likely the whole must be at least for that."""
ASKS = 0.2
"""So likely it is asked about."""
DROPS = 0.02
"""Less likely, a phrase is none: 24 of 1,000 calm messages have such a one, no danger of 120."""
FEWEST, SHORT = 4, 6
"""Fewer words than the first are very few, up to the second they are few: pieces of a story come one by one."""


SEALS = 0.1
"""So likely a denunciation, phrases are taken at their word; below, they ask."""
HEARD = 0.5
"""Where the whole is unlikely to be one, a sentence must be as likely as this, unless the message says "tố cáo"."""
UNHEARD = 0.03
"""Less likely, words without marks, or that might be taken for one, are none ("kiem tra tien do" reads like a bribe);
what one sentence of a story says is asked about."""

STORY, FEWEST_SENTENCES, LONGEST = 30, 3, 4000
"""Words and sentences from which a message is a story, and letters of it that are read by sentence."""
_ADDING = re.compile(r"(?i)^\s*b(?:ổ|o) sung\s*[:,-]?\s*")
""" "Bổ sung: …" says where the words belong, not what they tell."""


_LONG_AGO = re.compile(
    r"\bnam (?:19|20)\d\d\b|\b(?:nam|thang|tuan|dot|mua) (?:ngoai|kia|truoc|xua)\b"
    r"|\bhoi (?:do|ay|xua|truoc|con|nam|no)\b|\b(?:ngay xua|ngay truoc|may nam truoc|thuo)\b"
)
""" "Năm 2009 xóm tôi bị cháy": a sentence of a story that tells of another time …"""
_NOW = re.compile(r"\b(?:gio|bay gio|dang|hien|vua|cuu voi|nay)\b")
""" … unless it tells of today, too."""


@dataclass(frozen=True, slots=True)
class Danger:
    """``answer``: the number goes out at once; ``likely``: as soon as the engine thinks so, too, or does not answer;
    ``ask``: whether somebody is in danger is asked, with the numbers."""

    what: Literal["answer", "likely", "ask"]
    hit: EmergencyHit


BY_PHRASE, KNOWN = 0.3, 0.4
"""What a phrase adds to the chance of its kind of danger; and how likely a kind must be for its own number to be named
first. 195 dangers of three sets: the first number helps in 90 %, every number is named for one; by phrases alone 54 and
38 % (ADR 0045)."""
MEANT = 0.1
"""So likely what a phrase tells of is meant for oneself: a person must take over, whatever else the words are like."""


def judge_danger(text: str) -> Danger | None:
    """What these words tell of a danger now, a long story also sentence by sentence. Never raises for any text."""
    found = _found(text)
    if found is None:
        return None
    kind = kind_of(text, found.hit.kind)
    return found if kind == found.hit.kind else Danger(found.what, _of_kind(kind, found.hit.confidence))


def kind_of(text: str, by_phrase: str) -> str:
    """What danger it is that these words tell of: what was learned, with what a phrase says added; "unspecified", for
    which every number is named, where no kind is likely enough."""
    chances = opinion.kinds(text[:LONGEST])
    if not chances:
        return by_phrase
    if by_phrase == SELF_HARM and chances.get(SELF_HARM, 0.0) >= MEANT:
        return SELF_HARM
    if by_phrase != UNSPECIFIED:
        chances[by_phrase] = chances.get(by_phrase, 0.0) + BY_PHRASE
    best = max(chances, key=lambda kind: chances[kind])
    return best if chances[best] >= KNOWN and best in load_watch().numbers else UNSPECIFIED


def danger_of(text: str) -> EmergencyHit:
    """What these words tell of, where something else than the guards took them for a danger."""
    return _of_kind(kind_of(text, likely_kind(text)), 0.0)


def _found(text: str) -> Danger | None:
    whole = _judge(text)
    if whole is not None and whole.what == "answer":
        return whole
    told = _by_sentence(text) if len(text.split()) >= STORY else []
    if len(told) < FEWEST_SENTENCES:
        return whole
    for hit, chance in told:
        if hit is not None and chance >= PART:
            return Danger("answer" if (opinion.chance(text) or 0.0) >= TOLD else "ask", hit)
    if whole is not None and not _told_now(text, told):
        return None  # a danger of another time: no sentence tells of one now
    return whole


def _told_now(text: str, told: Sequence[tuple[EmergencyHit | None, float]]) -> bool:
    """Whether a sentence of a story tells of a danger: by a phrase, or where the whole sounds like one, too."""
    by_phrase = any(hit is not None and chance >= ASKS for hit, chance in told)
    return by_phrase or (
        max(chance for _, chance in told) >= ASKS and (opinion.chance(text) or 0.0) >= BESIDE
    )


def calm_story(text: str) -> bool:
    """Whether a long story holds no sentence that tells of a danger now."""
    told = _by_sentence(text) if len(text.split()) >= STORY else []
    return len(told) >= FEWEST_SENTENCES and not _told_now(text, told)


def find_denunciation(*parts: str | None) -> Denunciation | None:
    """What the words of one message, or of the fields of one form, are: phrases that say so, and the learned opinion
    where there is one. None: as far as they show, no denunciation. Never raises for any text."""
    found = check_denunciation(*parts)
    words = "\n".join(part for part in parts if part)
    if found is None or (chance := opinion.chance(words, opinion.DENUNCIATION)) is None or chance >= SEALS:
        return found
    story = len(words.split()) >= STORY and not _says_denounced(words)
    pieces = sentences(words[:LONGEST])
    told = max((opinion.chance(words[a:b], opinion.DENUNCIATION) or 0.0 for a, b in pieces), default=0.0)
    if story and told < HEARD:
        return None  # a story that shares its words: no sentence accuses anybody
    if story and chance < UNHEARD:
        return Denunciation("unsure", found.because)  # one sentence alone: "thôn bên nhận sáu mươi triệu mỗi nhà"
    chance = max(chance, told)
    if chance >= SEALS:
        return found
    if chance < UNHEARD and (found.name == "unsure" or not has_marks(" ".join(found.because))):
        return None
    return Denunciation("unsure", found.because)


_DENOUNCED = re.compile(r"\b(?:tố|to)\s+(?:cáo|cao|giác|giac)\b", re.IGNORECASE)


def _says_denounced(words: str) -> bool:
    found = _DENOUNCED.search(words)
    return found is not None and (not has_marks(words) or has_marks(found.group()))


def _by_sentence(text: str) -> list[tuple[EmergencyHit | None, float]]:
    """What the phrases and the opinion make of each sentence; empty where there is no opinion."""
    found: list[tuple[EmergencyHit | None, float]] = []
    for start, end in sentences(text[:LONGEST]):
        chance = opinion.chance(text[start:end])
        if chance is None:
            return []
        plain = fold(text[start:end])
        if _LONG_AGO.search(plain) and not _NOW.search(plain):
            found.append((None, 0.0))
            continue
        found.append((check_emergency(text[start:end]), chance))
    return found


def _judge(text: str) -> Danger | None:
    hit, chance = check_emergency(text), opinion.chance(_ADDING.sub("", text))
    if chance is None:
        return Danger("answer", hit) if hit is not None else None
    short = len(text.split()) <= SHORT
    if hit is not None:
        if chance >= BESIDE or hit.self_harm or (chance >= WHOLE and _in_part(text)):
            return Danger("answer", hit)
        return Danger("ask", hit) if chance >= DROPS else None
    enough, asks = (ALONE, ASKS) if not short else (SURELY, UNSURE) if len(text.split()) >= FEWEST else (CERTAINLY, 1.0)
    if says_over(text):
        enough, asks = max(enough, SURELY), 1.0
    if chance >= enough:
        return Danger("answer", _of_kind(likely_kind(text), chance))
    if chance >= LIKELY and not short and asks < 1:
        return Danger("likely", _of_kind(likely_kind(text), chance))
    return Danger("ask", _of_kind(likely_kind(text), chance)) if chance >= asks else None


def _in_part(text: str) -> bool:
    """Whether the words without the address, or one clause, tell of a danger: "ghế gãy, ối tủ điện nổ, cháy to lắm"."""
    if _placeless(text) >= PART:
        return True
    if len(text.split()) >= STORY:
        return False  # its sentences are read
    told = (text[a:b] for a, b in clauses(text))
    return any(len(one.split()) >= FEWEST and (opinion.chance(one) or 0.0) >= PART for one in told)


_NO_COMMUNES = Gazetteer((), ())


def _placeless(text: str) -> float:
    """The chance without the address: "cháy nhà ở số 5 Tô Hiệu" has the words of a thousand calm reports in it."""
    where = read_place(text, _NO_COMMUNES)
    if where is None:
        return 0.0
    left = text
    for start, end in sorted(where.spans, reverse=True):
        left = f"{left[:start]} {left[end:]}"
    return opinion.chance(left) or 0.0


def _of_kind(kind: str, chance: float) -> EmergencyHit:
    numbers = load_watch().numbers[kind]
    return EmergencyHit(kind, numbers, round(chance, 2), say(kind, numbers))
