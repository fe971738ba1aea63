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
from collections.abc import Callable, Iterator, Sequence
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
    """The two views of a text, by words: `accented` (restored) and `folded`."""

    accented: Sequence[str]
    folded: Sequence[str]


KEPT = 20_000
"""Words whose pieces are kept: clauses and sentences of a message hold the same ones again."""


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


def pieces_of(letters: bool, words: Sequence[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Yield of each word in turn the pieces it has alone, and those it has with the next word: of letters, or the word
    and the pair."""
    for index, word in enumerate(words):
        if letters:
            yield letter_grams(word), []
        else:
            yield [word], [f"{word} {after}" for after in words[index + 1 : index + 2]]


@dataclass(frozen=True)
class Laid:
    """The known pieces of a text in one block, in the order of its words, for reading any run of them.

    `columns`: the numbers of the pieces, each once. `rarity` of each. `order`: at each place of the text its piece, an
    index into `columns`. `starts[i]`, `ends[i]`: where the pieces of word i begin, and where those it has alone end.
    """

    columns: np.ndarray
    rarity: np.ndarray
    order: np.ndarray
    starts: Sequence[int]
    ends: Sequence[int]

    def values(self, first: int, last: int) -> np.ndarray:
        """Return what words[first:last] hold of each of `columns`: sublinear counts by rarity, of unit length."""
        if first >= last:
            return np.zeros(len(self.columns), dtype=np.float32)
        held = self.order[self.starts[first] : self.ends[last - 1]]
        counts = np.bincount(held, minlength=len(self.columns))
        values = _SUBLINEAR[np.minimum(counts, _MOST)] * self.rarity
        length = float(np.sqrt(values @ values))
        return values / np.float32(length) if length else values


_MOST = 600
_SUBLINEAR = np.concatenate([[0.0], 1 + np.log(np.arange(1, _MOST + 1))]).astype(np.float32)
"""1 + the logarithm of a count; 0 of none."""


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
    def fit(cls, letters: bool, texts: Sequence[Sequence[str]]) -> Block:
        """Number the pieces that at least two texts hold."""
        seen: Counter[str] = Counter()
        for words in texts:
            seen.update({one for alone, paired in pieces_of(letters, words) for one in (*alone, *paired)})
        kept = sorted(piece for piece, count in seen.items() if count >= MIN_TEXTS)
        counts = np.array([seen[piece] for piece in kept], dtype=np.float64)
        rarity = np.log((1 + len(texts)) / (1 + counts)) + 1
        numbers = {piece: number for number, piece in enumerate(kept)}
        return cls(letters, numbers, rarity.astype(np.float32))

    def __len__(self) -> int:
        return len(self._numbers)

    def lay(self, words: Sequence[str]) -> Laid:
        """Return the pieces of `words` that are known."""
        numbers: list[int] = []
        starts, ends = [], []
        for alone, paired in self._known(words):
            starts.append(len(numbers))
            numbers += alone
            ends.append(len(numbers))
            numbers += paired
        columns, order = np.unique(np.array(numbers, dtype=np.int32), return_inverse=True)
        return Laid(columns, self._rarity[columns], order, starts, ends)

    def _known(self, words: Sequence[str]) -> Iterator[tuple[list[int], list[int]]]:
        known = self._numbers.get
        if not self._letters:
            for alone, paired in pieces_of(False, words):
                yield _found(known, alone), _found(known, paired)
            return
        for word in words:
            numbers = self._of_words.get(word)
            if numbers is None:
                numbers = _found(known, letter_grams(word))
                if len(self._of_words) < KEPT:
                    self._of_words[word] = numbers
            yield numbers, []


def _found(known: Callable[[str], int | None], pieces: list[str]) -> list[int]:
    return [number for piece in pieces if (number := known(piece)) is not None]


Span = tuple[int, int]
"""Words of a view, from the first to before the last."""


class Passage:
    """A text whose pieces were looked up once, whatever runs of its words are read. `columns`: of the vocabulary."""

    def __init__(self, laid: Sequence[Laid], offsets: Sequence[int]) -> None:
        self._laid = laid
        self.columns = np.concatenate([one.columns + offset for one, offset in zip(laid, offsets)])

    def values(self, accented: Span, folded: Span) -> np.ndarray:
        """Return what the words of both views hold of each of `columns`."""
        return np.concatenate([
            one.values(*(accented, folded)[index // 2]) * np.float32(SIDE_WEIGHTS[index // 2])
            for index, one in enumerate(self._laid)
        ])


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

    def lay(self, view: View) -> Passage:
        """Look up the pieces of one text."""
        offsets = itertools.accumulate((len(block) for block in self._blocks[:-1]), initial=0)
        laid = [block.lay(getattr(view, SIDES[index // 2])) for index, block in enumerate(self._blocks)]
        return Passage(laid, list(offsets))

    def matrix(self, views: Sequence[View]) -> csr_matrix:
        """Return the rows of `views` as one sparse matrix."""
        passages = [self.lay(view) for view in views]
        values = [one.values((0, len(view.accented)), (0, len(view.folded))) for one, view in zip(passages, views)]
        ends = np.cumsum([0] + [len(one.columns) for one in passages])
        width = sum(len(block) for block in self._blocks)
        return csr_matrix(
            (np.concatenate(values), np.concatenate([one.columns for one in passages]), ends),
            shape=(len(passages), width),
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

    def at(self, passage: Passage) -> np.ndarray:
        """Return the weights of the pieces of a text, a row each."""
        found: np.ndarray = self._weights[passage.columns]
        return found

    def margins(self, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return what all heads make of the values of the pieces whose `weights` these are."""
        return values @ weights + self._bias

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
