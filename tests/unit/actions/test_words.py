"""The bot's words and its code name the same things."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from actions.routing import ACTS
from actions.turn import word
from feedback_store.texts import has

ROOT = Path(__file__).resolve().parents[3]
CODE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "actions").rglob("*.py")))
DOMAIN = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
ASKED = {"text", "category", "place", "commune", "commune_free", "photo", "phone"}
READERS = "\n".join(
    (ROOT / "actions" / "choice" / f"{name}.py").read_text(encoding="utf-8")
    for name in ("changes", "open_report", "questions", "talked_of", "world")
)
PARTS = {"keep_for_later", "yes_and"}
"""Acts of a message of several parts (``actions/parts.py``)."""
ABOUT = {"who", "when", "cost", "sent", "seen", "add"}
COMPLAINT = {"when", "where", "cost", "how"}
STATES = {"new", "dispatched", "in_progress", "answered", "released", "closed", "refused", "withdrawn"}


def said() -> set[str]:
    """Names of responses that the code can give, those built from parts included."""
    found = set(re.findall(r'say\(\s*"(\w+)"', CODE)) | set(re.findall(r'_say\("(\w+)"', CODE))
    found |= set(re.findall(r'say_and_resume\(\s*\w+, "(\w+)"', CODE))
    either = [word for pair in re.findall(r'"(\w+)" if [^\n]+? else "(\w+)"', CODE) for word in pair]
    found |= set(filter(_is_response, either))
    found |= {f"{side}_{about}" for side in ("draft", "own") for about in ABOUT}
    found |= {f"complaint_{about}" for about in COMPLAINT} | {"person_when", "person_cost"}
    found |= {f"ask_{step}{again}" for step in ASKED for again in ("", "_1", "_2")}
    return found | {f"status_{state}" for state in STATES} | {"summary", "summary_1", "summary_2"}


def _is_response(word: str) -> bool:
    return f"utter_{word}" in DOMAIN["responses"]


def test_every_response_that_is_said_has_words() -> None:
    assert sorted(name for name in said() if not _is_response(name)) == []


def test_every_response_of_the_domain_is_said_somewhere() -> None:
    spoken = said()
    silent = [name for name in DOMAIN["responses"] if name.removeprefix("utter_") not in spoken]
    assert [name for name in silent if f'"{name.removeprefix("utter_")}"' not in CODE] == []


def test_every_intent_has_a_handler_and_every_handler_an_intent() -> None:
    assert set(DOMAIN["intents"]) <= set(ACTS)
    proposed = set(ACTS) - set(DOMAIN["intents"])
    assert [act for act in sorted(proposed) if f'"{act}"' not in READERS] == []


def test_every_act_that_a_reader_proposes_has_a_handler() -> None:
    acts = set(re.findall(r'(?:whole|Reading)\(\s*"[^"]+", "(\w+)"', READERS))
    assert len(acts) > 20
    assert acts - PARTS <= set(ACTS)


def test_every_label_and_every_small_word_exists() -> None:
    names = {f"dialogue.button_{name}" for name in re.findall(r'\bbutton\(\s*"(\w+)"', CODE)}
    names |= {f"dialogue.word_{name}" for name in re.findall(r'\bword\(\s*"(\w+)"', CODE)}
    assert names
    assert sorted(name for name in names if not has(name)) == []


def test_no_words_for_citizens_are_written_in_the_code() -> None:
    marks = "ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
    without = re.sub(r'""".*?"""|#[^\n]*|r"[^"\n]*"', "", CODE, flags=re.S)
    assert re.findall(rf'"[^"\n]*[{marks}][^"\n]*"', without, flags=re.I) == []


def test_no_parameter_of_a_response_has_a_name_that_the_engine_keeps_for_itself() -> None:
    kept = {"text", "image", "template", "attachment", "buttons", "elements", "response"}
    for name, variants in DOMAIN["responses"].items():
        for variant in variants:
            assert not kept & set(re.findall(r"\{(\w+)\}", variant["text"])), name


def test_words_that_join_others_keep_their_blanks() -> None:
    assert word("or") == " hoặc "
    assert word("because", reason="trùng") == " Lý do: trùng"
