"""Asking for a person: the request stands at once, with its topic and the draft; number and time may follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions import gather
from actions.asking import resume
from actions.turn import Button, Context, button, word
from feedback_store.queries.procedures import procedure_name
from feedback_store.reading.languages import language_of
from feedback_store.reading.phones import phones_in
from feedback_store.service import callbacks, drafts
from feedback_store.service.drafts import ReportData
from vitext.dates import spoken_time
from vitext.times import Unclear, Wish, read_time

if TYPE_CHECKING:
    from feedback_store.tables import CallbackTask

ANY_TIME = [button("any_time", '/skip{"step": "callback_time"}')]
TOPIC = 600
"""Characters of the topic that an operator sees."""
TRIES = 2
"""So often a number or a time is asked for; then the request stands as it is."""


def _no_need() -> list[Button]:
    return [button("no_need", "/cancel_request")]


def asked(context: Context) -> None:
    """A person is wanted: filed at once; the hours, the number to call and the wait are told."""
    turn = context.turn
    known = callbacks.open_of(context.session, context.conversation.id)
    if known is not None:
        _add_phone(context, known)
        state(context)
        return
    draft = drafts.get_open(context.session, context.conversation.id)
    data = drafts.data_of(draft) if draft is not None else ReportData()
    phone = turn.phone() or data.phone or callbacks.known_phone(context.session, context.conversation.id)
    task = callbacks.create(
        context.session,
        conversation_id=context.conversation.id,
        event_id=turn.event_id,
        phone=phone,
        good_time=None,
        topic=_topic(context, data),
        now=turn.now,
    )
    name = "person_asked_foreign" if language_of(turn.text) is not None else "person_asked"
    context.answer.say(name, due=spoken_time(task.due_at), hours=callbacks.hours(context.session, turn.now))
    wish = _wish(context)
    context.remember(called=True)
    if phone is None:
        context.remember(pending="callback_phone", tries=None)
        link = context.links["privacy"]
        context.answer.say("ask_callback_phone", privacy_url=link, buttons=_no_need(), custom={"link": link})
    elif wish is not None:
        _set_time(context, task, wish)
    else:
        context.remember(pending="callback_time", tries=None)
        context.answer.say("ask_callback_time", phone=phone, buttons=ANY_TIME)


def _topic(context: Context, data: ReportData) -> str | None:
    """What it is about, for who calls: the draft's words and place, and what was just written."""
    said = "" if context.turn.payload else context.whole or context.turn.text
    asked = next(iter(context.memory.get("procedures") or ()), None)
    name = procedure_name(context.session, str(asked)) if asked is not None else None
    parts = [*data.text, data.place_text or "", said, word("asked_about", procedure=name) if name else ""]
    return "\n".join(dict.fromkeys(part.strip() for part in parts if part.strip()))[:TOPIC] or None


def _wish(context: Context) -> str | None:
    """The words of a time that stands in the message; None where there is none."""
    turn = context.turn
    if turn.payload:
        return None
    found = read_time(_without_number(turn.text), turn.now)
    return _without_number(turn.text).strip(" ,.;:") if isinstance(found, Wish) else None


def _without_number(text: str) -> str:
    for one in sorted(phones_in(text), key=lambda phone: -phone.start):
        text = text[: one.start] + " " + text[one.end :]
    return text


def state(context: Context) -> None:
    """ "Còn đó không?", "chờ bao lâu?": what became of the request."""
    task = callbacks.open_of(context.session, context.conversation.id)
    if task is None:
        context.answer.say("person_none", buttons=[button("person", "/human_agent")])
        return
    hours = callbacks.hours(context.session, context.turn.now)
    if task.phone is None:
        context.answer.say("person_waits_here", due=spoken_time(task.due_at), hours=hours)
    else:
        context.answer.say("person_waits", phone=task.phone, due=spoken_time(task.due_at), hours=hours)
    if context.memory.get("pending") != "callback_phone":
        resume(context)


