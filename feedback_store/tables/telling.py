"""What a citizen without a chat must be told by telephone, and what came of the calls."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from feedback_store.tables.base import Base, BigKey, Code


class Telling(Base):
    """One thing owed to a citizen by telephone: it counts as told with the call and not before."""

    __tablename__ = "phone_tellings"

    id: Mapped[BigKey]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    leg_id: Mapped[int | None] = mapped_column(ForeignKey("legs.id"), comment="of a result: whose")
    kind: Mapped[Code] = mapped_column(comment="result | refusal | new_date")
    state: Mapped[Code] = mapped_column(
        default="open", comment="open | told | unreachable (wrong number) | dropped (nothing to tell any more)"
    )
    ready_at: Mapped[dt.datetime] = mapped_column(comment="since when there is something to tell")
    has_phone: Mapped[bool]
    next_try_at: Mapped[dt.datetime | None] = mapped_column(comment="not reached: not before this instant again")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    taken_by: Mapped[int | None] = mapped_column(comment="who sees the number; null = nobody calls now")
    taken_at: Mapped[dt.datetime | None]
    told_at: Mapped[dt.datetime | None] = mapped_column(comment="the instant of the call, or of another proof")
    closed_at: Mapped[dt.datetime | None]
    closed_by: Mapped[int | None]
    close_reason: Mapped[str | None] = mapped_column(comment="why the citizen cannot be told")

    __table_args__ = (
        Index("ix_phone_tellings_ticket", "ticket_id"),
        Index("ix_phone_tellings_open", "has_phone", "next_try_at", postgresql_where=sql("state = 'open'")),
        Index("ix_phone_tellings_unreachable", "closed_at", postgresql_where=sql("state = 'unreachable'")),
        Index(
            "uq_phone_tellings_open_new_date",
            "ticket_id",
            unique=True,
            postgresql_where=sql("state = 'open' AND kind = 'new_date'"),
        ),
    )
