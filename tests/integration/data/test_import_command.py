"""``hotline tickets import | template``: what they print, write and exit with."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import func, select
from typer.testing import CliRunner

from feedback_store import crypto
from feedback_store.service.imports_columns import COLUMNS, heading
from feedback_store.spreadsheets import Column, read_table, write_xlsx
from feedback_store.store import Store
from feedback_store.tables import ImportRun, Ticket
from hotline.cli import app
from hotline.keys import Keys
from tests.integration.data.history import CLOSED, OPEN

WRONG = {**OPEN, "old_code": "HP-3", "category": "Ngập lụt nặng", "phone": "0912345678"}


@pytest.fixture
def command(loaded_store: Store, loaded_url: str, tmp_path: Path, encryption_key: str,
            monkeypatch: pytest.MonkeyPatch) -> Any:  # fmt: skip
    monkeypatch.setenv("DATABASE_URL", loaded_url)
    monkeypatch.setenv("HOTLINE_VAR", str(tmp_path / "var"))
    monkeypatch.setattr(Keys, "keyring", lambda self: crypto.keyring())

    def run(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, ["tickets", *arguments], input=typed)

    return run


def write(path: Path, *rows: dict[str, Any]) -> Path:
    columns = [Column(heading(name)) for name in COLUMNS]
    path.write_bytes(write_xlsx(columns, [[row.get(name, "") for name in COLUMNS] for row in rows], title="Phản ánh"))
    return path


def tickets(store: Store) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(Ticket)) or 0


def test_it_shows_what_it_would_do_and_asks(command: Any, loaded_store: Store, tmp_path: Path) -> None:
    file = write(tmp_path / "cu.xlsx", CLOSED)
    done = command("import", str(file), "--source", "cũ", typed="n\n")
    assert done.exit_code == 4
    assert "1 dòng: 1 sẽ nhập" in done.output
    assert "Chưa nhập gì." in done.output
    assert tickets(loaded_store) == 0
    done = command("import", str(file), "--source", "cũ", typed="y\n")
    assert (done.exit_code, tickets(loaded_store)) == (0, 1)
    assert "Đã nhập 1 phản ánh." in done.output
    again = command("import", str(file), "--source", "cũ", "--yes")
    assert (again.exit_code, tickets(loaded_store)) == (0, 1)
    assert "Không có dòng nào để nhập." in again.output


def test_refused_rows_go_into_a_file_that_others_cannot_read(
    command: Any, loaded_store: Store, tmp_path: Path
) -> None:
    file = write(tmp_path / "cu.xlsx", CLOSED, WRONG)
    done = command("import", str(file), "--source", "cũ", "--yes")
    assert (done.exit_code, tickets(loaded_store)) == (3, 1)
    assert "0912" not in done.output
    assert "Bưởi" not in done.output
    back = tmp_path / "cu.tu-choi.xlsx"
    assert stat.S_IMODE(os.stat(back).st_mode) == 0o600
    assert read_table(back.read_bytes()).header[0] == "Lý do bị từ chối"
    other = tmp_path / "khac.xlsx"
    command("import", str(file), "--source", "cũ", "--yes", "--refused", str(other))
    assert len(read_table(other.read_bytes()).rows) == 1
    with loaded_store.reading() as session:
        run = session.scalars(select(ImportRun)).one()
        assert (run.state, run.done, run.content) == ("done", 1, None)


@pytest.mark.parametrize("content", [b"", b"xin chao", b"ma cu;la\n1;2\n", b"R\xe1c;\n"])
def test_a_file_that_cannot_be_used_changes_nothing(
    command: Any, loaded_store: Store, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "cu.csv"
    file.write_bytes(content)
    done = command("import", str(file), "--source", "cũ", "--yes")
    assert (done.exit_code, tickets(loaded_store)) == (1, 0)
    assert command("import", str(tmp_path / "none.csv"), "--source", "cũ").exit_code == 1


def test_the_template_filled_in_as_csv_is_imported(command: Any, loaded_store: Store, tmp_path: Path) -> None:
    file = tmp_path / "mau.csv"
    assert command("template", str(file)).exit_code == 0
    cells = ";".join(f'"{CLOSED.get(name, "")}"' for name in COLUMNS)
    head = file.read_text(encoding="utf-8-sig").strip().replace(",", ";")
    file.write_text(f"{head}\n{cells}\n", encoding="utf-8")
    done = command("import", str(file), "--source", "cũ", "--yes")
    assert done.exit_code == 0, done.output
    assert command("template", str(tmp_path / "mau.xlsx")).exit_code == 0
    assert command("template", str(tmp_path / "mau.ods")).exit_code == 2


def test_an_import_is_taken_back_by_its_number(command: Any, loaded_store: Store, tmp_path: Path) -> None:
    file = write(tmp_path / "cu.xlsx", CLOSED)
    command("import", str(file), "--source", "cũ", "--yes")
    listed = command("runs")
    number = listed.output.split()[0]
    assert "đã nhập" in listed.output
    assert command("undo", number, typed="n\n").exit_code == 4
    assert tickets(loaded_store) == 1
    done = command("undo", number, "--yes")
    assert (done.exit_code, tickets(loaded_store)) == (0, 0)
    assert "Đã hoàn tác: xóa 1 phản ánh" in done.output
    assert command("undo", number, "--yes").exit_code == 1
