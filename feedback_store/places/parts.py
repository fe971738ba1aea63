"""Parts of a place: houses, ways, quarters, buildings, landmarks, units, each with the side it is meant from."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from feedback_store.places.naming import KNOWN_NAME, LIKELY_NAME, SURE_NAME, Naming
from feedback_store.places.numerals import continued, number_at, spoken_at
from feedback_store.places.sentence import BREAK
from feedback_store.places.spans import Part

DEEPEST = 9
"""So many readers are within each other at the most: "đối diện cổng chợ khu phố …"."""
P = ParamSpec("P")


def nested(read: Callable[Concatenate[Parts, P], Part | None]) -> Callable[Concatenate[Parts, P], Part | None]:
    """Nothing is read deeper than :data:`DEEPEST`: a text of nothing but kinds would be read without end."""

    @wraps(read)
    def bounded(self: Parts, /, *args: P.args, **more: P.kwargs) -> Part | None:
        if self._depth >= DEEPEST:
            return None
        self._depth += 1
        try:
            return read(self, *args, **more)
        finally:
            self._depth -= 1

    return bounded


class Parts(Naming):
    """Reads the part that begins at a word."""

    @nested
    def part(self, at: int, following: bool) -> Part | None:
        """The part of a place that begins with a word. ``following``: right after another part."""
        if (away := self._away(at)) is not None:
            return away
        lex = self.lex
        kind = max(one.at(self.words, at, self.marks) for one in (lex.quarters, lex.buildings, lex.landmarks))
        sided = [one for length in lex.directions.every(self.words, at, self.marks)
                 if length >= kind and (one := self._from_side(at, length)) is not None]  # fmt: skip
        if sided:
            return max(sided, key=lambda one: one.last)
        found = self._bare(at, following or self._after_preposition(at), following=following)
        if found is not None and following and found.kind != "unit" and not self._may_follow(at, found):
            return None
        if found is None and following and self._after_crossing(at):
            number = number_at(self.words, at)
            if number is not None and not self._counts(number):
                return Part("house", at, number, 1)  # "từ số nhà 88 tới 168"
            name = self._name(at, loose=True)
            return None if name is None or name[1] < LIKELY_NAME else Part("name", at, name[0], 1)
        return found

    def _from_side(self, at: int, length: int) -> Part | None:
        """What is told with the side of ``length`` words before it: "trước cổng chợ Đổ"."""
        if self._refused(at, length) or self._gap_breaks(at + length) or self._unsure(at, length):
            return None
        inner = self._sided(at + length, self._stacks(at, length))
        if inner is None and self._after_crossing(at + length):
            name = self._name(at + length, loose=True)
            inner = None if name is None or name[1] < LIKELY_NAME else Part("name", at, name[0], 1)
        return None if inner is None else Part(inner.kind, at, inner.last, inner.weight + 1, inner.named)

    def _away(self, at: int) -> Part | None:
        """ "cách cầu Rồng khoảng 200m", "cách 50 mét từ chợ": how far it is from something that has a place."""
        begins = at + self._word(at, "qua")
        said = self._word(begins, "cách") or (begins > at and self._word(begins, "khỏi"))
        if not said or self._gap_breaks(begins + 1):
            return None
        before = self._distance(begins + 1)
        after = begins + 1 if before is None else before + 1
        if after < len(self.words) and (self._word(after, "từ") or self._word(after, "với")):
            after += 1
        inner = None if self._gap_breaks(after) else self._bare(after, True, sided=True)
        if inner is None:
            return None
        end = inner.last
        while (unit := self.units.get(end + 1)) is not None and not self._gap_breaks(end + 1):
            end = unit.last
        last = None if before is not None else self._distance(end + 1)
        for number in range(after + 1, inner.last + 1) if before is None and last is None else ():
            ends = self._distance(number)  # which the name took for its number: "cầu Diễn một trăm mét"
            last = ends if ends is not None and ends >= inner.last else last
        return Part(inner.kind, at, inner.last if last is None else last, inner.weight + 1, inner.named)

    def _may_follow(self, at: int, part: Part) -> bool:
        """After a unit only units follow without a comma; after anything, no name that is only likely."""
        if self.words[at].gap.strip() or self._after_joining(at):
            return True
        if any(unit.last == at - 1 for unit in self.units.values() if unit.kinded):
            return part.kind == "quarter"  # "xã Đông Hoàng huyện Đông Hưng thôn Trung Hòa"
        return part.kind != "name" or max(self._known_at(at), default=0) > 1

    def _after_joining(self, at: int) -> bool:
        joins = self.lex.joins
        return any(
            at - back > self._before and joins.at(self.words, at - back, self.marks) == back for back in (1, 2, 3)
        )

    @nested
    def _sided(self, at: int, stacks: bool) -> Part | None:
        """What a side is told of; sides may follow each other: "đoạn trước cổng chợ"."""
        for length in self.lex.directions.every(self.words, at, self.marks) if stacks else ():
            if not self._refused(at, length) and not self._gap_breaks(at + length):
                inner = self._sided(at + length, self._stacks(at, length))
                if inner is not None:
                    return Part(inner.kind, at, inner.last, inner.weight, inner.named)
        return self._bare(at, True, sided=True)

    def _stacks(self, at: int, length: int) -> bool:
        return any(self.lex.stacked.at(self.words, n, self.marks) for n in (at, at + length - 1))

    def _unsure(self, at: int, length: int) -> bool:
        """Whether a side of one word without marks ("mat") is more likely another word."""
        plain = not self.marks and not self.words[at].marked
        begins = at == 0 or bool(self.words[at].gap.strip()) or self._after_preposition(at)
        return plain and length == 1 and not begins and self.lex.unsure.at(self.words, at, False) > 0

    @nested
    def _bare(self, at: int, expected: bool, *, sided: bool = False, following: bool = False) -> Part | None:
        if at >= len(self.words):
            return None
        return (
            self._unit(at, following)
            or (self._said_unit(at) if expected else None)
            or self._house(at, expected)
            or self._way(at)
            or self._quarter(at)
            or self._building(at, expected)
            or self._landmark(at, expected, sided)
            or self._known(at, expected)
        )

    def _said_unit(self, at: int) -> Part | None:
        """A unit with its kind that nobody knows: "xã Nà Bó", and one that is misspelled."""
        if self.lex.ways.at(self.words, at, self.marks) > 1:
            return None  # "tỉnh lộ 15"
        for length in self.lex.units.every(self.words, at, False):
            if not self._parted(at + length) and not self._refused(at, length):
                name = self._name(at + length, loose=True)
                if name is not None and name[1] >= LIKELY_NAME:
                    return Part("unit", at, name[0], 1)
        return None

    def _unit(self, at: int, following: bool) -> Part | None:
        unit = self.units.get(at)
        if unit is None or not (unit.kinded or following or unit.alone) or (not unit.kinded and self._thing(at)):
            return None
        return Part("unit", at, unit.last, 2 if unit.kinded else 1)

    def _house(self, at: int, expected: bool) -> Part | None:
        """ "số 5 Tô Hiệu", "12/3A/7", "K12/H3/5 Trần Phú"; a number alone counts only before a name or a way."""
        if (lane := self._lane_of_da_nang(at)) is not None:
            return lane
        if self.words[at].key == "km":
            return None
        first, said = at, self._word(at, "số") or self._word(at, "sn")
        if (said and self._refused(at, 1)) or (not said and max(self._known_at(at), default=0) > 1):
            return None
        if said:
            at += 1
            at += self._word(at, "nhà")
        elif self._word(at, "nhà") and self._word(at + 1, "số"):
            at, said = at + 2, True
        if not said and at < len(self.words) and self.words[at].raw == "1022":
            return None
        last = number_at(self.words, at) if said else None
        if last is not None:
            last = continued(self.words, last, self.marks)
        else:
            last = self._number(at, spoken=bool(said) or (expected and self.marks))
        if last is None or (at > first and self._parted(at)):
            return None
        if (date := self._date(last + 1)) is not None and not self._gap_breaks(last + 1):
            return Part("house", first, date, 2)
        if self._parts_house(first, last):
            return Part("house", first, last, 1)
        name = self._name(last + 1) if not self._gap_breaks(last + 1) else None
        firm = said or expected or first == 0 or bool(self.words[first].gap.strip())
        if not said and first > 0 and self._word(first - 1, "số") and not self._gap_breaks(first):
            return None  # a number of something else: "xe buýt số 32"
        if name is not None and name[1] >= (LIKELY_NAME if firm else SURE_NAME - 0.5):
            return Part("house", first, name[0], 2)
        if said:
            return Part("house", first, last, 2)
        if not self._gap_breaks(last + 1) and self._head_at(last + 1):
            return Part("house", first, last, 1)
        return Part("house", first, last, 1) if "/" in self._raw(at, last) and expected else None

    def _lane_of_da_nang(self, at: int) -> Part | None:
        """ "ca 351 trên 68 Lê Đại Hành", "K hai trăm xuyệt 33": K for kiệt, as it is spoken."""
        at_k = at + self._word(at, "số")
        if at_k >= len(self.words) or self.words[at_k].key not in ("k", "ka", "ca"):
            return None
        if at_k + 1 >= len(self.words) or self.words[at_k + 1].gap != " ":
            return None
        number = number_at(self.words, at_k + 1)
        number = spoken_at(self.words, at_k + 1, True) if number is None else number
        if number is None:
            return None
        last = continued(self.words, number, True)
        if last == number:
            return Part("house", at, number, 1) if self.lex.lanes.at(self.words, number + 1, self.marks) else None
        name = self._name(last + 1) if not self._gap_breaks(last + 1) else None
        return Part("house", at, name[0] if name is not None and name[1] >= LIKELY_NAME else last, 2)

    def _parts_house(self, first: int, last: int) -> bool:
        """Whether a number at a beginning is a house that a comma parts from its lane or quarter: "126, ngõ 154"."""
        after = last + 1
        if after >= len(self.words) or self.words[after].gap.strip() != ",":
            return False
        begins = first == 0 or self._after_preposition(first) or bool(BREAK.search(self.words[first].gap))
        return begins and (self._head_at(after) or max(self._known_at(after), default=0) > 1)

    def _way(self, at: int) -> Part | None:
        whole = self.lex.complete.at(self.words, at, self.marks)
        if whole and at + whole < len(self.words) and self._part_begins(at + whole):
            return Part("way", at, at + whole - 1, 0.5)
        for length in self.lex.ways.every(self.words, at, self.marks):
            if self._refused(at, length) or self._parted(at + length):
                continue
            after = at + length
            after += self._word(after, "số")
            if (date := self._date(after)) is not None:
                return Part("way", at, date, 2)
            if (code := self._code(after)) is not None:
                return Part("way", at, code, 2)
            number = self._number(after, kind=True)
            if number is not None:
                name = self._name(number + 1) if not self._gap_breaks(number + 1) else None
                known = name is not None and name[1] >= LIKELY_NAME + 0.6
                return Part("way", at, name[0] if known and name else number, 2)
            leads = self._ends_leading(at + length - 1) and self.lex.landmarks.at(self.words, after, self.marks) > 1
            name = None if leads else self._name(after, loose=True)
            if name is not None and name[1] >= LIKELY_NAME:
                return Part("way", at, self._crossing(name[0]), 2)
            after += self.lex.unnamed.at(self.words, after, self.marks)
            inner = None if self._gap_breaks(after) else self.part(after, True)
            if inner is not None and self._leads(at, length, after):
                return Part("way", at, inner.last, inner.weight)
        return None

    def _part_begins(self, at: int) -> bool:
        """Whether another part stands there, a comma before it or not."""
        comma = self.words[at].gap.strip()
        if comma not in ("", ",", "-"):
            return False
        return self._head_at(at) or (comma == "," and (at in self.units or self._number(at) is not None
                                                       or max(self._known_at(at), default=0) > 1))

    def _leads(self, at: int, length: int, after: int) -> bool:
        """Whether a way without a name is told by what follows it: "ngõ cụt cạnh …", "đường vào thôn …"."""
        side = self.lex.directions.at(self.words, after, self.marks)
        if side:
            return not self._refused(after, side)
        return after > at + length or self._ends_leading(at + length - 1)

    def _ends_leading(self, at: int) -> bool:
        ends = ("vào", "vô", "ra", "lên", "xuống", "dẫn", "tên", "cụt", "nhỏ")
        return any(self._word(at, one) for one in ends)

    def _quarter(self, at: int) -> Part | None:
        for length in self.lex.quarters.every(self.words, at, self.marks):
            if self._refused(at, length) or self._parted(at + length):
                continue
            after = at + length
            after += self._word(after, "số")
            last = self._number(after, letters=True, kind=True)
            if last is not None:
                return Part("quarter", at, last, 2)
            if self.lex.numbered.at(self.words, at, self.marks) == length:
                continue
            if length + self.lex.landmarks.at(self.words, after, self.marks) > 3:  # "khu tập thể bệnh viện X"
                inner = self._landmark(after, True, True)
                if inner is not None:
                    return Part("quarter", at, inner.last, 2)
            name = self._name(after, loose=True, anything=True)
            if name is not None and name[1] >= LIKELY_NAME:
                return Part("quarter", at, name[0], 2)
            if self._word_alone(after):
                return Part("quarter", at, after, 1.5)
        return None

    def _word_alone(self, at: int) -> bool:
        """Whether one word that is hardly ever a sentence's stands between a kind and a comma or a unit: "xóm bãi,"."""
        if at >= len(self.words) or at in self._strong or self._no_name(at, True) or self.words[at].raw.isdecimal():
            return False
        after = at + 1
        return after < len(self.words) and (self.words[after].gap.strip() == "," or self._unit_at(after))

    def _building(self, at: int, expected: bool) -> Part | None:
        for length in self.lex.buildings.every(self.words, at, self.marks):
            if self._refused(at, length) or self._parted(at + length):
                continue
            if not expected and self.lex.placed.at(self.words, at, self.marks) == length:
                continue
            if self.words[at].key == "o" and not self.words[at].marked:
                continue  # "ở", not "ô"
            after = at + length
            after += self._word(after, "số")
            last = self._number(after, letters=True, kind=True)
            named = self.lex.numbered.at(self.words, at, self.marks) != length
            name = self._name(after, loose=True) if last is None and named else None
            if last is not None:
                last = self._inner_lot(last)
                return Part("building", at, last, 1 if expected else 0.9)
            if name is not None and name[1] >= LIKELY_NAME:
                return Part("building", at, name[0], 1.5)
        return None

    def _inner_lot(self, last: int) -> int:
        """ "lô 27 ô 14", "lô C5 gạch 12"."""
        for inner in ("ô", "gạch"):
            if self._word(last + 1, inner) and not self._gap_breaks(last + 1):
                number = self._number(last + 2, letters=True, kind=True)
                if number is not None:
                    return number
        return last

    @nested
    def _landmark(self, at: int, expected: bool, sided: bool) -> Part | None:
        unnamed: Part | None = None
        if not sided and self._means_at(at):
            return None
        for length in self.lex.landmarks.every(self.words, at, self.marks):
            if self._refused(at, length) or (length == 1 and not expected and not self._plain_kind(at)):
                continue
            if not expected and self.lex.placed.at(self.words, at, self.marks) == length:
                continue
            after = at + length
            while not self._gap_breaks(after) and not self._unit_at(after) and not self._thing(after):
                more = self.lex.modifiers.at(self.words, after, self.marks)
                named = self._name(after) if more else None
                if not more or (named is not None and named[1] >= SURE_NAME + 1):
                    break
                after += more
            numbered = self.lex.numbered.at(self.words, at, self.marks) == length
            bare = None if numbered and after == at + length else self._bare_landmark(at, after, sided)
            if self._gap_breaks(after):
                unnamed = unnamed or bare
                continue
            number = self._number(after + self._word(after, "số"))
            if (code := self._code(after)) is not None and self.words[after + 1].gap == "":
                return Part("landmark", at, code, 2)  # "kênh N2"
            if (date := self._date(after)) is not None:
                return Part("landmark", at, date, 2)
            if self.lex.landmarks.at(self.words, after, self.marks) > 1 and not self._refused(after, 2):
                inner = self._landmark(after, True, True)  # "ngã tư nhà máy nước"
                if inner is not None:
                    return Part("landmark", at, inner.last, max(inner.weight, 1))
            may_be_named = not numbered
            plain = not self.marks and not self.words[at].marked and length == 1
            firm = expected or sided
            name = self._name(after, loose=not plain, firm=firm) if may_be_named else None
            if name is not None and name[1] >= LIKELY_NAME + 0.5 * (after - at > length):
                titled = self.cased and any(one.titled for one in self.words[after : name[0] + 1])
                weight = 2 if firm or titled or name[1] >= KNOWN_NAME or self._unit_at(name[0] + 1) else 1
                return Part("landmark", at, self._crossing(name[0]), weight)
            if number is not None and not self._counts(number):
                return Part("landmark", at, number, 1)
            unnamed = unnamed or bare
        return unnamed

    def _means_at(self, at: int) -> bool:
        """Whether "cho" is "chỗ" rather than "chợ": a kind, a number or a side follows."""
        word, after = self.words[at], at + 1
        if word.key != "cho" or word.marked or self._gap_breaks(after):
            return False
        lex = self.lex
        follows = (lex.ways, lex.landmarks, lex.quarters, lex.buildings, lex.directions)
        return (
            any(one.at(self.words, after, self.marks) for one in follows) or self._unit_at(after)
            or self._word(after, "số") > 0 or number_at(self.words, after) is not None
        )  # fmt: skip

    def _plain_kind(self, at: int) -> bool:
        """Whether one word without marks is a landmark's ("chợ") rather than another word ("cho")."""
        word = self.words[at]
        if self.marks or word.marked or (self.cased and word.titled):
            return True
        return not self._gap_breaks(at + 1) and self.lex.modifiers.at(self.words, at + 1, self.marks) > 0

    def _bare_landmark(self, at: int, after: int, sided: bool) -> Part | None:
        """ "chợ" without a name: a place where its side is told ("trước chợ") or its commune ("chợ phường 5")."""
        if not sided and not self._unit_at(after):
            side = self.lex.directions.at(self.words, after, self.marks) if after - at > 1 else 0
            inner = self.part(after, True) if side and not self._refused(after, side) else None
            if inner is None and not self._gap_breaks(after):  # "nhà văn hóa thôn X", "ngã ba nhà máy nước"
                inner = self._quarter(after) or self._way(after) or self._landmark(after, True, False)
            if inner is None and after - at > 1 and (self._placed(at, after) or (
                after < len(self.words) and self.words[after].gap.strip() == "," and self._part_begins(after)
            )):  # fmt: skip
                return Part("landmark", at, after - 1, 1 if self._placed(at, after) else 0.5, False)
            return None if inner is None else Part("landmark", at, inner.last, inner.weight)
        return Part("landmark", at, after - 1, 0.5, False)

    def _placed(self, at: int, after: int) -> bool:
        """Whether a landmark without a name is told as a place: after "ở", or as a sentence of its own."""
        closes = after >= len(self.words) or bool(BREAK.search(self.words[after].gap))
        begins = at == 0 or bool(BREAK.search(self.words[at].gap))
        return self._after_preposition(at) or (begins and closes)

    def _leads_unit(self, at: int, last: int) -> bool:
        """Whether a name at a beginning is followed by its commune or a side: "hung vuong, phuong phu loi"."""
        after = last + 1
        if after >= len(self.words) or not (at == 0 or self.words[at].gap.strip()):
            return False
        told = self._thing(after) and max(self._known_at(at), default=0) > 1
        return told or self._unit_at(after) or self.lex.stacked.at(self.words, after, self.marks) > 0

    def _known(self, at: int, expected: bool) -> Part | None:
        """A name that is known, after "ở" or where capitals tell that it is one."""
        name = self._name(at)
        leads = name is not None and self._leads_unit(at, name[0])
        if name is None or name[1] < SURE_NAME + (0 if expected or leads else 2):
            return None
        titled = self.cased and all(one.titled for one in self.words[at : name[0] + 1])
        if not expected and not titled and not self._leads_unit(at, name[0]):
            return None
        return Part("name", at, self._crossing(name[0]) if expected else name[0], 1)
