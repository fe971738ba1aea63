"""How a reporter is found again without being readable: blind indexes of phone number and name (decision 11)."""

from __future__ import annotations

from feedback_store.crypto import blind_index
from feedback_store.reading.phones import canonical
from vitext import fold


def phone_index(text: str | None) -> bytes | None:
    """Blind index of a number, the same for every way of writing it; 32 bytes."""
    number = canonical(text)
    return None if number is None else blind_index(f"reporter-phone:{number}")


def name_index(text: str | None) -> bytes | None:
    """Blind index of a whole name, the same with and without marks; 32 bytes."""
    folded = " ".join(fold(text or "").split())
    return blind_index(f"reporter-name:{folded}") if " " in folded else None
