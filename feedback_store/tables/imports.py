"""Imports of tickets from another system: each run, and which row of which system became which ticket."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from feedback_store.tables.base import Base, BigKey, Code, Hash


class ImportRun(Base):
    """One file: received, checked (the preview), confirmed by a person, done. Its content is encrypted."""

    __tablename__ = "import_runs"

    id: Mapped[BigKey]
    source: Mapped[str] = mapped_column(String(64), comment="name of the old system")
    file_name: Mapped[str]
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, comment="Fernet token; null = erased")
    refused: Mapped[bytes | None] = mapped_column(
        LargeBinary, deferred=True, comment="the rows to correct, a Fernet token of a file"
    )
    state: Mapped[Code] = mapped_column(comment="received | checked | confirmed | done | faulty | cancelled")
    fault: Mapped[str | None] = mapped_column(comment="of the whole file, as people read it")
    preview: Mapped[dict[str, Any] | None] = mapped_column(comment="counts and first rows, no contact data")
    result: Mapped[dict[str, Any] | None] = mapped_column(comment="the same of what was done")
    total: Mapped[int] = mapped_column(default=0, comment="rows to import")
    done: Mapped[int] = mapped_column(default=0, comment="rows imported so far")
    claimed_until: Mapped[dt.datetime | None] = mapped_column(comment="a worker has it until then")
    created_at: Mapped[dt.datetime]
    created_by: Mapped[int | None]
    confirmed_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]

    __table_args__ = (Index("ix_import_runs_state", "state"),)


class ImportedTicket(Base):
    """Where an imported ticket came from. ``digest`` tells which columns of a later file differ."""

    __tablename__ = "imported_tickets"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True, autoincrement=False)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_runs.id"), index=True)
    source: Mapped[str] = mapped_column(String(64))
    old_code: Mapped[str] = mapped_column(String(64))
    digest: Mapped[Hash] = mapped_column(comment="four bytes of a keyed hash for each column")

    __table_args__ = (UniqueConstraint("source", "old_code"),)
