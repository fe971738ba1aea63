"""A text as the reader of addresses sees it: its words, what is known of them, and what stands beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from feedback_store.places.lexicon import Phrases, lexicon
from feedback_store.places.names import Word, words_of
from feedback_store.places.numerals import continued, number_at, spoken_at
from feedback_store.places.spans import Names, UnitAt

BREAK = re.compile(r"[.;:!?\n]")
_INNER = frozenset(("", "'", "’"))
"""What may stand inside of a name: "Ea M'droh"."""
_CODE = re.compile(r"[bcdđghklmnpqrstvx]{1,4}", re.IGNORECASE)
_POLITE = frozenset("da vang thua alo em".split())
_MEASURES_SPELLED = frozenset(
    "hôm ngày tuần tháng năm giờ phút lần cái người chiếc con cây bao đống xe hộ nhà m mét bữa đêm tiếng bóng cột chỗ "
    "thằng đứa ông bà vụ việc ổ cục chậu thùng đồng triệu nghìn ngàn k giây trận bên phía đầu quán căn gia".split()
)
_TIMES_SPELLED = frozenset("hôm ngày tuần tháng năm giờ phút lần bữa đêm tiếng giây".split())
_TIMES = frozenset(words_of(one)[0].key for one in _TIMES_SPELLED)
_MEASURES = frozenset(words_of(one)[0].key for one in _MEASURES_SPELLED)


class Sentence:
    """Questions about the word at a place: what it is, what stands before and after it. None raises."""

    def __init__(self, text: str, words: list[Word], units: Sequence[UnitAt], names: Names) -> None:
        self.names = names
        self._depth = 0
        self._before = -1
        """The last word of the part before the one that is being read."""
        self.text, self.words, self.lex = text, words, lexicon()
        letters = [one for one in words if not one.raw.isdecimal()]
        self.marks = sum(one.marked for one in letters) * 4 > len(letters)
        shouted = sum(one.raw.isupper() for one in letters) * 2 > len(letters)
        inner = [one for at, one in enumerate(words) if at and not BREAK.search(one.gap) and len(one.raw) > 1]
        self.cased = not shouted and any(one.titled and not one.raw.isupper() for one in inner)
        self._strong = {at for at in range(len(words)) if self.lex.strong.at(words, at, self.marks)}
        self.units: dict[int, UnitAt] = {}
        for unit in units:
            held = self.units.get(unit.first)
            if held is None or (unit.kinded, unit.last) > (held.kinded, held.last):
                self.units[unit.first] = unit

    def _distance(self, at: int) -> int | None:
        """Last word of "khoảng 200m", "hai trăm mét", "vài căn"."""
        if self._gap_breaks(at):
            return None
        at += self.lex.about.at(self.words, at, self.marks)
        number = at if at < len(self.words) and self.words[at].raw.isdecimal() else None
        if number is None:
            number = spoken_at(self.words, at, True)
        if number is None and at < len(self.words) and (self._word(at, "vài") or self._word(at, "mấy")):
            number = at
        unit = 0 if number is None else self.lex.distances.at(self.words, number + 1, self.marks)
        return None if number is None or not unit else number + unit

    def _code(self, at: int) -> int | None:
        """Letters and a number that a way is called by: "TL 19", "DT 743", "tx hai mươi mốt"."""
        if at + 1 >= len(self.words) or not _CODE.fullmatch(self.words[at].raw) or self.words[at + 1].gap.strip(" -."):
            return None
        number = number_at(self.words, at + 1)
        return number if number is not None else spoken_at(self.words, at + 1, self.marks)

    def _date(self, at: int) -> int | None:
        """A date that a way is called by: "2 tháng 9", "ba tháng hai"."""
        day = number_at(self.words, at)
        if day is None:
            day = spoken_at(self.words, at, self.marks)
        if day is None or not self._word(day + 1, "tháng"):
            return None
        month = number_at(self.words, day + 2)
        return month if month is not None else spoken_at(self.words, day + 2, self.marks)

    def _word(self, at: int, spelled: str) -> int:
        """1 if this word stands there, else 0."""
        if at >= len(self.words):
            return 0
        word = self.words[at]
        if self.marks or word.marked:
            return int(word.spelled == spelled)
        return int(word.key == words_of(spelled)[0].key)

    def _raw(self, first: int, last: int) -> str:
        return self.text[self.words[first].start : self.words[last].end]

    def _gap_breaks(self, at: int) -> bool:
        """Whether something other than a blank stands before a word, or no word is there."""
        return at >= len(self.words) or self.words[at].gap.strip() not in _INNER

    def _parted(self, at: int) -> bool:
        """The same after a kind, which may be abbreviated: "đ. Lê Lợi", "tổ: 5"."""
        if at >= len(self.words):
            return True
        gap = self.words[at].gap.strip()
        return gap not in ("", ":", ".") or (gap == "." and len(self.words[at - 1].raw) > 3)

    def _refused(self, at: int, length: int) -> bool:
        """Whether the words beside tell that a kind is none here: "tổ chức", "đèn đường"."""
        end = at + length
        for refused in self.lex.not_before.get(" ".join(one.key for one in self.words[at:end]), ()):
            if self._says(at, end, refused.name) and self._phrase_at(refused.phrases, end):
                known = any(length > 1 for length in self._known_at(end))  # "duong to hieu": Tô Hiệu, not a wide road
                return not known and not (self.cased and self.words[end].titled)
        for refused in self.lex.not_after.get(self.words[at].key, ()):
            if self._says(at, at + 1, refused.name) and self._phrase_before(refused.phrases, at):
                return not self._phrase_before(self.lex.directions, at, least=2)  # "truoc cong truong": a gate
        return False

    def _says(self, first: int, end: int, name: str) -> bool:
        named = self.words[first:end]
        return not (self.marks or any(one.marked for one in named)) or " ".join(one.spelled for one in named) == name

    def _phrase_at(self, phrases: Phrases, at: int) -> bool:
        return at < len(self.words) and not self._gap_breaks(at) and phrases.at(self.words, at, self.marks) > 0

    def _phrase_before(self, phrases: Phrases, at: int, least: int = 1) -> bool:
        return any(
            at - back >= 0 and not self.words[at].gap.strip()
            and phrases.at(self.words, at - back, self.marks) == back
            for back in range(least, 4)
        )  # fmt: skip

    def _after_crossing(self, at: int) -> bool:
        crossings = self.lex.crossings
        return any(
            at - back > self._before
            and crossings.at(self.words, at - back, self.marks) == back
            and not self._refused(at - back, back)
            for back in (1, 2, 3)
        )

    def _after_preposition(self, at: int) -> bool:
        return any(
            at - back >= 0 and self.lex.prepositions.at(self.words, at - back, self.marks) == back for back in (1, 2)
        )

    def _head_at(self, at: int) -> bool:
        """Whether a way, quarter, building, or unit with its kind begins here."""
        return at < len(self.words) and (self._unit_at(at) or (self._way_at(at) and not self._refused(at, 1)))

    def _unit_at(self, at: int) -> bool:
        return at in self.units and self.units[at].kinded

    def _known_run(self, at: int) -> bool:
        """Whether two or three words here are the name of a unit of the country: "Cửa Đại"."""
        key = self.words[at].key
        for length in (2, 3):
            last = at + length - 1
            if last >= len(self.words) or self.words[last].gap.strip():
                return False
            key += self.words[last].key
            if self._is_name(key, at, last):
                return True
        return False

    def _is_name(self, key: str, first: int, last: int) -> bool:
        if key not in self.names.keys or last - first + 1 > self.names.longest.get(key, 0):
            return False
        return not self.marks or "".join(one.spelled for one in self.words[first : last + 1]) in self.names.exact

    def _kind_at(self, at: int) -> bool:
        """Whether the word for a way, a quarter, a building or a unit begins here, whatever follows."""
        return self._way_at(at) or self._unit_at(at)

    def _way_at(self, at: int) -> bool:
        lex = self.lex
        return any(kinds.at(self.words, at, self.marks) for kinds in (lex.ways, lex.quarters, lex.buildings))

    def _number(self, at: int, *, letters: bool = False, spoken: bool = True, kind: bool = False) -> int | None:
        """Last word of a number: in figures, or in words where a number must follow."""
        last = number_at(self.words, at, letters=letters)
        if last is not None:
            last = continued(self.words, last, self.marks)
            return None if last == at and self._counts(last, after_kind=kind) else last
        called = self.cased and at + 1 < len(self.words) and all(one.titled for one in self.words[at : at + 2])
        said = spoken and not called and (self.marks or (at > 0 and self._word(at - 1, "số")))
        last = spoken_at(self.words, at, self.marks) if said else None
        return None if last is None or self._counts(last, after_kind=kind) else last

    def _counts(self, number: int, *, after_kind: bool = False) -> bool:
        """Whether a number counts what follows ("3 hôm nay", "22h") instead of naming a place; after the word for a
        way or a building it counts times alone."""
        at = number + 1
        if at >= len(self.words):
            return False
        word = self.words[at]
        if word.gap == "" and word.key in ("h", "g", "m", "tr", "k", "km", "cm", "ph"):
            return True
        if word.key == "km" and number_at(self.words, at + 1) is not None:
            return False  # "ql 61 km 421"
        if word.gap == " " and word.key in ("h", "km", "g", "gio", "ph", "phut") and word.spelled not in ("gió",):
            return True
        if word.gap.strip() or any(n > 1 for n in self.lex.streets.every(self.words, at, self.marks)):
            return False
        spelled, keys = (_TIMES_SPELLED, _TIMES) if after_kind else (_MEASURES_SPELLED, _MEASURES)
        return word.spelled in spelled if self.marks or word.marked else word.key in keys

    def _ender(self, at: int) -> bool:
        return self.lex.enders.at(self.words, at, self.marks) > 0

    def _known_at(self, at: int) -> list[int]:
        return self.lex.streets.every(self.words, at, self.marks) if at < len(self.words) else []

    def _closing(self, at: int) -> bool:
        return self._polite(at) or (self.marks and self.lex.closing.at(self.words, at, True) > 0)

    def _polite(self, at: int) -> bool:
        """Whether an "a" that closes a sentence of a polite writer is "ạ"."""
        word, after = self.words[at], at + 1
        closes = after >= len(self.words) or bool(BREAK.search(self.words[after].gap))
        return word.raw == "a" and closes and not self.marks and self.words[0].key in _POLITE

    def _thing(self, at: int) -> bool:
        """Whether what a report is about begins here: "trụ điện", "cây xanh"."""
        return self.lex.things.at(self.words, at, self.marks) > 1
