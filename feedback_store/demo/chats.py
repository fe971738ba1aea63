"""The chats of the sample data: around each ticket, and small ones about procedures, calls, emergencies."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from feedback_store.crypto import blind_index
from feedback_store.demo.photos import Photos
from feedback_store.demo.rows import Rows
from feedback_store.demo.story import Said, Story
from feedback_store.demo.world import World
from feedback_store.domain.due import due
from feedback_store.procedures.answer import answer
from feedback_store.service.callbacks import CALL_WITHIN
from feedback_store.service.clocks import HOTLINE_CALENDAR
from feedback_store.service.emergencies import source_of
from feedback_store.tables import (
    CallbackTask,
    Contact,
    Conversation,
    EmergencyCall,
    InboundEvent,
    Media,
    OutboundMessage,
    Procedure,
)
from feedback_store.texts import render
from vitext import fold

MARK = "mau"
"""Account and prefix of the peers of sample chats: no channel has such an address, so none can be reached."""


class Chats:
    """Writes conversations and their messages."""

    def __init__(self, world: World, rows: Rows, photos: Photos) -> None:
        self.world, self.rows, self.photos = world, rows, photos
        self._rng = world.rng

    def open(self, channel: str, at: dt.datetime, *, name: str | None = None,
             phone: str | None = None) -> Conversation:
        """A conversation with its contact; nobody can continue it, its peer is a random word."""
        peer = f"{MARK}-{uuid.UUID(int=self._rng.getrandbits(128), version=4)}"
        contact = self.rows.add(Contact(
            id=self.rows.key(Contact), channel=channel, external_bidx=blind_index(peer), name=name, phone=phone,
            phone_bidx=blind_index(phone) if phone else None, consent_at=at if phone else None, created_at=at,
        ))
        return self.rows.add(Conversation(
            id=uuid.UUID(int=self._rng.getrandbits(128), version=4), channel=channel,
            account="" if channel == "web" else MARK, peer_bidx=blind_index(peer), peer=peer, contact_id=contact.id,
            in_count=0, last_out_seq=0, last_in_at=at, is_sample=True, created_at=at,
        ))

    def before_filing(self, story: Story) -> list[Said]:
        """What was said up to the pressed "Gửi"; ends at the ticket's receipt."""
        ticket, words, rng = story.ticket, self.world.words, self._rng
        at = ticket.receipt_at - dt.timedelta(seconds=rng.randint(70, 240))
        lines: list[Said] = []

        def hear(text: str, kind: str = "text", media: Sequence[Media] = ()) -> None:
            lines.append(Said(at, True, text, kind, media=tuple(media)))

        def say(key: str, *buttons: str, **params: object) -> None:
            lines.append(Said(at + dt.timedelta(milliseconds=60), False, render(key, **params), buttons=buttons))

        def wait() -> None:
            nonlocal at
            at += dt.timedelta(seconds=rng.randint(4, 14))

        hear(ticket.text)
        say("demo.ask_place", category=story.subject.name)
        wait()
        hear(str(ticket.place_text))
        say("demo.ask_photo", render("demo.skip"))
        wait()
        photo = self.photos.take(story.subject.code, solved=False, at=ticket.receipt_at)
        if photo is not None:
            self.rows.add(photo)
            photo.ticket_id, photo.conversation_id = ticket.id, ticket.conversation_id
            hear("", "photo", [photo])
        else:
            hear(rng.choice(words["skip"]))
        say("demo.ask_phone", render("demo.skip"))
        wait()
        hear(ticket.reporter_phone or str(rng.choice(words["skip"])))
        say("demo.summary", render("demo.send"), text=ticket.text, category=story.subject.name,
            place=ticket.place_text)
        at = ticket.receipt_at
        hear(render("demo.send"), "button")
        return lines

    def write(self, conversation: Conversation, lines: Sequence[Said], *, story: Story | None = None,
              files: dict[int, list[uuid.UUID]] | None = None) -> list[InboundEvent]:
        """Store the lines in order of time; gives the citizen's events."""
        events: list[InboundEvent] = []
        last: InboundEvent | None = None
        for line in sorted(lines, key=lambda one: (one.at, not one.mine)):
            if line.at > self.world.now:
                break
            if line.mine:
                last = self._hear(conversation, line)
                events.append(last)
                if story is not None and line.kind == "button" and story.ticket.filing_event_id is None:
                    story.ticket.filing_event_id, last.ticket_code = last.id, story.ticket.code
            else:
                media = (files or {}).get(line.leg_id or 0, []) if line.files else []
                self._say(conversation, line, last, story, media)
        conversation.last_ticket_id = story.ticket.id if story else None
        return events

    def _hear(self, conversation: Conversation, line: Said) -> InboundEvent:
        key = self.rows.key(InboundEvent)
        body: dict[str, Any] = {"text": line.text}
        if line.kind == "button":
            body = {"button": "", "label": line.text}
        elif line.kind == "photo":
            body = {"caption": None, "media": [str(media.id) for media in line.media]}
        for media in line.media:
            media.event_id = key
        conversation.in_count += 1
        conversation.last_in_at = line.at
        return self.rows.add(InboundEvent(
            id=key, conversation_id=conversation.id, channel=conversation.channel, account=conversation.account,
            event_key=f"{MARK}-{key}", kind=line.kind, body=body, received_at=line.at,
            handled_at=line.at + dt.timedelta(milliseconds=45), late=False, sealed=False, attempts=1,
        ))

    def _say(self, conversation: Conversation, line: Said, last: InboundEvent | None, story: Story | None,
             media: Sequence[uuid.UUID]) -> None:
        key = self.rows.key(OutboundMessage)
        conversation.last_out_seq += 1
        proof = line.delivered_at or line.at + dt.timedelta(seconds=1)
        proven = proof <= self.world.now
        body: dict[str, Any] = {
            "text": line.text, "buttons": [{"token": "", "label": label} for label in line.buttons]}
        if media:
            body["media"] = [str(one) for one in media]
        if line.leg_id is not None:
            body["leg_id"] = line.leg_id
        self.rows.add(OutboundMessage(
            id=key, conversation_id=conversation.id, seq=conversation.last_out_seq,
            event_id=last.id if last and not line.notice else None,
            ticket_id=story.ticket.id if story and line.notice else None,
            kind="notice" if line.notice else "reply", notice=line.notice, dedupe_key=line.dedupe or f"{MARK}:{key}",
            body=body, sealed=False, status="delivered" if proven else "pending", attempts=1, created_at=line.at,
            sent_at=line.at if proven else None, delivered_at=proof if proven else None,
        ))

    # ---- chats without a ticket --------------------------------------------------------------

    def about_procedure(self, record: Procedure, at: dt.datetime) -> None:
        """A question about one aspect of a procedure, answered from the catalogue."""
        aspect = self._rng.choice(list(self.world.words["questions"]))
        named = self._rng.choice([record.name.lower(), *record.aliases])
        question = self._rng.choice(self.world.words["questions"][aspect]).format(name=named)
        if question == fold(question).replace(fold(named), named):  # asked without marks
            question = fold(question)
        reply = answer(record.record, aspect, verified=record.verified_at is not None).text
        chat = self.open(self._rng.choice(("web", "web", "telegram")), at)
        lines = [Said(at, True, question), Said(at + dt.timedelta(milliseconds=60), False, reply)]
        if self._rng.random() < 0.4:
            lines.append(Said(at + dt.timedelta(seconds=40), True, self.world.pick("thanks")))
        self.write(chat, lines)

    def call_back(self, at: dt.datetime, phone: str, *, done: bool) -> None:
        """A person who wanted to be called, with the call's outcome where it was made."""
        asked = self._rng.choice(self.world.words["callbacks"])
        chat = self.open("web", at, phone=phone)
        lines = [
            Said(at, True, asked["ask"]),
            Said(at + dt.timedelta(seconds=20), True, phone),
            Said(at + dt.timedelta(seconds=20, milliseconds=60), False, render("demo.callback")),
        ]
        events = self.write(chat, lines)
        called = at + dt.timedelta(minutes=self._rng.randint(10, 140))
        calendar = self.world.calendars[HOTLINE_CALENDAR][1]
        self.rows.add(CallbackTask(
            id=self.rows.key(CallbackTask), conversation_id=chat.id, event_id=events[-1].id, phone=phone,
            good_time=asked["time"], topic=asked["topic"], due_at=due(calendar, CALL_WITHIN, at), created_at=at,
            is_sample=True, **self._outcome(called, done, outcome="reached"),
        ))

    def emergency(self, at: dt.datetime, *, done: bool) -> None:
        """An emergency that was answered with its number."""
        what = self._rng.choice(self.world.words["emergencies"])
        chat = self.open("web", at)
        reply = render("demo.emergency", number=what["numbers"][0])
        [event] = self.write(chat, [Said(at, True, what["text"]), Said(at, False, reply)])
        event.guard = "emergency"
        taken = self._outcome(at + dt.timedelta(minutes=self._rng.randint(1, 9)), done)
        taken["outcome"] = taken.pop("outcome_note")
        self.rows.add(EmergencyCall(
            id=self.rows.key(EmergencyCall), conversation_id=chat.id, event_id=event.id, kind=what["kind"],
            numbers=what["numbers"], self_harm=False, answered_at=at, is_sample=True,
            source=source_of(chat.id, None), seen_at=taken.get("taken_at"), seen_by=taken.get("taken_by"), **taken,
        ))

    def _outcome(self, at: dt.datetime, done: bool, **more: Any) -> dict[str, Any]:
        if not done:
            return {"outcome_note": None}
        return {"taken_by": self._rng.choice(self.world.operators), "taken_at": at, "closed_at": at,
                "outcome_note": self.world.words["outcome_note"], **more}
