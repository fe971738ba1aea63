"""The writes that end a turn; all are fenced by the lease."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot.gateway import modes
from feedback_store.guards import danger_of, judge_danger
from feedback_store.service import denunciations, emergencies, outbox, turns
from feedback_store.service.emergencies import EmergencyHit
from feedback_store.service.outbox import Reply
from feedback_store.service.turns import Committed, Outcome, PendingEvent, Work
from feedback_store.texts import render


def needs_session(outcome: Outcome) -> bool:
    """Whether more is written than replies: a seal, or an entry in the emergency queue."""
    return outcome.intent in ("denunciation", "emergency") or outcome.guard == modes.OVER


def finish(
    connection: Connection,
    *,
    work: Work,
    event: PendingEvent,
    owner: str,
    outcome: Outcome,
    seen: int | None,
    until: dt.datetime,
    now: dt.datetime,
) -> Committed:
    return turns.commit_turn(
        connection,
        work=work,
        event_id=event.id,
        owner=owner,
        outcome=outcome,
        seen=seen,
        until=until,
        now=now,
    )


def finish_specially(
    session: Session, /, *, event: PendingEvent, work: Work, outcome: Outcome, now: dt.datetime, **values: Any
) -> Committed:
    """What the engine took for a denunciation is sealed, an emergency is queued, in the same commit."""
    done = turns.commit_turn(session.connection(), work=work, event_id=event.id, outcome=outcome, now=now, **values)
    if done.lost:
        return done
    if outcome.guard in (modes.EMERGENCY, modes.OVER):
        modes.note(session, conversation_id=work.conversation_id, event_id=event.id, outcome=outcome, now=now)
    elif outcome.intent == "denunciation":
        denunciations.seal_event(session, event_id=event.id, now=now, heard=outcome.guard != modes.SEALED)
    elif outcome.intent == "emergency" and event.guard is None:
        # where phrases or the learned opinion asked about a danger, the engine is a second voice: the mode holds
        words = modes.words_of(event) if event.kind != "payload" else ""
        asked = judge_danger(words)
        told = asked.hit if asked is not None else danger_of(words)
        hit = EmergencyHit(told.kind, tuple(told.numbers), told.self_harm)
        emergencies.record(session, conversation_id=work.conversation_id, event_id=event.id, hit=hit, now=now)
    return done


def tell_waiting(
    session: Session,
    *,
    work: Work,
    event: PendingEvent,
    owner: str,
    error: str,
    counts: bool,
    tell: bool,
    retry_at: dt.datetime,
    now: dt.datetime,
) -> None:
    """Leave the event for later, and with ``tell`` say so once per outage: the oldest waiting event names it."""
    connection = session.connection()
    kept = turns.postpone(
        connection,
        conversation_id=work.conversation_id,
        owner=owner,
        event_id=event.id,
        retry_at=retry_at,
        failure=error,
        counts=counts,
    )
    if kept and tell and work.state == "bot":
        outbox.append(
            connection,
            conversation_id=work.conversation_id,
            reply=Reply(render("gateway.engine_wait")),
            kind="notice",
            notice="waiting",
            dedupe_key=f"wait:{event.id}",
            now=now,
        )
