"""``python -m tests.browser.screens``: the ticket page in six states, as pictures for ``docs/screens``.

Each state is lived through the real services on a database of its own and shown by the real console in Chromium.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from PIL import Image
from playwright.sync_api import sync_playwright
from sqlalchemy import select, text

from feedback_store.defaults import load_defaults
from feedback_store.migrations import upgrade
from feedback_store.store import Store, make_engine
from feedback_store.tables import User
from hotline.simulation.run import scratch
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.integration.console.conftest import Office
from tests.integration.console.states import STATES
from tests.integration.tickets.conftest import at

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
NAMES = {"tong-dai": "Trần Thu Hà", "lanh-dao-truc": "Vũ Minh Đức"}
WIDTHS = {"": 1280, "-390": 390}


@contextlib.contextmanager
def served(office: Office) -> Iterator[str]:
    """The console of an office on a free port of this machine."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(office.outer, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [found]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{found.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("states", nargs="*", default=list(STATES))
    parser.add_argument("--folder", type=Path, default=FOLDER)
    asked = parser.parse_args()
    with scratch() as place, tempfile.TemporaryDirectory() as media, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name in asked.states:
            fresh(place.url)
            store = Store(make_engine(place.url, pool_size=8))
            upgrade(store.engine)
            with store.transaction() as session:
                load_defaults(session, now=at("2026-01-01 00:00"))
            life = STATES[name](store)
            office = Office(store, Path(media), now=life.now)
            office.account("tong-dai", "operator")  # who dispatched and released: user 1
            supervisor = office.person("lanh-dao-truc", "supervisor")
            with store.transaction() as session:
                for one in session.scalars(select(User)):
                    one.name = NAMES[one.login]
            with served(office) as base:
                for suffix, width in WIDTHS.items():
                    context = browser.new_context(viewport={"width": width, "height": 900}, locale="vi-VN")
                    jar = supervisor.client.cookies.jar
                    context.add_cookies([{"name": one.name, "value": one.value or "", "url": base} for one in jar])
                    page = context.new_page()
                    page.goto(f"{base}/console/phan-anh/{life.code}")
                    page.locator(".glance > summary").click()
                    save(page.screenshot(full_page=True), asked.folder / f"ticket-{name}{suffix}.png")
                    context.close()
            for client in office.clients:
                client.close()
            store.close()
            print(f"{name}: {life.code}")
        browser.close()


def save(picture: bytes, path: Path) -> None:
    """In 64 colours: a page of text loses nothing by it, and the file is a fourth as large."""
    with Image.open(io.BytesIO(picture)) as opened:
        opened.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)


def fresh(url: str) -> None:
    """An empty database behind ``url``."""
    engine = make_engine(url, pool_size=1)
    with engine.begin() as connection:
        for schema in connection.execute(text("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information'")):
            connection.execute(text(f'DROP SCHEMA "{schema[0]}" CASCADE'))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


if __name__ == "__main__":
    main()
