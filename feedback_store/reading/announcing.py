"""Whether somebody says that what follows is another report ("giờ tôi báo việc khác: …"), or wants what was said before
made into one ("ghi lại thành phản ánh giúp tôi")."""

from __future__ import annotations

import re

from vitext import clauses, fold

FEWEST = 4
"""Words of the shortest report that is announced."""
_ANOTHER = re.compile(
    r"\b(?:bao|phan anh|kien nghi)(?: them)?(?: cho (?:toi|em|minh|chau|con|tui|bac))?"
    r" (?:viec|chuyen|vu|cai) (?:khac|nua|nay nua|moi|nay)(?: la)?\s*[:,\-]"
)


def announced(text: str) -> str | None:
    """The words after the announcement; None where there is none."""
    plain = fold(text)
    found = _ANOTHER.search(plain)
    if found is None or len(plain) != len(text):
        return None
    rest = text[found.end() :].strip()
    return rest if len(rest.split()) >= FEWEST else None


_AS_REPORT = re.compile(
    r"\b(?:ghi|lap|lam|gui|tao|viet|chuyen)(?: (?:lai|lun|luon|giup|gium|dum|ho|cho|toi|tui|tau|em|minh|chau|con|bac|no"
    r"|thanh|mot|1|cai|viec|vu|chuyen|nay|do|ay|phieu|don)){0,6} (?:phan anh|kien nghi|don phan anh|pa)\b"
)
_NOT_YET = re.compile(r"\b(?:dung|khoi|khoan|khong|ko|chua|huy|xoa|rut)\b")
""" "Khỏi gửi phản ánh"; not in another clause: "làm phản ánh dùm tui, mà đừng để tên"."""


def wants_as_report(text: str) -> bool:
    """Of "ghi lại phản ánh giúp tôi, tên tôi là …"; not of "ghi phản ánh chưa", "khỏi gửi phản ánh"."""
    told = (fold(text[start:end]) for start, end in clauses(text))
    return any(_AS_REPORT.search(plain) is not None and not _NOT_YET.search(plain) for plain in told)
