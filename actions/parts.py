"""A message of several parts: each is answered from its own words, questions before reports, one asked at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from actions import asking, gather, remarks, report
from actions.choice.matters import ASKS, CLEAR, REPORT
from actions.choice.reading import Choice, Heard, Reading
from actions.choice.said import Said
from actions.choice.state import State
from actions.turn import Context, Turn, with_numbers
from feedback_store.places.reading import OF_A_PLACE, read_place
from feedback_store.queries.lookups import category_name, gazetteer, offered
from feedback_store.reading.assent import says_wait
from feedback_store.service import drafts
from feedback_store.service.drafts import Issue

Act = Callable[[Context, Reading], None]
REPORTS = frozenset({REPORT, "keep_for_later", "continue_report"})
DANGEROUS = frozenset({
    "thoat-nuoc.nap-cong", "dien-chieu-sang.day-ho", "cay-xanh.nga-do", "duong-bo.den-tin-hieu", "xa-hoi.tre-em",
    "thoat-nuoc.trieu-cuong", "cap-nuoc.vo-ong", "duong-bo.cau-lan-can", "y-te-attp.thuc-pham",
})  # fmt: skip
KNOWN = 0.5
"""So sure of the category of one matter of several that it is not asked again."""
SERIOUS = ("emergency", "denunciation")
SURE_ASKED = 0.8


def take(context: Context, spoken: Said, state: State, choice: Choice, act: Act) -> None:
    """Act upon what was chosen, each with its own words; what nobody claimed joins the report or is asked about."""
    whole = context.turn
    taken = list(choice.taken)
    if choice.left:
        rest = [number for number in choice.left if not _says_nothing(spoken, number, state)]
        asked = _asked_beside(spoken, rest) if state.writing else None
        if asked is not None:
            taken.append(Reading("rest", asked, tuple(rest), Heard.REST))
        elif rest and state.writing:
            taken.append(Reading("rest", "continue_report", tuple(rest), Heard.REST))
        elif rest and not any(one.act == REPORT for one in taken):
            taken.append(Reading("rest", _route(spoken, rest), tuple(rest), Heard.REST))
        elif not rest and all(one.act == "yes_and" for one in taken):
            report.agreed(context)  # a yes with nothing but thanks beside
            return
    serious = next((one for one in taken if one.act in SERIOUS), None)
    if serious is not None:
        act(context, serious)  # with all its words: an alarm, or a seal, holds for the whole message
        return
    context.whole = whole.text
    questions = [one for one in taken if one.act not in (*REPORTS, "yes_and")]
    reports = [one for one in taken if one.act in REPORTS]
    context.more = bool(reports)
    for number, reading in enumerate(questions):
        context.more = bool(reports) or number + 1 < len(questions)
        context.turn = part(context, whole, spoken, reading.takes, reading.act)
        act(context, reading)
    context.more = False
    if reports:
        _report(context, whole, spoken, reports, len(questions))
    elif any(one.act == "yes_and" for one in taken):  # a yes and a question: answered, and the summary stands again
        asking.resume(context)
    context.turn = whole


def _says_nothing(spoken: Said, number: int, state: State) -> bool:
    """Whether a clause that nobody claimed is courtesy or waiting; beside a question of a report, temper, too."""
    text = spoken.clauses[number].text
    if gather.only_courtesy(text) or says_wait(text):
        return True
    if not state.writing or number >= len(spoken.turn.clauses) or any(char.isdigit() for char in text):
        return False
    clause = spoken.clauses[number]
    return clause.route not in ASKS and remarks.idle(spoken.turn.clauses[number])


def _asked_beside(spoken: Said, rest: Sequence[int]) -> str | None:
    """The question that the clauses nobody claimed ask, with the story before it; None where they report something."""
    told = [spoken.clauses[number] for number in rest]
    if any(one.route == REPORT and one.category_sure >= CLEAR for one in told):
        return None
    asked = [one.route for one in told if one.route in ASKS and one.sure >= SURE_ASKED
             and (one.route != "ask_procedure" or one.procedure or spoken.asks)]  # fmt: skip
    return asked[0] if asked else None


def _report(context: Context, whole: Turn, spoken: Said, reports: Sequence[Reading], beside: int) -> None:
    """The first becomes the open report, or goes on with it; the others are kept for afterwards, each named back.

    ``beside``: questions of the same message were answered before.
    """
    goes_on = sorted(number for one in reports if one.act == "continue_report" for number in one.takes)
    others = [one for one in reports if one.act in (REPORT, "keep_for_later")]
    words = _told_once(context, whole, spoken, [one.takes for one in others])
    if len(words) == 1 and len(others) > 1 and not goes_on and not beside:
        words = [replace(whole, intent=REPORT)]  # one matter, told twice in a story
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    if draft is None and not words:
        return  # it was given up in another clause of the same message
    if draft is None:
        first, *words = _worst_first(words)
        if words or beside:
            names = "; ".join(_name(context, one) for one in (first, *words))
            name = "several_heard" if words else "report_beside"
            context.answer.say(name, count=str(len(words) + 1), names=names)
        context.turn = first
        told = [one.where for one in words if one.where is not None and placed(one)]
        report.start(context, more=[_issue(one) for one in words], named=bool(words or beside), others=told)
        return
    context.more = True
    if goes_on:
        context.turn = part(context, whole, spoken, goes_on, REPORT)
        report.go_on(context)
    if words:
        report.keep_for_later(context, [_issue(one) for one in words])
        context.answer.say("kept_for_later", names="; ".join(_name(context, one) for one in words))
    context.more = False
    asking.ask(context, draft, drafts.data_of(draft))


def _told_once(context: Context, whole: Turn, spoken: Said, takes: Sequence[tuple[int, ...]]) -> list[Turn]:
    """The reports of these clauses, each read anew from its own words; what turns out to be of one category is one
    report, unless each tells a place of its own."""
    words = [part(context, whole, spoken, one, REPORT) for one in takes]
    groups = same_matter([(one.categories[0][0] if one.categories else None, placed(one)) for one in words])
    return [
        words[group[0]] if len(group) == 1
        else part(context, whole, spoken, sorted(number for at in group for number in takes[at]), REPORT)
        for group in groups
    ]  # fmt: skip


def same_matter(told: Sequence[tuple[str | None, bool]]) -> list[list[int]]:
    """Which reports of a message are one, as numbers in their order. Of each: its category, and whether it tells a
    place."""
    groups: list[list[int]] = []
    for number, (category, has_place) in enumerate(told):
        for group in groups:
            elsewhere = has_place and any(told[at][1] for at in group)
            if category is not None and told[group[0]][0] == category and not elsewhere:
                group.append(number)
                break
        else:
            groups.append([number])
    return groups


def placed(turn: Turn) -> bool:
    """Whether it tells a place."""
    return turn.where is not None and turn.where.weight >= OF_A_PLACE


def _worst_first(turns: list[Turn]) -> list[Turn]:
    """The order of the message, but what may hurt somebody first."""
    return sorted(turns, key=lambda one: not (one.categories and one.categories[0][0] in DANGEROUS))


def _issue(turn: Turn) -> Issue:
    best = turn.categories[0] if turn.categories else None
    return {"text": turn.text, "category": best[0] if best and best[1] >= KNOWN else None}


def _name(context: Context, turn: Turn) -> str:
    best = turn.categories[0][0] if turn.categories else None
    return category_name(context.session, best) if best and best != gather.OTHER else turn.text[:60]


def _route(spoken: Said, rest: Sequence[int]) -> str:
    best = max((spoken.clauses[number] for number in rest), key=lambda one: one.sure)
    return best.route


def part(context: Context, whole: Turn, spoken: Said, takes: Sequence[int], act: str) -> Turn:
    """The turn as if these clauses alone had been written, read anew."""
    text = cut(whole.text, [(spoken.clauses[n].start, spoken.clauses[n].end) for n in takes])
    understood = context.understand(text)
    return replace(
        whole,
        text=text,
        intent=act if act != "keep_for_later" else REPORT,
        entities=tuple(with_numbers(text, understood.entities)),
        categories=offered(context.session, understood.categories),
        aspect=understood.aspect,
        where=read_place(text, gazetteer(context.session)),
        media=whole.media,
        clauses=_moved(whole, spoken, takes, text),
    )


def _moved(whole: Turn, spoken: Said, takes: Sequence[int], text: str) -> tuple[dict[str, Any], ...]:
    """What the engine said of these clauses, at their places in the text that is made of them."""
    moved, at = [], 0
    for number in takes if len(whole.clauses) > 1 else ():
        words = spoken.clauses[number].text
        start = text.find(words, at)
        if start < 0:
            return ()
        at = start + len(words)
        moved.append({**whole.clauses[number], "start": start, "end": at})
    return tuple(moved) if len(moved) > 1 else ()


def cut(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The pieces of a text, with what stands between neighbours as it was typed."""
    pieces: list[str] = []
    last: int | None = None
    for start, end in spans:
        between = text[last:start] if last is not None else ""
        near = last is not None and not any(char.isalnum() for char in between)
        pieces.append((between if near else ", " if last is not None else "") + text[start:end])
        last = end
    return "".join(pieces).strip()
