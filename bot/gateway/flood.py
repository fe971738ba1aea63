"""One person's flood: a token bucket per conversation, one notice, messages still stored."""

from __future__ import annotations

import time
from typing import Literal

BURST = 30.0
PER_SECOND = 1.0
KEEP = 10_000


class Flood:
    """In memory on purpose: it protects this process's engine share, nothing depends on it."""

    def __init__(self, *, burst: float = BURST, per_second: float = PER_SECOND) -> None:
        self._burst = burst
        self._rate = per_second
        self._buckets: dict[str, tuple[float, float, bool]] = {}

    def check(self, peer: str) -> Literal["pass", "tell", "quiet"]:
        """Pass, tell once that it is too fast, or only store."""
        now = time.monotonic()
        tokens, at, told = self._buckets.get(peer, (self._burst, now, False))
        tokens = min(self._burst, tokens + (now - at) * self._rate)
        if tokens >= 1:
            self._put(peer, (tokens - 1, now, False))
            return "pass"
        self._put(peer, (tokens, now, True))
        return "quiet" if told else "tell"

    def _put(self, peer: str, bucket: tuple[float, float, bool]) -> None:
        self._buckets.pop(peer, None)
        self._buckets[peer] = bucket
        if len(self._buckets) > KEEP:
            self._buckets.pop(next(iter(self._buckets)))
