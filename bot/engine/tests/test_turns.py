"""Whole turns: answered, repeated, undone, sealed, kept short."""

import json
from typing import Any

import pytest

from bot.engine.action_call import ActionFailed
from bot.engine.processor import EVENTS_MOST, BadRequest
from bot.engine.tests.conftest import Actions, Conversation

REPORT = "đường Lê Lợi có ổ gà"


def test_a_turn_gives_the_bots_replies_unsplit(conversation: Conversation, actions: Actions) -> None:
    buttons = [{"title": "Gửi", "payload": "/affirm"}]
    actions.answer["responses"] = [{"text": "Một\n\nhai", "buttons": buttons, "custom": {"a": 1}}]
    answer = conversation.say(REPORT)
    assert answer["replies"] == [{"text": "Một\n\nhai", "buttons": buttons, "custom": {"a": 1}}]


def test_an_event_that_is_done_gives_its_answer_without_running(
    conversation: Conversation, actions: Actions
) -> None:
    first = conversation.say(REPORT, event_id="same")
    again = conversation.say(REPORT, event_id="same")
    assert again == {**first, "reused": True}
    assert len(actions.calls) == 1
    assert sum(event["event"] == "user" for event in conversation.events) == 1


@pytest.mark.parametrize("status", [500, 404])
def test_a_failed_action_undoes_the_turn(
    conversation: Conversation, actions: Actions, status: int
) -> None:
    conversation.say("xin chào")
    before = conversation.events
    actions.status = status
    with pytest.raises(ActionFailed):
        conversation.say(REPORT, event_id="x")
    assert conversation.events == before
    actions.status = 200
    assert conversation.say(REPORT, event_id="x")["replies"]


def test_an_answer_that_does_not_fit_the_schema_is_a_failure(
    conversation: Conversation, actions: Actions
) -> None:
    actions.answer = {"events": [{"event": "no such event"}]}
    with pytest.raises(ActionFailed):
        conversation.say(REPORT)


def test_an_action_server_that_is_away_is_a_failure(conversation: Conversation) -> None:
    conversation.processor.action_endpoint.url = "http://127.0.0.1:9/webhook"
    with pytest.raises(ActionFailed):
        conversation.say(REPORT)


def test_a_failed_form_validation_is_a_failure_too(
    conversation: Conversation, actions: Actions
) -> None:
    actions.status = 500
    with pytest.raises(ActionFailed):
        conversation.say("khen ngợi công nhân vệ sinh")


def test_an_action_gets_the_event_id_the_leaf_and_recent_events_only(
    conversation: Conversation, actions: Actions
) -> None:
    for _ in range(12):
        conversation.say("xin chào")
    conversation.say(REPORT, event_id="e-7", media=["m"])
    tracker = actions.calls[-1]["tracker"]
    assert tracker["latest_message"]["metadata"] == {"event_id": "e-7", "media": ["m"]}
    assert tracker["latest_message"]["category"][0]["name"] == "duong-bo.o-ga"
    assert len(tracker["events"]) <= 40


def test_a_button_is_taken_as_its_intent_and_its_values(
    conversation: Conversation, actions: Actions
) -> None:
    answer = conversation.say(payload='/submit_feedback{"stars": 5}')
    assert answer["parse"]["intent"] == {"name": "submit_feedback", "confidence": 1.0}
    assert actions.calls[-1]["tracker"]["latest_message"]["payload"] == {"stars": 5}


@pytest.mark.parametrize("payload", ["/restart", "greet", "/greet{", "/greet[1]", "/nobody{}"])
def test_a_payload_that_names_no_intent_of_ours_is_refused(
    conversation: Conversation, payload: str
) -> None:
    with pytest.raises(BadRequest):
        conversation.say(payload=payload)


DENOUNCED = "tôi tố cáo ông Bí Mật chủ tịch xã ăn hối lộ ở đường Lê Lợi"


@pytest.mark.parametrize("metadata", [{}, {"sealed": True}])
def test_no_word_of_a_denunciation_is_kept(
    conversation: Conversation, metadata: dict[str, Any]
) -> None:
    text = DENOUNCED if not metadata else DENOUNCED.replace("tố cáo", "phản ánh")
    answer = conversation.say(text, **metadata)
    assert answer["parse"]["intent"]["name"] == "denunciation"
    assert answer["parse"]["text_sealed"]
    kept = json.dumps(vars(conversation.processor._store.load(conversation.sender)))
    stored = json.loads(kept)
    assert "Lê Lợi" not in json.dumps(stored, ensure_ascii=False)
    assert "Bí Mật" not in json.dumps(stored, ensure_ascii=False)
    (user,) = [event for event in stored["events"] if event["event"] == "user"]
    assert user["text"] == ""
    assert user["parse_data"]["text"] == ""


def test_a_long_session_stays_short_and_keeps_its_slots(
    conversation: Conversation, actions: Actions
) -> None:
    actions.answer["events"] = [{"event": "slot", "name": "words", "value": "giữ"}]
    for _ in range(60):
        conversation.say("xin chào")
    assert len(conversation.events) <= EVENTS_MOST + 10
    tracker = conversation.processor._tracker("x", conversation.events)
    assert tracker.get_slot("words") == "xin chào"
    assert conversation.say("xin chào")["replies"][0]["text"].startswith("Tổng đài 1022")


def test_a_form_outlives_the_folding_of_old_events(
    conversation: Conversation, actions: Actions
) -> None:
    actions.answer = {"events": [], "responses": []}
    assert conversation.say("khen ngợi công nhân vệ sinh")["active_loop"] == "place_form"
    for _ in range(30):
        conversation.say("xin chào")
    actions.answer["events"] = [{"event": "slot", "name": "where", "value": "ngõ 5 đường Cầu Đất"}]
    answer = conversation.say("ở ngõ 5 đường Cầu Đất")
    assert answer["replies"][-1]["text"] == "Cảm ơn anh/chị."
    assert answer["active_loop"] is None
