"""Which acts readers propose for a message in a state, without engine or database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.choice.readers import readings
from actions.choice.reading import choose
from actions.choice.said import Said, said
from actions.choice.state import Own, State
from feedback_store.places.gazetteer import Gazetteer
from feedback_store.places.reading import read_place
from feedback_store.service.drafts import ReportData
from tests.unit.choice.building import EMPTY, parts, simple, turn

RUBBISH = ReportData(text=["rác chất đống ở ngõ 5"], category="moi-truong.rac", place_text="ngõ 5")
WRITING = State(step="photo", data=RUBBISH)
SUMMARY = replace(WRITING, step="summary", summary_shown=True, subject=frozenset("rac chat dong".split()))
PROCEDURE = State(focus="procedure", procedures=("khai_sinh", "ho_chieu"))


def acts(message: Said, state: State) -> list[str]:
    chosen = choose(readings(message, state), len(message.clauses))
    return [one.act if one.firm else str(one.instead) for one in chosen.taken]


@pytest.mark.parametrize(
    "text", ["ấy đừng gửi, để hỏi lại ông nhà tôi cái đã", "chưa gửi vội em", "khoan gửi nhé để tui coi lại đã"]
)
def test_to_wait_gives_nothing_up_whatever_the_engine_says(text: str) -> None:
    assert acts(simple(text, "cancel_request", 0.99), SUMMARY) == ["hold"]


def test_giving_up_in_so_many_words_gives_up() -> None:
    assert acts(simple("hủy đi em", "cancel_request", 0.99), SUMMARY) == ["cancel_request"]


def test_what_only_the_engine_takes_for_giving_up_is_asked() -> None:
    text = "chán quá chắc trả phòng trọ cho xong"
    assert acts(simple(text, "cancel_request", 0.95), WRITING) == ["ask_cancel"]
    assert acts(simple(text, "cancel_request", 0.95), EMPTY) == ["cancel_request"]


def test_a_question_beside_waiting_is_answered() -> None:
    assert acts(simple("khoan bao giờ thì xong", "ask_procedure", 0.9), WRITING) == ["own_report"]


@pytest.mark.parametrize("text", ["ghi tên bác là Đặng Thị Nhàn", "tên em là Lò Văn Khấu nhé"])
def test_who_gives_a_name_does_not_want_to_stay_unnamed(text: str) -> None:
    assert acts(simple(text, "stay_anonymous", 0.94), SUMMARY) in (["take_name"], ["continue_report"])


def test_a_wish_to_stay_unnamed_is_no_question_of_who_sees_it() -> None:
    wish = simple("đừng để ai biết tui là người báo nghen", "stay_anonymous", 0.97)
    assert acts(wish, WRITING) == ["stay_anonymous"]


def test_a_weak_guess_that_somebody_wants_to_stay_unnamed_is_an_answer() -> None:
    assert acts(simple("biết tên đường gì đâu mà nói", "stay_anonymous", 0.43), WRITING) == ["continue_report"]


def test_words_are_taken_out_of_what_was_told_only() -> None:
    assert acts(simple("bỏ câu chửi ra giùm", "cancel_request", 0.9), SUMMARY) == ["take_out"]
    assert acts(simple("bỏ câu chửi ra giùm", "cancel_request", 0.9), EMPTY) == ["cancel_request"]


def test_a_yes_that_names_the_matter_files_it() -> None:
    assert acts(simple("ừ gửi cái rác này trước đi", "send_now", 0.6), SUMMARY) == ["report_yes"]
    assert "report_yes" not in acts(simple("ừ gửi cái rác này với cái đèn đi", "send_now", 0.6), SUMMARY)


def test_the_aspect_of_a_few_words_is_that_of_the_procedure_in_hand() -> None:
    message = simple("rứa có mất đồng mô không o", "nlu_fallback", 0.6)
    message = said(replace(message.turn, aspect="fee"))
    (chosen,) = choose(readings(message, PROCEDURE), 1).taken
    assert (chosen.act, chosen.with_["key"], chosen.with_["aspect"]) == ("procedure_again", "khai_sinh", "fee")


def test_the_report_that_is_named_is_the_one_that_is_asked_about() -> None:
    own = (
        Own(2, "PA-2", "new", "cay-xanh.nguy-co", "Cây nghiêng", frozenset({"nghieng", "xa", "cu"})),
        Own(1, "PA-1", "new", "cap-nuoc.nuoc-ban", "Nước đục", frozenset({"nuoc", "may", "duc"})),
    )
    message = simple("rứa cái nước thì ai lo o hè", "nlu_fallback", 0.5)
    (chosen,) = choose(readings(message, State(own=own)), 1).taken
    assert (chosen.act, chosen.with_["code"]) == ("own_report", "PA-1")


def test_who_puts_off_where_nothing_is_open_needs_nothing() -> None:
    assert acts(simple("ừ thôi, để tôi hỏi lại thợ đã", "edit_report", 0.56), EMPTY) == ["later"]


def test_a_procedure_named_by_what_it_ends_is_asked_about() -> None:
    made = turn("có được hỗ trợ mai táng không, với lại phải xóa thường trú nữa phải không", "ask_procedure")
    start = made.text.index("với lại")
    clauses = tuple(
        {"start": a, "end": b, "intent": {"name": name, "confidence": 0.8}, "category": None, "aspect": None}
        for a, b, name in ((0, start - 2, "ask_procedure"), (start, len(made.text), "cancel_request"))
    )
    named = ({"entity": "procedure", "start": made.text.index("xóa"), "end": made.text.index(" nữa"), "value": "x"},)
    told = said(replace(made, clauses=clauses, entities=named), lambda words: "thường trú" in words)
    assert [one.route for one in told.clauses] == ["ask_procedure", "ask_procedure"]


def test_a_danger_and_its_report_in_words() -> None:
    going_on = State(after_danger=True)
    asked = parts("ghi lại phản ánh giúp tôi, tên tôi là An", ("ghi lại phản ánh giúp tôi", "edit_report", 0.5),
                  ("tên tôi là An", "inform", 0.9), route="edit_report", sure=0.5)  # fmt: skip
    assert acts(asked, going_on) == ["offer_danger_report"]


@pytest.mark.parametrize("text", ["ờ... chắc là đúng đấy, mà cũng chưa biết", "ờ đúng, mà không chắc lắm"])
def test_an_unsure_yes_files_nothing(text: str) -> None:
    assert acts(simple(text, "affirm", 0.6), SUMMARY) == ["hold"]


def test_not_to_know_answers_the_question_that_is_open() -> None:
    assert acts(simple("không rõ", "skip", 0.99), WRITING) == ["skip"]


def test_a_name_and_a_number_given_late_are_taken_in_whatever_stands_beside() -> None:
    text = "khoan đạ, tui quên, tên tui là Phan Thị Quế, số của tui 0912000826"
    assert acts(simple(text, "ask_ticket_status", 0.63), SUMMARY) == ["continue_report"]


def test_who_it_goes_to_is_no_wish_for_a_person() -> None:
    assert acts(simple("nó chuyển về đâu", "human_agent", 0.9), SUMMARY) == ["own_report"]
    assert acts(simple("chuyển máy cho tôi gặp ai đó", "human_agent", 0.95), SUMMARY) == ["human_agent"]


def test_signs_alone_ask_for_what_was_asked() -> None:
    assert acts(simple("????", "nlu_fallback", 0.3), WRITING) == ["ask_again"]
    assert acts(simple("...?", "nlu_fallback", 0.3), EMPTY) == ["nlu_fallback"]


def test_sealed_words_are_no_signs() -> None:
    assert acts(simple("", "denunciation", 1.0), EMPTY) == ["denunciation"]


def test_a_timetable_opens_no_report_but_a_fact_does() -> None:
    asked = simple("xe buýt số 3 chạy từ mấy giờ tới mấy giờ vậy", "submit_feedback", 0.65,
                   categories=(("giao-thong.xe-buyt", 1.0),))  # fmt: skip
    assert acts(asked, EMPTY) == ["offer_times"]
    greeted = parts("chào ad, xe buýt số 5 mấy h hết chuyến v", ("chào ad", "greet", 0.9),
                    ("xe buýt số 5 mấy h hết chuyến v", "giao-thong.xe-buyt", 0.9))  # fmt: skip
    assert acts(greeted, EMPTY) == ["offer_times"]
    told = simple("xe buýt số 3 bỏ chuyến hoài", "submit_feedback", 0.95, categories=(("giao-thong.xe-buyt", 1.0),))
    assert acts(told, EMPTY) == ["submit_feedback"]


KARAOKE = Own(1, "PA-1", "answered", "tieng-on.karaoke", words=frozenset("loa keo karaoke 70 du hang em nao".split()))
LORRY = Own(2, "PA-2", "answered", "giao-thong.dau-xe-sai", words=frozenset("vu xe tai dau bit loi vo hem 21".split()))
TOLD = State(own=(LORRY, KARAOKE), unrated=(1, 2))


@pytest.mark.parametrize(
    ("text", "ticket", "count"),
    [("vụ karaoke cô cho 4 sao nghen", 1, 4), ("vụ xe tải thì 2 sao thôi, nó lại đậu nữa rồi", 2, 2)],
)
def test_stars_are_of_the_report_that_is_named(text: str, ticket: int, count: int) -> None:
    message = simple(text, "rate_service", 0.9)
    (taken,) = choose(readings(message, TOLD), len(message.clauses)).taken
    assert (taken.act, taken.with_["ticket"], taken.with_["stars"].count) == ("rate_in_words", ticket, count)


def test_stars_that_name_none_are_asked_about() -> None:
    message = simple("cho 5 sao", "rate_service", 0.9)
    (taken,) = choose(readings(message, TOLD), len(message.clauses)).taken
    assert taken.act == "rate_in_words"
    assert "ticket" not in taken.with_


@pytest.mark.parametrize(("route", "act"), [("cancel_request", "cancel_request"), ("praise", "praise")])
def test_what_the_engine_is_sure_of_is_no_report_for_having_a_category(route: str, act: str) -> None:
    message = turn("khen mấy chú điện lực leo cột nối dây cho bà con", route, 0.97,
                   categories=(("dien-chieu-sang.day-ho", 0.99),))  # fmt: skip
    placed = replace(message, where=read_place("trước số 5 Tô Hiệu", Gazetteer((), ())))
    sure = replace(placed, ranking=((route, 0.97), ("submit_feedback", 0.01)))
    assert acts(said(sure), EMPTY) == [act]
    torn = replace(placed, confidence=0.5, ranking=((route, 0.5), ("submit_feedback", 0.45)))
    assert acts(said(torn), EMPTY) == ["submit_feedback"]


def test_of_ones_own_reports_nobody_asks_who_has_none() -> None:
    where = read_place("ngã ba Hàng Kênh - Tô Hiệu, phường Lê Chân", Gazetteer((), ()))
    message = turn("em báo cái đèn tín hiệu ở ngã ba Hàng Kênh tắt ngúm ạ", "ask_ticket_status", 0.65,
                   categories=(("duong-bo.den-tin-hieu", 1.0),))  # fmt: skip
    message = replace(message, where=where, ranking=(("ask_ticket_status", 0.65), ("submit_feedback", 0.18)))
    assert acts(said(message), EMPTY) == ["submit_feedback"]
    assert acts(said(message), State(own=(LORRY,))) == ["ask_ticket_status"]


SENT = State(own=(Own(1, "PA-215-851-482", "new", "thoat-nuoc.nap-cong", words=frozenset()),), last=1)


@pytest.mark.parametrize("text", ["thôi rút cái đó lại giùm tui", "rút giúp em cái phiếu vừa gửi", "thu hồi tin đó"])
def test_a_report_that_was_just_sent_is_taken_back_by_pointing_at_it(text: str) -> None:
    assert acts(simple(text, "cancel_request", 0.6), SENT) == ["withdraw_report"]


@pytest.mark.parametrize("text", ["đừng rút cái đó nha", "rút tiền bảo hiểm cái đó sao"])
def test_what_is_not_taken_back_stays(text: str) -> None:
    assert "withdraw_report" not in acts(simple(text, "ask_procedure", 0.6), SENT)


@pytest.mark.parametrize(
    ("text", "about"), [("có mất phí gì không", "cost"), ("bao lâu thì có trả lời", "when"), ("ai xử lý vậy", "who")]
)
def test_what_is_asked_after_the_hotline_said_what_it_takes_is_of_the_hotline(text: str, about: str) -> None:
    chosen = choose(readings(simple(text, "ask_procedure", 0.8), State(focus="service")), 1).taken
    assert [(one.act, about in one.with_["about"]) for one in chosen] == [("service_asked", True)]
    assert acts(simple(text, "ask_procedure", 0.8), EMPTY) == ["ask_procedure"]


def test_a_question_that_names_a_thing_is_none_of_the_hotline() -> None:
    asked = simple("thủ tục ly hôn mất bao lâu", "ask_procedure", 0.9)
    assert acts(asked, State(focus="service")) == ["ask_procedure"]


def test_a_digit_after_a_result_is_its_stars_whatever_the_open_report_asks() -> None:
    state = replace(SENT, unrated=(1,), step="commune", data=RUBBISH)
    assert acts(simple("4", "inform", 0.9), state) == ["rate_in_words"]
    assert acts(simple("4", "inform", 0.9), replace(state, step="place")) != ["rate_in_words"]


def test_the_open_report_that_is_named_is_asked_about_and_not_the_one_that_was_sent() -> None:
    sent = Own(1, "PA-1", "new", "moi-truong.nuoc-thai", "Xả nước thải", frozenset({"mo", "heo", "muong"}))
    lamp = ReportData(text=["đèn đỏ ngã ba hỏng"], category="duong-bo.den-tin-hieu", place_text="ngã ba")
    writing = State(step="commune", data=lamp, own=(sent,), subject=frozenset({"den", "nga", "hong"}))
    message = simple("vụ cái đèn mình kể khi nãy tới đâu rồi", "ask_ticket_status", 0.95)
    (chosen,) = choose(readings(message, writing), 1).taken
    assert (chosen.act, chosen.with_) == ("own_report", {"about": ("sent",), "code": None})
    other = simple("vụ mỡ heo ngoài mương tới đâu rồi", "ask_ticket_status", 0.95)
    (chosen,) = choose(readings(other, writing), 1).taken
    assert (chosen.act, chosen.with_["code"]) == ("own_report", "PA-1")


def test_the_first_of_two_procedures_is_meant_whatever_the_engine_marks_as_a_name() -> None:
    message = simple("cái đầu tiên có nộp online được không", "ask_procedure", 1.0)
    marked = ({"entity": "procedure", "value": "nộp online", "start": 17, "end": 27},)
    told = said(replace(message.turn, entities=marked))
    (chosen,) = choose(readings(told, PROCEDURE), 1).taken
    assert (chosen.act, chosen.with_["key"], chosen.with_["aspect"]) == ("procedure_again", "ho_chieu", "online")


def test_what_was_reported_about_somebody_is_no_report_of_theirs() -> None:
    asked = ("cho hỏi ai phản ánh nhà tôi", "out_of_scope", 0.98)
    sang = ("nhà tôi hát có một buổi", "tieng-on.karaoke", 0.95)
    before = parts("nhà tôi hát có một buổi, cho hỏi ai phản ánh nhà tôi", sang, asked)
    assert acts(before, EMPTY) == ["others_data"]
    after = parts("cho hỏi ai phản ánh nhà tôi, còn đèn đường tắt cả tuần nay", asked,
                  ("còn đèn đường tắt cả tuần nay", "dien-chieu-sang.den-duong", 0.97), several=0.6)  # fmt: skip
    assert acts(after, EMPTY) == ["others_data", "submit_feedback"]


def at_summary(text: str, *, intent: str = "nlu_fallback", sure: float = 0.3, **answer: float) -> list[str]:
    return acts(simple(text, intent, sure), replace(SUMMARY, answer=answer))


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("hai ông bà đọc xong gật đầu cả rồi, gửi đi cháu", True),
        ("hai ong ba doc xong gat dau ca roi, gui di chau", True),
        ("khỏi đổi chữ nào nữa, gởi nghen", True),
        ("chẳng đúng, gửi thế thì chết", False),
        ("đúng mà đừng gửi", False),
        ("dung gui", False),
        ("khoan gửi nha", False),
        ("gửi đi chưa vậy", False),
        ("bấm gửi xong thì làm gì nữa", False),
        ("đúng rồi gửi đi?", False),
        ("gửi đi, ghi thêm là họ làm cả chủ nhật", False),
        ("sửa số nhà rồi gửi", False),
        ("đúng, số 12 nha gửi đi", False),
        ("gửi đi " + "mà nhà tôi chờ lâu lắm rồi đó nghe " * 3, False),
    ],
)
def test_a_learned_yes_files_only_where_nothing_speaks_against_it(text: str, yes: bool) -> None:
    assert (at_summary(text, agree=0.95) == ["report_yes"]) is yes
    assert at_summary(text, agree=0.6) != ["report_yes"]


def test_a_learned_yes_of_a_message_with_another_matter_files_nothing() -> None:
    text = "rồi đó gửi lẹ, ngoài ngõ lại ngập nữa kìa"
    flooded = ("ngoài ngõ lại ngập nữa kìa", "thoat-nuoc.nghet-ngap", 0.97)
    told = parts(text, ("rồi đó gửi lẹ", "nlu_fallback", 0.4), flooded)
    assert "report_yes" not in acts(told, replace(SUMMARY, answer={"agree": 0.99}))


def test_other_answers_that_are_learned() -> None:
    assert at_summary("bà đeo kính vào đọc cho kỹ nghe", wait=0.7) == ["hold"]
    assert at_summary("bà đeo kính vào đọc cho kỹ nghe", wait=0.4) == ["continue_report"]
    assert at_summary("viết gì trật lất hết trơn", disagree=0.8) == ["report_no"]
    assert at_summary("nói tên nó ra coi", who=0.8) == ["others_data"]
    assert at_summary("con tôi can rồi không gửi nữa", give_up=0.9) == ["ask_cancel"]
    assert at_summary("bỏ qua", intent="skip", sure=0.99, give_up=0.9) == ["skip"]
    assert at_summary("báo gì thì báo miễn tên tui ra", unnamed=0.9) == ["stay_anonymous"]
    assert at_summary("báo gì thì báo miễn tên tui ra", intent="inform", sure=0.9, unnamed=0.9) != ["stay_anonymous"]
