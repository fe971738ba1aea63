"""Brings a database up to this program: schema, default data, first administrator, sample data.

``python -m hotline.prepare`` prints one JSON object for the supervisor, which shows it to the person
at the terminal; nothing of it reaches a log.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.defaults import load_defaults
from feedback_store.demo import load_demo
from feedback_store.migrations import pending, upgrade
from feedback_store.places.country import province_named, provinces
from feedback_store.service import passwords, tickets, users
from feedback_store.store import Store
from feedback_store.tables import Commune, Setting, Ticket
from hotline.keys import KeyFault, Keys
from hotline.process import open_store
from hotline.settings import Settings

DEMO_MARK = "demo"
KEY_MARK = "encryption_key"
DEMO_SEED = 1022
CHANGED = "(password was changed)"


class Declined(RuntimeError):
    """This database is not for this installation; the message says why and what to do."""


class RealTickets(Declined):
    """Sample data is not put beside real tickets."""


class OtherProvince(Declined):
    """The database holds another province than HOTLINE_PROVINCE names."""


class WrongKey(Declined):
    """What is stored was encrypted with another key."""


def prepare(settings: Settings, store: Store, *, now: dt.datetime) -> dict[str, Any]:
    """``{"migrated", "admin": {username, password} | None, "sign_ins": [[role, username, password]]}``.

    Raises RealTickets when sample data was asked for in a database with tickets of its own, WrongKey when
    the rows are encrypted with another key than ``var/keys/encryption``.
    """
    said: dict[str, Any] = {"migrated": pending(store.engine), "admin": None, "sign_ins": []}
    if said["migrated"]:
        upgrade(store.engine)
    if settings.demo:
        with store.reading() as session:
            refuse_real_tickets(session)
    with store.transaction() as session:
        check_key(session, Keys(settings.keys), now)
        check_province(session, settings.province)
        load_defaults(session, now=now, province=settings.province)
    last: int | None = 0
    while last is not None:
        with store.transaction() as session:
            last = tickets.index_reporters(session, after=last)
    if settings.demo:
        said["sign_ins"] = load_samples(store, settings.media, now, settings.province)
    else:
        with store.transaction() as session:
            first = users.ensure_first_admin(session, now=now)
        said["admin"] = None if first is None else {"username": first.username, "password": first.password}
    return said


def check_key(session: Session, keys: Keys, now: dt.datetime) -> None:
    """The database remembers the fingerprint of the key that it was first used with."""
    mark = session.get(Setting, KEY_MARK)
    if mark is None:
        session.add(Setting(key=KEY_MARK, value={"fingerprint": keys.fingerprint()}, updated_at=now))
    elif mark.value["fingerprint"] != keys.fingerprint():
        raise WrongKey(
            f"the database is encrypted with another key than {keys.encryption_file}; "
            "put the copy made by `hotline backup --key` there, or take back a backup with `hotline restore FILE --key`"
        )


def refuse_real_tickets(session: Session) -> None:
    """A database that was never marked as a demo must hold no ticket."""
    if session.get(Setting, DEMO_MARK) is not None:
        return
    if session.scalars(select(Ticket.id).limit(1)).one_or_none() is not None:
        raise RealTickets("this database holds real tickets; sample data is only put into one of its own")


def load_samples(store: Store, media: Path, now: dt.datetime, province: str) -> list[list[str]]:
    """Fill an empty demo database once; its sign-ins are kept, they open sample data alone.

    A password that somebody changed since is not repeated.
    """
    with store.transaction() as session:
        mark = session.get(Setting, DEMO_MARK)
        if mark is not None and mark.value.get("loaded"):
            return [
                [role, login, password if still_opens(session, login, password) else CHANGED]
                for role, login, password in mark.value["sign_ins"]
            ]
        if mark is None:
            session.add(Setting(key=DEMO_MARK, value={"loaded": False}, updated_at=now))
    signs = load_demo(store, now=now, seed=DEMO_SEED, media_root=media, province=province)
    made = [[sign.role, sign.login, sign.password] for sign in signs]
    with store.transaction() as session:
        mark = session.get_one(Setting, DEMO_MARK)
        mark.value = {"loaded": True, "sign_ins": made}
    return made


def check_province(session: Session, slug: str) -> None:
    """Raises OtherProvince where another province's communes are stored: two are never mixed."""
    wanted = province_named(slug)
    stored = session.scalar(select(Commune.province_code).where(Commune.province_code != wanted.code).limit(1))
    if stored is None:
        return
    name = next((one.slug for one in provinces() if one.code == stored), stored)
    raise OtherProvince(
        f"this database holds the province {name}, HOTLINE_PROVINCE names {wanted.slug}: set HOTLINE_PROVINCE={name}, "
        "or start the other province with a folder of its own (HOTLINE_VAR) or another DATABASE_URL"
    )


def still_opens(session: Session, login: str, password: str) -> bool:
    """Whether the account has this password."""
    user = users.find(session, login)
    return user is not None and passwords.is_right(password, user.password_hash)


def main() -> int:
    settings = Settings()
    keys = Keys(settings.keys)
    had_key = keys.made()
    try:
        settings, store = open_store("prepare", pool_size=2, settings=settings)
        try:
            print(json.dumps(prepare(settings, store, now=dt.datetime.now(dt.UTC))))
        finally:
            store.close()
    except (Declined, KeyFault) as error:
        if isinstance(error, WrongKey) and not had_key:  # a fresh key must not stand where the right one belongs
            keys.encryption_file.unlink()
        print(json.dumps({"refused": str(error)}))
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
