"""Linear classifiers over one TF-IDF view, with confidences that mean something.

Pure scikit-learn, no Rasa: `fit` learns the vocabulary and the heads (intent, aspect, category).
Confidence is a softmax of the margins whose temperature is fitted on margins of sentences the fold's
classifier didn't see; all variants of a sentence stay in one fold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

SEED = 1022
FOLDS = 3


@dataclass(frozen=True)
class View:
    """The two views of a text: `accented` (restored) and `folded`."""

    accented: str
    folded: str


class Vocabulary:
    """TF-IDF of words 1–2 and characters within words, on both views."""

    def __init__(self, min_df: int = 2) -> None:
        def words() -> TfidfVectorizer:
            return TfidfVectorizer(
                token_pattern=r"\S+", ngram_range=(1, 2), sublinear_tf=True, min_df=min_df,
                lowercase=False, dtype=np.float32,
            )

        def chars(low: int) -> TfidfVectorizer:
            return TfidfVectorizer(
                analyzer="char_wb", ngram_range=(low, 5), sublinear_tf=True, min_df=min_df,
                lowercase=False, dtype=np.float32,
            )

        self._accented = [words(), chars(1)]
        self._folded = [words(), chars(2)]

    def fit(self, views: Sequence[View]) -> csr_matrix:
        """Learn the vocabulary; return the features, one row a view."""
        return self._stack("fit_transform", views)

    def transform(self, views: Sequence[View]) -> csr_matrix:
        """Return the features of `views`."""
        return self._stack("transform", views)

    def _stack(self, method: str, views: Sequence[View]) -> csr_matrix:
        accented = [view.accented for view in views]
        folded = [view.folded for view in views]
        blocks = [getattr(vectorizer, method)(accented) for vectorizer in self._accented]
        blocks += [getattr(vectorizer, method)(folded) for vectorizer in self._folded]
        return hstack(blocks, format="csr", dtype=np.float32)


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
        folds = _folds(truth, np.array(sources))
        margins = np.zeros((len(truth), len(names)), dtype=np.float32)
        for fold in range(FOLDS):
            held = folds == fold
            weights, bias = _linear(features[~held], truth[~held], len(names))
            margins[held] = features[held] @ weights.T + bias
        weights, bias = _linear(features, truth, len(names))
        return cls(names, weights, bias, _temperature(margins, truth))

    def predict(self, features: csr_matrix) -> list[tuple[str, float]]:
        """Return (label, confidence) of the first row, best first."""
        row = slice(features.indptr[0], features.indptr[1])
        margins = features.data[row] @ self._weights[features.indices[row]] + self._bias
        chances = _softmax(margins[None, :] * self.temperature)[0]
        order = np.argsort(-chances, kind="stable")
        return [(self.labels[index], float(chances[index])) for index in order]

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


def _linear(features: csr_matrix, truth: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    model = LinearSVC(C=0.5, class_weight=None, random_state=SEED, tol=1e-3, max_iter=300)
    model.fit(features, truth)
    weights = np.zeros((count, features.shape[1]), dtype=np.float32)
    bias = np.full(count, -1.5, dtype=np.float32)  # a class absent from this fold
    if len(model.classes_) == 2:
        first, second = model.classes_
        weights[second], bias[second] = model.coef_[0], model.intercept_[0]
        weights[first], bias[first] = -model.coef_[0], -model.intercept_[0]
    else:
        weights[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
    return weights, bias


def _folds(truth: np.ndarray, sources: np.ndarray) -> np.ndarray:
    """Deal the sentences of each class round robin, so that rare classes reach every fold they can."""
    fold_of: dict[int, int] = {}
    dealt: dict[int, int] = {}
    for label, source in zip(truth.tolist(), sources.tolist()):
        if source not in fold_of:
            fold_of[source] = dealt.get(label, label) % FOLDS
            dealt[label] = dealt.get(label, label) + 1
    return np.array([fold_of[source] for source in sources.tolist()])


def _temperature(margins: np.ndarray, truth: np.ndarray) -> float:
    grid = np.geomspace(0.5, 20.0, 40)
    rows = np.arange(len(truth))
    losses = [
        -np.log(np.maximum(_softmax(margins * scale)[rows, truth], 1e-9)).mean() for scale in grid
    ]
    return float(grid[int(np.argmin(losses))])


def _softmax(values: np.ndarray) -> np.ndarray:
    shifted = np.exp(values - values.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)
