"""Linear classifiers over one TF-IDF vocabulary, with confidences that mean something.

Pure scikit-learn, no Rasa: `fit` learns the vocabulary and the heads (intent, aspect, category).
Confidence is a softmax of the margins, its temperature fitted on a third of the sentences that the
classifier hasn't seen, variants included; then the classifier learns from all.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from bot.engine.beside import end_with

SEED = 1022
HOLD_EVERY = 3
MIN_TEXTS = 2
SIDES = ("accented", "folded")
SIDE_WEIGHTS = (1.0, 0.5)
"""The folded view counts half: what it knows, the restored one mostly knows, too."""
EVENNESS = 1.0
"""How far rare classes are weighed up: 0 not, 1 so that all count alike, more: the rare ones first. Measured on the
development set: reports are half of the sentences, and take in whatever is long."""


@dataclass(frozen=True)
class View:
    """The two views of a text: `accented` (restored) and `folded`."""

    accented: str
    folded: str


KEPT = 20_000
"""Words whose pieces are kept: clauses and sentences of a message hold the same ones again."""


def word_grams(text: str) -> list[str]:
    """Return words and pairs of words."""
    words = text.split()
    return words + [f"{a} {b}" for a, b in itertools.pairwise(words)]


def letter_grams(word: str) -> list[str]:
    """Return the 1- to 5-letter pieces of a word, its edges as spaces."""
    padded = f" {word} "
    length = len(padded)
    grams = list(padded)
    for size in (2, 3, 4, 5):
        if size >= length:
            grams.append(padded)
            break
        grams += [padded[at : at + size] for at in range(length - size + 1)]
    return grams


def _pieces_of_words(text: str) -> list[str]:
    return [piece for word in text.split() for piece in letter_grams(word)]


class Block:
    """TF-IDF of one kind of piece of one view: sublinear counts, unit length. `letters`: of words, else whole words."""

    def __init__(self, letters: bool, numbers: dict[str, int], rarity: np.ndarray) -> None:
        self._letters = letters
        self._numbers = numbers
        self._rarity = rarity
        self._of_words: dict[str, list[int]] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_of_words": {}}

    @classmethod
    def fit(cls, letters: bool, texts: Sequence[str]) -> Block:
        """Number the pieces that at least two texts hold."""
        seen: Counter[str] = Counter()
        pieces = _pieces_of_words if letters else word_grams
        for text in texts:
            seen.update(set(pieces(text)))
        kept = sorted(piece for piece, count in seen.items() if count >= MIN_TEXTS)
        counts = np.array([seen[piece] for piece in kept], dtype=np.float64)
        rarity = np.log((1 + len(texts)) / (1 + counts)) + 1
        numbers = {piece: number for number, piece in enumerate(kept)}
        return cls(letters, numbers, rarity.astype(np.float32))

    def __len__(self) -> int:
        return len(self._numbers)

    def row(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Return (numbers, values) of the pieces of `text` that are known."""
        counts = Counter(self._known(text))
        numbers = np.fromiter(counts.keys(), dtype=np.int32, count=len(counts))
        values = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = (1 + np.log(values)) * self._rarity[numbers]
        length = float(np.sqrt(values @ values))
        return numbers, values / length if length else values

    def _known(self, text: str) -> list[int]:
        if not self._letters:
            return [number for one in word_grams(text) if (number := self._numbers.get(one)) is not None]
        found: list[int] = []
        for word in text.split():
            numbers = self._of_words.get(word)
            if numbers is None:
                numbers = [number for one in letter_grams(word) if (number := self._numbers.get(one)) is not None]
                if len(self._of_words) < KEPT:
                    self._of_words[word] = numbers
            found += numbers
        return found


