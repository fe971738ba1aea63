"""The deadline engine against random cases whose answers were counted second by second."""

import datetime as dt

from feedback_store.domain.vectors import check
from tests.sla import random_vectors


def test_random_cases_agree_and_a_wrong_answer_is_noticed() -> None:
    document = random_vectors.document(seed=20261123, count=40)
    assert [verdict for verdict in check(document) if not verdict.agrees] == []
    wrong = document["cases"][17]
    moved = dt.datetime.fromisoformat(wrong["due"]) + dt.timedelta(seconds=1)
    wrong["due"] = moved.isoformat()
    assert [verdict.id for verdict in check(document) if not verdict.agrees] == [wrong["id"]]
