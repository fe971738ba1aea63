"""What a name is and where it ends: by what is known of names, by capitals, by the words that cannot be part of one."""

from __future__ import annotations

from abc import ABC, abstractmethod

from feedback_store.places.names import Word
from feedback_store.places.numerals import number_at
from feedback_store.places.sentence import BREAK, Sentence
from feedback_store.places.spans import Part
from vitext.syllables import is_plain_syllable

SURE_NAME = 3.0
"""A name without anything before it that tells of a place."""
KNOWN_NAME = 4.0
"""A name that streets or units bear."""
LIKELY_NAME = 1.0
LONGEST_NAME = 6
# Middle names, after which a given name follows whatever it means: "Trần Thị Lý".
_MIDDLE = frozenset("thi van duc huu dinh ngoc quoc cong minh xuan thanh quang hoang ba trong the".split())


class Naming(Sentence, ABC):
    """Reads names of streets, hamlets and landmarks."""

    @abstractmethod
    def _bare(self, at: int, expected: bool, *, sided: bool = False, following: bool = False) -> Part | None:
        """The part of a place that begins with a word, without its side."""

    def _crossing(self, last: int) -> int:
        """ "ngã tư A – B": the end of the other name."""
        if last + 1 < len(self.words) and self.words[last + 1].gap.strip() in ("-", "–", "/"):
            other = self._name(last + 1, loose=True)
            if other is not None and other[1] >= LIKELY_NAME:
                return other[0]
            if (date := self._date(last + 1)) is not None:
                return date
            number = number_at(self.words, last + 1)
            if number is not None and "/" in self._raw(last + 1, number):
                return number  # "Ngô Quyền - 2/9"
        return last

    def _no_name(self, at: int, loose: bool) -> bool:
        """Whether a word begins something else than a name; ``loose``: it may begin with a kind ("đình Làng Cả")."""
        titled = self.cased and self.words[at].titled and at > 0 and not BREAK.search(self.words[at].gap)
        said = at > 0 and self._word(at, "là") and self.words[at - 1].key in ("chi", "tri", "diem", "nha", "cho")
        if said or (not loose and self._thing(at)):
            return True
        joins = any(one.at(self.words, at, self.marks) for one in (self.lex.prepositions, self.lex.crossings))
        unit = self.units.get(at)
        if (joins and not titled) or (unit is not None and unit.kinded and (unit.explicit or not loose)):
            return True
        if self._word(at, "số") or (loose and self._known_run(at)):
            return not self._known_run(at)
        if not loose and self._kind_at(at):
            return True
        side = self.lex.directions.at(self.words, at, self.marks)
        return not titled and (side > 0 or (not loose and self.lex.landmarks.at(self.words, at, self.marks) > 1))

    def _name(
        self, at: int, *, loose: bool = False, anything: bool = False, firm: bool = False
    ) -> tuple[int, float] | None:
        """(last word, how surely) of the name that begins here. ``loose``: after a kind that a name must follow;
        ``anything``: whatever its words mean, as hamlets are called ("ấp Bờ Bao,"); ``firm``: "ở" or a side stands
        before the kind."""
        best: tuple[int, float] | None = None
        if at >= len(self.words) or (self._thing(at) and not (loose and self.lex.streets.at(self.words, at, True))):
            return None
        if self.lex.ways.at(self.words, at, self.marks) == 1 and number_at(self.words, at + 1) is not None:
            return None  # "ngã ba ĐT 747"
        bound = self._bound(at, firm or anything) if loose else -1
        known_here = self.lex.streets.at(self.words, at, self.marks) > 0
        called_so = 0 < bound - at < 3 and (anything or self._bare(at, True) is None)  # "mẫu giáo Hướng Dương,"
        if not known_here and not called_so and self._no_name(at, loose):
            return None
        known = set(self._known_at(at))
        family = bool(self.lex.families.at(self.words, at, self.marks)) if at < len(self.words) else False
        score, key = 0.0, ""
        for length in range(1, LONGEST_NAME + 1):
            last = at + length - 1
            if last >= len(self.words) or (length > 1 and self._gap_breaks(last)):
                break
            word = self.words[last]
            if word.raw.isdecimal() and length not in known and not any(one > length for one in known):
                break
            head = length > 1 and last in self.units and self.units[last].kinded
            if head and not any(one >= length for one in known):
                break
            middle = family and length > 2 and self.words[at + 1].key in _MIDDLE
            score += 0.25 if middle and not self.cased else self._word_in_name(last, length == 1, family, last <= bound)
            total = score + self._length_fits(length)
            key += word.key
            if length in known:
                total += 4 + max(0.0, 0.5 * length - score)
            elif length > 1 and self._is_name(key, at, last):
                total += (2 if last >= bound else 0.5) + max(0.0, 0.3 * length - score)
            elif family and 2 <= length <= 4:
                total += 1
            elif loose and length > 2 and length - 1 in self._known_at(at + 1):
                total += 2  # "Nam Hùng Vương"
            total += self._stops(last + 1, word) + (0.6 if length == 1 and bound == at else 0)
            if loose and not self._ender(at):
                total += 0.5
            if best is None or total > best[1]:
                best = (last, total)
        if best is None:
            return None
        last = best[0]
        ends = self._gap_breaks(last + 1) or self._thing(last + 1)
        suffix = 0 if ends else self.lex.suffixes.at(self.words, last + 1, self.marks)
        return self._numbered(last + suffix if suffix and best[1] >= SURE_NAME - 1 else last), best[1]

    def _numbered(self, last: int) -> int:
        """The number that belongs to a name: "Hoàng Diệu 2", where nothing is counted by it."""
        after = self.words[last + 1] if last + 1 < len(self.words) else None
        if after is None or after.gap.strip() or not (after.raw.isdecimal() or after.key in ("a", "b", "c")):
            return last
        number = number_at(self.words, last + 1, letters=True)
        if number is None or self._polite(number) or self._counts(number) or number > last + 2 or len(after.raw) > 2:
            return last
        closes = number + 1 >= len(self.words) or bool(self.words[number + 1].gap.strip())
        return number if closes or self._head_at(number + 1) or self._ender(number + 1) else last

    def _bound(self, at: int, firm: bool) -> int:
        """The last word of a short run before a comma, an end or the next part, none of which tells of a report: after
        a kind all of it is the name, though its words mean something ("chợ Năm Tầng,"). -1: there is no such run.

        ``firm``: it is a place for sure; else a run that begins like a report ("công viên mọc cao,") is none."""
        if not firm and self._ender(at):
            return -1
        told = 0
        for last in range(at, min(at + LONGEST_NAME - 1, len(self.words))):
            says = last in self._strong or self.lex.prepositions.at(self.words, last, self.marks) > 0
            if (says and (self.marks or self.words[last].marked)) or self._thing(last) or self._closing(last):
                return -1
            told += says or self._ender(last)
            after = last + 1
            ends = after >= len(self.words) or bool(self.words[after].gap.strip()) or self._unit_at(after)
            if ends or self._thing(after) or self._closing(after):
                return last if told * 2 <= last - at + 1 and (firm or last - at < 3) else -1
        return -1

    def _word_in_name(self, at: int, first: bool, family: bool, bounded: bool = False) -> float:
        word = self.words[at]
        if self.cased and word.titled:
            coded = not first and self.lex.ways.at(self.words, at, self.marks) == 1 and number_at(self.words, at + 1)
            return -2.0 if coded else 1.0  # "Cây xăng Bình An TL 852"
        borne = word.spelled in self.names.spelled if self.marks else word.key in self.names.plain
        likely = 0.25 if borne or not is_plain_syllable(word.key) else -0.1
        score = likely if not self.cased else -0.3 if bounded else -2.2
        if self._polite(at):
            score -= 3.0
        elif self.lex.prepositions.at(self.words, at, self.marks):
            score -= 0.3 if bounded else 3.0
        elif self._ender(at) and not (first and family):
            weak = at not in self._strong and (family or not (self.marks or word.marked))
            soft = weak or self.lex.soft.at(self.words, at, self.marks) > 0
            closed = soft and (
                at + 1 >= len(self.words) or bool(self.words[at + 1].gap.strip()) or self._kind_at(at + 1)
                or self._thing(at + 1)
            )  # fmt: skip
            score -= 0.3 if closed or bounded else 1.0 if weak else 2.5 if first else 2.0
        elif not first and (self._thing(at) or self._word(at, "số")):
            score -= 2.5
        elif not first and self._goes_on(at):
            score -= 0.3 if bounded else 1.5
        return score

    def _goes_on(self, at: int) -> bool:
        """Whether another part, a side or a joining word stands there."""
        lex = self.lex
        beside = any(one.at(self.words, at, self.marks) for one in (lex.directions, lex.joins))
        return beside or (self._head_at(at) and not self._gap_breaks(at + 1))

    @staticmethod
    def _length_fits(length: int) -> float:
        return {1: -0.6, 2: 0.6, 3: 0.4, 4: 0.0}.get(length, -0.8)

    def _stops(self, at: int, before: Word) -> float:
        """What speaks for a name's end before the word ``at``."""
        if at >= len(self.words) or self.words[at].gap.strip():
            return 1.5
        word = self.words[at]
        if self.cased and word.titled and before.titled and not (at in self.units and self.units[at].kinded):
            return -2.0
        if self._ender(at) or self._head_at(at) or self._thing(at) or self._polite(at) or word.raw.isdecimal():
            return 1.5
        if not is_plain_syllable(word.key):
            return -1.0  # "An Cựu City"
        if self.lex.joins.at(self.words, at, self.marks) or self.lex.directions.at(self.words, at, self.marks):
            return 1.2
        if self.cased and not word.titled:
            return 1.0
        return 0.0
