"""A danger in the conversation: what is asked and said of it, and the report that is made of it afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from actions import asking, gather, report
from actions.choice.matters import beside_danger
from actions.choice.said import said
from actions.parts import cut
from actions.turn import Button, Context, Turn, button
from feedback_store.guards import danger_of
from feedback_store.guards.emergency import UNSPECIFIED
from feedback_store.queries.conversations import emergency_words
from feedback_store.queries.lookups import category_name
from feedback_store.service import drafts, emergencies
from feedback_store.service.drafts import Issue, ReportData
from feedback_store.texts import render
from vitext import fold

if TYPE_CHECKING:
    from feedback_store.tables import Draft


def ask_danger(context: Context) -> None:
    """Whether somebody is in danger, with the numbers; the message itself goes its way."""
    context.answer.say("ask_danger", buttons=[Button(render("guards.button_danger"), "/danger_now")])


def emergency(context: Context) -> None:
    """The engine saw what the guard did not: numbers first, then the report is offered. A pressed button tells no
    kind."""
    hit = danger_of("" if context.turn.payload else context.turn.text)
    offered = [] if hit.self_harm else [button("danger_report", "/offer_danger_report")]
    custom = {"serious": "emergency"}
    if hit.kind == UNSPECIFIED:
        context.answer.say("emergency", buttons=offered, custom=custom)
    else:
        context.answer.say("emergency_of", buttons=offered, custom=custom, words=hit.text)


def danger_report(context: Context) -> None:
    """After the numbers: the same words as a report of its own category, with the faster class."""
    last = emergency_words(context.session, conversation_id=context.conversation.id, before=context.turn.event_id)
    emergencies.end(context.session, conversation_id=context.conversation.id)
    context.conversation.emergency_kind = None
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    _start(context, last, draft)


def parted(turn: Turn, category_of: Callable[[str], str | None]) -> tuple[str, list[Issue]]:
    """The words of a danger without the ordinary matters told beside it, and those, each for a report of its own.
    ``category_of``: of other words, as the engine sees them."""
    spoken = said(turn)
    matters = beside_danger(spoken)
    taken = {number for one in matters for number in one.takes}
    kept = [number for number in spoken.every if number not in taken]
    if not matters or not kept:
        return turn.text, []

    def words(numbers: Sequence[int]) -> str:
        return cut(turn.text, [(spoken.clauses[number].start, spoken.clauses[number].end) for number in numbers])

    rest = words(kept)
    group = (category_of(rest) or "").split(".")[0]
    others = [one for one in matters if one.group != group]  # "cho người đến cắt điện": of the danger itself
    left = {number for one in others for number in one.takes}
    rest = words([number for number in spoken.every if number not in left])
    return rest, [{"text": words(one.takes), "category": one.category} for one in others]


def _parted(context: Context, words: str) -> tuple[str, list[Issue]]:
    """The same of all that was written in an emergency, a line a message."""
    lines: list[str] = []
    issues: list[Issue] = []
    for line in words.split("\n"):
        read = context.understand(line)
        turn = replace(context.turn, text=line, payload=False, intent=read.intent, confidence=read.confidence,
                       entities=read.entities, categories=read.categories, clauses=read.clauses, sentences=(),
                       where=None)  # fmt: skip
        rest, others = parted(turn, lambda text: next((name for name, _ in context.understand(text).categories), None))
        lines.append(rest)
        issues += others
    return "\n".join(lines), issues


def _names(context: Context, issues: Sequence[Issue]) -> str:
    return "; ".join(category_name(context.session, str(one["category"])) for one in issues)


def danger_over(context: Context) -> None:
    """The button "Không còn nguy hiểm": what was being done is gone on with."""
    emergencies.end(context.session, conversation_id=context.conversation.id)
    context.conversation.emergency_kind = None
    context.answer.say("danger_over", buttons=[button("danger_report", "/offer_danger_report")])
    asking.resume(context)


_THERE = re.compile(
    r"\b(?:ngo|hem|kiet|xom|duong|pho|cho|khuc|doan|ngay|dau|gan|nha)(?: \w+)? (?:do|day|ay|nay|no|ni)\b"
)
""" "Ngay đầu ngõ đó": at the place that was told before."""


def _start(context: Context, words: str, draft: Draft | None) -> None:
    """A danger's words as a report of their own, before the one that was being written; or, where they tell of its
    matter, within it."""
    before = drafts.data_of(draft) if draft is not None else ReportData()
    words, others = _parted(context, words)
    if draft is None or not (before.text or before.has_place):
        if draft is not None:
            drafts.cancel(draft, now=context.turn.now)
        if others:
            context.answer.say("kept_for_later", names=_names(context, others))
        report.start_from(context, words, danger=True, more=others)
        return
    data = ReportData(danger=True, anonymous=before.anonymous, phone=before.phone, name=before.name,
                      own_numbers=list(before.own_numbers))  # fmt: skip
    gather.keep_earlier(context, data, words)
    gather.understand_earlier(context, data, words, unasked=True)
    gather.take_own(context, data)
    if data.category in (before.category, gather.OTHER) and not data.has_place:
        before.danger = True
        before.text += [one for one in data.text if one not in before.text]
        before.issues += others
        before.phone = before.phone or data.phone
        asking.ask(context, draft, before, again=True)
        return
    if not data.has_place and _THERE.search(fold(words)):
        gather.take_place_of(data, before)
    data.issues = [drafts.set_aside(before), *before.issues, *others]
    name = category_name(context.session, before.category) if before.category else asking.shortened(before.text[0])
    context.answer.say("kept_for_later", names="; ".join([name, *([_names(context, others)] if others else [])]))
    asking.ask(context, draft, data)
