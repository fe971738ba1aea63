"""Instants, clocks and codes in the words that pages show."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from feedback_store.domain.calendar import Calendar
from feedback_store.domain.due import PauseSpan, Target, remaining
from feedback_store.domain.kpi import Ratio
from feedback_store.domain.warnings import DUE
from feedback_store.places.mentions import names_unit
from feedback_store.queries.overdue import KINDS as OVERDUE
from feedback_store.reading.phones import masked
from feedback_store.service.extensions import in_words as more_time
from feedback_store.texts import has, render
from vitext.dates import duration, local, short_time, spoken_time, working_duration

if TYPE_CHECKING:
    from feedback_store.queries.listing import Total
    from feedback_store.service.sessions import WrongTries
    from feedback_store.tables import Clock

__all__ = ["more_time"]  # ``3 ngày làm việc``: an extension as it was asked


def when(instant: dt.datetime | None) -> str:
    return "" if instant is None else short_time(instant)


def day(instant: dt.datetime | None) -> str:
    return "" if instant is None else f"{local(instant):%d/%m/%Y}"


def spoken(instant: dt.datetime | None) -> str:
    return "" if instant is None else spoken_time(instant)


def state(code: str) -> str:
    return render(f"console.state_{code}")


def leg_state(code: str) -> str:
    return render(f"console.leg_{code}")


def role(code: str) -> str:
    return render(f"console.role_{code}")


def channel(code: str) -> str:
    return render(f"console.channel_{code}") if has(f"console.channel_{code}") else code


def clock_kind(code: str) -> str:
    return render(f"console.clock_{code}")


def step(code: str) -> str:
    """A clock on the way to the result, as what has to be done: ``tiếp nhận``."""
    return render(f"console.step_{code}")


def late_step(code: str) -> str:
    return render("console.late_step", step=step(code))


def breach(kind: str) -> str:
    """What a passed due time means: overdue, or a step that is late."""
    return f"{event('breached')} · {clock_kind(kind)}" if kind in OVERDUE else late_step(kind)


def event(code: str) -> str:
    return render(f"console.event_{code}") if has(f"console.event_{code}") else code


def audited(code: str) -> str:
    """An act of the audit log."""
    return render(f"audit.{code}") if has(f"audit.{code}") else code


def emergency(code: str) -> str:
    key = f"console.emergency_{code}"
    return render(key) if has(key) else render("console.emergency_unspecified")


def place(text: str | None, commune: str | None) -> str:
    """Place and commune, the commune once."""
    if text and commune and names_unit(text, commune):
        return text
    return ", ".join(part for part in (text, commune) if part) or "chưa rõ"


def mask_phone(phone: str | None) -> str:
    """``0912345678`` → ``09••••••78``."""
    if not phone:
        return ""
    return phone[:2] + "•" * max(0, len(phone) - 4) + phone[-2:]


def hide_numbers(text: str) -> str:
    """Words of a citizen with the telephone numbers in them masked."""
    return masked(text)


def time_left(clock: Clock, calendar: Calendar, at: dt.datetime) -> str:
    """``còn 3 giờ 20 phút làm việc``, ``quá 2 ngày làm việc``; of a step ``trễ …``: in the clock's own kind of time."""
    target = Target(clock.target_kind, clock.target_amount)  # type: ignore[arg-type]
    return left_until(clock.current_due, target, calendar, at, clock.kind)


def left_until(due: dt.datetime, target: Target, calendar: Calendar, at: dt.datetime, kind: str) -> str:
    """:func:`time_left` of a due time alone."""
    left = remaining(calendar, target, due, at)
    said = duration(left) if target.round_the_clock else working_duration(left)
    if due < at:
        if kind not in OVERDUE:
            return f"trễ {said}" if left else "vừa trễ"
        return f"quá {said}" if left else "vừa quá hạn"
    return f"còn {said}"


def budget(clock: Clock) -> str:
    """The target in words: ``3 ngày làm việc``."""
    if clock.target_kind == "working_days":
        return f"{clock.target_amount} ngày làm việc"
    span = duration(dt.timedelta(minutes=clock.target_amount))
    return f"{span} (tính cả đêm và ngày nghỉ)" if clock.target_kind == "clock_minutes" else f"{span} làm việc"


def warning(level: str, kind: str) -> str:
    """``50`` → "đã dùng 50 % thời gian"; ``102`` → "quá hạn, nhắc lần 2", of a step "trễ, nhắc lần 2"."""
    number_ = int(level)
    if number_ < DUE:
        return f"đã dùng {number_} % thời gian"
    name = "after" if kind in OVERDUE else "late"
    return "đến hạn" if number_ == DUE else render(f"glance.level_{name}", n=number_ - DUE)


def paused_now(spans: list[PauseSpan]) -> bool:
    return any(span.end is None for span in spans)


def number(value: int) -> str:
    """``4.934``: a dot between thousands."""
    return f"{value:,}".replace(",", ".")


def at_least(total: Total) -> str:
    """``4.934``, or ``hơn 10.000`` where the rest was not counted."""
    return f"hơn {number(total.number)}" if total.more else number(total.number)


def ratio(numerator: int, denominator: int) -> str:
    """``97,5 %``, cut and not rounded, or ``không có`` where nothing fell due."""
    percent = Ratio(numerator, denominator).percent
    return "không có" if percent is None else f"{percent:.1f}".replace(".", ",") + " %"


def decimal(value: float) -> str:
    """``0,12``, cut to two decimals."""
    return f"{int(value * 100) / 100:.2f}".replace(".", ",")


def minutes(count: int) -> str:
    """Whole minutes as ``3 giờ 20 phút``."""
    return duration(dt.timedelta(minutes=count))


def wrong_tries(tries: WrongTries) -> str:
    """``3 lần nhập sai mật khẩu từ 10.0.0.5, lần cuối 09:12 ngày 29/11/2026``."""
    addresses = ", ".join(tries.addresses)
    return render("users.wrong_tries", count=number(tries.count), addresses=addresses, at=short_time(tries.last_at))
