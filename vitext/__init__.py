"""Vietnamese text: pure, standard library only, Python 3.10 and later.

    clean(text)       no control codes, no half characters; every entrance's first step
    clean_words(text) the same in NFC: what people wrote
    is_identifier(t)  whether it may be a token, a key or a file id
    whole_number(t)   the number in plain digits, or None
    view(text)        View(text, spans): as a reader sees it, for whatever matches; with the map back
    nfc(text)         composed form, look-alikes of đ replaced
    fold(text)        no tones, no marks, đ → d, lower case (for comparing and searching)
    has_letters(text) False for '', digits, signs, emoji
    has_marks(text)   whether the writer used Vietnamese tones or marks at all
    normalise(text)   Normalised(text, offsets): one spelling, with a map back to the original
    ends_sentence(word, between)  whether a sentence ends after a word
    clauses(text)     spans of what is said one after the other; sentences(text) of whole sentences
    joints(text, start, end)  where in a clause another thing may begin, though no sign says so
    legacy(text)      Legacy(kind, text): what was written in an old or read in a wrong encoding, or None
    righted(text)     the text righted by it, or as it was given
    syllables(text)   the written words with their spans in the original and their spelling
"""

from vitext.characters import (
    clean,
    clean_values,
    clean_words,
    is_identifier,
    is_writable,
    whole_number,
)
from vitext.clauses import clauses, joints, sentences
from vitext.legacy import Legacy, legacy, righted
from vitext.letters import fold, has_letters, has_marks, nfc
from vitext.normalise import Normalised, Syllable, normalise, syllables
from vitext.sentences import ends_sentence
from vitext.syllables import is_syllable, respell
from vitext.view import View, view

__all__ = [
    "Legacy",
    "Normalised",
    "Syllable",
    "View",
    "clauses",
    "clean",
    "clean_values",
    "clean_words",
    "ends_sentence",
    "fold",
    "has_letters",
    "has_marks",
    "is_identifier",
    "is_syllable",
    "is_writable",
    "joints",
    "legacy",
    "nfc",
    "normalise",
    "respell",
    "righted",
    "sentences",
    "syllables",
    "view",
    "whole_number",
]
