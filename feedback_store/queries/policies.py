"""Reads of the page of time targets: the policy in force, one that is scheduled, what each version changed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_store.service.policy_edits import Change, changes
from feedback_store.tables import Category, PolicyVersion


def versions(session: Session) -> list[tuple[PolicyVersion, list[Change]]]:
    """Every version, the one that wins first, with what it changed against the one before it."""
    query = select(PolicyVersion).order_by(PolicyVersion.valid_from.desc(), PolicyVersion.id.desc())
    rows = list(session.scalars(query))
    older = [*rows[1:], None]
    return [(row, changes(was.data, row.data) if was is not None else []) for row, was in zip(rows, older, strict=True)]


def in_force(rows: list[PolicyVersion], now: dt.datetime) -> PolicyVersion | None:
    """The first of ``rows`` (as ``versions`` orders them) that has begun."""
    return next((row for row in rows if row.valid_from <= now), None)


def categories_of_classes(session: Session) -> dict[str, int]:
    """How many active categories have each class."""
    query = select(Category.service_class, func.count()).where(Category.active).group_by(Category.service_class)
    return dict(session.execute(query).all())
