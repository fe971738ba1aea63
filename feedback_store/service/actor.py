"""Who acts, and the typed refusal of what they may not do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["citizen", "bot", "user", "system"]
Role = Literal["operator", "supervisor", "officer", "leader", "manager", "administrator"]

ROLES: tuple[Role, ...] = (
    "operator",
    "supervisor",
    "officer",
    "leader",
    "manager",
    "administrator",
)
HOTLINE_ROLES: frozenset[Role] = frozenset({"operator", "supervisor", "administrator"})
AGENCY_ROLES: frozenset[Role] = frozenset({"officer", "leader"})


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or process behind a change; stored with every ticket event.

    ``role`` and ``agency_id`` are set for console users alone (decision 17).
    """

    kind: ActorKind
    user_id: int | None = None
    role: Role | None = None
    agency_id: int | None = None

    @property
    def is_hotline(self) -> bool:
        return self.role in HOTLINE_ROLES

    @property
    def is_agency(self) -> bool:
        return self.role in AGENCY_ROLES


SYSTEM = Actor("system")
BOT = Actor("bot")
CITIZEN = Actor("citizen")


class Refused(Exception):
    """A use case declined. ``key`` names the sentence in ``data/texts``, ``params`` fill it."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.key = key
        self.params = params


def hotline_only(actor: Actor) -> None:
    """Citizens, bot and jobs have rules of their own; of people only the hotline's. Raises ``Refused``."""
    if actor.kind == "user" and not actor.is_hotline:
        raise Refused("tickets.not_allowed")
