"""Recognises a denunciation (tố cáo) of somebody in office, so that it is not filed as a report (decision 12).

Rude manners are a report, not a denunciation; what cannot be told apart is asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from feedback_store.guards.emergency import GUARDS, read_guards
from feedback_store.guards.lexicon import Found, Lexicon, Phrase, Word, compile_phrase
from feedback_store.reading.words import folded, written
from vitext import fold, has_marks, nfc

_LISTS = ("office", "certain", "with_office", "possible", "calm")


@dataclass(frozen=True, slots=True)
class Denunciation:
    """``denunciation`` or ``unsure``; ``because``: the words it was recognised by, in small letters."""

    name: Literal["denunciation", "unsure"]
    because: tuple[str, ...]


@lru_cache(maxsize=1)
def _load(path: Path = GUARDS) -> tuple[Lexicon, dict[Phrase, str]]:
    data = read_guards(path)
    roles = {compile_phrase(source, data["groups"]): role for role in _LISTS for source in data["denunciation"][role]}
    return Lexicon(roles), roles


_REPORT_ONLY = re.compile(
    r"\b(chi|chi la|chi muon|muon) (gop y|phan anh|kien nghi|noi|hoi|keu|bao)\b(?! (?:viec|chuyen|vu|cai) khac)"
    r"|phan anh (thoi|binh thuong|thuong)"
)
_ACCUSES_NOBODY = re.compile(
    r"\b(?:khong|ko|k|hong|hok|chang|no|mo|dau) "
    r"(?:phai |co |co y |dinh |he )*(?:la )?(?:to cao|to ai|to giac|to dau|to mo)"
    r"|\b(?:mo|dau|no|khong|ko|hong) phai to\b"
    r"|\b(?:to cao|to giac) (?:cai )?(?:gi|j)\b|\b(?:to cao|to giac|to) (?:chi|ai)(?: dau| het| mo| ca)?$"
)


_CHI = re.compile(r"(?<!\w)[Cc][Hh][ịỊ](?!\w)")
_EDITS = re.compile(r"^(?:\w+ ){0,2}(?:bỏ|xóa|xoá|cắt|gỡ|sửa)(?: \w+){0,2} (?:câu|chữ|đoạn|dòng|từ|lời|khúc)\b")
_EDITS_PLAIN = re.compile(r"^(?:\w+ ){0,2}(?:bo|xoa|cat|go|sua)(?: cai| may)? (?:cau|chu|doan)\b")
_QUOTE = re.compile(r"[\"“”«»']")


def edits_words(text: str) -> bool:
    """ 'Bỏ câu "thu tiền thì nhanh"': words that are to leave a report accuse nobody. Read from the marks; without any,
    the words must be quoted."""
    if has_marks(text):
        return _EDITS.match(" ".join(written(text))) is not None
    return _EDITS_PLAIN.match(folded(text)) is not None and _QUOTE.search(text) is not None


def accuses_nobody(text: str) -> bool:
    """ "Tố cáo cái gì, tôi có tố ai đâu", or an edit of the words of a report. "Tôi muốn báo …" alone takes no
    accusation back."""
    return edits_words(text) or _ACCUSES_NOBODY.search(_plain(text)) is not None


def says_report_only(text: str) -> bool:
    """ "Không, tôi chỉ phản ánh …": what was sealed is to be an ordinary report."""
    plain = _plain(text)
    only = _REPORT_ONLY.search(plain) is not None or _ACCUSES_NOBODY.search(plain) is not None
    return only and not drops(text)


def _plain(text: str) -> str:
    return folded(_CHI.sub("_", nfc(text)))  # "giờ chị báo việc khác" is no "chỉ báo"


_DROPS = re.compile(
    r"\b(?:khong|ko|k|hong|hok|chang|no|khoi|thoi) (?:\w+ ){0,2}(?:to cao|to giac|thua kien|nop don)(?: \w+){0,3}"
    r" (?:nua|dau)\b|\b(?:chuyen|vu|viec|cai|don)(?: \w+){0,3} (?:bo (?:di|qua)|rut|dep)\b|\b(?:bo qua|rut lai|bo di)\b"
)
_GIVEN_UP = frozenset("bỏ rút dẹp tố thôi khỏi hủy huỷ".split())
_REPORTS = re.compile(r"\b(?:phan anh|gop y|kien nghi|bao)\b")
LONGEST_DROP = 16


def drops(text: str) -> bool:
    """ "Thôi chuyện đó bỏ đi, tui hổng tố cáo nữa": nothing is to become of what was sealed, no report either."""
    plain = folded(text)
    if len(plain.split()) > LONGEST_DROP or _DROPS.search(plain) is None or _REPORTS.search(plain):
        return False
    return not has_marks(text) or not _GIVEN_UP.isdisjoint(written(text))


_ONLY = re.compile(r"\bchi (?:muon |la |xin )?(?:phan anh|kien nghi|gop y)(?: (?:la|rang|viec|ve|ve viec))*\s+")
FEWEST_REPORTED = 8
"""Words of the shortest matter that takes the place of what was sealed: "thái độ làm việc thôi" only names it."""


def reported(text: str) -> str:
    """The matter in "tôi chỉ phản ánh nhân viên một cửa quát nạt người già"; "" where none is told."""
    plain = fold(text)
    found = _ONLY.search(plain) if len(plain) == len(text) else None
    rest = text[found.end() :].strip() if found is not None else ""
    return rest if len(rest.split()) >= FEWEST_REPORTED else ""


_UPPER = "A-ZĐÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
_NAMED = re.compile(rf"(?<!\w)([{_UPPER}][^\W\d_]*)((?:\s+[{_UPPER}][^\W\d_]*)+)")
_CAPITALS = re.compile(rf"(?<!\w)[{_UPPER}]")
_WORD = re.compile(r"[^\W\d_]+")
_BY_THE_WAY = re.compile(r"(?i)(?<!\w)nhan tien(?=\s+(?:hoi|cho|xin|day|bao|em|toi|cung|nho|phan|gui|ad|noi)(?!\w))")
"""Without marks "nhân tiện" is written like "nhận tiền"."""
_DENIED = re.compile(
    r"(?i)(?<!\w)(?:chứ|chớ|chu|cho)\s+(?:không|khong|ko|hổng|hong|chẳng|chang|chưa|chua)\s+"
    r"(?!.{0,40}(?<!\w)(?:thì|thi|mới|moi)(?!\w))[^,.;!?\n]{0,40}"
)
""" "Chỉ quát tháo chứ không đòi tiền": what somebody did not do."""
_NEVER = re.compile(
    r"(?i)(?<!\w)(?:không|khong|ko|hổng|hong|chẳng|chang|chưa|chua|chả|cha)\s+(?:hề|he)\s+[^,.;!?\n]{0,25}"
)
""" "Giải thích cặn kẽ, không hề nhũng nhiễu"."""
_NOBODY = re.compile(
    r"(?i)(?<!\w)(?:không|khong|ko|k|hổng|hong|chẳng|chang|chả|cha)\s+(?:(?:có|co|phải|phai|định|dinh|muốn|muon|hề|he|dám"
    r"|dam|là|la)\s+)*(?:tố|to)\s+(?:cáo|cao|giác|giac)(?:\s+(?:ai|nữa|nua|gì|gi|người|nguoi|hết|het))*"
)
""" "Em không tố cáo ai nữa, em chỉ phản ánh …"."""
TITLES = 0.4
"""In a text with more capitals than these among its words they say nothing."""


def _without_names(text: str) -> str:
    """Without the later words of names ("Kiến An"), which are no verbs with a mark left out ("ăn")."""
    words = len(_WORD.findall(text))
    text = _BY_THE_WAY.sub("-", text)
    for denied in (_NOBODY, _DENIED, _NEVER):
        text = denied.sub(" - ", text)
    if not words or len(_CAPITALS.findall(text)) / words > TITLES:
        return text
    return _NAMED.sub(lambda found: found[1] + _WORD.sub("-", found[2]), text)


def check_denunciation(*parts: str | None) -> Denunciation | None:
    """What the phrases make of one message, or of the fields of one form; None: as far as they show, no denunciation.
    Never raises for any text."""
    lexicon, roles = _load()
    words = lexicon.read(_without_names("\n".join(part for part in parts if part)))
    found = lexicon.find(words)
    seen = {roles[one.phrase] for one in found}
    if "calm" in seen:
        return None
    if "certain" in seen or {"with_office", "office"} <= seen:
        said = [one for one in found if roles[one.phrase] in ("certain", "with_office")]
        return Denunciation("denunciation", _quoted(said, words))
    if "possible" in seen:
        return Denunciation("unsure", _quoted([one for one in found if roles[one.phrase] == "possible"], words))
    return None


def _quoted(found: Sequence[Found], words: Sequence[Word]) -> tuple[str, ...]:
    """Each place once, where one phrase holds another the longer one."""
    widest = {one.start: one for one in sorted(found, key=lambda one: one.end)}
    quoted: list[str] = []
    end = 0
    for start, one in sorted(widest.items()):
        if one.end > end:
            quoted.append(" ".join(word.norm for word in words[start : one.end]))
            end = one.end
    return tuple(dict.fromkeys(quoted))
