"""What a conversation remembers, as plain data: what was asked, what is being written, what was talked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from feedback_store.service.drafts import ReportData, Step

Focus = str
"""What was talked of last: "procedure", "report", "complaint", or "" (nothing)."""


@dataclass(frozen=True, slots=True)
class Own:
    """A report of this chat. ``words``: folded words of its text and place, for finding it by them."""

    ticket_id: int
    code: str
    state: str
    category: str
    category_name: str = ""
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class State:
    """``question``: the open one outside the report ("" none). ``step``: what the open report lacks ("" no report).

    ``own``: reports of this chat, newest first. ``procedures``: keys, newest first, at most three. ``unrated``: ids of
    reports whose result waits for stars. ``waiting``: category of the report about which an operator's question waits.
    """

    question: str = ""
    step: Step | str = ""
    summary_shown: bool = False
    data: ReportData = field(default_factory=ReportData)
    later: tuple[frozenset[str], ...] = ()
    """What names each matter that waits until this report is sent."""
    subject: frozenset[str] = frozenset()
    """What names the matter in hand."""
    answer: Mapping[str, float] = field(default_factory=dict)
    """What the words say where they answer the report that is open: learned, with chances (`opinion.answers`)."""
    own: tuple[Own, ...] = ()
    procedures: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    """Procedures in the order in which they were first asked about."""
    focus: Focus = ""
    about: tuple[str, ...] = ()
    """What was asked last of a report: "còn cái kia" asks the same of the other."""
    unrated: tuple[int, ...] = ()
    rated: int | None = None
    last: int | None = None
    """The report that was talked of last."""
    after_danger: bool = False
    """An emergency is over and no report was made of it."""
    cancelled: bool = False
    """A report was cancelled and none begun since."""
    waiting: str | None = None
    reopening: int | None = None
    """The report that is to be opened again, asked about."""
    sealed: bool = False
    called: bool = False
    """A person was asked for and has not called yet."""
    missed: int = 0
    shown: tuple[tuple[str, str], ...] = ()
    """Labels and payloads of the buttons that were shown last."""

    @property
    def writing(self) -> bool:
        """Whether a report is open."""
        return bool(self.step)
