"""The taxonomy of reports as an administrator edits it. Tickets keep the category and class they have."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_store.service import clocks
from feedback_store.service.actor import Actor, Refused
from feedback_store.service.editing import administrators_only, log_change, named, new_code
from feedback_store.tables import Agency, Category, CategoryGroup

OTHER = "khac.khac"
"""What the bot files under when nothing fits; it cannot be switched off."""


def add_group(session: Session, *, name: str, actor: Actor, now: dt.datetime) -> CategoryGroup:
    administrators_only(actor)
    name = named(name)
    _group_name_free(session, name, None)
    code = new_code(name, lambda one: session.get(CategoryGroup, one) is not None, longest=30)
    last = session.scalar(select(func.max(CategoryGroup.position)))
    made = CategoryGroup(code=code, name=name, position=0 if last is None else last + 1, edited_at=now)
    session.add(made)
    session.flush()
    log_change(session, action="category_group_added", subject=f"category_group:{code}", old=None, new={"name": name},
               actor=actor, now=now)  # fmt: skip
    return made


def rename_group(session: Session, *, code: str, name: str, actor: Actor, now: dt.datetime) -> None:
    administrators_only(actor)
    group = session.get(CategoryGroup, code, with_for_update=True)
    if group is None:
        raise Refused("categories.unknown_group")
    name = named(name)
    _group_name_free(session, name, code)
    if log_change(session, action="category_group_edited", subject=f"category_group:{code}", old={"name": group.name},
                  new={"name": name}, actor=actor, now=now):  # fmt: skip
        group.name, group.edited_at = name, now


def add(
    session: Session,
    *,
    group_code: str,
    name: str,
    service_class: str,
    agency_kind: str,
    actor: Actor,
    now: dt.datetime,
) -> Category:
    """A new category at the end of its group, offered at once."""
    administrators_only(actor)
    name = named(name)
    _check(session, group_code, name, service_class, agency_kind, None, now)
    code = new_code(name, lambda one: session.get(Category, one) is not None, prefix=f"{group_code}.")
    last = session.scalar(select(func.max(Category.position)))
    made = Category(
        code=code, group_code=group_code, name=name, service_class=service_class, agency_kind=agency_kind,
        position=0 if last is None else last + 1, active=True, edited_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    log_change(session, action="category_added", subject=f"category:{code}", old=None, new=_values(made), actor=actor,
               now=now)  # fmt: skip
    return made


def edit(
    session: Session,
    *,
    code: str,
    group_code: str,
    name: str,
    service_class: str,
    agency_kind: str,
    active: bool,
    actor: Actor,
    now: dt.datetime,
) -> bool:
    """Rename, move, switch off, or give another class or agency kind to reports filed from now on.
    Gives whether anything changed."""
    administrators_only(actor)
    row = session.get(Category, code, with_for_update=True)
    if row is None:
        raise Refused("categories.unknown")
    name = named(name)
    _check(session, group_code, name, service_class, agency_kind, code, now)
    if code == OTHER and not active:
        raise Refused("categories.needed", name=row.name)
    old = _values(row)
    row.group_code, row.name, row.service_class = group_code, name, service_class
    row.agency_kind, row.active = agency_kind, active
    changed = log_change(session, action="category_edited", subject=f"category:{code}", old=old, new=_values(row),
                         actor=actor, now=now)  # fmt: skip
    if changed:
        row.edited_at = now
    return changed


def _values(row: Category) -> dict[str, Any]:
    return {
        "group": row.group_code,
        "name": row.name,
        "class": row.service_class,
        "agency_kind": row.agency_kind,
        "active": row.active,
    }


def _check(
    session: Session, group: str, name: str, service_class: str, kind: str, code: str | None, now: dt.datetime
) -> None:
    if session.get(CategoryGroup, group) is None:
        raise Refused("categories.unknown_group")
    if service_class not in clocks.load_policy(session, now)[1].classes:
        raise Refused("categories.unknown_class")
    known = select(Agency.id).where(Agency.kind == kind).limit(1)
    if session.scalar(known) is None and not (code and session.get_one(Category, code).agency_kind == kind):
        raise Refused("categories.unknown_kind")
    twins = select(Category.code).where(Category.name == name, Category.group_code == group)
    twin = twins.where(Category.code != (code or ""))
    if session.scalar(twin.limit(1)) is not None:
        raise Refused("categories.name_taken", name=name)


def _group_name_free(session: Session, name: str, code: str | None) -> None:
    twin = select(CategoryGroup.code).where(CategoryGroup.name == name, CategoryGroup.code != (code or ""))
    if session.scalar(twin.limit(1)) is not None:
        raise Refused("categories.group_taken", name=name)
