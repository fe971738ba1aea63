"""Short questions about what a conversation is about, and about people's data: words in ``data/focus.yaml``."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Literal

from feedback_store.reading.words import document, folded, meant, written
from vitext import has_marks, normalise

RULES_LONGEST = 24
LONGEST = 16
"""Words of the longest clause that may be such a question."""

About = Literal["who", "when", "cost", "sent", "seen", "add", "state", "where", "how"]
Which = Literal["first", "second", "last", "other"]


def about(text: str) -> tuple[About, ...]:
    """What a short question asks: of "bên nào lo, bao giờ xong" ("who", "when"). Empty: no such question."""
    plain = folded(text)
    if not 0 < len(plain.split()) <= LONGEST:
        return ()
    found = _about(plain)
    return found or _about(folded(normalise(text).text))  # "bn lau thi xg"


def _about(plain: str) -> tuple[About, ...]:
    return tuple(name for name, forms in _forms("about").items() if any(one.search(plain) for one in forms))


def which(text: str) -> Which | None:
    """Which of several is pointed at: "cái đầu tiên" first, "còn cái kia" other."""
    plain = folded(text)
    return next((name for name, forms in _forms("which").items() if any(one.search(plain) for one in forms)), None)


def asks_about_rules(text: str) -> bool:
    """ "Vứt rác ra đường bị phạt bao nhiêu?", "có nhận phản ánh karaoke không?": what is asked, not what is told."""
    plain = folded(text)
    return 0 < len(plain.split()) <= RULES_LONGEST and any(one.search(plain) for one in _forms("rules")["rules"])


def asks_about_times(text: str) -> bool:
    """ "Xe buýt số 3 chạy từ mấy giờ?", "mai có cúp điện không?": a timetable, nothing that happened."""
    plain = folded(text)
    return 0 < len(plain.split()) <= RULES_LONGEST and any(one.search(plain) for one in _forms("schedule")["schedule"])


def asks_of_others(text: str) -> bool:
    """ "Ai phản ánh tôi?", "cho xin số người gửi": data of whoever reported."""
    plain = _telling(text)
    if any(one.search(plain) for one in _forms("not_others")["not_others"]):
        return False  # the wish to stay unnamed
    return any(one.search(plain) for one in _forms("others")["others"])


_TELL = {"bao": ("báo",), "to": ("tố",), "mach": ("mách",), "kien": ("kiện", "kiến")}
""" "Ai bảo ghi cái câu đó vào": written with its marks, it asks for nobody who reported."""


def _telling(text: str) -> str:
    """Folded, without the words that are written like those of reporting but for their marks."""
    if not has_marks(text):
        return folded(text)
    return meant(written(text), _TELL)


def insists_on_others(text: str) -> bool:
    """After it was refused: "tôi chỉ cần cái số của nó thôi"."""
    return any(one.search(folded(text)) for one in _forms("others_again")["others_again"])


def wants_forgotten(text: str) -> bool:
    """ "Xóa số điện thoại của tôi đi": one's own data, not an advertisement's."""
    plain = folded(text)
    if any(one.search(plain) for one in _forms("not_forget")["not_forget"]):
        return False
    return any(one.search(plain) for one in _forms("forget")["forget"])


@cache
def _forms(name: str) -> dict[Any, tuple[re.Pattern[str], ...]]:
    found = document("focus")[name]
    groups = found if isinstance(found, dict) else {name: found}
    return {
        key: tuple(re.compile(one) for one in (forms if isinstance(forms, list) else [forms]))
        for key, forms in groups.items()
    }
