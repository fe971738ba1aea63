"""One message of the web chat, from its POST to its reply."""

import time
import uuid

from tests.integration.gateway.conftest import Citizen
from tests.integration.gateway.fake_engine import FakeEngine


def test_a_message_is_answered_through_the_engine(citizen: Citizen, engine: FakeEngine) -> None:
    outcome = citizen.say("đường trước nhà có ổ gà")
    assert outcome["handled"]
    assert outcome["intent"] == "inform"
    assert citizen.texts() == ["Đã nghe: đường trước nhà có ổ gà"]
    assert engine.turns[0]["metadata"]["channel"] == "web"


def test_the_same_client_number_twice_has_no_effect(citizen: Citizen, engine: FakeEngine) -> None:
    number = str(uuid.uuid4())
    first = citizen.say("xin chào", id=number)
    again = citizen.post(text="xin chào", id=number).json()
    assert first["handled"]
    assert again["duplicate"]
    assert len(engine.turns) == 1
    assert len(citizen.messages()) == 1


def test_a_reply_arrives_on_the_stream_with_its_number(citizen: Citizen) -> None:
    with citizen.stream() as events:
        citizen.say("một")
        citizen.say("hai")
        end = time.monotonic() + 5
        while len(events) < 3 and time.monotonic() < end:
            time.sleep(0.02)
    assert [one["event"] for one in events] == ["history", "message", "message"]
    assert [one.get("id") for one in events[1:]] == ["1", "2"]


def test_a_stream_resumes_after_the_last_number_it_saw(citizen: Citizen) -> None:
    for word in ("một", "hai", "ba"):
        citizen.say(word)
    with citizen.stream(last=1) as events:
        end = time.monotonic() + 5
        while len(events) < 2 and time.monotonic() < end:
            time.sleep(0.02)
    assert [one["data"]["text"] for one in events] == ["Đã nghe: hai", "Đã nghe: ba"]
