"""A form sent after its session ended is sent on, and a refused one stands in view, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from tests.browser.screens import served
from tests.browser.test_ticket_page import new, office, window
from tests.integration.console.conftest import PASSWORD, Office

__all__ = ["office"]


@pytest.mark.parametrize("width", [390, 1280])
def test_a_form_is_sent_on_after_the_password(
    browser: Browser, office: Office, no_overflow: Callable[[Page], None], width: int
) -> None:
    life = new(office)
    office.now = life.now
    reader = office.person("nguoi-truc", "operator")
    with served(office) as base:
        page = window(browser, base, reader, width, f"/phan-anh/{life.code}")
        page.get_by_label("Phân phối đến").select_option(index=1)
        page.get_by_label("Ghi chú cho đơn vị").fill("Đến trước 17 giờ\nGọi bảo vệ mở cổng")
        with office.store.transaction() as session:
            session.execute(text("UPDATE user_sessions SET revoked_at = now()"))
        page.get_by_role("button", name="Phân phối", exact=True).click()
        expect(page.get_by_role("heading", name="Nội dung chưa được gửi")).to_be_visible()
        no_overflow(page)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập và xem lại").click()
        expect(page.get_by_text("Gọi bảo vệ mở cổng")).to_be_visible()
        no_overflow(page)
        page.get_by_role("button", name="Gửi tiếp").click()
        expect(page.get_by_text("Đã phân phối phản ánh.")).to_be_visible()
        expect(page.get_by_text("Gọi bảo vệ mở cổng").first).to_be_visible()
        page.context.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_refused_form_is_in_view(browser: Browser, office: Office, width: int) -> None:
    life = new(office)
    office.now = life.now
    reader = office.person("nguoi-truc", "operator")
    with served(office) as base:
        page = window(browser, base, reader, width, f"/phan-anh/{life.code}")
        page.locator("summary", has_text="Từ chối").click()
        form = page.locator("form[action*='/tu-choi']")
        form.locator("textarea").fill("x")
        form.get_by_role("button").click()
        refused = page.locator("form[action*='/tu-choi'] .error")
        expect(refused).to_be_in_viewport()
        expect(refused).to_be_focused()
        assert page.locator("details[open]").count() == 1
        page.goto(page.url)
        assert page.url.endswith(f"/console/phan-anh/{life.code}")
        page.context.close()
