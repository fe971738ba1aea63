"""The lists of tickets as they are read: one narrow row per ticket and viewer, kept by the database itself (ADR 0032).

Triggers refresh a ticket's rows in the transaction that changes it, so no service can forget to. Nothing writes here
but they and ``queries.listing.fold_counts``.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, SmallInteger, String
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from feedback_store.tables.base import Base, BigKey

NEVER = dt.datetime(9000, 1, 1, tzinfo=dt.UTC)
"""Stands for no instant, so that rows without one sort last and compare as any other."""
HOTLINE = 0
"""The viewer who sees every ticket. An agency's own view has the agency's id, and the hotline's view of the tickets
that an agency works on has minus that id."""
FILTERS = ("category_code", "commune_code", "service_class", "channel")


def _flagged(name: str, column: str) -> Index:
    return Index(f"ix_list_entries_{name}", "viewer", "due", "ticket_id", postgresql_where=sql(column))


class ListEntry(Base):
    """A ticket in the lists of one viewer."""

    __tablename__ = "list_entries"

    ticket_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    viewer: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    part: Mapped[str] = mapped_column(
        String(16), comment="new | working | answered | done | other: of an agency, by its least finished leg"
    )
    due: Mapped[dt.datetime] = mapped_column(comment="of the viewer's next running clock; year 9000 = none")
    overdue_from: Mapped[dt.datetime] = mapped_column(
        comment="when the earliest clock passes that makes the ticket overdue and that nothing holds; 9000 = never"
    )
    received: Mapped[dt.datetime]
    category_code: Mapped[str] = mapped_column(String(64))
    commune_code: Mapped[str | None] = mapped_column(String(16))
    service_class: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(64))
    is_imported: Mapped[bool]
    is_sample: Mapped[bool]
    returned: Mapped[int] = mapped_column(SmallInteger, comment="how often, of a ticket that is new again; at most 2")
    extension_waits: Mapped[bool] = mapped_column(comment="more time was asked for and nobody has decided")
    pause_waits: Mapped[bool] = mapped_column(comment="an agency's pause waits for the supervisor's word")
    citizen_waited: Mapped[bool] = mapped_column(comment="the citizen's answer is awaited")
    addition_unseen: Mapped[bool] = mapped_column(comment="the citizen added something nobody has looked at")

    __table_args__ = (
        Index(
            "ix_list_entries_part", "viewer", "part", "due", "ticket_id",
            postgresql_include=[*FILTERS, "is_imported", "received"],
        ),
        Index(
            "ix_list_entries_newest", "viewer", "received", "ticket_id",
            postgresql_include=["part", *FILTERS, "is_imported", "due"],
        ),
        Index(
            "ix_list_entries_overdue", "viewer", "overdue_from",
            postgresql_include=["due", "ticket_id", "is_sample"],
            postgresql_where=sql("overdue_from < '9000-01-01 00:00:00+00'"),
        ),
        *(Index(f"ix_list_entries_{name}", "viewer", name, "received", "ticket_id") for name in FILTERS),
        Index("ix_list_entries_imported", "viewer", "received", "ticket_id", postgresql_where=sql("is_imported")),
        _flagged("returned", "returned > 0"),
        _flagged("extension", "extension_waits"),
        _flagged("pause", "pause_waits"),
        _flagged("citizen", "citizen_waited"),
        _flagged("addition", "addition_unseen"),
    )  # fmt: skip


class ListWords(Base):
    """What a search of the lists looks in: the ticket's words, and marks in capitals of what narrows a list.

    Marks: ``A<agency>`` of whoever has or had a leg, ``A<agency><part>`` as it stands there, ``H<agency>`` of whoever
    works on it, ``P<part>`` and ``OPEN`` as it stands with the hotline, ``M<year><month>`` (UTC) of its receipt,
    ``C<category>``, ``X<commune>``, ``S<class>``, ``K<channel>``, ``I`` imported, ``N`` not. Words are folded, so none
    of theirs is written in capitals.
    """

    __tablename__ = "list_words"

    ticket_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    words: Mapped[str] = mapped_column(TSVECTOR)

    __table_args__ = (Index("ix_list_words_words", "words", postgresql_using="gin"),)


class ListCount(Base):
    """How many tickets each part of a viewer's lists holds, as changes whose sum is the count: writers never meet."""

    __tablename__ = "list_counts"

    id: Mapped[BigKey]
    viewer: Mapped[int] = mapped_column(Integer)
    part: Mapped[str] = mapped_column(String(16))
    change: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (Index("ix_list_counts_viewer", "viewer", postgresql_include=["part", "change"]),)


class ListStale(Base):
    """Tickets whose rows are refreshed when the transaction that changed them commits; empty in between."""

    __tablename__ = "list_stale"

    ticket_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    transaction: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)

    __table_args__ = ({"prefixes": ["UNLOGGED"]},)
