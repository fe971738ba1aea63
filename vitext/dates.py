"""Dates, times and durations in Vietnamese words, in Viet Nam's time (UTC+7, no daylight saving)."""

from __future__ import annotations

import datetime as dt
import re

from vitext.letters import fold

VIET_NAM = dt.timezone(dt.timedelta(hours=7), "Asia/Ho_Chi_Minh")
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


def local(instant: dt.datetime) -> dt.datetime:
    """The instant on a clock in Viet Nam. Raises ``ValueError`` for a naive datetime."""
    if instant.tzinfo is None:
        raise ValueError("naive datetime refused")
    return instant.astimezone(VIET_NAM)


def spoken_time(instant: dt.datetime) -> str:
    """``17 giờ 00, thứ Năm, ngày 26/11/2026``; an instant within a minute is rounded down."""
    here = local(instant)
    return f"{here:%H} giờ {here:%M}, {spoken_date(instant)}"


def spoken_date(instant: dt.datetime) -> str:
    """``thứ Năm, ngày 26/11/2026``."""
    here = local(instant)
    return f"{WEEKDAYS[here.weekday()]}, ngày {here:%d/%m/%Y}"


def short_time(instant: dt.datetime) -> str:
    """``17:00 26/11/2026``, for lists."""
    return f"{local(instant):%H:%M %d/%m/%Y}"


def duration(value: dt.timedelta) -> str:
    """``3 giờ 20 phút``; days of 24 hours from two days on; less than a minute: ``dưới 1 phút``.

    The sign is dropped: say "còn" or "quá" before it.
    """
    minutes = int(abs(value).total_seconds()) // 60
    if minutes == 0:
        return "dưới 1 phút"
    if minutes >= 48 * 60:
        days, hours = divmod(minutes // 60, 24)
        return f"{days} ngày {hours} giờ" if hours else f"{days} ngày"
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} phút"
    return f"{hours} giờ {rest} phút" if rest else f"{hours} giờ"


def working_duration(value: dt.timedelta, day_hours: float = 7.5) -> str:
    """Working time as ``2 ngày làm việc 3 giờ`` (from one day of ``day_hours`` on) or ``3 giờ 20 phút làm việc``."""
    minutes = int(abs(value).total_seconds()) // 60
    day = int(day_hours * 60)
    if minutes < day:
        return f"{duration(value)} làm việc"
    days, rest = divmod(minutes, day)
    hours = rest // 60
    return f"{days} ngày làm việc {hours} giờ" if hours else f"{days} ngày làm việc"


_PART_ENDS = {"sang": dt.time(11, 30), "trua": dt.time(13), "chieu": dt.time(17), "toi": dt.time(20)}
_DAYS_AHEAD = {"mai": 1, "ngay mai": 1, "mot": 2, "ngay kia": 2, "nay": 0, "hom nay": 0}
_WEEKDAYS_FOLDED = {word: day for day, pair in enumerate(("hai 2", "ba 3", "tu 4", "nam 5", "sau 6", "bay 7"))
                    for word in pair.split()}  # fmt: skip
_HOUR = re.compile(r"\b(\d{1,2})\s*(?:h|g|gio|:)\s*(\d{2})?")
_PART = re.compile(r"\b(sang|trua|chieu|toi)\b")
_DAY = re.compile(r"\b(?:(ngay mai|hom nay|ngay kia|mai|mot|nay)|thu (hai|ba|tu|nam|sau|bay|[2-7])|(chu nhat|cn))\b")


def wished_end(words: str, now: dt.datetime) -> dt.datetime | None:
    """The latest moment of a wished time of day ("chiều mai", "sau 14 giờ"), or None when none is named.

    A named hour counts for two hours after it. A time that has passed today is tomorrow's.
    """
    plain, here = fold(words), local(now)
    hour, part, day = _HOUR.search(plain), _PART.search(plain), _DAY.search(plain)
    end = dt.time(17)
    if hour is not None and int(hour[1]) < 24:
        named = int(hour[1]) + (12 if part and part[1] in ("chieu", "toi") and int(hour[1]) < 12 else 0)
        end = dt.time(min(named + 2, 23), int(hour[2] or 0) % 60)
    elif part is not None:
        end = _PART_ENDS[part[1]]
    elif day is None:
        return None
    ahead = 0
    if day is not None and day[1]:
        ahead = _DAYS_AHEAD[day[1]]
    elif day is not None:
        weekday = 6 if day[3] else _WEEKDAYS_FOLDED[day[2]]
        ahead = (weekday - here.weekday()) % 7
    found = dt.datetime.combine(here.date() + dt.timedelta(days=ahead), end, VIET_NAM)
    if found <= here and (day is None or ahead == 0):
        found += dt.timedelta(days=7 if day is not None and not day[1] else 1)
    return found.astimezone(dt.timezone.utc)
