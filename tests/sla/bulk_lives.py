"""Seeded random lives of tickets: what happens to each, and when, measured by the due times of its own clocks."""

from __future__ import annotations

import datetime as dt
import heapq
import random
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import ClassVar

from feedback_store.domain.codes import check_digit
from feedback_store.domain.lifecycle import IllegalMove
from tests.sla.bulk_case import Case
from tests.sla.bulk_rows import AgencyFacts, LegRow, TicketRow, World

Wake = Iterator[dt.datetime]
"""A strand of a life: it yields the instant at which it goes on."""
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
TEXT = "Mặt đường bị lún, xe máy đi qua rất nguy hiểm"
SEARCH = "mat duong bi lun, xe may di qua rat nguy hiem"
STEP = 7_919
"""Prime to 10⁸: numbers of tickets become codes that no two of them share."""


def born(world: World, seed: int, number: int) -> Case:
    """Ticket ``number`` at its receipt; equal for equal seeds."""
    rng = random.Random(f"{seed}:{number}")
    service_class = rng.choice(sorted(world.categories))
    channel = rng.choices(("web", "telegram", "zalo", "phone"), weights=(5, 3, 1, 3))[0]
    chat = channel != "phone" and not (channel == "web" and rng.random() < 0.1)
    length = world.end - world.begin
    late = rng.random() < 0.03  # of some the life is cut short by the end
    at = world.end - DAY * 4 * rng.random() if late else world.begin + length * rng.random()
    digits = f"{number * STEP % 10**8:08d}"
    digits += str(check_digit(digits))
    code = f"PA-{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    ticket = TicketRow(
        world.new_id("tickets"), code, channel, rng.choice(world.conversations[channel]) if chat else None,
        rng.choice(world.communes), rng.choice(world.categories[service_class]), service_class, at, TEXT,
        f"{code.lower()} {SEARCH}", at, at,
    )  # fmt: skip
    case = Case(world, ticket)
    Life(case, rng).live()
    return case


