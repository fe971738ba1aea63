"""What is changed in the report that is open: its text said anew, words taken out of it, one of its matters dropped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from actions import asking, filing, gather
from actions.turn import Context, button, word
from feedback_store.places.reading import OF_A_PLACE, read_place
from feedback_store.queries.conversations import words_before
from feedback_store.queries.lookups import category_name, gazetteer, offered
from feedback_store.reading import taking_out
from feedback_store.reading.content import content
from feedback_store.service import drafts
from feedback_store.service.drafts import ReportData
from vitext import fold

if TYPE_CHECKING:
    from feedback_store.tables import Draft

RUDE = 0.5
"""So sure the engine is of abuse in a clause that is meant by "câu chửi"."""


def rewrite(context: Context) -> None:
    """ "Sửa nội dung lại là: …": these words take the place of all before, with the category and place they tell."""
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    words = str(context.told("text") or context.turn.text)
    if draft is None:
        context.answer.say("nothing_open")
        return
    data = drafts.data_of(draft)
    data.text = [content(words, own_number=False).text or words]
    data.editing = None
    found = offered(context.session, context.understand(words).categories)
    if found and found[0][1] >= gather.SURE:
        data.category = found[0][0]
    read = read_place(words, gazetteer(context.session))
    if read is not None and read.weight >= OF_A_PLACE and fold(read.words) not in fold(data.place_text or ""):
        data.place_text = read.words[:500]
        gather.take_read(data, read)
    context.answer.say("corrected", what=word("words_are", words=asking.shortened(data.text[0])))
    asking.ask(context, draft, data)


def take_out(context: Context) -> None:
    """ "Bỏ câu chửi ra giùm": the clause that is meant leaves the report; where none is, or all would go, the words are
    asked for. What was written stays in the conversation."""
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    wanted = taking_out.taking_out(context.turn.text)
    if draft is None or wanted is None:
        context.answer.say("nothing_open")
        return
    data = drafts.data_of(draft)
    if wanted.which == "last" and not _told_last(context, data):
        asking.resume(context)  # it never was a part of the report
        return
    waiting = [] if wanted.which == "last" else [str(one["text"]) for one in data.issues]
    told = [*data.text, *waiting]
    gone = _rude(context, told) if wanted.which == "rude" else taking_out.meant(wanted, told)
    own = len(data.text)
    left = taking_out.without(data.text, [one for one in gone if one[0] < own])
    if gone and left:
        words = "; ".join(asking.shortened(told[number][start:end].strip(" ,;.")) for number, start, end in gone)
        data.text = left
        data.issues = _without(data.issues, [(number - own, start, end) for number, start, end in gone])
        context.answer.say("taken_out", words=words)
    else:
        context.answer.say("taken_out_all" if gone else "taken_out_none")
    asking.ask(context, draft, data)


def _told_last(context: Context, data: ReportData) -> bool:
    """Whether the last message before this one is the last of the report's words."""
    before = words_before(context.session, conversation_id=context.conversation.id, event_id=context.turn.event_id)
    return bool(before) and fold(data.text[-1]) in fold(before)


def _without(issues: list[drafts.Issue], gone: list[tuple[int, int, int]]) -> list[drafts.Issue]:
    """The matters that wait, without what is gone; one of which nothing is left waits no longer."""
    kept = []
    for number, one in enumerate(issues):
        left = taking_out.without([str(one["text"])], [(0, start, end) for of, start, end in gone if of == number])
        kept += [{**one, "text": left[0]}] if left else []
    return kept


def _rude(context: Context, told: list[str]) -> list[tuple[int, int, int]]:
    """The clauses that the engine takes for abuse."""
    return [
        (number, start, end)
        for number, start, end in taking_out.pieces(told)
        if (read := context.understand(told[number][start:end])).intent == "abuse" and read.confidence >= RUDE
    ]


def drop_matter(context: Context) -> None:
    """A matter that waits is left out (``numbers``), or, without a number, the one in hand, and the next taken up."""
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is None:
        context.answer.say("nothing_open")
        return
    data, numbers = drafts.data_of(draft), set(context.told("numbers") or ())
    if not numbers:
        leave(context, draft)
        return
    gone = [one for number, one in enumerate(data.issues) if number in numbers]
    data.issues = [one for number, one in enumerate(data.issues) if number not in numbers]
    drafts.save(draft, data, now=context.turn.now, summary_event_id=draft.summary_event_id)
    names = "; ".join(_matter(context, str(one["text"]), one["category"]) for one in gone)
    context.answer.say("matter_dropped", names=names)
    asking.ask(context, draft, data)


_ALL = re.compile(r"\b(?:het|tat ca|toan bo|ca hai|ca 2|ca thay)\b")


def leave(context: Context, draft: Draft) -> None:
    """The matter in hand is given up; another that waits is taken up, unless all is given up ("hủy hết")."""
    data = drafts.data_of(draft)
    drafts.cancel(draft, now=context.turn.now)
    follows = bool(data.issues) and not _ALL.search(context.turn.folded)
    if data.taken_up:  # another may have been sent before it: "nothing was sent" would be untrue
        context.answer.say("matter_dropped", names=_matter(context, " ".join(data.text), data.category))
    else:
        context.remember(cancelled=True)
        context.answer.say("cancelled", buttons=None if follows else [button("another_report", "/submit_feedback")])
    if follows:
        filing.next_matter(context, data)


def _matter(context: Context, text: str, category: str | None) -> str:
    return category_name(context.session, category) if category and category != gather.OTHER else asking.shortened(text)
