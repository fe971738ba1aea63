"""What the hotline makes of a first message: the guards, then the engine and the choice of readings, as in the chat.

The same functions as in the gateway and the actions, in a conversation that remembers nothing, without a database:
categories, catalogue and communes are those of a fresh installation.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from actions import asked, dangers, gather
from actions.choice import matters
from actions.choice.doubt import doubted
from actions.choice.readers import readings
from actions.choice.reading import Reading, choose
from actions.choice.said import Said, said
from actions.choice.state import State
from actions.parts import SERIOUS, cut, placed, same_matter
from actions.turn import Turn, read_turn
from bot.gateway import modes
from bot.gateway.safety import Verdict, judge, judge_denunciation
from feedback_store.defaults import DATA, read_yaml
from feedback_store.places.gazetteer import Gazetteer
from feedback_store.procedures.search import SURE_COVER, Entry, Index
from feedback_store.service.drafts import ReportData
from hotline.nlu.engine import Parse
from hotline.nlu.lines import ROUTES, Part
from hotline.reading import installation
from vitext import clean_words, righted

Categories = tuple[tuple[str, float], ...]
"""Leaves of the taxonomy with how sure each is, the surest first."""
NOT_UNDERSTOOD = "nlu_fallback"
# What is done under another name than that of its route.
AS_ROUTE = {
    "withdraw_report": "cancel_request",
    "my_reports": "ask_ticket_status",
    "rate": "rate_service",
    "rate_in_words": "rate_service",
}
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Understood:
    """``categories``: the surest first, at most three. ``parts``: what would be done, one for each matter.

    ``numbers``: in the first reply to an emergency. ``guard``: the guard that answered before the engine, or "".
    ``by``: the readers whose readings were taken. ``ms``: of the engine. ``sure`` of the route and ``category_sure`` of
    the first category, 0 to 1; None: a guard answered, which knows no doubt, or there is no category.
    """

    route: str
    aspect: str
    categories: tuple[str, ...]
    place: str | None
    parts: tuple[Part, ...]
    numbers: tuple[str, ...] = ()
    guard: str = ""
    by: tuple[str, ...] = ()
    ms: float = 0.0
    sure: float | None = None
    category_sure: float | None = None


def _none(text: str) -> str | None:
    return None


@dataclass
class Understanding:
    """Called with a text. ``parse`` is the engine, ``places`` the communes, ``knows`` whether the catalogue has a
    procedure of these words, ``alarm`` the reply to an emergency that no guard saw, ``which`` the procedure that words
    surely mean (``actions.asked``)."""

    parse: Parse
    places: Gazetteer
    knows: Callable[[str], bool]
    alarm: str
    which: asked.Which = _none
    _ms: list[float] = field(default_factory=list)

    def __call__(self, text: str) -> Understood:
        """As a first message of a new conversation. Raises ``EngineFault``."""
        typed = clean_words(text)
        self._ms = []
        verdict = judge(typed) or judge_denunciation(typed)
        turn = self._turn(righted(typed))
        plain = turn.categories
        aspect, place = turn.aspect or "general", turn.place()
        if verdict is not None:
            route = NOT_UNDERSTOOD if verdict.kind == "shape" else verdict.kind
            part = Part(route, _first(plain) if route == "emergency" else None)
            also = modes.beside(self.parse(typed)[0], typed) if route == "denunciation" else ()
            parts = (part, *(Part(matters.REPORT, one) for one in also))
            if route == "emergency":
                parts = self._with_beside(turn)
            return Understood(
                route, aspect, _names(plain), place, parts, _numbers(verdict), verdict.name, (), sum(self._ms),
                category_sure=_sure(plain),
            )  # fmt: skip
        turn = doubted(turn)
        spoken = said(turn, self.knows)
        # Nothing is left over: without a state the only readings of less than the whole are those of several matters.
        taken = choose(readings(spoken, State()), len(spoken.clauses)).taken
        serious = next((one for one in taken if one.act in SERIOUS), None)
        if len(taken) > 1 and serious is None:
            parts = self._parts(spoken, taken)
            one = parts[0].route == matters.REPORT and len(parts) == 1  # one matter, told twice in a story
            route, categories = (matters.REPORT, self._of_report(turn)) if one else ("multi", plain)
        else:
            route = _route(serious or taken[0], turn)
            reports = route in (matters.REPORT, "multi")
            categories = self._of_report(turn) if reports else plain
            of_part = matters.REPORT if route == "multi" else route
            parts = (Part(of_part, _first(categories) if reports or route == "emergency" else None),)
            if route == "emergency":
                parts = self._with_beside(turn)
            asks = self._procedures(turn) if route == "ask_procedure" else 1
            if asks > 1:
                route, parts = "multi", parts * asks
        numbers = tuple(_NUMBER.findall(self.alarm)) if route == "emergency" else ()
        by = tuple(one.by for one in taken)
        return Understood(
            route, aspect, _names(categories), place, parts, numbers, "", by, sum(self._ms),
            min(one.sure for one in taken), _sure(categories),
        )  # fmt: skip

    def _with_beside(self, turn: Turn) -> tuple[Part, ...]:
        """A danger, and the ordinary matters told with it, which are kept for afterwards."""
        _, others = dangers.parted(turn, lambda text: _first(self._turn(text).categories))
        known = [str(one["category"]) for one in others]
        return (Part("emergency", _first(turn.categories)), *(Part(matters.REPORT, one) for one in known))

    def _procedures(self, turn: Turn) -> int:
        """How many procedures are asked about, each answered."""
        return len(asked.asked(turn, self.which, lambda text: self._turn(text).aspect))

    def _turn(self, text: str) -> Turn:
        parse, ms = self.parse(text)
        self._ms.append(ms)
        metadata = {"event_id": "1", "conversation_id": str(uuid.UUID(int=0)), "text": text,
                    "now": dt.datetime.now(dt.UTC).isoformat()}  # fmt: skip
        turn = read_turn({**parse, "text": "", "metadata": metadata})
        return replace(turn, where=gather.where_of(turn, self.places) if turn.text else None)

    def _parts(self, spoken: Said, taken: Sequence[Reading]) -> tuple[Part, ...]:
        """Each of several matters, read anew from its own words as ``actions.parts`` does; each procedure is one, and
        what turns out to be one report is one."""
        words = [cut(spoken.turn.text, [(spoken.clauses[n].start, spoken.clauses[n].end) for n in one.takes])
                 for one in taken]  # fmt: skip
        told = [self._turn(text) for text in words]
        reports = [at for at, one in enumerate(taken) if one.act == matters.REPORT]
        category = {at: _first(self._of_report(told[at])) for at in reports}
        groups = same_matter([(category[at], placed(told[at])) for at in reports])
        again = {reports[number] for group in groups for number in group[1:]}
        parts: list[Part] = []
        for at, one in enumerate(taken):
            if at in category:
                parts += [Part(one.act, category[at])] if at not in again else []
            else:
                asks = self._procedures(told[at]) if one.act == "ask_procedure" else 1
                parts += [Part(_route(one, spoken.turn))] * asks
        return tuple(parts)

    def _of_report(self, turn: Turn) -> Categories:
        """As ``actions.gather.understand``: where the whole is not sure, the words without the place decide."""
        found, data = turn.categories, ReportData()
        gather.take_categories(data, found)
        if data.category is None and (matter := gather.without_place(turn)):
            found = self._turn(matter).categories or found
        return found


def _route(reading: Reading, turn: Turn) -> str:
    """The route that an act belongs to; an act of no route is told by what the engine took the whole for."""
    act = reading.act if reading.firm else str(reading.instead)
    act = AS_ROUTE.get(act, act)
    if act not in ROUTES and act != NOT_UNDERSTOOD:
        act = AS_ROUTE.get(turn.intent, turn.intent)
    if act == "inform":  # a bare address opens a report
        return matters.REPORT if turn.place() else NOT_UNDERSTOOD
    return act


def _numbers(verdict: Verdict) -> tuple[str, ...]:
    return tuple(_NUMBER.findall(verdict.reply.text)) if verdict.kind == "emergency" else ()


def _first(found: Categories) -> str | None:
    return found[0][0] if found else None


def _names(found: Categories) -> tuple[str, ...]:
    return tuple(name for name, _ in found)


def _sure(found: Categories) -> float | None:
    return found[0][1] if found else None


@dataclass(frozen=True)
class Fresh:
    """What an installation of a province knows before anybody edits it."""

    province: str

    @cached_property
    def places(self) -> Gazetteer:
        return installation(self.province)

    @cached_property
    def _catalogue(self) -> Index:
        records = json.loads((DATA / "common_procedures.json").read_text(encoding="utf-8"))["records"]
        return Index([
            Entry(one["id"], one["name"], (one["name"], str(one.get("official_name") or ""), *map(str, one["aliases"])))
            for one in records
        ])  # fmt: skip

    def knows(self, text: str) -> bool:
        """Whether the catalogue has a procedure that these words may mean."""
        return bool(self._catalogue.near_best(self._catalogue.search(text)))

    def which(self, text: str) -> str | None:
        """The key of the procedure that these words surely mean, or marked as one to be asked about; None: of none."""
        best = self._catalogue.near_best(self._catalogue.search(text))
        if not best:
            return None
        sure = len(best) == 1 and self._catalogue.cover(text, self._catalogue.number_of(best[0].key)) >= SURE_COVER
        return best[0].key if sure else asked.PERHAPS + best[0].key

    @cached_property
    def alarm(self) -> str:
        """The bot's reply to an emergency that the engine saw and no guard did."""
        return str(read_yaml("../domain.yml")["responses"]["utter_emergency"][0]["text"])