class Life:
    """Strands that run beside each other, in the order of their instants, until the world ends."""

    refused: ClassVar[Counter[str]] = Counter()

    def __init__(self, case: Case, rng: random.Random) -> None:
        self.case, self.rng = case, rng
        self.strands: list[tuple[dt.datetime, int, Wake]] = []
        self.numbers = count()

    def live(self) -> None:
        self.case.file()
        self.start(self.whole())
        while self.strands:
            at, number, strand = heapq.heappop(self.strands)
            if at > self.case.world.end:
                continue
            self.case.begin(at)
            self.go_on(strand, number)
        self.case.begin(self.case.world.end)

    def start(self, strand: Wake) -> None:
        self.go_on(strand, next(self.numbers))

    def go_on(self, strand: Wake, number: int) -> None:
        try:
            at = next(strand)
        except StopIteration:
            return
        except IllegalMove as error:
            self.refused[error.key] += 1
            return
        heapq.heappush(self.strands, (max(at, self.case.now), number, strand))

    # ---- when ----------------------------------------------------------------------------------

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def within(self, span: dt.timedelta) -> dt.datetime:
        return self.case.now + span * self.rng.random()

    def by(self, due: dt.datetime, late: float = 0.05) -> dt.datetime:
        """Before ``due``, on its very instant, right after it or long after it."""
        if due <= self.case.now:
            return self.within(DAY)
        if self.chance(late):
            return due + self.rng.choice((1 * MINUTE, HOUR, 2 * DAY, 6 * DAY)) * self.rng.random()
        if self.chance(0.1):
            after = (1, 1_000_000) if late else ()
            return due + dt.timedelta(microseconds=self.rng.choice((-1, 0, 0, 0, *after)))
        return self.case.now + (due - self.case.now) * self.rng.random()

    # ---- what ----------------------------------------------------------------------------------

    def agency(self) -> AgencyFacts:
        return self.rng.choice(self.case.world.agencies)

    def other(self, *legs: LegRow) -> AgencyFacts:
        known = {leg.agency_id for leg in legs}
        return self.rng.choice([one for one in self.case.world.agencies if one.id not in known])

    def whole(self) -> Wake:
        case = self.case
        if self.chance(0.02):
            return  # filed, and nobody ever looks at it
        if self.chance(0.03):
            self.start(self.taken_back())
        yield self.by(case.clock("triage").current_due)
        if self.chance(0.06):
            yield from self.refusal()
            return
        leg = case.dispatch(self.agency())
        self.start(self.work(leg))
        if self.chance(0.12):
            yield self.by(case.clock("resolve", leg).current_due, late=0.05)
            self.start(self.work(case.dispatch(self.other(*case.legs))))

    def refusal(self) -> Wake:
        self.case.refuse()
        if not self.case.readable_at_once and self.chance(0.9):
            yield self.within(self.rng.choice((MINUTE, DAY, 5 * DAY)))
            self.case.refusal_told()

    def taken_back(self) -> Wake:
        yield self.within(self.rng.choice((HOUR, 3 * DAY, 10 * DAY)))
        self.case.withdraw()

    def work(self, leg: LegRow) -> Wake:
        """A leg from its dispatch to its result, its return or nothing more. Every third agency is never late, so that
        K1 counts some."""
        case, prompt = self.case, leg.agency_id % 3 == 0
        late = 0 if prompt else 0.08
        if not prompt and self.chance(0.04):
            return  # the agency never takes it
        if self.chance(0.85):
            yield self.by(case.clock("accept", leg).current_due, late)
            case.accept(leg)
        if self.chance(0.1):
            yield self.by(case.clock("accept", leg).current_due, 5 * late)
            case.give_back(leg, self.other(leg))
            yield self.within(DAY)
            if case.is_open:
                self.start(self.work(case.dispatch(self.other(*case.legs))))
            return
        if self.chance(0.12):
            self.start(self.waiting(leg))
        if self.chance(0.08):
            self.start(self.more_time(leg))
        if not prompt and self.chance(0.03):
            return  # taken, and never answered
        yield self.by(case.clock("resolve", leg).current_due, late)
        while case.open_pauses() and self.chance(0.7):  # most wait with their answer as long as the citizen is awaited
            yield self.within(2 * DAY)
        case.answer(leg)
        yield from self.result(leg)

    def result(self, leg: LegRow) -> Wake:
        case = self.case
        yield self.by(case.clock("notify", leg).current_due)
        case.release(leg)
        if self.chance(0.95):
            yield self.within(self.rng.choice((MINUTE, MINUTE, DAY)))
            case.delivered(leg)
        if self.chance(0.08):
            yield self.within(20 * DAY)
            self.start(self.work(case.reopen()))
        elif self.chance(0.6):
            yield self.within(3 * DAY)
            case.close()

    def waiting(self, leg: LegRow) -> Wake:
        """The clocks wait for the citizen, who answers, or not before the pause's cap or the end."""
        case = self.case
        yield self.by(case.clock("resolve", leg).current_due, late=0.05)
        case.pause(leg if self.chance(0.5) else None)
        if self.chance(0.75):
            yield self.within(self.rng.choice((HOUR, DAY, 4 * DAY)))
            case.resume()

    def more_time(self, leg: LegRow) -> Wake:
        case, resolve = self.case, self.case.clock("resolve", leg)
        yield self.by(resolve.current_due, late=0.05)
        asked = case.ask_time(leg, self.rng.randint(1, resolve.target_amount))
        if self.chance(0.08):
            return  # nobody ever decides
        yield self.by(resolve.current_due, late=0.3)
        case.decide(leg, asked, self.chance(0.75))
        if asked.decision == "granted" and asked.told_at is None:
            yield self.within(self.rng.choice((MINUTE, DAY)))
            if case.is_open:
                case.new_date_told(leg, asked)
