"""What breaks around the gateway, and what the citizen reads then."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import threading
import time
import uuid
from pathlib import Path

import httpx
import pytest
from PIL import Image
from pillow_heif import register_heif_opener
from sqlalchemy import select, text

from bot.gateway.app import Gateway
from bot.gateway.config import GatewayConfig
from feedback_store.store import Store, make_engine
from feedback_store.tables import Conversation, EmergencyCall, InboundEvent, Media, OutboundMessage
from tests.integration.gateway.conftest import Citizen, running
from tests.integration.gateway.fake_engine import FakeEngine
from tests.system import until

register_heif_opener()


def photo(kind: str = "JPEG", size: tuple[int, int] = (60, 40)) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", size, "red")
    exif = image.getexif()
    exif[0x010E] = "secret place"
    exif[0x0112] = 6
    image.save(out, kind, exif=exif)
    return out.getvalue()


def upload(citizen: Citizen, data: bytes, name: str = "a.jpg", **fields: str) -> httpx.Response:
    return citizen.http.post(
        "/web/messages", data={"id": str(uuid.uuid4()), **fields}, files={"photo": (name, data, "image/jpeg")}
    )


def test_ten_messages_at_once_are_handled_in_stored_order_and_never_side_by_side(
    citizen: Citizen, engine: FakeEngine, store: Store
) -> None:
    engine.delay = 0.03
    threads = [threading.Thread(target=citizen.post, kwargs={"text": f"tin {n}"}) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(citizen.wait_for(10)) == 10
    with store.reading() as session:
        stored = [row.body["text"] for row in session.scalars(select(InboundEvent).order_by(InboundEvent.id))]
    assert [turn["text"] for turn in engine.turns] == stored
    assert engine.overlaps == 0


def test_concurrent_duplicates_are_one_event(citizen: Citizen, engine: FakeEngine, store: Store) -> None:
    number = str(uuid.uuid4())
    threads = [
        threading.Thread(target=citizen.post, kwargs={"id": number, "text": "một lần"}) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    citizen.wait_for(1)
    time.sleep(0.3)
    assert len(engine.turns) == 1
    assert len(citizen.messages()) == 1


def test_different_people_are_served_side_by_side(gateway: Gateway, engine: FakeEngine) -> None:
    engine.delay = 1
    with running(gateway) as base:
        people = [Citizen(base) for _ in range(6)]
        events = [one.post(text="chào").json()["event"] for one in people]
        assert all(one.outcome(event)["handled"] for one, event in zip(people, events, strict=True))
        for one in people:
            one.http.close()
    assert engine.most_at_once > 1


def test_an_engine_that_is_down_is_said_once_and_every_message_is_answered_in_order_later(
    citizen: Citizen, engine: FakeEngine
) -> None:
    engine.down = True
    citizen.post(text="một")
    citizen.post(text="hai")
    first = citizen.wait_for(1)
    assert "đang xử lý" in first[0]["text"]
    time.sleep(3)
    assert len(citizen.messages()) == 1
    engine.down = False
    assert [one["text"] for one in citizen.wait_for(3)][1:] == ["Đã nghe: một", "Đã nghe: hai"]


def test_an_event_the_engine_refuses_gets_an_apology_and_does_not_block_the_next(
    citizen: Citizen, engine: FakeEngine, store: Store
) -> None:
    engine.status = 400
    outcome = citizen.say("hỏng")
    assert outcome["failure"].startswith("engine refused")
    engine.status = 200
    assert citizen.say("được")["failure"] is None
    assert citizen.texts()[1] == "Đã nghe: được"


def test_a_lease_that_ran_out_is_taken_over_and_the_late_turn_writes_nothing(
    citizen: Citizen, engine: FakeEngine, gateway: Gateway, store: Store
) -> None:
    engine.delay = 1.0
    event = citizen.post(text="chậm").json()["event"]
    with store.transaction() as session:
        session.execute(text("UPDATE conversations SET lease_owner = 'another', leased_until = now() - interval '1 s'"))
    assert until(lambda: engine.turns)
    time.sleep(0.5)
    assert citizen.messages() == []
    engine.delay = 0
    with store.reading() as session:
        conversation = session.scalars(select(Conversation.id)).one()
    gateway_loop_kick(gateway, conversation)
    assert citizen.outcome(event)["handled"]
    assert citizen.texts() == ["Đã nghe: chậm"]
    assert len(engine.turns) == 1


def gateway_loop_kick(gateway: Gateway, conversation: uuid.UUID) -> None:
    """As the sweeper does, from the test's own thread."""
    task = gateway.hub._task
    assert task is not None
    task.get_loop().call_soon_threadsafe(gateway.runner.kick, conversation)


