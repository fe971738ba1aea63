"""The words of a danger and the ordinary matters that are told beside it."""

from actions.dangers import parted
from tests.unit.choice.building import parts

TEXT = "có người bị xe húc nằm bất tỉnh, ngoài ra xe rác ba hôm nay không vào chợ, gọi cấp cứu giúp em"
TOLD = (
    ("có người bị xe húc nằm bất tỉnh", "emergency", 0.99),
    ("ngoài ra xe rác ba hôm nay không vào chợ", "moi-truong.rac", 0.99),
    ("gọi cấp cứu giúp em", "emergency", 0.6),
)


def test_each_keeps_its_own_words() -> None:
    turn = parts(TEXT, *TOLD, route="emergency", several=0.2).turn
    rest, others = parted(turn, lambda words: "giao-thong.tai-nan")
    assert rest == "có người bị xe húc nằm bất tỉnh, gọi cấp cứu giúp em"
    assert others == [{"text": "ngoài ra xe rác ba hôm nay không vào chợ", "category": "moi-truong.rac"}]


def test_a_matter_of_the_danger_s_own_group_stays_with_it() -> None:
    turn = parts(TEXT, *TOLD, route="emergency", several=0.2).turn
    assert parted(turn, lambda words: "moi-truong.khoi-mui") == (TEXT, [])


def test_a_danger_alone_is_left_as_it_was_typed() -> None:
    turn = parts("cháy nhà số 5 Tô Hiệu", route="emergency").turn
    assert parted(turn, lambda words: None) == ("cháy nhà số 5 Tô Hiệu", [])
