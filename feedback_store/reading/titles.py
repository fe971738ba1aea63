"""Names of agencies, fields and states as people write them: one key for every usual way of writing a name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Generic, TypeVar

from feedback_store.places.names import words_of
from vitext import fold, view

K = TypeVar("K")

# Written short → written out; folded words.
_SHORT: dict[str, str] = {
    "ubnd": "uy ban nhan dan", "ub": "uy ban", "ubmttq": "uy ban mat tran to quoc", "hdnd": "hoi dong nhan dan",
    "p": "phuong", "f": "phuong", "x": "xa", "tt": "thi tran", "q": "quan", "h": "huyen", "tx": "thi xa",
    "tp": "thanh pho", "t": "tinh", "hcm": "ho chi minh", "tphcm": "thanh pho ho chi minh", "cty": "cong ty",
    "ct": "cong ty", "ca": "cong an", "csgt": "canh sat giao thong", "gd": "giao duc", "gddt": "giao duc va dao tao",
    "xd": "xay dung", "gtvt": "giao thong van tai", "tnmt": "tai nguyen va moi truong", "yt": "y te",
    "nnmt": "nong nghiep va moi truong", "khcn": "khoa hoc va cong nghe", "bhxh": "bao hiem xa hoi",
    "vp": "van phong", "ttpvhcc": "trung tam phuc vu hanh chinh cong", "hcc": "hanh chinh cong",
    "trg": "truong", "mtv": "mot thanh vien", "tnhh": "trach nhiem huu han", "cp": "co phan", "bql": "ban quan ly",
    "dl": "dien luc", "cn": "cap nuoc", "nn": "nong nghiep", "mt": "moi truong", "cx": "cay xanh",
}  # fmt: skip
_WRITTEN = {short: " ".join(word.key for word in words_of(words)) for short, words in _SHORT.items()}
_SIGNS = {"&": " và ", "+": " và "}


@lru_cache(maxsize=50_000)
def name_key(text: str) -> str:
    """A key without marks, case, blanks and signs: "UBND P. Lê Chân." and "Ủy ban nhân dân phường Lê Chân" have one.

    "lí" and "lý" are one spelling; "&" is "và"; an abbreviation is written out.
    """
    return "".join(_WRITTEN.get(key, key).replace(" ", "") for key in _keys(text))


def _keys(text: str) -> list[str]:
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    return [word.key for word in words_of(re.sub(r"(?<=\w)\.(?=\w)", ". ", view(text).text))]


def spelled_alike(typed: str, name: str) -> bool:
    """Whether the words that were typed with marks and that a name has are spelled so there: "Sở Xây dụng" is no "Sở
    Xây dựng". Words that one of the two abbreviates are not compared."""
    borne: dict[str, set[str]] = {}
    for word in words_of(name):
        borne.setdefault(word.key, set()).add(word.spelled)
    return all(
        word.spelled in borne.get(word.key, {word.spelled}) for word in words_of(view(typed).text) if word.marked
    )


_LEGAL_FORMS = ("trachnhiemhuuhan", "motthanhvien", "cophan")


def short_key(text: str, province: str) -> str:
    """``name_key`` without what is often left out: the province at the end, a company's legal form.

    ``province``: its name without its kind, as "Hải Phòng".
    """
    key = name_key(text)
    for form in _LEGAL_FORMS:
        key = key.replace(form, "")
    of = name_key(province)
    for end in (f"thanhpho{of}", f"tinh{of}", of):
        if of and key.endswith(end) and len(key) > len(end) + 4:
            return key.removesuffix(end)
    return key


def abbreviates(typed: str, name: str, province: str) -> bool:
    """Whether every word typed is a word of the name, its usual abbreviation, or the first letters of words in their
    order: "Sở GD&ĐT", "Sở VHTTDL". "và" and the province at the end may be left out on either side."""
    of = [word.key for word in words_of(province)]
    said, words = _without_end(_parts(typed), of), _without_end(_parts(name), of)

    def fits(at: int, of: int) -> bool:
        if at == len(said):
            return of == len(words)
        word = said[at]
        written = _WRITTEN.get(word, word).split()
        if words[of : of + len(written)] == written and fits(at + 1, of + len(written)):
            return True
        initials = "".join(one[0] for one in words[of : of + len(word)])
        return len(word) > 1 and initials.replace("y", "i") == word.replace("y", "i") and fits(at + 1, of + len(word))

    return bool(said) and fits(0, 0)


def _parts(text: str) -> list[str]:
    return [key for key in _keys(text) if key != "va"]


def _without_end(words: list[str], of: list[str]) -> list[str]:
    for end in (["thanh", "pho", *of], ["tp", *of], ["tinh", *of], of):
        if of and len(words) > len(end) + 1 and words[-len(end) :] == end:
            return words[: -len(end)]
    return words


class NameIndex(Generic[K]):
    """Names that are looked up as people write them. ``province``: its name without its kind, which names may leave
    out at their end."""

    def __init__(self, names: Iterable[tuple[K, str]], province: str = "") -> None:
        self._names = dict(names)
        self._province = province
        self._keys: dict[str, list[K]] = {}
        self._short: dict[str, list[K]] = {}
        for one, name in self._names.items():
            self._keys.setdefault(name_key(name), []).append(one)
            self._short.setdefault(short_key(name, province), []).append(one)

    def find(self, text: str, left_out: Iterable[K] = ()) -> list[K]:
        """Those that may be meant: one where it is sure, several with one name, none. ``left_out`` are meant by their
        whole name alone."""
        if found := self._spelled(text, self._keys.get(name_key(text), ())):
            return found
        left = set(left_out)
        names = {one: name for one, name in self._names.items() if one not in left}
        short = [one for one in self._short.get(short_key(text, self._province), ()) if one in names]
        for close in (short, [one for one, name in names.items() if abbreviates(text, name, self._province)]):
            if found := self._spelled(text, close):
                return found if len(found) == 1 else []
        return []

    def name(self, one: K) -> str:
        return self._names[one]

    def near(self, text: str, most: int) -> list[K]:
        """The nearest by the words they share, then by their letters."""
        typed = {word.key for word in words_of(text)}

        def likeness(one: K) -> float:
            shared = typed & {word.key for word in words_of(self._names[one])}
            alike = difflib.SequenceMatcher(None, fold(text), fold(self._names[one])).ratio()
            return len(shared) / (len(typed) or 1) + alike

        return sorted(self._names, key=likeness, reverse=True)[:most]

    def _spelled(self, text: str, found: Sequence[K]) -> list[K]:
        alike = [one for one in found if spelled_alike(text, self._names[one])]
        if len(alike) > 1 and any(word.marked for word in words_of(text)):  # then a word without marks has none
            spelled = {word.spelled for word in words_of(text)}
            borne = {one: {word.spelled for word in words_of(self._names[one])} for one in alike}
            most = max(len(spelled & words) for words in borne.values())
            return [one for one in alike if len(spelled & borne[one]) == most]
        return alike
