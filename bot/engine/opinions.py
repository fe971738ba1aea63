"""The learned half of the guards: one linear model over hashed pieces of text, read by the web process.

It is trained with the other heads, from the same sentences: emergencies and denunciations, told apart from a few kinds
of message that share their words. Whoever reads it needs neither Rasa nor a vocabulary
(`feedback_store/guards/opinion.py`).
"""

from __future__ import annotations

import json
import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from bot.engine.augment import Moved, variants
from bot.engine.heads import HOLD_EVERY, linear, temperature
from bot.engine.restorer import dictionary_words
from vitext import has_marks
from vitext.pieces import LONGEST, SIZE, WEIGHTS, blocks
from vitext.restoring import Restorer, spoken

log = logging.getLogger("hotline.engine.train")

FILE, KINDS_FILE, ANSWERS_FILE, MARKS = "guards.bin", "dangers.bin", "answers.bin", "marks.bin"
ON = ("emergency", "denunciation")
"""The intents that there is an opinion on."""
KINDS = {
    "emergency": "emergency",
    "denunciation": "denunciation",
    "submit_feedback": "report",
    "ask_procedure": "question",
    "ask_ticket_status": "question",
    "ask_dossier_status": "question",
    "formal_complaint": "grievance",
    "dissatisfied_reopen": "grievance",
    "praise": "praise",
    "thanks": "praise",
    "rate_service": "praise",
}
OF_EVERYTHING = "multi"
"""Messages of several matters hold the words of all kinds; learned as one they blur the others."""
TALK = "talk"
"""All the rest. Told apart from each of these a danger is recognised better than against everything at once."""
MIN_TEXTS = 2
"""Pieces of fewer texts are left out."""
ALIGNED = 8
SMALL = 1 << 18
"""Pieces of the models of the kinds and of the answers: they learn from fewer sentences, and have more labels."""
ANSWERS = {
    "affirm": "agree", "send_now": "agree", "deny": "disagree", "cancel_request": "give_up",
    "stay_anonymous": "unnamed",
}  # fmt: skip
"""What intents say to the summary of a report. Of all others some are learned as none of it."""
ELSE, MOST_ELSE = "else", 400


class Table:
    """Texts as rows of pieces, rare ones weighing more; each block of unit length, times its weight.

    `size`: how many pieces are told apart, a power of two."""

    def __init__(self, found: Sequence[Sequence[Counter[int]]], size: int = SIZE) -> None:
        self._size = size
        seen = np.zeros(size, dtype=np.int32)
        for one in found:
            for block in one:
                seen[[number & (size - 1) for number in block]] += 1
        rarity = np.where(seen >= MIN_TEXTS, np.log((1 + len(found)) / (1 + seen)) + 1, 0)
        self.rarity = rarity.astype(np.float32)

    def rows(self, found: Sequence[Sequence[Counter[int]]]) -> csr_matrix:
        """One row for each text."""
        rows = [self._row(one) for one in found]
        ends = np.cumsum([0] + [len(numbers) for numbers, _ in rows])
        columns, values = (np.concatenate(side) for side in zip(*rows))
        return csr_matrix((values, columns, ends), shape=(len(rows), self._size))

    def _row(self, found: Sequence[Counter[int]]) -> tuple[np.ndarray, np.ndarray]:
        columns, values = [], []
        for block, weight in zip(found, WEIGHTS):
            numbers = np.fromiter(block.keys(), dtype=np.int32, count=len(block)) & (self._size - 1)
            counts = np.fromiter(block.values(), dtype=np.float32, count=len(block))
            told = (1 + np.log(counts)) * self.rarity[numbers]
            columns.append(numbers)
            values.append(told * np.float32(weight / (np.sqrt(told @ told) or 1.0)))
        return np.concatenate(columns), np.concatenate(values)


Sentence = tuple[str, str, list[dict[str, Any]]]
"""Text, intent and entities, as in the training data."""


