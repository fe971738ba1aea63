"""A report being written: one open draft per conversation, the truth behind the bot's slots (decision 13).

``ReportData`` is what was gathered so far, ``next_step`` what to ask for. Pure but for the row functions
at the end.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
import uuid
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.queries.lookups import gazetteer
from feedback_store.service import tickets
from feedback_store.service.actor import CITIZEN, Refused
from feedback_store.service.tickets import Filed, NewReport
from feedback_store.tables import Conversation, Draft
from feedback_store.texts import render

Step = Literal["text", "category", "place", "commune", "photo", "phone", "summary"]
HIDDEN = "[số điện thoại đã giấu]"
Issue = dict[str, str | None]
"""Another matter: ``{"text": …, "category": code or None}``; with ``kept`` a report that was begun and set aside, as
JSON (`set_aside`)."""
OPTIONAL: frozenset[str] = frozenset({"photo", "phone"})


@dataclass(slots=True)
class ReportData:
    """Gathered so far. ``issues``: further issues of the same message, each to become its own report."""

    text: list[str] = field(default_factory=list)
    category: str | None = None
    category_choices: list[str] = field(default_factory=list)
    place_text: str | None = None
    commune: str | None = None
    commune_choices: list[str] = field(default_factory=list)
    old_ward: str | None = None
    lat: float | None = None
    lon: float | None = None
    media: list[str] = field(default_factory=list)
    phone: str | None = None
    name: str | None = None
    anonymous: bool = False
    danger: bool = False
    skipped: list[str] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    editing: str | None = None
    own_numbers: list[str] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    """A commune of another province and the codes of its province; "told" after that was said."""
    unknown_commune: str | None = None
    """A commune that no list has, as it was typed: the operator finds it."""
    taken_up: bool = False
    """Begun by the hotline with another matter of an earlier message."""
    pin_doubted: list[float] = field(default_factory=list)
    """A pin abroad or in another province, which was asked about."""

    @property
    def has_place(self) -> bool:
        return bool(self.place_text) or self.lat is not None

    def skip(self, step: str) -> None:
        if step not in self.skipped:
            self.skipped.append(step)

    def clear(self, part: str) -> None:
        """Forget one part so that it is asked again ("Sửa")."""
        if part == "text":
            self.text = []
        elif part == "category":
            self.category, self.category_choices = None, []
        elif part == "place":
            self.place_text = self.commune = self.old_ward = self.lat = self.lon = None
            self.commune_choices = []
        elif part == "photo":
            self.media = []
        elif part == "phone":
            self.phone, self.anonymous = None, False
        again = ("place", "commune") if part == "place" else (part,)
        self.skipped = [s for s in self.skipped if s not in again]
        self.editing = part

    def words(self) -> str:
        """The report's text as it is filed; of an anonymous one without the writer's own numbers."""
        text = "\n".join(self.text)
        for number in self.own_numbers if self.anonymous else ():
            text = re.sub(r"(?<!\d)(?:\+?84|0)" + r"[ .\-]?".join(("", *number[1:])) + r"(?!\d)", HIDDEN, text)
        return text


def next_step(data: ReportData) -> Step:
    """The one thing to ask for now; "summary" when nothing is missing."""
    if not data.text:
        return "text"
    if data.category is None:
        return "category"
    if not data.has_place and "place" not in data.skipped:
        return "place"
    if data.commune is None and "commune" not in data.skipped and (data.commune_choices or data.place_text):
        return "commune"
    if not data.media and "photo" not in data.skipped:
        return "photo"
    if data.phone is None and not data.anonymous and "phone" not in data.skipped:
        return "phone"
    return "summary"


def pin_name(session: Session, data: ReportData) -> str | None:
    """What a pin without an address is called: "vị trí ghim, gần Phường …"; None without a pin."""
    if data.lat is None or data.lon is None:
        return None
    near = gazetteer(session).nearest(data.lat, data.lon, 1)
    return render("dialogue.pin_near", commune=near[0][0].name) if near else None


def data_of(draft: Draft) -> ReportData:
    return ReportData(**copy.deepcopy(draft.data or {}))  # the row must not see what is changed before save()


def set_aside(data: ReportData) -> Issue:
    """A report that waits for another, with all that was gathered of it."""
    kept = asdict(replace(data, issues=[], asked={}, editing=None))
    return {"text": "\n".join(data.text), "category": data.category, "kept": json.dumps(kept, ensure_ascii=False)}


def taken_up(issue: Issue) -> ReportData | None:
    """The report that was set aside; None: the issue was only told."""
    kept = issue.get("kept")
    return ReportData(**json.loads(kept)) if kept else None


def get_open(session: Session, conversation_id: uuid.UUID, *, lock: bool = False) -> Draft | None:
    """The draft being written. Within a transaction it is read and locked once."""
    key = ("open draft", conversation_id)
    if key in session.info:
        draft: Draft | None = session.info[key]
        return draft if draft is not None and draft.state == "open" else None
    query = select(Draft).where(Draft.conversation_id == conversation_id, Draft.state == "open")
    found = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if lock:
        session.info[key] = found
    return found


def open_draft(session: Session, *, conversation_id: uuid.UUID, data: ReportData, now: dt.datetime) -> Draft:
    draft = Draft(conversation_id=conversation_id, state="open", data=asdict(data), created_at=now, updated_at=now)
    session.add(draft)
    session.flush()
    session.info["open draft", conversation_id] = draft
    return draft


def save(draft: Draft, data: ReportData, *, now: dt.datetime, summary_event_id: int | None = None) -> None:
    """Keep what was gathered. ``summary_event_id``: the turn whose reply shows the summary."""
    draft.data = asdict(data)
    draft.summary_event_id = summary_event_id
    draft.updated_at = now


def cancel(draft: Draft, *, now: dt.datetime) -> None:
    draft.state, draft.updated_at = "cancelled", now


def of_chat(session: Session, conversation_id: uuid.UUID, draft_id: int) -> Draft | None:
    """A draft of this very chat in whatever state."""
    query = select(Draft).where(Draft.id == draft_id, Draft.conversation_id == conversation_id)
    return session.scalars(query).one_or_none()


def last_cancelled(session: Session, conversation_id: uuid.UUID, *, since: dt.datetime) -> Draft | None:
    """The draft that was given up last, for who changes their mind."""
    query = select(Draft).where(
        Draft.conversation_id == conversation_id, Draft.state == "cancelled", Draft.updated_at >= since
    )
    return session.scalars(query.order_by(Draft.updated_at.desc()).limit(1)).one_or_none()


def revive(session: Session, draft: Draft, *, now: dt.datetime) -> None:
    """A draft that was given up is written on, as it was."""
    draft.state, draft.updated_at, draft.summary_event_id = "open", now, None
    session.info.pop(("open draft", draft.conversation_id), None)


def last_filed(session: Session, conversation_id: uuid.UUID) -> Draft | None:
    """The draft that was filed last, for a second press of "Gửi"."""
    query = select(Draft).where(Draft.conversation_id == conversation_id, Draft.state == "filed")
    return session.scalars(query.order_by(Draft.updated_at.desc()).limit(1)).one_or_none()


def file(session: Session, *, draft: Draft, event_id: int, received_at: dt.datetime, now: dt.datetime) -> Filed:
    """File the draft as a ticket, once; receipt is the event that confirmed it (sla.md)."""
    data = data_of(draft)
    if next_step(data) in ("text", "category"):
        raise Refused("dialogue.draft_incomplete")
    conversation = session.get_one(Conversation, draft.conversation_id)
    values: dict[str, Any] = asdict(data)
    filed = tickets.file_report(
        session,
        report=NewReport(
            text=data.words(),
            category_code=str(data.category),
            channel=conversation.channel,
            receipt_at=received_at,
            conversation_id=conversation.id,
            contact_id=conversation.contact_id,
            filing_event_id=event_id,
            media_ids=tuple(uuid.UUID(one) for one in data.media),
            reporter_phone=None if data.anonymous else data.phone,
            reporter_name=None if data.anonymous else data.name,
            place_text=data.place_text or pin_name(session, data),
            **{name: values[name] for name in ("lat", "lon", "anonymous", "danger")},
            commune_code=data.commune,
        ),
        actor=CITIZEN,
        now=now,
    )
    draft.state, draft.ticket_id, draft.updated_at, draft.summary_event_id = "filed", filed.ticket_id, now, None
    conversation.last_ticket_id = filed.ticket_id
    session.flush()
    return filed
