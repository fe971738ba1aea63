"""A change of category is seen before it is saved, and the citizen is told of it in every case."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.queries import calls_owed
from feedback_store.service import deadlines, recategorising
from feedback_store.service.recategorising import Preview
from feedback_store.tables import Clock, Ticket
from tests.integration.tickets.conftest import OPERATOR, Desk, at
from vitext.dates import spoken_time

N3, N7, H24 = "moi-truong.rac", "cap-nuoc.hoa-don", "duong-bo.o-ga"
FILED = "2026-03-02 09:00"  # Monday; N3 is promised for Thursday at 17:00
WHY = "Phân loại lại cho đúng"


def change(desk: Desk, ticket: Ticket, category: str, when: str) -> str:
    """What the citizen reads of it."""
    recategorising.change_category(desk.session, ticket_id=ticket.id, category_code=category, reason=WHY,
                                   actor=OPERATOR, expected_version=None, now=at(when))
    notice, words = desk.told(ticket)[-1]
    assert notice == recategorising.NOTICE
    assert WHY not in words
    return words


def see(desk: Desk, ticket: Ticket, category: str, when: str) -> Preview:
    return recategorising.preview(desk.session, ticket=ticket, category_code=category, reason=WHY, actor=OPERATOR,
                                  expected_version=None, now=at(when))


def dues(desk: Desk) -> list[tuple[str, dt.datetime]]:
    desk.session.flush()
    query = select(Clock.kind, Clock.current_due).where(Clock.kind.in_(("promise", "resolve"))).order_by(Clock.id)
    return [(kind, due) for kind, due in desk.session.execute(query)]


@pytest.mark.parametrize(("category", "when"), [
    (N7, "2026-03-02 09:30"), (H24, "2026-03-02 09:30"), (H24, "2026-03-04 10:00"), (N7, "2026-03-06 09:00"),
])  # fmt: skip
def test_the_preview_writes_nothing_and_gives_the_dues_that_the_change_then_stores(
    desk: Desk, category: str, when: str
) -> None:
    ticket = desk.file(FILED)
    desk.dispatch(ticket, "2026-03-02 09:10")
    before, version = dues(desk), ticket.version
    seen = see(desk, ticket, category, when)
    assert dues(desk) == before
    assert (ticket.category_code, ticket.version) == (N3, version)
    change(desk, ticket, category, when)
    assert [(one.kind, one.old.due) for one in seen.changes] == before
    assert [(one.kind, one.new.due) for one in seen.changes] == dues(desk)


def test_the_preview_warns_of_a_date_that_the_change_puts_into_the_past(desk: Desk) -> None:
    ticket = desk.file(FILED)
    assert not see(desk, ticket, H24, "2026-03-03 09:00").passed(at("2026-03-03 09:00"))
    assert see(desk, ticket, H24, "2026-03-03 09:01").passed(at("2026-03-03 09:01"))
    late = at("2026-03-06 09:00")
    assert not see(desk, ticket, N7, "2026-03-06 09:00").passed(late), "it had passed before"


def test_the_citizen_reads_the_category_and_the_date_whatever_the_date_becomes(desk: Desk) -> None:
    ticket = desk.file(FILED)
    same = change(desk, ticket, N7, "2026-03-02 09:10")
    assert "không đổi" in same
    assert spoken_time(at("2026-03-05 17:00")) in same
    earlier = change(desk, ticket, H24, "2026-03-02 09:20")
    assert "Ổ gà" in earlier
    assert f"nay là {spoken_time(at('2026-03-03 09:00'))}" in earlier
    other = desk.file(FILED)
    passed = change(desk, other, H24, "2026-03-04 10:00")
    assert f"{spoken_time(at('2026-03-03 09:00'))}, đã qua" in passed
    third = desk.file(FILED)
    deadlines.handle_due(desk.session, now=at("2026-03-06 09:00"))
    assert f"{spoken_time(at('2026-03-05 17:00'))}, đã qua" in change(desk, third, N7, "2026-03-06 09:05")


def test_the_same_category_again_is_refused_and_told_to_nobody(desk: Desk) -> None:
    ticket = desk.file(FILED)
    with pytest.raises(IllegalMove) as refused:
        see(desk, ticket, N3, "2026-03-02 09:10")
    assert refused.value.key == "tickets.category_same"
    assert desk.told(ticket) == []


def test_a_report_by_telephone_is_owed_one_call_about_category_and_date(desk: Desk) -> None:
    ticket = desk.file(FILED, channel="phone", chat=False, reporter_phone="0912345678")
    for category, when in ((N7, "2026-03-02 09:10"), (H24, "2026-03-02 09:20")):
        recategorising.change_category(desk.session, ticket_id=ticket.id, category_code=category, reason=WHY,
                                       actor=OPERATOR, expected_version=None, now=at(when))
    desk.session.flush()
    [owed] = calls_owed.calls(desk.session, actor=OPERATOR, part="now", page=1, at=at("2026-03-02 09:30")).rows
    assert (owed.telling.kind, owed.new_due) == ("new_date", at("2026-03-03 09:00"))
    assert "Ổ gà" in owed.category
    desk.call(ticket, "2026-03-02 10:00")
    assert calls_owed.of_ticket(desk.session, ticket.id) == []
