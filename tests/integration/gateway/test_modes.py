"""A conversation in an emergency, and one under a seal: what is said to whatever comes next."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select, update

from feedback_store.queries import emergencies as reads
from feedback_store.service import denunciations
from feedback_store.store import Store
from feedback_store.tables import Conversation, EmergencyCall, InboundEvent, SealedDenunciation
from tests.integration.gateway.conftest import Citizen
from tests.integration.gateway.fake_engine import FakeEngine

FIRE = "cháy nhà rồi, nhà số 8 ngõ 3 Lạch Tray, cứu với"
BRIBE = "tôi muốn tố cáo cán bộ địa chính phường nhận hối lộ 50 triệu"


def calls(store: Store) -> list[EmergencyCall]:
    with store.reading() as session:
        return list(session.scalars(select(EmergencyCall).order_by(EmergencyCall.id)))


def test_every_message_in_an_emergency_gets_the_number_again_without_the_engine(
    citizen: Citizen, engine: FakeEngine, store: Store
) -> None:
    citizen.say(FIRE)
    for words in ("tầng 3 còn bà cụ", "sđt em 0912345678", "nhanh lên", "chào tổng đài", "rác ở ngõ 5 chưa dọn"):
        citizen.say(words)
        assert "114" in citizen.texts()[-1]
    assert "Số điện thoại đã chuyển" in citizen.texts()[2]
    assert engine.turns == []
    assert len(calls(store)) == 1, "one scene is one alert"


def test_who_asks_for_a_report_in_words_is_heard_as_the_button_is(
    citizen: Citizen, engine: FakeEngine, store: Store
) -> None:
    citizen.say(FIRE)
    citizen.say("đừng gửi phản ánh, tới cứu đã")
    assert engine.turns == []
    citizen.say("ghi lại phản ánh giúp tôi, tên tôi là Lê Văn An")
    assert [turn["text"] for turn in engine.turns] == ["ghi lại phản ánh giúp tôi, tên tôi là Lê Văn An"]


def test_the_operator_sees_number_and_pin_of_an_emergency(citizen: Citizen, engine: FakeEngine, store: Store) -> None:
    citizen.say(FIRE)
    citizen.say("gọi em 0912345678")
    citizen.outcome(citizen.post(location=[20.85, 106.68]).json()["event"])
    assert "Vị trí đã chuyển" in citizen.texts()[-1]
    with store.reading() as session:
        known = reads.knowledge(session, session.scalars(select(Conversation)).one())
    assert "0912345678" in known.phones
    assert (known.lat, known.lon) == (20.85, 106.68)


def test_the_operator_sees_the_place_that_was_told_last_in_the_danger(
    citizen: Citizen, engine: FakeEngine, store: Store
) -> None:
    citizen.say("đèn đường ở số 5 Tô Hiệu tắt")
    citizen.say("cháy nhà rồi cứu với, số 12 ngõ 8 Lạch Tray")
    assert _known(store).place_text == "số 12 ngõ 8 Lạch Tray"
    citizen.say("nhầm, nhà số 14 ngõ 8 Lạch Tray nhé")
    assert "số 14 ngõ 8 Lạch Tray" in str(_known(store).place_text)


def test_a_place_from_before_the_danger_is_not_taken_for_its_own(
    citizen: Citizen, engine: FakeEngine, store: Store
) -> None:
    citizen.say("đèn đường ở số 5 Tô Hiệu tắt")
    citizen.say("cháy nhà rồi cứu với")
    assert _known(store).place_text is None


def _known(store: Store) -> reads.Knowledge:
    with store.reading() as session:
        return reads.knowledge(session, session.scalars(select(Conversation)).one())


def test_it_is_over_when_the_citizen_says_so(citizen: Citizen, engine: FakeEngine, store: Store) -> None:
    citizen.say(FIRE)
    citizen.say("dập xong rồi, không ai sao cả")
    assert "chuyện đã qua" in citizen.texts()[-1]
    citizen.say("đèn đường hỏng")
    assert [turn["text"] for turn in engine.turns] == ["đèn đường hỏng"]


def test_it_is_over_after_half_an_hour(citizen: Citizen, engine: FakeEngine, store: Store) -> None:
    citizen.say(FIRE)
    with store.transaction() as session:
        past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
        session.execute(update(Conversation).values(emergency_until=past))
    citizen.say("đèn đường hỏng")
    assert len(engine.turns) == 1
    citizen.say(FIRE)
    assert len(calls(store)) == 2, "another scene is another alert"


def test_what_follows_a_sealed_denunciation_is_sealed_too(citizen: Citizen, engine: FakeEngine, store: Store) -> None:
    citizen.say(BRIBE)
    engine.parsed = {"intent": {"name": "nlu_fallback", "confidence": 0.7}, "category": []}
    citizen.say("ông ấy tên Nguyễn Văn Xuyến, lấy của tôi 50 triệu")
    assert "niêm phong" in citizen.texts()[-1]
    assert engine.turns == []
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(SealedDenunciation)) == 2
        assert all(event.body is None for event in session.scalars(select(InboundEvent)))


def test_another_matter_ends_the_sealing_and_the_seal_stays(
    citizen: Citizen, engine: FakeEngine, store: Store
) -> None:
    citizen.say(BRIBE)
    engine.parsed = {
        "intent": {"name": "submit_feedback", "confidence": 0.97},
        "category": [{"name": "dien-chieu-sang.den-duong", "confidence": 0.98}],
    }
    citizen.say("sang chuyện khác, đèn đường trước số 30 Tô Hiệu tắt cả tuần")
    assert len(engine.turns) == 1
    citizen.say("phường Lê Chân")
    assert len(engine.turns) == 2, "what follows is heard again"
    with store.reading() as session:
        assert denunciations.count_sealed(session) == 1


def test_in_doubt_and_without_the_engine_it_is_sealed(citizen: Citizen, engine: FakeEngine, store: Store) -> None:
    citizen.say(BRIBE)
    engine.parsed = None
    citizen.say("bà ấy tên Lường Thị Mai")
    with store.reading() as session:
        assert denunciations.count_sealed(session) == 2


def test_to_take_it_back_in_words_is_the_engines_turn(citizen: Citizen, engine: FakeEngine, store: Store) -> None:
    citizen.say(BRIBE)
    citizen.say("không, tôi chỉ phản ánh thôi")
    assert len(engine.turns) == 1


def test_an_emergency_takes_the_kind_that_later_words_tell(citizen: Citizen, engine: FakeEngine, store: Store) -> None:
    citizen.say("có thằng cầm dao đuổi chém em, cứu với")
    assert "113" in citizen.texts()[-1]
    citizen.say("hung khí gì, CHÁY mà, cháy nhà đó")
    assert "114" in citizen.texts()[-1]
    citizen.say("nhanh lên")
    assert "114" in citizen.texts()[-1]


def test_which_number_to_call_is_told_whatever_the_danger_was_taken_for(
    citizen: Citizen, engine: FakeEngine, store: Store
) -> None:
    citizen.say("có thằng cầm dao đuổi chém em, cứu với")
    citizen.say("số cứu hỏa là mấy ạ, 113 đâu phải")
    assert {"113", "114", "115"} <= set(citizen.texts()[-1].replace(",", " ").replace(".", " ").split())


def test_what_tells_of_the_victims_of_a_fire_leaves_it_a_fire(
    citizen: Citizen, engine: FakeEngine, store: Store
) -> None:
    citizen.say(FIRE)
    for words in ("còn 2 bà cháu kẹt trên lầu", "có người ngất xỉu bất tỉnh rồi", "sđt 0903555121"):
        citizen.say(words)
        assert "114" in citizen.texts()[-1], words
    assert [one.kind for one in calls(store)] == ["fire"]


def test_children_who_are_still_there_end_no_emergency(citizen: Citizen, engine: FakeEngine, store: Store) -> None:
    citizen.say(FIRE)
    citizen.say("có mấy đứa nhỏ chạy xe đạp gần đó nữa")
    assert "114" in citizen.texts()[-1]
    citizen.say("cứu hỏa vô rồi, êm rồi nghe")
    assert "yên tâm" in citizen.texts()[-1]


def test_a_denunciation_that_is_dropped_becomes_no_report(citizen: Citizen, engine: FakeEngine, store: Store) -> None:
    citizen.say(BRIBE)
    citizen.say("thôi chuyện đó bỏ đi, tui hổng tố cáo nữa")
    assert "không lập phản ánh" in citizen.texts()[-1]
    assert engine.turns == []
    citizen.say("đèn đường Võ Thị Sáu tắt mấy bữa rồi")
    assert [turn["text"] for turn in engine.turns] == ["đèn đường Võ Thị Sáu tắt mấy bữa rồi"]
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(SealedDenunciation)) == 1


def clause(text: str, words: str, category: str, sure: float = 0.95) -> dict[str, object]:
    start = text.index(words)
    return {"start": start, "end": start + len(words), "intent": {"name": "submit_feedback", "confidence": sure},
            "category": {"name": category, "confidence": sure}}  # fmt: skip


def test_the_ordinary_matter_beside_a_denunciation_can_be_sent_by_itself(
    citizen: Citizen, engine: FakeEngine, store: Store
) -> None:
    road = "đường Trần Nhật Duật đào lên không lấp"
    text = f"{BRIBE}, ngoài ra {road}"
    people = "ông ấy quát nạt dân"
    engine.parsed = {"clauses": [clause(text, road, "duong-bo.dao-duong")]}
    citizen.say(text)
    told = [one["text"] for one in citizen.wait_for(2)]
    assert "niêm phong" in told[0]
    assert "nhắn lại ở đây" in told[1]
    assert "Trần Nhật Duật" not in told[1], "the words stay sealed"
    text = f"{BRIBE}, {people}"
    engine.parsed = {"clauses": [clause(text, people, "hanh-chinh.thai-do"), clause(text, BRIBE, "duong-bo.o-ga")]}
    citizen.say(text)
    assert len(citizen.messages()) == 3, "what is of people, or accuses, is no other matter"
