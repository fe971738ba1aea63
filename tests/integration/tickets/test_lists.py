"""The lists' kept rows: true under concurrent writers, walked without a gap, and searched alike whichever way is taken.

That each row says what the ticket's parts say is checked after every test of a desk (``tests/sla/second_lists.py``).
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from feedback_store.queries import list_search, listing
from feedback_store.queries.list_filters import Key, QueueFilter
from feedback_store.service import legs, tickets
from feedback_store.service.actor import BOT, Actor
from feedback_store.store import Store
from feedback_store.tables import Addition, Agency, ListCount, Ticket
from tests.sla import second_lists

OPERATOR = Actor("user", user_id=1, role="operator")
NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def file(store: Store, words: str = "Rác đầy ngõ", when: dt.datetime = NOW, **more: object) -> int:
    values = {"category_code": "moi-truong.rac", "channel": "web", "commune_code": "11383", **more}
    with store.transaction() as session:
        report = tickets.NewReport(text=words, receipt_at=when, **values)  # type: ignore[arg-type]
        return tickets.file_report(session, report=report, actor=BOT, now=when).ticket_id


def walk(session: Session, filters: QueueFilter, actor: Actor = OPERATOR) -> list[int]:
    """Every ticket of a list, page after page."""
    found: list[int] = []
    after: Key | None = None
    for page in range(1, 99):
        shown = listing.queue(
            session, actor=actor, filters=QueueFilter(**{**_values(filters), "page": page, "after": after}), at=NOW
        )
        found += [row.ticket.id for row in shown.rows]
        assert shown.page == page
        if not shown.further:
            return found
        after = shown.rows[-1].key
    raise AssertionError("the list never ends")


def _values(filters: QueueFilter) -> dict[str, object]:
    return {name: getattr(filters, name) for name in filters.__dataclass_fields__}


def same(store: Store) -> None:
    with store.reading() as session:
        assert second_lists.differences(session) == []


def test_two_that_change_parts_of_one_ticket_at_once_leave_a_true_row(loaded_store: Store) -> None:
    one = file(loaded_store)
    ready, gate = threading.Barrier(2, timeout=20), threading.Event()

    def add() -> None:
        with loaded_store.transaction() as session:
            session.add(Addition(ticket_id=one, text="thêm", created_at=NOW))
            session.flush()
            ready.wait()
            gate.wait(20)

    other = threading.Thread(target=add)
    other.start()
    with loaded_store.transaction() as session:
        session.execute(update(Ticket).where(Ticket.id == one).values(channel="zalo"))
        ready.wait()
        gate.set()
    other.join(20)
    same(loaded_store)


def test_counts_that_are_put_together_stay_what_they_were(loaded_store: Store) -> None:
    ids = [file(loaded_store) for _ in range(5)]
    with loaded_store.reading() as session:
        agency = session.scalars(select(Agency.id).limit(1)).one()
    for one in ids[:2]:
        with loaded_store.transaction() as session:
            legs.dispatch(session, ticket_id=one, agency_id=agency, actor=OPERATOR, expected_version=None, now=NOW)
    with loaded_store.reading() as session:
        before = listing.counts(session, actor=OPERATOR, at=NOW)
        assert session.query(ListCount).count() > 6
    workers = [threading.Thread(target=_fold, args=(loaded_store,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    file(loaded_store)
    for worker in workers:
        worker.join(20)
    _fold(loaded_store)
    with loaded_store.reading() as session:
        assert listing.counts(session, actor=OPERATOR, at=NOW) == {
            **before, "new": before["new"] + 1, "all": before["all"] + 1
        }  # fmt: skip
        assert session.query(ListCount).count() == len(listing.kept_counts(session, 0)) + 2  # both views of the agency
    same(loaded_store)


def _fold(store: Store) -> None:
    with store.transaction() as session:
        listing.fold_counts(session)


def test_what_moves_meanwhile_makes_no_row_come_twice_and_none_be_passed_over(
    loaded_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 3)
    ids = [file(loaded_store, when=NOW - (20 - number) * DAY) for number in range(8)]
    with loaded_store.reading() as session:
        first = listing.queue(session, actor=OPERATOR, filters=QueueFilter(), at=NOW)
    new = [file(loaded_store, when=NOW) for _ in range(2)]  # they come before the page that is read
    filters = QueueFilter(page=2, after=first.rows[-1].key)
    with loaded_store.reading() as session:
        second = listing.queue(session, actor=OPERATOR, filters=filters, at=NOW)
        assert [row.ticket.id for row in (*first.rows, *second.rows)] == ids[::-1][:6]
        assert walk(session, QueueFilter()) == [*new[::-1], *ids[::-1]]
        back = QueueFilter(page=1, after=second.before)
        before = listing.queue(session, actor=OPERATOR, filters=back, at=NOW)
        assert [row.ticket.id for row in before.rows] == ids[::-1][:3]


@pytest.mark.parametrize(("few", "looked"), [(0, 0), (3, 0), (1_000, 0), (3, 6), (0, 9), (0, 1_000)])
@pytest.mark.parametrize(
    ("words", "finds"),
    [("den", lambda w: "đèn" in w), ("den tat", lambda w: "đèn tắt" in w), ("cay", lambda w: "Cây" in w)],
)
def test_a_search_finds_the_same_whether_few_or_many_are_expected(
    loaded_store: Store, monkeypatch: pytest.MonkeyPatch, few: int, looked: int, words: str,
    finds: Callable[[str], bool],
) -> None:  # fmt: skip
    """``looked``: the words are thought to stand everywhere, and so many rows are read for them first."""
    monkeypatch.setattr(list_search, "FEW", few)
    monkeypatch.setattr(listing, "LOOKED", looked)
    monkeypatch.setattr(listing, "LOOKED_AT_MOST", looked)
    monkeypatch.setattr(list_search.Words, "share", lambda self, session: 0.5 if looked and self.typed else 0.0)
    monkeypatch.setattr(listing, "PAGE", 4)
    made = {}
    for number in range(24):
        text_ = ("Cây đổ ở ngõ", "đèn tắt ở ngõ", "đèn nháy ở ngõ")[number % 3 if number < 12 else 0]
        one = file(loaded_store, text_, NOW - (40 * (24 - number)) * DAY, channel="zalo" if number % 2 else "web")
        made[one] = (text_, "zalo" if number % 2 else "web")
    newest = list(made)[::-1]
    with loaded_store.reading() as session:
        wanted = [one for one in newest if finds(made[one][0])]
        assert walk(session, QueueFilter(search=words)) == wanted
        assert sorted(walk(session, QueueFilter(tab="new", search=words))) == sorted(wanted)
        zalo = [one for one in wanted if made[one][1] == "zalo"]
        assert walk(session, QueueFilter(search=words, channel="zalo")) == zalo
        narrowed = QueueFilter(category="moi-truong.rac", channel="zalo")
        assert walk(session, narrowed) == [one for one in newest if made[one][1] == "zalo"]
        since = NOW - 500 * DAY
        late = set(session.scalars(select(Ticket.id).where(Ticket.receipt_at >= since)))
        assert walk(session, QueueFilter(search=words, since=since)) == [one for one in wanted if one in late]
        for row, expected in zip(_backwards(session, QueueFilter(search=words)), wanted[::-1], strict=True):
            assert row == expected


def test_an_unfinished_word_goes_on_only_while_it_finds_few(
    loaded_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    tung, tu = [[file(loaded_store, text_, NOW - DAY) for _ in range(3)] for text_ in ("phố Tùng", "ngã tư")]
    with loaded_store.reading() as session:
        assert set(walk(session, QueueFilter(search="tu"))) == {*tung, *tu}
        monkeypatch.setattr(list_search, "FEW", 2)
        assert set(walk(session, QueueFilter(search="tu"))) == set(tu)
        assert set(walk(session, QueueFilter(search="tun"))) == set(tung)


def test_the_share_of_words_is_that_of_the_statistics(loaded_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        file(loaded_store, "Cây đổ" if number % 3 else "đèn tắt", NOW - DAY)
    with loaded_store.transaction() as session:
        session.execute(text("ANALYZE list_words"))
    with loaded_store.reading() as session:
        known = list_search.Words((), ("cay",), finished=True)
        assert known.share(session) == 0, "of few tickets nothing is gained"
        monkeypatch.setattr(list_search, "FEW", 1)
        assert known.share(session) == pytest.approx(2 / 3, abs=0.1)
        assert list_search.Words((), ("xyzq",)).share(session) == 0
        assert list_search.Words(("Pnew",)).share(session) == 0


def _backwards(session: Session, filters: QueueFilter) -> list[int]:
    view = listing.Listing(session, actor=OPERATOR, filters=filters, at=NOW)
    found: list[int] = []
    edge = Key(NOW + 9_000 * DAY, 0)
    begin = view.keys(1_000)
    edge = Key(begin[-1].at - DAY, 0)
    while keys := view.keys(4, before=edge):
        found += [key.ticket_id for key in reversed(keys)]
        edge = keys[0]
    return found


@pytest.mark.parametrize("quotes", ["a'b", "a\\", "' | 'Pnew", "(", "!", "a:b", "\u2028"])
def test_a_filter_of_any_letters_finds_nothing_and_breaks_nothing(loaded_store: Store, quotes: str) -> None:
    file(loaded_store)
    with loaded_store.reading() as session:
        for filters in (
            QueueFilter(category=quotes, channel=quotes), QueueFilter(search="rac", commune=quotes),
            QueueFilter(category=quotes, since=NOW - DAY),
        ):  # fmt: skip
            assert listing.queue(session, actor=OPERATOR, filters=filters, at=NOW).rows == []
        alone = listing.queue(session, actor=OPERATOR, filters=QueueFilter(search=quotes), at=NOW)
        assert len(alone.rows) == alone.total.number <= 1


def test_a_place_in_a_list_survives_its_address_and_nonsense_is_none() -> None:
    never, soon = dt.datetime(9000, 1, 1, tzinfo=dt.UTC), NOW + dt.timedelta(microseconds=1)
    for key in (Key(NOW, 5), Key(never, 10**15), Key(soon, 1)):
        assert Key.read(key.written()) == key
    nonsense = "|.|1|1.|.1|x.1|1.x|²2.1|9999999999999999999.1|999999999999999999.1|--1.1|1.1.1|nan.1"
    for written in nonsense.split("|"):
        assert Key.read(written) is None


def test_an_agency_reads_its_own_rows_and_nobody_without_an_agency_any(loaded_store: Store) -> None:
    one, other = file(loaded_store), file(loaded_store)
    with loaded_store.reading() as session:
        mine, theirs = session.scalars(select(Agency.id).limit(2))
    for ticket, agency in ((one, mine), (other, theirs)):
        with loaded_store.transaction() as session:
            legs.dispatch(session, ticket_id=ticket, agency_id=agency, actor=OPERATOR, expected_version=None, now=NOW)
    with loaded_store.reading() as session:
        assert walk(session, QueueFilter(), Actor("user", user_id=2, role="officer", agency_id=mine)) == [one]
        assert walk(session, QueueFilter(agency_id=theirs), Actor("user", 2, "officer", agency_id=mine)) == [one]
        assert walk(session, QueueFilter(agency_id=mine)) == [one]
        for nobody in (Actor("user", user_id=2, role="officer"), Actor("bot")):
            assert walk(session, QueueFilter(), nobody) == []
            assert set(listing.counts(session, actor=nobody, at=NOW).values()) <= {0}


def test_a_removed_part_is_no_longer_counted(loaded_store: Store) -> None:
    one = file(loaded_store)
    with loaded_store.transaction() as session:
        session.execute(text("DELETE FROM clocks WHERE ticket_id = :one"), {"one": one})
    same(loaded_store)
