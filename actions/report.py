"""Taking a report: each message fills what it can, the next missing thing is asked, nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from actions import asking, correcting, gather, joining
from actions.turn import Context, Turn, button, word
from feedback_store.domain.lifecycle import OPEN_TICKET
from feedback_store.places import pins
from feedback_store.places.country import country
from feedback_store.places.reading import merged
from feedback_store.queries.conversations import earlier_words
from feedback_store.queries.lookups import category_name, gazetteer, offered
from feedback_store.reading.content import content
from feedback_store.reading.stars import read_stars
from feedback_store.service import drafts, foretelling, tickets
from feedback_store.service.drafts import Issue, ReportData, next_step
from vitext.dates import spoken_time

if TYPE_CHECKING:
    from feedback_store.tables import Draft, Ticket

GIVEN_UP = 2
"""So often a question goes unanswered; then the report without its matter is given up."""
MANNERS = "hanh-chinh.thai-do"
"""A report about how somebody behaved takes the place of no complaint."""
# Answers that hold nothing but themselves.
BARE = ("affirm", "deny", "greet", "thanks")


def hold(context: Context) -> None:
    """ "Khoan, để coi lại đã": nothing is sent, nothing is thrown away, and what was asked stays open."""
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is not None and draft.summary_event_id is not None:
        context.answer.say("not_sent_yet", buttons=asking.summary_buttons(draft))
    else:
        context.answer.say("no_hurry")


def agreed(context: Context) -> None:
    """A yes to the summary that was shown."""
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is None or draft.summary_event_id is None:
        asking.resume(context)
    else:
        send(context, draft)


def disagreed(context: Context) -> None:
    """A no to the summary: what is to be changed."""
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is not None:
        asking.edit_menu(context, draft, drafts.data_of(draft))


def start(context: Context, *, more: Sequence[Issue] = (), named: bool = False) -> None:
    """A message that is a report: opens a draft, or joins the one being written. ``more``: other matters of the same
    message, each for a report of its own afterwards; ``named``: it was named back already."""
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is not None:
        continue_report(context, draft)
        return
    if joining.joins_ticket(context):
        return
    turn, data = context.turn, ReportData(anonymous=wants_no_name(context), issues=list(more))
    earlier = turn.value("event")
    if earlier is not None:
        words = earlier_words(context.session, conversation_id=context.conversation.id, event_id=int(earlier))
        if words:
            start_from(context, words)
            return
    if turn.text and not turn.payload and not gather.is_opening(turn):
        gather.keep_words(context, data)
        gather.understand(context, data)
    data.media = list(turn.media)
    draft = drafts.open_draft(context.session, conversation_id=context.conversation.id, data=data, now=turn.now)
    if data.text and not named and data.category is not None:
        context.answer.say("report_begun", category=category_name(context.session, data.category))
    asking.ask(context, draft, data)


def start_from(context: Context, text: str, *, danger: bool = False) -> None:
    """Words that came earlier (before an emergency answer, under a seal) open a draft, or join the open one."""
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is not None:
        data = drafts.data_of(draft)
        data.text += [text] if text and text not in data.text else []
        data.danger = data.danger or danger
        asking.ask(context, draft, data, again=True)
        return
    data = ReportData(danger=danger, anonymous=wants_no_name(context))
    if text:
        gather.keep_earlier(context, data, text)
        gather.understand_earlier(context, data, text)
        if danger and data.category is None:  # no question stands between a danger and its report
            data.category = next(iter(data.category_choices), gather.OTHER)
    draft = drafts.open_draft(context.session, conversation_id=context.conversation.id, data=data, now=context.turn.now)
    asking.ask(context, draft, data)


def start_at_place(context: Context) -> None:
    """An address and nothing else: a report whose matter is asked next."""
    data = ReportData(anonymous=wants_no_name(context))
    gather.take_place(context, data, context.turn.text, whole=True)
    missed = context.memory.get("missed_event")
    words = missed and earlier_words(context.session, conversation_id=context.conversation.id, event_id=int(missed))
    if words:  # what was not understood just before is the matter of this place
        context.remember(missed_event=None)
        gather.keep_earlier(context, data, words)
        gather.understand_earlier(context, data, words)
    draft = drafts.open_draft(context.session, conversation_id=context.conversation.id, data=data, now=context.turn.now)
    asking.ask(context, draft, data)


def wants_no_name(context: Context) -> bool:
    """Whether word("nameless") was said before the report began; it holds for the one that begins now."""
    wanted = bool(context.memory.get("anonymous"))
    if wanted:
        context.remember(anonymous=None)
    return wanted


def go_on(context: Context) -> None:
    """The report that is open takes these words in."""
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is None:
        start(context)
    else:
        continue_report(context, draft)


def keep_for_later(context: Context, issues: Sequence[Issue]) -> None:
    """Other matters told in the middle of a report: each becomes a report of its own after this one."""
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is None:
        return
    data = drafts.data_of(draft)
    data.issues += [one for one in issues if one not in data.issues]
    drafts.save(draft, data, now=context.turn.now, summary_event_id=draft.summary_event_id)


def continue_report(context: Context, draft: Draft) -> None:
    """A message while a report is open and that is not a digression."""
    turn, data = context.turn, drafts.data_of(draft)
    step = next_step(data)
    data.media += [one for one in turn.media if one not in data.media]
    if turn.text and not turn.payload:
        if data.text and _corrects(context, data):
            pass
        else:
            _ANSWER[step](context, data, turn)
    asking.ask(context, draft, data)


def _corrects(context: Context, data: ReportData) -> bool:
    """What is said anew is put in its place and read back."""
    before = (data.place_text, data.phone, data.category, list(data.text))
    heard = correcting.correct(context, data)
    if heard is None:
        return False
    if heard == "added_words":
        context.answer.say("added_words")
        return True
    place, phone, category, words = before
    changed = []
    if data.place_text != place and data.place_text:
        changed.append(word("place_is", place=data.place_text))
    if data.phone != phone and data.phone:
        changed.append(word("phone_is", phone=data.phone))
    if data.category != category and data.category:
        changed.append(word("category_is", category=category_name(context.session, data.category)))
    if not changed and data.text != words:
        changed.append(word("words_are", words=data.text[-1][:200]))
    context.answer.say("corrected", what="; ".join(changed))
    return True


def _answer_text(context: Context, data: ReportData, turn: Turn) -> None:
    if (turn.intent in BARE and len(turn.folded.split()) <= 4) or gather.is_opening(turn):
        return
    gather.keep_words(context, data)
    data.editing = None
    gather.understand(context, data)


def _answer_category(context: Context, data: ReportData, turn: Turn) -> None:
    if turn.intent in BARE and len(turn.folded.split()) <= 4:
        return
    gather.keep_words(context, data)
    gather.understand(context, data)
    if data.category is None:
        understood = context.understand(" ".join(data.text))
        gather.take_categories(data, offered(context.session, understood.categories))
    if data.category is None and data.asked.get("category", 0) >= 2:
        data.category = data.category_choices[0] if data.category_choices else "khac.khac"


def _answer_place(context: Context, data: ReportData, turn: Turn) -> None:
    if turn.intent in ("deny", "skip") and turn.place() is None and len(turn.folded.split()) <= 6:
        data.skip("place")
        return
    if turn.intent == "affirm" and turn.place() is None and len(turn.folded.split()) <= 4:
        return
    if gather.only_remarks(turn) and data.asked.get("place", 0) < 2:
        if read_stars(turn.text) is None:
            gather.keep_words(context, data)
        return
    if gather.only_asks(turn) and data.asked.get("place", 0) < 2:
        return  # asked again in other words; what is said a second time is taken as it stands
    if gather.words_beside(turn) > gather.FILLER and (turn.place() or turn.intent in ("submit_feedback", "multi")):
        gather.keep_words(context, data)  # a place within a story: both are kept
        gather.understand(context, data)
        return
    if turn.phone_span() is not None:
        gather.take_phone(data, turn)
        if turn.place() is None and gather.only_detail(turn):
            return
    gather.take_place(context, data, turn.text, whole=True)


def _answer_commune(context: Context, data: ReportData, turn: Turn) -> None:
    short = len(turn.folded.split()) <= 8
    if gather.take_commune(context, data, turn.text):
        named = turn.where.words if turn.where is not None else turn.text.strip()
        if short or gather.words_beside(turn) <= gather.FILLER:
            data.place_text = merged(data.place_text or "", named)[:500]
        else:
            gather.keep_words(context, data)
        return
    if turn.intent in ("deny", "skip", "nlu_fallback", "affirm") and short and turn.place() is None:
        _leave_commune(data)
    elif gather.only_detail(turn) and turn.phone_span() is not None:
        gather.take_phone(data, turn)
        context.answer.say("detail_taken")
    elif short:
        data.place_text = ", ".join(p for p in (data.place_text, turn.text.strip()) if p)[:500]
        if not data.commune_choices or data.asked.get("commune", 0) >= 2:
            _leave_commune(data)
    else:
        gather.keep_words(context, data)
        if data.asked.get("commune", 0) >= 2:
            _leave_commune(data)


def _leave_commune(data: ReportData) -> None:
    data.commune_choices = []
    data.skip("commune")


def _answer_photo(context: Context, data: ReportData, turn: Turn) -> None:
    words = turn.folded.split()
    short = len(words) <= 6
    if turn.intent in ("skip", "deny", "send_now") and short:
        data.skip("photo")
    elif not (turn.intent in BARE and short) and not ("anh" in words and len(words) <= 3):
        _take_detail(context, data, turn)


def _answer_phone(context: Context, data: ReportData, turn: Turn) -> None:
    if gather.take_phone(data, turn):
        data.name = data.name or content(turn.text, own_number=True).name
        if gather.words_beside(turn) > gather.FILLER:
            gather.keep_words(context, data, own_number=True)
    elif turn.intent in ("skip", "deny") and len(turn.folded.split()) <= 8:
        data.skip("phone")
    elif gather.part_of_number(turn):
        context.answer.say("phone_unread")
    elif not (turn.intent in BARE and len(turn.folded.split()) <= 4):
        _take_detail(context, data, turn)


def _answer_summary(context: Context, data: ReportData, turn: Turn) -> None:
    # Only the button, or a word of the closed list, files; the summary comes again.
    if not (turn.intent in (*BARE, "skip", "send_now") and len(turn.folded.split()) <= 6):
        _take_detail(context, data, turn)


def _take_detail(context: Context, data: ReportData, turn: Turn) -> None:
    """Words that were not asked for: a number, a commune, a place, or more of the story."""
    if gather.only_detail(turn) and turn.phone_span() is not None:
        gather.take_phone(data, turn)
        context.answer.say("detail_taken")
        return
    words = len(turn.folded.split())
    if data.commune is None and words <= 8 and gather.take_commune(context, data, turn.text):
        named = turn.where.words if turn.where is not None else turn.text.strip()
        data.place_text = merged(data.place_text or "", named)[:500]
        context.answer.say("detail_taken")
        return
    known = turn.where.found.sure if turn.where is not None and turn.where.found is not None else None
    if known is not None and known.code == data.commune and gather.words_beside(turn) == 0:
        context.answer.say("detail_taken")  # the commune said again
        return
    if gather.take_more_of_place(context, data):
        context.answer.say("detail_taken")
        return
    if not data.has_place:
        gather.take_place(context, data, turn.text)
    gather.keep_words(context, data)
    context.answer.say("added_words")


_ANSWER = {
    "text": _answer_text,
    "category": _answer_category,
    "place": _answer_place,
    "commune": _answer_commune,
    "photo": _answer_photo,
    "phone": _answer_phone,
    "summary": _answer_summary,
}


def drop_person(data: ReportData) -> None:
    """Whatever tells who reports leaves the draft; nothing of it is asked again."""
    for number in data.own_numbers:
        data.text = [_without_number(one, number) for one in data.text]
    data.phone, data.name, data.own_numbers = None, None, []
    data.text = [one for one in data.text if one]
    data.skip("phone")


def _without_number(text: str, number: str) -> str:
    digits = r"[ .\-]?".join(("", *number[1:]))
    return re.sub(rf"(?<!\d)(?:\+?84|0){digits}(?!\d)", "", text).strip(" ,.;:")


def take_location(context: Context) -> None:
    """A pin: into the open draft with the nearest communes to choose from, or onto the last ticket."""
    turn = context.turn
    lat, lon = float(turn.value("lat")), float(turn.value("lon"))
    if _doubtful(context, lat, lon):
        return
    if joining.joins_chosen(context, lat=lat, lon=lon):
        return
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is None:
        if not joining.joins_ticket(context, lat=lat, lon=lon):
            data = ReportData(lat=lat, lon=lon, anonymous=wants_no_name(context))
            _near(context, data)
            draft = drafts.open_draft(context.session, conversation_id=context.conversation.id, data=data, now=turn.now)
            asking.ask(context, draft, data)
        return
    data = drafts.data_of(draft)
    data.lat, data.lon = lat, lon
    data.skipped = [s for s in data.skipped if s != "place"]
    if data.commune is None:
        _near(context, data)
    context.answer.say("location_taken")
    asking.ask(context, draft, data)


def _doubtful(context: Context, lat: float, lon: float) -> bool:
    """A pin at 0,0, abroad or in another province is asked about; the same pin again is taken as it is meant."""
    nearby = pins.judged(lat, lon, gazetteer(context.session))
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    data = drafts.data_of(draft) if draft is not None else ReportData(anonymous=wants_no_name(context))
    if nearby.fits or (nearby.in_country and data.pin_doubted == [lat, lon]):
        return False
    if nearby.elsewhere is None:
        context.answer.say("pin_abroad")
    else:
        place, of = nearby.elsewhere.name, country().province(nearby.elsewhere.province)
        context.answer.say("pin_elsewhere", place=place, province=of.name, area=of.area_code)
    data.pin_doubted = [lat, lon]
    if draft is None:
        chat, now = context.conversation.id, context.turn.now
        draft = drafts.open_draft(context.session, conversation_id=chat, data=data, now=now)
    asking.ask(context, draft, data)
    return True


def _near(context: Context, data: ReportData) -> None:
    near = gazetteer(context.session).nearest(data.lat or 0.0, data.lon or 0.0)
    if near and near[0][1] <= pins.FAR_KM:
        data.commune_choices, data.old_ward = [entry.code for entry, _ in near], None


def take_photo(context: Context) -> None:
    """Photos without words."""
    if joining.joins_chosen(context):
        return
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is None:
        if not joining.joins_ticket(context):
            data = ReportData(media=list(context.turn.media), anonymous=wants_no_name(context))
            draft = drafts.open_draft(
                context.session, conversation_id=context.conversation.id, data=data, now=context.turn.now
            )
            context.answer.say("photo_first")
            asking.ask(context, draft, data)
        return
    data = drafts.data_of(draft)
    data.media += [one for one in context.turn.media if one not in data.media]
    data.skipped = [s for s in data.skipped if s != "photo"]
    context.answer.say("photo_taken")
    asking.ask(context, draft, data)


def choose(context: Context, part: str) -> None:
    """A pressed category or commune."""
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is None:
        context.answer.say("nothing_open")
        return
    data, code = drafts.data_of(draft), str(context.turn.value("code"))
    if part == "category":
        data.category = code
    else:
        data.commune, data.commune_choices = (None if code == "none" else code), []
        if code == "none":
            data.skip("commune")
    asking.ask(context, draft, data)


def skip(context: Context) -> None:
    """ "Bỏ qua": only what is optional, or a place nobody knows, can be left out."""
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is None:
        context.answer.say("all_right")
        return
    data = drafts.data_of(draft)
    step = next_step(data)
    if step in ("photo", "phone", "place"):
        data.skip(step)
    elif step == "category":
        data.category = "khac.khac"
    elif step == "commune":
        _leave_commune(data)
    elif step == "text" and data.asked.get("text", 0) >= GIVEN_UP and not data.media:
        drafts.cancel(draft, now=context.turn.now)
        context.answer.say("given_up", buttons=[button("report", "/submit_feedback"), button("person", "/human_agent")])
        return
    asking.ask(context, draft, data)


def hurry(context: Context) -> None:
    """ "Gửi luôn đi": optional questions are left out and the summary is shown; it files only there."""
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is None:
        _nothing_to_send(context)
        return
    data = drafts.data_of(draft)
    _leave_commune(data)
    for step in ("photo", "phone"):
        if not (data.media if step == "photo" else data.phone or data.anonymous):
            data.skip(step)
    asking.ask(context, draft, data)


def _nothing_to_send(context: Context) -> None:
    """ "Gửi luôn đi" with no report open: what was sent last is told again."""
    last = drafts.last_filed(context.session, context.conversation.id)
    if last is not None and last.ticket_id is not None:
        _tell_filed(context, tickets.get(context.session, last.ticket_id), again=True)
    else:
        context.answer.say("nothing_open")


def stay_anonymous(context: Context) -> None:
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is None:
        context.remember(anonymous=True)
        context.answer.say("anonymous_possible", buttons=[button("report", "/submit_feedback")])
        return
    data = drafts.data_of(draft)
    data.anonymous, data.phone = True, None
    context.answer.say("anonymous_taken")
    asking.ask(context, draft, data)


def edit(context: Context) -> None:
    """ "Sửa": which part, or straight the part that was named."""
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is None:
        turn = context.turn
        if joining.joins_ticket(context):
            return
        if not turn.payload and (turn.where is not None or (turn.categories and turn.categories[0][1] >= gather.SURE)):
            start(context)  # "phản ánh thêm: …"
        else:
            context.answer.say("nothing_open")
        return
    data, part = drafts.data_of(draft), context.turn.value("part")
    heard = part is None and not context.turn.payload and _corrects(context, data)
    if not heard and part is None and (words := joining.words_to_add(context.turn)):
        data.text.append(words)
        context.answer.say("added_words")
        heard = True
    if heard:
        asking.ask(context, draft, data)
    elif part is None:
        asking.edit_menu(context, draft, data)
    else:
        if part == "category":
            data.category_choices = data.category_choices or [c for c, _ in context.turn.categories[:3]]
            choices = data.category_choices
            data.clear("category")
            data.category_choices = choices
        else:
            data.clear(str(part))
        data.asked.pop(str(part), None)
        asking.ask(context, draft, data)


def cancel(context: Context) -> bool:
    """Cancel the open draft; False when there is none."""
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is None:
        return False
    drafts.cancel(draft, now=context.turn.now)
    context.remember(cancelled=True)
    context.answer.say("cancelled", buttons=[button("another_report", "/submit_feedback")])
    return True


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
        _next(context, data)


def _next(context: Context, data: ReportData) -> None:
    """The next matter of the same message: a report of its own, with what holds for all of them."""
    issue, rest = data.issues[0], data.issues[1:]
    words = str(issue["text"])
    following = ReportData(text=[], issues=rest, anonymous=data.anonymous, phone=data.phone, name=data.name,
                           own_numbers=list(data.own_numbers), category=issue["category"])  # fmt: skip
    found = content(words, own_number=bool(data.own_numbers))
    following.text = [found.text or words]
    if following.category is None:
        gather.understand_earlier(context, following, words)
    else:
        gather.take_place(context, following, words)
    if not following.has_place and data.has_place:
        following.place_text, following.commune = data.place_text, data.commune
        following.lat, following.lon, following.old_ward = data.lat, data.lon, data.old_ward
        following.commune_choices = []
    if data.phone is None and not data.anonymous:
        following.skip("phone")
    name = category_name(context.session, following.category) if following.category else found.text
    context.answer.say("next_issue", name=name)
    made = drafts.open_draft(
        context.session, conversation_id=context.conversation.id, data=following, now=context.turn.now
    )
    asking.ask(context, made, following)


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
