"""What is done about a turn: its readings, the choice among them, and the handler of each that was taken (ADR 0037)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog

from actions import (
    asking,
    changing,
    dangers,
    filing,
    focus,
    joining,
    mine,
    parts,
    person,
    procedures,
    rating,
    reopening,
    report,
    talk,
)
from actions.choice import matters
from actions.choice.doubt import asks_of_danger, doubted
from actions.choice.readers import readings
from actions.choice.reading import Choice, Reading, choose
from actions.choice.said import Said, said
from actions.choice.state import State
from actions.choice.telling import is_noise
from actions.looking import knows_procedure, look, shown_by, typed_label
from actions.turn import Context, Turn
from feedback_store.queries.lookups import offered
from feedback_store.reading.content import content

log = structlog.get_logger("actions.choice")
Handler = Callable[[Context], object]


def _say(name: str, menu: bool = False) -> Handler:
    return lambda context: talk.say_and_resume(context, name, talk.MENU if menu else None)


ACTS: dict[str, Handler] = {
    "greet": _say("greet", menu=True),
    "goodbye": _say("goodbye"),
    "thanks": _say("thanks"),
    "praise": talk.praise,
    "abuse": _say("abuse", menu=True),
    "out_of_scope": _say("out_of_scope", menu=True),
    "smalltalk_bot": _say("who_am_i", menu=True),
    "formal_complaint": talk.formal_complaint,
    "ask_dossier_status": _say("dossier_status"),
    "ask_procedure": procedures.answer_procedure,
    "judge_answer": procedures.judge_answer,
    "ask_ticket_status": talk.tell_status,
    "my_reports": mine.list_own,
    "add_to_report": mine.add,
    "withdraw_report": mine.withdraw,
    "rate_service": rating.rate,
    "rate": rating.rate,
    "dissatisfied_reopen": reopening.pressed,
    "human_agent": person.asked,
    "emergency": dangers.emergency,
    "offer_danger_report": dangers.danger_report,
    "danger_over": dangers.danger_over,
    "add_words": report.add_words,
    "drop_words": report.drop_words,
    "take_name": report.take_name,
    "add_to_sent": joining.add_to_sent,
    "told_before": report.told_before,
    "place_anew": report.place_anew,
    "danger_now": dangers.emergency,
    "denunciation": talk.denunciation,
    "denunciation_is_report": talk.not_denunciation,
    "cancel_request": talk.cancel,
    "ask_cancel": talk.ask_cancel,
    "nlu_fallback": talk.fallback,
    "affirm": lambda context: talk.say_and_resume(context, "nothing_asked", talk.MENU),
    "deny": lambda context: talk.say_and_resume(context, "nothing_asked", talk.MENU),
    "submit_feedback": report.start,
    "multi": report.start,
    "inform": lambda context: _detail(context),
    "skip": talk.skip,
    "ask_again": asking.resume,
    "send_now": report.hurry,
    "edit_report": report.edit,
    "report_edit": report.edit,
    "report_whole": report.show_whole,
    "rewrite_report": changing.rewrite,
    "take_out": changing.take_out,
    "drop_matter": changing.drop_matter,
    "report_send": filing.confirm,
    "stay_anonymous": report.stay_anonymous,
    "give_location": report.take_location,
    "give_photo": report.take_photo,
    "choose_category": lambda context: report.choose(context, "category"),
    "choose_commune": lambda context: report.choose(context, "commune"),
    # What readers other than the engine propose.
    "rate_in_words": rating.rate_in_words,
    "rating_comment": rating.keep_comment,
    "withdraw_answer": mine.answer_pending,
    "take_addition": mine.take_addition,
    "callback_phone": person.phone,
    "callback_time": person.time,
    "reopen_reason": reopening.reason,
    "reopen_answer": reopening.answered,
    "candidate_answered": procedures.candidate_answered,
    "callback_state": person.state,
    "callback_no_longer": person.no_longer,
    "no_code": talk.no_code,
    "hold": report.hold,
    "revive": report.revive,
    "later": _say("later"),
    "name_optional": _say("name_optional"),
    "no_complaint": _say("no_complaint"),
    "report_yes": report.agreed,
    "report_no": report.disagreed,
    "yes_and": report.agreed,
    "continue_report": report.go_on,
    "answer_question": joining.answer_question,
    "own_report": focus.own_report,
    "procedure_again": focus.procedure_again,
    "nothing_sent": talk.nothing_sent,
    "others_data": focus.others_data,
    "forget_me": lambda context: focus.do_forget(context) if context.turn.payload else focus.forget_me(context),
    "do_forget": focus.do_forget,
    "complaint_asked": focus.complaint_asked,
    "service_asked": focus.service_asked,
    "foreign": talk.foreign,
    "offer_report": talk.offer_report,
    "offer_times": talk.offer_times,
}
OF_REPORT = frozenset({
    matters.REPORT, "multi", "continue_report", "yes_and", "report_send", "report_edit", "report_whole", "edit_report",
    "choose_category", "choose_commune", "skip", "send_now", "give_location", "give_photo", "ask_ticket_status",
    "my_reports", "own_report", "stay_anonymous", "hold", "offer_danger_report",
})  # fmt: skip
"""After these the conversation is about a report again."""


def handle(context: Context) -> None:
    """Answer one turn."""
    state = look(context)
    label = None if context.turn.payload else typed_label(context.turn.text, state)
    if label is not None:
        intent, values = label
        entities = tuple({"entity": name, "value": value} for name, value in values.items())
        context.turn = replace(context.turn, payload=True, intent=intent, entities=entities, clauses=(), where=None)
    turn = context.turn = doubted(
        _past_greeting(context), writing=state.writing, category=state.data.category if state.writing else None
    )
    if turn.intent != "nlu_fallback" and state.missed and (turn.payload or not is_noise(turn)):
        context.remember(missed=None)
    if turn.payload:
        mine.pressed(context)
    spoken = said(turn, lambda text: knows_procedure(context, text))
    choice = choose(readings(spoken, state), len(spoken.clauses))
    _log(context, spoken, choice)
    serious = any(one.act in parts.SERIOUS for one in choice.taken)
    if asks_of_danger(turn) and not serious:
        dangers.ask_danger(context)
    if not serious:
        talk.feel(context)
    candidate = context.memory.get("candidate")
    _do(context, spoken, state, choice)
    if state.question == "procedure" and candidate is not None and context.memory.get("candidate") == candidate:
        context.remember(pending=None, candidate=None)  # a later yes is of something else
    context.remember(shown=shown_by(context.answer))


def _past_greeting(context: Context) -> Turn:
    """A greeting with the matter behind it is the matter: "dạ em chào anh chị, em muốn báo chỗ đánh bạc"."""
    turn = context.turn
    rest = content(turn.text, own_number=False).text if turn.intent == "greet" and not turn.payload else ""
    if not rest or rest == turn.text.strip() or len(rest.split()) < FEWEST_OF_MATTER:
        return turn
    found = context.understand(rest)
    if found.intent in ("greet", "nlu_fallback") or found.confidence < SURE_OF_MATTER:
        return turn
    return replace(
        turn, intent=found.intent, confidence=found.confidence, categories=offered(context.session, found.categories),
        aspect=found.aspect, clauses=(), sentences=(), ranking=((found.intent, found.confidence),),
    )  # fmt: skip


FEWEST_OF_MATTER, SURE_OF_MATTER = 3, 0.5


def _do(context: Context, spoken: Said, state: State, choice: Choice) -> None:
    taken = list(choice.taken)
    joins = context.turn.intent in ("give_location", "give_photo")  # a pin or a picture is what was asked for
    if state.question in ("withdraw", "addition") and not joins and not any(one.by.endswith("?") for one in taken):
        mine.forget_question(context)
    if len(taken) == 1 and taken[0].takes == spoken.every and taken[0].act in ACTS:
        _act(context, taken[0])
        return
    parts.take(context, spoken, state, choice, _act)


def _act(context: Context, reading: Reading) -> None:
    context.reading = reading
    name = reading.act if reading.firm else str(reading.instead)
    if name in OF_REPORT:
        context.remember(focus="report")
    ACTS.get(name, talk.fallback)(context)


def _log(context: Context, spoken: Said, choice: Choice) -> None:
    """What was chosen and what was passed over; never the words."""
    context.why = {
        "route": context.turn.intent,
        "clauses": len(spoken.clauses),
        "taken": [_told(one) for one in choice.taken],
        "left": list(choice.left),
        "passed": [_told(one) for one in choice.passed],
    }
    log.info("chosen", event_id=context.turn.event_id, **context.why)


def _told(one: Reading) -> str:
    return f"{one.by}: {one.act} {one.sure:.2f} [{','.join(map(str, one.takes))}]"


def _detail(context: Context) -> None:
    """A bare address or number with no report open: a report without its subject yet."""
    if joining.joins_ticket(context):
        return
    if context.turn.place():
        report.start_at_place(context)
        return
    talk.fallback(context)
