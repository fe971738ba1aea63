"""The moves that the first screen of a ticket offers its reader: what the work waits for, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from console.context import HOTLINE
from feedback_store.domain.lifecycle import ACTIVE_LEG, may_leg, may_ticket
from feedback_store.queries.tickets import TicketPage
from feedback_store.service.sessions import CurrentUser

if TYPE_CHECKING:
    from feedback_store.tables import Agency, Leg, Pause

AT_WORK = ACTIVE_LEG | {"released"}


@dataclass(frozen=True, slots=True)
class NextMove:
    """``kind``: dispatch, release, decide, word, accept, submit or close; ``leg`` and ``agency`` where one is meant."""

    kind: str
    leg: Leg | None = None
    agency: Agency | None = None


def may_move(user: CurrentUser, shown: TicketPage, move: str) -> bool:
    """Whether the reader may make this move of the whole ticket."""
    return user.role in HOTLINE and may_ticket(move, shown.ticket.state)


def may_move_leg(user: CurrentUser, leg: Any, move: str) -> bool:
    """Whether the reader may make this move of a leg."""
    if move in ("send_back", "release", "deliver"):
        return user.role in HOTLINE and may_leg(move, leg.state)
    if not user.actor.is_agency or leg.agency_id != user.agency_id:
        return False
    if move in ("extend", "ask", "pause"):
        return leg.state in ("dispatched", "accepted") and (move != "extend" or user.role == "leader")
    if leg.for_leader and move in ("accept", "submit") and user.role != "leader":
        return False
    return may_leg(move, leg.state)


def at_work(shown: TicketPage) -> bool:
    """Whether an agency has the report, so that giving it to another one is no longer what it waits for."""
    return any(leg.state in AT_WORK for leg, _ in shown.legs)


def next_moves(user: CurrentUser, shown: TicketPage) -> list[NextMove]:
    """What the reader can do now, in the order of the legs."""
    found = []
    if may_move(user, shown, "dispatch") and not at_work(shown):
        found.append(NextMove("dispatch"))
    for leg, agency in shown.legs:
        found += [NextMove(kind, leg, agency) for kind in _of_leg(user, shown, leg)]
    if may_move(user, shown, "close"):
        found.append(NextMove("close"))
    return found


def _of_leg(user: CurrentUser, shown: TicketPage, leg: Leg) -> list[str]:
    found = [kind for kind in ("release", "accept", "submit") if may_move_leg(user, leg, kind)][:1]
    asked = shown.extensions.get(leg.id)
    if asked is not None and not asked.decision and user.role in ("supervisor", "administrator"):
        found.append("decide")
    if awaited(shown, leg) is not None and user.role in ("supervisor", "administrator"):
        found.append("word")
    return found


def awaited(shown: TicketPage, leg: Leg) -> Pause | None:
    """The leg's pause that waits for the supervisor's word."""
    found = (pause for pause in shown.pauses if pause.leg_id == leg.id and pause.ended_at is None)
    return next((pause for pause in found if pause.word_due_at is not None and pause.word is None), None)
