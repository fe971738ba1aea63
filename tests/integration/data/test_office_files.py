"""The library of broken spreadsheets as LibreOffice writes it, where it is installed: each row must fare the same.

A formula has its value in such a file; dates are what LibreOffice shows where the format keeps text alone.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from feedback_store.service.imports_catalogue import Catalogue
from feedback_store.service.imports_runs import LIMITS
from feedback_store.spreadsheets import SpreadsheetError, read_table
from tests.integration.data.broken_files import Case, cases, file_of
from tests.integration.data.judging import fault_of

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
BOOKS = [case for case in cases() if case.frame != "a web page"]
CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"
"""Commas, quotes where they are needed, UTF-8, cells as they are shown."""
MOST = 200
"""Files in one command; LibreOffice leaves out those after some 250 without a word."""

pytestmark = pytest.mark.skipif(OFFICE is None, reason="NOT TESTED: LibreOffice (soffice) is not installed here")


def converted(folder: Path, files: list[Path], target: str) -> dict[str, bytes]:
    """The files as LibreOffice saves them, by name without its end."""
    assert OFFICE is not None
    made = folder / target.split(":")[0]
    command = [OFFICE, "--headless", f"-env:UserInstallation=file://{folder / 'profile'}", "--convert-to", target]
    for first in range(0, len(files), MOST):
        batch = files[first : first + MOST]
        subprocess.run([*command, "--outdir", made, *batch], check=True, capture_output=True, timeout=300)
    return {path.stem: path.read_bytes() for path in made.iterdir()}


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path]]:
    folder = tmp_path_factory.mktemp("office")
    files = [folder / f"{number:03}.xlsx" for number in range(len(BOOKS))]
    for path, case in zip(files, BOOKS, strict=True):
        path.write_bytes(file_of(case))
    return folder, files


def faults(
    files: dict[str, bytes], wanted: list[Case], catalogue: Catalogue, *, quoted: bool = True
) -> list[str]:
    assert len(files) == len(wanted)
    return [
        f"{case.name}: {wrong}"
        for name, case in zip(sorted(files), wanted, strict=True)
        if (wrong := fault_of(case, files[name], catalogue, quoted=quoted))
    ]


def test_workbooks(books: tuple[Path, list[Path]], catalogue: Catalogue) -> None:
    folder, files = books
    kept = [(path, case) for path, case in zip(files, BOOKS, strict=True) if not str(case.cell).startswith("=")]
    made = converted(folder, [path for path, _ in kept], "xlsx")
    assert faults(made, [case for _, case in kept], catalogue) == []


def test_web_pages_and_files_of_text(books: tuple[Path, list[Path]], catalogue: Catalogue) -> None:
    """Where a date is what LibreOffice shows of it."""
    folder, files = books
    kept = [
        (path, case) for path, case in zip(files, BOOKS, strict=True)
        if case.frame == "plain" and not str(case.cell).startswith("=") and len(str(case.cell)) < 1000
        and case.cell is not True  # of which a page says 1
    ]  # fmt: skip
    for target in ("html", CSV):
        made = converted(folder, [path for path, _ in kept], target)
        assert faults(made, [case for _, case in kept], catalogue, quoted=False) == []


def test_old_and_open_formats_are_named(books: tuple[Path, list[Path]]) -> None:
    folder, files = books
    for target, key in (("xls", "spreadsheets.old_excel"), ("ods", "spreadsheets.open_document")):
        for data in converted(folder, files[:3], target).values():
            with pytest.raises(SpreadsheetError) as refused:
                read_table(data, LIMITS)
            assert refused.value.key == key
