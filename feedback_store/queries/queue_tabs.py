"""The tabs of the queue: which of them a role has, and which tickets each holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnExpressionArgument, false
from sqlalchemy.orm import Session

from feedback_store.queries.lookups import is_sample_database
from feedback_store.service.actor import Actor
from feedback_store.tables import ListEntry
from feedback_store.tables.listing import NEVER

PARTS = ("new", "working", "answered", "done")
"""The tabs that are parts (``ListEntry.part``)."""
FLAGGED: dict[str, Sequence[ColumnExpressionArgument[bool]]] = {
    "returned": [ListEntry.returned > 0, ListEntry.returned == 1],
    # after the second return the supervisor decides (sla.md, rule 7): it is no operator's work any more
    "returned_twice": [ListEntry.returned > 0, ListEntry.returned == 2],
    "extensions": [ListEntry.extension_waits],
    "pauses": [ListEntry.pause_waits],
    "citizen": [ListEntry.citizen_waited],
    "additions": [ListEntry.addition_unseen],
}
"""The conditions of the tabs that are flags, each as its partial index has it."""
MARKED = {"returned": "Pnew", "returned_twice": "Pnew", "citizen": "OPEN"}
"""What the index of the words knows of them (``ListWords``)."""
OPEN_STATES = ("new", "dispatched", "in_progress", "answered")
OPERATORS = ("new", "working", "answered", "overdue", "returned", "citizen", "additions", "done", "all")
SUPERVISORS = (
    "new", "working", "answered", "overdue", "returned", "returned_twice", "extensions", "pauses", "citizen",
    "additions", "done", "all",
)  # fmt: skip
MANAGERS = ("new", "working", "answered", "overdue", "returned", "returned_twice", "done", "all")
AGENCIES = ("new", "working", "answered", "overdue", "citizen", "done", "all")
TABS = SUPERVISORS
"""Every tab."""


def tabs_of(actor: Actor) -> tuple[str, ...]:
    """The tabs of the actor's queue in their order: what only a supervisor may decide stands with supervisors."""
    if actor.is_agency:
        return AGENCIES
    if actor.role == "operator":
        return OPERATORS
    return MANAGERS if actor.role == "manager" else SUPERVISORS


def tab_rule(session: Session, tab: str, actor: Actor, at: dt.datetime) -> Sequence[ColumnExpressionArgument[bool]]:
    """Rows of a tab among the viewer's ``ListEntry``; none of a tab that the actor has not got."""
    if tab not in tabs_of(actor):
        return [false()]
    if tab in PARTS:
        return [ListEntry.part == tab]
    if tab == "overdue":
        return [
            ListEntry.overdue_from < at,
            ListEntry.overdue_from < NEVER,
            *([] if is_sample_database(session) else [~ListEntry.is_sample]),
        ]
    return FLAGGED.get(tab, [])
