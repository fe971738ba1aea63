"""Passwords of console accounts: argon2 hashes, and what a password of one's own must not be.

How easily a password is guessed is told by zxcvbn (https://github.com/dwolfhub/zxcvbn-python), which knows common
passwords, names, dates, keyboard rows and repetitions; Vietnamese words come from ``data/passwords.yaml``.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from zxcvbn import zxcvbn

from feedback_store.service.actor import Refused
from vitext import fold

PASSWORDS = PasswordHash((Argon2Hasher(memory_cost=32 * 1024, time_cost=2, parallelism=1),))
SHORTEST, LONGEST = 10, 128
JUDGED = 72
"""Characters that zxcvbn is shown: its work grows with the square of the length."""
GUESSES = 10**8
"""Fewer guesses than these are refused: zxcvbn's score 3, safe against guessing over the network."""
KEPT_HASHES = 5
WORDS = Path(__file__).resolve().parents[2] / "data" / "passwords.yaml"
REASONS = {
    "repeat": "users.password_repeats",
    "sequence": "users.password_sequence",
    "spatial": "users.password_sequence",
    "date": "users.password_date",
    "regex": "users.password_date",
}


@lru_cache(maxsize=1)
def decoy() -> str:
    """The hash that the password of an unknown account is compared with, so that it takes as long."""
    return PASSWORDS.hash(secrets.token_urlsafe(12))


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether a password belongs to a hash; without a hash, or for an impossible password, False after as long."""
    possible = password_hash is not None and len(password) <= LONGEST and password.isprintable()
    typed = password if possible else "-"
    return PASSWORDS.verify(typed, password_hash if possible and password_hash else decoy()) and possible


def refuse_weak(password: str, *, own: Iterable[str], earlier: Iterable[str]) -> None:
    """Raise ``Refused`` with why a new password is no good.

    ``own``: words that belong to its owner (login, name, agency). ``earlier``: hashes it must not open.
    """
    if len(password) < SHORTEST:
        raise Refused("users.password_short", length=SHORTEST)
    if len(password) > LONGEST or not password.isprintable():
        raise Refused("users.password_long", length=LONGEST)
    reason = weakness(password, list(own))
    if reason is not None:
        raise Refused(reason)
    if any(PASSWORDS.verify(password, one) for one in earlier):
        raise Refused("users.password_used")


def weakness(password: str, own: list[str]) -> str | None:
    """The text that says why a password is easily guessed; None for a good one.

    It is judged as typed, without marks, and without what joins its words: "Mật-khẩu" is "matkhau".
    """
    mine = _forms(own)
    known = [*sorted(mine), *common_words()]
    plain = fold(password)[:JUDGED]
    for form in dict.fromkeys((password[:JUDGED], plain, re.sub(r"[\W_]+", "", plain))):
        if not form:
            return "users.password_repeats"
        found: dict[str, Any] = zxcvbn(form, user_inputs=known)
        if found["guesses"] < GUESSES:
            return _reason(found["sequence"], mine)
    return None


def _forms(words: Iterable[str]) -> set[str]:
    """Names as they may stand in a password: whole and by word, without marks and spaces."""
    forms: set[str] = set()
    for word in words:
        parts = re.findall(r"\w+", fold(word))
        forms.update(part for part in parts if len(part) >= 3)
        if len("".join(parts)) >= 3:
            forms.add("".join(parts))
    return forms


@lru_cache(maxsize=1)
def common_words() -> tuple[str, ...]:
    """Words that passwords in Viet Nam are made of, joined and without marks."""
    listed = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return tuple(dict.fromkeys("".join(fold(word).split()) for words in listed.values() for word in words))


def _reason(sequence: list[dict[str, Any]], own: set[str]) -> str:
    """What most of the password was recognised as."""
    parts = [part for part in sequence if part["pattern"] != "bruteforce"]
    if not parts:
        return "users.password_common"
    longest = max(parts, key=lambda part: len(part["token"]))
    if longest["pattern"] == "dictionary" and longest["matched_word"] in own:
        return "users.password_own"
    return REASONS.get(longest["pattern"], "users.password_common")
