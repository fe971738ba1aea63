"""Chromium against the running hotline. Loudly skipped where Chromium is not installed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.system import System

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PASSWORD = "Xe dap cu 17 mau rau"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("SKIPPED: Chromium is not installed (apt-get install chromium); browser tests did NOT run")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@dataclass
class Desk:
    """Browser windows of several people; ``faults`` collects script errors and failed requests of all."""

    browser: Browser
    system: System
    faults: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def window(self, width: int = 1280, height: int = 900) -> Page:
        context = self.browser.new_context(viewport={"width": width, "height": height}, locale="vi-VN")
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._heard(page, said))
        return page

    def _heard(self, page: Page, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.faults.append(f"{page.url}: {said.text}")

    def user(self, login: str, role: str, agency: str | None = None) -> str:
        """Make a console user; gives the one-time password."""
        options = ["--agency", agency] if agency else []
        done = self.system.run("user", "create", login, "--name", f"Người thử {login}", "--role", role, *options)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()[-1]

    def sign_in(self, login: str, password: str, *, width: int = 1280) -> Page:
        """A window of a user who signs in for the first time and sets a password."""
        page = self.window(width)
        page.goto(self.system.base + "/console")
        page.get_by_label("Tên đăng nhập").fill(login)
        page.get_by_label("Mật khẩu").fill(password)
        page.get_by_role("button", name="Đăng nhập").click()
        page.get_by_label("Mật khẩu hiện tại").fill(password)
        page.get_by_label("Mật khẩu mới", exact=False).first.fill(PASSWORD)
        page.get_by_label("Nhập lại mật khẩu mới").fill(PASSWORD)
        page.get_by_role("button", name="Đổi mật khẩu").click()
        page.get_by_text("Đã đổi mật khẩu").wait_for()
        return page


@pytest.fixture
def desk(browser: Browser, hotline: System) -> Iterator[Desk]:
    made = Desk(browser, hotline)
    yield made
    for context in made.contexts:
        context.close()


@pytest.fixture
def no_overflow() -> Callable[[Page], None]:
    """Asserts that nothing of the page is wider than the window."""

    def check(page: Page) -> None:
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{page.url} is {over} px too wide"

    return check
