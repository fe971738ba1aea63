"""Turns that broke and updates that could not be read, as the administrator sees them; forms with odd characters."""

from __future__ import annotations

import datetime as dt
import uuid

from feedback_store.service import failures, intake
from feedback_store.service.intake import NewEvent
from feedback_store.tables import InboundEvent
from tests.integration.console.conftest import Office

NOW = dt.datetime(2026, 11, 29, 3, tzinfo=dt.UTC)


def test_the_administrator_sees_what_broke_without_the_words_and_nobody_else_does(office: Office) -> None:
    peer = str(uuid.uuid4())
    with office.store.transaction() as session:
        event = NewEvent("web", "", peer, uuid.UUID(peer), peer, "text", {"text": "lời riêng tư"}, handled=True)
        stored = intake.store_inbound(session.connection(), event, now=NOW)
        row = session.get_one(InboundEvent, stored.event_id)
        row.failure = "gave up after 5 attempts: KeyError at turn.py:70"
        failures.record_unread(
            session, channel="telegram", account="a", event_key="7", reason="TypeError at parse.py:40", now=NOW
        )
    shown = office.person("quan-tri", "administrator").read("/khong-gui-duoc")
    assert "KeyError at turn.py:70" in shown
    assert peer[:8] in shown
    assert "TypeError at parse.py:40" in shown
    assert "lời riêng tư" not in shown
    assert "turn.py" not in office.person("truc-ban", "operator").read("/khong-gui-duoc")


def test_control_codes_in_a_form_are_left_out_of_what_is_kept(office: Office) -> None:
    admin = office.person("quan-tri", "administrator")
    fields = {"login": "moi\x0bnhat", "name": "Nguyễn\x00 Văn\x08 Tám", "role": "operator", "agency": ""}
    answer = admin.post("/nguoi-dung", page="/nguoi-dung", **(fields | {"login": "nguoi\x00moi"}))
    assert answer.status_code == 200
    assert "Nguyễn Văn Tám" in admin.read("/nguoi-dung")
