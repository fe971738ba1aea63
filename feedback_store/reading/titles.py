"""Names of agencies, fields and states as people write them: one key for every usual way of writing a name."""

from __future__ import annotations

import re
from functools import lru_cache

from feedback_store.places.names import words_of
from vitext import view

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
_SIGNS = {"&": " và ", "+": " và "}


@lru_cache(maxsize=50_000)
def name_key(text: str) -> str:
    """A key without marks, case, blanks and signs: "UBND P. Lê Chân." and "Ủy ban nhân dân phường Lê Chân" have one.

    "lí" and "lý" are one spelling; "&" is "và"; an abbreviation is written out.
    """
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    text = re.sub(r"(?<=\w)\.(?=\w)", ". ", view(text).text)
    keys = [word.key for word in words_of(text)]
    return "".join(_SHORT.get(key, key).replace(" ", "") for key in keys)


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
