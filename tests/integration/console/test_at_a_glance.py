"""The card "Thời hạn": five questions answered in sentences, for every state and reader."""

from __future__ import annotations

import html
import re

import pytest

from feedback_store.queries import at_a_glance
from feedback_store.queries.at_a_glance import Glance
from feedback_store.queries.tickets import ticket_page
from feedback_store.service import agencies, pauses, tickets
from feedback_store.service.actor import CITIZEN, Actor
from feedback_store.store import Store
from tests.integration.console.conftest import Office
from tests.integration.console.states import (
    OPERATOR,
    SUPERVISOR,
    Life,
    extended,
    overdue,
    paused,
    reopened,
    returned,
    running,
)

ADMIN = Actor("user", user_id=4, role="administrator")
WARD, OFFICE, WORKS = "ubnd-xa-11383", "so-nnmt", "so-xay-dung"


def card(life: Life, actor: Actor = SUPERVISOR) -> Glance:
    with life.store.reading() as session:
        shown = ticket_page(session, code=life.code, actor=actor)
        assert shown is not None
        return at_a_glance.glance(session, shown, now=life.now)


def said(sentences: list[str], *parts: str) -> bool:
    """Whether one sentence has all the parts."""
    return any(all(part in one for part in parts) for one in sentences)


def test_running_names_the_due_times_the_days_counted_and_the_next_warning(loaded_store: Store) -> None:
    found = card(running(loaded_store))
    assert found.due == [
        "Trả lời người dân: chậm nhất 17 giờ 00, thứ Tư, ngày 25/11/2026.",
        "UBND Phường Lê Chân gửi kết quả: chậm nhất 17 giờ 00, thứ Tư, ngày 25/11/2026.",
    ]
    assert said(found.left, "Trả lời người dân: còn 2 ngày làm việc 3 giờ.")
    assert found.who == ["UBND Phường Lê Chân: giải quyết và gửi kết quả."]
    assert said(found.why, "3 ngày làm việc tính từ ngày nhận (09 giờ 12, thứ Năm, ngày 19/11/2026)")
    assert said(found.why, "Các ngày được tính: thứ Sáu 20/11, thứ Hai 23/11, thứ Tư 25/11.")
    closed = "thứ Bảy 21/11, Chủ nhật 22/11, thứ Ba 24/11 (Ngày Văn hóa Việt Nam)"
    assert said(found.why, f"Không tính {closed} vì là ngày nghỉ.")
    assert said(found.next, "08 giờ 35, thứ Hai, ngày 23/11/2026: nhắc cán bộ đơn vị", "đã dùng 50 % thời gian")
    assert not found.late
    assert not found.held


def test_paused_gives_the_time_that_does_not_run_down_and_the_end_of_the_pause(loaded_store: Store) -> None:
    life = paused(loaded_store)
    found = card(life)
    assert said(found.due, "Trả lời người dân: đang tạm dừng", "10 giờ 30, thứ Sáu, ngày 13/11/2026")
    assert said(found.due, "Hạn khi chưa tạm dừng: 17 giờ 00, thứ Tư, ngày 11/11/2026.")
    assert said(found.left, "còn 5 ngày làm việc 5 giờ, không bị trừ trong lúc tạm dừng")
    assert found.who[0].startswith("Người dân: trả lời câu hỏi “Anh/chị gửi thêm ảnh")
    assert said(found.why, "Đang tạm dừng từ 10 giờ 00, thứ Tư, ngày 04/11/2026")
    assert said(found.why, "nếu hết tạm dừng ngay lúc này thì hạn là 10 giờ 30, thứ Sáu, ngày 13/11/2026.")
    assert said(found.next, "Chậm nhất 17 giờ 00, thứ Tư, ngày 11/11/2026 thời hạn tự tính tiếp")
    assert found.held
    life.now = life.until("2026-11-06 15:00").now
    assert said(card(life).left, "còn 5 ngày làm việc 5 giờ, không bị trừ")


