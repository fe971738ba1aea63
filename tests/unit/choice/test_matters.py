"""One matter or several: what is cut and what is one story."""

from dataclasses import replace

from actions.choice.matters import beside_danger, matters
from feedback_store.places.gazetteer import Gazetteer
from feedback_store.places.reading import read_place
from tests.unit.choice.building import parts, simple


def found(said) -> list[tuple[str, str | None]]:
    return [(one.route, one.category) for one in matters(said)]


def test_a_list_of_matters_is_cut_and_a_question_beside_it_too() -> None:
    said = parts(
        "đèn đường tắt ngóm, rác thì đầy đầu ngõ, à mà hồ sơ của tôi tới đâu rồi",
        ("đèn đường tắt ngóm", "dien-chieu-sang.den-duong", 0.98), ("rác thì đầy đầu ngõ", "moi-truong.rac", 0.95),
        ("à mà hồ sơ của tôi tới đâu rồi", "ask_dossier_status", 0.99),
        whole=(("dien-chieu-sang.den-duong", 0.7), ("moi-truong.rac", 0.2)), several=0.6,
    )  # fmt: skip
    assert found(said) == [
        ("submit_feedback", "dien-chieu-sang.den-duong"),
        ("submit_feedback", "moi-truong.rac"),
        ("ask_dossier_status", None),
    ]


def test_a_consequence_is_no_second_matter_where_the_whole_is_sure_of_one() -> None:
    said = parts(
        "chó thả rông không rọ mõm, đuổi cắn người đi tập thể dục",
        ("chó thả rông không rọ mõm", "trat-tu-do-thi.vat-nuoi", 0.99),
        ("đuổi cắn người đi tập thể dục", "cay-xanh.cong-vien", 0.9),
        whole=(("trat-tu-do-thi.vat-nuoi", 0.99),),
    )
    assert len(found(said)) == 1


def test_words_that_begin_anew_make_a_second_matter_even_then() -> None:
    said = parts(
        "chó thả rông không rọ mõm, ngoài ra vỉa hè bị chiếm hết",
        ("chó thả rông không rọ mõm", "trat-tu-do-thi.vat-nuoi", 0.99),
        ("ngoài ra vỉa hè bị chiếm hết", "trat-tu-do-thi.via-he", 0.97),
        whole=(("trat-tu-do-thi.vat-nuoi", 0.99),), several=0.1,
    )
    assert [category for _, category in found(said)] == ["trat-tu-do-thi.vat-nuoi", "trat-tu-do-thi.via-he"]


def test_a_question_is_one_of_a_procedure_only_where_the_catalogue_knows_it() -> None:
    told = (("cống tắc ở ngõ 47", "thoat-nuoc.nghet-ngap", 0.99), ("có làm không thì bảo", "ask_procedure", 0.96))
    assert len(found(parts("cống tắc ở ngõ 47, có làm không thì bảo", *told, several=0.1))) == 1
    asked = (told[0], ("làm căn cước cần gì", "ask_procedure", 0.99))
    said = parts("cống tắc ở ngõ 47, làm căn cước cần gì", *asked, knows=("căn cước",), several=0.1)
    assert [route for route, _ in found(said)] == ["submit_feedback", "ask_procedure"]


def test_a_story_before_a_question_is_no_report() -> None:
    said = parts(
        "bố mẹ cháu ly hôn, cháu ở với bà, cháu hỏi khai sinh cho con cần gì",
        ("bố mẹ cháu ly hôn", "xa-hoi.tre-em", 0.78), ("cháu ở với bà", "xa-hoi.tre-em", 0.6),
        ("cháu hỏi khai sinh cho con cần gì", "ask_procedure", 0.99),
        route="ask_procedure", knows=("khai sinh",),
    )  # fmt: skip
    assert [route for route, _ in found(said)] == ["ask_procedure"]


def test_one_clause_is_one_matter() -> None:
    assert found(simple("ổ gà to", "submit_feedback", categories=(("duong-bo.o-ga", 0.9),))) == [
        ("submit_feedback", "duong-bo.o-ga")
    ]


def test_the_more_the_engine_sees_several_matters_the_sooner_a_list_is_cut() -> None:
    told = (
        ("nhà bên bán quán lấn vỉa hè", "trat-tu-do-thi.via-he", 0.9),
        ("khói than bay vào nhà", "moi-truong.khoi-mui", 0.8),
    )
    text = "nhà bên bán quán lấn vỉa hè, khói than bay vào nhà"
    assert len(found(parts(text, *told, whole=(("trat-tu-do-thi.via-he", 0.95),)))) == 1
    assert len(found(parts(text, *told, whole=(("trat-tu-do-thi.via-he", 0.95),), several=0.8))) == 2


