"""How a reporter is found again without being readable: blind indexes of phone number and name (decision 11)."""

from __future__ import annotations

import phonenumbers

from feedback_store.crypto import blind_index
from vitext import fold

REGION = "VN"
PERSONAL = (
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
)
"""A service line (1900 …) and a short number (1022) are nobody's."""


def canonical_phone(text: str | None) -> str | None:
    """``0912 345 678``, ``+84 (0)912345678``, ``(0225) 384 2190`` → ``+84912345678`` …; None: no number that can be."""
    if not text:
        return None
    plain = text.replace("(0)", "")
    try:
        number = phonenumbers.parse(plain, REGION)
    except phonenumbers.NumberParseException:
        return None
    if number.country_code == 84 and str(number.national_number).startswith("84"):
        shorter = phonenumbers.PhoneNumber(84, int(str(number.national_number)[2:] or 0))
        number = shorter if phonenumbers.is_valid_number(shorter) else number
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in PERSONAL:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_index(text: str | None) -> bytes | None:
    """Blind index of a number, the same for every way of writing it; 32 bytes."""
    number = canonical_phone(text)
    return None if number is None else blind_index(f"reporter-phone:{number}")


def name_index(text: str | None) -> bytes | None:
    """Blind index of a whole name, the same with and without marks; 32 bytes."""
    folded = " ".join(fold(text or "").split())
    return blind_index(f"reporter-name:{folded}") if " " in folded else None
