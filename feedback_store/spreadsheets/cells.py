"""A cell as somebody filled it in: text, a date, or something that is no plain value."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Literal, TypeAlias

from vitext import clean_words, legacy
from vitext.dates import VIET_NAM

OddKind = Literal["error", "formula", "boolean", "rounded", "cut", "lost"]
"""#N/A and its like; a formula without its value; TRUE or FALSE; a number whose last digits are lost; a text as long as
a cell can hold, so that more may have stood there; a text whose letters became question marks."""
LONGEST = 32_767
EXACT = 10**15
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!",
                     "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "Err:502", "Err:504", "Err:508",
                     "Err:522", "#####"))  # fmt: skip


class Odd(str):
    """A cell that must not be stored as it is; its text is what the cell shows."""

    kind: OddKind

    @classmethod
    def of(cls, kind: OddKind, text: str) -> Odd:
        made = cls(text)
        made.kind = kind
        return made


Value: TypeAlias = str | dt.date | dt.datetime


def odd_text(value: object, *, dates: bool = False, flags: bool = False) -> tuple[str, str] | None:
    """(key of ``data/texts/spreadsheets.yaml``, what the cell shows) of a cell that must not be stored as it is; None
    for a plain one. ``dates``: the column holds dates; ``flags``: yes or no."""
    if isinstance(value, Odd):
        if flags and value.kind == "boolean":
            return None
        return f"spreadsheets.odd_{value.kind}", str(value)[:40]
    if isinstance(value, dt.date) and not dates:
        return "spreadsheets.odd_date", f"{value:%d/%m/%Y}"
    return None


def cleaned(text: str) -> str:
    """NFC, with one kind of line end, without what only a file format put there, without blanks around it."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    return clean_words(text).strip(" \t\n\u200b\u200c\u200d\u2060\ufeff")


def value_of(cell: Any) -> Value:
    """The value of a cell of openpyxl. A datetime is aware, in Viet Nam's time."""
    value = cell.value
    if value is None:
        return ""
    if getattr(cell, "data_type", "") == "e":
        return Odd.of("error", str(value))
    if isinstance(value, bool):
        return Odd.of("boolean", "TRUE" if value else "FALSE")
    if isinstance(value, str):
        return text_of(value)
    if isinstance(value, dt.datetime):
        timed = any(letter in str(cell.number_format).lower().split(";")[0] for letter in "hs")
        return value.replace(tzinfo=VIET_NAM) if timed or value.time() != dt.time() else value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, (int, float)) and abs(value) >= EXACT:
        return Odd.of("rounded", str(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return cleaned(str(value))


class Recoded(str):
    """A text that was righted from an old or wrong encoding, of which ``encoding`` tells."""

    encoding: str


def text_of(text: str) -> Value:
    """A text of a cell or of a field; its encoding is judged before it is cleaned, which would lose letters."""
    found = legacy(text) if not text.isascii() or "?" in text else None
    if found is not None and found.kind == "lost":
        return Odd.of("lost", cleaned(text))
    if found is not None:
        made = Recoded(cleaned(found.text))
        made.encoding = found.kind
        return made
    clean = cleaned(text)
    if clean in _ERRORS:
        return Odd.of("error", clean)
    if len(text) >= LONGEST:
        return Odd.of("cut", clean)
    return clean
