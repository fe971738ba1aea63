"""The first result of an action on an event: asked again, it is repeated and not done again (decision 3)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from feedback_store.tables import ActionResult


def known(session: Session, *, event_id: int, action: str) -> dict[str, Any] | None:
    """What the action answered when it first ran for this event; None before."""
    row = session.get(ActionResult, (event_id, action, 0))
    return None if row is None else dict(row.result)


def keep(session: Session, *, event_id: int, action: str, result: dict[str, Any], now: dt.datetime) -> None:
    """Store the result in the transaction of the effect itself."""
    session.add(ActionResult(event_id=event_id, action=action, step=0, result=result, created_at=now))
