"""A form acts once, however often it is sent: its key is taken before the act and keeps the outcome."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_store.tables import SentForm

KEPT = dt.timedelta(days=2)
"""Longer than the longest session: no page outlives its keys."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``to``: the address the sender was led to; ``told``: the word on what was done."""

    to: str
    told: str | None


def take(session: Session, key: bytes, now: dt.datetime) -> bool:
    """Whether the form is the caller's to act on; False: the same one is at work, was cut off, or is done."""
    taken = insert(SentForm).values(key=key, sent_at=now).on_conflict_do_nothing().returning(SentForm.key)
    return session.execute(taken).first() is not None


def outcome(session: Session, key: bytes) -> Outcome | None:
    """What came of a form; None while nothing is known of it."""
    kept = session.scalars(select(SentForm.outcome).where(SentForm.key == key)).one_or_none()
    return None if kept is None else Outcome(kept["to"], kept["told"])


def done(session: Session, key: bytes, came: Outcome) -> None:
    session.execute(update(SentForm).where(SentForm.key == key).values(outcome={"to": came.to, "told": came.told}))


def give_back(session: Session, key: bytes) -> None:
    """Nothing was done: the same form may be sent again."""
    session.execute(delete(SentForm).where(SentForm.key == key))


def prune(session: Session, *, now: dt.datetime) -> None:
    session.execute(delete(SentForm).where(SentForm.sent_at < now - KEPT))
