"""``hotline user``: console accounts from the terminal, for when nobody can sign in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store import crypto
from feedback_store.service import users
from feedback_store.service.actor import Actor, Refused
from feedback_store.store import Store, make_engine
from feedback_store.tables import Agency
from feedback_store.texts import render
from hotline.at_hand import database_at_hand
from hotline.keys import KeyFault, Keys
from hotline.postgres import PostgresError
from hotline.settings import Settings
from hotline.up import CannotStart

app = typer.Typer(help="Create, list, reset and disable console users.", no_args_is_help=True)
SYSTEM = Actor("system")


@app.callback()
def _group() -> None:
    """Create, list, reset and disable console users."""


@contextmanager
def _session() -> Iterator[Session]:
    """One transaction on the installation's database; refusals end with status 1 and a sentence."""
    settings = Settings()
    try:
        with database_at_hand(settings) as url:
            crypto.configure(Keys(settings.keys).keyring())
            store = Store(make_engine(url, pool_size=1))
            try:
                with store.transaction() as session:
                    yield session
            finally:
                store.close()
    except Refused as error:
        typer.echo(render(error.key, **error.params), err=True)
        raise typer.Exit(1) from error
    except (CannotStart, PostgresError, KeyFault) as error:
        typer.echo(f"hotline: {error}", err=True)
        raise typer.Exit(1) from error


def _id_of(session: Session, login: str) -> int:
    user = users.find(session, login)
    if user is None:
        raise Refused("users.not_found")
    return user.id


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@app.command("list")
def list_all() -> None:
    """List every console user with role and agency."""
    table = Table("login", "name", "role", "agency", "state")
    with _session() as session:
        for user, agency in users.list_users(session):
            table.add_row(user.login, user.name, user.role, agency or "", "disabled" if user.disabled_at else "active")
    Console().print(table)


@app.command()
def create(
    login: Annotated[str, typer.Argument(help="Sign-in name: lower-case letters and digits.")],
    name: Annotated[str, typer.Option(help="Full name, as colleagues read it.")],
    role: Annotated[str, typer.Option(help="operator, supervisor, officer, leader, manager or administrator.")],
    agency: Annotated[str | None, typer.Option(help="Code of the agency, for officers and leaders.")] = None,
) -> None:
    """Create a user; prints the one-time password once."""
    with _session() as session:
        agency_id = session.scalar(select(Agency.id).where(Agency.code == agency)) if agency else None
        made = users.create_user(
            session, login=login, name=name, role=role, agency_id=agency_id, actor=SYSTEM, now=_now()
        )
    typer.echo(f"{made.login}  one-time password: {made.password}")


@app.command()
def reset(login: Annotated[str, typer.Argument(help="Sign-in name.")]) -> None:
    """Give a user a new one-time password; their sessions end."""
    with _session() as session:
        made = users.reset_password(session, user_id=_id_of(session, login), actor=SYSTEM, now=_now())
    typer.echo(f"{made.login}  one-time password: {made.password}")


@app.command()
def disable(login: Annotated[str, typer.Argument(help="Sign-in name.")]) -> None:
    """Shut a user out; their sessions end, what they did stays on record."""
    with _session() as session:
        users.disable(session, user_id=_id_of(session, login), actor=SYSTEM, now=_now())
    typer.echo(f"{login} is disabled")


@app.command()
def enable(login: Annotated[str, typer.Argument(help="Sign-in name.")]) -> None:
    """Let a disabled user in again."""
    with _session() as session:
        users.enable(session, user_id=_id_of(session, login), actor=SYSTEM, now=_now())
    typer.echo(f"{login} may sign in again")
