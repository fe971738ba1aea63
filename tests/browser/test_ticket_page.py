"""The first screen of a ticket: its words, photo, place and the next action stand there, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from feedback_store.service import media
from feedback_store.store import Store
from feedback_store.tables import Leg
from tests.browser.screens import served
from tests.integration.console.conftest import Office, Person, jpeg
from tests.integration.console.states import Life

WARD = "ubnd-xa-11383"
LONG = "Rác đầu hẻm cả tuần chưa ai thu gom, mùi rất hôi, trẻ con đi học phải bịt mũi. " * 12
FIRST_SCREEN = {1280: 600, 390: 844}


@pytest.fixture
def office(loaded_store: Store, tmp_path: Path) -> Iterator[Office]:
    made = Office(loaded_store, tmp_path)
    yield made
    for client in made.clients:
        client.close()


def filed(office: Office, text: str, photos: int) -> Life:
    """A report about garbage with some photos, received in the morning of Thursday, 19 November 2026."""
    life = Life(office.store).filed("2026-11-19 09:12", "moi-truong.rac", text, place="Ngõ 45 Lạch Tray")
    stored = [media.store_upload(office.media, jpeg(), max_bytes=10**6) for _ in range(photos)]
    with office.store.transaction() as session:
        for one in stored:
            media.attach(session, one, ticket_id=life.id, now=life.now)
    return life


def new(office: Office) -> Life:
    return filed(office, LONG, 6)


def dispatched(office: Office) -> Life:
    life = filed(office, LONG, 2)
    life.dispatched("2026-11-19 09:40", WARD)
    return life


def running(office: Office) -> Life:
    life = filed(office, "Rác đầu hẻm cả tuần chưa ai thu gom", 1)
    leg = life.dispatched("2026-11-19 09:40", WARD)
    life.accepted("2026-11-19 10:30", leg)
    return life.until("2026-11-20 14:00")


def answered(office: Office) -> Life:
    life = running(office)
    with office.store.reading() as session:
        leg = session.scalars(select(Leg.id).where(Leg.ticket_id == life.id)).one()
    life.answered("2026-11-20 14:30", leg, "Đã thu gom toàn bộ rác tại đầu hẻm lúc 14 giờ. " * 6)
    return life


def window(browser: Browser, base: str, reader: Person, width: int, path: str) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 844}, locale="vi-VN")
    jar = reader.client.cookies.jar
    host = urlsplit(base).hostname or ""
    context.add_cookies(
        [{"name": one.name, "value": one.value or "", "domain": host, "path": one.path} for one in jar]
    )
    page = context.new_page()
    page.goto(f"{base}/console{path}")
    return page


def bottom(page: Page, selector: str) -> float:
    """Where the first such element ends, in pixels below the top of the page."""
    found = page.locator(selector).first
    expect(found).to_be_visible()
    return float(found.evaluate("one => one.getBoundingClientRect().bottom + window.scrollY"))


@pytest.mark.parametrize(
    ("state", "role", "action"),
    [
        (new, "operator", "Phân phối"),
        (dispatched, "officer", "Tiếp nhận"),
        (running, "officer", "Gửi kết quả để duyệt"),
        (running, "operator", None),
        (answered, "supervisor", "Duyệt và gửi"),
    ],
)
def test_words_photo_place_and_next_action_stand_on_the_first_screen(
    browser: Browser, office: Office, no_overflow: Callable[[Page], None],
    state: Callable[[Office], Life], role: str, action: str | None,
) -> None:  # fmt: skip
    life = state(office)
    office.now = life.now
    reader = office.person("nguoi-xem", role, WARD if role == "officer" else None)
    with served(office) as base:
        for width, limit in FIRST_SCREEN.items():
            page = window(browser, base, reader, width, f"/phan-anh/{life.code}")
            button = f".next button:has-text('{action}')" if action else ".next li"
            for selector in (".report .words", ".report .photos img", ".report .place", button):
                assert bottom(page, selector) <= limit, (selector, width)
            expect(page.locator(".strip .cell progress").first).to_be_visible()
            expect(page.get_by_role("heading", name="Vì sao hạn như vậy")).to_be_hidden()
            page.get_by_text("Giải thích thời hạn").click()
            expect(page.get_by_role("heading", name="Vì sao hạn như vậy")).to_be_visible()
            no_overflow(page)
            page.context.close()
