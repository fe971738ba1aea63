"""Forms that no page shows, for every route that takes one: seeded, so that a failure comes back."""

from __future__ import annotations

import inspect
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from fastapi.routing import APIRoute

from console.context import FOLDER
from tests.integration.console.bad_values import ENCODED, VALUES

FORM = "application/x-www-form-urlencoded"
BOUNDARY = "bien"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
LONG = "x" * 200_000
BAD = (*VALUES, "\ud800", "a\udcffb", "\0", "a\0b", "\x1b[31m", "0001-01-01T00:00", "9999-12-31T23:59", "1" * 5000)
READ = re.compile(r'(?:form|given|query_params)(?:\.get(?:list)?\(|, |\[)"(\w+)"')
FIELD = re.compile(r'name="([a-z_]+)"')


@dataclass(frozen=True, slots=True)
class Sent:
    """One POST. ``note`` says in a failure what it was."""

    path: str
    body: bytes
    kind: str
    note: str


def forms(route: APIRoute, good: dict[str, str], token: str, chance: random.Random, each: int) -> Iterator[Sent]:
    """Without its token, with bad fields, in an odd wrapping, and under a bad address."""
    plain = filled(route.path, good)
    yield _form(plain, _fields(route, good, chance), "no token")
    for _ in range(each):
        yield _form(plain, [("csrf", token), *_fields(route, good, chance)], "bad fields")
    yield _odd(plain, [("csrf", token), *_fields(route, good, chance)], chance)
    names = list(route.param_convertors)
    if names:
        bad = chance.choice([*(quote(one, safe="") for one in VALUES if one.strip()), *ENCODED])
        path = filled(route.path, {**good, chance.choice(names): bad})
        yield _form(path, [("csrf", token), *_fields(route, good, chance)], "bad address")


def filled(path: str, values: dict[str, str]) -> str:
    return re.sub(r"{(\w+)(?::\w+)?}", lambda hole: values.get(hole[1], "1"), path)


def fields_of(route: APIRoute) -> list[str]:
    """The names that a route reads: those of its own source, and of templates where its source names them too."""
    source = inspect.getsource(inspect.getmodule(route.endpoint) or route.endpoint)
    quoted = set(re.findall(r'"([a-z_]+)"', source))
    return sorted({*READ.findall(source), *(quoted & set(template_fields()))} - {"csrf", "once"})


@cache
def template_fields() -> tuple[str, ...]:
    """Every field of every form of the console."""
    texts = (path.read_text(encoding="utf-8") for path in Path(FOLDER, "templates").rglob("*.html"))
    return tuple(sorted({name for text in texts for name in FIELD.findall(text)}))


def _fields(route: APIRoute, good: dict[str, str], chance: random.Random) -> list[tuple[str, str]]:
    """Good values, but one or two bad ones, one missing, one given twice; in any order."""
    own = fields_of(route)
    names = own + chance.sample(template_fields(), 6)
    values = {name: good[name] for name in names if name in good}
    for name in chance.sample(names, 2):
        values[name] = chance.choice(BAD)
    if values and chance.random() < 0.3:
        values.pop(chance.choice(sorted(values)))
    pairs = [(name, value) for name, value in values.items() if name != "once"]
    if pairs and chance.random() < 0.3:
        pairs.append((chance.choice(pairs)[0], chance.choice(BAD)))
    chance.shuffle(pairs)
    return pairs


def _form(path: str, pairs: list[tuple[str, str]], note: str) -> Sent:
    return Sent(path, urlencoded(pairs), FORM, f"{note}: {_shown(pairs)}")


def urlencoded(pairs: list[tuple[str, str]]) -> bytes:
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs).encode()


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")


def multipart(pairs: list[tuple[str, str]], files: tuple[str, ...] = ()) -> bytes:
    """The pairs, those named in ``files`` as files."""
    parts = []
    for name, value in pairs:
        file = '; filename="²\u202e.exe"\r\nContent-Type: text/html' if name in files else ""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        parts.append(head.encode() + value.encode("utf-8", "surrogatepass") + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def _odd(path: str, pairs: list[tuple[str, str]], chance: random.Random) -> Sent:
    """A body that is not what its head says, or not what the page sends."""
    name, kind, body = chance.choice(_wrappings(pairs, chance))
    return Sent(path, body, kind, f"{name}: {_shown(pairs)}")


def _wrappings(pairs: list[tuple[str, str]], chance: random.Random) -> list[tuple[str, str, bytes]]:
    plain, parts = urlencoded(pairs), multipart(pairs)
    names = tuple(name for name, _ in pairs if name != "csrf")
    uploads = [*pairs, ("file", "PK\x03\x04"), ("files", "GIF89a"), ("files", "")]
    raw = b"&".join([plain, *(f"{one}={chance.choice(ENCODED)}".encode() for one in names[:3])])
    return [
        ("files for words", MULTIPART, multipart(pairs, names)),
        ("the token as a file", MULTIPART, multipart(pairs, ("csrf",))),
        ("words for files", FORM, urlencoded([*pairs, ("file", "a"), ("files", "b"), ("files", "c")])),
        ("files of no kind", MULTIPART, multipart(uploads, ("file", "files"))),
        ("twelve files", MULTIPART, multipart([*pairs, *[("files", "x")] * 12], ("files",))),
        ("cut off", MULTIPART, parts[: len(parts) // 2]),
        ("no boundary", "multipart/form-data", parts),
        ("another boundary", "multipart/form-data; boundary=khac", parts),
        ("an unknown charset", f"{MULTIPART}; charset=x-khong-co", parts),
        ("no type", "", plain),
        ("text", "text/plain", plain),
        ("broken type", ";;;=/", plain),
        ("broken JSON", "application/json", b'{"csrf": "' + pairs[0][1].encode() + b'", '),
        ("deep JSON", "application/json", b"[" * 100_000),
        ("XML", "text/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
        ("broken signs", FORM, raw),
        ("bytes", FORM, bytes(range(256)) * 20),
        ("nothing", FORM, b""),
        ("many fields", FORM, plain + b"&a=1" * 300),
        ("very long", FORM, plain + b"&" + urlencoded([(name, LONG) for name in names[:2]])),
        ("every field twice", FORM, plain + b"&" + plain),
        ("the token between others", FORM, urlencoded([("csrf", "²"), *pairs, ("csrf", "\ud800")])),
        ("odd names", FORM, plain + b"&%00=1&=2&%ED%A0%80=3&__proto__=4&[]=5&" + b"n" * 3000 + b"=6"),
    ]  # fmt: skip


def _shown(pairs: list[tuple[str, str]]) -> str:
    return ascii([(name, value[:40]) for name, value in pairs if name != "csrf"])
