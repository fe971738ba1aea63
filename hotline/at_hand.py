"""A database for commands: the given one, the running one, or the embedded one started for a moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import typer
from sqlalchemy.orm import Session

from feedback_store import crypto
from feedback_store.service.actor import Refused
from feedback_store.store import Store, make_engine
from feedback_store.texts import render
from hotline.keys import KeyFault, Keys
from hotline.postgres import EmbeddedPostgres, PostgresError, make_account
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
    make_account(settings.postgres_account)
    server = EmbeddedPostgres(settings.var, account=settings.postgres_account, port=settings.postgres_port)
    folder = RunFolder(settings.var)
    if folder.holder() is not None:
        server.read_port()
        url = server.url(settings.database)
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.Error as error:
            if not settings.demo and _is_demo(server):
                raise CannotStart(
                    "what runs here is the demo; put HOTLINE_DEMO=true before the command to look into its data"
                ) from error
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


def _is_demo(server: EmbeddedPostgres) -> bool:
    try:
        psycopg.connect(server.url(Settings(demo=True).database), connect_timeout=5).close()
    except psycopg.Error:
        return False
    return True


@contextmanager
def store_at_hand() -> Iterator[Store]:
    """The installation's database for a command; a refusal ends it with status 1 and a sentence."""
    settings = Settings()
    try:
        with database_at_hand(settings) as url:
            crypto.configure(Keys(settings.keys).keyring())
            store = Store(make_engine(url, pool_size=1))
            try:
                yield store
            finally:
                store.close()
    except Refused as error:
        typer.echo(render(error.key, **error.params), err=True)
        raise typer.Exit(1) from error
    except (CannotStart, PostgresError, KeyFault) as error:
        typer.echo(f"hotline: {error}", err=True)
        raise typer.Exit(1) from error


@contextmanager
def session_at_hand() -> Iterator[Session]:
    """One transaction on the installation's database, for a command."""
    with store_at_hand() as store, store.transaction() as session:
        yield session
