"""The learned half of the guards: linear models over hashed pieces of text, read by the web process.

They are trained with the other heads, from the same sentences: emergencies, and denunciations, against everything else.
Whoever reads them needs neither Rasa nor a vocabulary (`feedback_store/guards/opinion.py`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from bot.engine.augment import variants
from vitext.pieces import SIZE, pieces

log = logging.getLogger("hotline.engine.train")

FILES = {"danger.bin": "emergency", "denunciation.bin": "denunciation"}
"""Each file and the intent that it is an opinion on."""
SEED = 1022
WEIGHT = 6
"""One of them counts as much as so many others: rather asked once too often than missed."""
HOLD_EVERY = 3


def rows(found: Sequence[list[int]], rarity: np.ndarray) -> csr_matrix:
    """One row of unit length for the pieces of each text, rare ones weighing more."""
    ends = np.cumsum([0] + [len(one) for one in found])
    columns = np.concatenate([np.array(one, dtype=np.int32) for one in found])
    values = [rarity[one] / (np.sqrt(rarity[one] @ rarity[one]) or 1.0) for one in found]
    return csr_matrix((np.concatenate(values), columns, ends), shape=(len(found), SIZE))


def rarity_of(found: Sequence[list[int]]) -> np.ndarray:
    """How rare each piece is among the texts, as inverse document frequency."""
    seen = np.zeros(SIZE)
    for one in found:
        seen[one] += 1
    return (np.log((1 + len(found)) / (1 + seen)) + 1).astype(np.float32)


def fit(sentences: Sequence[tuple[str, str]], folder: Path) -> None:
    """Fit on (text, intent) pairs; write a file for each of FILES into `folder`: a line of JSON, then two arrays of
    32-bit floats.

    The chance is a logistic curve over the margin, fitted on a third that the model hasn't seen; then it learns
    from all.
    """
    texts: list[str] = []
    intents: list[str] = []
    held: list[bool] = []
    for number, (text, intent) in enumerate(sentences):
        for variant in (text, *[one.text for one in variants(text, [])][-1:]):
            texts.append(variant)
            intents.append(intent)
            held.append(number % HOLD_EVERY == 0)
    found = [pieces(text) for text in texts]
    rarity = rarity_of(found)
    features, aside = rows(found, rarity), np.array(held)
    for name, intent in FILES.items():
        wanted = np.array([one == intent for one in intents])
        _write(folder / name, features, wanted, aside, rarity)
        log.info("%s: %d among %d sentences with their variants", intent, wanted.sum(), len(wanted))


def _write(path: Path, features: csr_matrix, wanted: np.ndarray, aside: np.ndarray, rarity: np.ndarray) -> None:
    model = _linear(features[~aside], wanted[~aside])
    margins = model.decision_function(features[aside])[:, None]
    curve = LogisticRegression(C=10.0).fit(margins, wanted[aside])
    model = _linear(features, wanted)
    curve_of = {"slope": float(curve.coef_[0][0]), "offset": float(curve.intercept_[0])}
    head = {"size": SIZE, "bias": float(model.intercept_[0]), **curve_of}
    with path.open("wb") as file:
        file.write(json.dumps(head).encode() + b"\n")
        file.write(model.coef_[0].astype("<f4").tobytes() + rarity.astype("<f4").tobytes())


def _linear(features: csr_matrix, wanted: np.ndarray) -> LinearSVC:
    model = LinearSVC(C=1.0, class_weight={True: WEIGHT, False: 1}, random_state=SEED, tol=1e-2, max_iter=500)
    return model.fit(features, wanted)
