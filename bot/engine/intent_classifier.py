"""Intent, aspect and category of a message: one view, three calibrated linear heads."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.heads import Head, Job, Span, Together, View, Vocabulary, fit_heads
from bot.engine.restorer import RESTORED, SOURCE
from bot.engine.tokenizer import NORM
from vitext import clauses, fold, joints, sentences

log = logging.getLogger("hotline.engine.train")

ASPECT = "aspect"
CATEGORY = "category"
CLAUSES = "clauses"
SENTENCES = "sentences"
SEVERAL = "several"
"""How likely a message holds several matters; a head of its own, for its words are those of the matters."""
MULTI, ONE = "multi", "one"
# Which heads are asked, and for how many of the likeliest: of a message, and of a clause of it.
WHOLE = ((INTENT, 5), (ASPECT, 1), (CATEGORY, 3), (SEVERAL, 2))
PART = ((INTENT, 1), (ASPECT, 1), (CATEGORY, 1))
# The intent whose training blocks carry the leaf, and the key its prediction is set under.
LEAVES = {"ask_procedure": ASPECT, "submit_feedback": CATEGORY}
# What has no category is learned as such, one writing of each sentence: a greeting was "thái độ cán bộ" at 0.99.
NONE = "none"
OF_NONE = frozenset({
    "greet", "thanks", "goodbye", "affirm", "deny", "skip", "send_now", "stay_anonymous", "edit_report", "inform",
    "out_of_scope", "human_agent", "smalltalk_bot", "abuse", "ask_procedure", "ask_dossier_status",
})  # fmt: skip
_DIGITS = str.maketrans("0123456789", "0000000000")


class Words:
    """The words of a tokenised, restored message in both views; digits become 0. A token may hold several words."""

    def __init__(self, message: Message) -> None:
        self._tokens = message.get(TEXT_TOKENS) or []
        accented, folded = [], []
        self._before = [(0, 0)]
        """How many words of each view stand before each token."""
        for token in self._tokens:
            accented += (token.get(RESTORED) or token.get(NORM)).translate(_DIGITS).split()
            folded += fold(token.get(NORM)).translate(_DIGITS).split()
            self._before.append((len(accented), len(folded)))
        self.view = View(accented, folded)

    def spans(self, start: int, end: int) -> tuple[Span, Span]:
        """Which words of each view stand in text[start:end]."""
        held = [at for at, token in enumerate(self._tokens) if start <= token.start and token.end <= end]
        first, last = (self._before[held[0]], self._before[held[-1] + 1]) if held else ((0, 0), (0, 0))
        return (first[0], last[0]), (first[1], last[1])


class Reading:
    """A message before the heads: its pieces are looked up once, its parts read as often as is asked."""

    def __init__(self, words: Words, vocabulary: Vocabulary, heads: Together) -> None:
        self._words = words
        self._passage = vocabulary.lay(words.view)
        self._weights = heads.at(self._passage)
        self._heads = heads
        self._margins: dict[tuple[Span, Span], Any] = {}

    def likeliest(self, key: str, count: int, part: tuple[int, int] | None = None) -> list[tuple[str, float]]:
        """Return the likeliest (label, confidence) of one head for the message, or for text[start:end] of it."""
        whole = (0, len(self._words.view.accented)), (0, len(self._words.view.folded))
        spans = self._words.spans(*part) if part else whole
        margins = self._margins.get(spans)
        if margins is None:
            margins = self._margins[spans] = self._heads.margins(self._passage.values(*spans), self._weights)
        return self._heads.likeliest(key, margins, count)


def leaf_of(message: Message) -> str | None:
    """Return the leaf of a training sentence: `metadata: {leaf: …}` of its block or of itself."""
    metadata = message.get(METADATA) or {}
    for level in ("example", "intent"):
        found = metadata.get(level)
        if isinstance(found, dict) and found.get("leaf"):
            return str(found["leaf"])
    return None


MOST_JOINTS = 5
"""Words of a clause that are looked at as the beginning of another."""
SURE_APART = 0.9
"""So sure both halves of a clause must be of what they are for it to be cut."""
APART = frozenset({
    "submit_feedback", "ask_procedure", "ask_ticket_status", "ask_dossier_status", "human_agent", "formal_complaint",
})  # fmt: skip
"""Kinds of message that may stand in one clause with another."""

Row = tuple[int, str, str | None, int]
"""Index of a sentence or variant, its intent, leaf and source."""


def _without_category(rows: Sequence[Row]) -> list[tuple[int, str, int]]:
    """One writing of each sentence that has no category: of the families in turn the first, second, … one."""
    families: dict[int, list[int]] = {}
    for index, intent, _leaf, source in rows:
        if intent in OF_NONE:
            families.setdefault(source, []).append(index)
    return [(family[number % len(family)], NONE, source) for number, (source, family) in enumerate(families.items())]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class VietnameseIntentClassifier(GraphComponent):
    """Sets `intent`, `intent_ranking`, `aspect` and `category`."""

    def __init__(self, model_storage: ModelStorage, resource: Resource) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._vocabulary = Vocabulary([])
        self._heads: Together | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> VietnameseIntentClassifier:
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> VietnameseIntentClassifier:
        component = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._vocabulary = pickle.loads((folder / "vocabulary.pickle").read_bytes())
            heads: dict[str, Head] = {}
            for path in sorted(folder.glob("*.npz")):
                with np.load(path, allow_pickle=False) as arrays:
                    heads[path.stem] = Head.from_arrays(arrays)
        component._heads = Together(heads, NONE)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the vocabulary on all sentences, then one head for intents and one for each leaf kind."""
        examples = [
            example
            for example in training_data.training_examples
            if example.get(TEXT) and example.get(INTENT)
        ]
        views = [Words(example).view for example in examples]
        self._vocabulary = Vocabulary.fit(views)
        features = self._vocabulary.matrix(views)
        log.info("%d sentences with their variants, %d features", *features.shape)
        rows = [
            (index, example.get(INTENT), leaf_of(example), example.get(SOURCE, index))
            for index, example in enumerate(examples)
        ]
        jobs = {
            INTENT: [(index, intent, source) for index, intent, _leaf, source in rows if intent != MULTI],
            SEVERAL: [(index, MULTI if intent == MULTI else ONE, source) for index, intent, _leaf, source in rows],
        }
        for route, key in LEAVES.items():
            jobs[key] = [(i, leaf, source) for i, intent, leaf, source in rows
                         if intent == route and leaf]
        if jobs[CATEGORY]:
            jobs[CATEGORY] += _without_category(rows)
        work: dict[str, Job] = {}
        for key, job in jobs.items():
            if job:
                indexes, labels, sources = zip(*job)
                work[key] = (features[list(indexes)], labels, sources)
                log.info("%s: %d classes from %d sentences", key, len(set(labels)), len(labels))
        heads = fit_heads(work)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "vocabulary.pickle").write_bytes(pickle.dumps(self._vocabulary, 5))
            for key, head in heads.items():
                np.savez(folder / f"{key}.npz", **head.as_arrays())
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Classify each message, and each clause of one that has several."""
        for message in messages:
            assert self._heads is not None
            reading = Reading(Words(message), self._vocabulary, self._heads)
            text = message.get(TEXT) or ""
            read = _read(reading, WHOLE)
            ranking = read[INTENT]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
            message.set(ASPECT, read[ASPECT][0] if read[ASPECT] else None, add_to_output=True)
            message.set(CATEGORY, read[CATEGORY], add_to_output=True)
            several = {one["name"]: one["confidence"] for one in read[SEVERAL]}
            message.set(SEVERAL, several.get(MULTI, 0.0), add_to_output=True)
            spans = [one for span in clauses(text) for one in _apart(reading, text, *span)]
            said = [_clause(reading, span) for span in spans] if len(spans) > 1 else []
            message.set(CLAUSES, said, add_to_output=True)
            spans = sentences(text)
            told = [_clause(reading, span) for span in spans] if len(spans) > 1 else []
            message.set(SENTENCES, told, add_to_output=True)
        return messages


def _read(
    reading: Reading, counts: Sequence[tuple[str, int]], part: tuple[int, int] | None = None
) -> dict[str, list[dict[str, Any]]]:
    return {
        key: [
            {"name": name, "confidence": round(confidence, 4)}
            for name, confidence in reading.likeliest(key, count, part)
        ]
        for key, count in counts
    }


def _apart(reading: Reading, text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A clause, or those that stand in it with nothing but "mà", "còn", "với" between, each surely of its own."""
    best: tuple[float, int, int] | None = None
    for joint in joints(text, start, end)[:MOST_JOINTS]:
        before = start + len(text[start:joint].rstrip())
        first = _kind(reading, start, before)
        after = _kind(reading, joint, end) if first is not None else None
        if first is None or after is None or (first[:2] == after[:2] and first[0] != "ask_procedure"):
            continue
        sure = min(first[2], after[2])
        if best is None or sure > best[0]:
            best = sure, before, joint
    return [(start, end)] if best is None else [(start, best[1]), *_apart(reading, text, best[2], end)]


def _kind(reading: Reading, start: int, end: int) -> tuple[str, str | None, float] | None:
    """What words surely are by themselves: route, category of a report, how sure; None: nothing, or not surely."""
    for name, sure in reading.likeliest(INTENT, 1, (start, end)):
        if sure < SURE_APART or name not in APART:
            return None
        if name != "submit_feedback":
            return name, None, sure
        for category, likely in reading.likeliest(CATEGORY, 1, (start, end)):
            return (name, category, sure * likely) if likely >= SURE_APART else None
    return None


def _clause(reading: Reading, span: tuple[int, int]) -> dict[str, Any]:
    """What a clause is on its own: {start, end, intent, aspect, category}, the best of each."""
    best = {key: found[0] if found else None for key, found in _read(reading, PART, span).items()}
    return {"start": span[0], "end": span[1], **best}
