"""Readers of what is wanted changed in an open report: a part, the whole text, words of it, one of its matters."""

from __future__ import annotations

from collections.abc import Iterator

from actions.choice.reading import Follows, Heard, Reading
from actions.choice.said import Said
from actions.choice.state import State
from actions.choice.telling import whole
from feedback_store.reading.dropping import dropped, drops_taken_up
from feedback_store.reading.edits import parts_named, text_anew
from feedback_store.reading.taking_out import meant, taking_out


def edits(said: Said, state: State) -> Iterator[Reading]:
    """The whole text said anew, words that are to leave it, a part that is named or chosen from the list."""
    if not state.writing:
        return
    text = text_anew(said.turn.text) if state.step != "text" else None
    if text is not None:
        yield whole("rewrite", "rewrite_report", said, Heard.QUESTION, sure=0.97, follows=Follows.KEEPS,
                    with_={"text": text})  # fmt: skip
    asked = any(payload.startswith("/report_edit{") for _, payload in state.shown)
    asked = asked or (state.summary_shown and " ".join(said.words) in LABELS)
    parts = parts_named(said.turn.text, asked=asked)
    if parts:
        yield whole("part", "report_edit", said, Heard.QUESTION, sure=0.96, with_={"part": parts[0]})
    wanted = taking_out(said.turn.text) if state.data.text else None
    if wanted is not None and (wanted.which != "matter" or meant(wanted, state.data.text)):
        yield whole("take out", "take_out", said, Heard.QUESTION, sure=0.98, follows=Follows.CHANGES)


LABELS = frozenset(("noi dung", "linh vuc", "dia diem", "so dien thoai"))
"""What the buttons of the list of parts say; typed at the summary they mean the part."""
RUN = 2
"""A matter is denied and dropped in so many clauses that stand together."""


def drops(said: Said, state: State) -> Iterator[Reading]:
    """ "Không phải học phí, bỏ đi": a matter that waits, or that was taken up, is left out; a part beside it edited."""
    if not state.later and not state.data.taken_up:
        return
    count = len(said.clauses)
    for length in range(min(RUN, count), 0, -1):
        for first in range(count - length + 1):
            takes = tuple(range(first, first + length))
            text = said.turn.text[said.clauses[first].start : said.clauses[takes[-1]].end]
            numbers = dropped(text, state.later, state.subject)
            if not numbers and not (state.data.taken_up and drops_taken_up(text, state.subject)):
                continue
            yield Reading("drop", "drop_matter", takes, Heard.QUESTION, Follows.CHANGES, 0.97,
                          with_={"numbers": numbers})  # fmt: skip
            for number in set(said.every) - set(takes):
                if parts := parts_named(said.clauses[number].text, asked=False):
                    yield Reading("part", "report_edit", (number,), Heard.QUESTION, sure=0.96, with_={"part": parts[0]})
            return
