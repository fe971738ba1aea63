"""Everything that could claim words: the open question, the report that is open, what was talked of, the world.

Each reader gives readings of a ``Said`` in a ``State``; none of them acts. ``READERS`` is their order among equals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from actions.choice.changes import drops, edits
from actions.choice.open_report import report_question
from actions.choice.questions import (
    asks_code,
    codes,
    corrects_sent,
    named_stars,
    outside_question,
    pressed,
    staff_question,
    stars,
    still_there,
    takes_back,
    unseals,
)
from actions.choice.reading import Reading
from actions.choice.said import Said
from actions.choice.state import State
from actions.choice.talked_of import (
    after_danger,
    complaint,
    follow_up,
    foreign,
    name_needed,
    nothing_sent,
    only_asked,
    others_data,
    own_data,
    own_report,
    pointed,
    procedure_follow_up,
    revives,
    rules,
    service,
)
from actions.choice.world import cancels_asked, nods, noise, puts_off, route, second_matter, several, story

Reader = Callable[[Said, State], Iterator[Reading]]

READERS: tuple[Reader, ...] = (
    pressed, named_stars, stars, outside_question, still_there, asks_code, corrects_sent, takes_back, unseals, codes,
    cancels_asked, drops, edits, report_question, staff_question, foreign, after_danger, name_needed, rules,
    others_data, own_data, pointed, procedure_follow_up, service, revives, nothing_sent, own_report, complaint,
    only_asked, follow_up, second_matter, nods, puts_off, several, story, noise, route,
)  # fmt: skip


def readings(said: Said, state: State) -> list[Reading]:
    """All readings of a message, in the order of the readers."""
    if said.turn.payload:
        return list(pressed(said, state))
    return [one for reader in READERS for one in reader(said, state)]