def test_a_button_is_bound_to_its_conversation_and_works_once(
    gateway: Gateway, engine: FakeEngine
) -> None:
    engine.script["tóm tắt"] = {"replies": [{"text": "?", "buttons": [
        {"title": "Gửi", "payload": "/affirm"}, {"title": "Hủy", "payload": "/deny"}]}]}
    with running(gateway) as base:
        owner, stranger = Citizen(base), Citizen(base)
        owner.say("tóm tắt")
        buttons = owner.messages()[0]["buttons"]
        assert set(buttons[0]) == {"token", "label"}
        forged = stranger.outcome(stranger.post(button=buttons[0]["token"]).json()["event"])
        assert forged["guard"] == "button_unknown"
        owner.outcome(owner.post(button=buttons[0]["token"]).json()["event"])
        again = owner.outcome(owner.post(button=buttons[0]["token"]).json()["event"])
        sibling = owner.outcome(owner.post(button=buttons[1]["token"]).json()["event"])
        assert again["guard"] == sibling["guard"] == "button_used"
        assert [turn["payload"] for turn in engine.turns] == [None, "/affirm"]
        for one in (owner, stranger):
            one.http.close()


def test_a_button_past_its_time_says_so(citizen: Citizen, engine: FakeEngine, store: Store) -> None:
    engine.script["x"] = {"replies": [{"text": "?", "buttons": [{"title": "Gửi", "payload": "/affirm"}]}]}
    citizen.say("x")
    with store.transaction() as session:
        session.execute(text("UPDATE button_tokens SET expires_at = now() - interval '1 day'"))
    token = citizen.messages()[0]["buttons"][0]["token"]
    assert citizen.outcome(citizen.post(button=token).json()["event"])["guard"] == "button_expired"


def test_requests_that_are_no_messages_get_a_clear_refusal(citizen: Citizen) -> None:
    post = citizen.http.post
    json_type = {"Content-Type": "application/json"}
    assert post("/web/messages", content=b"\xff\xfe\x00", headers=json_type).status_code == 400
    assert post("/web/messages", json=[1]).status_code == 400
    assert post("/web/messages", json={"id": "no uuid", "text": "a"}).status_code == 400
    assert post("/web/messages", json={"id": str(uuid.uuid4())}).status_code == 400
    assert citizen.post(location=[999, 0]).status_code == 400
    forged = post("/web/messages", json={"id": str(uuid.uuid4()), "text": "a"}, headers={"Authorization": "Bearer x"})
    assert forged.status_code == 401
    refused = post("/web/session", headers={"Origin": "https://evil.example"})
    assert refused.status_code == 403
    assert "chưa được phép" in refused.json()["message"]


