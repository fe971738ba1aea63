"""A danger in the conversation: what is asked and said of it, and the report that is made of it afterwards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from actions import asking, gather, report
from actions.turn import Button, Context, button
from feedback_store.queries.conversations import emergency_words
from feedback_store.queries.lookups import category_name
from feedback_store.service import drafts, emergencies
from feedback_store.service.drafts import ReportData
from feedback_store.texts import render
from vitext import fold

if TYPE_CHECKING:
    from feedback_store.tables import Draft


def ask_danger(context: Context) -> None:
    """Whether somebody is in danger, with the numbers; the message itself goes its way."""
    context.answer.say("ask_danger", buttons=[Button(render("guards.button_danger"), "/danger_now")])


def emergency(context: Context) -> None:
    """The engine saw what the guard did not: numbers first, then the report is offered."""
    context.answer.say(
        "emergency",
        buttons=[button("danger_report", "/offer_danger_report")],
        custom={"serious": "emergency"},
    )


def danger_report(context: Context) -> None:
    """After the numbers: the same words as a report of its own category, with the faster class."""
    last = emergency_words(context.session, conversation_id=context.conversation.id, before=context.turn.event_id)
    emergencies.end(context.session, conversation_id=context.conversation.id)
    context.conversation.emergency_kind = None
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    _start(context, last, draft)


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
    if draft is None or not (before.text or before.has_place):
        if draft is not None:
            drafts.cancel(draft, now=context.turn.now)
        report.start_from(context, words, danger=True)
        return
    data = ReportData(danger=True, anonymous=before.anonymous, phone=before.phone, name=before.name,
                      own_numbers=list(before.own_numbers))  # fmt: skip
    gather.keep_earlier(context, data, words)
    gather.understand_earlier(context, data, words, unasked=True)
    gather.take_own(context, data)
    if data.category in (before.category, gather.OTHER) and not data.has_place:
        before.danger = True
        before.text += [one for one in data.text if one not in before.text]
        before.phone = before.phone or data.phone
        asking.ask(context, draft, before, again=True)
        return
    if not data.has_place and _THERE.search(fold(words)):
        gather.take_place_of(data, before)
    data.issues = [drafts.set_aside(before), *before.issues]
    name = category_name(context.session, before.category) if before.category else asking.shortened(before.text[0])
    context.answer.say("kept_for_later", names=name)
    asking.ask(context, draft, data)
