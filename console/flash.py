"""A short word on what was done, shown once on the next page.

It travels in an encrypted cookie: an address or another site can make no page of the console say anything.
"""

from __future__ import annotations

from cryptography.fernet import InvalidToken
from fastapi import Request
from fastapi.responses import Response

from feedback_store.crypto import keyring

COOKIE = "hotline_told"
PATH = "/console"
SECONDS = 120
LONGEST = 700
"""Characters: the sealed text must fit into a cookie of 4 KB."""


def put(response: Response, message: str) -> None:
    """Let the next page that is shown say ``message``."""
    sealed = keyring().encrypt(message[:LONGEST].encode("utf-8", "replace")).decode("ascii")
    response.set_cookie(COOKIE, sealed, max_age=SECONDS, path=PATH, httponly=True, samesite="lax")


def read(request: Request) -> str | None:
    """The word to show now; None for no cookie and for one that was not made here."""
    return _opened(request.cookies.get(COOKIE))


def told_by(response: Response) -> str | None:
    """The word that an answer leaves for the next page."""
    for line in response.headers.getlist("set-cookie"):
        name, _, rest = line.partition("=")
        if name == COOKIE:
            return _opened(rest.partition(";")[0].strip('"'))
    return None


def _opened(sealed: str | None) -> str | None:
    if not sealed:
        return None
    try:
        return keyring().decrypt(sealed.encode("utf-8", "replace")).decode()
    except InvalidToken:
        return None


def drop(request: Request, response: Response) -> None:
    """It was shown."""
    if COOKIE in request.cookies:
        response.delete_cookie(COOKIE, path=PATH)
