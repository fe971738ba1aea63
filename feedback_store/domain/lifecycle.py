"""Life cycle of tickets and legs: which move is legal from which state, and what it leads to.

Every refusal is an :class:`IllegalMove` with the key of a sentence in ``data/texts/tickets.yaml``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

TicketState = Literal[
    "new", "dispatched", "in_progress", "answered", "released", "closed", "refused", "withdrawn"
]
LegState = Literal["dispatched", "accepted", "answered", "released", "returned", "cancelled"]
RefusalGround = Literal["scope", "area", "duplicate", "too_little", "prank", "other"]
REFUSAL_GROUNDS: tuple[RefusalGround, ...] = ("scope", "area", "duplicate", "too_little", "prank", "other")
"""Rule 15: why an operator refuses a report."""

OPEN_TICKET: frozenset[str] = frozenset({"new", "dispatched", "in_progress", "answered"})
OVER_TICKET: frozenset[str] = frozenset({"closed", "refused", "withdrawn"})
ACTIVE_LEG: frozenset[str] = frozenset({"dispatched", "accepted", "answered"})
STANDING_LEG: frozenset[str] = ACTIVE_LEG | {"released"}

_TICKET_MOVES: dict[str, frozenset[str]] = {
    "dispatch": frozenset({"new", "dispatched", "in_progress"}),
    "refuse": frozenset({"new"}),
    "withdraw": OPEN_TICKET,
    "pause": OPEN_TICKET,
    "change_category": OPEN_TICKET,
    "close": frozenset({"released"}),
    "reopen": frozenset({"released", "closed"}),
    "rate": frozenset({"released", "closed"}),
    "add": OPEN_TICKET | {"released", "closed"},
}
_LEG_MOVES: dict[str, frozenset[str]] = {
    "accept": frozenset({"dispatched"}),
    "return": frozenset({"dispatched", "accepted"}),
    "submit": frozenset({"dispatched", "accepted"}),
    "send_back": frozenset({"answered"}),
    "release": frozenset({"answered"}),
    "deliver": frozenset({"released"}),
}


class IllegalMove(Exception):
    """The move is not possible from this state; ``key`` names the sentence that says why."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.key = key
        self.params = params


def refusal_ground(code: str) -> RefusalGround:
    """The ground of a form; whatever is none of the list counts as another one."""
    return next((ground for ground in REFUSAL_GROUNDS if ground == code), "other")


def check_ticket_move(move: str, state: str) -> None:
    if state not in _TICKET_MOVES[move]:
        raise IllegalMove(f"tickets.illegal_{move}", state=state)


def check_leg_move(move: str, state: str) -> None:
    if state not in _LEG_MOVES[move]:
        raise IllegalMove(f"tickets.illegal_leg_{move}", state=state)


def may_ticket(move: str, state: str) -> bool:
    return state in _TICKET_MOVES[move]


def may_leg(move: str, state: str) -> bool:
    return state in _LEG_MOVES[move]


def ticket_state_from_legs(leg_states: Iterable[str]) -> TicketState:
    """State of a ticket that was dispatched, from the states of its legs."""
    standing = [state for state in leg_states if state in STANDING_LEG]
    if not standing:
        return "new"
    if all(state == "released" for state in standing):
        return "released"
    if all(state in ("answered", "released") for state in standing):
        return "answered"
    if any(state in ("accepted", "answered", "released") for state in standing):
        return "in_progress"
    return "dispatched"


# Words that say a case was handed on or looked at, not what was done (sla.md, rule 9). A result
# made of these alone ("Đã chuyển UBND phường xử lý theo thẩm quyền") has no substance.
_HOLLOW = frozenset(
    """da dang se duoc chuyen giao phan cong nhac nho tiep nhan ghi nhan kiem tra xu ly giai quyet xem xet
    don vi co quan phong ban bo phan can bo chuyen vien dia phuong so ho dan chuc nang chuyen mon lien quan
    phu trach theo tham quyen quy dinh xong roi a nhe ubnd uy nhan xa phuong va cho den toi ve voi yeu cau de
    nghi thong bao noi dung phan anh kien y cua nguoi cong kinh gui ok ro truong hop nay viec nghi chung don
    doc thuc hien len lam tren""".split()
)
MIN_SUBSTANCE_WORDS = 3
MIN_RESULT_WORDS = 6
MIN_REASON_WORDS = 3


@dataclass(frozen=True, slots=True)
class ResultDraft:
    """What an officer hands in: text, number of files, and the reason where there is none."""

    text: str
    evidence: int
    no_evidence_reason: str | None


def fold(text: str) -> str:
    """Lower case without marks, single spaces, letters and digits only."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D")).lower()
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.split())


def check_result(draft: ResultDraft) -> None:
    """A result needs substance: text, plus a file or a stated reason why none."""
    folded = fold(draft.text)
    if not folded:
        raise IllegalMove("tickets.result_empty")
    if sum(word not in _HOLLOW for word in folded.split()) < MIN_SUBSTANCE_WORDS:
        raise IllegalMove("tickets.result_no_substance")
    if len(folded.split()) < MIN_RESULT_WORDS:
        raise IllegalMove("tickets.result_too_short", words=MIN_RESULT_WORDS)
    reason = fold(draft.no_evidence_reason or "")
    if draft.evidence == 0 and len(reason.split()) < MIN_REASON_WORDS:
        raise IllegalMove("tickets.result_no_evidence")


def check_reason(reason: str | None) -> str:
    """A reason that a person can read; gives it stripped."""
    text = (reason or "").strip()
    if len(fold(text).split()) < 2:
        raise IllegalMove("tickets.reason_needed")
    return text
