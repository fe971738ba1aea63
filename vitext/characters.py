"""Characters that are no writing: control codes and halves of a surrogate pair. Every entrance asks here.

PostgreSQL takes no NUL, UTF-8 no lone surrogate, XML (so XLSX) no control code: one of them stored or passed on
breaks whatever handles the words later. Words are cleaned, identifiers are refused.
"""

import re
import unicodedata
from typing import Any

REPLACEMENT = "\ufffd"
# C0 and C1 but tab, line feed and carriage return; DEL stands between the two and is one of them.
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_UNWRITABLE = re.compile(f"[{_CONTROLS}\ud800-\udfff]")
_LINE_ENDS = re.compile("[\x0b\x0c\x85]")  # Word's soft line break, page break, NEL
_CONTROL = re.compile(f"[{_CONTROLS}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_IDENTIFIER = re.compile(r"[!-~]+")
# Words that were pasted hold one now and then; what holds more was never text.
_STRAYS, _STRAY_SHARE = 3, 0.05


def is_writable(text: str) -> bool:
    """Tell whether `text` can be stored, sent and shown as it is."""
    return _UNWRITABLE.search(text) is None


def clean(text: str) -> str:
    """Return `text` without control codes and lone surrogates; the words stay, and their composition too.

    Odd line ends become line feeds, a stray control code is left out, half a character becomes U+FFFD. Where more
    than three, and more than one sign in twenty, are control codes the bytes were no text: each becomes U+FFFD, so that
    a guard still sees it.
    """
    if _UNWRITABLE.search(text) is not None:
        text = _SURROGATE.sub(REPLACEMENT, _LINE_ENDS.sub("\n", text))
        stray = len(_CONTROL.findall(text)) <= max(_STRAYS, len(text) * _STRAY_SHARE)
        text = _CONTROL.sub("" if stray else REPLACEMENT, text)
    return text


def clean_words(text: str) -> str:
    """Return what a person wrote, cleaned and in NFC: how words are kept, counted and compared."""
    return unicodedata.normalize("NFC", clean(text))


def clean_values(value: Any) -> Any:
    """Return a JSON-like value with every string in it, keys too, cleaned as by `clean`."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean_values(key): clean_values(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean_values(inner) for inner in value]
    return value


def is_identifier(text: Any, longest: int = 64) -> bool:
    """Tell whether `text` may be a token, a key or a file id: visible ASCII, 1 to `longest` characters."""
    return isinstance(text, str) and len(text) <= longest and _IDENTIFIER.fullmatch(text) is not None


def whole_number(text: Any, most: int = 2**63 - 1) -> "int | None":
    """Return the number written in plain digits, 0 to `most`; None for anything else, other scripts' digits too."""
    if not (isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 19):
        return None
    return number if (number := int(text)) <= most else None
