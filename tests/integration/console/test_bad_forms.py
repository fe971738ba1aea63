"""No form breaks a page or changes anything by being refused: every route that takes one, every role."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest
from httpx import Response
from sqlalchemy import text
from structlog.testing import capture_logs

from feedback_store.store import Store
from tests.integration.console.bad_forms import FORM, MULTIPART, Sent, forms, multipart
from tests.integration.console.bad_values import SEED, routes
from tests.integration.console.conftest import Office, Person, hidden
from tests.integration.console.test_bad_values import ROLES, complaint, member

EACH = 2
"""Forms with bad fields for each route, others for every role."""
LAST = ("/dang-xuat", "/doi-mat-khau")
"""They may end the session."""
INNARDS = re.compile(r"psycopg|sqlalchemy|SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|violates|Traceback|\.py\b", re.I)
KEPT = (
    "agencies", "calendar_versions", "callback_tasks", "categories", "category_groups", "clocks", "contacts",
    "emergency_calls", "extensions", "hotline_numbers", "import_runs", "legs", "media", "outbound_messages", "pauses",
    "phone_tellings", "policy_versions", "procedures", "questions", "routing_rules", "settings", "staff_links",
    "ticket_events", "tickets", "user_files", "users",
)  # fmt: skip
STATE = " UNION ALL ".join(f"SELECT '{one}', count(*), max(xmin::text::bigint) FROM {one}" for one in KEPT)


def state(store: Store) -> list[tuple[object, ...]]:
    """Rows and the newest change of each table that a person may change."""
    with store.reading() as session:
        return [tuple(row) for row in session.execute(text(STATE))]


def fault(answer: Response) -> str | None:
    """What is wrong with an answer to a form; None for a page or JSON with a reason in Vietnamese."""
    if found := INNARDS.search(answer.text):
        return f"innards: {found[0]}"
    if answer.headers.get("content-type", "").startswith("application/json") and answer.status_code >= 400:
        return None if not str(answer.json().get("message", "")).isascii() else "no message in Vietnamese"
    return complaint(answer)


def targets(office: Office) -> dict[str, str]:
    """Good values for fields and paths, all of rows that are there."""
    ticket = office.ticket()
    leg = office.dispatch(ticket, "ubnd-xa-11383")
    office.account("nguoi-khac", "operator")
    agency = str(office.agency("ubnd-xa-11383"))
    return {
        "code": ticket.code, "agency_id": agency, "agency": agency, "leg": str(leg.id), "user_id": "2",
        "action": "khoa", "move_name": "tam-dung", "reason": "Vì lý do này", "note": "Ghi chú của tổng đài",
        "text": "Đã dọn xong rác ở ngõ", "category": "moi-truong.rac", "commune": "11383", "name": "Tên mới",
        "kind": "citizen", "role": "operator", "login": "nguoi.moi", "phone": "0912345678", "day": "2026-12-01",
        "ngay": "2026-12-01", "days": "2026-12-01", "valid_from": "2026-12-01", "called_at": "2026-11-23T08:00",
        "again_at": "2026-11-23T10:00", "question": "Rác ở đầu hay cuối ngõ ạ?", "more": "2", "outcome": "done",
        "more_reason": "Cần thêm xe chở rác", "pause_reason": "Bão số 9", "decision": "grant", "year": "2027",
        "lich": "ubnd", "base": "1", "spans": "07:30-11:30", "group": "moi-truong", "active": "1", "step": "xem",
        "which": "linh-vuc", "confirmed": "on",
    }  # fmt: skip


def sendings(office: Office, person: Person, good: dict[str, str], role: str) -> Iterator[Sent]:
    chance = random.Random(f"{SEED}:POST:{role}")
    shown = person.get("/dang-nhap" if role == "nobody" else "/doi-mat-khau").text
    token = hidden(shown, "csrf")
    for route in sorted(routes(office.app, "POST"), key=lambda one: one.path in LAST):
        yield from forms(route, good, token, chance, EACH)


@pytest.mark.parametrize("role", ROLES)
def test_no_form_breaks_a_page_or_changes_what_it_may_not(office: Office, role: str) -> None:
    good = targets(office)
    person = member(office, role)
    person.client.follow_redirects = False
    wrong, count, before = [], 0, state(office.store)
    for sent in sendings(office, person, good, role):
        with capture_logs() as lines:
            answer = person.client.post(
                f"/console{sent.path}", content=sent.body, headers={"content-type": sent.kind}
            )
        said = fault(answer)
        said = said or next((str(line) for line in lines if line["event"] == "unforeseen_error"), None)
        after = state(office.store)
        if (role == "nobody" or answer.status_code >= 400 or sent.note.startswith("no token")) and after != before:
            said = said or f"changed {sorted(set(map(str, after)) - set(map(str, before)))}"
        before, count = after, count + 1
        if said is not None:
            wrong.append(f"{sent.path[:100]} {answer.status_code}: {said[:400]} after {sent.note[:400]}")
    assert not wrong, "\n".join(wrong)
    assert count > 150


@pytest.mark.parametrize(
    ("kind", "body"),
    [(MULTIPART, b"--bien"), ("multipart/form-data", b"a"), (FORM, b"a=1&" * 300), (MULTIPART, multipart([], ()) * 2)],
)
def test_a_form_that_cannot_be_parsed_is_refused_with_a_page(office: Office, kind: str, body: bytes) -> None:
    operator = member(office, "operator")
    answer = operator.client.post("/console/nhap-cuoc-goi", content=body, headers={"content-type": kind})
    assert answer.status_code in (400, 409)
    assert fault(answer) is None


def test_a_call_from_a_commune_that_nobody_knows_is_not_filed(office: Office) -> None:
    operator = member(office, "operator")
    for commune in ("99999", "x" * 3000):
        answer = operator.post("/nhap-cuoc-goi", text="Rác đầy ngõ", category="moi-truong.rac", commune=commune)
        assert answer.status_code == 409
        assert "không có trong danh mục" in answer.text
        assert "Rác đầy ngõ" in answer.text
    with office.store.reading() as session:
        assert session.execute(text("SELECT count(*) FROM tickets")).scalar_one() == 0


@pytest.mark.parametrize("login", ["a\0b", "\0", "a\x1b[31m"])
def test_a_login_with_control_codes_is_an_unknown_one(office: Office, login: str) -> None:
    with capture_logs() as lines:
        answer = office.visitor().sign_in(login, "x")
    assert answer.status_code == 401
    assert [line for line in lines if line["event"] == "unforeseen_error"] == []


def test_every_form_is_among_the_routes_that_are_tried(office: Office) -> None:
    tried = {route.path for route in routes(office.app, "POST")}
    assert {"/phan-anh/{code}/phan-phoi", "/nhap-cuoc-goi", "/nhap-du-lieu", "/dang-nhap", "/nguoi-dung"} <= tried
    assert len(tried) > 55
    others = {method for method in ("PUT", "PATCH", "DELETE") if routes(office.app, method)}
    assert others == set()  # none yet; the first one belongs into the test above
