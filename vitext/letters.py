"""Letters of Vietnamese: composition, folding, tones.

Folding here means what people do on a plain keyboard: no tone, no mark, đ written d, lower case.
"""

import unicodedata
from functools import lru_cache

TONES: dict[str, str] = {
    "s": "\u0301",
    "f": "\u0300",
    "r": "\u0309",
    "x": "\u0303",
    "j": "\u0323",
}
_TONE_MARKS = frozenset(TONES.values())
# Variants that keyboards and copy-and-paste from PDF leave behind for the same letter.
_LOOKALIKES = str.maketrans({"ð": "đ", "Ð": "Đ", "Ɖ": "Đ", "ɖ": "đ"})


def nfc(text: str) -> str:
    """Return `text` composed (NFC), with look-alikes of đ replaced. Length may shrink."""
    return unicodedata.normalize("NFC", text).translate(_LOOKALIKES)


def fold_char(char: str) -> str:
    """Fold one composed character; always one character, so that offsets survive."""
    if char in "đĐðÐƉɖ":
        return "d"
    base = unicodedata.normalize("NFD", char)[:1] or char
    lowered = base.lower()
    return lowered if len(lowered) == 1 else base


def fold(text: str) -> str:
    """Return `text` in NFC without tones and marks, đ → d, lower case.

    One output character per NFC character: `len(fold(t)) == len(nfc(t))`.
    """
    return _folded_word(text) if len(text) <= _WORD else _folded(text)


def _folded(text: str) -> str:
    return "".join(_FOLDED.get(char) or _remember(char) for char in nfc(text))


_WORD = 12
"""Letters of the longest piece that is kept: words come again and again, a message does not."""
_folded_word = lru_cache(maxsize=20_000)(_folded)
_FOLDED: dict[str, str] = {}


def _remember(char: str) -> str:
    folded = fold_char(char)
    if len(_FOLDED) < 4096:  # people send any code point; the cache must not grow with them
        _FOLDED[char] = folded
    return folded


def split_tone(syllable: str) -> tuple[str, str]:
    """Split a composed syllable into (syllable without its tone, combining tone mark or "")."""
    tone = ""
    kept: list[str] = []
    for char in unicodedata.normalize("NFD", syllable):
        if char in _TONE_MARKS:
            tone = char
        else:
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept)), tone


def has_letters(text: str) -> bool:
    """Tell whether `text` holds a letter of any script: not only digits, signs, emoji or spaces."""
    return any(char.isalpha() for char in text)


def has_marks(text: str) -> bool:
    """Tell whether any letter carries a Vietnamese tone or mark, or is đ."""
    return any(char.isalpha() and fold_char(char) != char.lower() for char in nfc(text))
