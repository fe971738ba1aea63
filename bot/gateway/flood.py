"""One person's flood: a token bucket per conversation, one notice, messages still stored.

Only a message that comes while older ones still wait costs a token. Whoever lets the bot answer is never too fast,
however quickly they go on.
"""

from __future__ import annotations

import math
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
        """Pass, tell once that it is too fast, or only store. Taking a token is ``took``'s."""
        tokens, told = self._now(peer)
        if tokens >= 1:
            return "pass"
        self._put(peer, tokens, True)
        return "quiet" if told else "tell"

    def took(self, peer: str, *, waiting: bool, photos: int = 0) -> None:
        """A message was taken; ``waiting``: older ones of this person still wait for their answer. Each photo counts as
        a message of its own."""
        if not waiting:
            self._buckets.pop(peer, None)
            return
        tokens, _ = self._now(peer)
        self._put(peer, tokens - max(1, photos), False)

    def wait(self, peer: str) -> int:
        """Seconds until the next message passes."""
        tokens, _ = self._now(peer)
        return max(1, math.ceil((1 - tokens) / self._rate))

    def _now(self, peer: str) -> tuple[float, bool]:
        now = time.monotonic()
        tokens, at, told = self._buckets.get(peer, (self._burst, now, False))
        return min(self._burst, tokens + (now - at) * self._rate), told

    def _put(self, peer: str, tokens: float, told: bool) -> None:
        self._buckets.pop(peer, None)
        self._buckets[peer] = (tokens, time.monotonic(), told)
        if len(self._buckets) > KEEP:
            self._buckets.pop(next(iter(self._buckets)))
