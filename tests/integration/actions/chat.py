"""A citizen's chat without the engine: what it would have understood is given, the action and the database are real."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from actions.converse import take
from actions.turn import Surroundings, Turn
from feedback_store.service import intake
from feedback_store.service.intake import NewEvent
from feedback_store.tables import Draft, Ticket
from tests.integration.tickets.conftest import Desk, at

WORDS = yaml.safe_load((Path(__file__).resolve().parents[3] / "domain.yml").read_text(encoding="utf-8"))["responses"]
STORY = "rác chất đống trước cổng trường ba ngày chưa ai dọn"


@dataclass
class Chat:
    desk: Desk
    channel: str = "web"
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    now: dt.datetime = field(default_factory=lambda: at("2026-03-02 09:15"))
    buttons: dict[str, str] = field(default_factory=dict)

    def _turn(
        self, text: str, intent: str, payload: bool, values: dict[str, Any], media: tuple[str, ...], sure: float = 0.99
    ) -> str:
        session = self.desk.session
        event = NewEvent(self.channel, "", str(self.id), self.id, f"{self.id}:{uuid.uuid4()}", "text", {"text": text})
        stored = intake.store_inbound(session.connection(), event, now=self.now)
        entities = tuple({"entity": name, "value": value} for name, value in values.items())
        turn = Turn(
            event_id=stored.event_id, conversation_id=self.id, channel=self.channel, now=self.now,
            received_at=self.now, text=text, intent=intent, confidence=sure, payload=payload, entities=entities,
            aspect=None, categories=(("moi-truong.rac", 0.95),) if intent == "submit_feedback" else (), media=media,
        )  # fmt: skip
        session.info.clear()  # what a transaction remembers; here all turns are in one
        result = take(session, turn, Surroundings({"privacy": "p", "lookup": "l"}))
        session.flush()
        for reply in result["replies"]:
            self.buttons |= {one["title"]: one["payload"] for one in reply["buttons"]}
        return "\n".join(WORDS[one["response"]][0]["text"].format(**one["params"]) for one in result["replies"])

    def says(self, text: str, intent: str = "inform", media: tuple[str, ...] = (), sure: float = 0.99) -> str:
        return self._turn(text, intent, False, {}, media, sure)

    def sends(self, payload: str) -> str:
        """A pressed button: ``/intent{json}``."""
        name, brace, values = payload.removeprefix("/").partition("{")
        return self._turn("", name, True, json.loads(brace + values) if brace else {}, ())

    def presses(self, label: str) -> str:
        return self.sends(self.buttons[label])

    def pins(self, lat: float = 20.85, lon: float = 106.68) -> str:
        return self.sends(f'/give_location{{"lat": {lat}, "lon": {lon}}}')

    def writes(self, story: str = STORY) -> str:
        """A report up to its summary."""
        self.says(story, "submit_feedback")
        self.says("không rõ", "skip")
        for _ in range(3):
            if "Đúng thì anh/chị chọn" in (said := self.says("bỏ qua", "skip")):
                return said
        raise AssertionError(said)

    def files(self, story: str = STORY) -> Ticket:
        self.writes(story)
        assert "đã được gửi" in self.presses("Gửi")
        return self.tickets[-1]

    @property
    def tickets(self) -> list[Ticket]:
        query = self.desk.session.query(Ticket).where(Ticket.conversation_id == self.id).order_by(Ticket.id)
        return list(query)

    @property
    def drafts(self) -> list[Draft]:
        return list(self.desk.session.query(Draft).where(Draft.conversation_id == self.id).order_by(Draft.id))
