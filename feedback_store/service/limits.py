"""Token buckets in the database: code look-ups, floods. One statement, exact under concurrency."""

from __future__ import annotations

import datetime as dt
import ipaddress

from sqlalchemy import text
from sqlalchemy.orm import Session

from feedback_store.crypto import blind_index

_TAKE = text("""
INSERT INTO rate_counts AS r (key, tokens, refilled_at) VALUES (:key, :burst - 1, :now)
ON CONFLICT (key) DO UPDATE SET
    tokens = least(:burst, r.tokens + extract(epoch FROM CAST(:now AS timestamptz) - r.refilled_at)
        * :per_second) - 1,
    refilled_at = greatest(r.refilled_at, CAST(:now AS timestamptz))
WHERE least(:burst, r.tokens + extract(epoch FROM CAST(:now AS timestamptz) - r.refilled_at)
    * :per_second) >= 1
RETURNING 1
""")


def network(address: str) -> str:
    """The address, or of IPv6 its /64: whoever has one address there has all of them."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def address_key(address: str) -> str:
    """The bucket of all who come from one address, as a blind index."""
    return "ip:" + blind_index(network(address)).hex()[:24]


def take(session: Session, *, key: str, burst: float, per_second: float, now: dt.datetime) -> bool:
    """Take one token of the bucket ``key``; False when it is empty.

    The bucket holds ``burst`` tokens and fills by ``per_second``. ``key`` is at most 96 characters
    and holds no personal data (use a blind index).
    """
    values = {"key": key[:96], "burst": float(burst), "per_second": float(per_second), "now": now}
    return session.execute(_TAKE, values).scalar() is not None


def prune(session: Session, *, now: dt.datetime, older_than: dt.timedelta = dt.timedelta(days=1)) -> int:
    """Drop buckets that nobody touched for a while; they would be full again anyway."""
    done = session.execute(
        text("DELETE FROM rate_counts WHERE refilled_at < :limit RETURNING 1"), {"limit": now - older_than}
    )
    return len(done.all())
