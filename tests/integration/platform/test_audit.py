"""The audit log can only be appended to, and whatever is done to it behind the program's back is found."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from feedback_store.queries import audit as proofs
from feedback_store.queries.audit import Head
from feedback_store.service import audit
from feedback_store.store import Store
from feedback_store.tables import AuditEntry

NOW = dt.datetime(2026, 3, 2, 2, 0, 0, 123456, tzinfo=dt.UTC)


def note(session: Session, number: int, **more: object) -> None:
    values = {"action": "identity_seen", "user_id": number, "subject": f"ticket:{number}", "data": {"n": number}}
    audit.log(session, now=NOW + dt.timedelta(minutes=number), **{**values, **more})  # type: ignore[arg-type]


@pytest.fixture
def filled(store: Store) -> Store:
    """Twelve entries in twelve transactions."""
    for number in range(1, 13):
        with store.transaction() as session:
            note(session, number, **({"data": None, "subject": None, "user_id": None} if number == 7 else {}))
    return store


@pytest.fixture
def owner(filled: Store, database_url: str) -> Iterator[psycopg.Connection]:
    """Somebody with the rights of the database's owner and no scruples: the guards are off."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE audit_entries DISABLE TRIGGER USER")
        yield connection


def found(store: Store, *kept: Head) -> list[proofs.Fault]:
    with store.reading() as session:
        return [one for one in proofs.verify(session, kept=kept) if one.kind != "guard"]


def test_a_log_nobody_touched_has_no_fault(filled: Store) -> None:
    with filled.reading() as session:
        assert list(proofs.verify(session, kept=[proofs.head(session)])) == []
        assert [row.seq for row in session.scalars(select(AuditEntry).order_by(AuditEntry.id))] == list(range(1, 13))


def test_an_empty_log_has_no_fault(store: Store) -> None:
    with store.reading() as session:
        assert list(proofs.verify(session)) == []


REWRITE = """
UPDATE audit_entries e SET hash = audit_hash(coalesce((SELECT hash FROM audit_entries WHERE seq = e.seq - 1),
    sha256('1022')), seq, at, user_id, action, subject, data) WHERE seq = {n}
"""
TAMPERING = {
    "an action changed": ("UPDATE audit_entries SET action = 'signed_in' WHERE seq = 5", 5),
    "a user changed": ("UPDATE audit_entries SET user_id = 99 WHERE seq = 5", 5),
    "a user taken away": ("UPDATE audit_entries SET user_id = NULL WHERE seq = 5", 5),
    "a user given to an act of the system": ("UPDATE audit_entries SET user_id = 1 WHERE seq = 7", 7),
    "a subject changed": ("UPDATE audit_entries SET subject = 'ticket:6' WHERE seq = 5", 5),
    "nothing made an empty subject": ("UPDATE audit_entries SET subject = '' WHERE seq = 7", 7),
    "data changed": ("UPDATE audit_entries SET data = '{\"n\": 6}' WHERE seq = 5", 5),
    "data taken away": ("UPDATE audit_entries SET data = NULL WHERE seq = 5", 5),
    "data given": ("UPDATE audit_entries SET data = '{}' WHERE seq = 7", 7),
    "a time moved by a microsecond": ("UPDATE audit_entries SET at = at + interval '1 microsecond' WHERE seq = 5", 5),
    "the first entry changed": ("UPDATE audit_entries SET action = 'x' WHERE seq = 1", 1),
    "the last entry changed": ("UPDATE audit_entries SET action = 'x' WHERE seq = 12", 12),
    "an entry removed": ("DELETE FROM audit_entries WHERE seq = 5", 5),
    "the first entry removed": ("DELETE FROM audit_entries WHERE seq = 1", 1),
    "the last entry removed": ("DELETE FROM audit_entries WHERE seq = 12", 12),
    "all entries removed": ("DELETE FROM audit_entries", 1),
    "two entries exchanged": (
        "UPDATE audit_entries a SET action = 'y', user_id = b.user_id, subject = b.subject, data = b.data, at = b.at"
        " FROM audit_entries b WHERE a.seq = 4 AND b.seq = 5", 4,
    ),
    "an entry added at the end": (
        "INSERT INTO audit_entries (at, action, seq, hash) VALUES (now(), 'x', 13, sha256('x'))", 13,
    ),
    "an entry added with a right hash but no head": (
        "INSERT INTO audit_entries (at, action, seq, hash) SELECT at, 'x', 13,"
        " audit_hash(hash, 13, at, NULL, 'x', NULL, NULL) FROM audit_entries WHERE seq = 12", 12,
    ),
    "an entry changed with its hash": ("UPDATE audit_entries SET action = 'x' WHERE seq = 5;" + REWRITE.format(n=5), 6),
    "an entry removed and the others moved up": (
        "DELETE FROM audit_entries WHERE seq = 5; UPDATE audit_entries SET seq = -seq WHERE seq > 5;"
        " UPDATE audit_entries SET seq = -seq - 1 WHERE seq < 0", 5,
    ),
    "the head turned back": ("UPDATE audit_heads SET seq = 11", 12),
    "the last entry and its head removed, the count left": (
        "DELETE FROM audit_entries WHERE seq = 12; UPDATE audit_heads SET seq = 11,"
        " hash = (SELECT hash FROM audit_entries WHERE seq = 11)", 12,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERING)
def test_tampering_is_found_and_named(filled: Store, owner: psycopg.Connection, name: str) -> None:
    assert found(filled) == []
    statement, seq = TAMPERING[name]
    owner.execute(statement)
    faults = found(filled)
    assert faults, "nothing was found"
    assert seq in {one.seq for one in faults} or seq + 1 in {one.seq for one in faults}, faults


def test_there_are_more_than_twenty_kinds() -> None:
    assert len(TAMPERING) > 20


def test_a_chain_written_anew_shows_against_a_head_that_was_kept(filled: Store, owner: psycopg.Connection) -> None:
    with filled.reading() as session:
        kept = proofs.head(session)
    owner.execute("UPDATE audit_entries SET action = 'x' WHERE seq = 5")
    for number in range(5, 13):
        owner.execute(REWRITE.format(n=number))
    owner.execute("UPDATE audit_heads SET hash = (SELECT hash FROM audit_entries WHERE seq = 12)")
    assert found(filled) == []
    assert [one.kind for one in found(filled, kept)] == ["other"]


def test_a_guard_that_was_switched_off_is_named(filled: Store, owner: psycopg.Connection) -> None:
    with filled.reading() as session:
        off = [one.said for one in proofs.verify(session) if one.kind == "guard"]
    assert len(off) == 3
    owner.execute("DROP TRIGGER audit_never ON audit_entries")
    with filled.reading() as session:
        assert "the trigger audit_never is gone" in [one.said for one in proofs.verify(session)]


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries", "TRUNCATE audit_entries"]
)
def test_the_program_itself_cannot_change_an_entry(filled: Store, statement: str) -> None:
    with pytest.raises(DBAPIError, match="appended only"), filled.transaction() as session:
        session.execute(text(statement))


