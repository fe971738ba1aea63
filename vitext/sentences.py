"""Where a sentence ends, as people type: many full stops end none."""

from vitext.letters import fold
from vitext.syllables import is_plain_syllable

_VOWELS = frozenset("aeiouy")
LONGEST_ABBREVIATION = 4
_ENDS = frozenset("!?;\n\r\v\f\x85\u2028\u2029")


def ends_sentence(word: str, between: str) -> bool:
    """Tell whether a sentence ends after `word`, where `between` is all that stands before the next word.

    A full stop does not when it joins two words ("1.5m", "P.Lê Chân"), follows a number ("số 12. ngõ 3") or an
    abbreviation ("TP. Huế"), or is one of several ("..."): in doubt the sentence goes on.
    """
    if not _ENDS.isdisjoint(between):
        return True
    if between.count(".") != 1 or between == ".":
        return False
    return not between.startswith(".") or not (word.isdigit() or _is_abbreviation(word))


def _is_abbreviation(word: str) -> bool:
    # "ạ", "ở" and "a" are words; "P" and "đ" are not; "A." is a name or a title; "nhậnn" is a slip.
    if len(word) > LONGEST_ABBREVIATION and not _VOWELS.isdisjoint(fold(word)):
        return False
    return not is_plain_syllable(fold(word)) or (len(word) == 1 and word.isupper())
