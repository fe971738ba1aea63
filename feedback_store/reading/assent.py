"""Whether a message says yes to what was just shown, or asks to wait, and nothing else: words in ``data/assent.yaml``.

A yes lets a report go out, so a message with any other word in it, a question, or a negation is none. Marks decide
where the writer wrote marks ("đúng gửi" and "đừng gửi"); what may be either without them is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise

from feedback_store.reading.words import document, folded
from vitext import fold, has_marks, view
from vitext.syllables import respell

LONGEST = 12
"""Words of the longest yes."""
_SURE = frozenset((("khoan",), ("guom",), ("huom",)))
"""Single words that mean waiting without their marks too: "cho" and "doi" may be others."""
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")


def says_yes(text: str, *, naming: frozenset[str] = frozenset()) -> bool:
    """Of "ừa đúng rồi gửi giùm nghen", "ok lun", "👍"; not of "đừng gửi", "đúng chưa?", "ok nhưng sửa số nhà".

    ``naming``: folded words that name what is agreed to, and say nothing more of it: "gửi cái vụ rác này đi".
    """
    if "?" in text:
        return False
    spoken, marked = _spoken(text)
    if not spoken:
        left = re.sub(r"[\s\ufe0f\U0001f3fb-\U0001f3ff]", "", text)
        return bool(left) and all(char in _pictures() for char in left)
    if len(spoken) > LONGEST:
        return False
    lists = _lists(marked)
    if not marked and _unclear(text, lists):
        return False
    if _holds(_without(spoken, lists["agreeing"]), lists["never"]) or _refuses(text):
        return False
    return _covered([one for one in spoken if fold(one) not in naming], lists["agreeing"], lists["beside"])


def leans_yes(text: str) -> bool:
    """Whether words agree and hold nothing that speaks against it, though not every one of them is known: of "con gái
    xem rồi, gửi đi cháu". A yes only together with a classifier that is sure."""
    if "?" in text:
        return False
    spoken, marked = _spoken(text)
    if not 0 < len(spoken) <= LONGEST:
        return False
    lists = _lists(marked)
    if (not marked and _unclear(text, lists)) or any(word.isdigit() for word in spoken) or _refuses(text):
        return False
    return _holds(spoken, lists["agreeing"]) and not _holds(_without(spoken, lists["agreeing"]), lists["never"])


def may_refuse(text: str) -> bool:
    """Whether words may forbid or put off what they seem to agree to: of "đừng gửi", "dung gui", "khoan gửi", "hủy".

    For a learned yes, which no list has read word by word."""
    spoken, marked = _spoken(text)
    lists = _lists(marked)
    refusing = _REFUSING if marked else frozenset(map(fold, _REFUSING)) - {"dung", "cho"}
    left = _without(spoken, lists["agreeing"])
    denied = any(fold(one) in _NOT and (two,) in lists["agreeing"] for one, two in pairwise(left))  # "chẳng đúng"
    return denied or not refusing.isdisjoint(left) or _refuses(text) or (not marked and _unclear(text, lists))


_NOT = frozenset("khong ko k hong hok chang cha chua".split())
_REFUSING = frozenset("đừng chớ khoan hủy huỷ rút xóa xoá dừng gượm hượm".split())


def _unclear(text: str, lists: dict[str, frozenset[tuple[str, ...]]]) -> bool:
    """Whether words may be "đúng" or "đừng" before sending: "dung gui"; not "dung, gui di", with a sign between."""
    return any(_holds([fold(word) for word in _spoken(piece)[0]], lists["unclear"]) for piece in _PIECES.split(text))


_PIECES = re.compile(r"[,.;:!\n]+")
_NEEDING = frozenset(("cần", "can", "phải", "phai", "có", "co", "muốn", "muon"))


def _refuses(text: str) -> bool:
    """Whether what is agreed to elsewhere is given up: of "khỏi gửi nữa"; not of "khỏi, gửi luôn" or "khỏi sửa"."""
    for piece in _PIECES.split(text):
        spoken, marked = _spoken(piece)
        lists = _lists(marked)
        left = [word for word in _without(spoken, lists["agreeing"]) if word not in _NEEDING]
        for first in range(len(left)):
            for length in range(1, 4):
                after = left[first + length] if first + length < len(left) else ""
                ends = tuple(left[first : first + length]) in lists["giving_up"]
                if ends and (after == "\0" or (after,) in lists["agreeing"]):
                    return True
    return False


