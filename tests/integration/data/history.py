"""Rows of an old system for the tests of the import."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from feedback_store.service.imports import Importer
from feedback_store.service.imports_columns import COLUMNS, SourceRow, read_rows
from feedback_store.spreadsheets import Row, Table
from feedback_store.store import Store
from feedback_store.tables import ImportRun

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)  # 09:00 on a Monday in Viet Nam
SOURCE = "1022 cũ"
CLOSED: dict[str, Any] = {
    "old_code": "HP-1", "channel": "Điện thoại", "received_at": "02/03/2026 09:15",
    "text": "Rác đầu hẻm 45 Lạch Tray cả tuần", "category": "Rác thải không thu gom, đổ rác bừa bãi",
    "commune": "Phường Lê Chân", "place": "45 Lạch Tray", "agency": "Sở Xây dựng Hải Phòng",
    "dispatched_at": "02/03/2026 10:00",
    "answered_at": "04/03/2026 16:00", "result": "Đã thu gom toàn bộ rác lúc 9 giờ", "told_at": "05/03/2026 08:00",
    "state": "Đã kết thúc", "rating": "5", "name": "Trần Thị Bưởi", "phone": "0912 345 678", "anonymous": "Không",
}  # fmt: skip
OPEN: dict[str, Any] = {
    "old_code": "HP-2", "received_at": "18/11/2026 09:00", "text": "Ổ gà trước số 12 Tô Hiệu",
    "category": "moi-truong.rac", "agency": "so-xay-dung", "dispatched_at": "18/11/2026 10:00",
}  # fmt: skip


def sheet(*rows: dict[str, Any]) -> list[SourceRow]:
    """Rows as a file with every column of the template gives them."""
    return read_rows(table(*rows))


def table(*rows: dict[str, Any]) -> Table:
    cells = [Row(number, tuple(row.get(name, "") for name in COLUMNS)) for number, row in enumerate(rows, 2)]
    return Table(COLUMNS, tuple(cells))


def run_id(store: Store) -> int:
    with store.transaction() as session:
        made = ImportRun(source=SOURCE, file_name="cu.csv", state="done", total=0, done=0, created_at=NOW)
        session.add(made)
        session.flush()
        return made.id


def load(store: Store, *rows: dict[str, Any], now: dt.datetime = NOW, source: str = SOURCE) -> Any:
    """Import rows; gives what was done."""
    return Importer(store, sheet(*rows), source=source, now=now).apply(run_id=run_id(store), user_id=None)


def fates(done: Any) -> dict[str, int]:
    return {name: count for name, count in done.fates.items() if count}


def reasons(done: Any) -> Sequence[str]:
    return [reason for one in done.back for reason in one.reasons]
