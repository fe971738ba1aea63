"""Emergencies that were answered: the operators' banner and queue, self-harm first."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_store.service.actor import Actor, Refused
from feedback_store.tables import Conversation, EmergencyCall, UserNotice
from feedback_store.texts import has, render


@dataclass(frozen=True, slots=True)
class EmergencyHit:
    """What was recognised: kind (fire, medical, crime, child, flood, self_harm …) and the numbers told."""

    kind: str
    numbers: Sequence[str]
    self_harm: bool = False


UNSPECIFIED = EmergencyHit("unspecified", ("112", "113", "114", "115"))


def record(
    session: Session,
    *,
    conversation_id: uuid.UUID,
    event_id: int,
    hit: EmergencyHit | None,
    now: dt.datetime,
) -> int | None:
    """Queue an answered emergency for the operators; the same event again has no effect (None).

    ``hit`` None: the engine, not the guard, recognised it.
    """
    found = hit or UNSPECIFIED
    sample = select(Conversation.is_sample).where(Conversation.id == conversation_id).scalar_subquery()
    call_id: int | None = session.scalar(
        insert(EmergencyCall)
        .values(
            conversation_id=conversation_id,
            event_id=event_id,
            kind=found.kind[:64],
            numbers=list(found.numbers),
            self_harm=found.self_harm,
            answered_at=now,
            is_sample=sample,
        )
        .on_conflict_do_nothing(index_elements=["event_id"])
        .returning(EmergencyCall.id)
    )
    if call_id is not None:
        _tell_operators(session, call_id, found.kind, now)
    return call_id


def _tell_operators(session: Session, call_id: int, kind: str, now: dt.datetime) -> None:
    key = f"console.emergency_{kind}"
    what = render(key if has(key) else "console.emergency_unspecified")
    text = render("staff.head_emergency", what=what)
    values = {"kind": "emergency", "text": text, "occasion": f"emergency:{call_id}", "created_at": now}
    rows = [
        {"role": role, "dedupe_key": f"emergency:{call_id}:{role}"} | values for role in ("operator", "supervisor")
    ]
    session.execute(insert(UserNotice).values(rows).on_conflict_do_nothing(index_elements=["dedupe_key"]))


def open_calls(session: Session, *, limit: int = 50) -> list[EmergencyCall]:
    """Emergencies nobody has closed, self-harm first, then the oldest."""
    wanted = (
        select(EmergencyCall)
        .where(EmergencyCall.closed_at.is_(None))
        .order_by(EmergencyCall.self_harm.desc(), EmergencyCall.answered_at)
        .limit(limit)
    )
    return list(session.scalars(wanted))


def take(session: Session, *, call_id: int, actor: Actor, now: dt.datetime) -> EmergencyCall:
    """An operator looks after it; refused when a colleague was faster."""
    taken: EmergencyCall | None = session.scalar(
        update(EmergencyCall)
        .where(
            EmergencyCall.id == call_id,
            EmergencyCall.closed_at.is_(None),
            EmergencyCall.taken_by.is_(None) | (EmergencyCall.taken_by == actor.user_id),
        )
        .values(taken_by=actor.user_id, taken_at=now)
        .returning(EmergencyCall)
    )
    if taken is None:
        raise Refused("gateway.emergency_taken")
    return taken


def close(session: Session, *, call_id: int, outcome: str, actor: Actor, now: dt.datetime) -> EmergencyCall:
    """End it with what came of it, in the operator's words."""
    closed: EmergencyCall | None = session.scalar(
        update(EmergencyCall)
        .where(EmergencyCall.id == call_id, EmergencyCall.closed_at.is_(None))
        .values(
            outcome=outcome,
            closed_at=now,
            taken_by=EmergencyCall.taken_by if actor.user_id is None else actor.user_id,
        )
        .returning(EmergencyCall)
    )
    if closed is None:
        raise Refused("gateway.emergency_closed")
    return closed