def fit(sentences: Sequence[Sentence], folder: Path) -> None:
    """Fit on sentences; write FILE into `folder`: a line of JSON, then the rarity of each piece (float32) and
    for each label the weight of each piece (int16), both little-endian; and MARKS, what puts marks on a text.

    The chance is a logistic curve over the lead on the next label, fitted on a third that a model of half of the rest
    hasn't seen; then the model learns from all.
    """
    sentences = [one for one in sentences if one[1] != OF_EVERYTHING]
    accented = [spoken(text[:LONGEST]) for text, _, _ in sentences if has_marks(text)]
    Restorer.train(accented, dictionary_words()).save(folder / MARKS)
    texts: list[str] = []
    kinds: list[str] = []
    held: list[bool] = []
    seen: list[bool] = []
    moved = Moved((text, entities) for text, _, entities in sentences)
    for number, (text, intent, entities) in enumerate(sentences):
        kind = KINDS.get(intent, TALK)
        family = [*variants(text, entities), *moved.variants(text, entities, intent == "emergency")]
        for variant in (text, *[one.text for one in family]):
            texts.append(variant)
            kinds.append(kind)
            held.append(number % HOLD_EVERY == 0)
            seen.append(number % HOLD_EVERY != 0 and number % 2 == 0)
    found = [blocks(text) for text in texts]
    table = Table(found)
    features, aside, rest = table.rows(found), np.array(held), np.array(seen)
    labels = sorted(set(kinds))
    truth = np.array([labels.index(kind) for kind in kinds])
    curves = _curves(features, truth, aside, rest, labels)
    weights, bias = linear(features, truth, len(labels))
    _write(folder / FILE, table.rarity, weights, bias, labels, {"curves": curves})
    log.info("opinions on %s from %d sentences with their variants", " and ".join(curves), len(texts))


def fit_kinds(dangers: Sequence[Sentence], folder: Path) -> None:
    """Fit what danger it is on sentences that tell of one, with its kind for the intent; write KINDS_FILE."""
    _fit_labels(dangers, folder / KINDS_FILE)


def fit_answers(answers: Mapping[str, Sequence[str]], sentences: Sequence[Sentence], folder: Path) -> None:
    """Fit what is said to the summary of a report, on `answers` by what they say and on the training sentences; write
    ANSWERS_FILE."""
    told: list[Sentence] = [(text, label, []) for label, texts in answers.items() for text in texts]
    others: dict[str, list[Sentence]] = defaultdict(list)
    for text, intent, entities in sentences:
        if intent in ANSWERS:
            told.append((text, ANSWERS[intent], entities))
        else:
            others[intent].append((text, ELSE, entities))
    for found in others.values():
        told += found[:: -(-len(found) // MOST_ELSE)]
    _fit_labels(told if answers else [], folder / ANSWERS_FILE)


def _fit_labels(sentences: Sequence[Sentence], path: Path) -> None:
    """Fit labels that stand in the place of intents; write them in the form of FILE. Of one label, an empty file.

    In the place of the curves is the temperature of the chances, fitted on a third that a model of the rest does not
    know.
    """
    texts: list[str] = []
    kinds: list[str] = []
    sources: list[int] = []
    for number, (text, kind, entities) in enumerate(sentences):
        for variant in (text, *[one.text for one in variants(text, entities)]):
            texts.append(variant)
            kinds.append(kind)
            sources.append(number)
    labels = sorted(set(kinds))
    if len(labels) < 2:
        path.write_bytes(b"")
        return
    found = [blocks(text) for text in texts]
    table = Table(found, SMALL)
    features, truth = table.rows(found), np.array([labels.index(kind) for kind in kinds])
    aside = np.array(sources) % HOLD_EVERY == 0
    weights, bias = linear(features[~aside], truth[~aside], len(labels))
    fitted = temperature(features[aside] @ weights.T + bias, truth[aside])
    weights, bias = linear(features, truth, len(labels))
    _write(path, table.rarity, weights, bias, labels, {"temperature": fitted})
    log.info("%s from %d sentences with their variants", path.name, len(texts))


def _curves(
    features: csr_matrix, truth: np.ndarray, aside: np.ndarray, rest: np.ndarray, labels: Sequence[str]
) -> dict[str, tuple[float, float]]:
    weights, bias = linear(features[rest], truth[rest], len(labels))
    margins = features[aside] @ weights.T + bias
    curves = {}
    for on in [one for one in ON if one in labels and len(labels) > 1]:
        own = labels.index(on)
        lead = margins[:, own] - np.delete(margins, own, axis=1).max(axis=1)
        curve = LogisticRegression(C=10.0).fit(lead[:, None], truth[aside] == own)
        curves[on] = (float(curve.coef_[0][0]), float(curve.intercept_[0]))
    return curves


def _write(
    path: Path,
    rarity: np.ndarray,
    weights: np.ndarray,
    bias: np.ndarray,
    labels: Sequence[str],
    more: dict[str, Any],
) -> None:
    unit = float(np.abs(weights).max()) / np.iinfo(np.int16).max or 1.0
    head = {"size": len(rarity), "labels": labels, "bias": [float(one) for one in bias], "unit": unit, **more}
    line = json.dumps({**head, "padding": 0}).encode() + b"\n"
    padding = -len(line) % ALIGNED
    line = json.dumps({**head, "padding": padding}).encode() + b"\n" + b" " * padding
    with path.open("wb") as file:
        file.write(line + rarity.astype("<f4").tobytes() + np.rint(weights / unit).astype("<i2").tobytes())
