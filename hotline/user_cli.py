"""``hotline user``: console accounts from the terminal, for when nobody can sign in."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.service import users
from feedback_store.service.actor import Actor, Refused
from feedback_store.tables import Agency
from hotline.at_hand import session_at_hand

app = typer.Typer(help="Create, list, reset and disable console users.", no_args_is_help=True)
SYSTEM = Actor("system")


@app.callback()
def _group() -> None:
    """Create, list, reset and disable console users."""


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
    with session_at_hand() as session:
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
    with session_at_hand() as session:
        agency_id = session.scalar(select(Agency.id).where(Agency.code == agency)) if agency else None
        made = users.create_user(
            session, login=login, name=name, role=role, agency_id=agency_id, actor=SYSTEM, now=_now()
        )
    typer.echo(f"{made.login}  one-time password: {made.password}")


@app.command()
def reset(login: Annotated[str, typer.Argument(help="Sign-in name.")]) -> None:
    """Give a user a new one-time password; their sessions end."""
    with session_at_hand() as session:
        made = users.reset_password(session, user_id=_id_of(session, login), actor=SYSTEM, now=_now())
    typer.echo(f"{made.login}  one-time password: {made.password}")


@app.command()
def disable(login: Annotated[str, typer.Argument(help="Sign-in name.")]) -> None:
    """Shut a user out; their sessions end, what they did stays on record."""
    with session_at_hand() as session:
        users.disable(session, user_id=_id_of(session, login), actor=SYSTEM, now=_now())
    typer.echo(f"{login} is disabled")


@app.command()
def enable(login: Annotated[str, typer.Argument(help="Sign-in name.")]) -> None:
    """Let a disabled user in again."""
    with session_at_hand() as session:
        users.enable(session, user_id=_id_of(session, login), actor=SYSTEM, now=_now())
    typer.echo(f"{login} may sign in again")