def test_after_a_pause_the_time_given_back_is_named(loaded_store: Store) -> None:
    life = paused(loaded_store)
    life.do("2026-11-05 15:00", pauses.resume, ticket_id=life.id, actor=OPERATOR)
    found = card(life)
    assert said(found.due, "Trả lời người dân: chậm nhất 10 giờ 30, thứ Sáu, ngày 13/11/2026.")
    assert said(found.why, "Được bù 1 ngày làm việc 3 giờ đã tạm dừng từ 10 giờ 00, thứ Tư", "15 giờ 00, thứ Năm")
    assert found.why[-1].endswith("tính cả những điều trên, hạn bây giờ là 10 giờ 30, thứ Sáu, ngày 13/11/2026.")


def test_extended_shows_both_due_times_and_the_days_added(loaded_store: Store) -> None:
    found = card(extended(loaded_store))
    assert said(found.due, "Sở Nông nghiệp và Môi trường Hải Phòng gửi kết quả: chậm nhất 17 giờ 00, thứ Hai")
    assert found.due.count("Hạn ban đầu, khi chưa gia hạn: 17 giờ 00, thứ Tư, ngày 11/11/2026.") == 2
    assert said(found.why, "Được gia hạn thêm 3 ngày làm việc", "Phải lấy mẫu nước")
    assert said(found.why, "Các ngày được thêm: thứ Năm 12/11, thứ Sáu 13/11, thứ Hai 16/11.")
    assert said(found.why, "Hẹn với người dân dài thêm 3 ngày làm việc", "đã được báo")
    assert found.why[-1].endswith("tính cả những điều trên, hạn bây giờ là 17 giờ 00, thứ Hai, ngày 16/11/2026.")


def test_an_extension_that_nobody_decided_leaves_the_due_and_says_who_decides(loaded_store: Store) -> None:
    life = Life(loaded_store).filed("2026-11-02 14:05", "moi-truong.nuoc-thai", "Nước thải ra mương", place="Chợ")
    leg = life.dispatched("2026-11-02 14:30", OFFICE)
    life.asked_time("2026-11-09 09:00", leg, 3, "Chờ kết quả phân tích.")
    found = card(life)
    assert said(found.who, "Lãnh đạo trực của tổng đài: quyết định đề nghị gia hạn của Sở Nông nghiệp")
    assert said(found.why, "xin thêm 3 ngày làm việc nhưng chưa có quyết định", "Chờ kết quả phân tích.")
    assert said(found.next, "Được gia hạn: hạn mới là 17 giờ 00, thứ Hai, ngày 16/11/2026")
    assert said(found.next, "Nếu quyết định sau 17 giờ 00, thứ Tư, ngày 11/11/2026: tính là trễ so với hạn ban đầu")


def test_a_refused_extension_gives_the_reason(loaded_store: Store) -> None:
    life = Life(loaded_store).filed("2026-11-02 14:05", "moi-truong.nuoc-thai", "Nước thải ra mương", place="Chợ")
    leg = life.dispatched("2026-11-02 14:30", OFFICE)
    asked = life.asked_time("2026-11-09 09:00", leg, 3, "Chờ kết quả phân tích")
    life.decided("2026-11-09 11:00", asked, grant=False, reason="Đã có kết quả nhanh tại chỗ")
    found = card(life)
    assert said(found.why, "không được chấp nhận: Đã có kết quả nhanh tại chỗ.")
    assert not said(found.due, "Hạn ban đầu")


def test_overdue_says_since_when_by_how_much_and_who_is_reminded_when(loaded_store: Store) -> None:
    found = card(overdue(loaded_store))
    assert said(found.due, "Sở Xây dựng Hải Phòng gửi kết quả: hạn là 08 giờ 10, thứ Ba, ngày 17/11/2026, đã quá.")
    assert said(found.left, "Sở Xây dựng Hải Phòng gửi kết quả: đã quá hạn 25 giờ 50 phút.")
    assert said(found.why, "24 giờ kể từ 08 giờ 10, thứ Hai, ngày 16/11/2026, tính cả đêm và ngày nghỉ")
    assert said(found.next, "Đã ghi nhận trễ hạn việc “Sở Xây dựng Hải Phòng gửi kết quả”")
    assert said(found.next, "08 giờ 10, thứ Năm, ngày 19/11/2026: nhắc cán bộ đơn vị", "người quản lý", "nhắc lần 2")
    assert found.late


