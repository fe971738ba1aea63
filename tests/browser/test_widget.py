"""The chat window when things go wrong: nothing that the citizen typed is lost, and they are told."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Desk
from tests.browser.test_main_path import Widget

REFUSAL = "Tổng đài chưa nhận được tin của anh/chị. Vui lòng giữ nguyên nội dung và gửi lại sau ít phút."
WORDS = "cống tắc nước ngập ở ngõ 7 Lê Lai phường Ngô Quyền"


def refuse(route: Route) -> None:
    """What the gateway answers when it cannot store."""
    body = json.dumps({"error": "not_received", "message": REFUSAL})
    route.fulfill(status=503, content_type="application/json", body=body)


@pytest.mark.parametrize("fault", ["refused", "no connection"])
def test_a_message_that_was_not_received_is_kept_and_sent_again_by_itself(desk: Desk, fault: str) -> None:
    citizen = Widget(desk.window(390, 844), desk.system.base)
    page = citizen.page
    citizen.says("chào tổng đài")
    citizen.hears("1022")
    page.route("**/web/messages", refuse if fault == "refused" else lambda route: route.abort())
    citizen.says(WORDS)
    expect(citizen.chat.locator(".st.bad")).to_contain_text("Gửi lại")
    if fault == "refused":
        expect(citizen.chat.locator(".alert")).to_contain_text("chưa nhận được")
    page.reload()
    expect(citizen.chat.locator(".m.me", has_text="cống tắc")).to_be_visible()
    page.unroute("**/web/messages")
    citizen.hears("ảnh hiện trường")
    expect(citizen.chat.locator(".m.me", has_text="cống tắc")).to_have_count(1)


def test_the_conversation_is_there_again_after_closing_the_window(desk: Desk) -> None:
    citizen = Widget(desk.window(), desk.system.base)
    citizen.says("lệ phí làm khai sinh bao nhiêu")
    citizen.hears("Phí, lệ phí")
    citizen.page.goto(f"{desk.system.base}/tra-cuu")
    citizen.page.goto(f"{desk.system.base}/")
    expect(citizen.chat.locator(".m.me", has_text="lệ phí làm khai sinh")).to_be_visible()
    expect(citizen.chat.locator(".m:not(.me)", has_text="Phí, lệ phí")).to_have_count(1)


def test_the_widget_is_worked_with_the_keyboard_alone(desk: Desk) -> None:
    page = desk.window()
    page.goto(f"{desk.system.base}/tra-cuu")
    page.locator("hotline-chat button.launch").focus()
    page.keyboard.press("Enter")
    box = page.locator("hotline-chat textarea")
    expect(box).to_be_focused()
    page.keyboard.type("alo")
    page.keyboard.press("Enter")
    expect(page.locator("hotline-chat .m:not(.me)").last).to_contain_text("1022")
    page.keyboard.press("Escape")
    expect(page.locator("hotline-chat section.panel")).to_be_hidden()


def test_looking_up_a_code_tells_a_stranger_state_and_dates_alone(desk: Desk) -> None:
    from tests.system import Citizen

    person = Citizen(desk.system.chat())
    person.says("nhà hàng xóm nuôi lợn hôi thối ở thôn Đông xã An Hưng")
    person.says("gửi luôn")
    person.presses("Gửi")
    code = person.ticket
    person.chat.close()
    page = desk.window(390, 844)
    page.goto(f"{desk.system.base}/tra-cuu")
    page.get_by_label("Mã phản ánh").fill(str(code))
    page.get_by_role("button", name="Tra cứu").click()
    expect(page.get_by_text("Đã tiếp nhận, đang phân loại")).to_be_visible()
    assert "lợn" not in page.locator("main").inner_text()