def test_thanks_for_what_was_done_stand_beside_the_next_report_and_a_mere_thanks_does_not() -> None:
    report = ("giờ tới cái nắp cống bể", "thoat-nuoc.nap-cong", 0.99)
    done = ("cảm ơn đã sửa đèn giúp", "thanks", 0.99)
    said = parts("cảm ơn đã sửa đèn giúp, giờ tới cái nắp cống bể", done, report, several=0.3)
    assert [route for route, _ in found(said)] == ["thanks", "submit_feedback"]
    thanks = ("cảm ơn anh chị nhiều", "thanks", 0.99)
    said = parts("giờ tới cái nắp cống bể, cảm ơn anh chị nhiều", report, thanks, several=0.3)
    assert [route for route, _ in found(said)] == ["submit_feedback"]


def test_matters_that_are_counted_stand_apart_however_long_the_message() -> None:
    said = parts(
        "điều thứ nhất đèn đường ngõ 5 tắt cả tuần nay, điều thứ hai tôi xin chấm bảy trên mười vì trả lời nhanh",
        ("điều thứ nhất đèn đường ngõ 5 tắt cả tuần nay", "dien-chieu-sang.den-duong", 0.9),
        ("điều thứ hai tôi xin chấm bảy trên mười vì trả lời nhanh", "rate_service", 0.8),
    )
    assert [route for route, _ in found(said)] == ["submit_feedback", "rate_service"]


def test_one_ordinal_is_no_list() -> None:
    said = parts(
        "thứ hai vừa rồi rác chất đống trước cổng trường tiểu học, bốc mùi khó chịu lắm",
        ("thứ hai vừa rồi rác chất đống trước cổng trường tiểu học", "moi-truong.rac", 0.95),
        ("bốc mùi khó chịu lắm", "moi-truong.khoi-mui", 0.55), whole=(("moi-truong.rac", 0.98),),
    )  # fmt: skip
    assert len(found(said)) == 1


def test_what_sounds_like_a_danger_that_is_none_may_be_a_report_of_its_own() -> None:
    told = ("mất điện cả xóm từ tối", "dien-chieu-sang.mat-dien", 0.95)
    said = parts("mất điện cả xóm từ tối, còn cây bàng ngả ra đường", told,
                 ("còn cây bàng ngả ra đường", "emergency", 0.7), several=0.4)  # fmt: skip
    assert len(found(said)) == 1, "without a category it says nothing"


def ordinary(said) -> list[str | None]:
    return [one.category for one in beside_danger(said)]


def test_an_ordinary_matter_told_beside_a_danger_is_found() -> None:
    said = parts(
        "có người bị xe húc nằm bất tỉnh, gọi cấp cứu hộ em, ngoài ra xe rác ba hôm nay không vào chợ",
        ("có người bị xe húc nằm bất tỉnh", "emergency", 0.99), ("gọi cấp cứu hộ em", "emergency", 0.5),
        ("ngoài ra xe rác ba hôm nay không vào chợ", "moi-truong.rac", 0.99), route="emergency", several=0.2,
    )  # fmt: skip
    assert ordinary(said) == ["moi-truong.rac"]


def test_what_belongs_to_the_danger_or_is_unsure_is_none() -> None:
    told = ("cháy nhà kho cuối hẻm", "emergency", 0.99)
    whole = "cháy nhà kho cuối hẻm, khói đen mù mịt cả xóm rồi"
    assert ordinary(parts(whole, told, ("khói đen mù mịt cả xóm rồi", "emergency", 0.9), route="emergency")) == []
    unsure = ("khói đen mù mịt cả xóm rồi", "moi-truong.khoi-mui", 0.7)
    assert ordinary(parts(whole, told, unsure, route="emergency", several=0.9)) == []