def test_returned_names_who_gave_it_back_why_and_that_the_promise_goes_on(loaded_store: Store) -> None:
    found = card(returned(loaded_store))
    assert said(found.who, "Tổng đài: phân phối đến đơn vị khác", "Sở Xây dựng Hải Phòng đã trả lại", "Vỉa hè phường")
    assert said(found.who, "đề nghị chuyển đến UBND Phường Lê Chân")
    assert said(found.why, "trả lại không làm đổi hẹn với người dân")
    assert said(found.next, "Phân phối xong, đơn vị có 4 giờ làm việc để tiếp nhận hoặc trả lại.")


def test_after_two_returns_the_supervisor_decides(loaded_store: Store) -> None:
    life = returned(loaded_store)
    leg = life.dispatched("2026-11-11 16:00", OFFICE)
    life.returned("2026-11-12 08:00", leg, "Không phải việc môi trường", WARD)
    assert said(card(life).who, "Lãnh đạo trực của tổng đài: chọn đơn vị", "trả lại 2 lần")


def test_reopened_counts_from_the_reopening(loaded_store: Store) -> None:
    found = card(reopened(loaded_store))
    assert said(found.due, "Trả lời người dân: chậm nhất 17 giờ 00, thứ Năm, ngày 12/11/2026.")
    assert said(found.why, "được mở lại lần 1 lúc 09 giờ 15, thứ Hai", "hẹn lần trước vẫn được tính riêng")
    assert said(found.why, "3 ngày làm việc tính từ ngày mở lại")


def test_the_second_reopening_is_the_leaders(loaded_store: Store) -> None:
    life = reopened(loaded_store)
    with loaded_store.reading() as session:
        shown = ticket_page(session, code=life.code, actor=SUPERVISOR)
        assert shown is not None
        leg = shown.legs[-1][0].id
    life.answered("2026-11-10 09:30", leg, "Đã dọn lại toàn bộ và đặt thêm hai thùng rác tại cổng trường.")
    life.released("2026-11-10 10:00", leg)
    life.reopened("2026-11-11 08:00", "Vẫn còn rác")
    found = card(life)
    assert said(found.who, "lãnh đạo đơn vị trực tiếp trả lời")
    assert said(found.why, "mở lại lần 2")


def test_a_new_report_waits_for_the_hotline_at_night_too(loaded_store: Store) -> None:
    life = Life(loaded_store).filed("2026-11-14 02:00", "cap-nuoc.vo-ong", "Vỡ ống nước phun cao", place="Cầu Đất")
    found = card(life)
    assert said(found.due, "Kiểm tra, phân phối: chậm nhất 02 giờ 15, thứ Bảy, ngày 14/11/2026.")
    assert said(found.left, "Kiểm tra, phân phối: còn 15 phút, tính cả đêm và ngày nghỉ.")
    assert said(found.who, "Tổng đài: kiểm tra rồi phân phối đến đơn vị, hoặc từ chối kèm lý do.")
    assert said(found.why, "5 giờ kể từ 02 giờ 00", "tính cả đêm và ngày nghỉ")
    assert said(found.next, "nhắc tổng đài viên về việc “Kiểm tra, phân phối” (đã dùng 50 % thời gian)")
    assert "7 giờ 30" not in found.as_of


def test_an_urgent_order_is_dispatched_by_night_and_answered_in_working_time(loaded_store: Store) -> None:
    life = Life(loaded_store).filed("2026-11-13 23:00", "tieng-on.karaoke", "Karaoke ầm ĩ", place="Cầu Đất")
    life.dispatched("2026-11-13 23:10", WARD)
    found = card(life)
    assert said(found.due, "UBND Phường Lê Chân gửi kết quả: chậm nhất 11 giờ 30, thứ Hai, ngày 16/11/2026.")
    assert said(found.due, "UBND Phường Lê Chân tiếp nhận hoặc trả lại: chậm nhất 00 giờ 10, thứ Bảy")
    assert said(found.why, "4 giờ làm việc tính từ 23 giờ 10, thứ Sáu", "ngoài giờ làm việc không tính")
    assert said(found.next, "quá 00 giờ 10, thứ Bảy, ngày 14/11/2026 mà trả lại thì tính là trễ")


