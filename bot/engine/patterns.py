"""A hint for the engine that a text holds a number or a code: phone, ticket code, dossier code.

What a number is, the readers of ``feedback_store.reading`` decide, for every entrance (ADR 0034); the engine cannot
import them. Pure functions over the original text; no Rasa here.
"""

from __future__ import annotations

import re
from typing import Any

_SEP = r"[\s.\-–]{0,2}"
_EDGE = r"(?<![\w])"
_END = r"(?![\w])"
# PA-482-109-375, "pa 482 109 375", PA482109375
_TICKET = re.compile(rf"{_EDGE}pa{_SEP}\d{{3}}{_SEP}\d{{3}}{_SEP}\d{{3}}{_END}", re.IGNORECASE)
# The national one-stop code: agency code, date, running number (Decree 61/2018, as amended):
# 000.00.15.H40-231123-0012, H40.15-231123-0012
_DOSSIER = re.compile(
    rf"{_EDGE}(?:\d{{3}}\.\d{{2}}\.\d{{2}}\.)?[A-Z]\d{{2}}(?:\.\d{{1,3}}){{0,3}}-\d{{6}}-\d{{3,6}}{_END}",
    re.IGNORECASE,
)
_PHONE = re.compile(
    rf"{_EDGE}(?:\+?84|0084|0){_SEP}\d(?:{_SEP}\d){{7,9}}{_END}"
)
_MOBILE = re.compile(r"0(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9\d)\d{7}")
_LANDLINE = re.compile(r"02\d{8,9}")


def canonical_phone(written: str) -> str | None:
    """Return the national form ("0912345678") of a Vietnamese number, None if it is none."""
    digits = re.sub(r"\D", "", written)
    if digits.startswith("0084"):
        digits = "0" + digits[4:]
    elif digits.startswith("84") and len(digits) >= 11:
        digits = "0" + digits[2:].removeprefix("0")
    if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits):
        return digits
    return None


def canonical_ticket(written: str) -> str:
    """Return "PA-482-109-375" for any way of writing it; the check digit is the caller's."""
    digits = re.sub(r"\D", "", written)
    return f"PA-{digits[:3]}-{digits[3:6]}-{digits[6:9]}"


def find(text: str) -> list[dict[str, Any]]:
    """Return entities of the original text; `value` is the canonical form for phone and ticket."""
    found: list[dict[str, Any]] = []
    for match in _TICKET.finditer(text):
        found.append(_entity("ticket_code", match, canonical_ticket(match.group())))
    for match in _DOSSIER.finditer(text):
        found.append(_entity("dossier_code", match, match.group().upper()))
    for match in _PHONE.finditer(text):
        phone = canonical_phone(match.group())
        if phone and not any(_overlaps(match, other) for other in found):
            found.append(_entity("phone", match, phone))
    return sorted(found, key=lambda entity: int(entity["start"]))


def _entity(kind: str, match: re.Match[str], value: str) -> dict[str, Any]:
    return {"entity": kind, "start": match.start(), "end": match.end(), "value": value}


def _overlaps(match: re.Match[str], other: dict[str, Any]) -> bool:
    return bool(match.start() < other["end"] and other["start"] < match.end())
