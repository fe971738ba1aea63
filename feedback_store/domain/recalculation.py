"""What a newer calendar or policy does to a clock that already runs (reference sla.md, rules 8, 10, 12 and 14).

The reasons are in docs/adr/0016.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from feedback_store.domain.due import Target
from feedback_store.domain.policy import ServiceClass

Effect = Literal["none", "later", "earlier", "promise_later", "late", "past", "unit"]
MOVING: tuple[Effect, ...] = ("later", "earlier", "promise_later")
"""Effects that change a due time; the others leave it and say why."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two due times: as it is, and as the newer versions would have it."""

    standing: str
    old: dt.datetime
    new: dt.datetime

    def movable(self, now: dt.datetime) -> bool:
        """A breach is a stored fact, and a due that has passed is one, even before it was stored (rule 10)."""
        return self.standing == "running" and self.old >= now


def effect_of(*, promise: bool, same_unit: bool, original: Side, current: Side, now: dt.datetime) -> Effect:
    """What happens to the clock. Nothing becomes late by a recalculation, and nothing late becomes on time.

    A later promise moves its current due alone, once the citizen was told (rule 8), and only where the newer target
    counts in the same unit: ``unit`` otherwise.
    """
    sides = (original, current)
    changed = [side for side in sides if side.movable(now) and side.new != side.old]
    if promise and current.new > current.old and current.movable(now):
        return "promise_later" if same_unit else "unit"
    if promise and not (current.movable(now) and current.new < current.old):
        changed = []
    if not changed:
        stuck = any(side.new != side.old and not side.movable(now) for side in sides)
        return "late" if stuck else "none"
    if any(side.new <= now for side in changed):
        return "past"
    lead = current if current in changed else changed[0]
    return "later" if lead.new > lead.old else "earlier"


def newer_target(
    kind: str, target: Target, *, old: ServiceClass | None, new: ServiceClass | None, shared: bool
) -> tuple[Target, int]:
    """The target of the newer policy for a running clock, and what a share adds to a promise's current due.

    ``old`` is the ticket's class as the clock's own policy version has it. A clock whose target is not the one of that
    class keeps it: it is a promise that a slower class did not replace (rule 14).
    """
    if old is None or new is None:
        return target, 0
    if kind == "promise":
        if target != old.resolve:
            return target, 0
        more = new.shared_resolve.amount - new.resolve.amount
        same = new.shared_resolve.kind == new.resolve.kind
        return new.resolve, max(0, more) if shared and same else 0
    if kind == "resolve":
        if target not in (old.resolve, old.shared_resolve):
            return target, 0
        together = target == old.shared_resolve if old.shared_resolve != old.resolve else shared
        return (new.shared_resolve if together else new.resolve), 0
    was = {"triage": old.triage, "accept": old.accept, "notify": old.notify}[kind]
    return ({"triage": new.triage, "accept": new.accept, "notify": new.notify}[kind] if target == was else target), 0
