"""Reading and proving the audit log (ADR 0029)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from feedback_store.tables import AuditEntry, AuditHead, Ticket

PAGE = 50
Kind = Literal["changed", "replaced", "missing", "added", "head", "short", "other", "guard"]
GUARDS = ("audit_append", "audit_never", "audit_never_emptied")


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry's number and hash (hex); kept elsewhere it tells later whether anything before it changed."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"

    @classmethod
    def read(cls, words: str) -> Head:
        """``12:ab34…`` as :meth:`__str__` writes it. Raises ValueError."""
        number, _, digest = words.strip().partition(":")
        if not (number.isascii() and number.isdigit()) or len(bytes.fromhex(digest)) != 32:
            raise ValueError("a head is NUMBER:HASH as `hotline audit head` prints it")
        return cls(int(number), digest.lower())


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, with the number of the entry where it shows."""

    kind: Kind
    seq: int
    said: str


def head(session: Session) -> Head:
    row = session.scalars(select(AuditHead).where(AuditHead.name == "audit")).one()
    return Head(row.seq, row.hash.hex())


_CHECK = text("""
SELECT seq, id, hash AS stored,
    audit_hash(coalesce(lag(hash) OVER (ORDER BY seq), sha256('1022')),
        seq, at, user_id, action, subject, data) AS right
FROM audit_entries ORDER BY seq NULLS LAST
""")


def verify(session: Session, *, kept: Sequence[Head] = ()) -> Iterator[Fault]:
    """Everything that is wrong with the log: entries changed, replaced, removed or added, and guards that are gone.

    ``kept``: heads that were printed or sent out earlier. Without one, somebody with the rights of the database's owner
    could write the whole chain anew; against a kept head that shows.
    """
    yield from _guards(session)
    last, rows = 0, 0
    wanted: dict[int, str] = {one.seq: one.hash for one in kept}
    newest = head(session)
    stored_of_last = ""
    for row in session.execute(_CHECK):
        rows += 1
        if row.seq is None or row.stored is None:
            yield Fault("added", 0, f"entry with id {row.id} has no place in the chain: it was added beside it")
            continue
        for number in range(last + 1, row.seq):
            yield Fault("missing", number, f"entry {number} was removed")
        if row.seq == last:
            yield Fault("added", row.seq, f"entry {row.seq} is there twice (id {row.id})")
        elif row.stored != row.right:
            follows = row.seq == last + 1
            kind: Kind = "changed" if follows else "replaced"
            words = "was changed, or the one before it was replaced" if follows else "does not follow what is left"
            yield Fault(kind, row.seq, f"entry {row.seq} {words}")
        if row.seq in wanted and row.stored.hex() != wanted.pop(row.seq):
            yield Fault("other", row.seq, f"entry {row.seq} is not the one whose head was kept: all was rewritten")
        last, stored_of_last = row.seq, row.stored.hex()
    for number in range(last + 1, newest.seq + 1):
        yield Fault("missing", number, f"entry {number} was removed")
    if last > newest.seq or (last == newest.seq and rows and stored_of_last != newest.hash):
        yield Fault("head", last, f"the head says {newest.seq}, the newest entry is {last}, or another one")
    appended = session.scalars(select(AuditHead.rows).where(AuditHead.name == "audit")).one()
    if appended != newest.seq:
        gone = min(appended, newest.seq) + 1
        yield Fault("head", gone, f"{appended} entries were appended, the head says {newest.seq}: see entry {gone}")
    for number in sorted(wanted):
        yield Fault("short", number, f"entry {number}, whose head was kept, is not there")


def _guards(session: Session) -> Iterator[Fault]:
    """The triggers that chain and protect; switched off, entries could have been changed and put back."""
    query = text("SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'audit_entries'::regclass")
    states: dict[str, str] = dict(session.execute(query).all())
    for name in GUARDS:
        if states.get(name) not in ("O", "A"):
            yield Fault("guard", 0, f"the trigger {name} is {'switched off' if name in states else 'gone'}")


@dataclass(frozen=True, slots=True)
class Filter:
    """What the page shows: ``action`` a prefix, ``subject`` whole, days are local and included."""

    action: str = ""
    user_id: int | None = None
    subject: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def entries(session: Session, wanted: Filter, *, before: int | None = None, limit: int = PAGE) -> list[AuditEntry]:
    """Newest first, from the entry ``before`` on (keyset)."""
    query = _filtered(select(AuditEntry), wanted)
    if before is not None:
        query = query.where(AuditEntry.seq < before)
    return list(session.scalars(query.order_by(AuditEntry.seq.desc()).limit(limit)))


def ticket_codes(session: Session, found: Sequence[AuditEntry]) -> dict[str, str]:
    """``ticket:12`` → its code, for those that the entries are about."""
    about = (one.subject.removeprefix("ticket:") for one in found if one.subject and one.subject.startswith("ticket:"))
    ids = {int(number) for number in about if number.isdigit()}
    rows = session.execute(select(Ticket.id, Ticket.code).where(Ticket.id.in_(ids)))
    return {f"ticket:{number}": code for number, code in rows}


def actions(session: Session) -> list[str]:
    """Every kind of act in the log, by name."""
    return list(session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)))


def _filtered(query: Select[tuple[AuditEntry]], wanted: Filter) -> Select[tuple[AuditEntry]]:
    if wanted.action:
        query = query.where(AuditEntry.action == wanted.action)
    if wanted.user_id is not None:
        query = query.where(AuditEntry.user_id == wanted.user_id)
    if wanted.subject:
        query = query.where(AuditEntry.subject == wanted.subject)
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    return query
