"""Intent, aspect and category of a message: one view, three calibrated linear heads."""

from __future__ import annotations

import logging
import pickle
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.heads import Head, Job, View, Vocabulary, fit_heads
from bot.engine.restorer import RESTORED, SOURCE
from bot.engine.tokenizer import NORM
from vitext import fold

log = logging.getLogger("hotline.engine.train")

ASPECT = "aspect"
CATEGORY = "category"
# The intent whose training blocks carry the leaf, and the key its prediction is set under.
LEAVES = {"ask_procedure": ASPECT, "submit_feedback": CATEGORY}
_DIGITS = str.maketrans("0123456789", "0000000000")


def view_of(message: Message) -> View:
    """Return both views of a tokenised, restored message; digits become 0."""
    tokens = message.get(TEXT_TOKENS) or []
    accented = " ".join(token.get(RESTORED) or token.get(NORM) for token in tokens)
    folded = " ".join(fold(token.get(NORM)) for token in tokens)
    return View(accented.translate(_DIGITS), folded.translate(_DIGITS))


def leaf_of(message: Message) -> str | None:
    """Return the leaf of a training sentence: `metadata: {leaf: …}` of its block or of itself."""
    metadata = message.get(METADATA) or {}
    for level in ("example", "intent"):
        found = metadata.get(level)
        if isinstance(found, dict) and found.get("leaf"):
            return str(found["leaf"])
    return None


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class VietnameseIntentClassifier(GraphComponent):
    """Sets `intent`, `intent_ranking`, `aspect` and `category`."""

    def __init__(self, model_storage: ModelStorage, resource: Resource) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._vocabulary = Vocabulary([])
        self._heads: dict[str, Head] = {}

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
            for path in sorted(folder.glob("*.npz")):
                with np.load(path, allow_pickle=False) as arrays:
                    component._heads[path.stem] = Head.from_arrays(arrays)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the vocabulary on all sentences, then one head for intents and one for each leaf kind."""
        examples = [
            example
            for example in training_data.training_examples
            if example.get(TEXT) and example.get(INTENT)
        ]
        views = [view_of(example) for example in examples]
        self._vocabulary = Vocabulary.fit(views)
        features = self._vocabulary.matrix(views)
        log.info("%d sentences with their variants, %d features", *features.shape)
        rows = [
            (index, example.get(INTENT), leaf_of(example), example.get(SOURCE, index))
            for index, example in enumerate(examples)
        ]
        jobs = {INTENT: [(index, intent, source) for index, intent, _leaf, source in rows]}
        for route, key in LEAVES.items():
            jobs[key] = [(i, leaf, source) for i, intent, leaf, source in rows
                         if intent == route and leaf]
        work: dict[str, Job] = {}
        for key, job in jobs.items():
            if job:
                indexes, labels, sources = zip(*job)
                work[key] = (features[list(indexes)], labels, sources)
                log.info("%s: %d classes from %d sentences", key, len(set(labels)), len(labels))
        self._heads = fit_heads(work)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "vocabulary.pickle").write_bytes(pickle.dumps(self._vocabulary, 5))
            for key, head in self._heads.items():
                np.savez(folder / f"{key}.npz", **head.as_arrays())
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Classify each message."""
        for message in messages:
            row = self._vocabulary.row(view_of(message))
            ranking = [
                {"name": name, "confidence": round(confidence, 4)}
                for name, confidence in self._heads[INTENT].predict(*row)[:5]
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
            for key, count in ((ASPECT, 1), (CATEGORY, 3)):
                head = self._heads.get(key)
                found = [
                    {"name": name, "confidence": round(confidence, 4)}
                    for name, confidence in (head.predict(*row)[:count] if head else [])
                ]
                value = found if key == CATEGORY else (found[0] if found else None)
                message.set(key, value, add_to_output=True)
        return messages
