"""The audit log: sign-ins, rights, settings, and every view of a citizen's identity (decision 11).

Entries are appended only and chained by the database itself (ADR 0029). The chain's head is locked by whoever appends
until the commit, so entries are written when a transaction commits and not before: no other lock is waited for then.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from feedback_store.tables import AuditEntry

WAITING = "audit entries of this transaction"


def log(
    session: Session,
    *,
    action: str,
    user_id: int | None,
    subject: str | None = None,
    data: dict[str, Any] | None = None,
    now: dt.datetime,
) -> None:
    """Append one entry with the commit; ``data`` holds no personal data of citizens."""
    entry = AuditEntry(at=now, user_id=user_id, action=action, subject=subject, data=data)
    waiting: list[tuple[AuditEntry, SessionTransaction | None]] = session.info.setdefault(WAITING, [])
    waiting.append((entry, session.get_nested_transaction()))


def write(session: Session) -> None:
    """Write what waits now, for somebody who reads the log in the same transaction."""
    for entry, _ in session.info.pop(WAITING, []):
        session.add(entry)
        session.flush()  # one by one: the order in the log is the order of the acts


@event.listens_for(Session, "before_commit")
def _before_commit(session: Session) -> None:
    if session.info.get(WAITING) and session.get_nested_transaction() is None:
        write(session)


@event.listens_for(Session, "after_soft_rollback")
def _after_rollback(session: Session, undone: SessionTransaction) -> None:
    """What was to be logged of a savepoint that was undone did not happen."""
    waiting = session.info.get(WAITING, [])
    kept = [] if undone.nested is False else [one for one in waiting if one[1] is not undone]
    session.info[WAITING] = kept