def _add_phone(context: Context, task: CallbackTask) -> bool:
    phone = context.turn.phone()
    if phone is None:
        return False
    task.phone = phone
    chat, now = context.conversation.id, context.turn.now
    callbacks.remember_phone(context.session, conversation_id=chat, phone=phone, now=now)
    return True


def phone(context: Context) -> None:
    """The answer to "Số điện thoại?": a number, with a time perhaps; or none, and the request stands without."""
    task = callbacks.open_of(context.session, context.conversation.id)
    if task is None:
        context.remember(pending=None, tries=None)
        asked(context)
        return
    if _add_phone(context, task):
        wish = _wish(context)
        if wish is not None:
            _set_time(context, task, wish)
            return
        context.remember(pending="callback_time", tries=None)
        context.answer.say("ask_callback_time", phone=str(task.phone), buttons=ANY_TIME)
        return
    tries = int(context.memory.get("tries", 0)) + 1
    if not gather.part_of_number(context.turn) or tries >= TRIES:
        _add_words(context, task)
        context.remember(pending=None, tries=None)
        context.answer.say("person_waits_here", due=spoken_time(task.due_at),
                           hours=callbacks.hours(context.session, context.turn.now))  # fmt: skip
        resume(context)
        return
    context.remember(tries=tries)
    context.answer.say("ask_callback_phone_again", buttons=_no_need())


def _add_words(context: Context, task: CallbackTask) -> None:
    """What is said while a number or a time was asked for is of use to who calls."""
    words = context.turn.text.strip()
    if words and not context.turn.payload and len(words.split()) > 2:
        task.topic = "\n".join(part for part in (task.topic, words) if part)[:TOPIC]


def time(context: Context) -> None:
    """The answer to "Lúc nào tiện?": only a time is taken for one; other words join the topic."""
    turn = context.turn
    task = callbacks.open_of(context.session, context.conversation.id)
    if task is None:
        context.remember(pending=None, tries=None)
        asked(context)
        return
    if turn.payload or turn.intent == "skip":
        context.remember(pending=None, tries=None)
        _made(context, task)
        return
    _add_phone(context, task)
    found = read_time(_without_number(turn.text), turn.now)
    if isinstance(found, Wish):
        _set_time(context, task, _without_number(turn.text).strip(" ,.;:"))
        return
    tries = int(context.memory.get("tries", 0)) + 1
    if isinstance(found, Unclear) and tries < TRIES:
        context.remember(tries=tries)
        context.answer.say("callback_time_lunar" if found.why == "lunar" else "callback_time_date", buttons=ANY_TIME)
        return
    if isinstance(found, Unclear):  # told twice: who calls reads it as it stands
        _set_time(context, task, _without_number(turn.text).strip(" ,.;:"))
        return
    _add_words(context, task)
    if tries >= TRIES:
        context.remember(pending=None, tries=None)
        _made(context, task)
        return
    context.remember(tries=tries)
    context.answer.say("callback_noted_time_again", buttons=ANY_TIME)


def _set_time(context: Context, task: CallbackTask, words: str) -> None:
    callbacks.set_time(context.session, task=task, good_time=words, now=context.turn.now)
    context.remember(pending=None, tries=None)
    _made(context, task)


def _made(context: Context, task: CallbackTask) -> None:
    name = "callback_made_any" if task.good_time is None else "callback_made"
    context.answer.say(name, phone=task.phone or "", due=spoken_time(task.due_at), when=task.good_time or "")
    resume(context)


def no_longer(context: Context) -> None:
    """ "Thôi, không cần nữa": the request is taken back."""
    task = callbacks.open_of(context.session, context.conversation.id)
    context.remember(pending=None, tries=None, called=None)
    if task is not None:
        callbacks.take_back(context.session, task=task, now=context.turn.now)
    context.answer.say("person_taken_back")
    resume(context)