def says_no(text: str) -> bool:
    """Of "chưa đúng", "sai rồi em", "hông phải"; not of "không, hẻm 54", "không sai gì", "sai chỗ nào?"."""
    if "?" in text or says_yes(text):
        return False
    spoken, marked = _spoken(text)
    if not 0 < len(spoken) <= LONGEST:
        return False
    lists = _lists(marked)
    return _covered(spoken, lists["denying"], lists["beside"])


def leans_wait(text: str) -> bool:
    """Waiting with a word of why: of "đợi tí đang nấu cơm", "chưa gửi vội, tôi hỏi con đã"; not of what gives up."""
    spoken, marked = _spoken(text)
    if not 0 < len(spoken) <= 2 * LONGEST or "?" in text:
        return False
    lists = _lists(marked)
    waiting = lists["waiting"] if marked else frozenset(one for one in lists["waiting"] if len(one) > 1 or one in _SURE)
    begins = any(tuple(spoken[:length]) in waiting for length in range(1, 4)) or (
        len(spoken) > 1 and any(tuple(spoken[1 : 1 + length]) in waiting and (spoken[0],) in lists["beside"]
                                for length in range(1, 4))
    )  # fmt: skip
    return begins and not _gives_up(spoken, lists)


def _without(words: Sequence[str], phrases: frozenset[tuple[str, ...]]) -> list[str]:
    """The words outside of phrases of two and more: "không sai gì" is no "không"."""
    left, at = list[str](), 0
    while at < len(words):
        length = next((n for n in (4, 3, 2) if tuple(words[at : at + n]) in phrases), 0)
        if length:
            left.append("\0")  # nothing grows together over the gap
        else:
            left.append(words[at])
        at += length or 1
    return left


def _gives_up(spoken: Sequence[str], lists: dict[str, frozenset[tuple[str, ...]]]) -> bool:
    for first in range(len(spoken)):
        for length in range(1, 4):
            spared = any((word,) in lists["sparing"] for word in spoken[max(0, first - 2) : first])
            if tuple(spoken[first : first + length]) in lists["giving_up"] and not spared:
                return True
    return False


def gives_up(text: str, *, naming: frozenset[str] = frozenset()) -> bool:
    """Of "hủy đi em", "thôi không gửi nữa": giving up and nothing else; not of "bỏ chữ gần chợ", "đừng hủy".

    ``naming``: folded words that name what is given up: "thôi bỏ cái xe tải đi".
    """
    spoken, marked = _spoken(text)
    spoken = [one for one in spoken if fold(one) not in naming]
    lists = _lists(marked)
    beside = lists["beside"] | lists["hesitating"] | lists["agreeing"]
    return 0 < len(spoken) <= LONGEST and _gives_up(spoken, lists) and _covered(spoken, lists["giving_up"], beside)


def gives_something_up(text: str) -> bool:
    """Whether words of giving up stand in a text, whatever else it says: of "hủy cái phản ánh hôm qua giúp tôi"."""
    spoken, marked = _spoken(text)
    return _gives_up(spoken, _lists(marked))


def declines(text: str) -> bool:
    """Of "khỏi", "thôi khỏi em", "không cần đâu": what was just asked is not wanted; not of "khỏi gửi", "hủy"."""
    spoken, marked = _spoken(text)
    lists = _lists(marked)
    return 0 < len(spoken) <= LONGEST and "?" not in text and _covered(spoken, lists["declining"], lists["beside"])


def says_wait(text: str) -> bool:
    """Of "khoan, để coi lại đã", "đừng gửi vội", "dung gui"; not of "thôi hủy đi", "khoan, sửa số nhà thành 7"."""
    spoken, marked = _spoken(text)
    if not 0 < len(spoken) <= LONGEST:
        return False
    lists = _lists(marked)
    waiting = lists["waiting"] if marked else frozenset(one for one in lists["waiting"] if len(one) > 1 or one in _SURE)
    if not _covered(spoken, waiting, lists["beside"] | lists["agreeing"] | lists["hesitating"]):
        return False
    return not _gives_up(spoken, lists)