def test_what_is_undone_is_not_logged_and_what_is_done_is_logged_in_order(store: Store) -> None:
    def breaks(session: Session, number: int) -> None:
        note(session, number)
        raise RuntimeError

    with pytest.raises(RuntimeError), store.transaction() as session:
        breaks(session, 1)
    with store.transaction() as session:
        note(session, 2)
        with pytest.raises(RuntimeError), session.begin_nested():
            breaks(session, 3)
        with session.begin_nested():
            note(session, 4)
        note(session, 5)
    with store.reading() as session:
        assert [one.user_id for one in session.scalars(select(AuditEntry).order_by(AuditEntry.seq))] == [2, 4, 5]


def test_many_at_once_make_one_chain(store: Store) -> None:
    def work(first: int) -> None:
        for number in range(first, first + 10):
            with store.transaction() as session:
                note(session, number)

    threads = [threading.Thread(target=work, args=(first,)) for first in range(0, 60, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as session:
        assert list(proofs.verify(session)) == []
        assert proofs.head(session).seq == 60


def test_the_filters_find_what_they_name(filled: Store) -> None:
    with filled.reading() as session:
        assert [one.seq for one in proofs.entries(session, proofs.Filter(user_id=3))] == [3]
        assert [one.seq for one in proofs.entries(session, proofs.Filter(subject="ticket:4"))] == [4]
        first = proofs.entries(session, proofs.Filter(action="identity_seen"), limit=5)
        assert [one.seq for one in first] == [12, 11, 10, 9, 8]
        assert [one.seq for one in proofs.entries(session, proofs.Filter(), before=8, limit=2)] == [7, 6]
        late = proofs.Filter(since=NOW + dt.timedelta(minutes=11), until=NOW + dt.timedelta(minutes=12))
        assert [one.seq for one in proofs.entries(session, late)] == [11]


@pytest.mark.parametrize("words", ["", "12", "x:00", "12:zz", "12:abcd", "²:" + "0" * 64])
def test_a_head_that_was_mistyped_is_refused(words: str) -> None:
    with pytest.raises(ValueError):
        Head.read(words)


def test_a_head_is_read_as_it_was_printed(filled: Store) -> None:
    with filled.reading() as session:
        newest = proofs.head(session)
    assert Head.read(str(newest)) == newest
