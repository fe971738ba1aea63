"""What the documents say exists, exists; what exists is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from hotline.cli import app
from hotline.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
READMES = ("README.md", "README.vi.md")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def settings_rows() -> dict[str, str]:
    """Name and default of every row of docs/settings.md."""
    return dict(re.findall(r"^\| `([A-Z_]+)` \| .* \| (.+) \|$", read("docs/settings.md"), re.M))


def test_settings_and_their_document_name_the_same_things() -> None:
    names = {field.validation_alias or f"HOTLINE_{name.upper()}" for name, field in Settings.model_fields.items()}
    assert set(settings_rows()) == names


def test_documented_defaults_are_the_defaults() -> None:
    rows = settings_rows()
    for name, field in Settings.model_fields.items():
        shown = rows[str(field.validation_alias or f"HOTLINE_{name.upper()}")]
        wanted = "not set" if field.default is None else "empty" if field.default == "" else f"`{field.default}`"
        assert shown == ("`var`" if name == "var" else wanted), name


def commands() -> list[str]:
    return sorted(get_command(app).commands)  # type: ignore[attr-defined]


def targets() -> list[str]:
    return re.findall(r'^\t@echo "make (\w+)', read("Makefile"), re.M)


@pytest.mark.parametrize("name", READMES)
def test_a_readme_names_every_make_target(name: str) -> None:
    assert [target for target in targets() if f"make {target}" not in read(name)] == []


@pytest.mark.parametrize("name", READMES)
def test_a_readme_names_the_commands(name: str) -> None:
    text = read(name)
    assert [one for one in ("doctor", "chat", "user", "sla", "backup", "restore") if f"hotline {one}" not in text] == []


def test_the_runbook_names_every_command() -> None:
    text = read("docs/runbook.md") + read("README.md")
    missing = [one for one in commands() if f"hotline {one}" not in text and f"make {one}" not in text]
    assert missing == []


def test_both_readmes_have_the_same_chapters_and_tables() -> None:
    shapes = []
    for name in READMES:
        lines = read(name).splitlines()
        shapes.append([line[:2].strip() for line in lines if line.startswith(("#", "|", "```", "!["))])
    assert shapes[0] == shapes[1]


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", path.read_text(encoding="utf-8")):
            if not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)} → {target}")
    assert broken == []