def test_a_result_waits_for_the_hotline_to_release_it(loaded_store: Store) -> None:
    life = running(loaded_store)
    life.answered("2026-11-20 14:30", 1, "Đã thu gom toàn bộ rác tại đầu hẻm lúc 14 giờ.")
    found = card(life)
    assert said(found.due, "Duyệt và gửi kết quả cho người dân: chậm nhất 15 giờ 30, thứ Sáu")
    assert said(found.who, "Tổng đài: duyệt kết quả của UBND Phường Lê Chân rồi gửi người dân, hoặc gửi lại đơn vị.")


def test_released_and_closed_say_what_became_of_the_promise(loaded_store: Store) -> None:
    life = running(loaded_store)
    life.answered("2026-11-20 14:30", 1, "Đã thu gom toàn bộ rác tại đầu hẻm lúc 14 giờ.")
    life.released("2026-11-20 15:00", 1)
    found = card(life)
    assert said(found.due, "Trả lời người dân: xong lúc 15 giờ 00, thứ Sáu, ngày 20/11/2026, đúng hạn (17 giờ 00")
    assert said(found.who, "có thể kết thúc phản ánh", "mở lại đến hết 20/12/2026")
    life.do("2026-11-23 09:00", tickets.close, ticket_id=life.id, actor=OPERATOR)
    assert card(life).who == ["Không còn ai phải làm gì."]


def test_a_result_by_telephone_waits_for_the_call(loaded_store: Store) -> None:
    life = overdue(loaded_store)
    life.answered("2026-11-18 10:30", 1, "Đã vá ổ gà bằng bê tông nhựa và dọn sạch mặt đường.")
    life.released("2026-11-18 10:40", 1)
    found = card(life)
    assert said(found.who, "Tổng đài: gọi điện báo kết quả cho người dân.")
    assert said(found.due, "Trả lời người dân: hạn là 07 giờ 45, thứ Ba, ngày 17/11/2026, đã quá.")


def test_refused_and_withdrawn_have_nothing_left_to_do(loaded_store: Store) -> None:
    life = Life(loaded_store).filed("2026-11-11 13:40", "moi-truong.rac", "Rác ở tỉnh khác", place="Không rõ")
    life.do("2026-11-11 14:00", tickets.refuse, ticket_id=life.id, reason="Địa điểm ngoài thành phố", actor=OPERATOR)
    found = card(life)
    assert found.who == ["Không còn ai phải làm gì."]
    assert found.due == ["Trả lời người dân: không còn tính thời hạn."]
    other = running(loaded_store)
    other.until("2026-11-20 15:00")
    with loaded_store.transaction() as session:
        tickets.withdraw(session, ticket_id=other.id, reason=None, actor=CITIZEN, now=other.now)
    assert card(other).who == ["Không còn ai phải làm gì."]
    assert card(other).left == ["Không có gì đang chờ."]


def test_several_agencies_each_have_their_own_line(loaded_store: Store) -> None:
    life = Life(loaded_store).filed("2026-11-02 08:00", "xa-hoi.giao-duc", "Trường thu sai học phí", place="Trường")
    life.dispatched("2026-11-02 08:30", OFFICE)
    life.dispatched("2026-11-02 09:00", WORKS)
    found = card(life)
    assert len([one for one in found.who if "tiếp nhận, hoặc trả lại" in one]) == 2
    assert said(found.why, "Nhiều đơn vị cùng giải quyết nên thêm 5 ngày làm việc.")
    assert said(found.due, "Hạn ban đầu: 17 giờ 00, thứ Hai, ngày 16/11/2026.")


