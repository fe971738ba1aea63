"""Import of tickets from another system: what a file would do, and doing it (ADR 0025, docs/import.md)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.service import audit
from feedback_store.service.actor import Refused
from feedback_store.service.imports_catalogue import Catalogue, load_catalogue
from feedback_store.service.imports_columns import SourceRow
from feedback_store.service.imports_plan import Plan, make_plan
from feedback_store.service.imports_rows import RowRefused, changed_columns, digest, read_record
from feedback_store.service.imports_write import Origin, Unwritten, write_batch
from feedback_store.store import Store
from feedback_store.tables import ImportedTicket, Ticket, UserNotice
from feedback_store.texts import render
from vitext.dates import short_time

Fate = Literal["new", "known", "differs", "refused"]
FATES: tuple[Fate, ...] = ("new", "known", "differs", "refused")
BATCH = 500
FIRST_ROWS = 5
MAX_SOURCE = 64


@dataclass(frozen=True, slots=True)
class Sorted:
    """A row with what becomes of it; ``plan`` for new ones, ``reasons`` for those that go back; ``held``: it may be
    a denunciation."""

    row: SourceRow
    fate: Fate
    plan: Plan | None = None
    reasons: tuple[str, ...] = ()
    held: bool = False


@dataclass(slots=True)
class Preview:
    """What a file would do. ``samples`` are the first rows of each fate as (line, code, words)."""

    fates: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    figures: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    back: list[Sorted] = field(default_factory=list)
    """Rows to correct."""
    notes: list[str] = field(default_factory=list)
    """What is told of the whole file before it is imported."""

    def add(self, one: Sorted) -> None:
        self.fates[one.fate] += 1
        shown = self.samples.setdefault(one.fate, [])
        self.figures["held"] += one.held
        if one.plan is not None:
            self._count(one.plan)
        if len(shown) < FIRST_ROWS:
            shown.append((one.row.line, one.row.old_code[:64], _in_words(one)))
        if one.reasons:
            self.back.append(one)

    def _count(self, plan: Plan) -> None:
        self.states[plan.record.state] += 1
        self.figures["open"] += plan.record.is_open
        self.figures["overdue"] += plan.overdue
        self.figures["overruled"] += plan.record.overruled
        for kind in plan.unjudged:
            self.figures[f"unjudged_{kind}"] += 1
        for clock in plan.clocks:
            if clock.kind in ("promise", "resolve"):
                self.figures[clock.kind] += 1
                self.figures[f"{clock.kind}_on_time"] += clock.standing == "on_time"

    def reasons(self) -> dict[int, str]:
        """Line of each row to correct → why."""
        return {one.row.line: _sentences(one.reasons) for one in self.back}

    def data(self) -> dict[str, Any]:
        """As it is stored for the console; rows to correct are in their file."""
        return {
            "fates": {fate: self.fates[fate] for fate in FATES},
            "states": dict(self.states),
            "figures": dict(self.figures),
            "samples": self.samples,
            "notes": self.notes,
        }


def _in_words(one: Sorted) -> str:
    """A row without what somebody wrote or who it was."""
    if one.plan is None:
        return _sentences(one.reasons)
    record = one.plan.record
    return f"{record.category.name}, {short_time(one.plan.received)}, {render(f'console.state_{record.state}')}"


def _sentences(reasons: Iterable[str]) -> str:
    return " ".join(f"{reason}." for reason in reasons)


def check_source(source: str) -> str:
    """The name of the old system. Raises ``Refused``."""
    name = " ".join(source.split())
    if not name or len(name) > MAX_SOURCE:
        raise Refused("imports.source_needed")
    return name


class Interrupted(Exception):
    """The process ends; what was written stays, and the import goes on when it is repeated."""


class Importer:
    """One file against one installation; the catalogue is read once. ``stopping`` is asked between batches."""

    def __init__(
        self, store: Store, rows: Sequence[SourceRow], *, source: str, now: dt.datetime,
        stopping: Callable[[], bool] = lambda: False, notes: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self._notes = list(notes)
        self._store, self._rows, self._now, self._stopping = store, rows, now, stopping
        self.source = check_source(source)
        with store.reading() as session:
            self._catalogue: Catalogue = load_catalogue(session)
            self._stored = _stored(session, self.source)

    def preview(self) -> Preview:
        """What importing would do; changes nothing."""
        made = Preview(notes=self._notes)
        for batch in self._batches():
            for one in batch:
                made.add(one)
        return made

    def apply(
        self, *, run_id: int, user_id: int | None, progress: Callable[[Session, int], None] = lambda *_: None
    ) -> Preview:
        """Write the new rows in batches, each batch one transaction, each row whole or not at all.

        Ended half-way it goes on when repeated: what is in is known. Gives what was done; a row that the database
        refused is among those to correct.
        """
        origin = Origin(run_id, self.source, user_id, self._catalogue.sample, self._now)
        done = Preview()
        for batch in self._batches():
            plans = [one.plan for one in batch if one.plan is not None]
            left: dict[int, Unwritten] = {}
            if plans:
                with self._store.transaction() as session:
                    left = write_batch(session, plans, origin)
                    progress(session, done.fates["new"] + len(plans) - len(left))
            for one in batch:
                fate = left.get(one.row.line)
                if fate is not None:
                    reasons = (render("imports.write_failed"),) if fate == "refused" else ()
                    one = Sorted(one.row, fate, reasons=reasons)
                done.add(one)
        with self._store.transaction() as session:
            _conclude(session, done, origin)
        return done

    def _batches(self) -> Iterator[list[Sorted]]:
        for start in range(0, len(self._rows), BATCH):
            if self._stopping():
                raise Interrupted
            yield list(self._sorted(self._rows[start : start + BATCH]))

    def _sorted(self, rows: Iterable[SourceRow]) -> Iterator[Sorted]:
        for row in rows:
            try:
                stored = self._stored.get(row.old_code)
                record = read_record(row, self._catalogue, self._now, known=stored is not None)
                if stored is None:
                    yield Sorted(row, "new", make_plan(record, self._catalogue, self._now))
                    continue
            except RowRefused as refused:
                yield Sorted(row, "refused", reasons=tuple(refused.reasons), held=refused.held)
                continue
            code, before = stored
            changed = changed_columns(before, digest(record))
            if changed:
                columns = ", ".join(f"“{name}”" for name in changed)
                yield Sorted(row, "differs", reasons=(render("imports.differs", code=code, columns=columns),))
            else:
                yield Sorted(row, "known")


def _stored(session: Session, source: str) -> dict[str, tuple[str, bytes]]:
    query = (
        select(ImportedTicket.old_code, Ticket.code, ImportedTicket.digest)
        .join(Ticket, Ticket.id == ImportedTicket.ticket_id)
        .where(ImportedTicket.source == source)
    )
    return {old: (code, kept) for old, code, kept in session.execute(query)}


def _conclude(session: Session, done: Preview, origin: Origin) -> None:
    """The audit entry, and one notice to supervisors instead of one for every ticket."""
    counts: dict[str, Any] = {fate: done.fates[fate] for fate in FATES}
    counts |= {name: done.figures[name] for name in ("held", "overruled") if done.figures[name]}
    audit.log(
        session, action="tickets_imported", user_id=origin.user_id, subject=f"import:{origin.run_id}",
        data={"source": origin.source, **counts}, now=origin.now,
    )  # fmt: skip
    if not done.fates["new"]:
        return
    words = render(
        "imports.notice_done", imported=done.fates["new"], source=origin.source, open=done.figures["open"],
        overdue=done.figures["overdue"],
    )  # fmt: skip
    session.add(
        UserNotice(role="supervisor", kind="import", text=words, dedupe_key=f"import:{origin.run_id}",
                   created_at=origin.now)
    )  # fmt: skip