_GO_ON = re.compile(
    r"\b(?:lam|soan|viet|gui|bao|ghi|khai|noi) tiep\b"
    r"|\btiep tuc (?:phan anh|lam|soan|bao|ghi|cai|viec|vu|di|nhe|giup|thoi|$)"
    r"|\btiep tuc$|\b(?:quay|tro) (?:lai|ve) (?:voi )?(?:cai|viec|vu|chuyen|phan anh|ban)\b"
    r"|\b(?:khoi|dung|khong|ko|khoi can|khong can|dung co) (?:xoa|huy|bo di|bo phan anh|rut)\b"
    r"|\bcu de (?:day|do|vay|nguyen|the|do di)\b|\bgiu nguyen\b|\bgiu lai\b"
    r"|\b(?:cai|viec|vu|chuyen) (?:truoc|luc nay|hoi nay|ban nay|dang (?:lam|soan|bao|ghi))\b"
    r"|\b(?:bo|xoa|quen|dung ghi)(?: qua| di)? (?:cau|tin|doan|y|chuyen|loi)(?: nhan)? (?:vua roi|do|ay|kia|nay|tren)\b"
)
GO_ON_WORDS = 20


def points_back(text: str) -> bool:
    """Whether words point to what was being done: "quay lại cái biển báo", "làm tiếp việc lúc nãy"."""
    return _GO_ON.search(folded(text)) is not None


def says_go_on(text: str) -> bool:
    """Of "cho tôi làm tiếp cái ghế đá", "thôi cứ để đấy, khỏi xóa": the report that is open goes on; never with a
    number, which is a detail of it."""
    short = 0 < len(text.split()) <= GO_ON_WORDS
    return short and not any(char.isdigit() for char in text) and points_back(text)


def _spoken(text: str) -> tuple[list[str], bool]:
    """The words as they are compared, and whether the writer wrote marks."""
    shown = _DRAWN_OUT.sub(r"\1", view(text).text.lower())
    words = [respell(word) for word in _WORD.findall(shown)]
    marked = any(has_marks(word) for word in words)
    return (words if marked else [fold(word) for word in words]), marked


def _covered(words: Sequence[str], yes: frozenset[tuple[str, ...]], beside: frozenset[tuple[str, ...]]) -> bool:
    """Whether phrases of the two cover all the words, one of the first among them."""
    # reach[n]: how far the first n words are covered: 0 not, 1 by what stands beside alone, 2 with a yes.
    reach = [1] + [0] * len(words)
    for end in range(1, len(words) + 1):
        for length in range(1, min(4, end) + 1):
            before, phrase = reach[end - length], tuple(words[end - length : end])
            if before and phrase in yes:
                reach[end] = 2
            elif before and phrase in beside:
                reach[end] = max(reach[end], before)
    return reach[-1] == 2


def _holds(words: Sequence[str], phrases: frozenset[tuple[str, ...]]) -> bool:
    return any(
        tuple(words[first : first + length]) in phrases
        for first in range(len(words)) for length in range(1, min(4, len(words) - first) + 1)
    )  # fmt: skip


@cache
def _lists(marked: bool) -> dict[str, frozenset[tuple[str, ...]]]:
    """The phrases as they are compared: spelled, and as they are written without marks too, or folded."""
    made = {}
    for name in ("agreeing", "beside", "never", "unclear", "waiting", "hesitating", "giving_up", "declining", "sparing",
                 "denying"):  # fmt: skip
        phrases = set[tuple[str, ...]]()
        for phrase in _phrases(document("assent")[name]):
            phrases.add(tuple(respell(word) for word in phrase) if marked else tuple(fold(word) for word in phrase))
        made[name] = frozenset(phrases)
    if not marked:  # "dung", "cho": a word that may be either is none of these
        made["never"] = made["never"] - made["agreeing"] - made["beside"]
    return made


def _phrases(lines: Iterable[str]) -> Iterable[tuple[str, ...]]:
    for line in lines:
        for phrase in line.split("|"):
            yield tuple(_WORD.findall(phrase.lower()))


@cache
def _pictures() -> frozenset[str]:
    return frozenset("".join(document("assent")["pictures"]))
