"""What citizens say of answers from the catalogue, and questions that found nothing (K4)."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from sqlalchemy.orm import Session

from feedback_store.procedures.answer import ASPECTS
from feedback_store.tables import ProcedureFeedback

Verdict = Literal["useful", "wrong", "nothing_found"]


def keep(
    session: Session,
    *,
    verdict: Verdict,
    procedure_key: str | None,
    aspect: str | None,
    question: str | None,
    event_id: int,
    now: dt.datetime,
) -> None:
    """Store one verdict; ``question`` is kept only where nothing was found."""
    session.add(
        ProcedureFeedback(
            procedure_key=procedure_key,
            aspect=aspect if aspect in ASPECTS else None,
            verdict=verdict,
            event_id=event_id,
            question=question if verdict == "nothing_found" else None,
            created_at=now,
        )
    )
