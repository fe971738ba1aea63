"""Every page of the console at the width of a phone and of a desk: nothing cut off, no script error."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk

PAGES = (
    "/phan-anh?muc=new", "/phan-anh?muc=all", "/phan-anh?tim=khong+co+gi", "/nhap-cuoc-goi", "/goi-lai", "/goi-bao",
    "/khan-cap", "/khong-gui-duoc", "/thong-bao", "/so-lieu", "/so-lieu/phieu?so=k1b&phan=missed", "/nguoi-dung",
    "/don-vi", "/buoc-dau", "/nhat-ky", "/thu-tuc", "/doi-mat-khau", "/tai-khoan",
)  # fmt: skip


def test_every_page_fits_a_phone_and_a_desk(desk: Desk, no_overflow: Callable[[Page], None]) -> None:
    page = desk.sign_in("quantri2", desk.user("quantri2", "administrator"))
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        for path in PAGES:
            answer = page.goto(f"{desk.system.base}/console{path}")
            assert answer is not None
            assert answer.status == 200, path
            expect(page.locator("h1").first).to_be_visible()
            no_overflow(page)
    assert desk.faults == []


def test_the_menu_of_a_phone_opens_and_leads_on(desk: Desk) -> None:
    page = desk.sign_in("dienthoai", desk.user("dienthoai", "operator"), width=390)
    link = page.get_by_role("link", name="Nhập cuộc gọi")
    expect(link).to_be_hidden()
    page.get_by_text("Trình đơn").click()
    link.click()
    expect(page.get_by_role("heading", name="Nhập cuộc gọi")).to_be_visible()


def test_a_call_is_entered_and_its_code_shown_to_be_read_aloud(desk: Desk) -> None:
    page = desk.sign_in("nghemay", desk.user("nghemay", "operator"), width=390)
    page.goto(f"{desk.system.base}/console/nhap-cuoc-goi")
    page.get_by_label("Nội dung, theo lời").fill("Bà con phản ánh mất nước hai ngày nay")
    page.locator("select[name=category]").select_option("cap-nuoc.mat-nuoc")
    page.get_by_role("textbox", name="Địa điểm").fill("ngõ 20 Cầu Niệm, phường Kiến An")
    page.get_by_role("textbox", name="Số điện thoại").fill("0912345678")
    page.get_by_role("button", name="Lưu phản ánh").click()
    expect(page.locator(".aloud")).to_contain_text("PA-")
    page.get_by_role("link", name="Mở phản ánh").click()
    expect(page.get_by_text("Bà con phản ánh mất nước")).to_be_visible()
    expect(page.get_by_text("09••••••78")).to_be_visible()
