"""Taking a report: each message fills what it can, the next missing thing is asked, nothing is lost."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from zlib import crc32

from actions import answering, asking, changing, filing, gather, joining
from actions.turn import Context, button, word
from feedback_store.places import pins
from feedback_store.places.country import country
from feedback_store.places.reading import PlaceRead
from feedback_store.queries.conversations import earlier_words
from feedback_store.queries.lookups import category_name, gazetteer
from feedback_store.reading.words import words_of
from feedback_store.service import drafts
from feedback_store.service.drafts import Issue, ReportData, next_step

if TYPE_CHECKING:
    from feedback_store.tables import Draft

GIVEN_UP = 2
"""So often a question goes unanswered; then the report without its matter is given up."""


def _open(context: Context) -> Draft | None:
    """The report that is being written, locked."""
    return drafts.get_open(context.session, context.conversation.id, lock=True)


def hold(context: Context) -> None:
    """ "Khoan, để coi lại đã": nothing is sent, nothing is thrown away, and what was asked stays open."""
    draft = _open(context)
    if draft is not None and draft.summary_event_id is not None:
        context.answer.say("not_sent_yet", buttons=asking.summary_buttons(draft))
    else:
        context.answer.say("no_hurry")


def show_whole(context: Context) -> None:
    """Every word of the report that is open, and what the agency reads where something in it is hidden."""
    draft = _open(context)
    if draft is None:
        context.answer.say("nothing_open")
        return
    asking.show_whole(context, draft, drafts.data_of(draft))


def agreed(context: Context) -> None:
    """A yes to the summary that was shown."""
    draft = _open(context)
    if draft is None or draft.summary_event_id is None:
        asking.resume(context)
    else:
        filing.send(context, draft)


def disagreed(context: Context) -> None:
    """A no to the summary: what is to be changed."""
    draft = _open(context)
    if draft is not None:
        asking.edit_menu(context, draft, drafts.data_of(draft))


def start(
    context: Context, *, more: Sequence[Issue] = (), named: bool = False, others: Sequence[PlaceRead] = ()
) -> None:
    """A message that is a report: opens a draft, or joins the one being written. ``more``: other matters of the same
    message, each for a report of its own afterwards; ``named``: it was named back already; ``others``: where they were
    told."""
    draft = _open(context)
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
    gather.share_place(data, others)
    data.media = list(turn.media)
    draft = drafts.open_draft(context.session, conversation_id=context.conversation.id, data=data, now=turn.now)
    if data.text and not named and data.category is not None:
        context.answer.say("report_begun", category=category_name(context.session, data.category))
    asking.ask(context, draft, data)


def start_from(context: Context, text: str, *, danger: bool = False, more: Sequence[Issue] = ()) -> None:
    """Words that came earlier (before an emergency answer, under a seal) open a draft, or join the open one. ``more``:
    other matters told with them, each for a report of its own afterwards."""
    draft = _open(context)
    if draft is not None:
        data = drafts.data_of(draft)
        data.text += [text] if text and text not in data.text else []
        if text and data.category is None:
            gather.understand_earlier(context, data, text)
        data.danger = data.danger or danger
        data.issues += more
        asking.ask(context, draft, data, again=True)
        return
    data = ReportData(danger=danger, anonymous=wants_no_name(context), issues=list(more))
    if text:
        gather.keep_earlier(context, data, text)
        gather.understand_earlier(context, data, text, unasked=danger)  # none stands between a danger and its report
    if danger:
        gather.take_own(context, data)
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


REVIVED_WITHIN = dt.timedelta(hours=24)


def revive(context: Context) -> None:
    """ "À mà thôi tôi đổi ý, vẫn muốn báo vụ lúc nãy": what was cancelled is written on, with all that was gathered."""
    since = context.turn.now - REVIVED_WITHIN
    draft = drafts.last_cancelled(context.session, context.conversation.id, since=since)
    if draft is None:
        context.answer.say("nothing_open")
        return
    drafts.revive(context.session, draft, now=context.turn.now)
    data = drafts.data_of(draft)
    data.asked = {}
    asking.ask(context, draft, data)


def wants_no_name(context: Context) -> bool:
    """Whether word("nameless") was said before the report began; it holds for the one that begins now."""
    wanted = bool(context.memory.get("anonymous"))
    if wanted:
        context.remember(anonymous=None)
    return wanted


def go_on(context: Context) -> None:
    """The report that is open takes these words in."""
    draft = _open(context)
    if draft is None:
        start(context)
    else:
        continue_report(context, draft)


ADDS = 4
"""So many new words of a matter told again are kept beside the first telling; fewer only name it."""


def _same_place(one: str, other: str) -> bool:
    """Whether no number in one telling speaks against the other."""
    first, second = set(re.findall(r"\d+", one)), set(re.findall(r"\d+", other))
    return not first or not second or bool(first & second)


def keep_for_later(context: Context, issues: Sequence[Issue]) -> None:
    """Other matters told in the middle of a report: each becomes a report of its own after this one."""
    draft = _open(context)
    if draft is None:
        return
    data = drafts.data_of(draft)
    for one in issues:
        told = next((held for held in data.issues if held["category"] and held["category"] == one["category"]), None)
        if told is None or not _same_place(str(told["text"]), str(one["text"])):
            data.issues += [one] if one not in data.issues else []
        elif len(set(words_of(str(one["text"]))) - set(words_of(str(told["text"])))) > ADDS:
            told["text"] = f"{told['text']}\n{one['text']}"
    drafts.save(draft, data, now=context.turn.now, summary_event_id=draft.summary_event_id)


def continue_report(context: Context, draft: Draft) -> None:
    """A message while a report is open and that is not a digression."""
    turn, data = context.turn, drafts.data_of(draft)
    step = next_step(data)
    data.media += [one for one in turn.media if one not in data.media]
    if turn.text and not turn.payload:
        answering.answer(context, data, step)
    asking.ask(context, draft, data)


def take_location(context: Context) -> None:
    """A pin: into the open draft with the nearest communes to choose from, or onto the last ticket."""
    turn = context.turn
    lat, lon = float(turn.value("lat")), float(turn.value("lon"))
    if _doubtful(context, lat, lon):
        return
    if joining.joins_chosen(context, lat=lat, lon=lon):
        return
    draft = _open(context)
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
    draft = _open(context)
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
    draft = _open(context)
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
    draft = _open(context)
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
    draft = _open(context)
    if draft is None:
        context.answer.say("all_right")
        return
    data = drafts.data_of(draft)
    step = next_step(data)
    if step in ("photo", "phone", "place"):
        data.skip(step)
        if step == "place" and not data.has_place and data.elsewhere[:1] == [asking.TOLD]:
            data.place_text = next(iter(data.elsewhere[1:]), None) or None  # as it was typed, for the operator to find
    elif step == "category":
        data.category = "khac.khac"
    elif step == "commune":
        answering.leave_commune(data)
    elif step == "text" and data.asked.get("text", 0) >= GIVEN_UP and not data.media:
        drafts.cancel(draft, now=context.turn.now)
        context.answer.say("given_up", buttons=[button("report", "/submit_feedback"), button("person", "/human_agent")])
        return
    asking.ask(context, draft, data)


def place_anew(context: Context) -> None:
    """The place is wrong, and said anew in a sentence: what can be exchanged is, else what was read takes its place."""
    draft = _open(context)
    if draft is None:
        start(context)
        return
    data, where = drafts.data_of(draft), context.turn.where
    before = data.place_text
    if not answering.corrects(context, data) and where is not None:
        data.place_text = where.words[:500]
        data.commune, data.commune_choices, data.old_ward = None, [], None
        gather.take_read(data, where)
        context.answer.say("corrected", what=word("place_is", place=data.place_text))
    if data.place_text:  # "xã Tiên Lãng, xã Tiên Lãng, xóm 3": said twice
        parts = {" ".join(words_of(one)): one for one in reversed(data.place_text.split(", "))}
        data.place_text = ", ".join(reversed(parts.values()))
    if data.place_text == before:
        asking.edit_menu(context, draft, data)
        return
    asking.ask(context, draft, data)


def told_before(context: Context) -> None:
    """ "Lần trước báo mà không ai xuống", of the matter in hand: said sorry for, and told to whoever handles it."""
    draft = _open(context)
    if draft is None:
        context.answer.say("told_before")
        joining.add_to_sent(context)
        return
    data, words = drafts.data_of(draft), context.turn.text.strip()
    if words not in data.text:
        data.text.append(words)
    context.answer.say("told_before")
    asking.ask(context, draft, data)


def take_name(context: Context) -> None:
    """The writer's name as it is now said; who gives it no longer wants to stay unnamed."""
    draft = _open(context)
    if draft is None:
        context.answer.say("nothing_open")
        return
    data = drafts.data_of(draft)
    data.name, data.anonymous = str(context.told("name")), False
    gather.take_phone(data, context.turn)
    context.answer.say("name_taken", name=data.name)
    asking.ask(context, draft, data)


