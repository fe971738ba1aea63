"""What is said of a report that was sent: a correction, a wish for its code, that nobody came the last time."""

from __future__ import annotations

import re

from feedback_store.reading.words import folded, written
from vitext import has_marks

_SETS_RIGHT = re.compile(
    r"\b(?:sua|chinh)(?: lai)?(?: \w+){0,4} (?:so nha|dia chi|dia diem|thanh|phieu|phan anh)\b"
    r"|\b(?:viet|ghi|go|bao|noi|nhap|gui)(?: \w+)? (?:nham|sai|lon|lom)\b"
    r"|\b(?:nham|sai|lon)(?: \w+){0,2} (?:so nha|dia chi|ten duong|dia diem)\b|\bmoi dung\b"
    r"|\bchu (?:khong|ko|k|hong) phai\b|\b(?:so nha|dia chi|dia diem)(?: \w+){0,4} (?:nham|sai|lon)\b"
)
_MARKED = frozenset("sửa chỉnh nhầm sai lộn lộm đúng chứ".split())
_NOBODY_CAME = re.compile(
    r"\b(?:lan truoc|hoi truoc|dot truoc|hoi do|hoi thang|thang truoc)\b.*\b(?:bao|goi|phan anh|gui)\b.*"
    r"\b(?:khong|ko|k|hong|chang|chua)\b.*\b(?:ai|xuong|den|toi|lam|tra loi|giai quyet|dong tinh|thay)\b"
)
_CODE_ASKED = re.compile(
    r"\b(?:xin|cho|gui|noi|doc|quen|mat|nhac|gui lai)(?: \w+){0,4} ma\b"
    r"(?! (?:so )?(?:thue|bhxh|dinh danh|ho so|qr|otp))"
    r"|\bma (?:phan anh|cua (?:toi|em|minh|tui|e)|cai|so may|gi)\b.*\b(?:gi|j|nao|dau|bao nhieu|bn|may|ay|day)\b"
)


def sets_right(text: str) -> bool:
    """Whether words set something right; with marks by their marks: "chó sủa ở địa chỉ này" does not."""
    if _SETS_RIGHT.search(folded(text)) is None:
        return False
    return not has_marks(text) or not _MARKED.isdisjoint(written(text))


def nobody_came(text: str) -> bool:
    """ "Lần trước báo mà không thấy ai xuống"."""
    return _NOBODY_CAME.search(folded(text)) is not None


def asks_for_code(text: str) -> bool:
    """ "Cho e xin lại mã vs"; with marks "mà" is none."""
    return _CODE_ASKED.search(folded(text)) is not None and (not has_marks(text) or "mã" in written(text))
