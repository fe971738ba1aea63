"""Sessions. ``Store.transaction`` holds the only ``commit()`` of the program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker


def make_engine(url: str, *, pool_size: int = 10) -> Engine:
    """Engine for ``postgresql://…``; every connection speaks UTC and gives up on a lock after 10 s."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            url = "postgresql+psycopg://" + url.removeprefix(prefix)
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=False,
        hide_parameters=True,  # an error's text must not carry a citizen's words into a log
        connect_args={
            "connect_timeout": 5,
            "options": "-c timezone=UTC -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
        },
    )


@contextmanager
def pipelined(connection: Connection) -> Iterator[psycopg.Connection[Any]]:
    """The driver's connection, whose statements travel together: results are waited for when they are read.

    Beyond SQLAlchemy's interface; rows are named tuples. Errors are the driver's, as SQLAlchemy raises them.
    """
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    before = driver.row_factory
    driver.row_factory = namedtuple_row
    try:
        with driver.pipeline():
            yield driver
    except psycopg.OperationalError as error:
        connection.invalidate(error)
        raise OperationalError(None, None, error) from error
    except psycopg.Error as error:
        raise DBAPIError(None, None, error) from error
    finally:
        driver.row_factory = before


READ_ONLY = "25006"  # a standby that took over, or a server that was told to write nothing


def database_away(error: BaseException | None) -> bool:
    """Whether the database itself is the reason (gone, full, locked, no connection free), so that the same work may
    succeed later unchanged; False: the work is at fault and will fail again."""
    while error is not None:
        if isinstance(error, (OperationalError, InterfaceError, PoolTimeout, OSError)):
            return True  # OSError holds TimeoutError
        if isinstance(error, DBAPIError):
            state = getattr(error.orig, "sqlstate", None)
            return error.connection_invalidated or state == READ_ONLY
        if isinstance(error, psycopg.OperationalError):
            return True
        error = error.__cause__
    return False


class Store:
    """Gives transactions; built once per process by the composition root."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is committed when the block ends, rolled back when it raises."""
        session = self._sessions()
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reads alone; nothing it does is kept."""
        session = self._sessions()
        try:
            yield session
        finally:
            session.close()  # rolls back; rollback() would also expire rows that a page still shows

    @contextmanager
    def statement(self) -> Iterator[Connection]:
        """A connection on which every single statement is its own transaction: the gateway's hot
        path stores an event or ends a turn in one statement and saves two round trips."""
        with self._autocommit.connect() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()
