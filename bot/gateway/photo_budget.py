"""How much decoding strangers may ask for: one bucket an address and one in all.

Counted in units of ``feedback_store.photos.limits.effort``: one megapixel of a PNG or HEIC, about 30 ms of CPU. In
memory on purpose: it protects this process's machine, nothing depends on it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from feedback_store.service.limits import network

ADDRESS_BURST = 400.0
ADDRESS_PER_MINUTE = 200.0
TOTAL_BURST = 800.0
TOTAL_PER_MINUTE = 1000.0
KEEP = 10_000
FAILURE = 100.0
"""What a photo costs in addition that used up the memory or the time of its child."""


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` units at once, then ``per_minute``."""

    burst: float
    per_minute: float


class PhotoBudget:
    """``take`` before a photo is decoded, ``charge`` for what it cost beyond that."""

    def __init__(
        self,
        *,
        address: Rate = Rate(ADDRESS_BURST, ADDRESS_PER_MINUTE),
        total: Rate = Rate(TOTAL_BURST, TOTAL_PER_MINUTE),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = address
        self._total = total
        self._clock = clock
        self._everybody = (total.burst, clock())
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, address: str, units: float) -> tuple[int, bool]:
        """(0, _) when ``units`` were taken; else the seconds to wait, and whether this address alone has to."""
        now, key = self._clock(), network(address)
        own = _filled(self._buckets.get(key, (self._address.burst, now)), self._address, now)
        everybody = _filled(self._everybody, self._total, now)
        wait_own, wait_all = _wait(own, units, self._address), _wait(everybody, units, self._total)
        if wait_own or wait_all:
            return max(wait_own, wait_all), wait_own >= wait_all
        self._put(key, own - units, now)
        self._everybody = (everybody - units, now)
        return 0, False

    def charge(self, address: str, units: float) -> None:
        """Take ``units`` whether they are there or not."""
        now, key = self._clock(), network(address)
        self._put(key, _filled(self._buckets.get(key, (self._address.burst, now)), self._address, now) - units, now)
        self._everybody = (_filled(self._everybody, self._total, now) - units, now)

    def _put(self, key: str, units: float, now: float) -> None:
        self._buckets.pop(key, None)
        self._buckets[key] = (units, now)
        if len(self._buckets) > KEEP:
            self._buckets.pop(next(iter(self._buckets)))


def _filled(bucket: tuple[float, float], rate: Rate, now: float) -> float:
    units, at = bucket
    return min(rate.burst, units + (now - at) * rate.per_minute / 60)


def _wait(units: float, wanted: float, rate: Rate) -> int:
    """Seconds until ``wanted`` units are there; a photo dearer than the whole bucket needs a full one."""
    missing = min(wanted, rate.burst) - units
    return max(0, math.ceil(missing * 60 / rate.per_minute))
