"""``hotline read``: what is read, line by line."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from hotline.cli import app


def test_each_line_says_what_was_read_in_it_and_where(tmp_path: Path) -> None:
    file = tmp_path / "lines.txt"
    lines = ["gọi 0912 345 678 máy lẻ 12, mã PA-482-109-371", "CCCD 001090123456", "số em 0912 345 67", "đèn hỏng"]
    file.write_text("\n".join(lines), encoding="utf-8")
    shown = CliRunner().invoke(app, ["read", "--json", str(file)])
    read = [json.loads(line) for line in shown.stdout.splitlines()]
    assert [one["text"] for one in read] == lines
    found = [[(one["kind"], one["value"], of["text"][one["start"] : one["end"]]) for one in of["found"]] for of in read]
    assert found == [
        [("phone", "+84912345678", "0912 345 678 máy lẻ 12"), ("ticket code", None, "PA-482-109-371")],
        [("identity", "001090123456", "001090123456")], [("phone", None, "0912 345 67")], [],
    ]  # fmt: skip
    told = CliRunner().invoke(app, ["read", "-"], input="gọi 0912345678\n")
    assert told.stdout.splitlines() == ["gọi 0912345678", "  4–14 phone: +84912345678"]


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    for name in ("absent", "bytes"):
        said = CliRunner().invoke(app, ["read", str(tmp_path / name)])
        assert said.exit_code == 2
        assert name in said.stderr
