"""What is decided about words before anything is stored or any model is asked (decision 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.gateway import guards
from feedback_store.guards import accuses_nobody, judge_danger
from feedback_store.guards.emergency import load_watch, say
from feedback_store.reading.languages import danger_in
from feedback_store.service.emergencies import EmergencyHit
from feedback_store.service.outbox import Button, Reply
from feedback_store.texts import render

Kind = Literal["emergency", "over", "shape", "denunciation"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A guard's hit: its name as intent, its fixed answer, and for an emergency what it was."""

    kind: Kind
    name: str
    reply: Reply
    emergency: EmergencyHit | None = None


def judge_words(text: str) -> Verdict | None:
    """Emergency first, then a denunciation. For captions, labels and typed text alike."""
    danger = judge_danger(text)
    if danger is not None and danger.what == "answer":
        return _emergency(danger.hit)
    return _foreign(text)


def likely_danger(text: str) -> Verdict | None:
    """The answer to words that the learned opinion alone takes for a danger, for when the engine cannot be heard."""
    danger = judge_danger(text)
    return _emergency(danger.hit) if danger is not None and danger.what == "likely" else None


def _emergency(danger: guards.EmergencyHit) -> Verdict:
    hit = EmergencyHit(danger.kind, tuple(danger.numbers), danger.self_harm)
    offer = () if danger.self_harm else (
        Button(render("gateway.emergency_report_button"), "/offer_danger_report"),
        Button(render("guards.button_over"), "/danger_over"),
    )
    return Verdict("emergency", "emergency", Reply(danger.text, offer), hit)


def asks_of_danger(text: str) -> Reply | None:
    """Where the guard is not sure: whether somebody is in danger, with the numbers; the message itself goes its way."""
    danger = judge_danger(text)
    if danger is None or danger.what != "ask":
        return None
    button = Button(render("guards.button_danger"), "/danger_now")
    return Reply(render("guards.ask_danger"), (button,))


def _foreign(text: str) -> Verdict | None:
    """A danger told in another language: the number in both."""
    kind = danger_in(text)
    if kind is None:
        return None
    numbers = load_watch().numbers[kind]
    words = f"{render('guards.foreign_emergency', number=numbers[0])}\n{say(kind, numbers)}"
    return Verdict("emergency", "emergency", Reply(words), EmergencyHit(kind, numbers))


def judge(text: str) -> Verdict | None:
    """The first guard that answers a typed message itself, or None: the engine's turn."""
    found = judge_words(text)
    if found is not None:
        return found
    shape = guards.check_shape(text)
    if shape is not None:
        return Verdict("shape", shape.name, Reply(shape.text))
    return None


def judge_denunciation(text: str) -> Verdict | None:
    """A denunciation is answered with the proper channel and the way back, and sealed."""
    hit = guards.find_denunciation(text)
    if hit is None or (hit.name == "unsure" and accuses_nobody(text)):
        return None  # "tố cáo cái gì?? t chỉ báo rác"
    buttons = [Button(render("guards.button_only_report"), "/denunciation_is_report", once=False)]
    if hit.name == "unsure":
        buttons.append(Button(render("guards.button_denounce"), "/denunciation", once=False))
        words = render("guards.denunciation_unsure")
    else:
        words = render("guards.denunciation", channel=render("guards.denunciation_channel"))
    return Verdict("denunciation", "denunciation", Reply(words, tuple(buttons)))
