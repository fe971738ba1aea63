"""Emergencies that were answered: queued for the operators, seen, taken, closed, made a report.

What operators work on is a *thread*: all open calls of one conversation up to the one they were shown
(``call_id``), so that an alert which came meanwhile is never closed unread.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_store.crypto import blind_index
from feedback_store.domain.lifecycle import check_reason
from feedback_store.service import audit
from feedback_store.service.actor import Actor, Refused
from feedback_store.service.limits import network
from feedback_store.tables import Conversation, EmergencyCall, UserNotice
from feedback_store.texts import has, render


@dataclass(frozen=True, slots=True)
class EmergencyHit:
    """What was recognised: kind (fire, medical, crime, child, flood, self_harm …) and the numbers told."""

    kind: str
    numbers: Sequence[str]
    self_harm: bool = False


SCENE = dt.timedelta(minutes=30)
"""An emergency is over when the citizen says so, or when nothing came for so long."""
UNSPECIFIED = EmergencyHit("unspecified", ("112", "113", "114", "115"))


def source_of(conversation_id: uuid.UUID, address: str | None) -> str:
    """Who sent it: the network address where it tells senders apart, otherwise the conversation.

    An address of the own network is that of a proxy, which all senders share. IPv6: the /64 of one customer.
    """
    try:
        known = ipaddress.ip_address(address or "")
    except ValueError:
        return f"c:{conversation_id}"
    if not known.is_global:
        return f"c:{conversation_id}"
    return f"a:{blind_index(network(str(known))).hex()[:40]}"


def record(
    session: Session,
    *,
    conversation_id: uuid.UUID,
    event_id: int,
    hit: EmergencyHit | None,
    address: str | None = None,
    now: dt.datetime,
) -> int | None:
    """Queue an answered emergency for the operators; the same event again has no effect (None).

    ``hit`` None: the engine, not the guard, recognised it; that alone does not hold the conversation in an emergency. A
    conversation stays with its source while it is open. What comes within the same scene joins the alert that is open
    as long as nobody has seen it: one scene is one alert, and what comes after it was read is new.
    """
    recognised = hit or UNSPECIFIED
    if _goes_on(session, conversation_id, recognised, now, holds=hit is not None):
        return None
    return _queue(session, conversation_id, event_id, recognised, address, now)


def _queue(
    session: Session, conversation_id: uuid.UUID, event_id: int, recognised: EmergencyHit, address: str | None,
    now: dt.datetime,
) -> int | None:  # fmt: skip
    """A card of its own for the operators, and word to them."""
    sample = select(Conversation.is_sample).where(Conversation.id == conversation_id).scalar_subquery()
    before = (
        select(EmergencyCall.source)
        .where(EmergencyCall.conversation_id == conversation_id, EmergencyCall.closed_at.is_(None))
        .order_by(EmergencyCall.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    call_id: int | None = session.scalar(
        insert(EmergencyCall)
        .values(
            conversation_id=conversation_id,
            event_id=event_id,
            kind=recognised.kind[:64],
            numbers=list(recognised.numbers),
            self_harm=recognised.self_harm,
            source=func.coalesce(before, source_of(conversation_id, address)),
            answered_at=now,
            is_sample=sample,
        )
        .on_conflict_do_nothing(index_elements=["event_id"])
        .returning(EmergencyCall.id)
    )
    if call_id is not None:
        _tell_operators(session, call_id, recognised.kind, now)
    return call_id


def _goes_on(
    session: Session, conversation_id: uuid.UUID, hit: EmergencyHit, now: dt.datetime, *, holds: bool
) -> bool:
    """Keep the conversation in its emergency; whether an open alert of the same scene knows of it already."""
    conversation = session.get(Conversation, conversation_id, with_for_update=True, populate_existing=True)
    if conversation is None:
        return False
    lasts = conversation.emergency_until is not None and conversation.emergency_until > now
    known = conversation.emergency_kind if lasts else None
    if known in (None, UNSPECIFIED.kind) or hit.kind != UNSPECIFIED.kind:
        conversation.emergency_kind = hit.kind[:64]
    if holds or lasts:
        conversation.emergency_until = now + SCENE
    session.flush()
    query = select(EmergencyCall).where(
        EmergencyCall.conversation_id == conversation_id, EmergencyCall.closed_at.is_(None)
    )
    if not lasts:  # what the engine alone took for a danger holds nothing; the guard's word a little later is of it
        query = query.where(EmergencyCall.kind == UNSPECIFIED.kind, EmergencyCall.answered_at > now - SCENE)
    call = session.scalars(query.order_by(EmergencyCall.id.desc()).limit(1)).one_or_none()
    if call is None:
        return False
    if call.kind == UNSPECIFIED.kind and hit.kind != UNSPECIFIED.kind:
        call.kind, call.numbers, call.self_harm = hit.kind[:64], list(hit.numbers), hit.self_harm
    return call.seen_at is None


def end(session: Session, *, conversation_id: uuid.UUID) -> None:
    """The citizen says it is over; the alert stays until an operator closes it."""
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(emergency_until=None))


def known_as(session: Session, *, conversation_id: uuid.UUID, kind: str, numbers: Sequence[str]) -> None:
    """What the danger is, as later words tell it: what is said from now on, and an alert of no kind yet."""
    conversation = session.get_one(Conversation, conversation_id, with_for_update=True)
    if conversation.emergency_kind == kind:
        return
    conversation.emergency_kind = kind[:64]
    of_chat = (EmergencyCall.conversation_id == conversation_id) & EmergencyCall.closed_at.is_(None)
    last = session.scalars(select(EmergencyCall).where(of_chat).order_by(EmergencyCall.id.desc()).limit(1)).first()
    if last is not None and last.kind == UNSPECIFIED.kind:
        last.kind, last.numbers, last.self_harm = kind[:64], list(numbers), kind == "self_harm" or last.self_harm


def prolong(session: Session, *, conversation_id: uuid.UUID, event_id: int, now: dt.datetime) -> None:
    """Something came in the emergency: it lasts for another while, and who has read the alert is shown what is new."""
    going_on = (Conversation.id == conversation_id) & (Conversation.emergency_until > now)
    session.execute(update(Conversation).where(going_on).values(emergency_until=now + SCENE))
    of_chat = (EmergencyCall.conversation_id == conversation_id) & EmergencyCall.closed_at.is_(None)
    last = session.scalars(select(EmergencyCall).where(of_chat).order_by(EmergencyCall.id.desc()).limit(1)).first()
    if last is not None and last.seen_at is not None:
        kind = EmergencyHit(last.kind, last.numbers, last.self_harm)
        _queue(session, conversation_id, event_id, kind, None, now)


def _tell_operators(session: Session, call_id: int, kind: str, now: dt.datetime) -> None:
    key = f"console.emergency_{kind}"
    what = render(key if has(key) else "console.emergency_unspecified")
    text = render("staff.head_emergency", what=what)
    values = {"kind": "emergency", "text": text, "occasion": f"emergency:{call_id}", "created_at": now}
    rows = [
        {"role": role, "dedupe_key": f"emergency:{call_id}:{role}"} | values for role in ("operator", "supervisor")
    ]
    session.execute(insert(UserNotice).values(rows).on_conflict_do_nothing(index_elements=["dedupe_key"]))


def see(session: Session, *, call_ids: Sequence[int], actor: Actor, now: dt.datetime) -> None:
    """The threads of these calls were shown to an operator; who saw a call first stays."""
    if not call_ids:
        return
    shown = (
        select(EmergencyCall.conversation_id, func.max(EmergencyCall.id).label("last"))
        .where(EmergencyCall.id.in_(call_ids))
        .group_by(EmergencyCall.conversation_id)
        .subquery()
    )
    session.execute(
        update(EmergencyCall)
        .where(
            EmergencyCall.conversation_id == shown.c.conversation_id,
            EmergencyCall.id <= shown.c.last,
            EmergencyCall.closed_at.is_(None),
            EmergencyCall.seen_at.is_(None),
        )
        .values(seen_at=now, seen_by=actor.user_id)
    )


def thread(session: Session, call_id: int, *, lock: bool = False) -> list[EmergencyCall]:
    """The open calls of the call's conversation up to it, oldest first; empty where all were closed."""
    conversation = select(EmergencyCall.conversation_id).where(EmergencyCall.id == call_id).scalar_subquery()
    query = (
        select(EmergencyCall)
        .where(
            EmergencyCall.conversation_id == conversation,
            EmergencyCall.id <= call_id,
            EmergencyCall.closed_at.is_(None),
        )
        .order_by(EmergencyCall.id)
    )
    return list(session.scalars(query.with_for_update() if lock else query))


