"""Values that no page asks for, and the routes that get them: seeded, so that a failure comes back."""

from __future__ import annotations

import inspect
import random
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from fastapi.routing import APIRoute

SEED = 1022
VALUES = (
    "99999999999999999999", "9223372036854775807", "9223372036854775808", "-1", "0", "00000000000000000001", "1_0",
    "²", "٣", "１２", "1e400", "NaN", "inf", "-0.0", "0x10", "None", "null", "true", "[]", "{}", "%", "%zz", "_", "\\",
    "'", "\"", "--", "';DROP TABLE tickets;--", "<script>alert(1)</script>", "{{7*7}}", "{0.__class__}", "../../etc",
    "0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "2026-11-29T00:00:00+99:99", "20261129", "2026-W48-1",
    "00000000-0000-0000-0000-000000000000", "not-a-uuid", "🔥", "e\u0301" * 50, "\u202e\u200b", "x" * 3000, " ", "",
)  # fmt: skip
ENCODED = ("%00", "a%00b", "%FF", "%C3", "%ED%A0%80", "%F0%9F", "%1b%5b31m", "%zz", "%", "%u0110")
"""As they stand in the address: NUL, broken UTF-8, half characters, control characters, broken escapes."""
FIELDS = (
    "muc", "tim", "linh_vuc", "don_vi", "xa", "nhom", "kenh", "nguon", "tu", "den", "trang", "ky", "han", "chia", "so",
    "phan", "ma", "nam", "phien_ban", "lich", "xem", "thu", "ngay", "thu_linh_vuc", "thu_xa", "bao", "loi", "khac",
)  # fmt: skip
CONTEXT = {"ky": "tu-chon", "tu": "2026-11-01", "den": "2026-11-30", "thu": "1", "xem": "1", "chia": "don-vi"}
"""Good values beside a bad one, so that it is read at all."""
READ = re.compile(r"""(?:query|params|query_params|given|asked)(?:\.get)?[\[(]\s*"(\w+)"|value\("(\w+)"\)""")


def routes(app: Any, method: str) -> list[APIRoute]:
    """Every route of the console with that method; new ones are among them by themselves."""
    return sorted(
        (one for one in _all(app.routes) if method in (one.methods or ())), key=lambda one: one.path
    )


def _all(found: Any) -> Iterator[APIRoute]:
    for one in found:
        if isinstance(one, APIRoute):
            yield one
        else:
            inner = getattr(one, "original_router", None) or getattr(one, "router", None)
            yield from _all(getattr(inner, "routes", ()))


def fields_of(route: APIRoute) -> list[str]:
    """The names that a route may read: the known ones and those of its own source."""
    source = inspect.getsource(inspect.getmodule(route.endpoint) or route.endpoint)
    own = {name for pair in READ.findall(source) for name in pair if name}
    return sorted({*FIELDS, *own})


def encoded(value: str) -> str:
    """The value as it stands in an address."""
    return quote(value, safe="")


def paths(route: APIRoute, good: dict[str, str], chance: random.Random, most: int) -> list[str]:
    """Addresses of a route: each path parameter with bad values, the others good ones."""
    names = list(route.param_convertors)
    bad = [*map(encoded, filter(str.strip, VALUES)), *ENCODED]
    made = [_filled(route.path, good)]
    for name in names:
        values = bad[:4] + chance.sample(bad[4:], min(most, len(bad) - 4))
        made += [_filled(route.path, {**good, name: value}) for value in values]
    return made


def queries(route: APIRoute, chance: random.Random, most: int) -> list[str]:
    """Query strings: every field alone with some bad values, then several at once."""
    bad = [*map(encoded, VALUES), *ENCODED, "%0d%0aSet-Cookie:x=1"]
    made = []
    for name in fields_of(route):
        beside = "&".join(f"{key}={value}" for key, value in CONTEXT.items() if key != name)
        made += [f"{name}={value}&{beside}" for value in chance.sample(bad, most)]
    for _ in range(most):
        some = chance.sample(fields_of(route), 4)
        made.append("&".join(f"{name}={chance.choice(bad)}" for name in some))
    return [*made, "&&&===", "a" * 5000, "tim", "%", "tim=%00", "don_vi=%C2%B2", "tu=0001-01-01", "den=9999-12-31"]


def _filled(path: str, values: dict[str, str]) -> str:
    return re.sub(r"{(\w+)(?::\w+)?}", lambda hole: values.get(hole[1], "1"), path)
