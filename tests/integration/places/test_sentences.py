"""The places set: spans are exact, the seed decides, every style and form occurs, communes are real."""

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SCRIPT = HERE / "sentences.py"
DATA = HERE.parents[2] / "data" / "provinces"
sys.path.insert(0, str(HERE))
import frames  # noqa: E402
import sentences  # noqa: E402
import words  # noqa: E402


@pytest.fixture(scope="module")
def rows():
    return list(sentences.generate(seed=1))


def test_spans_are_exact_and_unique(rows):
    assert len(rows) == 3600
    for r in rows:
        assert r["text"].count(r["place"]) == 1, r
        start = r["text"].index(r["place"])
        end = start + len(r["place"])
        assert r["place"] == r["place"].strip()
        assert re.match(r"\w", r["place"][0]), r
        assert re.match(r"\w", r["place"][-1]), r
        assert start == 0 or not r["text"][start - 1].isalnum(), r
        assert end == len(r["text"]) or not r["text"][end].isalnum(), r
        assert "  " not in r["text"], r
        assert not re.search(r"[{}⁄@]", r["text"]), r


def test_no_leading_preposition(rows):
    for r in rows:
        assert not re.match(r"(ở|tại|chỗ|o|tai) ", r["place"].lower()), r
        assert not re.match(r"khu vực (?!\S*\d|một|hai|ba|bốn|năm|sáu|bảy|tám|chín)", r["place"].lower()), r


def test_no_number_touches_the_place(rows):
    for r in rows:
        before, after = r["text"].split(r["place"])
        assert not (re.search(r"\d\s*$", before) and r["place"][0].isdigit()), r
        assert not (re.match(r"\s*\d", after) and r["place"][-1].isdigit()), r


def test_seed_decides(rows):
    assert list(sentences.generate(seed=1, count=300)) == rows[:300]
    assert list(sentences.generate(seed=2, count=300)) != rows[:300]


def test_command_line_is_deterministic():
    run = [
        subprocess.run(
            [sys.executable, str(SCRIPT), "--seed", "5", "--count", "50", "--province", "31"],
            capture_output=True,
            text=True,
            check=True,
            encoding="utf-8",
        ).stdout
        for _ in range(2)
    ]
    assert run[0] == run[1]
    out = [json.loads(line) for line in run[0].splitlines()]
    assert len(out) == 50
    assert {r["province"] for r in out} == {"31"}


def test_every_style_form_and_province_occurs(rows):
    styles, forms, provinces = (Counter(r[k] for r in rows) for k in ("style", "form", "province"))
    assert set(styles) == set(sentences.STYLES)
    assert min(styles.values()) >= 200
    assert set(forms) == set(sentences.FORM_LABELS)
    assert min(forms.values()) >= 20
    assert len(provinces) == 34
    assert min(provinces.values()) >= 90


def test_communes_are_real(rows):
    with open(DATA / "communes.csv", encoding="utf-8") as f:
        where = {r["code"]: r["province"] for r in csv.DictReader(f)}
    for r in rows:
        assert ("commune" in r) != ("communes" in r)
        codes = r["communes"] if "communes" in r else [r["commune"]] if r["commune"] else []
        assert all(where[c] == r["province"] for c in codes), r
        assert "communes" not in r or len(r["communes"]) > 1
    kinds = Counter("split" if "communes" in r else "one" if r["commune"] else "none" for r in rows)
    assert kinds["none"] > 800
    assert kinds["one"] > 1200
    assert kinds["split"] > 60


def test_place_stands_at_the_beginning_in_the_middle_and_at_the_end(rows):
    where = Counter()
    for r in rows:
        start = r["text"].index(r["place"])
        end = start + len(r["place"]) == len(r["text"].rstrip(".!?"))
        where["alone" if start == 0 and end else "start" if start == 0 else "end" if end else "middle"] += 1
    assert min(where[k] for k in ("alone", "start", "middle", "end")) >= 40


def test_variety_of_the_lists():
    streets = set(
        words.STREETS_ALL + words.STREETS_N + words.STREETS_C + words.STREETS_S + words.DATES + words.NUMBERED
    )
    marks = set(words.SCHOOLS + words.LAND_ALL + words.LAND_N + words.LAND_C + words.LAND_S)
    assert len(streets) >= 350
    assert len(marks) >= 150
    assert len({f for f, _ in frames.parse(frames.FRAMES)}) >= 120
