"""What is said beside a question of a report: remarks, anxiety with the answer in it, a place of another matter."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from feedback_store.store import Store
from tests.integration.actions.chat import Chat
from tests.integration.tickets.conftest import Desk


@pytest.fixture
def chat(loaded_store: Store) -> Iterator[Chat]:
    with loaded_store.reading() as session:
        yield Chat(Desk(session))


def test_remarks_are_no_part_of_the_report_and_the_third_leaves_the_question_open(chat: Chat) -> None:
    chat.says("rác chất đống ở số 5 Tô Hiệu, phường Lê Chân", "submit_feedback")
    chat.says("bỏ qua", "skip")
    heard = [chat.says(one, "out_of_scope") for one in ("trời nóng quá", "hôm nay mệt ghê", "chán thật")]
    assert "đã thêm" not in " ".join(heard)
    assert heard[0] != heard[1], "put differently"
    assert "Anh/chị xem lại" in heard[2]
    assert chat.drafts[-1].data["text"] == ["rác chất đống ở số 5 Tô Hiệu, phường Lê Chân"]


def test_a_place_said_with_the_wish_to_stay_unnamed_is_kept(chat: Chat) -> None:
    chat.says("có sòng bạc tối nào cũng tụ tập", "submit_feedback")
    chat.says("ở sau nhà văn hóa thôn Trung, xã An Lão, mà em sợ người ta biết là em báo lắm", "stay_anonymous")
    data = chat.drafts[-1].data
    assert "nhà văn hóa thôn Trung" in data["place_text"]
    assert data["anonymous"]


def test_a_rule_asked_about_opens_no_report(chat: Chat) -> None:
    said = chat.says("Ô tô đậu trên vỉa hè có bị phạt không em?", "submit_feedback")
    assert not chat.drafts
    assert "Mức phạt" in said
    assert "thủ tục này" not in chat.says("thế chó thả rông thì phạt bao nhiêu?", "ask_procedure")


def test_an_address_corrected_without_marks_is_corrected(chat: Chat) -> None:
    chat.says("karaoke am am o 70 Cat Cut", "submit_feedback")
    chat.says("bo qua", "skip")
    chat.says("sua dia chi thanh 77 Cat Cut nha", "edit_report")
    assert chat.drafts[-1].data["place_text"] == "77 Cat Cut"


def test_an_addition_leaves_its_courtesy_out(chat: Chat) -> None:
    chat.says("nước máy đục ngầu ở hẻm 14 Đà Nẵng", "submit_feedback")
    for _ in range(3):
        if "Đúng thì" in chat.says("bỏ qua", "skip"):
            break
    chat.says("mà ghi thêm giùm con là bị từ hôm mùng 3 tới giờ nghen", "submit_feedback")
    assert chat.drafts[-1].data["text"][-1] == "bị từ hôm mùng 3 tới giờ"