def add_words(context: Context) -> None:
    """The button under words that did not join the report: they do."""
    draft = _open(context)
    event = int(context.turn.value("event") or 0)
    words = earlier_words(context.session, conversation_id=context.conversation.id, event_id=event)
    if draft is None or not words:
        context.answer.say("nothing_open")
        return
    data = drafts.data_of(draft)
    if words not in data.text:
        data.text.append(words)
    answering.say_added(context, data)
    asking.ask(context, draft, data)


def drop_words(context: Context) -> None:
    """The button under words that joined the report: they leave it."""
    draft = _open(context)
    if draft is None:
        context.answer.say("nothing_open")
        return
    data = drafts.data_of(draft)
    gone = [one for one in data.text if crc32(one.encode()) == context.turn.value("words")]
    data.text = [one for one in data.text if one not in gone]
    if gone:
        context.answer.say("words_dropped", words=asking.shortened(gone[0]))
    asking.ask(context, draft, data)


def hurry(context: Context) -> None:
    """ "Gửi luôn đi": optional questions are left out and the summary is shown; it files only there."""
    draft = _open(context)
    if draft is None:
        filing.nothing_to_send(context)
        return
    data = drafts.data_of(draft)
    answering.leave_commune(data)
    for step in ("photo", "phone"):
        if not (data.media if step == "photo" else data.phone or data.anonymous):
            data.skip(step)
    asking.ask(context, draft, data)


