"""People of an agency that ended go on at its successor: moved by an administrator, chosen ones or all in one step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.service import agencies, audit, notices
from feedback_store.service.actor import Actor, Refused
from feedback_store.service.editing import administrators_only
from feedback_store.service.users import sign_out_everywhere
from feedback_store.tables import Agency, User


def successor(session: Session, agency: Agency, now: dt.datetime) -> Agency | None:
    """Who goes on for an agency that ended by ``now``; None while it stands."""
    heir = agencies.living(session, agency, now)
    return heir if heir.id != agency.id else None


def move(
    session: Session, *, agency_id: int, user_ids: Collection[int] | None, actor: Actor, now: dt.datetime
) -> tuple[Agency, list[User]]:
    """Give the agency's people, or those of ``user_ids``, to its successor; gives the successor and who was moved.

    Roles, passwords and linked chats stay; open sessions end, as at every change of agency. Raises ``Refused`` where
    one of ``user_ids`` is no active person of this agency (any more).
    """
    administrators_only(actor)
    old = session.get(Agency, agency_id)
    if old is None:
        raise Refused("tickets.unknown_agency")
    heir = successor(session, old, now)
    if heir is None:
        raise IllegalMove("officers.agency_stands", agency=old.name)
    query = select(User).where(User.agency_id == old.id, User.disabled_at.is_(None)).order_by(User.id)
    people = list(session.scalars(query.with_for_update()))
    if user_ids is not None:
        if not set(user_ids) <= {one.id for one in people}:
            raise Refused("officers.changed_meanwhile")
        people = [one for one in people if one.id in user_ids]
    if not people:
        raise Refused("officers.nobody")
    for one in people:
        one.agency_id = heir.id
        sign_out_everywhere(session, one.id, now)
        audit.log(
            session, action="user_moved", user_id=actor.user_id, subject=f"user:{one.id}",
            data={"from": old.id, "to": heir.id}, now=now,
        )  # fmt: skip
        notices.tell_user(
            session, user_id=one.id, kind="user_moved", dedupe=f"{old.id}:{heir.id}:{now.isoformat()}", now=now,
            old=old.name, new=heir.name,
        )  # fmt: skip
    session.flush()
    return heir, people