class Vocabulary:
    """Words 1–2 and letters 1–5, on both views; a row is four blocks side by side."""

    def __init__(self, blocks: list[Block]) -> None:
        self._blocks = blocks

    @classmethod
    def fit(cls, views: Sequence[View]) -> Vocabulary:
        """Learn the pieces of `views`."""
        return cls(
            [
                Block.fit(letters, [getattr(view, side) for view in views])
                for side in SIDES
                for letters in (False, True)
            ]
        )

    def row(self, view: View) -> tuple[np.ndarray, np.ndarray]:
        """Return (column numbers, values) of one text."""
        columns, values, offset = [], [], 0
        for index, block in enumerate(self._blocks):
            found, weights = block.row(getattr(view, SIDES[index // 2]))
            columns.append(found + offset)
            values.append(weights * np.float32(SIDE_WEIGHTS[index // 2]))
            offset += len(block)
        return np.concatenate(columns), np.concatenate(values)

    def matrix(self, views: Sequence[View]) -> csr_matrix:
        """Return the rows of `views` as one sparse matrix."""
        rows = [self.row(view) for view in views]
        ends = np.cumsum([0] + [len(columns) for columns, _values in rows])
        width = sum(len(block) for block in self._blocks)
        return csr_matrix(
            (np.concatenate([v for _c, v in rows]), np.concatenate([c for c, _v in rows]), ends),
            shape=(len(rows), width),
        )


class Head:
    """One calibrated linear classifier."""

    def __init__(
        self, labels: list[str], weights: np.ndarray, bias: np.ndarray, temperature: float
    ) -> None:
        self.labels = labels
        self._weights = np.ascontiguousarray(weights.T, dtype=np.float32)
        self._bias = bias.astype(np.float32)
        self.temperature = temperature

    @classmethod
    def fit(cls, features: csr_matrix, labels: Sequence[str], sources: Sequence[int]) -> Head:
        """Fit on rows of `features`; `sources` says which rows are variants of one sentence."""
        names = sorted(set(labels))
        truth = np.array([names.index(label) for label in labels])
        if len(names) == 1:
            zeros = np.zeros((1, features.shape[1]))
            return cls(names, zeros, np.zeros(1), 1.0)
        held = _held_out(truth, np.array(sources))
        # half of the rest tells nearly the same temperature in half the time
        seen = ~held & (np.array(sources) % 2 == 0)
        weights, bias = linear(features[seen], truth[seen], len(names))
        fitted = temperature(features[held] @ weights.T + bias, truth[held])
        weights, bias = linear(features, truth, len(names))
        return cls(names, weights, bias, fitted)

    def as_arrays(self) -> dict[str, Any]:
        """Return what `from_arrays` needs, ready for `numpy.savez`."""
        return {
            "labels": np.array(self.labels),
            "weights": self._weights,
            "bias": self._bias,
            "temperature": np.array(self.temperature),
        }

    @classmethod
    def from_arrays(cls, arrays: Any) -> Head:
        """Rebuild from `as_arrays()`."""
        return cls(
            [str(label) for label in arrays["labels"]],
            arrays["weights"].T,
            arrays["bias"],
            float(arrays["temperature"]),
        )


class Together:
    """Heads that are asked about the same rows: the weights of a piece lie side by side, so that it is looked up once.

    The looking up, in tables far larger than the processor's caches, is a third of the time that a message takes.
    """

    def __init__(self, heads: dict[str, Head], silent: str) -> None:
        """`silent`: a label that is never given."""
        self._silent = silent
        self._heads = {key: (head.labels, head.temperature) for key, head in heads.items()}
        ends = np.cumsum([0] + [len(head.labels) for head in heads.values()])
        self._slices = {key: slice(start, end) for key, start, end in zip(heads, ends, ends[1:])}
        self._weights = np.hstack([head._weights for head in heads.values()])
        self._bias = np.concatenate([head._bias for head in heads.values()])

    def margins(self, row: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        """Return what all heads make of one row of the vocabulary."""
        columns, values = row
        return values @ self._weights[columns] + self._bias

    def likeliest(self, key: str, margins: np.ndarray, count: int) -> list[tuple[str, float]]:
        """Return the `count` likeliest (label, confidence) of one head, best first; none where that is missing."""
        if key not in self._heads:
            return []
        labels, scale = self._heads[key]
        chances = _softmax(margins[None, self._slices[key]] * scale)[0]
        order = np.argsort(-chances, kind="stable")[: count + 1]
        told = [(labels[index], float(chances[index])) for index in order]
        return [one for one in told if one[0] != self._silent][:count]


Job = tuple[csr_matrix, Sequence[str], Sequence[int]]


_jobs: dict[str, Job] = {}


def fit_heads(jobs: dict[str, Job]) -> dict[str, Head]:
    """Fit one head for each job (features, labels, sources), two at a time in processes of their own; they inherit the
    features, which would take longer to send than to fit."""
    _jobs.update(jobs)
    try:
        fork = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(2, fork, end_with, (os.getpid(),)) as pool:
            running = {key: pool.submit(_fit, key) for key in jobs}
            return {key: future.result() for key, future in running.items()}
    finally:
        _jobs.clear()


def _fit(key: str) -> Head:
    return Head.fit(*_jobs[key])


def linear(features: csr_matrix, truth: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Fit one against the rest for each class of `truth`, numbers below `count`: weights (count × features), bias."""
    weights = np.zeros((count, features.shape[1]), dtype=np.float32)
    bias = np.full(count, -1.5, dtype=np.float32)  # a class that is absent here
    present, sizes = np.unique(truth, return_counts=True)
    if len(present) == 1:
        bias[present] = 0.0
        return weights, bias
    even = {number: (len(truth) / len(present) / size) ** EVENNESS for number, size in zip(present, sizes)}
    model = LinearSVC(C=0.4, class_weight=even, random_state=SEED, tol=1e-2, max_iter=300)
    model.fit(features, truth)
    if len(model.classes_) == 2:
        first, second = model.classes_
        weights[second], bias[second] = model.coef_[0], model.intercept_[0]
        weights[first], bias[first] = -model.coef_[0], -model.intercept_[0]
    else:
        weights[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
    return weights, bias


def _held_out(truth: np.ndarray, sources: np.ndarray) -> np.ndarray:
    """Choose a third of the sentences of each class with all their variants.

    A class of one or two sentences gives none: it must be learned at all first.
    """
    chosen: set[int] = set()
    dealt: Counter[int] = Counter()
    for label, source in dict.fromkeys(zip(truth.tolist(), sources.tolist())):
        dealt[label] += 1
        if dealt[label] % HOLD_EVERY == 0:
            chosen.add(source)
    return np.isin(sources, sorted(chosen))


def temperature(margins: np.ndarray, truth: np.ndarray) -> float:
    """Return what `margins` are multiplied by so that their softmax says how often each is right."""
    if not len(truth):
        return 1.0
    grid = np.geomspace(0.5, 20.0, 40)
    rows = np.arange(len(truth))
    losses = [
        -np.log(np.maximum(_softmax(margins * scale)[rows, truth], 1e-9)).mean() for scale in grid
    ]
    return float(grid[int(np.argmin(losses))])


def _softmax(values: np.ndarray) -> np.ndarray:
    shifted = np.exp(values - values.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)
