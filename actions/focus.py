"""Answers about what the conversation is about: one's own report, a complaint just explained, one of several named."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from actions import answering, procedures, talk
from actions.asking import resume
from actions.turn import Button, Context, button, word
from feedback_store.domain.codes import codes_in
from feedback_store.queries.lookups import category_name
from feedback_store.service import drafts, foretelling, own_reports, tickets
from feedback_store.service.drafts import ReportData
from vitext.dates import spoken_date, spoken_time

if TYPE_CHECKING:
    from feedback_store.tables import Ticket


def own_report(context: Context) -> None:
    """Who handles it, until when, what it costs, was it sent, who sees my name, how to add: each that was asked."""
    about: Sequence[str] = context.told("about") or ()
    code = context.told("code")
    draft = None if code else drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is not None:
        data = drafts.data_of(draft)
        for one in about or ("sent",):
            _of_draft(context, data, one)
        resume(context)
        return
    ticket = _meant(context, str(code) if code else None)
    named = code or codes_in(context.turn.text)
    if ticket is None or not about or (named and set(about) <= {"state", "sent", "where"}):
        talk.tell_status(context)  # "PA-… đến đâu rồi": the whole of it
        return
    context.conversation.last_ticket_id = ticket.id
    for one in about:
        _of_ticket(context, ticket, one)
    context.remember(focus="report", about=list(about))
    context.answer.replies[-1]["buttons"] = [
        {"title": one.title, "payload": one.payload} for one in _further(ticket)
    ]  # fmt: skip
    resume(context)


def _meant(context: Context, code: str | None) -> Ticket | None:
    if code is not None:
        return own_reports.find(context.session, context.conversation.id, code)
    last = context.conversation.last_ticket_id
    return tickets.get(context.session, last) if last is not None else None


def _further(ticket: Ticket) -> list[Button]:
    see = Button(word("see_report"), "/ask_ticket_status" + json.dumps({"ticket": ticket.code}))
    return [see, button("my_reports", "/my_reports")]


def _of_draft(context: Context, data: ReportData, about: str) -> None:
    session, now = context.session, context.turn.now
    if about == "who":
        agency = foretelling.agency_for(session, category=data.category, commune=data.commune, at=now)
        if agency is not None:
            context.answer.say("draft_who", agency=agency, category=category_name(session, str(data.category)))
        else:
            context.answer.say("draft_who_unknown")
    elif about == "when":
        due = foretelling.promised_if_filed(session, category=data.category, at=now)
        context.answer.say("draft_when" if due else "draft_when_unknown", due=spoken_time(due) if due else "")
    elif about in ("sent", "state") and data.category:
        context.answer.say("draft_sent_of", name=category_name(session, data.category))
    else:
        name = "draft_sent" if about == "state" else f"draft_{about}"
        if about == "seen" and data.anonymous:
            name = "draft_seen_nameless"
        context.answer.say(name, privacy_url=context.links["privacy"])


def _of_ticket(context: Context, ticket: Ticket, about: str) -> None:
    session, now = context.session, context.turn.now
    custom = {"ticket": ticket.code, "once": False}
    if about == "who":
        names, sent = foretelling.agencies_of(session, ticket, at=now)
        if names:
            name = "own_who" if sent else "own_who_proposed"
            context.answer.say(name, code=ticket.code, agency=", ".join(names), custom=custom)
        else:
            name = "own_who_commune" if foretelling.of_commune(session, ticket.category_code) else "own_who_unknown"
            context.answer.say(name, code=ticket.code, custom=custom)
    elif about == "when":
        due = tickets.promise_due(session, ticket.id)
        state = word(f"state_{ticket.state}")
        late = due is not None and due < now
        context.answer.say(
            "own_when_late" if late else "own_when",
            code=ticket.code, state=state, due=spoken_time(due) if due else word("no_due"), custom=custom,
        )  # fmt: skip
    elif about in ("sent", "state"):
        received = spoken_date(ticket.receipt_at)
        state = word(f"state_{ticket.state}")
        context.answer.say("own_sent", code=ticket.code, received=received, state=state, custom=custom)
    else:
        name = "own_seen_nameless" if about == "seen" and ticket.anonymous else f"own_{about}"
        context.answer.say(name, code=ticket.code, privacy_url=context.links["privacy"], custom=custom)


def procedure_again(context: Context) -> None:
    """One of the procedures that were asked about before."""
    procedures.answer_key(context, str(context.told("key")))


def others_data(context: Context) -> None:
    """Whoever reported is told to nobody, however it is asked."""
    again = context.memory.get("focus") == "others"
    context.remember(focus="others")
    context.answer.say("others_data_again" if again else "others_data", buttons=None if again else [talk.MENU[0]])
    resume(context)


def service_asked(context: Context) -> None:
    """What one asks of the hotline itself after it said what it takes, or of having one's own data erased."""
    about: Sequence[str] = context.told("about") or ()
    if context.memory.get("focus") == "own_data":
        told = [f"person_{one}" for one in about if one in ("when", "cost")] or ["person_when"]
    else:
        told = [_OF_SERVICE.get(one, "service_how") for one in about]
    for name in dict.fromkeys(told):
        context.answer.say(name, privacy_url=context.links["privacy"])


_OF_SERVICE = {"cost": "draft_cost", "when": "draft_when_unknown", "who": "draft_who_unknown", "seen": "draft_seen"}


def complaint_asked(context: Context) -> None:
    """What one asks after a complaint was explained."""
    about: Sequence[str] = context.told("about") or ()
    asked = [one for one in ("when", "where", "who", "cost", "how") if one in about]
    if "where" in asked and "who" in asked:
        asked.remove("who")
    for one in asked or ["how"]:
        context.answer.say(f"complaint_{'where' if one == 'who' else one}")
    context.answer.replies[-1]["buttons"] = [{"title": talk.MENU[3].title, "payload": talk.MENU[3].payload}]


def forget_me(context: Context) -> None:
    """One's own number and name: out of the open report at once, of a filed one after a yes."""
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is not None:
        data = drafts.data_of(draft)
        answering.drop_person(data)
        drafts.save(draft, data, now=context.turn.now)
        context.answer.say("person_dropped")
        resume(context)
        return
    context.remember(focus="own_data")
    ticket = _meant(context, None)
    if ticket is None:
        context.answer.say("person_nothing", privacy_url=context.links["privacy"])
    elif ticket.reporter_phone is None and ticket.reporter_name is None:
        context.answer.say("person_none_kept", code=ticket.code, privacy_url=context.links["privacy"])
    else:
        context.remember(pending="forget", forget=ticket.code)
        yes = button("forget", "/forget_me" + json.dumps({"ticket": ticket.code}))
        context.answer.say("person_ask", code=ticket.code, buttons=[yes, button("keep_person", "/cancel_request")],
                           custom={"ticket": ticket.code})  # fmt: skip


def do_forget(context: Context) -> None:
    """The pressed button, or a yes: the report goes on without a way to reach its writer."""
    code = str(context.turn.value("ticket") or context.memory.get("forget") or "")
    context.remember(pending=None, forget=None)
    ticket = own_reports.find(context.session, context.conversation.id, code)
    if ticket is None:
        context.answer.say("not_of_this_chat", code=code)
        return
    own_reports.forget_reporter(context.session, ticket_id=ticket.id, now=context.turn.now)
    context.answer.say("person_forgotten", code=ticket.code, privacy_url=context.links["privacy"])


