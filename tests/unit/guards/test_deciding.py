"""What phrases and the learned opinion decide together; the opinion is stood in for by a rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.gateway.safety import judge_denunciation
from feedback_store.guards import (
    danger_of,
    drops,
    edits_words,
    find_denunciation,
    judge_danger,
    load_watch,
    opinion,
    reported,
    says_report_only,
)
from feedback_store.reading.over import says_over

NOW = "Nhưng vừa nãy có cụ già đạp xe lao xuống hố, đang kẹt dưới đó."
LONG_AGO = "Hồi năm kia cái xóm này từng cháy mất hai nhà, lính cứu hỏa vào tận nơi."
CALM = (
    "Em kể từ đầu nhé. Tháng trước bên thi công về đào đường đặt cống, bảo hai tuần là xong. Xong họ đi đâu mất, trời "
    "mưa nước ngập miệng hố. Tổ dân phố lấy cành cây cắm tạm."
)


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str], float]], None]:
    """Puts a rule in the place of the learned opinion."""

    def put(rule: Callable[[str], float], on: str = opinion.DANGER) -> None:
        monkeypatch.setattr(opinion, "chance", lambda text, of=opinion.DANGER: rule(text) if of == on else None)

    return put


@pytest.fixture
def hears(says: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, float]], None]:
    """Puts chances in the place of what was learned of the kinds; every text tells of a danger."""

    def put(chances: dict[str, float]) -> None:
        says(lambda text: 0.95)
        monkeypatch.setattr(opinion, "kinds", lambda text: dict(chances))

    return put


def kind(text: str) -> str:
    found = judge_danger(text)
    assert found is not None
    assert found.hit.numbers == load_watch().numbers[found.hit.kind]
    return found.hit.kind


def test_the_kind_is_what_was_learned_with_what_a_phrase_says(hears: Callable[..., None]) -> None:
    crossing = "nguoi bi xe tong nam bat tinh o nga tu An Duong, doan gan ho"
    assert kind(crossing) == "drowning"  # by phrases alone: "ngã … hồ"
    hears({"accident": 0.8, "drowning": 0.05, "medical": 0.15})
    assert kind(crossing) == "accident"
    hears({"accident": 0.4, "drowning": 0.35, "medical": 0.25})
    assert kind(crossing) == "drowning"  # as likely as that, the phrase decides
    assert kind("chị ấy lả đi giữa bếp không nói gì") == "accident"


def test_who_says_to_harm_themselves_is_taken_at_their_word_unless_nothing_else_is_like_it(
    hears: Callable[..., None],
) -> None:
    hears({"medical": 0.8, "self_harm": 0.12, "accident": 0.08})
    assert kind("tôi muốn tự tử") == "self_harm"
    hears({"medical": 0.95, "self_harm": 0.01, "accident": 0.04})
    assert kind("bé nhà em uống nhầm thuốc diệt chuột, tự tử gì đâu mà hỏi, vừa uống xong") == "medical"


def test_a_danger_of_no_likely_kind_gets_every_number(hears: Callable[..., None]) -> None:
    hears({"accident": 0.3, "violence": 0.3, "medical": 0.2, "gas": 0.2})
    assert kind("chị ấy lả đi giữa bếp không nói gì") == "unspecified"
    hears({"a kind of another version": 1.0})
    assert kind("chị ấy lả đi giữa bếp không nói gì") == "unspecified"
    assert danger_of("chị ấy lả đi giữa bếp không nói gì").kind == "unspecified"
    hears({"medical": 0.7, "gas": 0.3})
    assert danger_of("chị ấy lả đi giữa bếp không nói gì").numbers[0] == "115"


def told(text: str) -> str | None:
    found = judge_danger(text)
    return found.what if found is not None else None


def test_both_agreeing_answer_one_alone_asks_and_neither_is_silent(says: Callable[..., None]) -> None:
    says(lambda text: 0.3)
    assert told("cháy nhà số 12 rồi cứu với") == "answer"
    assert told("chị hàng xóm ngồi bệt không nói gì") == "ask"
    says(lambda text: 0.05)
    assert told("cháy nhà số 12 rồi cứu với") == "ask"
    assert told("chị hàng xóm ngồi bệt không nói gì") is None
    says(lambda text: 0.6)
    assert told("chị hàng xóm ngồi bệt không nói gì") == "likely"
    says(lambda text: 0.9)
    assert told("chị hàng xóm ngồi bệt không nói gì") == "answer"


def test_a_phrase_in_words_that_are_surely_calm_is_none(says: Callable[..., None]) -> None:
    says(lambda text: 0.005)
    assert told("shop quảng cáo sale cháy hàng mà vào hỏi thì không có gì, lừa khách trời ơi") is None
    says(lambda text: 0.03)
    assert told("cháy nhà rồi") == "ask"


def test_few_words_need_a_surer_opinion(says: Callable[..., None]) -> None:
    words = ("bà nằm đó", "bà nằm im ngoài sân", "bà cụ nhà bên nằm im ngoài sân")  # very few, few, enough
    for chance, found in (
        (0.3, (None, None, "ask")), (0.65, (None, "ask", "likely")), (0.92, (None, "answer", "answer")),
        (0.97, ("answer", "answer", "answer")),
    ):  # fmt: skip
        says(lambda text, chance=chance: chance)
        assert tuple(map(told, words)) == found


def test_harm_to_oneself_is_answered_whatever_the_opinion(says: Callable[..., None]) -> None:
    says(lambda text: 0.001)
    assert told("tôi không muốn sống nữa, tôi sẽ nhảy cầu") == "answer"


def test_one_clause_tells_of_a_danger_where_the_whole_does_not(says: Callable[..., None]) -> None:
    text = "ghế đá công viên gãy rồi, tủ điện đầu ngõ cháy to lắm"
    says(lambda words: 0.9 if words.startswith("tủ") else 0.01)
    assert told(text) == "answer"
    says(lambda words: 0.9 if words.startswith("tủ") else 0.001)
    assert told(text) is None


def test_what_says_that_it_is_over_needs_a_surer_opinion(says: Callable[..., None]) -> None:
    text = "xe cấp cứu chở bà đi rồi mọi người về hết không sao nữa"
    assert says_over(text)
    says(lambda words: 0.6)
    assert told(text) is None
    says(lambda words: 0.95)
    assert told(text) == "answer"


@pytest.mark.parametrize(
    "text", ["cháy nhà ở số 5 Tô Hiệu", "Số 47 Trần Nguyên Hãn phường An Biên cháy nhà", "chay nha ngo 12 duong Le Loi"]
)
def test_an_address_does_not_calm_a_danger(says: Callable[..., None], text: str) -> None:
    calming = ("số", "so ", "ngo ", "ngõ", "hẻm")
    says(lambda words: 0.02 if any(one in words.lower() for one in calming) else 0.8)
    assert told(text) == "answer"
    says(lambda words: 0.02)
    assert told(text) == "ask"


def test_a_danger_at_the_end_of_a_long_story_is_answered(says: Callable[..., None]) -> None:
    says(lambda text: 0.95 if text.strip(" .") == NOW.strip(" .") else 0.05)
    assert told(f"{CALM} {NOW}") == "answer"


def test_a_danger_of_another_time_in_a_long_story_is_not_asked_about(says: Callable[..., None]) -> None:
    says(lambda text: 0.05)
    assert told(LONG_AGO) != "answer"
    assert told(f"{LONG_AGO} {CALM}") is None


def test_a_sentence_of_another_year_is_no_danger_however_it_reads(says: Callable[..., None]) -> None:
    says(lambda text: 0.45 if "cháy" in text else 0.05)
    ago = "Kính thưa quý đài. Năm 2009 xóm tôi bị cháy một trận to, may mà bộ đội cứu được. Tôi ở một mình đã lâu."
    assert told(f"{ago} Nay mỗi lần mưa là nước cống ở ngách dềnh lên tới đầu gối, mong các anh cho nạo vét.") is None
    assert told(f"{ago} Giờ bếp nhà tôi lại cháy nữa rồi, lửa bén lên mái.") is not None


def test_where_a_message_belongs_is_no_part_of_what_it_tells(says: Callable[..., None]) -> None:
    says(lambda text: 0.9 if "bổ sung" in text.lower() else 0.0)
    assert told("Bổ sung: nước lên vỉa hè rồi") is None


@pytest.mark.parametrize(
    "text",
    [
        "thật ra cô ấy chỉ quát tháo, ném giấy tờ ở bộ phận một cửa chứ không đòi tiền",
        "em không tố cáo ai nữa, em chỉ phản ánh cán bộ một cửa ăn nói cộc lốc",
        "việc tố cáo để tôi nộp đơn, còn cái lấn bờ kênh thì làm tiếp cho tôi",
        "duong nguyen duc canh phuong an bien cu mua la ngap",
        "máy móc nói chuyện chán lắm, cho tôi gặp người thật đi",
    ],
)
def test_what_is_denied_or_only_sounds_alike_is_no_denunciation(text: str) -> None:
    assert find_denunciation(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "cán bộ xã chỉ nhận tiền chứ không giải quyết",
        "cán bộ nói phải đưa 5 triệu chứ không thì không ký",
        "cán bộ phường cầm vài củ mới chịu ký",
        "tôi làm đơn tố cáo chị văn thư UBND phường",
    ],
)
def test_what_was_done_stays_a_denunciation(text: str) -> None:
    assert find_denunciation(text) is not None


@pytest.mark.parametrize(
    ("text", "chance", "found"),
    [
        ("Cán bộ địa chính đòi hối lộ năm triệu", 0.9, "denunciation"),
        ("Cán bộ địa chính đòi hối lộ năm triệu", 0.05, "unsure"),
        ("Cán bộ địa chính đòi hối lộ năm triệu", 0.001, "unsure"),
        ("can bo oi xin kiem tra tien do ho so", 0.001, None),
        ("can bo dia chinh doi hoi lo nam trieu", 0.9, "denunciation"),
        ("can bo dia chinh doi hoi lo nam trieu", 0.05, "unsure"),
        ("ai cũng nói là có khuất tất", 0.001, None),
        ("đèn đường tắt", 0.99, None),
    ],
)
def test_phrases_of_a_denunciation_are_weighed_by_the_opinion(
    says: Callable[..., None], text: str, chance: float, found: str | None
) -> None:
    says(lambda text: chance, on=opinion.DENUNCIATION)
    hit = find_denunciation(text)
    assert (hit.name if hit is not None else None) == found


@pytest.mark.parametrize(("whole", "name"), [(0.05, "denunciation"), (0.01, "unsure")])
def test_a_denunciation_at_the_end_of_a_long_story_is_heard(
    says: Callable[..., None], whole: float, name: str
) -> None:
    end = "Cán bộ địa chính nhận hối lộ của nó."
    says(lambda text: 0.95 if text.strip(" .") == end.strip(" .") else whole, on=opinion.DENUNCIATION)
    hit = find_denunciation(f"{CALM} {end}")
    assert hit is not None
    assert hit.name == name


@pytest.mark.parametrize(("whole", "what"), [(0.02, "answer"), (0.01, "ask")])
def test_a_sentence_of_a_story_is_taken_at_its_word_where_the_whole_does_not_deny_it(
    says: Callable[..., None], whole: float, what: str
) -> None:
    says(lambda text: 0.95 if text.strip(" .") == NOW.strip(" .") else whole)
    assert told(f"{CALM} {NOW}") == what


def test_a_story_that_only_shares_the_words_of_a_denunciation_is_none(says: Callable[..., None]) -> None:
    story = f"{CALM} Cán bộ phường cứ khất, ai quen biết thì được giải quyết trước, dân đen phải bồi dưỡng mới xong."
    says(lambda text: 0.02, on=opinion.DENUNCIATION)
    assert find_denunciation(story) is None
    assert find_denunciation(f"{story} Tôi tố cáo cán bộ phường nhận hối lộ.") is not None
    says(lambda text: 0.8 if "bồi dưỡng" in text and len(text) < 120 else 0.05, on=opinion.DENUNCIATION)
    assert find_denunciation(story) is not None


def test_what_is_reported_instead_of_an_accusation_stands_by_itself() -> None:
    told = "thôi tôi rút lại, tôi chỉ phản ánh nhân viên một cửa phường Kiến An quát nạt người già"
    assert reported(told) == "nhân viên một cửa phường Kiến An quát nạt người già"
    assert reported("không, tôi chỉ phản ánh thái độ làm việc thôi") == ""
    assert reported("tôi chỉ phản ánh thôi") == ""


def test_what_somebody_is_said_never_to_do_is_no_denunciation() -> None:
    assert find_denunciation("Cán bộ phường giải thích cặn kẽ, không hề nhũng nhiễu, tôi cảm ơn") is None


@pytest.mark.parametrize("text", ['bỏ câu "thu tiền rác thì nhanh"', "tố cáo cái gì?? t chỉ báo rác thôi"])
def test_words_about_words_and_a_denial_accuse_nobody(text: str) -> None:
    assert judge_denunciation(text) is None


@pytest.mark.parametrize(
    "text", ["cán bộ đòi tiền từ dân mới ký giấy", "tôi tố cáo chị văn thư nhận phong bì 5 triệu của tôi"]
)
def test_what_is_written_like_them_still_accuses(text: str) -> None:
    assert not edits_words(text)
    assert not says_report_only(text)
    assert judge_denunciation(text) is not None


def test_that_somebody_wants_to_report_takes_no_accusation_back() -> None:
    text = "tôi muốn nói ổng ăn tiền"
    hit = find_denunciation(text)
    assert hit is not None
    assert hit.name == "unsure"
    assert judge_denunciation(text) is not None


@pytest.mark.parametrize(
    ("text", "dropped"),
    [("thôi chuyện đó bỏ đi, tui hổng tố cáo nữa", True), ("bộ phận một cửa cái bà đó tên Hạnh", False),
     ("bỏ qua chuyện tố cáo, tôi chỉ phản ánh thôi", False)],
)  # fmt: skip
def test_to_drop_a_denunciation_is_said_in_words_of_giving_up(text: str, dropped: bool) -> None:
    assert drops(text) is dropped
