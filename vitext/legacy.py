"""Text that was typed or read in an old or a wrong encoding: given back right, or its loss is named.

Old documents are written in fonts that draw Vietnamese over other signs (TCVN3: .VnTime; VNI-Windows), old programs
store tones apart (Windows-1258), and UTF-8 read as Windows-1252 or Latin-1 shows each letter as two or three signs.
A conversion counts only if it makes possible Vietnamese syllables with marks of words that were none.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product
from typing import Literal

from vitext.characters import REPLACEMENT
from vitext.letters import fold, split_tone
from vitext.syllables import _INITIALS, _RHYMES, is_plain_syllable, is_syllable, place_tone

Kind = Literal["tcvn3", "vni", "windows-1258", "utf-8", "lost"]


@dataclass(frozen=True, slots=True)
class Legacy:
    """``kind`` names the encoding; ``text`` is the righted text in NFC, for "lost" the text as it is.

    A letter of a righted text that could be more than one is U+FFFD.
    """

    kind: Kind
    text: str


def legacy(text: str) -> Legacy | None:
    """What ``text`` was before it was read wrongly; None if nothing of the kind happened to it. Never raises."""
    if _SUSPICIOUS.search(text) is None:
        return None
    found = _utf8(text) or _fonts(text)
    if found is not None:
        return found if found.text != text else None
    return Legacy("lost", text) if _has_lost(text) else None


def righted(text: str) -> str:
    """The righted text, or the text as it was given; only tones that stand apart from their letters are composed."""
    found = legacy(text)
    if found is not None:
        return found.text
    return unicodedata.normalize("NFC", text) if _APART.search(text) else text


# --- A quick look -----------------------------------------------------------------------------------------------------

_APART = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_SUSPICIOUS = re.compile(
    # Signs and letters that Vietnamese does not write.
    "[\x80-\x9f\xa1-\xaf\xb0\xb1\xb3-\xbf\xc4-\xc7\xcb\xce-\xd1\xd6-\xd8\xdb\xdc\xde\xdf\xe4-\xe7\xeb\xee-\xf1\xf6-\xf8"
    "\xfb\xfc\xfe\xff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u20ac\u2030\u2039\u203a\u2122\ufffd]"
    # A capital with a mark after a small letter; marks after vowels where none stands; a question mark in a word.
    "|[a-zà-ý][À-Ý]|[A-ZĐ]Ã[^\x00-\x7f]"
    "|[aA][ÀÁÂÃÈÉÊÒÙÚÕÌàáâãèéêòùúõì]|[oO][ÂÕÙÊÌâõùêì]|[eE][ÂÁÀÃÕÙÊÌÒâáàãõùêìò]|[uUyY][õùÕÙ]|[yY][ìòÌÒ]|(?<![gG])[iI][ìòùõ]|[èéÈÉ][iI]"
    "|[oO](?:[ìÌ]|[òÒ](?![nNcC]))"
    "|[âêôãõýÂÊÔÃÕÝ][ìòùõÌÒÙÕ]|(?<![uU])[ýÝ][A-Za-zõÕ]"
    r"|\?[^\W\d_]"
)

# --- Syllables --------------------------------------------------------------------------------------------------------

_WORD = re.compile("[A-Za-z\xa1-\xff\u0100-\u024f\u0300-\u0323\u1e00-\u1eff]+")
_MARKED = re.compile("[^\x00-\x7f]")
_FRONT = "ieêy"
_BEFORE_K, _Y = frozenset("aáạăắặ"), frozenset("yýỳỷỹỵ")
_OPEN_PAIRS = ("oa", "oe", "uy")


@lru_cache(maxsize=8192)
def _is_sound(word: str) -> bool:
    """Whether the small-lettered ``word`` is spelled as a syllable, its one tone on a vowel that may bear it."""
    if word[-2:-1] in _BEFORE_K and word[-1] == "k":  # Đắk Lắk
        word = word[:-1] + "c"
    glide = word[:2] == "qu" and word[2:3] in _Y  # quỳnh, quýt: spelled as huynh, huýt
    if not 0 < len(word) <= 8 or not is_syllable("h" + word[1:] if glide else word):
        return False
    bare, tone = split_tone(word)
    if len(bare) != len(word) or not _begins_well(bare):
        return False
    if not tone or place_tone(bare, tone) == word:
        return True
    return bare.endswith(_OPEN_PAIRS) and unicodedata.normalize("NFC", bare + tone) == word


def _begins_well(bare: str) -> bool:
    """Whether c, g, ng and k, gh, ngh stand before the vowels that they stand before, and i, y where they belong."""
    for initial in ("ngh", "gh", "k"):
        if bare.startswith(initial) and bare[len(initial) :][:1] != "h":
            return bare[len(initial)] in _FRONT
    for initial in ("ng", "c"):
        if bare.startswith(initial) and not bare.startswith("ch"):
            return bare[len(initial)] not in _FRONT
    if bare.startswith("g") and not bare.startswith("gi"):
        return bare[1] not in _FRONT
    if bare.startswith("iê"):
        return False
    return not (len(bare) > 1 and bare[0] not in "yu" and "yê" in bare and "uyê" not in bare)


def _is_good(word: str) -> bool:
    """Whether ``word`` is a sound syllable in small letters, in capitals or with a capital first."""
    return (word.islower() or word.isupper() or word[1:].islower()) and _is_sound(word.lower())


# --- TCVN3, VNI, Windows-1258 -----------------------------------------------------------------------------------------

_TCVN3_CODES = (
    "¡Ă ¢Â £Ê ¤Ô ¥Ơ ¦Ư §Đ ¨ă ©â ªê «ô ¬ơ \xadư ®đ µà ¶ả ·ã ¸á ¹ạ »ằ ¼ẳ ½ẵ ¾ắ Æặ Çầ Èẩ Éẫ Êấ Ëậ Ìè Îẻ Ïẽ Ðé Ñẹ Òề Óể Ôễ "
    "Õế Öệ ×ì Øỉ Üĩ Ýí Þị ßò áỏ âõ ãó äọ åồ æổ çỗ èố éộ êờ ëở ìỡ íớ îợ ïù ñủ òũ óú ôụ õừ öử ÷ữ øứ ùự úỳ ûỷ üỹ ýý þỵ"
)
_TCVN3 = {ord(pair[0]): pair[1] for pair in f"{_TCVN3_CODES} Đé".split(" ")}  # Ð is a look-alike of Đ
_VNI_MARKS = {
    "a": "ùá øà ûả õã ïạ êă éắ èằ úẳ üẵ ëặ ââ áấ àầ åẩ ãẫ äậ",
    "e": "ùé øè ûẻ õẽ ïẹ âê áế àề åể ãễ äệ",
    "o": "ùó øò ûỏ õõ ïọ âô áố àồ åổ ãỗ äộ",
    "u": "ùú øù ûủ õũ ïụ",
    "y": "ùý øỳ ûỷ õỹ ïỵ",
    "ô": "ùớ øờ ûở õỡ ïợ",
    "ö": "ùứ øừ ûử õữ ïự",
}
_VNI_ALONE = {"ô": "ơ", "ö": "ư", "ñ": "đ", "î": "ỵ", "æ": "ỉ", "ó": "ĩ", "ò": "ị"}
_VNI = {base + pair[0]: pair[1] for base, pairs in _VNI_MARKS.items() for pair in pairs.split(" ")} | _VNI_ALONE
_VNI_LETTER = re.compile("[aeouyôö][ùøûõïêéèúüëâáàåãä]|[ôöñîæóò]", re.IGNORECASE)
_CP1258 = str.maketrans(
    {"Ì": "\u0300", "Ò": "\u0309", "Þ": "\u0303", "ì": "\u0301", "ò": "\u0323", "Ð": "Đ", "ð": "đ", "Ý": "Ư", "ý": "ư",
     "Õ": "Ơ", "õ": "ơ", "Ã": "Ă", "ã": "ă"}
)  # fmt: skip


def _from_tcvn3(word: str) -> str:
    """A word of .VnTime, or of .VnTimeH where its plain letters are capitals: its marked ones are written small."""
    new = word.translate(_TCVN3)
    plain = [char for char in word if char.isascii() or char in "§¡¢£¤¥¦"]
    return new.upper() if len(plain) > 1 and not any("a" <= char <= "z" for char in plain) else new


def _from_vni(word: str) -> str:
    return _VNI_LETTER.sub(_vni_letter, word)


def _vni_letter(match: re.Match[str]) -> str:
    pair = match.group().lower()
    new = _VNI.get(pair) or _VNI.get(pair[0], pair[0]) + pair[1:]
    return new.upper() if match.group()[0].isupper() else new


def _from_cp1258(word: str) -> str:
    return unicodedata.normalize("NFC", word.translate(_CP1258))


# The commonest words: they tell which of two readings is meant.
_EVERYDAY = frozenset(
    """
    biết biển bán báo bình bạn bản bảo bắc bằng bị bỏ bộ chuyển chuyện châu chưa chỉ chị chọn chỗ chờ chợ các cách
    cái cán cáo cây còn có công căn cũ cư cả cảm cấp cần cầu cống của cứu cửa dân dây dùng dừng giá giúp giải giấy
    giờ giữ gì gặp gọi gửi hoặc hà hàng hòa hôm hơn hưng hạn hải hẹn hết học hỏi hồ hồng hộ hội hợp khiếu khác khánh
    không khẩu kiểm ký kết liên là làm lâm lâu lên lòng lúc lý lĩnh lương lại lần lịch lộc lời muốn mà máy mã mường
    mất mấy mẫu mật một mới mở mỹ nghiệp nghĩa nghị nguyên ngày ngõ người nhiêu nhiều nhà nhân nhé nhất nhận nhập
    nào này nên nói nước nại nếu nội nộp nữa phân phép phí phú phước phường phải phản phối quyết quá quán quả quảng
    rác rút rồi sáng sơ sơn số sổ sửa thoại thuận thành thái tháng thêm thì thôi thông thạnh thấy thế thể thời thủ
    tiên tiếp tiền trên trú trước trường trả trễ trợ trực tân tây tên tính tôi tư tạm tệp tố tổng tới tờ tục từ tự
    viên việc và vào vì văn vĩnh vẫn về vị với vụ vực xuân xuống xác xây xã xóm xử yên ánh ý ăn đang đi điện đài
    đánh đâu đây đã đèn đêm đó đóng đông đúng đăng đơn đường được đất đầu đến đề để địa định đỏ đồng đổi động đức ơn
    ạ ảnh ở
    """.split()
)
_FONTS: tuple[tuple[Kind, Callable[[str], str]], ...] = (
    ("tcvn3", _from_tcvn3),
    ("vni", _from_vni),
    ("windows-1258", _from_cp1258),
)
# Letters of names and words of other languages (Loïc, Thaï, Citroën, på): one of them alone proves little.
_FOREIGN = frozenset("äåæçëïñöøüÄÅÆÇËÏÑÖØÜ")
_TELLING = re.compile("[aeo][äåâãõø]|ï(?!$|c$|s)|[a-z][§¨«¬\xad®µ¶·¸¹»¼½¾©ª][a-z]|[a-z][µ¸¨«¬\xad]|^[®¬§][a-z]",
                      re.IGNORECASE)  # fmt: skip
_FOREIGN_WORDS = frozenset(["où", "dû"])
_LONG_MARKS = re.compile("[\u0100-\u010f\u0112-\u0151\u0154-\u015f\u0162-\u0177\u0179-\u017c\u017f-\u0191"
                         "\u0193-\u024f\u1e00-\u1eff]")  # fmt: skip


def _fonts(text: str) -> Legacy | None:
    """The text with each run of words that are of one old encoding converted, by the encoding that explains most."""
    text = unicodedata.normalize("NFC", text)
    runs, whole = _runs(text)
    best: tuple[tuple[int, int, int], Kind, str] | None = None
    for kind, convert in _FONTS:
        score = changes = everyday = 0
        pieces: list[str] = []
        last = 0
        for run in runs:
            new = [convert(word.group()) for word in run]
            if kind == "tcvn3":
                new = _tcvn3_run([word.group() for word in run], new)
            gain = _gain(kind, [word.group() for word in run], new, whole)
            if gain <= 0:
                continue
            score += gain
            for word, changed in zip(run, new):
                pieces += [text[last : word.start()], changed]
                last = word.end()
                changes += changed != word.group()
                everyday += changed.lower() in _EVERYDAY
        if score > 0 and (best is None or (score, everyday, -changes) > best[0]):
            best = (score, everyday, -changes), kind, "".join([*pieces, text[last:]])
    return Legacy(best[1], best[2]) if best else None


def _runs(text: str) -> tuple[list[list[re.Match[str]]], bool]:
    """Runs of words between those that are Vietnamese beyond doubt; whether the text has none of these."""
    runs: list[list[re.Match[str]]] = [[]]
    for word in _WORD.finditer(text):
        if _LONG_MARKS.search(word.group()) or ("đ" in word.group().lower() and _is_good(word.group())):
            runs.append([])
        else:
            runs[-1].append(word)
    return [run for run in runs if run], len(runs) == 1


def _tcvn3_run(old: list[str], new: list[str]) -> list[str]:
    """Capitals where the run is in capitals; ư (U+00AD, often dropped as unseen) where no word is possible without."""
    if not any("\xad" in word for word in old):
        new = [_with_horned_u(word) if word != given else word for given, word in zip(old, new)]
    plain = [char for word in old for char in word if char.isascii()]
    if len(plain) > 3 and all(char.isupper() for char in plain):
        return [word.upper() for word in new]
    return new


def _with_horned_u(word: str) -> str:
    lowered = word.lower()
    if not word or _is_sound(lowered):
        return word
    vowels = any(char in "aeiouy" for char in fold(word))
    places = [at for at, char in enumerate(lowered) if char in "ơờởỡớợ" or (not vowels and len(word) > 2)]
    found = [at for at in places if _is_sound(lowered[:at] + "ư" + lowered[at:])]
    return word[: found[0]] + "ư" + word[found[0] :] if len(found) == 1 else word


_RARE = re.compile("[oO][oòóõỏọOÒÓÕỎỌ](?:ng|c|NG|C)$")  # boong, soóc: what VNI writes for ông, ốc reads so in TCVN3
_ALIEN: dict[Kind, re.Pattern[str]] = {
    "tcvn3": re.compile("[^\x00-\x7f" + "".join(map(chr, _TCVN3)) + "]"),
    "vni": re.compile("(?<![aeouyôö])[ùøûïêéèúüëâáàåãä]|(?<![aeoôö])[õ]|[çðý]", re.IGNORECASE),
    "windows-1258": re.compile("[äåæëïîñöøüûÄÅÆËÏÎÑÖØÜÛ]"),
}
"""What an encoding has not got: a word that holds it speaks against it."""


def _gain(kind: Kind, old: list[str], new: list[str], whole: bool) -> int:
    """How much better the new words are than the old ones; 0 or less where that proves nothing."""
    gained = strength = spoilt = agreeing = 0
    for before, after in zip(old, new):
        if before.isascii():
            continue
        was, now = _is_good(before), _is_sound(after.lower()) and _RARE.search(after) is None
        if before == after:
            spoilt += was and _ALIEN[kind].search(before) is not None
        elif not now:
            spoilt += 2 if was else 1
        elif was or before[0] == "µ":
            agreeing += before.isalpha()
        elif len(before) > 1:
            gained += 1
            strength = max(strength, _strength(before))
    if gained <= spoilt or not (gained > 1 or (whole and (strength or agreeing))):
        return 0
    if gained == 1 and strength < 2:
        plain = [word for word in old if word.isascii() and len(word) > 1]
        foreign = len(plain) - sum(map(is_plain_syllable, plain))
        if foreign > 1 and 2 * foreign > len(plain):
            return 0
    return 2 * gained - spoilt


def _strength(word: str) -> int:
    """2 where no other language writes ``word`` so, 0 where a name, a foreign word or a sign before a word may."""
    marked = _MARKED.findall(word)
    if word.lower() in _FOREIGN_WORDS or word[0] in "«µ" or (len(word) < 3 and not word.isalpha() and word[0] in "®©"):
        return 0
    inside = any(a.islower() and b.isupper() for a, b in pairwise(word))
    if inside or len(marked) > 1 or _TELLING.search(word):
        return 2
    return 0 if _FOREIGN.issuperset(marked) else 1


# --- UTF-8 read as Windows-1252 or Latin-1 ----------------------------------------------------------------------------

_BYTES = {chr(code): code for code in range(0x80, 0x100)} | {
    bytes([code]).decode("cp1252"): code for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_CONT = "[" + "".join(char for char, code in _BYTES.items() if code < 0xC0) + "]"
_GONE = "\ue0ff"  # a byte that is missing after the first of two readings
_FULL = f"[\xc2-\xdf]{_CONT}|[\xe0-\xef]{_CONT}{{2}}|[\xf0-\xf4]{_CONT}{{3}}"
_HOLED = f"(?:á[º»]|â€|[ÄÆÌ])[{_GONE}\ufffd]?|Ã[{_GONE}\ufffd]? ?|Â"
_SEQUENCE = re.compile(f"{_FULL}|{_HOLED}")
_PIECES = re.compile(f"(?P<full>{_FULL})|(?P<holed>{_HOLED})|(?P<plain>.)", re.DOTALL)
_READ_WORD = re.compile(f"(?:{_FULL}|{_HOLED}|[A-Za-z\u0100-\u024f\u0300-\u0323\u1e00-\u1eff\xc0-\xff])+")
_SURE = re.compile(f"{_FULL}|á[º»]|Ä|Æ")
_CLUSTER = re.compile(r"[^\x00-\x40\x5b-\x60\x7b-\x7f\xa0]+")
_QUOTES = "“”‘’…–—•·"
_ONLY_CP1252 = re.compile("[\x80-\x9f" + "".join(char for char in _BYTES if char > "\xff") + "]")
_HOLED_ONE = re.compile(f"(?:á[º»]|Ä)(?!{_CONT})")
# What a sequence may be whose last byte is lost: one that Windows-1252 has not got, an unseen hyphen, a blank.
_LOST_BYTE = {"á»": "ềọỏờỐ", "áº": "ậẠ", "Ä": "Đ", "Ã": "àíÁÍÝ", "Æ": "Ơ", "Ì": "\u0301", "â€": "”"}
# With U+FFFD in its place, or read as Latin-1, it may be any control code.
_CONTROL_BYTE = {
    "á»": "".join(map(chr, range(0x1EC0, 0x1EE0))), "áº": "", "Ä": "đĐ", "Ã": "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝ", "Æ": "",
    "Ì": "\u0300\u0301\u0303\u0309", "â€": "",
}  # fmt: skip
# The commonest of the words that only the lost byte tells apart.
_COMMON = frozenset(
    "hỏi trời khỏi lời gọi về dọn giờ đền thời hỏa dọa chờ tờ vọng hỏng trọng khỏe trọ giỏi bọn chọn dời gọn đời ờ "
    "ngọn nền đọng lỏng rời chọi thỏa tọa phỏng".split()
)


def _utf8(text: str) -> Legacy | None:
    if _SURE.search(text) is None and "Ã" not in text:
        return None
    best, most = "", _value(text)
    good = most[1]
    read = text
    for _ in range(3):
        following = _read_again(read)
        if following == read:
            break
        read = following
        value = _value(read)
        if value[0] > most[0] and value[1] > good:
            best, most = read, value
    return Legacy("utf-8", unicodedata.normalize("NFC", best.replace(_GONE, ""))) if best else None


def _value(text: str) -> tuple[int, int]:
    """(Words with marks that are good less those that are not, the good ones)."""
    words = [word.strip(_QUOTES) for word in _CLUSTER.findall(unicodedata.normalize("NFC", text))]
    words = [word for word in words if not word.isascii() and REPLACEMENT not in word]
    good = sum(map(_is_good, words))
    return 2 * good - len(words), good


def _read_again(text: str) -> str:
    """The text with its sequences read as UTF-8, one time."""
    # Without any of the signs that only Windows-1252 has it may have been Latin-1: more bytes may be lost.
    latin = _ONLY_CP1252.search(text) is None
    return _READ_WORD.sub(lambda match: _read_word(match, text, latin), text)


def _read_word(match: re.Match[str], text: str, latin: bool) -> str:
    word = match.group()
    if _SEQUENCE.search(word) is None or _stands(match, text):
        return word
    pieces = list(_PIECES.finditer(word))
    narrow = [_options(piece) for piece in pieces]
    if all(len(options) == 1 for options in narrow) and not (latin and any(piece["holed"] for piece in pieces)):
        return "".join(options[0] for options in narrow)
    wide = [_wider(piece) for piece in pieces]
    chosen = _chosen(narrow)
    if chosen is None or (latin and len(_HOLED_ONE.findall(text)) > 1):
        wider = _chosen(wide)
        if chosen is None or (wider is not None and wider.lower() != chosen.lower()):
            chosen = wider
    if chosen is not None:
        return chosen
    return "".join(options[0] if len({one.strip().lower() for one in options}) == 1 else _unsure(options)
                   for options in wide)  # fmt: skip


def _unsure(options: list[str]) -> str:
    return REPLACEMENT + (" " if options[0].endswith(" ") or options[-1].endswith(" ") else "")


def _stands(match: re.Match[str], text: str) -> bool:
    """Whether the word is one in capitals as it is (XÃ, “ĐÃ”) among words in capitals."""
    word = match.group().rstrip(" ")
    bare = word.rstrip("…–—" + "”" * ("“" in text) + "’" * ("‘" in text))  # a mark that closes one that was opened
    if len(bare) < 2 or not bare.isupper() or not all(map(_is_good, bare.split(" "))):
        return False
    around = (*_WORD.findall(text[: match.start()])[-1:], *_WORD.findall(text[match.end() :])[:1])
    return not around or any(one.isupper() and one[-1] != "Ã" and _is_good(one) for one in around)


def _options(piece: re.Match[str]) -> list[str]:
    given = piece.group()
    if piece["plain"]:
        return [given]
    if piece["full"]:
        try:
            return [bytes(_BYTES[char] for char in given).decode("utf-8")]
        except UnicodeDecodeError:
            return [given]
    if given == "Â":
        return [_GONE]
    head = given.rstrip(f"{_GONE}\ufffd ")
    if given.endswith(" "):
        return ["à", "à ", *(one + " " for one in _LOST_BYTE["Ã"][1:] if _GONE in given)]
    if "\ufffd" in given:
        return [*_CONTROL_BYTE[head]] or [given]
    return [*_LOST_BYTE[head]]


def _wider(piece: re.Match[str]) -> list[str]:
    options = _options(piece)
    if not piece["holed"] or piece.group() == "Â":
        return options
    return list(dict.fromkeys([*options, *_CONTROL_BYTE[piece.group().rstrip(f"{_GONE}\ufffd ")]]))


def _chosen(parts: list[list[str]]) -> str | None:
    """The one reading whose words are all syllables; U+FFFD where two readings differ; None if there is none."""
    size = 1
    for options in parts:
        size *= len(options)
    if size > 512:
        return None
    found: list[str] = []
    for reading in map("".join, product(*parts)):
        words = _WORD.findall(unicodedata.normalize("NFC", reading))
        if words and all(map(_is_good, words)):
            found.append(reading)
    joined = [reading for reading in found if reading.count(" ") == min(one.count(" ") for one in found)]
    if len(joined) > 1:
        small = [reading for reading in joined if reading[1:] == reading[1:].lower()]
        common = [reading for reading in small if reading.strip(f"{_QUOTES} ").lower() in _COMMON]
        joined = common if len(common) == 1 else small if len(small) == 1 else joined
    if len({reading.lower() for reading in joined}) < 2:
        return joined[0] if joined else None
    if len({len(reading) for reading in joined}) > 1:
        return None
    return "".join(chars[0] if len(set(chars)) == 1 else REPLACEMENT for chars in zip(*joined))


# --- Lost letters -----------------------------------------------------------------------------------------------------

_HOLES = re.compile(r"(?<![^\s\"'(\[,.;:!“‘/-])[^\W\d_]*(?:[?\ufffd]+[^\W\d_]+)*[?\ufffd]*(?![^\s\"')\],.;:!?…”’/-])")
_SKELETONS = "\n".join(sorted({initial + rhyme for initial in ("", *_INITIALS) for rhyme in _RHYMES}))
_LOST_LETTER = "[ăâđêôơưaeiouy]"
# Letters that people leave of whole words: what stands so before a question mark was no syllable anyway.
_SHORT = frozenset("k ko kg hk hok kh e a r v j z ng nha m t b c d đ đc dc ntn mn lm ms x h s p o u i y nt tn".split())


def _has_lost(text: str) -> bool:
    """Whether question marks or U+FFFD stand for letters inside words."""
    points = 0
    for hole in _HOLES.finditer(text):
        word = hole.group()
        core = word.rstrip("?\ufffd")
        sides = [side for side in re.split("[?\ufffd]+", word.lower()) if side]
        if not sides or sides == [word.lower()] or len(word) > 9:
            continue
        inside = core != "" and ("?" in core or "\ufffd" in core)
        broken = any(not is_syllable(side) for side in sides)
        if inside and _may_be(core.lower()):
            first = core[0] in "?\ufffd"
            whole = broken and len(core) > 3
            if "\ufffd" in core or whole or any(not is_syllable(side) and side not in _SHORT for side in sides):
                points += 4
            elif first or broken:
                points += 2
        elif not inside and broken and word[-1] != word[-2:-1] and _may_be(word.lower()):
            points += 4 if "\ufffd" in word else 1 if sides[0] in _SHORT else 2
    return points > 3


@lru_cache(maxsize=1024)
def _may_be(word: str) -> bool:
    """Whether ``word`` with a letter, or as many as signs stand there, in each hole may be a syllable."""
    pattern = "".join(
        f"{_LOST_LETTER}{{1,{len(part)}}}" if part[0] in "?\ufffd" else re.escape(split_tone(part)[0])
        for part in re.findall("[?\ufffd]+|[^?\ufffd]+", word)
    )
    return re.search(f"^{pattern}$", _SKELETONS, re.MULTILINE) is not None
