"""Brings a database up to this program: schema, default data, first administrator, sample data.

``python -m hotline.prepare`` prints one JSON object for the supervisor, which shows it to the person
at the terminal; nothing of it reaches a log.
"""

from __future__ import annotations

import datetime as dt
import importlib
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.defaults import load_defaults
from feedback_store.migrations import pending, upgrade
from feedback_store.store import Store
from feedback_store.tables import Setting, Ticket
from hotline.process import open_store
from hotline.settings import Settings

users: Any = (
    importlib.import_module("feedback_store.service.users")
    if importlib.util.find_spec("feedback_store.service.users")
    else None
)
demo: Any = importlib.import_module("feedback_store.demo") if importlib.util.find_spec("feedback_store.demo") else None
DEMO_MARK = "demo"
DEMO_SEED = 1022


class RealTickets(RuntimeError):
    """Sample data is not put beside real tickets."""


def prepare(settings: Settings, store: Store, *, now: dt.datetime) -> dict[str, Any]:
    """``{"migrated", "admin": {username, password} | None, "sign_ins": [[role, username, password]]}``.

    Raises RealTickets when sample data was asked for in a database with tickets of its own.
    """
    said: dict[str, Any] = {"migrated": pending(store.engine), "admin": None, "sign_ins": []}
    if said["migrated"]:
        upgrade(store.engine)
    if settings.demo:
        with store.reading() as session:
            refuse_real_tickets(session)
    with store.transaction() as session:
        load_defaults(session, now=now, province=settings.province)
    if settings.demo:
        said["sign_ins"] = load_samples(store, settings.media, now)
    elif users is not None:
        with store.transaction() as session:
            first = users.ensure_first_admin(session, now=now)
        said["admin"] = None if first is None else {"username": first.username, "password": first.password}
    return said


def refuse_real_tickets(session: Session) -> None:
    """A database that was never marked as a demo must hold no ticket."""
    if session.get(Setting, DEMO_MARK) is not None:
        return
    if session.scalars(select(Ticket.id).limit(1)).one_or_none() is not None:
        raise RealTickets("this database holds real tickets; sample data is only put into one of its own")


def load_samples(store: Store, media: Path, now: dt.datetime) -> list[list[str]]:
    """Fill an empty demo database once; its sign-ins are kept, they open sample data alone."""
    with store.transaction() as session:
        mark = session.get(Setting, DEMO_MARK)
        if mark is not None and mark.value.get("loaded"):
            return [list(entry) for entry in mark.value["sign_ins"]]
        if mark is None:
            session.add(Setting(key=DEMO_MARK, value={"loaded": False}, updated_at=now))
    signs = demo.load_demo(store, now=now, seed=DEMO_SEED, media_root=media)
    made = [[sign.role, sign.login, sign.password] for sign in signs]
    with store.transaction() as session:
        mark = session.get_one(Setting, DEMO_MARK)
        mark.value = {"loaded": True, "sign_ins": made}
    return made


def main() -> int:
    settings, store = open_store("prepare", pool_size=2)
    try:
        print(json.dumps(prepare(settings, store, now=dt.datetime.now(dt.UTC))))
    except RealTickets as error:
        print(json.dumps({"refused": str(error)}))
        return 3
    finally:
        store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
