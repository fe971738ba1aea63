"""Asks for the one thing a report still lacks, in words that change when they must be repeated."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

from actions import remarks
from actions.turn import Button, Context, button, word
from feedback_store.persons.masking import masked
from feedback_store.places.country import country
from feedback_store.places.mentions import names_unit
from feedback_store.places.reading import read_place
from feedback_store.queries.lookups import category_name, commune_name, example_commune, gazetteer
from feedback_store.service import drafts
from feedback_store.service.drafts import ReportData, next_step

if TYPE_CHECKING:
    from feedback_store.tables import Draft

WORDINGS = 3
CHOICES = 8
"""Communes on buttons; of more the name is asked for in words."""
LONGEST_SHOWN = 200
"""Letters of a report that its summary shows; the whole is a tap away."""
TOLD = "told"


def ask(context: Context, draft: Draft, data: ReportData, *, again: bool = False) -> None:
    """Save the draft and add the question of its next step to the answer.

    ``again``: the question comes back after a digression. The third time the same thing is asked a
    person is offered.
    """
    if context.more:
        drafts.save(draft, data, now=context.turn.now)
        return
    context.remember(cancelled=None)
    _leave_other_areas(context, data)
    _tell_of_place(context, data)
    step = next_step(data)
    count = data.asked.get(step, 0)
    data.asked[step] = count + 1
    if step == "summary":
        show_summary(context, draft, data)
        return
    if again:
        if data.category and (data.taken_up or data.issues):  # one of several: which
            context.answer.say("resume_report_of", name=category_name(context.session, data.category))
        else:
            context.answer.say("resume_report")
    if len(data.commune_choices) > CHOICES:
        data.commune_choices = []
    asked = "commune_free" if step == "commune" and not data.commune_choices else step
    name = f"ask_{asked}" if count == 0 else f"ask_{asked}_{min(count, WORDINGS - 1)}"
    params, buttons = _details(context, step, data)
    if step in ("place", "commune"):
        params["example"] = example_commune(context.session)
    hint = {"place": "ask_location", "photo": "ask_photo"}.get(step)
    custom: dict[str, Any] = {hint: True} if hint else {}
    if step == "phone" and count == 0:
        params["privacy_url"] = custom["link"] = context.links["privacy"]
    if count >= WORDINGS:
        buttons = [*buttons, button("person", "/human_agent"), button("cancel_report", "/cancel_request")]
    context.answer.say(name, buttons=buttons, custom=custom, **params)
    drafts.save(draft, data, now=context.turn.now)


def _leave_other_areas(context: Context, data: ReportData) -> None:
    """A place outside of the area that is served is said so and asked again; the words are kept."""
    area = context.around.area
    if not area or data.commune is None or data.commune in area:
        return
    name = commune_name(context.session, data.commune) or data.commune
    data.clear("place")
    data.editing = None
    context.answer.say("outside_area", commune=name)


def _tell_of_place(context: Context, data: ReportData) -> None:
    """A commune of another province is said to be so once and asked again; named again, it is kept as it was typed, as
    is one that no list has, for the operator to find."""
    if data.elsewhere and data.elsewhere[0] != TOLD:
        names, *codes = data.elsewhere
        provinces = [country().province(code) for code in codes]
        context.answer.say(
            "elsewhere",
            place=names,
            province=word("or").join(one.name for one in provinces),
            numbers=", ".join(f"{one.area_code} 1022 ({one.short})" for one in provinces),
        )
        data.elsewhere = [TOLD, data.place_text or ""]
        if data.commune is None and not data.commune_choices:
            data.clear("place")
            data.editing = None
    elif data.unknown_commune and data.commune is None and "commune" not in data.skipped:
        context.answer.say("commune_unknown", name=data.unknown_commune)
        data.commune_choices = []
        data.skip("commune")


def _details(context: Context, step: str, data: ReportData) -> tuple[dict[str, str], list[Button]]:
    skip = button("skip", _payload("skip", step=step))
    if step == "category":
        choices = [
            Button(category_name(context.session, code), _payload("choose_category", code=code))
            for code in data.category_choices[:3]
        ]
        return {}, [*choices, button("other", _payload("choose_category", code="khac.khac"))]
    if step == "commune":
        names = [
            Button(commune_name(context.session, code) or code, _payload("choose_commune", code=code))
            for code in data.commune_choices[:CHOICES]
        ]
        where = data.old_ward or data.place_text or word("pin_sent")
        last = button("unknown" if names else "skip", _payload("choose_commune", code="none"))
        return {"old": where}, [*names, last]
    if step == "place":
        return {}, [button("no_address", _payload("skip", step=step))]
    if step == "photo":
        return {}, [skip]
    if step == "phone":
        return {}, [skip, button("anonymous", "/stay_anonymous")]
    return {}, []


def show_summary(context: Context, draft: Draft, data: ReportData) -> None:
    """The report as it would be filed, with its three buttons; nothing is filed before they are pressed."""
    session = context.session
    place = _place_words(context, data)
    count = data.asked.get("summary", 1)
    whole = " ".join(data.words().split())
    words = shortened(whole)
    hidden = masked(whole, phones=[data.phone]) != whole
    phone = word("nameless") if data.anonymous else data.phone or word("no_phone")
    context.answer.say(
        "summary" if count == 1 else "summary_1" if _changed(draft, data) else "summary_2",
        buttons=summary_buttons(draft, whole=hidden or words != whole),
        words=words,
        category=category_name(session, str(data.category)),
        place=place or word("unknown_place"),
        photos=str(len(data.media)) if data.media else word("no_photo"),
        phone=word("phone_of", phone=phone, person=data.name) if data.name and not data.anonymous else phone,
        seen=word(_seen(data, hidden)),
    )
    drafts.save(draft, data, now=context.turn.now, summary_event_id=context.turn.event_id)


def _changed(draft: Draft, data: ReportData) -> bool:
    """Whether this turn, or the question before it, changed a part that the summary shows."""
    before = drafts.data_of(draft)
    parts = ("text", "category", "place_text", "commune", "media", "phone", "name", "anonymous")
    return any(getattr(before, part) != getattr(data, part) for part in parts)


def shortened(words: str) -> str:
    """In one line, cut between two words."""
    short = textwrap.shorten(words, LONGEST_SHOWN, placeholder=" …")
    return short if len(short) > len(" …") else f"{words[:LONGEST_SHOWN]} …"


def _seen(data: ReportData, hidden: bool) -> str:
    if hidden:
        return "seen_masked"
    if data.anonymous:
        return "seen_nameless"
    return "seen_phone" if data.phone else "seen"


def show_whole(context: Context, draft: Draft, data: ReportData) -> None:
    """Every word, and what the agency reads where something is hidden; a summary that was seen still holds."""
    whole = data.words()
    seen = masked(whole, phones=[data.phone])
    name = "whole_text" if seen == whole else "whole_text_masked"
    buttons = summary_buttons(draft) if draft.summary_event_id is not None else None
    context.answer.say(name, words=whole, masked=seen, buttons=buttons)


def summary_buttons(draft: Draft, *, whole: bool = False) -> list[Button]:
    buttons = [
        button("send", _payload("report_send", draft=str(draft.id))),
        button("edit", "/report_edit"),
        button("cancel", "/cancel_request"),
    ]
    if whole:
        buttons.append(button("whole", "/report_whole"))
    return buttons


def _place_words(context: Context, data: ReportData) -> str:
    """The place as it was typed, and its commune where the words do not name it; an old one with what it is today."""
    commune, text = commune_name(context.session, data.commune), data.place_text
    if not text or not commune:
        return ", ".join(p for p in (text or drafts.pin_name(context.session, data), commune) if p)
    if names_unit(text, commune):
        return text
    read = read_place(text, gazetteer(context.session))
    found = read.found if read is not None else None
    if found is not None and found.old_name and data.commune in {one.code for one in found.communes}:
        return word("place_now", place=text, commune=commune)
    if found is not None and found.sure is not None and found.sure.code == data.commune:
        return text
    return f"{text}, {commune}"


def edit_menu(context: Context, draft: Draft, data: ReportData) -> None:
    """Which part is to be changed."""
    parts = ("text", "category", "place", "photo", "phone")
    buttons = [button(f"part_{part}", _payload("report_edit", part=part)) for part in parts]
    context.answer.say("ask_edit", buttons=buttons)
    # The summary that was seen still holds: a yes to it files, as long as nothing was changed.
    drafts.save(draft, data, now=context.turn.now, summary_event_id=draft.summary_event_id)


def _payload(intent: str, **values: str) -> str:
    return f"/{intent}{json.dumps(values)}"


GIVEN_UP = 3
LEFT_OPEN = frozenset(("place", "photo", "phone"))


def resume(context: Context) -> None:
    """After other business: a report that is open is asked on."""
    if context.more:
        return
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is None:
        return
    data = drafts.data_of(draft)
    step = next_step(data)
    if remarks.is_idle(context.turn) and step in LEFT_OPEN and data.asked.get(str(step), 0) >= GIVEN_UP:
        data.skip(str(step))  # three times something else was said
    ask(context, draft, data, again=True)