def test_force_majeure_of_one_agency_holds_its_own_part_alone(loaded_store: Store) -> None:
    life = running(loaded_store)
    life.do(
        "2026-11-20 14:10", tickets.pause, ticket_id=life.id, kind="force_majeure", reason="Bão số 9 đổ bộ",
        actor=life.agency(1), leg_id=1,
    )  # fmt: skip
    found = card(life)
    assert found.who == [
        "UBND Phường Lê Chân đang tạm dừng vì sự kiện bất khả kháng: Bão số 9 đổ bộ.",
        "Lãnh đạo trực của tổng đài: xác nhận hoặc từ chối việc UBND Phường Lê Chân tạm dừng, trước 17 giờ 00, "
        "thứ Hai, ngày 23/11/2026.",
    ]
    assert said(found.due, "Trả lời người dân: chậm nhất")
    assert said(found.due, "UBND Phường Lê Chân gửi kết quả: đang tạm dừng")


def test_a_dissolved_agency_hands_over_and_the_due_stays(loaded_store: Store, office: Office) -> None:
    life = running(loaded_store)
    old, heir = office.agency(WARD), office.agency("ubnd-xa-11329")
    with loaded_store.transaction() as session:
        agencies.dissolve(
            session, agency_id=old, successor_id=heir, at=life.now, reason="Sáp nhập phường", actor=ADMIN, now=life.now
        )
    life.until("2026-11-20 15:00")
    with loaded_store.transaction() as session:
        agencies.hand_over_due(session, now=life.now)
    found = card(life)
    assert said(found.why, "nhận phần việc từ đơn vị đã ngừng hoạt động; thời hạn không đổi")
    assert said(found.due, "gửi kết quả: chậm nhất 17 giờ 00, thứ Tư, ngày 25/11/2026.")


def test_an_agency_reads_of_its_own_part_and_the_promise_alone(loaded_store: Store) -> None:
    life = returned(loaded_store)
    leg = life.dispatched("2026-11-11 16:00", WARD)
    found = card(life, life.agency(leg))
    assert said(found.due, "Trả lời người dân")
    assert said(found.due, "UBND Phường Lê Chân gửi kết quả")
    everything = " ".join(found.due + found.left + found.who + found.why + found.next)
    assert "Sở Xây dựng" not in everything


@pytest.mark.parametrize("role", ["operator", "supervisor", "manager", "administrator"])
def test_the_page_shows_the_card_to_every_role_of_the_hotline(office: Office, role: str) -> None:
    life = running(office.store)
    office.now = life.now
    page = html.unescape(office.person("nguoi-xem", role).read(f"/phan-anh/{life.code}"))
    shown = re.sub(r"<[^>]+>", " ", page)
    for heading in ("Hạn", "Còn lại", "Đến lượt ai", "Vì sao hạn như vậy", "Việc tiếp theo"):
        assert re.search(rf"\b{heading}\b", shown)
    assert "chậm nhất 17 giờ 00, thứ Tư, ngày 25/11/2026" in shown


@pytest.mark.release_time
def test_the_days_counted_are_as_many_as_the_target_and_what_is_kept_back_is_said(loaded_store: Store) -> None:
    """The promise begins a day before the agency's part, so that part ends before its third day."""
    life = Life(loaded_store).filed("2026-11-19 16:40", "moi-truong.rac", "Rác đầu hẻm", place="Ngõ 45 Lạch Tray")
    life.dispatched("2026-11-20 07:50", "ubnd-xa-11383")
    found = card(life)
    assert said(found.why, "gửi kết quả: 3 ngày làm việc tính từ ngày giao việc (07 giờ 50, thứ Sáu, ngày 20/11/2026)")
    assert said(found.why, "Các ngày được tính: thứ Hai 23/11, thứ Tư 25/11, thứ Năm 26/11.")
    assert said(found.why, "Không tính thứ Bảy 21/11, Chủ nhật 22/11, thứ Ba 24/11 (Ngày Văn hóa Việt Nam) vì")
    assert said(
        found.why,
        "Tính đủ như vậy thì đến 17 giờ 00, thứ Năm, ngày 26/11/2026; nhưng tổng đài cần giữ lại",
        "trước lời hẹn (17 giờ 00, thứ Tư, ngày 25/11/2026), nên hạn của đơn vị là 16 giờ 00, thứ Tư, ngày 25/11/2026.",
    )
