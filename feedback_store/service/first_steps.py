"""What an administrator of a new installation vouches for by hand: its province, its categories.

The other first steps are done by what stands in the tables (``feedback_store/queries/first_steps.py``).
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_store.service import audit
from feedback_store.service.actor import Actor, Refused
from feedback_store.service.editing import administrators_only
from feedback_store.tables import Setting

KEY = "first_steps"
"""Of the table of settings; the value is step → ``{"at": ISO instant, "by": user id}``."""
BY_HAND = ("province", "categories")


def confirm(session: Session, *, step: str, confirmed: bool, actor: Actor, now: dt.datetime) -> bool:
    """Confirm a step, or take the confirmation back; False where it stood so already.

    A second confirmation keeps who gave the first. Raises ``Refused`` for another step and for everyone but
    administrators.
    """
    administrators_only(actor)
    if step not in BY_HAND:
        raise Refused("first_steps.unknown")
    row = _row(session, now)
    if (step in row.value) == confirmed:
        return False
    kept = {name: one for name, one in row.value.items() if name != step}
    row.value = {**kept, step: {"at": now.isoformat(), "by": actor.user_id}} if confirmed else kept
    row.updated_at, row.updated_by = now, actor.user_id
    action = f"{step}_confirmed" if confirmed else f"{step}_unconfirmed"
    audit.log(session, action=action, user_id=actor.user_id, subject=KEY, now=now)
    return True


def _row(session: Session, now: dt.datetime) -> Setting:
    """The row, locked: two people who confirm different steps at once must not undo each other."""
    session.execute(insert(Setting).values(key=KEY, value={}, updated_at=now).on_conflict_do_nothing())
    return session.get_one(Setting, KEY, with_for_update=True, populate_existing=True)
