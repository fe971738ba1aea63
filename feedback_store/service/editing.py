"""What the editors of categories, agencies and routing rules share: who may, codes from names, old and new kept."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from feedback_store.service import audit
from feedback_store.service.actor import Actor, Refused
from vitext import fold

LONGEST_NAME = 200


def administrators_only(actor: Actor) -> None:
    if actor.role != "administrator":
        raise Refused("tickets.not_allowed")


def named(text: str) -> str:
    """A name with single blanks. Raises ``Refused`` for an empty or endless one."""
    name = " ".join(text.split())
    if not any(letter.isalnum() for letter in name):
        raise Refused("editing.name_needed")
    if len(name) > LONGEST_NAME:
        raise Refused("editing.name_long", most=LONGEST_NAME)
    return name


def new_code(name: str, taken: Callable[[str], bool], *, prefix: str = "", longest: int = 60) -> str:
    """``Rác thải nhựa`` → ``rac-thai-nhua``; a number is added where the code is taken already."""
    stem = prefix + (re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[: longest - len(prefix) - 4].strip("-") or "muc")
    code, number = stem, 2
    while taken(code):
        code, number = f"{stem}-{number}", number + 1
    return code


def log_change(
    session: Session,
    *,
    action: str,
    subject: str,
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
    actor: Actor,
    now: dt.datetime,
) -> bool:
    """Audit what differs, old and new; gives False, and writes nothing, where nothing does."""
    before, after = dict(old or {}), dict(new or {})
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    if not keys and old is not None and new is not None:
        return False
    data: dict[str, Any] = {"old": {key: before.get(key) for key in keys}, "new": {key: after.get(key) for key in keys}}
    audit.log(session, action=action, user_id=actor.user_id, subject=subject, data=data, now=now)
    return True
