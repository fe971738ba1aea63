"""A phone call entered by an operator: what may be a denunciation is asked about before anything is stored.

The same guard as in the chat reads the words (``feedback_store/guards``, decision 12).
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from feedback_store.domain.lifecycle import check_reason
from feedback_store.guards import Denunciation, find_denunciation
from feedback_store.service import audit, tickets
from feedback_store.service.actor import Actor, Refused
from feedback_store.service.tickets import Filed, NewReport


class LooksLikeDenunciation(Exception):
    """Nothing was stored: the operator decides first. ``found`` says what it was recognised by."""

    def __init__(self, found: Denunciation) -> None:
        super().__init__("these words may be a denunciation")
        self.found = found


def file_call(
    session: Session, *, report: NewReport, no_denunciation: str | None, actor: Actor, now: dt.datetime
) -> Filed:
    """File the call. ``no_denunciation``: why words that look like a denunciation are none; None: not yet said.

    Raises :class:`LooksLikeDenunciation`, ``IllegalMove`` for a reason of less than two words, and what
    :func:`tickets.file_report` raises.
    """
    found = find_denunciation(report.text, report.place_text)
    if found is not None and no_denunciation is None:
        raise LooksLikeDenunciation(found)
    reason = check_reason(no_denunciation) if found is not None else None
    filed = tickets.file_report(session, report=report, actor=actor, now=now)
    if found is not None and filed.created:
        audit.log(
            session, action="denunciation_overruled", user_id=actor.user_id, subject=f"ticket:{filed.ticket_id}",
            data={"reason": reason}, now=now,
        )  # fmt: skip
    return filed


def guided(session: Session, *, actor: Actor, now: dt.datetime) -> None:
    """The caller was told the proper channel: the fact and the time remain, no word of it."""
    if not actor.is_hotline:
        raise Refused("tickets.not_allowed")
    audit.log(session, action="denunciation_guided", user_id=actor.user_id, now=now)
