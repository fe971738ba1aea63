"""The measure of nearness that the report and the tests of the sets share."""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path

import pytest

from hotline.nlu.nearness import SAME, Sentences, Trained, distinct, likeness, runs, trained

WORDS = "đèn đường hỏng ngõ chợ rác thải cống tắc khu phố nhà ồn đêm nước bẩn cây đổ".split()


def test_case_marks_signs_and_composition_make_no_difference() -> None:
    plain = runs("Đèn đường, ngõ 5 HỎNG!")
    assert runs(unicodedata.normalize("NFD", "den duong ngo 5 hong")) == plain
    assert likeness(plain, plain) == 1


def test_a_text_shorter_than_a_run_is_compared_as_a_whole() -> None:
    assert runs("à") == {" a "}
    assert runs("") == {"  "}
    assert likeness(runs("à"), runs("ờ")) == 0


def test_likeness_is_what_is_common_of_all() -> None:
    assert likeness(frozenset("abc"), frozenset("bcd")) == 0.5


def test_the_nearest_come_first_and_strangers_not_at_all() -> None:
    shelf = Sentences(["rác đầy ngõ", "đèn đường hỏng", "đèn đường hỏng ở ngõ 5", "xyz"])
    found = shelf.nearest("đèn đường bị hỏng", 4)
    assert found[0][1] == 1
    assert 3 not in [number for _, number in found]
    assert [like for like, _ in found] == sorted((like for like, _ in found), reverse=True)


def test_the_search_finds_exactly_what_comparing_all_with_all_finds() -> None:
    made = random.Random(1022)
    texts = [" ".join(made.choices(WORDS, k=made.randint(1, 9))) for _ in range(400)]
    texts += [f"{text} {made.choice(['ạ', '5', 'với ạ'])}" for text in texts[:200]]
    shelf = Sentences(texts[:300])
    by_hand = [runs(text) for text in texts]
    for number, text in enumerate(texts):
        same = [at for at in range(300) if likeness(by_hand[number], by_hand[at]) >= SAME]
        found = shelf.same(text)
        assert (found in same) if same else (found is None)
    left: list[frozenset[str]] = []
    for one in by_hand:
        if all(likeness(one, other) < SAME for other in left):
            left.append(one)
    assert distinct(texts) == len(left)


def test_training_sentences_are_read_without_marks_and_with_what_they_teach(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "a.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: submit_feedback\n  metadata: {leaf: a.b}\n  examples: |\n'
        "    - đèn [ngõ 5](place) tắt\n- lookup: x\n  examples: |\n    - y\n"
        "- intent: greet\n  examples: |\n    - chào\n",
        encoding="utf-8",
    )
    (tmp_path / "rules.yml").write_text('version: "3.1"\nrules: []\n', encoding="utf-8")
    (tmp_path / "empty.yml").write_text("", encoding="utf-8")
    assert trained(tmp_path) == [
        Trained("đèn ngõ 5 tắt", "submit_feedback", "a.b", "reports/a.yml"),
        Trained("chào", "greet", None, "reports/a.yml"),
    ]


@pytest.mark.parametrize("text", ["", "?!"])
def test_a_text_without_words_is_near_to_no_sentence(text: str) -> None:
    assert Sentences(["đèn đường hỏng"]).nearest(text, 3) == []
