"""When somebody wants something to happen, in words: read as an interval, with what had to be assumed.

Nothing is ever earlier than it was said: where the words leave a choice, the later one that they allow is taken.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from vitext.dates import VIET_NAM, local
from vitext.letters import fold, has_marks, nfc
from vitext.view import view

Assumed = Literal["day", "half", "hours", "year", "passed"]
"""Which day; forenoon or afternoon; how long it lasts; which year or month; the next one, since it had passed."""
LASTS = 2.0
"""Hours that a named hour lasts: "lúc 15 giờ" is from 15 to 17."""
DAY = (8.0, 17.0)


@dataclass(frozen=True, slots=True)
class Wish:
    """From ``start`` to ``end`` (UTC), at any moment of it."""

    start: dt.datetime
    end: dt.datetime
    assumed: frozenset[Assumed] = frozenset()
    span: tuple[int, int] = field(default=(0, 0), compare=False)
    """Where it stands in the text as given."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """A time was named that cannot be placed: ``lunar`` calendar, a ``date`` that does not exist."""

    why: Literal["lunar", "date"]
    span: tuple[int, int] = field(default=(0, 0), compare=False)


_NUMBERS = {
    "một": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9,
    "mười": 10, "mười một": 11, "mười hai": 12, "mười ba": 13, "mười bốn": 14, "mười lăm": 15, "mười sáu": 16,
    "mười bảy": 17, "mười tám": 18, "mười chín": 19, "hai mươi": 20, "hai mốt": 21, "hai mươi mốt": 21,
    "ba mươi": 30, "bốn lăm": 45, "bốn mươi lăm": 45,
}  # fmt: skip
_FOLDED = {fold(word): number for word, number in _NUMBERS.items()}
_N = rf"(?:\d{{1,2}}|(?:{'|'.join(sorted(_FOLDED, key=len, reverse=True))})(?!\w))"
# Stretches of a day, from and to in hours; the longest words first.
_PARTS: dict[str, tuple[float, float]] = {
    "sau giờ hành chính": (17, 20), "ngoài giờ hành chính": (17, 20), "hết giờ hành chính": (17, 20),
    "sau giờ làm": (17, 20), "hết giờ làm": (17, 20), "ngoài giờ": (17, 20), "tan làm": (17, 20), "tan ca": (17, 20),
    "tan sở": (17, 20), "giờ hành chính": DAY, "giờ làm việc": DAY, "giờ nghỉ trưa": (11.5, 13.5),
    "nghỉ trưa": (11.5, 13.5), "đầu giờ chiều": (13, 15), "cuối giờ chiều": (15.5, 17.5), "cuối chiều": (15.5, 17.5),
    "đầu chiều": (13, 15), "xế chiều": (15, 17), "chiều tối": (17, 19), "chiều muộn": (16, 18),
    "đầu giờ sáng": (7.5, 9), "sáng sớm": (6, 8), "cuối buổi sáng": (10, 11.5), "gần trưa": (10.5, 12),
    "sáng": (7.5, 11.5), "trưa": (11.5, 13.5), "chiều": (13, 17), "tối muộn": (20, 22), "tối": (18, 20),
    "đêm khuya": (22, 24), "khuya": (22, 24), "nửa đêm": (23, 24), "đêm": (20, 23), "đầu giờ": (7.5, 9),
    "cuối giờ": (15.5, 17),
}  # fmt: skip
_PART_OF = {fold(name): (name, hours) for name, hours in _PARTS.items()}
_PART = re.compile(r"\b(" + "|".join(sorted(_PART_OF, key=len, reverse=True)) + r")\b")
_UNSURE = frozenset({"toi", "sang", "dem"})
"""Without marks these are other words as often (tôi, sang, đem): a part of a day only beside a day or an hour."""
_AHEAD = {
    "hôm nay": 0, "bữa nay": 0, "ngày nay": 0, "ngày mai": 1, "hôm sau": 1, "bữa sau": 1, "ngày mốt": 2,
    "ngày kia": 2, "ngày kìa": 3, "nay": 0, "mai": 1, "mốt": 2, "kia": 2,
}  # fmt: skip
_AHEAD_OF = {fold(name): name for name in reversed(_AHEAD)}
_AHEAD_RE = re.compile(r"\b(" + "|".join(sorted(_AHEAD_OF, key=len, reverse=True)) + r")\b")
_ALONE = frozenset({"kia", "mot"})
"""Days only after a part of a day ("sáng kia"), or with their marks."""
_WEEKDAYS = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5} | {str(n + 2): n for n in range(6)}
_WEEKDAY = re.compile(
    r"\b(?:thu ?(hai|ba|tu|nam|sau|bay|[2-7])(?!\d)|t([2-7])(?![\d/])|(chu nhat|cn)\b)"
    r"(?:,? ?(?:cua )?(tuan nay|tuan sau|tuan toi|nay|toi))?(?!\w)"
)
_DATE = re.compile(
    rf"(?<![\d/.:-])(\d{{1,2}}) ?[/.-] ?(\d{{1,2}})(?: ?[/.-] ?(\d{{4}}|\d{{2}}))?(?![\d/:]|[.-]\d| ?(?:h|g|gio)\b)"
    rf"|\b({_N}) thang ({_N})(?:,? nam (\d{{4}}))?\b"
    rf"|\b(?:ngay|mung|mong|hom) ({_N})\b(?! ?(?:h|g|gio|thang|lan|nua)\b| ?[/.-] ?\d)"
    r"(?: (thang nay|thang sau|thang toi))?"
)
_LUNAR = re.compile(r"\b(?:am lich|lich am|a\.?l|thang chap|thang gieng|ram|tet)\b")
_MINUTES = rf"(?: ?(\d{{2}})(?: ?(?:p|ph|phut))?\b| ({_N}) phut\b| ?(ruoi)\b| kem ({_N})\b)?"
_SAID_OF_DAY = r"(?:sang|trua|chieu|toi|dem)"
_UNIT = r"(?:h|g|gio(?! hanh| lam| nghi| tan))(?![a-z])"
_TIME = re.compile(
    rf"\b({_N}) ?{_UNIT}(?! nua| tuoi){_MINUTES}"
    r"|(?<![\d/:])(\d{1,2}):(\d{2})(?!\d)"
    rf"|\b(?:luc|tam|khoang|chung|vao) ({_N})"
    rf"(?= {_SAID_OF_DAY}\b| ?(?:$|[,.;?!])| (?:nhe|nha|a|di|hoac|hay)\b)"
    rf"|(?:^|[ ,])({_N})(?= {_SAID_OF_DAY}(?: (?:nay|mai|mot|kia|thu|chu|hom|ngay|·)|$))"
)
_RANGE = re.compile(
    rf"\b(?:tu )?({_N})(?: ?(?:h|g|gio))? ?(\d{{2}})? ?(?:-|den|toi) ?({_N}) ?(?:h|g|gio)(?![a-z]) ?(\d{{2}})?"
    r"|(?<![\d/:])(\d{1,2}):(\d{2}) ?(?:-|den|toi) ?(\d{1,2}):(\d{2})"
)
_IN = re.compile(rf"\b({_N}|nua|nua ?a) ?(tieng|gio|h|phut|p|ngay|tuan)(?: (?:dong ho|ruoi))? nua\b")
_STRETCH = re.compile(r"\b(dau|giua|cuoi)? ?tuan (sau|toi|nay)?|\b(cuoi) tuan\b")
_RIGHTED = re.compile(r"\b(?:a |ay |oi )?(?:nham|khong phai|sua lai|a khong|noi lai)\b[ ,:]*")
_NAMED = re.compile(r"\b(?:chi|anh|co|ba|em|ong|bac|chu|di|cau|ban|me|thay|ten|la) (?=(\w+))")
_OR = re.compile(r"\b(?:hoac|hay|hay la)\b")
_BEFORE = re.compile(r"\b(?:truoc|cham nhat|khong qua|muon nhat)(?: luc)? ?$")
_AFTER = re.compile(r"\b(?:sau|qua|tu)(?: luc)? ?$")
_NOT_BEFORE = "".join(rf"(?<!{word} )" for word in ("tuan", "hom", "bua", "lan", "thang"))
_UNTIL = re.compile(rf"{_NOT_BEFORE}\btruoc(?: luc| khi| buoi| ngay| gio)? ?$")
"""Before a day or a part of one: it is over when that begins."""
_PAST = re.compile(rf"{_NOT_BEFORE}\b(?:sau|qua)(?: buoi| gio)? ?$")
_BESIDE_BEFORE = re.compile(r"(?:\d ?[hg]?|\bgio|buoi|chieu|ruoi|luc|vao|hoac|hay|den|phut) ?$")
_BESIDE_AFTER = re.compile(r" (?:(?:nay|mai|mot|kia|hom|ngay|thu|t[2-7]|chu nhat|cn|som)\b|\d{1,2}[/-]\d)")
_AMBIGUOUS_NAMES = frozenset("mai hai ba tu nam sau bay tam chin muoi mot kia toi sang dem trua chieu".split())


@dataclass(frozen=True, slots=True)
class _Day:
    start: int
    end: int
    date: dt.date
    last: dt.date
    rank: int
    step: int
    """Days until the same is said again: of a weekday 7; 0: it is that day and no other."""
    assumed: frozenset[Assumed] = frozenset()
    until: bool = False
    """What is wished is over when the day begins: "trước thứ sáu"."""


@dataclass(frozen=True, slots=True)
class _Hours:
    """Of a day, from and to; beyond 24: the night after it."""

    low: float | None
    high: float
    assumed: frozenset[Assumed] = frozenset()


def read_time(words: str, now: dt.datetime) -> Wish | Unclear | None:
    """The time that ``words`` name, seen from ``now``; None where they name none. Raises ``ValueError`` for a naive
    ``now``."""
    here = local(now)
    seen = view(words)
    shown = nfc(seen.text)
    plain = fold(shown)
    for start in (*(right.end() for right in reversed(list(_RIGHTED.finditer(plain)))), 0):
        reader = _Reader(shown[start:], here)
        found = reader.read()
        if found is not None:
            low, high = (min((at for at, _ in reader.used), default=0), max((to for _, to in reader.used), default=0))
            same = len(shown) == len(seen.text)
            return replace(found, span=seen.original(start + low, start + high) if same else (0, len(words)))
    return None


def wished_end(words: str, now: dt.datetime) -> dt.datetime | None:
    """The latest moment of a wished time ("chiều mai", "sau 14 giờ"); None where none is named, or none that can be."""
    found = read_time(words, now)
    return found.end if isinstance(found, Wish) else None


class _Reader:
    def __init__(self, shown: str, here: dt.datetime) -> None:
        self.plain, self.here, self.today = fold(shown), here, here.date()
        self.typed = "".join(char.lower() if len(char.lower()) == 1 else char for char in shown)
        self.marked, self._whole = has_marks(shown), self.plain
        self.used: list[tuple[int, int]] = []
        for match in _NAMED.finditer(self.plain):
            start, end = match.span(1)
            if match.group(1) in _AMBIGUOUS_NAMES and shown[start].isupper():
                self._blank(start, end)
        self.used.clear()

    def _blank(self, start: int, end: int) -> None:
        self.used.append((start, end))
        self.plain = self.plain[:start] + "·" * (end - start) + self.plain[end:]

    def _said(self, start: int, end: int, name: str) -> bool:
        """Whether the words there are ``name``: with its marks, or without any in a text without any."""
        typed = self.typed[start:end]
        return typed == name or (typed == fold(name) and not self.marked)

    def _number(self, match: re.Match[str], group: int) -> int | None:
        written = match.group(group)
        if written is None:
            return None
        if written.isdigit():
            return int(written)
        typed = self.typed[slice(*match.span(group))]
        return _NUMBERS.get(typed) if self.marked else _FOLDED.get(written)

    def read(self) -> Wish | Unclear | None:
        if (match := _LUNAR.search(self.plain)) and not (self.marked and self.typed[slice(*match.span())] == "ram"):
            self.used = [match.span()]
            return Unclear("lunar")
        soon = self._soon()
        if isinstance(soon, Wish):
            return soon
        days = [soon] if soon is not None else self._days()
        if isinstance(days, Unclear):
            return days
        hours = self._hours()
        if not days and hours is None:
            return None
        return self._placed(days, hours)

    # ---- how long from now

    def _soon(self) -> Wish | _Day | None:
        match = _IN.search(self.plain)
        if match is None:
            return None
        written = match.group(1)
        many = 0.5 if written.startswith("nua") else self._number(match, 1)
        if many is None:
            return None
        unit = match.group(2)
        if "ruoi" in match.group():
            many += 0.5
        self._blank(*match.span())
        if unit in ("ngay", "tuan"):
            date = self.today + dt.timedelta(days=int(many * (7 if unit == "tuan" else 1)))
            return _Day(*match.span(), date, date, 0, 0)
        step = dt.timedelta(minutes=many) if unit in ("phut", "p") else dt.timedelta(hours=many)
        start = (self.here + step).astimezone(dt.timezone.utc)
        return Wish(start, start + dt.timedelta(hours=LASTS), frozenset({"hours"}))

    # ---- which day

    def _days(self) -> list[_Day] | Unclear:
        """The days that are named; of dates, weekdays and the like only those that tell most."""
        found: list[_Day] = []
        for match in _DATE.finditer(self.plain):
            day = self._date(match)
            if isinstance(day, Unclear):
                self.used.append(match.span())
                return day
            if day is not None:
                found.append(day)
        self._blank_all(found)
        for match in _WEEKDAY.finditer(self.plain):
            day = self._weekday(match)
            if day is not None:
                found.append(day)
        self._blank_all(found)
        for match in _AHEAD_RE.finditer(self.plain):
            typed = self.typed[slice(*match.span())]
            name = typed if typed in _AHEAD else _AHEAD_OF[match.group()]
            after_part = re.search(rf"{_SAID_OF_DAY} $", self.plain[: match.start()])
            alone = match.group() in _ALONE and not after_part
            if self._said(*match.span(), name) and not (alone and typed != "mốt"):
                date = self.today + dt.timedelta(days=_AHEAD[name])
                found.append(_Day(*match.span(), date, date, 2, 1 if not _AHEAD[name] else 0))
        found += self._weeks() if not found else []
        self._blank_all(found)
        best = min((one.rank for one in found), default=0)
        return [replace(one, until=self._until(one)) for one in found if one.rank == best]

    def _until(self, day: _Day) -> bool:
        return _UNTIL.search(self._whole[max(0, day.start - 24) : day.start]) is not None

    def _blank_all(self, days: list[_Day]) -> None:
        for one in days:
            self._blank(one.start, one.end)

    def _date(self, match: re.Match[str]) -> _Day | Unclear | None:
        spoken = match.group(4) is not None or match.group(7) is not None
        number = self._number(match, 1 if match.group(1) else 4 if match.group(4) else 7)
        if number is None or (match.group(7) == "mot" and not self.marked):  # "ngày mốt"
            return None
        month = self._number(match, 2 if match.group(1) else 5) if match.group(7) is None else None
        year = match.group(3) or match.group(6)
        assumed: frozenset[Assumed] = frozenset()
        if match.group(7) is not None:
            later = match.group(8) in ("thang sau", "thang toi")
            for ahead in range(1 if later else 0, 14):
                total = self.today.year * 12 + self.today.month - 1 + ahead
                made = _made(total // 12, total % 12 + 1, number)
                if made is not None and made >= self.today:
                    assumed = frozenset({"year"}) if match.group(8) is None else frozenset()
                    return _Day(*match.span(), made, made, 0, 0, assumed)
            return Unclear("date")
        if month is None:
            return None
        if year is not None:
            made = _made(int(year) + (2000 if len(year) == 2 else 0), month, number)
        else:
            made = _made(self.today.year, month, number)
            if made is None or made < self.today:
                made, assumed = _made(self.today.year + 1, month, number) or made, frozenset({"year"})
        if made is None:
            return Unclear("date") if spoken or (number <= 31 and month <= 12) else None
        return _Day(*match.span(), made, made, 0, 0, assumed)

    def _weekday(self, match: re.Match[str]) -> _Day | None:
        named = match.group(1) or match.group(2)
        wanted = 6 if match.group(3) else _WEEKDAYS[named]
        monday = self.today - dt.timedelta(days=self.today.weekday())
        if match.group(4) in ("tuan sau", "tuan toi"):
            date = monday + dt.timedelta(days=7 + wanted)
            return _Day(*match.span(), date, date, 1, 0)
        date = self.today + dt.timedelta(days=(wanted - self.today.weekday()) % 7)
        return _Day(*match.span(), date, date, 1, 7)

    def _weeks(self) -> Iterator[_Day]:
        match = _STRETCH.search(self.plain)
        if match is None or not (match.group(1) or match.group(2) or match.group(3)):
            return
        monday = self.today - dt.timedelta(days=self.today.weekday())
        which = match.group(1) or match.group(3)
        first, last = {"dau": (0, 1), "giua": (2, 3), "cuoi": (5, 6), None: (0, 4)}[which]
        later = match.group(2) in ("sau", "toi")
        if later or monday + dt.timedelta(days=last) < self.today:
            monday += dt.timedelta(days=7)
        low = max(monday + dt.timedelta(days=first), self.today)
        yield _Day(*match.span(), low, monday + dt.timedelta(days=last), 3, 7)

    # ---- which hours

    def _hours(self) -> _Hours | None:
        parts = list(self._parts())
        found = [self._range(match, parts) for match in _RANGE.finditer(self.plain)]
        for match in _RANGE.finditer(self.plain):
            self._blank(*match.span())
        for match in _TIME.finditer(self.plain):
            found.append(hour := self._hour(match, parts))
            self.used += [match.span()] if hour is not None else []
        self.used += [(start, end) for start, end, _ in parts]
        known = [one for one in found if one is not None]
        if not known:
            known = [self._of_part(start, name) for start, _, name in parts]
        if not known:
            return None
        if len(known) > 1 and not _OR.search(self.plain) and all(one.low is not None for one in known):
            known = [max(known, key=lambda one: one.low or 0)] if found else known
        lows = [one.low for one in known]
        return _Hours(
            None if None in lows else min(low for low in lows if low is not None), max(one.high for one in known),
            frozenset().union(*(one.assumed for one in known)),
        )  # fmt: skip

    def _parts(self) -> Iterator[tuple[int, int, str]]:
        for match in _PART.finditer(self.plain):
            name = _PART_OF[match.group()][0]
            start, end = match.span()
            if not self._said(start, end, name):
                continue
            alone = self.plain.strip() == match.group()
            beside = _BESIDE_BEFORE.search(self.plain[:start]) or _BESIDE_AFTER.match(self._whole[end:])
            if match.group() not in _UNSURE or self.marked or alone or beside:
                yield start, end, name

    def _of_part(self, start: int, name: str) -> _Hours:
        low, high = _PARTS[name]
        before = self.plain[max(0, start - 24) : start]
        if _UNTIL.search(before):
            return _Hours(None, low)
        return _Hours(high, high + LASTS) if _PAST.search(before) else _Hours(low, high)

    def _range(self, match: re.Match[str], parts: list[tuple[int, int, str]]) -> _Hours | None:
        if match.group(5):
            low, high = int(match[5]) + int(match[6]) / 60, int(match[7]) + int(match[8]) / 60
        else:
            first, second = self._number(match, 1), self._number(match, 3)
            if first is None or second is None:
                return None
            low, high = first + int(match.group(2) or 0) / 60, second + int(match.group(4) or 0) / 60
        part = self._part_at(match.end(), parts)
        until = _of_day(high, part)[0]
        begin = _of_day(low, part)[0] if low <= high else low
        if begin >= until:
            begin = low
        return _Hours(begin, until) if begin < until <= 30 else None

    def _hour(self, match: re.Match[str], parts: list[tuple[int, int, str]]) -> _Hours | None:
        group = next((one for one in (1, 6, 8, 9) if match.group(one) is not None), 1)
        whole = self._number(match, group)
        if whole is None or whole > 24:
            return None
        minutes = 30 if match.group(4) else int(match.group(2) or match.group(7) or 0)
        minutes = self._number(match, 3) or minutes
        less = self._number(match, 5) or 0
        if minutes > 59 or less > 59:
            return None
        part = self._part_at(match.end(), parts)
        hour, assumed = _of_day(whole + (minutes - less) / 60, part)
        before = self.plain[max(0, match.start() - 14) : match.start()]
        if _BEFORE.search(before):
            return _Hours(None, hour, assumed)
        return _Hours(hour, hour + LASTS, assumed | {"hours"})

    def _part_at(self, end: int, parts: list[tuple[int, int, str]]) -> str | None:
        """The part of the day that belongs to an hour that ends there: the next one after it, else any."""
        after = [name for start, _, name in parts if end <= start <= end + 12]
        return after[0] if after else parts[-1][2] if parts else None

    # ---- both together

    def _placed(self, days: list[_Day], hours: _Hours | None) -> Wish:
        if days and hours is None and all(one.until for one in days):
            return self._before(days)
        assumed: set[Assumed] = set(hours.assumed) if hours else {"hours"}
        low, high = (hours.low, hours.high) if hours else DAY
        if days:
            either = len(days) > 1 and _OR.search(self._whole) is not None
            first = min(one.date for one in days) if either else max(one.date for one in days)
            last, step = max(one.last for one in days), max(one.step for one in days)
            assumed |= frozenset().union(*(one.assumed for one in days))
        else:
            first = last = self.today
            step = 1
            assumed.add("day")
        end = _at(last, high)
        if end <= self.here and step:
            first, last = first + dt.timedelta(days=step), last + dt.timedelta(days=step)
            end = _at(last, high)
            assumed.add("passed")
        start = _at(first, min(DAY[0], high) if low is None else low)
        if low is None and first == self.today:
            start = self.here
        start = max(start, min(self.here, end))
        return Wish(start.astimezone(dt.timezone.utc), end.astimezone(dt.timezone.utc), frozenset(assumed))


    def _before(self, days: list[_Day]) -> Wish:
        """Until the day before; where that is past its hours already, until the day begins."""
        first, assumed = min(one.date for one in days), frozenset[Assumed]({"hours"})
        if first <= self.today:
            first, assumed = first + dt.timedelta(days=max(one.step for one in days)), assumed | {"passed"}
        end = _at(first - dt.timedelta(days=1), DAY[1])
        if end <= self.here:
            end = max(_at(first, DAY[0]), self.here)
        assumed = assumed.union(*(one.assumed for one in days))
        return Wish(self.here.astimezone(dt.timezone.utc), end.astimezone(dt.timezone.utc), assumed)


def _of_day(hour: float, part: str | None) -> tuple[float, frozenset[Assumed]]:
    """An hour as it is said, in the part of the day it is said to be of; beyond 24: the night after."""
    kind = fold(part or "")
    if hour > 12.99 or hour < 1:
        return hour, frozenset()
    if "sang" in kind:
        return (hour % 12 if hour >= 12 and "som" not in kind else hour), frozenset()
    if "trua" in kind:
        return (hour + 12 if hour < 4 else hour), frozenset()
    if "chieu" in kind or ("hanh chinh" in kind and hour < 6):
        return (hour + 12 if hour < 12 else hour), frozenset()
    if "toi" in kind or "dem" in kind or "khuya" in kind:
        if hour >= 12:
            return 24 + hour - 12, frozenset()
        return (hour + 12 if hour >= 5 else hour + 24), frozenset()
    if hour < 7:
        return hour + 12, frozenset({"half"})
    return hour, frozenset({"half"}) if hour < 12 else frozenset()


def _at(day: dt.date, hour: float) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), VIET_NAM) + dt.timedelta(minutes=round(hour * 60))


def _made(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
