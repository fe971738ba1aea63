"""Filing a report: once, from the summary that was seen; the next matter of the same message comes after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions import asking, gather
from actions.turn import Context, button, word
from feedback_store.domain.lifecycle import OPEN_TICKET
from feedback_store.places.correcting import completed
from feedback_store.queries.lookups import category_name
from feedback_store.reading.content import content
from feedback_store.reading.words import words_of
from feedback_store.service import drafts, foretelling, tickets
from feedback_store.service.drafts import ReportData, next_step
from vitext.dates import spoken_time

if TYPE_CHECKING:
    from feedback_store.tables import Draft, Ticket

MANNERS = "hanh-chinh.thai-do"
"""A report about how somebody behaved takes the place of no complaint."""


def confirm(context: Context) -> None:
    """The pressed "Gửi" files the draft whose summary it stood under; a second press gives the same code again."""
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    pressed = context.turn.value("draft")
    if pressed is not None:
        meant = drafts.of_chat(context.session, context.conversation.id, int(pressed))
    else:
        meant = draft or drafts.last_filed(context.session, context.conversation.id)
    if meant is not None and draft is not None and meant.id == draft.id:
        send(context, draft)
        return
    if meant is not None and meant.ticket_id is not None:
        _tell_filed(context, tickets.get(context.session, meant.ticket_id), again=True)
    elif meant is not None and meant.state == "cancelled":
        buttons = [button("report", "/submit_feedback")] if draft is None else None
        context.answer.say("draft_cancelled", buttons=buttons)
    elif draft is None:
        context.answer.say("nothing_open")
    asking.resume(context)


def send(context: Context, draft: Draft) -> None:
    data = drafts.data_of(draft)
    if next_step(data) != "summary":
        asking.ask(context, draft, data)
        return
    filed = drafts.file(
        context.session,
        draft=draft,
        event_id=context.turn.event_id,
        received_at=context.turn.received_at,
        now=context.turn.now,
    )
    ticket = tickets.get(context.session, filed.ticket_id)
    _tell_filed(context, ticket, again=False)
    if data.issues:
        next_matter(context, data)


def next_matter(context: Context, data: ReportData) -> None:
    """The next matter of the same message: a report of its own, with what holds for all of them."""
    issue, rest = data.issues[0], data.issues[1:]
    words = str(issue["text"])
    begun = drafts.taken_up(issue)
    if begun is not None:
        begun.issues = rest
        _go_on_with(context, begun, words)
        return
    following = ReportData(text=[], issues=rest, anonymous=data.anonymous, phone=data.phone, name=data.name,
                           own_numbers=list(data.own_numbers), category=issue["category"], taken_up=True)  # fmt: skip
    found = content(words, own_number=bool(data.own_numbers))
    following.text = [found.text or words]
    if following.category is None:
        gather.understand_earlier(context, following, words)
    else:
        gather.take_place(context, following, words)
    if not following.has_place and data.has_place:
        gather.take_place_of(following, data)
    elif following.place_text and data.place_text:
        following.place_text = completed(following.place_text, data.place_text)[:500]
    if following.commune is None and data.commune is not None and _within(following.place_text, data.place_text):
        following.commune, following.commune_choices, following.old_ward = data.commune, [], data.old_ward
    if data.phone is None and not data.anonymous:
        following.skip("phone")
    _go_on_with(context, following, found.text)


def _go_on_with(context: Context, data: ReportData, words: str) -> None:
    """``words`` name the matter where no category does."""
    name = category_name(context.session, data.category) if data.category else asking.shortened(words)
    context.answer.say("next_issue", name=name)
    made = drafts.open_draft(context.session, conversation_id=context.conversation.id, data=data, now=context.turn.now)
    asking.ask(context, made, data)


_KINDS = frozenset(
    "duong pho ngo hem kiet ngach phuong xa p x so nha dau cuoi truoc sau gan canh doi dien cong o tai".split()
)


def _within(place: str | None, other: str | None) -> bool:
    """Whether the second matter is told at the street or lane of the first: all its names and numbers stand there."""
    names = set(words_of(place or "")) - _KINDS
    return bool(names) and names <= set(words_of(other or ""))


def _tell_filed(context: Context, ticket: Ticket, *, again: bool) -> None:
    promise = tickets.promise_due(context.session, ticket.id)
    names, _ = foretelling.agencies_of(context.session, ticket, at=context.turn.now)
    over = "filed_again" if ticket.state in OPEN_TICKET else "filed_again_over"
    context.answer.say(
        over if again else "filed",
        custom={"ticket": ticket.code},
        code=ticket.code,
        due=spoken_time(promise) if promise else "",
        lookup_url=context.links["lookup"],
        agency=word("to_agency", agency=", ".join(names)) if names else word("to_nobody_yet"),
    )
    if ticket.category_code == MANNERS and not again:
        context.answer.say("no_complaint")


def nothing_to_send(context: Context) -> None:
    """ "Gửi luôn đi" with no report open: what was sent last is told again."""
    last = drafts.last_filed(context.session, context.conversation.id)
    if last is not None and last.ticket_id is not None:
        _tell_filed(context, tickets.get(context.session, last.ticket_id), again=True)
    else:
        context.answer.say("nothing_open")
