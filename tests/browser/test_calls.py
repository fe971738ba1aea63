"""The call lists on a phone: after a press the reader is where the pressed card is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from feedback_store.store import Store
from feedback_store.texts import render
from tests.browser.screens import served
from tests.browser.test_ticket_page import window
from tests.integration.console.conftest import Office
from tests.integration.console.test_owed import released

LONG = "Rác đầu hẻm cả tuần chưa ai thu gom, mùi rất hôi, trẻ con đi học phải bịt mũi. " * 12
SCREEN = 844


@pytest.fixture
def office(loaded_store: Store, tmp_path: Path) -> Iterator[Office]:
    made = Office(loaded_store, tmp_path)
    yield made
    for client in made.clients:
        client.close()


def owed(office: Office, count: int) -> None:
    for _ in range(count):
        released(office, text=LONG)


def on_first_screen(page: Page, selector: str) -> None:
    found = page.locator(selector).first
    expect(found).to_be_visible()
    top, bottom = found.evaluate("one => [one.getBoundingClientRect().top, one.getBoundingClientRect().bottom]")
    assert top >= 0, (selector, top)
    assert bottom <= SCREEN, (selector, bottom)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_taken_call_is_on_the_screen_with_its_number_and_message(
    browser: Browser, office: Office, no_overflow: Callable[[Page], None], width: int
) -> None:
    owed(office, 4)
    operator = office.person("tong-dai", "operator")
    with served(office) as base:
        page = window(browser, base, operator, width, "/goi-bao")
        third = page.locator("section.card").nth(2)
        words = third.locator(".words").first
        assert words.evaluate("one => one.scrollHeight <= one.clientHeight"), "they are read out, so none is cut"
        assert (words.text_content() or "").strip() == LONG.strip()
        card = f"#{third.get_attribute('id')}"
        third.get_by_role("button", name=render("phone_desk.take")).click()
        expect(page.get_by_text(render("phone_desk.taken_now"))).to_be_visible()
        for selector in (f"{card} h2", f"{card} .done", f"{card} a[href^='tel:']"):
            on_first_screen(page, selector)
        no_overflow(page)
        page.context.close()


def test_a_refused_time_is_said_beside_its_field_on_the_screen(browser: Browser, office: Office) -> None:
    owed(office, 4)
    operator = office.person("tong-dai", "operator")
    with served(office) as base:
        page = window(browser, base, operator, 390, "/goi-bao")
        card = page.locator("section.card").nth(2)
        card.get_by_role("button", name=render("phone_desk.take")).click()
        field = page.locator("input[name=again_at]")
        assert field.input_value() > "2026-11-23"
        mark = "one => getComputedStyle(one.closest('label'), '::before').content"
        assert field.evaluate(mark).startswith('"*')
        field.fill("")
        page.get_by_role("button", name="Chưa gặp").click()
        expect(page.get_by_role("alert")).to_have_text(render("phone_desk.again_when", days=7))
        on_first_screen(page, "form [role=alert]")
        on_first_screen(page, "input[name=again_at]")
        page.context.close()
