"""What went wrong over a citizen's message and was not their fault: for the administrator, without their words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

_UNREAD = """
INSERT INTO unread_updates (channel, account, event_key, reason, received_at)
VALUES (:channel, :account, :key, :reason, :now) ON CONFLICT (channel, account, event_key) DO NOTHING
"""
_FAILED = """
(SELECT e.handled_at AS at, e.channel, e.failure AS reason, e.attempts, e.conversation_id::text AS conversation,
    t.code
FROM inbound_events e JOIN conversations c ON c.id = e.conversation_id
    LEFT JOIN tickets t ON t.id = c.last_ticket_id
WHERE e.handled_at IS NOT NULL AND e.failure IS NOT NULL
    AND (e.failure LIKE 'gave up%' OR e.failure LIKE 'engine refused%')
ORDER BY e.handled_at DESC LIMIT :limit)
UNION ALL
(SELECT received_at, channel, reason, 0, NULL, NULL FROM unread_updates ORDER BY id DESC LIMIT :limit)
ORDER BY at DESC LIMIT :limit
"""


@dataclass(frozen=True, slots=True)
class Failure:
    """A turn that ended in an apology, or an update that could not be read (``conversation`` None).

    ``reason``: error class and where. ``code``: the conversation's last ticket.
    """

    at: dt.datetime
    channel: str
    reason: str
    attempts: int
    conversation: str | None
    code: str | None


def record_unread(
    session: Session, *, channel: str, account: str, event_key: str, reason: str, now: dt.datetime
) -> None:
    """Keep an update that nobody could read, once, by its number."""
    values = {"channel": channel, "account": account, "key": event_key[:128], "reason": reason[:200], "now": now}
    session.execute(text(_UNREAD), values)


def failed_turns(session: Session, *, limit: int = 100) -> list[Failure]:
    """The newest first."""
    return [Failure(*row) for row in session.execute(text(_FAILED), {"limit": limit})]


def beat(session: Session, *, name: str, now: dt.datetime) -> None:
    """Sign of life of a part of the program that the console and ``hotline doctor`` read."""
    session.execute(
        text("INSERT INTO heartbeats (name, at) VALUES (:name, :now) ON CONFLICT (name) DO UPDATE SET at = :now"),
        {"name": name, "now": now},
    )
