"""What a simulated year consists of, all of it drawn from one seed."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from vitext.dates import VIET_NAM

FIRST_DAY = dt.date(2026, 1, 5)
SLICE = dt.timedelta(minutes=15)
"""People act during a slice, the deadline job at its end; in life it looks every two seconds."""
LAST_WORDS = dt.timedelta(days=10)
"""After the last report people go on for so long; then only the job runs, until every pause has met its cap."""
QUIET_END = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Plan:
    """``tickets`` reports within ``days``, ``restarts`` of the worker, ``crowds`` processes of people."""

    tickets: int
    days: int
    seed: int
    restarts: int = 0
    crowds: int = 1

    @property
    def begin(self) -> dt.datetime:
        return dt.datetime.combine(FIRST_DAY, dt.time(), VIET_NAM).astimezone(dt.UTC)

    @property
    def people_until(self) -> dt.datetime:
        return self.begin + dt.timedelta(days=self.days) + LAST_WORDS

    @property
    def end(self) -> dt.datetime:
        return self.people_until + QUIET_END

    def rng(self, what: object) -> random.Random:
        return random.Random(f"{self.seed}:{what}")

    def share(self, part: float) -> dt.datetime:
        """The instant at which ``part`` of the days with reports is over, at midnight in Viet Nam."""
        return self.begin + dt.timedelta(days=int(self.days * part))

    def arrival(self, number: int) -> dt.datetime:
        """When report ``number`` is sent: more by day than by night, more on weekdays than at the weekend."""
        rng = self.rng(("arrival", number))
        while True:
            day = rng.randrange(self.days)
            if (FIRST_DAY + dt.timedelta(days=day)).weekday() < 5 or rng.random() < 0.45:
                break
        hour = rng.choices(range(24), weights=HOURS)[0]
        return self.begin + dt.timedelta(days=day, hours=hour, seconds=rng.randrange(3600))

    def stops(self) -> list[Stop]:
        """When the worker is stopped, in order: at least a day apart as far as the days allow."""
        rng = self.rng("restarts")
        slots = sorted(rng.sample(range(1, max(self.days, self.restarts + 2)), self.restarts))
        made = []
        for slot in slots:
            at = self.begin + dt.timedelta(days=slot, hours=rng.uniform(0, 20))
            away = rng.choice(AWAY)
            made.append(Stop(min(at, self.people_until), away, rng.random() < 0.7, rng.uniform(0, 0.03)))
        return made


HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 10, 10, 10, 8, 6, 7, 9, 9, 9, 8, 7, 7, 6, 5, 3, 2)
AWAY = (
    dt.timedelta(0), dt.timedelta(0), dt.timedelta(hours=2), dt.timedelta(hours=9), dt.timedelta(days=1),
    dt.timedelta(days=3),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stop:
    """The worker is stopped in the middle of its work and comes back ``away`` later by the virtual clock.

    ``killed``: by SIGKILL, else by SIGTERM; ``after``: seconds of its work before the blow.
    """

    at: dt.datetime
    away: dt.timedelta
    killed: bool
    after: float
