"""An administrator vouches for default data: agencies and procedure records lose their "mẫu" (decision 14)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.service import audit
from feedback_store.tables import Agency, Procedure
from vitext import fold


def confirm_agency(session: Session, *, agency_id: int, name: str | None, user_id: int, now: dt.datetime) -> None:
    """Take the agency as it is, or under another name. An unknown id changes nothing."""
    agency = session.get(Agency, agency_id)
    if agency is None:
        return
    agency.is_sample, agency.edited_at = False, now
    if name:
        agency.name, agency.search_name = name, fold(name)
    audit.log(session, action="agency_confirmed", user_id=user_id, subject=f"agency:{agency.id}", now=now)


def confirm_procedure(session: Session, *, key: str, verified: bool, user_id: int, now: dt.datetime) -> None:
    """Confirm a record or take the confirmation back; who and when are kept."""
    row = session.scalars(select(Procedure).where(Procedure.key == key)).one_or_none()
    if row is None:
        return
    row.verified_by, row.verified_at = (user_id, now) if verified else (None, None)
    audit.log(
        session,
        action="procedure_confirmed" if verified else "procedure_unconfirmed",
        user_id=user_id,
        subject=f"procedure:{row.key}",
        now=now,
    )
