"""How many messages come a second, so that taking them can go before answering them."""

from __future__ import annotations

import math
import time

# Twice what a small machine answers in a second: taking messages comes first then, and turns go one by one.
CROWD_PER_SECOND = 120.0


class Arrivals:
    """How many messages come a second, averaged over about the last half second."""

    SECONDS = 0.5

    def __init__(self) -> None:
        self._level, self._at = 0.0, time.monotonic()

    def add(self, count: int) -> None:
        self._level, self._at = self.per_second() + count / self.SECONDS, time.monotonic()

    def per_second(self) -> float:
        return self._level * math.exp((self._at - time.monotonic()) / self.SECONDS)

    @property
    def crowd(self) -> bool:
        """More come than can be answered meanwhile."""
        return self.per_second() > CROWD_PER_SECOND
