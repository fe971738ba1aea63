"""An import of ten thousand tickets from XLSX: reading, preview, writing; openpyxl alone beside it."""

from __future__ import annotations

import datetime as dt
import io
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import openpyxl
from sqlalchemy import func, select

from feedback_store import migrations
from feedback_store.defaults import load_defaults
from feedback_store.service.imports import Importer
from feedback_store.service.imports_columns import COLUMNS, file_notes, heading, headings, key_headings, read_rows
from feedback_store.service.imports_runs import LIMITS
from feedback_store.spreadsheets import read_table
from feedback_store.store import Store
from feedback_store.tables import ImportRun, Ticket

ROWS = 10_000
NOW = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
Made = TypeVar("Made")


@dataclass(frozen=True)
class Took:
    """Seconds of each step; ``stored`` of the ``ROWS`` became tickets."""

    openpyxl: float
    read: float
    preview: float
    write: float
    stored: int

    @property
    def whole(self) -> float:
        return self.read + self.preview + self.write


def timed(work: Callable[[], Made]) -> tuple[float, Made]:
    began = time.perf_counter()
    made = work()
    return time.perf_counter() - began, made


def workbook(rows: int) -> bytes:
    """A file as another system writes it: all columns, dates as dates, numbers that lost their nought."""
    drawn = random.Random(7)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Phản ánh")
    sheet.append([heading(column) for column in COLUMNS])
    for number in range(rows):
        received = dt.datetime(2026, 1, 5, 8) + dt.timedelta(minutes=37 * number % 400_000)
        values = {
            "old_code": f"CU-{number:06d}",
            "channel": "phone",
            "received_at": received,
            "text": f"Rác chất đống trước số {drawn.randrange(1, 400)} đường Tô Hiệu, ba ngày chưa ai dọn ({number})",
            "category": "moi-truong.rac",
            "place": f"số {drawn.randrange(1, 400)} Tô Hiệu, phường Lê Chân",
            "state": "Chờ phân phối",
            "name": "Nguyễn Thị Hoa",
            "phone": 912_000_000 + number,
            "anonymous": drawn.random() < 0.1,
        }
        sheet.append([values.get(column) for column in COLUMNS])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def measure(store: Store, rows: int = ROWS) -> Took:
    """The three steps over a fresh database with the default catalogue."""
    migrations.upgrade(store.engine)
    with store.transaction() as session:
        load_defaults(session, now=NOW)
    data = workbook(rows)

    def alone() -> int:
        sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True).worksheets[0]
        return sum(1 for _ in sheet.iter_rows(values_only=True))

    baseline, _ = timed(alone)
    read, table = timed(lambda: read_table(data, LIMITS, headings(), key=key_headings()))
    importer = Importer(store, read_rows(table), source="cũ", now=NOW, notes=file_notes(table))
    preview, shown = timed(importer.preview)
    if shown.back:
        raise RuntimeError(f"{len(shown.back)} rows were refused, the first: {' '.join(shown.back[0].reasons)}")
    with store.transaction() as session:
        run = ImportRun(source="cũ", file_name="cu.xlsx", state="done", total=0, done=0, created_at=NOW)
        session.add(run)
        session.flush()
        run_id = run.id
    write, _ = timed(lambda: importer.apply(run_id=run_id, user_id=None))
    with store.reading() as session:
        stored = session.scalar(select(func.count()).select_from(Ticket)) or 0
    return Took(baseline, read, preview, write, stored)
