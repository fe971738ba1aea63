"""What each process may do in the database, and what another local user finds of an installation."""

from __future__ import annotations

import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors, sql

from hotline.keys import Keys
from hotline.own_files import open_own, rotate
from hotline.postgres import EmbeddedPostgres
from hotline.roles import PROCESSES, PROGRAM, address, ensure_roles, name_of, shared

SAFE = "rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls"


@pytest.fixture
def addresses(postgres: EmbeddedPostgres, loaded_url: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    made = ensure_roles(loaded_url, Keys(tmp_path / "keys"))
    yield made
    database = loaded_url.rpartition("/")[2]
    with psycopg.connect(loaded_url, autocommit=True) as connection:
        for process in PROCESSES:
            role = sql.Identifier(name_of(database, process))
            connection.execute(sql.SQL("DROP OWNED BY {}").format(role))
            connection.execute(sql.SQL("DROP ROLE {}").format(role))


@pytest.mark.parametrize("process", PROCESSES)
def test_nobody_is_superuser_after_the_set_up(addresses: dict[str, str], process: str) -> None:
    with psycopg.connect(addresses[process]) as connection:
        row = connection.execute(f"SELECT {SAFE} FROM pg_roles WHERE rolname = current_user").fetchone()
        assert row == (False,)
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE public.mine (id int)")


def test_every_process_has_a_role_and_a_password_of_its_own(addresses: dict[str, str]) -> None:
    assert not shared(addresses)
    assert len(set(addresses.values())) == len(PROCESSES)


def test_the_engine_reads_and_writes_its_trackers_and_no_other_table(addresses: dict[str, str]) -> None:
    with psycopg.connect(addresses["engine"], autocommit=True) as connection:
        connection.execute("INSERT INTO engine_trackers (sender_id, body, updated_at) VALUES ('a', 'x', now())")
        connection.execute("UPDATE engine_trackers SET body = 'y'")
        connection.execute("DELETE FROM engine_trackers")
        names = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        assert names == [("engine_trackers",)]
        for table in ("tickets", "conversations", "inbound_events", "users", "settings", "audit_entries"):
            for statement in ("SELECT * FROM {}", "DELETE FROM {}"):
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(sql.SQL(statement).format(sql.Identifier(table)))


@pytest.mark.parametrize("process", PROGRAM)
def test_the_program_appends_to_the_audit_and_does_nothing_else_to_it(addresses: dict[str, str], process: str) -> None:
    with psycopg.connect(addresses[process], autocommit=True) as connection:
        connection.execute("INSERT INTO audit_entries (at, action) VALUES (now(), 'x')")
        for statement in (
            "UPDATE audit_entries SET action = 'y'",
            "DELETE FROM audit_entries",
            "TRUNCATE audit_entries",
            "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
            "DROP TRIGGER audit_never ON audit_entries",
            "UPDATE audit_heads SET seq = 0",
            "DELETE FROM audit_heads",
            "UPDATE alembic_version SET version_num = 'x'",
            "CREATE OR REPLACE FUNCTION audit_append() RETURNS trigger LANGUAGE sql AS $$ SELECT NULL $$",
            "SET session_replication_role = replica",
        ):
            with pytest.raises((errors.InsufficientPrivilege, errors.InvalidFunctionDefinition)):
                connection.execute(statement)
        seq = connection.execute("SELECT seq FROM audit_entries").fetchall()
        head = connection.execute("SELECT seq FROM audit_heads").fetchall()
        assert seq == head == [(1,)]


@pytest.mark.parametrize("process", PROGRAM)
def test_the_program_may_use_every_other_table(addresses: dict[str, str], loaded_url: str, process: str) -> None:
    with psycopg.connect(loaded_url) as owner:
        tables = [row[0] for row in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    assert len(tables) > 40
    rights = "has_table_privilege(%(t)s, 'SELECT') AND has_table_privilege(%(t)s, 'INSERT')"
    with psycopg.connect(addresses[process]) as connection:
        missing = [
            table
            for table in tables
            if table not in ("alembic_version", "audit_heads")
            and connection.execute(f"SELECT {rights}", {"t": table}).fetchone() != (True,)
        ]
    assert missing == []


def test_a_second_start_gives_the_same_addresses(addresses: dict[str, str], loaded_url: str, tmp_path: Path) -> None:
    assert ensure_roles(loaded_url, Keys(tmp_path / "keys")) == addresses


def test_a_role_that_may_make_none_serves_all(addresses: dict[str, str], tmp_path: Path) -> None:
    given = ensure_roles(addresses["web"], Keys(tmp_path / "keys"))
    assert shared(given)
    assert set(given.values()) == {addresses["web"]}


def test_a_password_with_odd_signs_stays_one_password() -> None:
    made = address("postgresql://a:b@127.0.0.1:5432/x", "u@v", "p:/@#?")
    info = psycopg.conninfo.conninfo_to_dict(made)
    assert (info["user"], info["password"], info["host"], info["dbname"]) == ("u@v", "p:/@#?", "127.0.0.1", "x")


def test_a_log_is_its_owners_alone_and_is_put_aside_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    path.write_bytes(b"old\n")
    path.chmod(0o644)
    with open_own(path) as log:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        for number in range(6):
            log.write(b"%d" % number * 50)
            log.flush()
            assert rotate(path, largest=20)
            assert path.stat().st_size == 0
        log.write(b"new")
        log.flush()
        assert path.read_bytes() == b"new"
    kept = sorted(one.name for one in tmp_path.iterdir())
    assert kept == ["web.log", "web.log.1", "web.log.2", "web.log.3"]
    assert path.with_name("web.log.1").read_bytes() == b"5" * 50
    assert {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()} == {0o600}


@pytest.mark.skipif(os.geteuid() != 0, reason="SKIPPED: only root can look as another user")
def test_files_of_another_account_are_taken_over_when_the_setting_changes() -> None:
    home = Path("/tmp") / f"hotline-test-{uuid.uuid4().hex[:8]}"
    home.mkdir(mode=0o755)
    first = EmbeddedPostgres(home, account="nobody", fsync=False)
    second: EmbeddedPostgres | None = None
    try:
        first.start()
        first.ensure_database("kept")
        first.stop()
        second = EmbeddedPostgres(home, account="daemon", fsync=False)
        second.start()
        psycopg.connect(second.url("kept")).close()
        assert second.data.stat().st_uid == second.account.uid
    finally:
        first.stop()
        if second is not None:
            second.stop()
        for folder in {home, first.home, *([second.home] if second else [])}:
            shutil.rmtree(folder, ignore_errors=True)
