"""The console over a real database, with people of every role and tickets of two agencies."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from PIL import Image
from sqlalchemy import select

from console.app import create_console
from feedback_store.service import legs, tickets, users
from feedback_store.service.actor import BOT, SYSTEM, Actor
from feedback_store.store import Store
from feedback_store.tables import Agency, Leg, Ticket
from tests.sla import second_kept, second_lists

PASSWORD = "Xe dap cu 17 mau rau"
NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)  # 09:00 on a Monday in Viet Nam
OPERATOR = Actor("user", user_id=1, role="operator")


def jpeg(colour: str = "gray") -> bytes:
    """A small photo with a name in its EXIF."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "noi chup bi mat"
    Image.new("RGB", (80, 60), colour).save(out, "JPEG", exif=exif)
    return out.getvalue()


@dataclass
class Person:
    """A browser without its window."""

    client: TestClient

    def get(self, path: str) -> Response:
        return self.client.get(f"/console{path}")

    def read(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def sign_in(self, login: str, password: str, **more: Any) -> Response:
        """Send the sign-in form as it was shown."""
        data = {"csrf": hidden(self.get("/dang-nhap").text, "csrf"), "login": login, "password": password}
        return self.client.post("/console/dang-nhap", data={**data, **more})

    def post(self, path: str, *, page: str | None = None, files: Any = None, **fields: Any) -> Response:
        """Send a form of ``page`` with its CSRF token and the version it was shown with."""
        shown = self.get(page or path).text
        data = {"csrf": hidden(shown, "csrf"), **fields}
        if 'name="version"' in shown and "version" not in fields:
            data["version"] = hidden(shown, "version")
        return self.client.post(f"/console{path}", data=data, files=files)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, f"no hidden field {name}"
    return found[1]


@dataclass
class Office:
    """Makes people and tickets; ``now`` is what every page takes for the present."""

    store: Store
    media: Path
    now: dt.datetime = NOW
    clients: list[TestClient] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.app = create_console(
            self.store, media=self.media, base_url="http://testserver", secure_cookies=False, now=lambda: self.now
        )
        self.outer = _mounted(self.app)

    def client(self, address: str = "10.0.0.1") -> TestClient:
        made = TestClient(self.outer, follow_redirects=True, client=(address, 50000))
        self.clients.append(made)
        return made

    def agency(self, code: str) -> int:
        with self.store.reading() as session:
            return session.scalars(select(Agency.id).where(Agency.code == code)).one()

    def account(self, login: str, role: str, agency: str | None = None) -> str:
        """Make a user; gives the one-time password."""
        with self.store.transaction() as session:
            made = users.create_user(
                session, login=login, name=f"Người {login}", role=role,
                agency_id=self.agency(agency) if agency else None, actor=SYSTEM, now=self.now,
            )  # fmt: skip
        return made.password

    def visitor(self, address: str = "10.0.0.1") -> Person:
        """A browser that nobody used before."""
        return Person(self.client(address))

    def person(self, login: str, role: str, agency: str | None = None, address: str = "10.0.0.1") -> Person:
        """A user signed in with a lasting password."""
        one_time = self.account(login, role, agency)
        person = self.visitor(address)
        person.sign_in(login, one_time)
        answer = person.post("/doi-mat-khau", old=one_time, new=PASSWORD, again=PASSWORD)
        assert answer.status_code == 200, answer.text
        return person

    def ticket(self, text: str = "Rác đầy ngõ 45 Lạch Tray cả tuần", **more: Any) -> Ticket:
        values: dict[str, Any] = {"category_code": "moi-truong.rac", "channel": "web", "commune_code": "11383", **more}
        with self.store.transaction() as session:
            report = tickets.NewReport(text=text, receipt_at=self.now, **values)
            filed = tickets.file_report(session, report=report, actor=BOT, now=self.now)
            return session.get_one(Ticket, filed.ticket_id)

    def dispatch(self, ticket: Ticket, agency: str) -> Leg:
        with self.store.transaction() as session:
            return legs.dispatch(
                session, ticket_id=ticket.id, agency_id=self.agency(agency), actor=OPERATOR,
                expected_version=None, now=self.now,
            )  # fmt: skip


def _mounted(app: Any) -> Any:
    from starlette.applications import Starlette
    from starlette.routing import Mount

    return Starlette(routes=[Mount("/console", app)])


@pytest.fixture
def office(loaded_store: Store, tmp_path: Path) -> Iterator[Office]:
    made = Office(loaded_store, tmp_path)
    yield made
    with loaded_store.reading() as session:
        assert second_lists.differences(session) == []
        assert second_kept.differences(session) == []
    for client in made.clients:
        client.close()


@pytest.fixture
def person(office: Office) -> Callable[..., Person]:
    return office.person
