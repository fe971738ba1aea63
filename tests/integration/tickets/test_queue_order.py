"""Pages of the queue stand in the order of the next due, whichever way the database reads them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, text, update

from feedback_store.queries import listing
from feedback_store.queries.list_filters import QueueFilter
from feedback_store.service.actor import Actor
from feedback_store.tables import Clock

OPERATOR = Actor("user", user_id=1, role="operator")
HOUR = dt.timedelta(hours=1)


def test_open_work_stands_by_its_earliest_running_clock_and_what_has_none_comes_last(desk) -> None:
    ids = [desk.file(f"2026-03-02 09:0{n}").id for n in range(7)]
    session = desk.session
    session.flush()
    nested = session.begin_nested()
    last = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)
    for number, ticket_id in enumerate(ids):
        session.execute(update(Clock).where(Clock.ticket_id == ticket_id, Clock.kind == "promise").values(
            current_due=last - (number % 3) * HOUR))  # fmt: skip
    session.execute(update(Clock).where(Clock.ticket_id == ids[3]).values(stopped_at=last))
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    session.expire_all()

    found = listing.queue(session, actor=OPERATOR, filters=QueueFilter(tab="new"), at=last)

    clocks = list(session.scalars(select(Clock).where(Clock.stopped_at.is_(None))))
    due = {one: min((c.current_due for c in clocks if c.ticket_id == one), default=None) for one in ids}
    wanted = sorted(ids, key=lambda one: (due[one] is None, due[one] or last, one))
    assert [row.ticket.id for row in found.rows] == wanted
    assert [row.due for row in found.rows] == [due[one] for one in wanted]
    assert wanted[-1] == ids[3]
    assert found.total == listing.Total(len(ids))
    nested.rollback()
    session.expire_all()
