"""Service classes and their targets (reference sla.md, table of defaults); versioned data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from feedback_store.domain.due import Target, target_from_data

ClockKind = Literal["promise", "triage", "accept", "resolve", "notify"]
HOTLINE_CLOCKS: tuple[ClockKind, ...] = ("promise", "triage", "notify")


class PolicyError(ValueError):
    """The policy cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class ServiceClass:
    """Targets of one class. ``shared_resolve`` holds where several agencies share a case."""

    code: str
    name: str
    resolve: Target
    shared_resolve: Target
    triage: Target
    accept: Target
    notify: Target

    def target(self, kind: ClockKind, *, shared: bool = False) -> Target:
        if kind in ("promise", "resolve"):
            return self.shared_resolve if shared else self.resolve
        return {"triage": self.triage, "accept": self.accept, "notify": self.notify}[kind]


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the policy with its limits, in working days unless named otherwise.

    ``reserve_for_release``: the notify target is kept back from the agency (rule 16); versions older than the rule
    do not name it and keep nothing back.
    """

    classes: Mapping[str, ServiceClass]
    pause_days_each: int = 5
    pause_days_total: int = 10
    extensions: int = 1
    reopen_days: int = 30
    reserve_for_release: bool = False

    def service_class(self, code: str) -> ServiceClass:
        try:
            return self.classes[code]
        except KeyError as error:
            raise PolicyError(f"unknown service class: {code!r}") from error


RESERVE = "reserve_for_release"
"""The policy's switch of rule 16 in its data."""

#: Order from the most to the least pressing, for "the faster of two classes".
URGENCY = ("H5", "U4", "H24", "N3", "N7", "P10")


def in_order(codes: Iterable[str]) -> list[str]:
    """Class codes from the most to the least pressing; others after them, by name."""
    return sorted(codes, key=lambda code: (URGENCY.index(code) if code in URGENCY else len(URGENCY), code))


def faster(first: str, second: str) -> str:
    """The more pressing of two classes; unknown ones come last."""
    return min(first, second, key=lambda c: URGENCY.index(c) if c in URGENCY else len(URGENCY))


def policy_from_data(data: Mapping[str, Any]) -> Policy:
    """Read ``{classes: {N3: {name, resolve, triage, accept, notify, shared_resolve?}}, limits: {…}}``, with
    ``reserve_for_release: true`` where the version has rule 16."""
    classes: dict[str, ServiceClass] = {}
    for code, entry in (data.get("classes") or {}).items():
        try:
            resolve = target_from_data(entry["resolve"])
            classes[code] = ServiceClass(
                code=code,
                name=entry["name"],
                resolve=resolve,
                shared_resolve=target_from_data(entry["shared_resolve"]) if "shared_resolve" in entry else resolve,
                triage=target_from_data(entry["triage"]),
                accept=target_from_data(entry["accept"]),
                notify=target_from_data(entry["notify"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise PolicyError(f"service class {code}: {error}") from error
    if not classes:
        raise PolicyError("a policy needs at least one service class")
    limits = {name: int(value) for name, value in (data.get("limits") or {}).items()}
    return Policy(classes, **limits, reserve_for_release=data.get(RESERVE, False) is True)
