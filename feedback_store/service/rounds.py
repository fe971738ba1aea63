"""Which round of promise and results a ticket is in."""

from __future__ import annotations

from sqlalchemy.orm import Session

from feedback_store.service import clocks


def current_round(session: Session, ticket_id: int) -> int:
    """1 for a ticket that was never reopened, 2 after the first reopening …"""
    return max((one.round for one in clocks.of_ticket(session, ticket_id) if one.kind == "promise"), default=1)
