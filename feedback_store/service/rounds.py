"""Which round of promise and results a ticket is in."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_store.tables import Clock


def current_round(session: Session, ticket_id: int) -> int:
    """1 for a ticket that was never reopened, 2 after the first reopening …"""
    query = select(func.max(Clock.round)).where(Clock.ticket_id == ticket_id, Clock.kind == "promise")
    return session.scalar(query) or 1
