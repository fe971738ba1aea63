"""The place of a report, as people tell it in a chat: whole, corrected, in another province, on a map."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from feedback_store.queries.lookups import commune_name
from tests.integration.actions.chat import Chat
from tests.integration.tickets.conftest import Desk


@pytest.fixture
def chat(unkept: Session) -> Chat:
    return Chat(Desk(unkept))


def data(chat: Chat) -> dict[str, Any]:
    return dict(chat.drafts[-1].data)


def commune(chat: Chat) -> str | None:
    return commune_name(chat.desk.session, data(chat)["commune"])


@pytest.mark.parametrize(
    ("story", "place", "where"),
    [
        ("đèn đường trước số nhà 12/3A/7 hẻm 54 Lạch Tray, phường Lê Chân tắt 3 hôm nay rồi",
         "trước số nhà 12/3A/7 hẻm 54 Lạch Tray, phường Lê Chân", "Phường Lê Chân"),
        ("rác không ai dọn ở K12/H3/5 Trần Phú phường Lê Chân", "K12/H3/5 Trần Phú phường Lê Chân", "Phường Lê Chân"),
        ("rác không ai dọn ở tổ dân phố số 5 phường Hải An", "tổ dân phố số 5 phường Hải An", "Phường Hải An"),
        ("rác không ai dọn ở ngách 34/12 ngõ 34 Tô Hiệu p.Lê Chân", "ngách 34/12 ngõ 34 Tô Hiệu p.Lê Chân",
         "Phường Lê Chân"),
        ("rác không ai dọn ở đối diện cây xăng Quán Trữ phường Kiến An",
         "đối diện cây xăng Quán Trữ phường Kiến An", "Phường Kiến An"),
        ("đèn đường tắt ở xã Cẩm Giàng", "xã Cẩm Giàng", "Xã Cẩm Giàng"),
        ("rác ở phường Lê Chân à nhầm, phường Hải An", "phường Hải An", "Phường Hải An"),
        ("cống tắc ở xã An Bình, huyện Nam Sách", "xã An Bình, huyện Nam Sách", "Xã An Phú"),
    ],
)  # fmt: skip
def test_the_whole_place_is_kept_with_its_commune(chat: Chat, story: str, place: str, where: str) -> None:
    said = chat.says(story, "submit_feedback")
    assert (data(chat)["place_text"], commune(chat)) == (place, where)
    assert data(chat)["text"] == [story]
    assert "ảnh" in said


def test_two_of_one_name_are_asked_with_both_on_buttons(chat: Chat) -> None:
    chat.says("den duong tat o xa cam giang", "submit_feedback")
    assert {"Xã Cẩm Giang", "Xã Cẩm Giàng"} <= chat.buttons.keys()
    chat.presses("Xã Cẩm Giang")
    assert commune(chat) == "Xã Cẩm Giang"


def test_a_district_that_contradicts_is_asked_about(chat: Chat) -> None:
    chat.says("rác chất đống ở số 5 Tô Hiệu, phường Lê Chân, quận Ba Đình", "submit_feedback")
    assert commune(chat) is None
    assert "Phường Lê Chân" in chat.buttons


def test_a_commune_of_another_province_is_said_once_with_its_number_and_then_kept(chat: Chat) -> None:
    story = "rác chất đống ở phường Phúc Xá, quận Ba Đình, Hà Nội"
    said = chat.says(story, "submit_feedback")
    assert "Phường Hồng Hà" in said
    assert "Thành phố Hà Nội" in said
    assert "024 1022" in said
    assert data(chat)["place_text"] is None
    assert data(chat)["text"] == [story]
    again = chat.says("phường Phúc Xá, quận Ba Đình, Hà Nội")
    assert "không thuộc địa bàn" not in again
    assert data(chat)["place_text"] == "phường Phúc Xá, quận Ba Đình, Hà Nội"
    assert data(chat)["commune"] is None
    assert "ảnh" in again


def test_a_place_here_after_one_elsewhere_is_taken(chat: Chat) -> None:
    chat.says("rác chất đống ở phường Phúc Xá, quận Ba Đình, Hà Nội", "submit_feedback")
    chat.says("à nhầm, số 5 Tô Hiệu, phường Lê Chân")
    assert commune(chat) == "Phường Lê Chân"
    assert data(chat)["place_text"] == "số 5 Tô Hiệu, phường Lê Chân"


def test_a_commune_nobody_knows_is_accepted_as_typed_and_not_asked_again(chat: Chat) -> None:
    said = chat.says("rác chất đống ở thôn 3 xã Tràng Vĩ Lộ", "submit_feedback")
    assert "“xã Tràng Vĩ Lộ”" in said
    assert "tổng đài viên sẽ xác định" in said
    assert data(chat)["place_text"] == "thôn 3 xã Tràng Vĩ Lộ"
    assert "ảnh" in said


def test_more_of_the_place_told_later_is_joined_and_nothing_stands_twice(chat: Chat) -> None:
    chat.says("rác chất đống ở số 5 Tô Hiệu", "submit_feedback")
    chat.says("phường Lê Chân nha em")
    assert data(chat)["place_text"] == "số 5 Tô Hiệu, phường Lê Chân"
    chat.says("gần chợ Hàng đó")
    assert data(chat)["place_text"] == "số 5 Tô Hiệu, gần chợ Hàng, phường Lê Chân"
    assert data(chat)["text"] == ["rác chất đống ở số 5 Tô Hiệu"]


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ("dạ số 5 Tô Hiệu, phường Lê Chân nha em", "số 5 Tô Hiệu, phường Lê Chân"),
        ("ở hẻm 54 lạch tray đó anh", "hẻm 54 lạch tray"),
        ("nhà màu xanh cuối xóm, phường Lê Chân", "nhà màu xanh cuối xóm, phường Lê Chân"),
    ],
)
def test_an_answer_to_where_keeps_every_word_but_courtesy(chat: Chat, answer: str, place: str) -> None:
    chat.says("rác chất đống mấy hôm nay", "submit_feedback")
    chat.says(answer)
    assert data(chat)["place_text"] == place


@pytest.mark.parametrize(("lat", "lon"), [(0, 0), (48.85, 2.35), (1.3, 103.8)])
def test_a_pin_at_nought_or_abroad_is_asked_again(chat: Chat, lat: float, lon: float) -> None:
    chat.says("cống tắc nước ngập cả ngày", "submit_feedback")
    for _ in range(2):
        said = chat.pins(lat, lon)
        assert "ngoài Việt Nam" in said
        assert data(chat)["lat"] is None


def test_a_pin_in_another_province_is_asked_about_and_taken_when_sent_again(chat: Chat) -> None:
    chat.says("cống tắc nước ngập cả ngày", "submit_feedback")
    said = chat.pins(21.03, 105.85)
    assert "Thành phố Hà Nội" in said
    assert "024 1022" in said
    assert data(chat)["lat"] is None
    chat.pins(21.03, 105.85)
    assert data(chat)["lat"] == 21.03


def test_a_pin_is_named_by_the_nearest_commune_or_the_landmark_that_was_typed(chat: Chat) -> None:
    chat.says("cống tắc nước ngập cả ngày", "submit_feedback")
    chat.pins(20.8445, 106.6881)
    name = next(title for title in chat.buttons if title.startswith("Phường"))
    chat.presses(name)
    for _ in range(3):
        if "Đúng thì anh/chị chọn" in (said := chat.says("bỏ qua", "skip")):
            break
    assert "vị trí ghim, gần Phường" in said
    chat.presses("Gửi")
    assert (chat.tickets[-1].place_text or "").startswith("vị trí ghim, gần Phường")


def test_questions_show_a_commune_of_this_installation(chat: Chat) -> None:
    chat.says("rác chất đống mấy hôm nay", "submit_feedback")
    chat.says("", "greet")
    said = chat.says("chào em", "greet")
    assert "{example}" not in said


@pytest.mark.parametrize(
    ("story", "shown"),
    [
        ("rác không ai dọn ở ngách 34/12 ngõ 34 Tô Hiệu p.Lê Chân", "ngách 34/12 ngõ 34 Tô Hiệu p.Lê Chân"),
        ("cống tắc ở xã An Bình, huyện Nam Sách", "xã An Bình, huyện Nam Sách (nay là Xã An Phú)"),
    ],
)
def test_the_summary_names_the_commune_once_and_an_old_one_as_it_is_today(chat: Chat, story: str, shown: str) -> None:
    chat.says(story, "submit_feedback")
    for _ in range(4):
        if "Đúng thì anh/chị chọn" in (said := chat.says("bỏ qua", "skip")):
            break
    assert f"Địa điểm: {shown}\n" in said


def test_the_commune_said_again_adds_no_words(chat: Chat) -> None:
    chat.says("đèn đường tắt ở xã Cẩm Giàng", "submit_feedback")
    chat.says("Xã Cẩm Giàng")
    assert data(chat)["text"] == ["đèn đường tắt ở xã Cẩm Giàng"]


@pytest.mark.parametrize("written", ["PA–649–985–743", "mã PA 649.985.743", "PA 649\u00a0985\u00a0743", "pa649985743"])
@pytest.mark.parametrize("intent", ["nlu_fallback", "inform", "out_of_scope", "submit_feedback"])
def test_a_code_is_answered_whatever_was_understood(chat: Chat, written: str, intent: str) -> None:
    said = chat.says(written, intent)
    assert "không tìm thấy phản ánh mã" in said


def test_a_wrong_check_digit_is_said_with_the_code_as_it_was_typed(chat: Chat) -> None:
    assert "“PA 649.985.744”" in chat.says("mã PA 649.985.744", "inform")


def test_a_code_within_a_story_does_not_take_the_story(chat: Chat) -> None:
    chat.says("hôm trước em gửi PA-649-985-743 rồi mà nay rác lại chất đống ở phường Lê Chân nữa", "submit_feedback")
    assert chat.drafts


STREET = "hẻm 12/5 đường Lạch Tray, gần trường Hoàng Văn Thụ, p. Lê Chân"


@pytest.mark.parametrize(
    ("said", "place", "where"),
    [
        ("à nhầm, hẻm 12/7 mới đúng", STREET.replace("12/5", "12/7"), "Phường Lê Chân"),
        ("em gõ lộn, hẻm 12/7", STREET.replace("12/5", "12/7"), "Phường Lê Chân"),
        ("ý em là hẻm 12/7 nha", STREET.replace("12/5", "12/7"), "Phường Lê Chân"),
        ("hẻm 12/7 mới đúng", STREET.replace("12/5", "12/7"), "Phường Lê Chân"),
        ("ý lộn, hẻm 12/7 mới đúng", STREET.replace("12/5", "12/7"), "Phường Lê Chân"),
        ("phường An Biên mới phải, em ghi lộn", STREET.replace("p. Lê Chân", "phường An Biên"), "Phường An Biên"),
    ],
)
def test_a_later_correction_replaces_its_part_of_the_place(chat: Chat, said: str, place: str, where: str) -> None:
    chat.says("rác chất đống hôi thối ba ngày rồi", "submit_feedback")
    chat.says(f"dạ {STREET}")
    assert "đã sửa" in chat.says(said, "inform")
    assert (data(chat)["place_text"], commune(chat)) == (place, where)
    assert data(chat)["text"] == ["rác chất đống hôi thối ba ngày rồi"], "a house number is not a part of the matter"


def test_a_corrected_commune_of_another_province_is_told(chat: Chat) -> None:
    chat.says("cống nghẹt nước tràn vô nhà", "submit_feedback")
    chat.says("xã Vĩnh Bảo huyện Vĩnh Bảo")
    said = chat.says("phường Bến Nghé quận 1 mới đúng, em gõ lộn", "inform")
    assert "Thành phố Hồ Chí Minh" in said
    assert data(chat)["commune"] is None


@pytest.mark.parametrize("intent", ["stay_anonymous", "skip", "inform", "nlu_fallback"])
def test_a_known_name_answers_the_question_for_the_commune(chat: Chat, intent: str) -> None:
    chat.says("nước máy đục ngầu ở chung cư Hoàng Huy lô 3 tầng 5 căn 502 cả tuần nay", "submit_feedback")
    chat.says("An Đồng ạ", intent)
    assert commune(chat) == "Phường An Hải"
    assert not data(chat)["anonymous"]


def test_a_question_of_the_citizen_is_no_place(chat: Chat) -> None:
    chat.says("cống nghẹt nước tràn vô nhà", "submit_feedback")
    said = chat.says("ủa v gọi số nào", "nlu_fallback")
    assert "ủa v" not in said
    assert data(chat)["place_text"] is None
    chat.says("số 5 Tô Hiệu, phường Lê Chân")
    assert data(chat)["place_text"] == "số 5 Tô Hiệu, phường Lê Chân"


def test_a_bare_name_in_the_story_is_offered_and_nothing_follows_from_it(chat: Chat) -> None:
    chat.says("Phả Lại rác chất đống hôi thối ba ngày rồi", "submit_feedback")
    said = chat.says("gần cổng chợ cũ, ngõ 12", "inform")
    assert "thuộc xã, phường nào" in said
    assert "Phường Chí Linh" in chat.buttons
    assert commune(chat) is None
    chat.presses("Phường Chí Linh")
    assert commune(chat) == "Phường Chí Linh"


def test_another_commune_than_the_offered_one_may_be_typed(chat: Chat) -> None:
    chat.says("Phả Lại rác chất đống hôi thối ba ngày rồi", "submit_feedback")
    chat.says("gần cổng chợ cũ, ngõ 12", "inform")
    chat.says("phường Lê Chân", "inform")
    assert commune(chat) == "Phường Lê Chân"


@pytest.mark.parametrize(
    "place", ["ngã tư nhà máy nước phường Lê Chân", "12 Tô Hiệu, p. Lê Chân", "12 to hieu phuong le chan"]
)
def test_the_summary_names_the_commune_once(chat: Chat, place: str) -> None:
    chat.says(f"rác chất đống ba ngày rồi ở {place}", "submit_feedback")
    for _ in range(3):
        if "Địa điểm" in (said := chat.says("bỏ qua", "skip")):
            break
    line = next(one for one in said.split("\n") if "Địa điểm" in one)
    assert line.removeprefix("• Địa điểm: ") == place
