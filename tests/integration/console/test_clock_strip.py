"""The strip of clocks: time left, whose turn, the share used, and whose time is running where a leg leaves some."""

from __future__ import annotations

import html
import re

import pytest

from console.clock_strip import Strip, strip
from feedback_store.queries.explain import explain
from feedback_store.queries.tickets import ticket_page
from feedback_store.store import Store
from tests.integration.console.conftest import Office
from tests.integration.console.states import SUPERVISOR, Life, overdue, paused, returned, running

WARD = "UBND Phường Lê Chân"


def shown_strip(life: Life) -> Strip:
    with life.store.reading() as session:
        shown = ticket_page(session, code=life.code, actor=SUPERVISOR)
        assert shown is not None
        return strip(shown, explain(session, shown.ticket, now=life.now), now=life.now)


def test_the_promise_stands_first_and_the_turn_is_the_agencys(loaded_store: Store) -> None:
    found = shown_strip(running(loaded_store))
    assert [one.name for one in found.cells] == ["Hẹn với người dân", f"Xử lý: {WARD}"]
    assert {one.turn for one in found.cells} == {WARD}
    assert found.cells[0].left == "còn 2 ngày làm việc 3 giờ"
    assert found.cells[0].used == 36, "a day and a half of four days and a part"
    assert found.whose == []


@pytest.mark.release_time
def test_both_due_times_and_whose_time_runs_are_told_where_a_leg_leaves_time_to_its_release(
    loaded_store: Store,
) -> None:
    life = running(loaded_store)
    found = shown_strip(life)
    promise, resolve = found.cells
    assert resolve.due < promise.due
    assert found.whose == [
        f"Đang tính thời gian của {WARD}: gửi kết quả chậm nhất 16 giờ 00, thứ Tư, ngày 25/11/2026. Từ lúc đó đến "
        "17 giờ 00, thứ Tư, ngày 25/11/2026 là thời gian của tổng đài để duyệt và gửi người dân."
    ]
    life.answered("2026-11-20 14:30", 1, "Đã thu gom toàn bộ rác tại đầu hẻm lúc 14 giờ.")
    answered = shown_strip(life)
    assert {one.turn for one in answered.cells} == {"Tổng đài"}
    assert answered.whose[0].startswith("Đang tính thời gian của tổng đài")
    assert "trước 17 giờ 00, thứ Tư, ngày 25/11/2026" in answered.whose[0]


@pytest.mark.release_time
def test_the_time_of_an_agency_that_has_passed_is_told_as_past(loaded_store: Store) -> None:
    gone = shown_strip(running(loaded_store).until("2026-11-25 16:30")).whose
    assert gone[0].startswith(f"Thời gian của {WARD} đã hết từ 16 giờ 00, thứ Tư, ngày 25/11/2026 mà chưa có kết quả")


def test_an_overdue_clock_is_full_and_late(loaded_store: Store) -> None:
    late = next(one for one in shown_strip(overdue(loaded_store)).cells if one.name.startswith("Xử lý"))
    assert late.late
    assert late.used == 100
    assert late.left == "quá hạn 25 giờ 50 phút"


def not_accepted(store: Store) -> Life:
    """The agency should have taken it or given it back by 14:30 on the 16th; its result is due later."""
    life = Life(store).filed("2026-11-16 08:00", "trat-tu-do-thi.via-he", "Bàn ghế kín vỉa hè", place="Số 12 Cầu Đất")
    life.dispatched("2026-11-16 08:30", "ubnd-xa-11383")
    return life.until("2026-11-17 16:00")


def test_a_step_that_is_late_is_not_called_overdue(loaded_store: Store) -> None:
    found = shown_strip(not_accepted(loaded_store))
    (step,) = [one for one in found.cells if one.slow]
    assert step.left == "trễ bước tiếp nhận 1 ngày làm việc 1 giờ"
    assert step.used == 100
    assert not any(one.late for one in found.cells)
    assert found.whose[0] == (
        f"{WARD} đang trễ bước tiếp nhận 1 ngày làm việc 1 giờ: bước này phải xong trước 14 giờ 30, thứ Hai, ngày "
        "16/11/2026."
    )


def test_no_page_calls_a_ticket_overdue_that_the_lists_do_not(office: Office) -> None:
    life = not_accepted(office.store)
    office.now = life.now
    for person in (office.person("tong-dai", "operator"), office.person("can-bo", "officer", "ubnd-xa-11383")):
        assert life.code not in person.read("/phan-anh?muc=overdue")
        row = html.unescape(person.read("/phan-anh?muc=all"))
        assert "<small>trễ bước tiếp nhận</small>" in row
        page = html.unescape(person.read(f"/phan-anh/{life.code}"))
        assert "quá hạn" not in page.lower()
        assert 'class="cell late"' not in page
        assert 'class="clock late"' not in page
        assert "Trễ bước tiếp nhận" in page  # the history
        assert "trễ, nhắc lần 1" in page
        assert "quá hạn" not in html.unescape(person.read("/thong-bao"))


def test_an_undecided_extension_is_not_called_overdue(loaded_store: Store) -> None:
    life = Life(loaded_store).filed("2026-11-16 08:00", "trat-tu-do-thi.via-he", "Bàn ghế", place="Số 12 Cầu Đất")
    leg = life.dispatched("2026-11-16 08:30", "ubnd-xa-11383")
    life.accepted("2026-11-16 09:00", leg)
    life.asked_time("2026-11-17 09:00", leg, 3, "Chờ hộ kinh doanh dọn hàng")
    resolve = next(one for one in shown_strip(life.until("2026-12-10 08:00")).cells if one.name.startswith("Xử lý"))
    assert not resolve.late
    assert resolve.left.endswith("chờ quyết định gia hạn")


def test_while_the_citizen_is_asked_the_time_stands_still_and_the_turn_is_theirs(loaded_store: Store) -> None:
    life = paused(loaded_store)
    before = shown_strip(life).cells
    assert {one.turn for one in before} == {"Người dân"}
    assert before[0].left == "tạm dừng, còn 5 ngày làm việc 5 giờ"
    life.until("2026-11-06 15:00")
    assert [one.used for one in shown_strip(life).cells] == [one.used for one in before]


@pytest.mark.release_time
def test_a_time_that_stands_still_is_not_said_to_run(loaded_store: Store) -> None:
    (sentence,) = shown_strip(paused(loaded_store)).whose
    assert "đang tạm dừng" in sentence
    assert "Đang tính" not in sentence


def test_after_a_return_it_is_the_hotlines_turn(loaded_store: Store) -> None:
    assert {one.turn for one in shown_strip(returned(loaded_store)).cells} == {"Tổng đài"}


def test_the_page_shows_a_bar_for_each_running_clock_and_offers_only_what_is_next(office: Office) -> None:
    life = running(office.store)
    office.now = life.now
    page = html.unescape(office.person("can-bo", "officer", "ubnd-xa-11383").read(f"/phan-anh/{life.code}"))
    bars = re.findall(r'<progress max="100" value="(\d+)"', page)
    assert len(bars) == 2
    first = page[page.index('class="card next"') : page.index('class="card strip"')]
    assert "Gửi kết quả để duyệt" in first
    assert "Tiếp nhận</button>" not in page
    assert page.count('action="/console/phan-anh/' + life.code + '/ket-qua"') == 1
