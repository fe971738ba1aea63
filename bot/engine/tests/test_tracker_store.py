"""Trackers in PostgreSQL: encrypted, one row each, through lost connections and new keys."""

from collections.abc import Iterator

import psycopg2
import pytest
from cryptography.fernet import Fernet

from bot.engine.tracker_store import (
    ANSWERS_KEPT,
    PostgresSessionStore,
    Session,
    StoreUnavailable,
    libpq_dsn,
)

KEY = Fernet.generate_key().decode()
SESSION = Session([{"event": "user", "text": "đường Trần Phú"}], {"1": {"status": "done"}})


@pytest.fixture
def store(database_url: str) -> Iterator[PostgresSessionStore]:
    store = PostgresSessionStore(libpq_dsn(database_url), KEY)
    yield store
    store.delete("c")
    store.close()


def test_a_session_comes_back_as_it_was_saved(store: PostgresSessionStore) -> None:
    store.save("c", SESSION, "1")
    assert store.load("c") == SESSION


def test_an_unknown_conversation_is_empty(store: PostgresSessionStore) -> None:
    assert store.load("nobody") == Session()


def test_saving_again_replaces_the_one_row(store: PostgresSessionStore) -> None:
    store.save("c", SESSION, "1")
    store.save("c", Session(), "2")
    rows = store._run("SELECT last_event_id FROM engine_trackers WHERE sender_id = %s", ("c",))
    assert rows == [("2",)]


def test_no_word_can_be_read_in_the_table(store: PostgresSessionStore) -> None:
    store.save("c", SESSION, "1")
    ((body,),) = store._run("SELECT body FROM engine_trackers WHERE sender_id = %s", ("c",))
    assert "Trần".encode() not in bytes(body)
    assert b"event" not in bytes(body)


def test_a_new_key_reads_what_the_old_one_wrote(
    store: PostgresSessionStore, database_url: str
) -> None:
    store.save("c", SESSION, "1")
    newer = PostgresSessionStore(libpq_dsn(database_url), f"{Fernet.generate_key().decode()},{KEY}")
    assert newer.load("c") == SESSION
    newer.save("c", SESSION, "2")
    with pytest.raises(StoreUnavailable):
        store.load("c")
    newer.close()


def test_a_connection_that_the_server_dropped_is_replaced(
    store: PostgresSessionStore, database_url: str
) -> None:
    store.save("c", SESSION, "1")
    with psycopg2.connect(libpq_dsn(database_url)) as other, other.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'hotline-engine'"
        )
    other.close()
    assert store.load("c") == SESSION


def test_a_database_that_is_away_is_said_so() -> None:
    store = PostgresSessionStore("postgresql://x:x@127.0.0.1:9/x", KEY)
    with pytest.raises(StoreUnavailable):
        store.load("c")


def test_deleting_tells_whether_there_was_something(store: PostgresSessionStore) -> None:
    store.save("c", SESSION, "1")
    assert store.delete("c")
    assert not store.delete("c")


def test_only_the_last_answers_are_kept() -> None:
    session = Session()
    for number in range(ANSWERS_KEPT + 3):
        session.remember(str(number), {"n": number})
    assert list(session.answers) == [str(n) for n in range(3, ANSWERS_KEPT + 3)]
