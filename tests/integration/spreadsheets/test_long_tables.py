"""A long table is written row by row; measured with the tracer on, which takes its time."""

from __future__ import annotations

import datetime as dt
import tracemalloc

from feedback_store.spreadsheets import Column, Limits, read_table, write_xlsx
from vitext.dates import VIET_NAM


def test_a_long_table_is_streamed() -> None:
    rows = ([f"Dòng {n}", n, dt.datetime(2026, 1, 1, tzinfo=VIET_NAM)] for n in range(20_000))
    columns = [Column("Tên"), Column("Số", "integer"), Column("Lúc", "datetime")]
    tracemalloc.start()
    made = write_xlsx(columns, rows, title="Thử")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000
    assert len(read_table(made, Limits(rows=20_000)).rows) == 20_000