def test_the_measuring_view_is_closed_without_the_local_token(citizen: Citizen) -> None:
    event = citizen.post(text="a").json()["event"]
    assert citizen.http.get(f"/web/turns/{event}").status_code == 404


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_photos_are_kept_encrypted_and_shown_without_exif(
    kind: str, citizen: Citizen, engine: FakeEngine, store: Store, config: GatewayConfig
) -> None:
    data = photo(kind)
    answer = upload(citizen, data)
    assert answer.status_code == 200, answer.text
    citizen.outcome(answer.json()["event"])
    assert engine.turns[0]["payload"].startswith("/give_photo")
    with store.reading() as session:
        row = session.scalars(select(Media)).one()
        session.expunge_all()
    assert row.size == len(data)
    assert row.mime is not None
    shown = citizen.http.get(f"/web/media/{row.id}")
    with Image.open(io.BytesIO(shown.content)) as image:
        assert image.format == "JPEG"
        assert not image.getexif()
        # pillow-heif turns a HEIC itself and clears the tag that this test wrote
        assert image.size == ((60, 40) if kind == "HEIF" else (40, 60))
    files = [one for one in config.media.rglob("*") if one.is_file()]
    assert len(files) == 2
    assert all(data[:16] not in one.read_bytes() for one in files)


def test_a_page_named_jpg_and_a_photo_too_large_leave_nothing(
    citizen: Citizen, store: Store, config: GatewayConfig
) -> None:
    page = upload(citizen, b"<html><script>alert(1)</script></html>")
    assert page.status_code == 415
    assert "không phải là ảnh" in page.json()["message"]
    huge = upload(citizen, b"\xff\xd8\xff" + bytes(30 * 1024 * 1024))
    assert huge.status_code == 413
    assert "10 MB" in huge.json()["message"]
    broken = upload(citizen, b"\xff\xd8\xff" + b"x" * 500)
    assert broken.status_code == 415
    with store.reading() as session:
        assert session.scalars(select(InboundEvent)).all() == []
        assert session.scalars(select(Media)).all() == []
    assert [one for one in config.media.rglob("*") if one.is_file()] == []


def test_a_disk_that_takes_no_photo_means_not_received(
    citizen: Citizen, store: Store, config: GatewayConfig
) -> None:
    config.media.parent.joinpath("media").write_text("a file where the folder should be")
    answer = upload(citizen, photo())
    assert answer.status_code == 503
    assert "chưa nhận được" in answer.json()["message"]
    with store.reading() as session:
        assert session.scalars(select(InboundEvent)).all() == []


def test_without_the_database_a_message_is_refused_and_an_emergency_is_answered(
    config: GatewayConfig, engine: FakeEngine
) -> None:
    lost = make_engine("postgresql://nobody:x@127.0.0.1:9/none")
    gateway = Gateway(
        dataclasses.replace(config, database_url="postgresql://nobody:x@127.0.0.1:9/none"), Store(lost),
        engine_transport=httpx.ASGITransport(app=engine.app),
    )
    with running(gateway) as base:
        citizen = Citizen(base)
        refused = citizen.post(text="đèn đường hỏng")
        assert refused.status_code == 503
        assert "chưa nhận được" in refused.json()["message"]
        urgent = citizen.post(text="cháy nhà, cứu với")
        assert urgent.status_code == 200
        assert "114" in urgent.json()["reply"]["text"]
        assert urgent.json()["stored"] is False
        assert citizen.http.get("/").status_code == 200
        citizen.http.close()


def test_an_emergency_is_answered_in_the_request_and_queued_with_the_engine_down(
    citizen: Citizen, engine: FakeEngine, store: Store
) -> None:
    engine.down = True
    number = str(uuid.uuid4())
    answer = citizen.post(id=number, text="cháy nhà, cứu với").json()
    assert answer["guard"] == "emergency"
    assert "114" in answer["reply"]["text"]
    citizen.post(id=number, text="cháy nhà, cứu với")
    with store.reading() as session:
        assert len(session.scalars(select(EmergencyCall)).all()) == 1
        assert [one.kind for one in session.scalars(select(OutboundMessage))] == ["emergency"]


