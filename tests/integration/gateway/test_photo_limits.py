"""Photos of strangers: what is refused, in which words, and what is never held up by it."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.gateway.app import Gateway
from bot.gateway.flood import Flood
from bot.gateway.photo_budget import PhotoBudget, Rate
from feedback_store.store import Store
from feedback_store.tables import InboundEvent, Media
from tests.integration.gateway.conftest import Citizen
from tests.integration.gateway.fake_engine import FakeEngine
from tests.unit.photos.pictures import claims, flat, scene, written

SMALL = written(scene(), "JPEG")
SMALL_COSTS = 4


def send(citizen: Citizen, *photos: bytes, caption: str = "") -> httpx.Response:
    fields: dict[str, Any] = {"id": str(uuid.uuid4())}
    if caption:
        fields["text"] = caption
    files = [("photo", (f"{number}.jpg", data, "image/jpeg")) for number, data in enumerate(photos)]
    return citizen.http.post("/web/messages", data=fields, files=files)


def budgeted(gateway: Gateway, units: float) -> None:
    gateway.uploads._budget = PhotoBudget(address=Rate(units, 1.0), total=Rate(1000, 60))


@pytest.mark.parametrize("data", [claims(7700, 7700, "PNG"), flat("HEIF", 7700, 7700, quality=10)], ids=["png", "heic"])
def test_a_photo_of_too_many_pixels_is_refused_in_its_own_words_and_leaves_nothing(
    data: bytes, citizen: Citizen, store: Store
) -> None:
    answer = send(citizen, data)
    assert answer.status_code == 413
    assert "Ảnh lớn hơn 51 megapixel" in answer.json()["message"]
    with store.reading() as session:
        assert session.scalars(select(Media)).all() == []
        assert session.scalars(select(InboundEvent)).all() == []


def test_a_second_photo_over_the_budget_is_told_when_to_come_again(gateway: Gateway, citizen: Citizen) -> None:
    budgeted(gateway, SMALL_COSTS)
    assert send(citizen, SMALL).status_code == 200
    answer = send(citizen, SMALL, caption="ổ gà trước số 5")
    assert answer.status_code == 429
    seconds = answer.headers["Retry-After"]
    assert f"sau khoảng {seconds} giây" in answer.json()["message"]
    assert citizen.post(text="ổ gà trước số 5").status_code == 200


@pytest.mark.parametrize("photos", [[SMALL], [claims(13000, 10000)], [SMALL] * 6, [b"\xff\xd8\xff" + bytes(11 << 20)]])
def test_emergency_words_get_their_number_whatever_the_photos_are(
    photos: list[bytes], gateway: Gateway, citizen: Citizen
) -> None:
    budgeted(gateway, 0)
    answer = send(citizen, *photos, caption="cháy nhà, cứu với")
    assert answer.status_code == 200
    assert "114" in answer.json()["reply"]["text"]


def test_photos_count_in_the_flood_limit_and_an_emergency_does_not(
    gateway: Gateway, citizen: Citizen, engine: FakeEngine
) -> None:
    engine.delay = 20
    gateway.web_chat._flood = Flood(burst=6, per_second=0.05)
    citizen.post(text="đèn hỏng")
    assert send(citizen, *[SMALL] * 5).status_code == 200
    assert send(citizen, SMALL).status_code == 200, "one is left"
    refused = send(citizen, SMALL)
    assert refused.status_code == 429
    assert "gửi ảnh nhanh quá" in refused.json()["message"]
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    for urgent in (citizen.post(text="cháy nhà, cứu với"), send(citizen, SMALL, caption="cháy nhà, cứu với")):
        assert "114" in urgent.json()["reply"]["text"]


def test_bytes_that_nobody_has_room_for_are_read_past(gateway: Gateway, citizen: Citizen) -> None:
    gateway.uploads._held._most = 1 << 20
    big = SMALL + bytes(2 << 20)
    answer = send(citizen, big)
    assert answer.status_code == 429
    assert "nhiều người cùng gửi ảnh" in answer.json()["message"]
    assert gateway.uploads._held.total == 0
    assert send(citizen, SMALL).status_code == 200


def test_photos_of_many_people_at_once_are_all_taken_one_after_another(
    gateway: Gateway, citizen: Citizen
) -> None:
    gateway.photo_desk._wait_seconds = 60
    people = [Citizen(citizen.base) for _ in range(6)]
    answers: list[int] = []
    threads = [threading.Thread(target=lambda one=one: answers.append(send(one, SMALL).status_code)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 6
    for one in people:
        one.http.close()


def test_a_message_is_refused_before_any_of_its_photos_is_decoded(
    gateway: Gateway, citizen: Citizen, store: Store
) -> None:
    budgeted(gateway, 3 * SMALL_COSTS)
    assert send(citizen, SMALL, SMALL, claims(13000, 10000)).status_code == 413
    assert send(citizen, *[SMALL] * 4).status_code == 200, "a bucket that is full lets one dear message pass"
    assert send(citizen, SMALL).status_code == 429
    with store.reading() as session:
        assert len(session.scalars(select(Media)).all()) == 4
