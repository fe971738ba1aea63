"""Cells of a spreadsheet as values: dates, numbers, phones, words. A fault names the sentence that explains it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal, TypeAlias

from feedback_store.domain.history import Moment, instant, whole_day
from feedback_store.reading import phones
from feedback_store.spreadsheets import Value
from vitext import fold

Cell: TypeAlias = Value | None
EARLIEST = dt.date(2000, 1, 1)
_EXCEL_ZERO = dt.datetime(1899, 12, 30)
_DAY_FIRST = r"(?P<d>\d{1,2})\s*[/.\-]\s*(?P<m>\d{1,2})\s*[/.\-]\s*(?P<y>\d{4}|\d{2})"
_NAMED_MONTH = (
    r"(?:ngày\s+|ngay\s+)?(?P<d>\d{1,2})[\s\-/.]*(?:(?:thg|th|tháng|thang|t)[\s.]*(?P<m>\d{1,2})"
    r"|(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)(?:\s*năm|\s*nam)?[\s,\-/.]*(?P<y>\d{4}|\d{2})"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR_FIRST = r"(?P<y>\d{4})[/\-](?P<m>\d{1,2})[/\-](?P<d>\d{1,2})"
_TIME = (
    r"(?P<h>\d{1,2})\s*(?:(?::|h|g|giờ|gio)\s*(?P<min>\d{2})?)(?:\s*(?::|phút|p|')\s*(?:(?P<s>\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(?P<half>AM|PM|SA|CH|sáng|chiều)?"
)
_ZONE = r"(?P<zone>Z|[+-]\d{2}:?\d{2})?"
_FORMS = [
    re.compile(rf"{_YEAR_FIRST}(?:[T ]\s*{_TIME}\s*{_ZONE})?", re.IGNORECASE),
    re.compile(rf"{_DAY_FIRST}(?:,?\s+(?:lúc\s+)?{_TIME})?", re.IGNORECASE),
    re.compile(rf"{_TIME},?\s+(?:ngày\s+)?{_DAY_FIRST}", re.IGNORECASE),
    re.compile(rf"{_NAMED_MONTH}(?:,?\s+(?:lúc\s+)?{_TIME})?", re.IGNORECASE),
    re.compile(rf"{_TIME},?\s+{_NAMED_MONTH}", re.IGNORECASE),
]
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_YES = frozenset({"co", "x", "1", "true", "yes", "y", "dung", "giau ten", "an danh"})
_NO = frozenset({"", "khong", "0", "false", "no", "n", "sai"})


class CellFault(ValueError):
    """The cell cannot be read. ``key`` names a text of ``data/texts/imports.yaml``; nothing of the cell is quoted."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.key = key
        self.params = params


def words(cell: Cell) -> str:
    """The cell as text; composed and without blanks around it, as the reader of spreadsheets gives it."""
    return "" if cell is None else cell.replace("\x00", "") if isinstance(cell, str) else str(cell)


def moment(cell: Cell, order: Literal["day", "month"] = "day") -> Moment | None:
    """ISO, ``dd/mm/yyyy [hh:mm[:ss] [SA|CH]]``, ``hh:mm dd/mm/yyyy``, "25-Thg11-2025" and dates of Excel; local time
    of Viet Nam. ``order``: what stands first in this column where the month is a figure and the year comes last.

    A date cell at midnight is a date without a time: that is how a spreadsheet program keeps one. Raises
    :class:`CellFault`.
    """
    text = words(cell)
    if not text:
        return None
    if _SERIAL.fullmatch(text):
        cell = _from_serial(float(text))
    if isinstance(cell, dt.datetime):
        cell = cell.replace(microsecond=0, tzinfo=None)
        return _checked(cell.date() if cell.time() == dt.time() else cell)
    if isinstance(cell, dt.date):
        return _checked(cell)
    found = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
    if found is None:
        raise CellFault("imports.bad_date")
    part = found.groupdict()
    try:
        day = _day(part, order if found.re in _FORMS[1:3] else "day")
        clock = _clock(part)
    except ValueError as error:
        raise CellFault("imports.bad_date") from error
    if part["h"] is None:
        return _checked(day)
    at = dt.datetime.combine(day, clock)
    if part.get("zone"):
        zoned = dt.datetime.fromisoformat(f"{at.isoformat()}{part['zone'].upper().replace('Z', '+00:00')}")
        _checked(day)
        return Moment(zoned.astimezone(dt.UTC), zoned.astimezone(dt.UTC))
    return _checked(at)


def _day(part: dict[str, str | None], order: Literal["day", "month"]) -> dt.date:
    """Raises ``ValueError``."""
    year = int(part["y"] or 0)
    year += 2000 if year < 100 else 0
    if part.get("name"):
        return dt.date(year, _MONTHS.index(str(part["name"]).lower()) + 1, int(part["d"] or 0))
    day, month = int(part["d"] or 0), int(part["m"] or 0)
    return dt.date(year, day, month) if order == "month" else dt.date(year, month, day)


def _clock(part: dict[str, str | None]) -> dt.time:
    """Raises ``ValueError``: "14:00 SA" contradicts itself."""
    hour, half = int(part["h"] or 0), fold(part.get("half") or "")
    if half in ("am", "sa", "sang"):
        if hour > 12:
            raise ValueError("an hour of the afternoon in the morning")
        hour %= 12
    elif half in ("pm", "ch", "chieu") and hour < 12:
        hour += 12
    return dt.time(hour, int(part["min"] or 0), int(part.get("s") or 0))


def _from_serial(number: float) -> dt.datetime:
    """A date that the spreadsheet kept as a number of days since 1899-12-30."""
    if not 36_526 <= number < 80_000:
        raise CellFault("imports.bad_date")
    return _EXCEL_ZERO + dt.timedelta(seconds=round(number * 86_400))


def _checked(value: dt.date) -> Moment:
    day = value.date() if isinstance(value, dt.datetime) else value
    if day < EARLIEST:
        raise CellFault("imports.date_too_old", year=EARLIEST.year)
    return instant(value) if isinstance(value, dt.datetime) else whole_day(value)


def coordinate(cell: Cell, most: float) -> float | None:
    """Degrees, with a point or a comma."""
    text = words(cell)
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError as error:
        raise CellFault("imports.bad_coordinate") from error
    if not -most <= value <= most:  # also refuses nan
        raise CellFault("imports.bad_coordinate")
    return value


def stars(cell: Cell) -> int | None:
    text = fold(words(cell)).removesuffix("sao").strip().removesuffix("/5")
    if not text:
        return None
    if text not in ("1", "2", "3", "4", "5"):
        raise CellFault("imports.bad_stars")
    return int(text)


def phone(cell: Cell) -> str | None:
    """A person's number as it is dialled (``0912345678``); a number cell has lost its zero."""
    text = words(cell)
    if not text:
        return None
    if re.fullmatch(r"[1-9]\d{8,9}(?:\.0)?", text):
        text = f"0{text.removesuffix('.0')}"
    found = phones.read(text)
    if len(found) > 1 and isinstance(found[0], phones.Phone):
        raise CellFault("imports.two_phones")
    number = phones.only_phone(text)
    if number is None:
        raise CellFault("imports.bad_phone")
    return number.national


def yes(cell: Cell) -> bool:
    text = fold(words(cell))
    if text not in _YES | _NO:
        raise CellFault("imports.bad_yes")
    return text in _YES
