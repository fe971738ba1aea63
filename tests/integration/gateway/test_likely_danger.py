"""Words that the learned opinion alone takes for a danger: where the engine cannot be heard, they are one."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from bot.gateway import runner
from feedback_store.guards import opinion
from feedback_store.store import Store
from feedback_store.tables import EmergencyCall, OutboundMessage
from tests.integration.gateway.conftest import Citizen
from tests.integration.gateway.fake_engine import FakeEngine

WORDS = "bà cụ nhà bên nằm im ngoài sân từ sáng tới giờ"


@pytest.fixture(autouse=True)
def opinion_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """A danger by 0.7, no denunciation."""
    monkeypatch.setattr(opinion, "chance", lambda text, on=opinion.DANGER: 0.7 if on == opinion.DANGER else 0.0)


def alerts(store: Store) -> list[EmergencyCall]:
    with store.reading() as session:
        return list(session.scalars(select(EmergencyCall)))


def test_with_the_engine_it_is_what_the_engine_makes_of_it(citizen: Citizen, engine: FakeEngine, store: Store) -> None:
    citizen.say(WORDS)
    assert [turn["text"] for turn in engine.turns] == [WORDS]
    assert alerts(store) == []


def test_without_the_engine_the_numbers_go_out_and_the_operator_is_told(
    citizen: Citizen, engine: FakeEngine, store: Store
) -> None:
    engine.down = True
    assert citizen.say(WORDS)["intent"] == "emergency"
    assert "115" in citizen.texts()[0]
    assert len(alerts(store)) == 1
    citizen.http.cookies.clear()
    with store.reading() as session:
        assert [one.kind for one in session.scalars(select(OutboundMessage))] == ["emergency"]


def test_once_the_engine_is_known_to_be_away_the_answer_is_in_the_request(
    citizen: Citizen, engine: FakeEngine, store: Store
) -> None:
    engine.down = True
    citizen.say(WORDS)
    with store.transaction() as session:
        session.execute(text("UPDATE conversations SET emergency_until = NULL, emergency_kind = NULL"))
    answer = citizen.post(text=WORDS).json()
    assert answer["guard"] == "emergency"
    assert "115" in answer["reply"]["text"]


def test_an_engine_that_hangs_is_not_waited_for(
    citizen: Citizen, engine: FakeEngine, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "PATIENCE_IN_DANGER", 0.2)
    engine.delay = 30
    assert citizen.say(WORDS)["intent"] == "emergency"
    assert engine.turns == [], "answered before the engine was"
    assert len(alerts(store)) == 1


def test_a_conversation_that_a_person_has_gets_the_numbers_at_once(
    citizen: Citizen, engine: FakeEngine, store: Store
) -> None:
    citizen.post(text="chào").json()
    citizen.wait_for(1)
    with store.transaction() as session:
        session.execute(text("UPDATE conversations SET state = 'human', epoch = epoch + 1"))
    answer = citizen.post(text=WORDS).json()
    assert answer["guard"] == "emergency"
    assert len(alerts(store)) == 1