def _relieves(actor: Actor) -> bool:
    """Supervisors take over what a colleague holds, who may have gone home."""
    return actor.role in ("supervisor", "administrator")


def take(session: Session, *, call_id: int, actor: Actor, now: dt.datetime) -> list[EmergencyCall]:
    """An operator looks after the thread; refused when a colleague was faster, unless a supervisor takes over."""
    _hotline_only(actor)
    calls = thread(session, call_id, lock=True)
    if not calls:
        raise Refused("gateway.emergency_closed")
    if not _relieves(actor) and any(call.taken_by not in (None, actor.user_id) for call in calls):
        raise Refused("gateway.emergency_taken")
    _hold(session, calls, actor, now)
    return calls


def _hold(session: Session, calls: Sequence[EmergencyCall], actor: Actor, now: dt.datetime) -> None:
    new = [call for call in calls if call.taken_by != actor.user_id]
    for call in new:
        relieved = call.taken_by
        call.taken_by, call.taken_at = actor.user_id, now
        call.seen_at, call.seen_by = call.seen_at or now, call.seen_by or actor.user_id
        data = {"from": relieved} if relieved else None
        audit.log(
            session, action="emergency_taken", user_id=actor.user_id, subject=f"emergency:{call.id}", data=data, now=now
        )


def held_by(session: Session, *, call_id: int, actor: Actor) -> None:
    """Refused unless the actor has taken this call."""
    call = session.get(EmergencyCall, call_id)
    if call is None or call.taken_by is None or call.taken_by != actor.user_id:
        raise Refused("gateway.emergency_take_first")


