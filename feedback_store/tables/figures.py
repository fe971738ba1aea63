"""Counts of whole months that are over, kept until something of the month changes (ADR 0033).

A transaction that changes what a figure counts leaves a mark on every month it touches; a count holds as long as no
mark of its month is of a transaction that it may not have seen. ``service.counted_months`` writes the counts.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_store.tables.base import Base

EVERY_AGENCY = 0
"""Stands for no single agency: the counts of those who see everything."""


class FigureMonth(Base):
    """One figure of one month, as one agency or whoever sees everything counts it, whole and divided."""

    __tablename__ = "figure_months"

    month: Mapped[dt.date] = mapped_column(primary_key=True, comment="its first day, local")
    figure: Mapped[str] = mapped_column(String(32), primary_key=True)
    against: Mapped[str] = mapped_column(String(16), primary_key=True, comment="original | current")
    agency_id: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False, comment="0 = sees everything"
    )
    with_samples: Mapped[bool] = mapped_column(comment="whether sample tickets are counted")
    cluster: Mapped[int] = mapped_column(BigInteger, comment="the server whose transactions ``seen`` is about")
    seen: Mapped[int] = mapped_column(BigInteger, comment="every transaction below it was over when it was counted")
    counted_at: Mapped[dt.datetime]
    counts: Mapped[dict[str, Any]] = mapped_column(
        JSONB, comment="by division: [key, kept apart by, good, all, minutes]"
    )


class FigureMark(Base):
    """A transaction that changed something of a month; the highest one of a month is what matters."""

    __tablename__ = "figure_marks"

    month: Mapped[dt.date] = mapped_column(primary_key=True)
    transaction: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class FigureStale(Base):
    """Tickets whose months are marked when the transaction that changed them commits; empty in between."""

    __tablename__ = "figure_stale"

    ticket_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    transaction: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)

    __table_args__ = ({"prefixes": ["UNLOGGED"]},)
