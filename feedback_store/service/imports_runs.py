"""An import in the console: received, checked, confirmed, done. Its file waits encrypted in the database.

The worker checks and writes; a run that it left half-way is taken up again when its claim has run out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, undefer

from feedback_store.crypto import keyring
from feedback_store.service.actor import Actor, Refused
from feedback_store.service.imports import Importer, Interrupted, Preview, check_source
from feedback_store.service.imports_columns import file_notes, headings, key_headings, read_rows, refused_file
from feedback_store.spreadsheets import Limits, Table, packed, read_table
from feedback_store.store import Store
from feedback_store.tables import ImportRun
from feedback_store.texts import render

log = structlog.get_logger(__name__)
LIMITS = Limits(size=60_000_000, rows=200_000)
CLAIM = dt.timedelta(minutes=5)
KEPT = dt.timedelta(days=7)
"""So long the file and the rows to correct are kept; both hold personal data."""
Clock = Callable[[], dt.datetime]


def receive(
    session: Session, *, source: str, files: Sequence[tuple[str, bytes]], actor: Actor, now: dt.datetime
) -> ImportRun:
    """Keep files (name, content) that belong together to be checked. Raises ``Refused`` without a file, a name of the
    old system, or the right."""
    _administrator(actor)
    if not any(content for _, content in files):
        raise Refused("imports.file_needed")
    if sum(len(content) for _, content in files) > LIMITS.size:
        raise Refused("spreadsheets.too_big", megabytes=LIMITS.size // 1_000_000)
    file_name = ", ".join(name for name, _ in files)
    kept = keyring().encrypt(packed(files))
    run = ImportRun(
        source=check_source(source), file_name=file_name[:200], content=kept, state="received",
        total=0, done=0, created_at=now, created_by=actor.user_id,
    )  # fmt: skip
    session.add(run)
    session.flush()
    return run


def confirm(session: Session, *, run_id: int, actor: Actor, now: dt.datetime) -> None:
    """The preview was read: the worker may write."""
    _administrator(actor)
    _move(session, run_id, "checked", state="confirmed", confirmed_at=now)


def cancel(session: Session, *, run_id: int, actor: Actor, now: dt.datetime) -> None:
    """Nothing is written; the file is erased at once."""
    _administrator(actor)
    _move(session, run_id, "checked", state="cancelled", finished_at=now, content=None, refused=None)


def _administrator(actor: Actor) -> None:
    if actor.role != "administrator":
        raise Refused("tickets.not_allowed")


def _move(session: Session, run_id: int, old: str, **values: object) -> None:
    changed = session.execute(
        update(ImportRun).where(ImportRun.id == run_id, ImportRun.state == old).values(**values)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Refused("imports.run_not_ready")


def list_runs(session: Session, *, limit: int = 20) -> list[ImportRun]:
    """The newest first, without their files."""
    return list(session.scalars(select(ImportRun).order_by(ImportRun.id.desc()).limit(limit)))


def find_run(session: Session, run_id: int) -> tuple[ImportRun, bool] | None:
    """A run, and whether there is a file with rows to correct."""
    query = select(ImportRun, ImportRun.refused.is_not(None)).where(ImportRun.id == run_id)
    found = session.execute(query).one_or_none()
    return None if found is None else (found[0], bool(found[1]))


def rows_to_correct(session: Session, run_id: int) -> tuple[str, bytes] | None:
    """Name and content of the file with the refused rows; None where there is none, or no longer."""
    run = session.get(ImportRun, run_id)
    if run is None or run.refused is None:
        return None
    return refused_name(run.file_name), keyring().decrypt(run.refused)


def refused_name(file_name: str) -> str:
    """``cu.xlsx`` → ``cu.tu-choi.xlsx``."""
    stem = file_name.rsplit(".", 1)[0] if "." in file_name[1:] else file_name
    return f"{stem}.tu-choi.xlsx"


def work(store: Store, *, clock: Clock, stopping: Callable[[], bool] = lambda: False) -> bool:
    """Check or write one run that waits; gives whether there was one. Any number of workers may call this."""
    with store.transaction() as session:
        run = _claim(session, clock())
    if run is None:
        return False
    if run.content is None:
        return _finish(store, run.id, clock, state="faulty", fault=render("imports.run_gone"))
    try:
        table = read_table(keyring().decrypt(run.content), LIMITS, headings(), key_headings())
        importer = Importer(
            store, read_rows(table), source=run.source, now=clock(), stopping=stopping, notes=file_notes(table)
        )
        return _check_or_write(store, run, table, importer, clock)
    except Refused as fault:
        return _finish(store, run.id, clock, state="faulty", content=None, fault=render(fault.key, **fault.params))
    except Interrupted:
        with store.transaction() as session:
            session.execute(update(ImportRun).where(ImportRun.id == run.id).values(claimed_until=None))
        return False


def _check_or_write(store: Store, run: ImportRun, table: Table, importer: Importer, clock: Clock) -> bool:
    if run.state == "received":
        shown = importer.preview()
        return _finish(
            store, run.id, clock, state="checked", preview=shown.data(), total=shown.fates["new"],
            refused=_sealed(table, shown),
        )  # fmt: skip

    def progress(session: Session, done: int) -> None:
        session.execute(
            update(ImportRun).where(ImportRun.id == run.id).values(done=done, claimed_until=clock() + CLAIM)
        )

    done = importer.apply(run_id=run.id, user_id=run.created_by, progress=progress)
    log.info("tickets_imported", run=run.id, rows=done.fates["new"])
    return _finish(store, run.id, clock, state="done", content=None, refused=_sealed(table, done), result=done.data())


def _claim(session: Session, now: dt.datetime) -> ImportRun | None:
    query = (
        select(ImportRun)
        .where(
            ImportRun.state.in_(("received", "confirmed")),
            or_(ImportRun.claimed_until.is_(None), ImportRun.claimed_until < now),
        )
        .order_by(ImportRun.id)
        .limit(1)
        .options(undefer(ImportRun.content))
        .with_for_update(skip_locked=True)
    )
    run = session.scalars(query).one_or_none()
    if run is not None:
        run.claimed_until = now + CLAIM
    return run


def _finish(store: Store, run_id: int, clock: Clock, *, state: str, **values: object) -> bool:
    over = {} if state == "checked" else {"finished_at": clock()}
    with store.transaction() as session:
        session.execute(
            update(ImportRun)
            .where(ImportRun.id == run_id)
            .values(state=state, claimed_until=None, **over, **values)
        )
    return True


def _sealed(table: Table, shown: Preview) -> bytes | None:
    return keyring().encrypt(refused_file(table, shown.reasons())) if shown.back else None


def erase_old(session: Session, *, now: dt.datetime) -> None:
    """Files are kept a week; a preview that nobody confirmed in that time is cancelled."""
    old = ImportRun.created_at < now - KEPT
    session.execute(
        update(ImportRun).where(old, ImportRun.state == "checked").values(state="cancelled", finished_at=now)
    )
    session.execute(
        update(ImportRun)
        .where(old, ImportRun.state != "confirmed", or_(ImportRun.content.is_not(None), ImportRun.refused.is_not(None)))
        .values(content=None, refused=None)
    )
