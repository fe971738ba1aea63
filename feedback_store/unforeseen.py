"""An error that nobody foresaw: a short number stands on the page and in the log, so that the two can be joined."""

from __future__ import annotations

import secrets
import traceback
from pathlib import Path

import structlog

log = structlog.get_logger("unforeseen")
ROOT = Path(__file__).resolve().parents[1]
FRAMES = 8


def record(error: BaseException, *, route: str) -> str:
    """Log the error by kind and place and give its number (8 hexadecimal digits).

    ``route`` is the pattern of the address, not the address: neither it nor the error's text may carry personal data.
    """
    number = secrets.token_hex(4)
    log.error("unforeseen_error", number=number, error=type(error).__name__, route=route, where=_where(error))
    return number


def _where(error: BaseException) -> list[str]:
    """Our own lines that led there, the last one first; the very last line too where it is a library's."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(f"{ROOT}/") and "/.venv" not in frame.filename]
    if frames and frames[-1] not in ours:
        ours.append(frames[-1])
    return [f"{_short(frame.filename)}:{frame.lineno}" for frame in reversed(ours)][:FRAMES]


def _short(name: str) -> str:
    path = Path(name)
    inside = path.is_relative_to(ROOT) and "site-packages" not in name
    return str(path.relative_to(ROOT)) if inside else "/".join(path.parts[-2:])
