"""The audit log: sign-ins, rights, settings, and every view of a citizen's identity (decision 11)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from feedback_store.tables import AuditEntry


def log(
    session: Session,
    *,
    action: str,
    user_id: int | None,
    subject: str | None = None,
    data: dict[str, Any] | None = None,
    now: dt.datetime,
) -> None:
    """Append one entry; ``data`` holds no personal data of citizens."""
    session.add(AuditEntry(at=now, user_id=user_id, action=action, subject=subject, data=data))
