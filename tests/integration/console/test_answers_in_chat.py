"""Who asked for a person without a telephone is answered in the chat, as the bot promises."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from feedback_store.service import callbacks, intake
from feedback_store.service.intake import NewEvent
from feedback_store.tables import AuditEntry, CallbackTask, OutboundMessage
from feedback_store.texts import render
from tests.integration.console.calls import card, first
from tests.integration.console.conftest import Office, Person

LIST = "/goi-lai"
ASKED = "cho tôi gặp người thật, tôi hỏi về giấy tờ đất"
ANSWER = "Hồ sơ của anh/chị đang ở bộ phận một cửa phường, chiều nay có kết quả ạ."


def asked(office: Office) -> uuid.UUID:
    chat = uuid.uuid4()
    event = NewEvent("web", "", str(chat), chat, f"{chat}:1", "text", {"text": ASKED})
    with office.store.transaction() as session:
        stored = intake.store_inbound(session.connection(), event, now=office.now)
        callbacks.create(
            session, conversation_id=stored.conversation_id, event_id=stored.event_id, phone=None, good_time=None,
            topic=ASKED, now=office.now,
        )  # fmt: skip
    return chat


def answer(person: Person, number: str, words: str = ANSWER) -> int:
    return person.post(f"{LIST}/{number}/tra-loi", page=LIST, words=words).status_code


def told(office: Office, chat: uuid.UUID) -> list[tuple[str, str]]:
    with office.store.reading() as session:
        query = select(OutboundMessage).where(OutboundMessage.conversation_id == chat).order_by(OutboundMessage.seq)
        return [(one.kind, (one.body or {})["text"]) for one in session.scalars(query)]


def test_the_operator_reads_the_chat_and_answers_in_it(office: Office) -> None:
    chat, operator = asked(office), office.person("tong-dai", "operator")
    number = first(operator, path=LIST)
    shown = card(operator.read(LIST), number)
    assert render("phone_desk.take_answer") in shown
    assert "trả lời chậm nhất" in shown
    taken = operator.post(f"{LIST}/{number}/nhan", page=LIST)
    shown = card(taken.text, number)
    assert render("phone_desk.taken_to_answer") in shown
    assert shown.count(ASKED) == 2, "the topic and the chat"
    assert "tel:" not in shown
    sent = operator.post(f"{LIST}/{number}/tra-loi", page=LIST, words=ANSWER)
    assert render("phone_desk.answered") in sent.text
    assert "Đã trả lời trong cuộc trò chuyện" in sent.text
    assert told(office, chat) == [("operator", render("phone_desk.answer", words=ANSWER))]
    with office.store.reading() as session:
        task = session.scalars(select(CallbackTask)).one()
        viewed = session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "chat_viewed")).all()
    assert (task.outcome, task.outcome_note, task.closed_at) == ("answered", ANSWER, office.now)
    assert f"callback:{number}" in viewed


def test_an_answer_is_sent_once_by_who_took_it_and_never_empty(office: Office) -> None:
    chat = asked(office)
    operator, colleague = office.person("tong-dai", "operator"), office.person("dong-nghiep", "operator")
    number = first(operator, path=LIST)
    assert answer(operator, number) == 409, "not taken yet"
    operator.post(f"{LIST}/{number}/nhan", page=LIST)
    assert answer(colleague, number) == 409
    assert ASKED in card(colleague.read(LIST), number)
    assert "Gửi trả lời" not in card(colleague.read(LIST), number)
    for words in ("", "  ", "ok", "a b " * 800):
        assert answer(operator, number, words) == 409
    assert told(office, chat) == []
    assert answer(operator, number) == 200
    assert answer(operator, number) == 409
    assert len(told(office, chat)) == 1


def test_what_was_typed_stays_where_an_answer_is_refused(office: Office) -> None:
    asked(office)
    operator = office.person("tong-dai", "operator")
    number = first(operator, path=LIST)
    operator.post(f"{LIST}/{number}/nhan", page=LIST)
    refused = operator.post(f"{LIST}/{number}/tra-loi", page=LIST, words="Vâng")
    assert refused.status_code == 409
    shown = card(refused.text, number)
    assert render("phone_desk.answer_words", most="1500") in shown
    assert ">Vâng</textarea>" in shown
