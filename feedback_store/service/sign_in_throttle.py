"""How long a sign-in must wait after wrong passwords (docs/adr/0030-sign-in-throttling.md).

Only wrong passwords count. Each kind of key has a leaky count in the database: a wrong try adds one, time takes
some away. A browser that this account signed in with before has a count of its own, so nobody else can slow it down.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import math
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_store.crypto import blind_index
from feedback_store.tables import SignInCount, SignInPlace, User

FAMILIAR_FOR = dt.timedelta(days=90)
"""A browser or address where nobody signed in for so long is a stranger again."""
ATTACKED_WAIT = 60
"""Seconds after the first wrong password of a stranger, while an account is under attack from many addresses."""


@dataclass(frozen=True, slots=True)
class Rule:
    """``free`` wrong tries cost nothing, then the wait doubles from one second to ``longest`` seconds.

    One wrong try is forgotten every ``forgets`` seconds.
    """

    free: int
    longest: int
    forgets: int

    def wait(self, wrong: float) -> int:
        """Seconds to wait after the last of ``wrong`` tries: with one free try 0, 1, 2, 4, 8 …"""
        beyond = round(wrong) - self.free
        if beyond <= 0:
            return 0
        return min(int(2 ** min(beyond - 1, 30)), self.longest)


PAIR = Rule(free=1, longest=300, forgets=3600)
ADDRESS = Rule(free=60, longest=60, forgets=30)
ACCOUNT = Rule(free=50, longest=0, forgets=600)
"""Says only whether the account is under attack: it never makes anybody wait by itself."""
RULES = {"device": PAIR, "pair": PAIR, "address": ADDRESS, "account": ACCOUNT}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a try comes from: the account as typed, the network address, the token of the browser if it has one."""

    login: str
    address: str
    device: str | None

    def key(self, kind: str) -> bytes:
        """The row of one kind; names and addresses cannot be read from it."""
        login = hashlib.sha256(self.login.strip().lower().encode("utf-8", "replace")).hexdigest()
        network = network_of(self.address)
        parts = {
            "device": (login, self.device or ""),
            "pair": (login, network),
            "address": (network,),
            "account": (login,),
        }
        return blind_index("sign-in:" + "|".join((kind, *parts[kind])))

    def places(self) -> dict[str, bytes]:
        """What is remembered of a right sign-in."""
        at = {"address": blind_index(f"sign-in-place:address:{network_of(self.address)}")}
        if self.device:
            at["device"] = blind_index(f"sign-in-place:device:{self.device}")
        return at


def network_of(address: str) -> str:
    """An IPv4 address itself; of IPv6 the first 64 bits, all of which one household or office has."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    if read.version == 4:
        return str(read)
    mapped = read.ipv4_mapped
    return str(mapped) if mapped is not None else str(ipaddress.ip_network((read, 64), strict=False).network_address)


def kinds_for(session: Session, *, user: User | None, origin: Origin, now: dt.datetime) -> tuple[str, ...]:
    """The counts that a try is measured by, the narrowest first."""
    if user is None:
        return ("pair", "address", "account")
    places = origin.places()
    known = session.scalars(
        select(SignInPlace.place).where(
            SignInPlace.user_id == user.id,
            SignInPlace.place.in_(places.values()),
            SignInPlace.last_at > now - FAMILIAR_FOR,
        )
    ).all()
    if places.get("device") in known:
        return ("device",)
    return ("pair",) if places["address"] in known else ("pair", "address", "account")


def seconds_to_wait(session: Session, *, origin: Origin, kinds: tuple[str, ...], now: dt.datetime) -> int:
    """Whole seconds until the next try may be made; 0: now."""
    keys = {origin.key(kind): kind for kind in kinds}
    rows = {
        keys[row.key]: row for row in session.scalars(select(SignInCount).where(SignInCount.key.in_(keys))).all()
    }
    attacked = "account" in rows and round(_left(rows["account"], ACCOUNT, now)) > ACCOUNT.free
    waits = []
    for kind, row in rows.items():
        wait = RULES[kind].wait(_left(row, RULES[kind], row.last_at))
        if kind == "pair" and attacked and round(_left(row, PAIR, now)) >= 1:
            wait = max(wait, ATTACKED_WAIT)
        waits.append(wait - (now - row.last_at).total_seconds())
    return max(0, *(math.ceil(wait) for wait in waits), 0)


def _left(row: SignInCount, rule: Rule, at: dt.datetime) -> float:
    return max(0.0, row.wrong - (at - row.last_at).total_seconds() / rule.forgets)


def count_wrong(session: Session, *, origin: Origin, kinds: tuple[str, ...], now: dt.datetime) -> None:
    """One more wrong try of each kind; one statement each, exact under concurrency."""
    for kind in sorted(kinds):
        fresh = insert(SignInCount).values(key=origin.key(kind), wrong=1.0, last_at=now)
        passed = func.extract("epoch", fresh.excluded.last_at - SignInCount.last_at)
        session.execute(
            fresh.on_conflict_do_update(
                index_elements=[SignInCount.key],
                set_={
                    "wrong": func.greatest(0.0, SignInCount.wrong - func.greatest(0, passed) / RULES[kind].forgets) + 1,
                    "last_at": func.greatest(SignInCount.last_at, fresh.excluded.last_at),
                },
            )
        )


def remember(
    session: Session, *, user: User, origin: Origin, kinds: tuple[str, ...], now: dt.datetime
) -> None:
    """After a right password: this browser and this address are familiar, the narrowest count begins again.

    A known browser leaves the count of its address alone: others may be guessing there.
    """
    session.execute(delete(SignInCount).where(SignInCount.key == origin.key(kinds[0])))
    for place in sorted(origin.places().values()):
        fresh = insert(SignInPlace).values(user_id=user.id, place=place, last_at=now)
        session.execute(
            fresh.on_conflict_do_update(
                index_elements=[SignInPlace.user_id, SignInPlace.place], set_={"last_at": fresh.excluded.last_at}
            )
        )


def prune(session: Session, *, now: dt.datetime) -> None:
    """Drop counts that have run out and places that are strange again."""
    session.execute(delete(SignInCount).where(SignInCount.last_at < now - dt.timedelta(days=2)))
    session.execute(delete(SignInPlace).where(SignInPlace.last_at < now - FAMILIAR_FOR))
