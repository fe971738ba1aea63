"""A conversation's own life: who has it, and its deletion by the citizen."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from feedback_store.service import media

State = Literal["bot", "waiting", "human", "closed"]


def state_of(connection: Connection, *, conversation_id: uuid.UUID) -> State | None:
    """The state, or None before the first message."""
    row = connection.exec_driver_sql(
        "SELECT state FROM conversations WHERE id = %(id)s", {"id": conversation_id}
    ).one_or_none()
    return None if row is None else row.state


def change_state(session: Session, *, conversation_id: uuid.UUID, old: State, new: State, epoch: int) -> bool:
    """Compare-and-set with the epoch: a reply that the bot began before the change is dropped.

    Back at the bot, nothing that the citizen wrote to a person is answered late by the machine.
    """
    done = session.execute(
        text("""
        UPDATE conversations SET state = :new, epoch = epoch + 1, lease_owner = NULL,
            leased_until = NULL,
            pending_since = CASE WHEN :new = 'human' THEN NULL ELSE pending_since END,
            next_try_at = CASE WHEN :new = 'human' THEN NULL ELSE next_try_at END
        WHERE id = :id AND state = :old AND epoch = :epoch RETURNING id
    """),
        {"id": conversation_id, "old": old, "new": new, "epoch": epoch},
    ).scalar()
    if done is not None and new == "human":
        session.execute(
            text("UPDATE inbound_events SET handled_at = now() WHERE conversation_id = :id AND handled_at IS NULL"),
            {"id": conversation_id},
        )
    return done is not None


def forget(session: Session, *, conversation_id: uuid.UUID, now: dt.datetime, media_root: Path) -> None:
    """ "Xóa hội thoại": close it for good. What no filed ticket needs is erased at once: words,
    photos, the open draft. A ticket keeps its chat, which this device can no longer read."""
    closed = session.execute(
        text("""
        UPDATE conversations SET state = 'closed', epoch = epoch + 1, pending_since = NULL,
            next_try_at = NULL, lease_owner = NULL, leased_until = NULL
        WHERE id = :id AND state <> 'closed' RETURNING id
    """),
        {"id": conversation_id},
    ).scalar()
    if closed is None:
        return
    values = {"id": conversation_id, "now": now}
    session.execute(
        text(
            "UPDATE drafts SET state = 'cancelled', data = NULL, updated_at = :now "
            "WHERE conversation_id = :id AND state = 'open'"
        ),
        values,
    )
    session.execute(
        text(
            "UPDATE inbound_events SET handled_at = :now, failure = 'conversation deleted' "
            "WHERE conversation_id = :id AND handled_at IS NULL"
        ),
        values,
    )
    kept = session.execute(
        text("""
        SELECT 1 FROM tickets WHERE conversation_id = :id UNION ALL
        SELECT 1 FROM emergency_calls WHERE conversation_id = :id AND closed_at IS NULL UNION ALL
        SELECT 1 FROM callback_tasks WHERE conversation_id = :id AND closed_at IS NULL LIMIT 1
    """),
        values,
    ).scalar()
    if kept is None:
        for statement in (
            "UPDATE inbound_events SET body = NULL, nlu = NULL WHERE conversation_id = :id",
            "UPDATE outbound_messages SET body = NULL WHERE conversation_id = :id",
            "DELETE FROM button_tokens WHERE conversation_id = :id",
            "UPDATE media SET status = 'erased' WHERE conversation_id = :id",
        ):
            session.execute(text(statement), values)
        media.remove_erased(session, media_root)
    session.execute(
        text("DELETE FROM engine_trackers WHERE sender_id LIKE :sender"), {"sender": f"{conversation_id}:%"}
    )