def stay_anonymous(context: Context) -> None:
    draft = _open(context)
    if draft is None:
        context.remember(anonymous=True)
        context.answer.say("anonymous_possible", buttons=[button("report", "/submit_feedback")])
        return
    data = drafts.data_of(draft)
    data.anonymous, data.phone = True, None
    context.answer.say("anonymous_taken")
    if context.turn.text and not context.turn.payload and not data.has_place:
        gather.take_place(context, data, context.turn.text)  # "ở sau nhà văn hóa, mà em sợ người ta biết"
    asking.ask(context, draft, data)


def edit(context: Context) -> None:
    """ "Sửa": which part, or straight the part that was named."""
    draft = _open(context)
    if draft is None:
        turn = context.turn
        if joining.joins_ticket(context):
            return
        if not turn.payload and (turn.where is not None or (turn.categories and turn.categories[0][1] >= gather.SURE)):
            start(context)  # "phản ánh thêm: …"
        else:
            context.answer.say("nothing_open")
        return
    data, part = drafts.data_of(draft), context.turn.value("part") or context.told("part")
    heard = part is None and not context.turn.payload and answering.corrects(context, data)
    if not heard and part is None and (words := joining.words_to_add(context.turn)):
        data.text.append(words)
        answering.say_added(context, data)
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
    draft = _open(context)
    if draft is None:
        return False
    changing.leave(context, draft)
    return True
