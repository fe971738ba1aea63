"""Photos of Telegram: an album arrives as separate updates and becomes one turn."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlalchemy.orm import Session

from feedback_store.service import denunciations, intake, media
from feedback_store.service.intake import NewEvent, Stored


def store_album_photo(
    session: Session,
    event: NewEvent,
    *,
    reference: str,
    album: str | None,
    sealed: bool,
    hold: dt.timedelta,
    now: dt.datetime,
) -> Stored:
    """Store one photo. Those of an album gather in the event of its first one, which waits ``hold``
    after each; one that comes after that event was handled is a turn of its own."""
    connection = session.connection()
    if album is None or sealed:
        stored = intake.store_inbound(connection, replace(event, handled=sealed), now=now)
        if not stored.duplicate:
            _expect(session, event, stored, reference, now)
            if sealed:
                denunciations.seal_event(session, event_id=stored.event_id, now=now, heard=False)
        return stored
    item = intake.store_inbound(connection, replace(event, guard="album", handled=True, body={"album": album}), now=now)
    if item.duplicate:
        return item
    key = f"album:{album}"
    lead = intake.lead_of_album(connection, channel=event.channel, account=event.account, key=key)
    if lead is not None and lead[1] is not None:
        body = lead[1]
        media_id = media.expect(
            session, conversation_id=item.conversation_id, event_id=lead[0], provider_ref=reference, now=now
        )
        body = body | {
            "media": [*body.get("media", []), str(media_id)],
            "caption": body.get("caption") or event.body.get("caption"),
        }
        intake.join_album(connection, lead_id=lead[0], body=body, hold_until=now + hold)
        return item
    if lead is not None:
        key = f"{key}:{event.event_key}"
    stored = intake.store_inbound(connection, replace(event, event_key=key), now=now)
    if not stored.duplicate:
        _expect(session, event, stored, reference, now)
        intake.hold(connection, event_id=stored.event_id, until=now + hold)
    return stored


def _expect(session: Session, event: NewEvent, stored: Stored, reference: str, now: dt.datetime) -> None:
    media_id = media.expect(
        session,
        conversation_id=stored.conversation_id,
        event_id=stored.event_id,
        provider_ref=reference,
        now=now,
    )
    intake.set_body(session.connection(), event_id=stored.event_id, body=event.body | {"media": [str(media_id)]})
