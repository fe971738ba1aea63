"""Telex keystrokes that the input method didn't catch: "ddoongf" → "đồng", "nuowcs" → "nước"."""

from vitext.letters import TONES
from vitext.syllables import is_plain_syllable, is_syllable, place_tone

# Foreign words in daily Vietnamese that would decode into a syllable.
_FOREIGN = frozenset(
    "bus box max gas has his her its is as us or was were this does yes six tax mix "
    "bar car for per app web wifi show email mail add free feed tower now how low down own "
    "fanpage facebook page zalo data".split()
)
# The few syllables that are spelt with oo.
_DOUBLE_O = frozenset(("xoong", "goong", "boong", "coong"))
_DOUBLES = (("dd", "đ"), ("aa", "â"), ("ee", "ê"), ("oo", "ô"))


def untelex(word: str) -> str | None:
    """Decode one lower-case word typed as Telex keys; None when it isn't one."""
    if not (3 <= len(word) <= 9) or not word.isascii() or not word.isalpha():
        return None
    if word in _FOREIGN or word in _DOUBLE_O or (is_plain_syllable(word) and "oo" not in word):
        return None
    bare, tone = _marks(word)
    if bare == word:
        return None
    if tone and len(bare) + 1 == len(word) and bare.isascii() and (
        bare + tone != word or len(word) < 4
    ):
        return None  # a lone tone key counts only at the end of a longer word: "phair", not "test"
    if not is_syllable(bare):
        return None
    decoded = place_tone(bare, TONES.get(tone, ""))
    return decoded if is_syllable(decoded) else None


def _marks(word: str) -> tuple[str, str]:
    tone = ""
    body = word
    if body[-1] in TONES and len(body) > 2:
        tone, body = body[-1], body[:-1]
    else:
        # The tone key may come right after its vowel: "nuwowsc", "tieesng".
        for index in range(len(body) - 2, 0, -1):
            if body[index] in TONES and body[index - 1] in "aeiouyw":
                tone, body = body[index], body[:index] + body[index + 1 :]
                break
    for keys, letter in _DOUBLES:
        body = body.replace(keys, letter)
    body = body.replace("uwow", "ươ").replace("uow", "ươ").replace("uwo", "ươ")
    body = body.replace("aw", "ă").replace("ow", "ơ").replace("uw", "ư")
    # Marks typed at the end of the word: "duongwf", "doongd".
    if body.endswith("w"):
        for plain, marked in (("uo", "ươ"), ("a", "ă"), ("o", "ơ"), ("u", "ư")):
            if plain in body:
                body = body[:-1].replace(plain, marked, 1)
                break
    elif body.endswith("d") and body.startswith("d") and len(body) > 2:
        body = "đ" + body[1:-1]
    return body, tone
