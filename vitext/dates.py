"""Dates, times and durations in Vietnamese words, in Viet Nam's time (UTC+7, no daylight saving)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

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


def spoken_week(week: Sequence[Sequence[tuple[int, int]]]) -> str:
    """``7 giờ 30 đến 11 giờ 30 và 13 giờ 30 đến 17 giờ, thứ Hai đến thứ Sáu``.

    ``week``: of each day from Monday its spans in seconds since midnight. Days with the same spans stand together.
    """
    groups: list[tuple[Sequence[tuple[int, int]], list[int]]] = []
    for day, spans in enumerate(week):
        if not spans:
            continue
        same = next((days for known, days in groups if list(known) == list(spans)), None)
        if same is None:
            groups.append((spans, [day]))
        else:
            same.append(day)
    return "; ".join(f"{_spoken_spans(spans)}, {_spoken_days(days)}" for spans, days in groups)


def _spoken_spans(spans: Sequence[tuple[int, int]]) -> str:
    if list(spans) == [(0, 86_400)]:
        return "suốt ngày đêm"
    return " và ".join(f"{_spoken_clock(start)} đến {_spoken_clock(end)}" for start, end in spans)


def _spoken_clock(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} giờ {minutes:02d}" if minutes else f"{hours} giờ"


def _spoken_days(days: Sequence[int]) -> str:
    if len(days) == 7:
        return "mọi ngày"
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{WEEKDAYS[days[0]]} đến {WEEKDAYS[days[-1]]}"
    return ", ".join(WEEKDAYS[day] for day in days)


def working_duration(value: dt.timedelta, day_hours: float = 7.5) -> str:
    """Working time as ``2 ngày làm việc 3 giờ`` (from one day of ``day_hours`` on) or ``3 giờ 20 phút làm việc``."""
    minutes = int(abs(value).total_seconds()) // 60
    day = int(day_hours * 60)
    if minutes < day:
        return f"{duration(value)} làm việc"
    days, rest = divmod(minutes, day)
    hours = rest // 60
    return f"{days} ngày làm việc {hours} giờ" if hours else f"{days} ngày làm việc"