def close(session: Session, *, call_id: int, outcome: str, actor: Actor, now: dt.datetime) -> list[EmergencyCall]:
    """End the thread with what came of it, in the operator's words; only who has taken it may."""
    _hotline_only(actor)
    outcome = check_reason(outcome)
    calls = thread(session, call_id, lock=True)
    if not calls:
        raise Refused("gateway.emergency_closed")
    if any(call.taken_by is None for call in calls):
        raise Refused("gateway.emergency_take_first")
    if any(call.taken_by != actor.user_id for call in calls):
        raise Refused("gateway.emergency_taken")
    _end(calls, outcome, now)
    audit.log(
        session,
        action="emergency_closed",
        user_id=actor.user_id,
        subject=f"emergency:{call_id}",
        data={"calls": [call.id for call in calls]},
        now=now,
    )
    return calls


@dataclass(frozen=True, slots=True)
class Together:
    """What a closing in bulk did: calls closed, threads left to the colleague who holds them, threads unseen."""

    closed: int
    held: int
    unseen: int


def close_together(
    session: Session,
    *,
    call_ids: Sequence[int],
    sources: Sequence[tuple[str, int]] = (),
    reason: str,
    actor: Actor,
    now: dt.datetime,
) -> Together:
    """Take and close many threads in one act, for one reason that is recorded with every call.

    ``sources``: (source, last call shown): all its threads. What a colleague holds and what nobody has seen stay open.
    Raises ``IllegalMove`` without a reason, ``Refused`` where nothing was chosen.
    """
    _hotline_only(actor)
    reason = check_reason(reason)
    chosen = list(dict.fromkeys([*call_ids, *_threads_of(session, sources)]))
    if not chosen:
        raise Refused("gateway.emergency_none_chosen")
    closed: list[EmergencyCall] = []
    held = unseen = 0
    for call_id in sorted(chosen):  # one order for everybody: two bulk closings never wait for each other
        calls = thread(session, call_id, lock=True)
        if any(call.taken_by not in (None, actor.user_id) for call in calls):
            held += 1
        elif any(call.seen_at is None for call in calls):
            unseen += 1
        else:
            closed += calls
    for call in closed:
        call.taken_at = call.taken_at or now
        call.taken_by = actor.user_id
    _end(closed, reason, now)
    if closed:
        audit.log(
            session,
            action="emergencies_closed_together",
            user_id=actor.user_id,
            subject="emergencies",
            data={"calls": [call.id for call in closed], "reason": reason[:200]},
            now=now,
        )
    session.flush()
    return Together(len(closed), held, unseen)


def _threads_of(session: Session, sources: Sequence[tuple[str, int]]) -> list[int]:
    """The last call of every thread of these sources, none after the one that was shown."""
    if not sources:
        return []
    chosen = or_(*((EmergencyCall.source == source) & (EmergencyCall.id <= last) for source, last in sources))
    query = select(func.max(EmergencyCall.id)).where(EmergencyCall.closed_at.is_(None), chosen)
    return list(session.scalars(query.group_by(EmergencyCall.conversation_id)))


def _end(calls: Sequence[EmergencyCall], outcome: str, now: dt.datetime) -> None:
    for call in calls:
        call.outcome, call.closed_at = outcome, now


def _hotline_only(actor: Actor) -> None:
    if not actor.is_hotline:
        raise Refused("tickets.not_allowed")
