"""The catalogue as the bot and the pages see it."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_store.procedures.answer import Answer, answer
from feedback_store.procedures.search import SURE_COVER, Entry, Hit, Index
from feedback_store.tables import Procedure

FRESH_SECONDS = 1.0
"""So long the catalogue is taken as unchanged without asking the database."""
_cached: tuple[tuple[dt.datetime | None, int], Index] | None = None
_looked = (0, 0.0)


@dataclass(frozen=True, slots=True)
class Found:
    """Exactly one procedure is meant; ``others`` are the next best."""

    key: str
    name: str
    others: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Two or three are about equally near, or one is near and the question says more: ask."""

    choices: tuple[Hit, ...]


def index(session: Session) -> Index:
    """The index of the active catalogue, built again when a record changed."""
    global _cached, _looked
    bind = id(session.get_bind())
    if _cached is not None and _looked[0] == bind and time.monotonic() - _looked[1] < FRESH_SECONDS:
        return _cached[1]
    _looked = (bind, time.monotonic())
    row = session.execute(select(func.max(Procedure.updated_at), func.count()).where(Procedure.active)).one()
    version = (row[0], int(row[1]))
    if _cached is None or _cached[0] != version:
        rows = session.scalars(select(Procedure).where(Procedure.active).order_by(Procedure.id))
        entries = [
            Entry(p.key, p.name, (p.name, str(p.record.get("official_name") or ""), *map(str, p.aliases))) for p in rows
        ]
        _cached = (version, Index(entries))
    return _cached[1]


def find_procedure(session: Session, text: str) -> Found | Ambiguous | None:
    """The procedure a sentence asks about; None when the catalogue has nothing that fits."""
    catalogue = index(session)
    hits = catalogue.search(text)
    near = catalogue.near_best(hits)
    if not near:
        return None
    if len(near) > 1:
        return Ambiguous(tuple(near))
    if catalogue.cover(text, catalogue.number_of(near[0].key)) < SURE_COVER:
        return Ambiguous((near[0],))
    return Found(near[0].key, near[0].name, tuple(hits[1:3]))


def procedure_name(session: Session, key: str) -> str | None:
    """The name of the procedure ``key``; None for an unknown key."""
    return session.scalars(select(Procedure.name).where(Procedure.key == key)).one_or_none()


def procedure_answer(session: Session, *, key: str, aspect: str) -> Answer | None:
    """Answer one aspect of the procedure ``key``; None for an unknown key."""
    row = session.scalars(select(Procedure).where(Procedure.key == key, Procedure.active)).one_or_none()
    if row is None:
        return None
    return answer(row.record, aspect, verified=row.verified_at is not None)
