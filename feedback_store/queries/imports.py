"""What an import did or would do, in sentences; and where an imported ticket comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.tables import ImportedTicket, TicketEvent
from feedback_store.texts import render

SHOWN = ("new", "differs", "refused")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an imported ticket comes from. ``unjudged``: "promise", "resolve" where the dates allow no verdict."""

    source: str
    old_code: str
    unjudged: tuple[str, ...]


def origin(session: Session, ticket_id: int) -> Origin | None:
    """None for a ticket that was filed here."""
    row = session.get(ImportedTicket, ticket_id)
    if row is None:
        return None
    query = select(TicketEvent.data).where(TicketEvent.ticket_id == ticket_id, TicketEvent.kind == "imported")
    data = session.scalars(query.limit(1)).one_or_none() or {}
    return Origin(row.source, row.old_code, tuple(data.get("unjudged", ())))


def summary(data: Mapping[str, Any], *, done: bool = False) -> list[str]:
    """Counts, states and figures in sentences: of a preview, or of what was done."""
    fates, figures = data["fates"], data["figures"]
    tense = "_done" if done else ""
    lines = [render(f"imports.report_rows{tense}", count=sum(fates.values()), **fates)]
    lines += [] if done else data.get("notes", [])
    if figures.get("held"):
        lines.append(render("imports.report_held", count=figures["held"]))
    if not fates["new"]:
        return lines
    if figures.get("overruled"):
        lines.append(render("imports.report_overruled", count=figures["overruled"]))
    states = ", ".join(f"{count} {render(f'console.state_{state}')}" for state, count in data["states"].items())
    lines.append(render(f"imports.report_states{tense}", states=states))
    names = ("promise", "promise_on_time", "resolve", "resolve_on_time", "unjudged_promise", "unjudged_resolve")
    lines.append(render("imports.report_figures", **{name: figures.get(name, 0) for name in names}))
    if figures.get("overdue"):
        lines.append(render("imports.report_overdue", overdue=figures["overdue"]))
    return lines


def report(data: Mapping[str, Any]) -> list[str]:
    """The summary with the first rows of each kind; no name, phone or words of a citizen."""
    lines = summary(data)
    for fate in SHOWN:
        samples = data["samples"].get(fate, [])
        if not samples:
            continue
        lines.append(f"{render(f'imports.fate_{fate}').capitalize()}:")
        lines += [render("imports.report_line", line=line, code=code, text=text) for line, code, text in samples]
        more = data["fates"][fate] - len(samples)
        if more:
            lines.append(render("imports.report_more", count=more))
    return lines
