"""A cell as somebody filled it in: text, a date, or something that is no plain value."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Literal, TypeAlias

from vitext import clean_words, legacy
from vitext.dates import VIET_NAM

OddKind = Literal["error", "formula", "boolean", "rounded", "cut", "lost", "time"]
"""#N/A and its like; a formula without its value; TRUE or FALSE; a number whose last digits are lost; a text as long as
a cell can hold, so that more may have stood there; a text whose letters became question marks; an hour without its
day."""
Holds = Literal["words", "codes", "dates", "flags"]
"""What a column is for: what somebody wrote; codes, names and figures; dates; yes or no."""
LONGEST = 32_767
EXACT = 10**15
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!",
                     "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "Err:502", "Err:504", "Err:508",
                     "Err:522"))  # fmt: skip
_MONTH = r"(?:thg|tháng|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[ ]?\d{0,2}"
_MADE: tuple[tuple[OddKind | Literal["date"], re.Pattern[str]], ...] = (
    ("error", re.compile(r"#{3,}")),
    ("boolean", re.compile(r"TRUE|FALSE")),
    ("rounded", re.compile(r"\d(?:[.,]\d+)?E[+-]?\d{1,3}")),
    ("time", re.compile(r"\d{1,3}:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:AM|PM|SA|CH))?")),
    ("date", re.compile(
        r"(?:(?:19|20)\d\d-\d\d-\d\d|\d{1,2}([/.-])\d{1,2}\1(?:19|20)\d\d|(?:0\d/\d\d|\d\d/0\d)/\d\d"
        rf"|\d{{1,2}}[-/]{_MONTH}(?:[-/](?:\d\d)?\d\d)?|{_MONTH}-\d\d)(?:[ T]+\d{{1,2}}:\d\d.*)?",
        re.IGNORECASE | re.ASCII,
    )),
)  # fmt: skip
"""Texts that only a spreadsheet program writes: what a file of text (CSV, a web page) keeps of such cells. Of a year in
two figures it is one only with a nought before the day or the month: houses are numbered 12/3/26."""
_EMPTY = re.compile(r"[-‐-―_.…/*]+|\(?null\)?|none|nan|n/a", re.IGNORECASE)
_SERIAL = re.compile(r"(?:3[6-9]|4\d|5[0-4])\d{3}(?:[.,]\d+)?", re.ASCII)
"""A date as the number of its day: 1998 to 2050."""


class Odd(str):
    """A cell that must not be stored as it is; its text is what the cell shows."""

    kind: OddKind

    @classmethod
    def of(cls, kind: OddKind, text: str) -> Odd:
        made = cls(text)
        made.kind = kind
        return made


Value: TypeAlias = str | dt.date | dt.datetime


def stands_empty(value: object) -> bool:
    """Whether the cell says that nothing is there: a dash, dots, what a database writes for nothing."""
    return isinstance(value, str) and not isinstance(value, Odd) and _EMPTY.fullmatch(value) is not None


def odd_text(value: object, holds: Holds = "codes") -> tuple[str, str] | None:
    """(key of ``data/texts/spreadsheets.yaml``, what the cell shows) of a cell that must not be stored as it is; None
    for a plain one."""
    if isinstance(value, Odd):
        if holds == "flags" and value.kind == "boolean":
            return None
        return f"spreadsheets.odd_{value.kind}", str(value)[:40]
    if holds in ("dates", "flags"):
        return None if holds == "dates" or not isinstance(value, dt.date) else _date(value)
    if isinstance(value, dt.date):
        return _date(value)
    text = str(value)
    if holds == "words" and _SERIAL.fullmatch(text):
        return "spreadsheets.odd_date", text
    if len(text) <= 40:
        return next(((f"spreadsheets.odd_{kind}", text) for kind, form in _MADE if form.fullmatch(text)), None)
    return None


def _date(value: dt.date) -> tuple[str, str]:
    return "spreadsheets.odd_date", f"{value:%d/%m/%Y}"


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
    if isinstance(value, (dt.time, dt.timedelta)):
        return Odd.of("time", str(value))
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