def test_a_conversation_an_operator_has_is_not_answered_by_the_bot(
    citizen: Citizen, engine: FakeEngine, store: Store
) -> None:
    citizen.say("chào")
    with store.transaction() as session:
        session.execute(text("UPDATE conversations SET state = 'human', epoch = epoch + 1"))
    outcome = citizen.say("anh ơi")
    assert outcome["handled"]
    assert outcome["intent"] is None
    assert len(engine.turns) == 1
    assert len(citizen.messages()) == 1


def test_a_reply_begun_before_the_takeover_is_dropped(
    citizen: Citizen, engine: FakeEngine, store: Store
) -> None:
    engine.delay = 2
    event = citizen.post(text="chậm").json()["event"]
    assert until(lambda: engine.running)
    with store.transaction() as session:
        session.execute(text("UPDATE conversations SET state = 'human', epoch = epoch + 1"))
    assert citizen.outcome(event)["handled"]
    assert citizen.messages() == []


def test_the_acknowledgement_proves_delivery(citizen: Citizen, store: Store) -> None:
    citizen.say("một")
    citizen.say("hai")
    assert citizen.http.post("/web/ack", json={"seq": 1}).status_code == 204
    with store.reading() as session:
        statuses = session.scalars(select(OutboundMessage.status).order_by(OutboundMessage.seq)).all()
    assert statuses == ["delivered", "pending"]


def test_a_deleted_conversation_is_closed_and_its_words_are_gone(citizen: Citizen, store: Store) -> None:
    citizen.say("tên tôi là An")
    assert citizen.http.delete("/web/session").status_code == 204
    assert citizen.post(text="còn đó không").status_code == 410
    with store.reading() as session:
        assert [row.body for row in session.scalars(select(InboundEvent))] == [None]
        assert [row.body for row in session.scalars(select(OutboundMessage))] == [None]


def test_a_flood_is_told_once_and_still_stored(citizen: Citizen, engine: FakeEngine, store: Store) -> None:
    engine.delay = 0.1
    for number in range(36):
        assert citizen.post(text=f"tin {number}").status_code == 200
    with store.reading() as session:
        rows = session.scalars(select(InboundEvent)).all()
        told = [one for one in session.scalars(select(OutboundMessage)) if "nhắn hơi nhanh" in one.body["text"]]
        session.expunge_all()
    assert len(rows) == 36
    assert len(told) == 1
    assert dt.datetime.now(dt.UTC) - rows[-1].received_at < dt.timedelta(minutes=1)


def test_the_pages_are_readable_without_javascript_and_strict_about_scripts(citizen: Citizen) -> None:
    for path in ("/", "/tra-cuu", "/quyen-rieng-tu"):
        page = citizen.http.get(path)
        assert page.status_code == 200
        assert 'lang="vi"' in page.text
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert "<style" not in page.text
        assert "onclick" not in page.text
    assert "không đúng" in citizen.http.get("/tra-cuu", params={"ma": "PA-1"}).text
    for _ in range(9):
        last = citizen.http.get("/tra-cuu", params={"ma": "PA-000-000-000"})
    assert last.status_code == 429


def test_the_widget_stays_small() -> None:
    assert (Path("bot/gateway/static/widget.js")).stat().st_size < 25_000


def test_emergencies_of_one_public_address_have_one_source_and_those_behind_a_proxy_their_own(
    base: str, store: Store
) -> None:
    for address in ("203.113.7.9", "203.113.7.9", "10.0.0.7", "10.0.0.7"):
        sender = Citizen(base)
        sender.http.headers["X-Forwarded-For"] = address
        assert sender.post(text="cháy nhà, cứu với").json()["guard"] == "emergency"
        sender.http.close()
    with store.reading() as session:
        sources = session.scalars(select(EmergencyCall.source).order_by(EmergencyCall.id)).all()
    assert sources[0] == sources[1]
    assert len(set(sources)) == 3
    assert not any("203.113" in one for one in sources)
