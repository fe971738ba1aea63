"""One PostgreSQL role per process, with the rights it needs and no more (ADR 0031).

The set-up (schema, default data) runs as the database's owner; what faces people or keeps trackers does not. A process
that is taken over can read and write rows as the program does, but change no table, no guard of the audit log, no role.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from hotline.keys import Keys

PROGRAM = ("web", "actions", "worker")
ENGINE = "engine"
PROCESSES = (*PROGRAM, ENGINE)
OWNERS_ALONE = ("alembic_version", "audit_heads")
APPENDED_ONLY = ("audit_entries",)
TRACKERS = "engine_trackers"


def name_of(database: str, process: str) -> str:
    """Roles belong to the whole server, so each database has its own."""
    return f"{database}_{process}"[:63]


def ensure_roles(url: str, keys: Keys) -> dict[str, str]:
    """Make the roles and give them their rights; gives each process's address of the database.

    Where the role of ``url`` may not make roles (a database of somebody else's server) every process gets ``url``
    itself, and the start says so. Done at every start: a table that an upgrade has added is covered.
    """
    with psycopg.connect(url) as connection:
        database = connection.info.dbname
        if not may_make_roles(connection):
            return dict.fromkeys(PROCESSES, url)
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(1022000002)")
            _nothing_for_everybody(connection, database)
            for process in PROCESSES:
                _make(connection, name_of(database, process), keys.database_password(process))
            for process in PROGRAM:
                _grant_program(connection, database, name_of(database, process))
            _grant_engine(connection, database, name_of(database, ENGINE))
    return {process: address(url, name_of(database, process), keys.database_password(process)) for process in PROCESSES}


def address(url: str, user: str, password: str) -> str:
    """``url`` with another user."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{host}"))


def shared(addresses: Mapping[str, str]) -> bool:
    """Whether the processes share one role."""
    return len(set(addresses.values())) == 1


def may_make_roles(connection: psycopg.Connection) -> bool:
    """Without this right the start gives every process the same role."""
    row = connection.execute(
        "SELECT (rolsuper OR rolcreaterole) AND pg_has_role(current_user, d.datdba, 'MEMBER')"
        " FROM pg_roles, pg_database d WHERE rolname = current_user AND d.datname = current_database()"
    ).fetchone()
    return bool(row and row[0])


def _make(connection: psycopg.Connection, role: str, password: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    statement = "ALTER ROLE {} LOGIN PASSWORD {}" if known else "CREATE ROLE {} LOGIN PASSWORD {}"
    safe = " NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS" if not known else ""
    connection.execute(sql.SQL(statement + safe).format(sql.Identifier(role), sql.Literal(password)))


def _nothing_for_everybody(connection: psycopg.Connection, database: str) -> None:
    for statement in (
        "REVOKE ALL ON DATABASE {} FROM PUBLIC",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    ):
        connection.execute(sql.SQL(statement).format(sql.Identifier(database)))


def _grant_program(connection: psycopg.Connection, database: str, role: str) -> None:
    """Rows of every table but those that only the set-up writes."""
    who = sql.Identifier(role)
    for statement in (
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database), who),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(who),
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}").format(who),
        sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(who),
        sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {}").format(who),
        *(
            sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), who)
            for table in OWNERS_ALONE
        ),
        *(
            sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), who)
            for table in APPENDED_ONLY
        ),
    ):
        connection.execute(statement)


def _grant_engine(connection: psycopg.Connection, database: str, role: str) -> None:
    """The tracker rows and nothing else."""
    who = sql.Identifier(role)
    for statement in (
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database), who),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(who),
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}").format(sql.Identifier(TRACKERS), who),
    ):
        connection.execute(statement)
