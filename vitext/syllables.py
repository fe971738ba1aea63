"""Spelling of one Vietnamese syllable: is it possible at all, and where its tone mark goes.

One spelling of tone marks is used everywhere: on the first vowel of oa, oe, uy when they end the
syllable (hòa, khỏe, hủy), on the second when a final follows (hoàn, thuyền).
"""

import unicodedata

from vitext.letters import fold, split_tone

_INITIALS = (
    "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split()
)
# Rhymes without tone.
_RHYMES = frozenset(
    """
    a ai ao au ay ac ach am an ang anh ap at
    ă ăc ăm ăn ăng ăp ăt
    â âu ây âc âm ân âng âp ât
    e eo ec em en eng ep et
    ê êu êch êm ên ênh êp êt êc
    i ia iu ich im in inh ip it
    iê iêu iêc iêm iên iêng iêp iêt
    o oi oc om on ong op ot oa oai oao oay oac oach oam oan oang oanh oap oat
    oăc oăm oăn oăng oăt oe oeo oen oet ooc oong
    ô ôi ôc ôm ôn ông ôp ôt
    ơ ơi ơm ơn ơp ơt
    u ua ui uc um un ung up ut uâ uân uâng uât uây uê uêch uênh uơ uy uya uych uyn uynh uyt uyu
    uô uôi uôc uôm uôn uông uôt uyên uyêt
    ư ưa ưi ưu ưc ưm ưn ưng ưt
    ươ ươi ươu ươc ươm ươn ương ươp ươt
    y yêu yêm yên yêng yêt
    """.split()
)
_FOLDED_RHYMES = frozenset(fold(rhyme) for rhyme in _RHYMES)
_FOLDED_INITIALS = frozenset(fold(initial) for initial in _INITIALS)
# After qu- and gi- the glide belongs to the initial: qua, quyển, giá, gìn.
_STOPS = ("c", "ch", "p", "t")
_STOP_TONES = ("", "\u0301", "\u0323")


def _parts(syllable: str) -> list[tuple[str, str]]:
    found = [("", syllable)]
    for length in (1, 2, 3):
        head, tail = syllable[:length], syllable[length:]
        if head in _INITIALS and tail:
            found.append((head, tail))
    if syllable.startswith("gi"):
        found.append(("gi", "i" + syllable[2:]))
    return found


def is_syllable(word: str) -> bool:
    """Tell whether `word` (composed, any case) is a possible Vietnamese syllable with right marks."""
    bare, tone = split_tone(word.lower())
    for _initial, rhyme in _parts(bare):
        if rhyme in _RHYMES:
            stopped = rhyme.endswith(_STOPS)
            if not stopped or tone in _STOP_TONES:
                return True
    return False


def is_plain_syllable(word: str) -> bool:
    """Tell whether `word` could be a Vietnamese syllable typed without tones and marks."""
    folded = fold(word)
    for length in (0, 1, 2, 3):
        head, tail = folded[:length], folded[length:]
        if (not head or head in _FOLDED_INITIALS) and tail in _FOLDED_RHYMES:
            return True
    return folded.startswith("gi") and "i" + folded[2:] in _FOLDED_RHYMES


_VOWELS = frozenset("aăâeêioôơuưy")


def place_tone(bare: str, tone: str) -> str:
    """Put `tone` (a combining mark) on the right vowel of the lower-case syllable `bare`."""
    if not tone:
        return bare
    start = 0
    if bare.startswith("qu") or (bare.startswith("gi") and len(bare) > 2 and bare[2] in _VOWELS):
        start = 2
    positions = [i for i in range(start, len(bare)) if bare[i] in _VOWELS]
    if not positions:
        positions = [i for i, char in enumerate(bare) if char in _VOWELS]
    if not positions:
        return bare
    marked = [i for i in positions if bare[i] in "ăâêôơư"]
    if marked:
        target = marked[-1]
    elif len(positions) == 1 or positions[1:] == [len(bare) - 1]:
        target = positions[0]
    else:
        target = positions[1]
    return unicodedata.normalize("NFC", bare[: target + 1] + tone + bare[target + 1 :])


def respell(word: str) -> str:
    """Return `word` with its tone mark in the one place used here (hoà → hòa); case is kept.

    Words that aren't Vietnamese syllables come back unchanged; the length never changes.
    """
    lowered = word.lower()
    if len(lowered) != len(word):
        return word
    bare, tone = split_tone(lowered)
    if not tone or len(bare) != len(word) or not (is_syllable(bare) or is_syllable(lowered)):
        return word
    placed = place_tone(bare, tone)
    if len(placed) != len(word):
        return word
    return "".join(new.upper() if old.isupper() else new for old, new in zip(word, placed))
