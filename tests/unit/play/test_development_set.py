"""The conversations that are built against: of the form, and about as many as the figures in the measurements say."""

from __future__ import annotations

from pathlib import Path

from hotline.play.form import load

FOLDER = Path(__file__).resolve().parents[2] / "conversations" / "development"


def test_every_file_can_be_played() -> None:
    scripts = [script for path in sorted(FOLDER.glob("*.yaml")) for script in load(path)]
    assert len(scripts) == 149
    assert len({script.id for script in scripts}) == len(scripts)
    assert all(any(turn.checks for turn in script.turns) or script.end for script in scripts)