def test_words_that_announce_a_report_ask_for_no_state() -> None:
    text = "cho mình báo vụ đốt rác cuối ngõ 15, khói khét lẹt tối nào cũng đốt"
    smoke = ("khói khét lẹt tối nào cũng đốt", "moi-truong.khoi-mui", 0.99)
    where = read_place(text, Gazetteer((), ()))
    made = parts(text, ("cho mình báo vụ đốt rác cuối ngõ 15", "ask_ticket_status", 0.98), smoke, several=0.3)
    made = replace(made, turn=replace(made.turn, where=where))
    assert [route for route, _ in found(made)] == ["submit_feedback"]
    text = "vụ đốt rác cuối ngõ 15 tới đâu rồi, giờ lại thêm cống tắc trước cửa"
    made = parts(text, ("vụ đốt rác cuối ngõ 15 tới đâu rồi", "ask_ticket_status", 0.98),
                 ("giờ lại thêm cống tắc trước cửa", "thoat-nuoc.nghet-ngap", 0.99), several=0.6)  # fmt: skip
    made = replace(made, turn=replace(made.turn, where=read_place(text, Gazetteer((), ()))))
    assert [route for route, _ in found(made)] == ["ask_ticket_status", "submit_feedback"]


COURTESY = ("chấm năm sao vì trả lời nhanh", "rate_service", 0.99)
BUT = ("nhưng mà xe buýt 33 hay bỏ bến", "giao-thong.xe-buyt", 0.95)


def test_courtesy_that_opens_and_turns_stands_beside_what_it_turns_to() -> None:
    said = parts("chấm năm sao vì trả lời nhanh, nhưng mà xe buýt 33 hay bỏ bến", COURTESY, BUT, route="rate_service",
                 several=0.05)  # fmt: skip
    assert [route for route, _ in found(said)] == ["rate_service", "submit_feedback"]
    plain = ("xe buýt 33 hay bỏ bến", "giao-thong.xe-buyt", 0.95)
    said = parts("chấm năm sao vì trả lời nhanh, xe buýt 33 hay bỏ bến", COURTESY, plain, route="rate_service",
                 several=0.05)  # fmt: skip
    assert len(found(said)) == 1


def test_courtesy_within_a_story_turns_nothing() -> None:
    said = parts(
        "hồi bão nhà tốc mái, chấm năm sao vì trả lời nhanh, nhưng mà xe buýt 33 hay bỏ bến",
        ("hồi bão nhà tốc mái", "xa-hoi.tro-cap-bhxh", 0.95), COURTESY, BUT, whole=(("giao-thong.xe-buyt", 0.97),),
    )  # fmt: skip
    assert ("rate_service", None) not in found(said)


def test_what_only_sounds_like_a_wish_for_a_person_is_a_report_where_its_category_is_sure() -> None:
    def told(sure: float, words: str = "lại còn nước yếu xìu") -> list[str]:
        said = parts(
            f"mất điện cả xóm, {words}", ("mất điện cả xóm", "dien-chieu-sang.mat-dien", 0.99),
            (words, "dissatisfied_reopen", sure), several=0.6,
        )  # fmt: skip
        clauses = (said.clauses[0], replace(said.clauses[1], category="cap-nuoc.mat-nuoc", category_sure=0.98))
        return [route for route, _ in found(replace(said, clauses=clauses))]

    assert told(0.65) == ["submit_feedback", "submit_feedback"]
    assert told(0.99) == ["submit_feedback", "dissatisfied_reopen"]
    assert told(0.65, "ngoài ra vụ rác phải làm lại") == ["submit_feedback", "dissatisfied_reopen"]


def test_beside_a_question_a_sure_report_needs_no_sure_category() -> None:
    def told(sure: float, likely: float) -> int:
        said = parts(
            "làm hộ chiếu mất mấy bữa, mà răng công an xã không ai trực",
            ("làm hộ chiếu mất mấy bữa", "ask_procedure", 0.99),
            ("mà răng công an xã không ai trực", "hanh-chinh.thai-do", likely),
            route="ask_procedure", knows=("hộ chiếu",), several=0.7,
        )  # fmt: skip
        return len(found(replace(said, clauses=(said.clauses[0], replace(said.clauses[1], sure=sure)))))

    assert told(0.99, 0.4) == 2
    assert told(0.9, 0.4) == 1
    assert told(0.99, 0.1) == 1


def test_words_that_only_announce_are_no_matter_whatever_they_weakly_sound_like() -> None:
    said = parts(
        "giờ báo việc khác: ổ gà to tướng trước số 140",
        ("giờ báo việc khác", "deny", 0.32), ("ổ gà to tướng trước số 140", "duong-bo.o-ga", 0.99), several=0.5,
    )  # fmt: skip
    clauses = (replace(said.clauses[0], category="khac.khac", category_sure=0.87), said.clauses[1])
    assert [category for _, category in found(replace(said, clauses=clauses))] == [None]
