"""A database for commands: the given one, the running one, or the embedded one started for a moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from hotline.postgres import EmbeddedPostgres
from hotline.running import RunFolder
from hotline.settings import Settings
from hotline.up import CannotStart, check_server


@contextmanager
def database_at_hand(settings: Settings) -> Iterator[str]:
    """Address of the installation's database, reachable inside the block.

    Raises CannotStart or PostgresError with words for the person.
    """
    if settings.database_url is not None:
        check_server(settings.database_url)
        yield settings.database_url
        return
    server = EmbeddedPostgres(settings.var, account=settings.postgres_account, port=settings.postgres_port)
    folder = RunFolder(settings.var)
    if folder.holder() is not None:
        server.read_port()
        url = server.url(settings.database)
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.Error as error:
            raise CannotStart("the hotline is running, but its database does not answer (yet)") from error
        yield url
        return
    folder.take(settings.base_url)
    try:
        folder.end_left_over()
        server.start()
        server.ensure_database(settings.database)
        yield server.url(settings.database)
    finally:
        server.stop()
        folder.release()
