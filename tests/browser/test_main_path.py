"""The main job in the browser, as its people do it: report, dispatch, answer, release, rating, figures."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk

CODE = re.compile(r"PA-\d{3}-\d{3}-\d{3}")


def photo(folder: Path, name: str, colour: str) -> Path:
    """A JPEG with EXIF that must not reach an agency."""
    path, data = folder / name, io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "May anh cua nguoi dan"
    Image.new("RGB", (640, 480), colour).save(data, "JPEG", exif=exif)
    path.write_bytes(data.getvalue())
    return path


class Widget:
    """The chat of a citizen's window."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        page.goto(base + "/")
        self.chat = page.locator("hotline-chat")
        launch = self.chat.locator("button.launch")
        if launch.is_visible():
            launch.click()

    def says(self, text: str) -> None:
        self.chat.locator("textarea").fill(text)
        self.chat.locator("textarea").press("Enter")

    def presses(self, label: str) -> None:
        self.chat.locator(".log").get_by_role("button", name=label, exact=True).last.click()

    def hears(self, words: str) -> str:
        found = self.chat.locator(".m:not(.me)", has_text=words).last
        found.wait_for()
        return found.inner_text()


def test_a_report_goes_from_the_web_chat_through_an_agency_back_to_its_reporter(
    desk: Desk, tmp_path: Path, no_overflow: Callable[[Page], None]
) -> None:
    system = desk.system
    operator = desk.sign_in("tongdaivien", desk.user("tongdaivien", "operator"))
    officer = desk.sign_in("canbo", desk.user("canbo", "officer", "ubnd-xa-11383"), width=390)
    stranger = desk.sign_in("canbokhac", desk.user("canbokhac", "officer", "so-y-te"))
    manager = desk.sign_in("quanly", desk.user("quanly", "manager"))

    citizen = Widget(desk.window(390, 844), system.base)
    citizen.says("rac do day ngo 45 duong Lach Tray phuong Le Chan ca tuan nay khong ai don, hoi lam")
    citizen.hears("ảnh hiện trường")
    citizen.chat.locator("input[type=file]").set_input_files(photo(tmp_path, "rac.jpg", "brown"))
    citizen.hears("chỉ để liên hệ")
    citizen.presses("Bỏ qua")
    citizen.hears("Đúng thì anh/chị chọn")
    citizen.presses("Gửi")
    filed = citizen.hears("Mã phản ánh của anh/chị là")
    code = CODE.search(filed)
    assert code is not None
    assert "chậm nhất" in filed
    no_overflow(citizen.page)

    operator.goto(f"{system.base}/console/phan-anh?tim=rac+do+day")
    operator.get_by_role("link", name=code[0]).click()
    expect(operator.get_by_text("Rác thải không thu gom").first).to_be_visible()
    expect(operator.get_by_text("Phường Lê Chân").first).to_be_visible()
    picture = operator.locator(".photos img").first
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert "UBND Phường Lê Chân" in operator.locator("select[name=agency] option:checked").inner_text()
    operator.get_by_role("button", name="Phân phối").click()
    expect(operator.locator("h1 .state")).to_have_text("Đã phân phối")

    stranger.goto(f"{system.base}/console/phan-anh?muc=all")
    expect(stranger.get_by_text(code[0])).to_have_count(0)
    answer = stranger.goto(f"{system.base}/console/phan-anh/{code[0]}")
    assert answer is not None
    assert answer.status == 404
    desk.faults = [fault for fault in desk.faults if "404" not in fault]

    officer.goto(f"{system.base}/console/phan-anh")
    officer.get_by_role("link", name=code[0]).click()
    no_overflow(officer)
    officer.get_by_role("button", name="Tiếp nhận").click()
    officer.get_by_label("Đã làm gì, khi nào").fill(
        "Ngày 24/11 phường đã thu gom hết rác ở ngõ 45 Lạch Tray và nhắc nhở các hộ."
    )
    officer.locator("input[type=file]").set_input_files(photo(tmp_path, "sach.jpg", "green"))
    officer.get_by_role("button", name="Gửi kết quả để duyệt").click()
    expect(officer.locator("h1 .state")).to_have_text(re.compile("duyệt", re.I))

    operator.goto(f"{system.base}/console/phan-anh/{code[0]}")
    operator.get_by_role("button", name="Duyệt và gửi").click()
    expect(operator.get_by_role("button", name="Duyệt và gửi")).to_have_count(0)

    assert "thu gom hết rác" in citizen.hears("thu gom hết rác")
    citizen.chat.get_by_role("button", name="5/5", exact=False).last.click()
    citizen.hears("5 điểm")

    manager.goto(f"{system.base}/console/so-lieu")
    no_overflow(manager)
    manager.get_by_role("link", name="đã trả kết quả").click()
    expect(manager.get_by_role("link", name=code[0])).to_be_visible()
    operator.goto(f"{system.base}/console/phan-anh/{code[0]}")
    expect(operator.get_by_text("5/5").first).to_be_visible()
    assert desk.faults == []
