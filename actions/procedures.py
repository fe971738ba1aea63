"""What is asked about procedures: found in the catalogue, answered in each aspect asked, judged by who asked."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from actions import asked, talk
from actions.asking import resume
from actions.turn import Button, Context, Turn, button, word
from feedback_store.procedures.answer import Answer, together
from feedback_store.procedures.search import Hit, features, words
from feedback_store.queries.procedures import Ambiguous, Found, find_procedure, procedure_answer
from feedback_store.reading.feelings import feeling_in
from feedback_store.service import verdicts
from feedback_store.texts import render
from vitext import clauses

MOST_TOLD = 5
"""So many procedures are remembered in the order in which they were first asked about."""
OFFERED = ("documents", "fee", "time", "place", "online")


def answer_key(context: Context, key: str) -> None:
    """A procedure that was asked about before, in the aspect that is asked now, else the last one."""
    aspect = context.told("aspect") or (context.turn.aspect if context.turn.intent == "ask_procedure" else None)
    answered = procedure_answer(context.session, key=key, aspect=str(aspect or context.memory.get("said") or "general"))
    if answered is None:
        _nothing_found(context)
    else:
        _say_procedure(context, answered)


def answer_procedure(context: Context) -> None:
    """Each procedure that is asked about, in each aspect asked, from the catalogue; a follow-up without a name is about
    the last procedure."""
    turn = context.turn
    if turn.payload or not turn.text:
        _answer_one(context, ())
        return
    groups = asked.asked(turn, lambda words: _surely(context, words), lambda words: context.understand(words).aspect)
    if len(groups) == 1:
        _answer_one(context, groups[0].aspects if len(groups[0].aspects) > 1 else ())
        return
    more = context.more
    for number, group in enumerate(groups):
        context.more = more or number + 1 < len(groups)
        aspects = group.aspects or (turn.aspect or "general",)
        answered = _answers(context, group.key, aspects) if group.key else None
        if answered is not None:
            _say_procedure(context, answered)
        else:
            context.turn = replace(turn, text=group.text, entities=_named_in(turn, group.text), clauses=())
            if group.unknown:
                _unknown(context, named=context.turn.entity("procedure") or group.text)
            else:
                _answer_one(context, group.aspects)
    context.turn, context.more = turn, more


def _named_in(turn: Turn, text: str) -> tuple[dict[str, Any], ...]:
    """The procedures that the engine saw named in a part of the message, at their places in that part."""
    begin = turn.text.find(text)
    return tuple(
        {**one, "start": one["start"] - begin, "end": one["end"] - begin}
        for one in turn.entities
        if one.get("entity") == "procedure" and begin <= one["start"] and one["end"] <= begin + len(text)
    )


def _surely(context: Context, words: str) -> str | None:
    found = find_procedure(context.session, words)
    if isinstance(found, Ambiguous):
        return asked.PERHAPS + found.choices[0].key
    return found.key if found is not None else None


def _answer_one(context: Context, aspects: Sequence[str]) -> None:
    turn = context.turn
    key, aspect = turn.value("procedure"), turn.value("aspect") or turn.aspect or "general"
    if key is None:
        if turn.payload or not turn.text:
            context.answer.say("ask_which_procedure")
            return
        found = _found(context, turn.entity("procedure"), turn.text)
        if found is None and feeling_in(turn.text) == "bereaved":
            found = _asked(context, word("papers_of_a_death"))
        if isinstance(found, Ambiguous):
            choices = [Button(hit.name[:60], _about(hit.key, aspect)) for hit in found.choices]
            context.remember(candidate=found.choices[0].key, aspect=str(aspect), pending="procedure")
            if len(choices) == 1:
                _talked_of(context, found.choices[0].key)  # "cái đầu tiên" may mean it
            context.answer.say(
                "which_procedure" if len(choices) > 1 else "is_it_procedure",
                buttons=[*choices, button("not_this", _about("none", aspect))],
                custom={"once": False},
                names=word("or").join(hit.name for hit in found.choices),
            )
            resume(context)
            return
        key = found.key if found else context.memory.get("candidate") or context.memory.get("procedure")
        if found is None and (key is None or turn.entity("procedure") is not None):
            _nothing_found(context)
            return
    answered = _answers(context, str(key), aspects or (str(aspect),))
    if answered is None:
        _nothing_found(context)
        return
    _say_procedure(context, answered)


def _found(context: Context, named: str | None, text: str) -> Found | Ambiguous | None:
    """By the name that the engine saw, or by all the words, whichever means one procedure surely."""
    found = [find_procedure(context.session, words) for words in (named, text) if words]
    sure = next((one for one in found if isinstance(one, Found)), None)
    if sure is None and any(found):  # "chú hỏi cái hộ chiếu: làm ở đâu, mấy ngày có …"
        told = (find_procedure(context.session, text[start:end]) for start, end in clauses(text))
        sure = next((one for one in told if isinstance(one, Found)), None)
    return sure or next((one for one in found if one is not None), None)


def _answers(context: Context, key: str, aspects: Sequence[str]) -> Answer | None:
    """The answers to all aspects as one, under one source."""
    found = [procedure_answer(context.session, key=key, aspect=one) for one in aspects]
    return together([one for one in found if one is not None]) if all(found) and found else None


def _asked(context: Context, name: str) -> Ambiguous | None:
    """A procedure that is likely meant and was not named: it is asked, not answered."""
    found = find_procedure(context.session, name)
    if found is None or isinstance(found, Ambiguous):
        return found
    return Ambiguous((Hit(found.key, found.name, 0.0),))


def _talked_of(context: Context, key: str) -> None:
    named = [key, *(one for one in context.memory.get("procedures") or () if one != key)]
    told = list(context.memory.get("told") or ())
    context.remember(procedures=named[:3], told=[*told, *([] if key in told else [key])][-MOST_TOLD:])


def _say_procedure(context: Context, answered: Answer) -> None:
    _talked_of(context, answered.key)
    context.remember(procedure=answered.key, candidate=None, aspect=None, focus="procedure", said=answered.aspect)
    others = [a for a in OFFERED if a not in answered.aspects]
    context.answer.say(
        "procedure_answer",
        answer=answered.text,
        custom={"once": False, "link": answered.link},
        buttons=[
            *(Button(render(f"procedures.aspect_{a}"), _about(answered.key, a)) for a in others),
            button("useful", _verdict(answered.key, answered.aspect, "useful")),
            button("wrong", _verdict(answered.key, answered.aspect, "wrong")),
        ],
    )
    resume(context)


def candidate_answered(context: Context) -> None:
    """A typed yes or no to "Có phải anh/chị hỏi thủ tục này không?"."""
    memory = context.memory
    context.remember(pending=None)
    key = memory.get("candidate")
    if context.turn.intent == "affirm" and key is not None:
        aspect = str(memory.get("aspect") or "general")
        answered = procedure_answer(context.session, key=str(key), aspect=aspect)
        if answered is not None:
            _say_procedure(context, answered)
            return
    context.remember(candidate=None, aspect=None)
    _nothing_found(context)


_OF_PROCEDURES = re.compile(
    r"\b(?:thu tuc|ho so|giay|don|mau|to khai|dang ky|dang ki|cap|xin|lam (?:giay|the|so|ho|bang|can)|doi|sang ten"
    r"|chung thuc|cong chung|khai|nop|tro cap|bao hiem|so do|so hong|bang|the|phep|visa|ho chieu|can cuoc|cccd|thue"
    r"|phi|le phi|tach|gop|che do|huong)\b"
)


def _nothing_found(context: Context) -> None:
    context.remember(candidate=None)
    if context.turn.entity("procedure") is None and not features(words(context.turn.text)):
        context.answer.say("ask_which_procedure")  # "có mất phí gì không", of nothing that was talked of
        resume(context)
        return
    if context.turn.entity("procedure") is None and not _OF_PROCEDURES.search(context.turn.folded):
        talk.fallback(context)  # a question, but of no procedure
        return
    _unknown(context)


def _unknown(context: Context, *, named: str | None = None) -> None:
    """A procedure that the catalogue lacks; ``named``: one of several in the message."""
    _keep_verdict(context, None, None, "nothing_found")
    buttons = [button("person", "/human_agent")]
    if named is None:
        context.answer.say("procedure_unknown", buttons=buttons)
    else:
        context.answer.say("procedure_unknown_of", buttons=buttons, name=named)
    resume(context)


def judge_answer(context: Context) -> None:
    """ "Hữu ích / Chưa đúng" under an answer."""
    turn = context.turn
    verdict: verdicts.Verdict = "useful" if turn.value("verdict") == "useful" else "wrong"
    aspect = turn.value("aspect")
    _keep_verdict(context, str(turn.value("procedure")), aspect, verdict)
    name = "answer_useful" if verdict == "useful" else "answer_wrong"
    context.answer.say(name, buttons=None if verdict == "useful" else [button("person", "/human_agent")])
    resume(context)


def _keep_verdict(context: Context, key: str | None, aspect: str | None, verdict: verdicts.Verdict) -> None:
    turn = context.turn
    verdicts.keep(
        context.session, verdict=verdict, procedure_key=key, aspect=aspect, question=turn.text,
        event_id=turn.event_id, now=turn.now,
    )  # fmt: skip


def _about(key: str, aspect: str) -> str:
    return "/ask_procedure" + json.dumps({"procedure": key, "aspect": aspect})


def _verdict(key: str, aspect: str, verdict: str) -> str:
    return "/judge_answer" + json.dumps({"procedure": key, "aspect": aspect, "verdict": verdict})
