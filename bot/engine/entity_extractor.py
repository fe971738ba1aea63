"""Entities that need context (place, time, procedure): a CRF over syllables that keeps its weights.

Rasa's own extractor stores its training set and trains again at every load; this one stores what
crfsuite learned. Spans are spans of the original text.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pycrfsuite
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import ENTITIES, TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine import beside
from bot.engine.restorer import RESTORED
from bot.engine.tagger import LEARNED, WORD, with_entities
from bot.engine.tokenizer import NORM
from vitext import fold

log = logging.getLogger("hotline.engine.train")
FILE = "entities.crfsuite"
ITERATIONS = 60


def features_of(tokens: list[Token]) -> list[list[str]]:
    """Return crfsuite's attributes of each token."""
    own = [_attributes(token) for token in tokens]
    rows: list[list[str]] = []
    for index, attributes in enumerate(own):
        row = ["bias", *attributes]
        for offset in (-2, -1, 1, 2):
            at = index + offset
            if 0 <= at < len(own):
                near = own[at] if abs(offset) == 1 else own[at][:3]
                row += [f"{offset}:{attribute}" for attribute in near]
            else:
                row.append(f"{offset}:edge")
        if index:
            row.append(f"pair:{own[index - 1][0]}|{attributes[0]}")
        rows.append(row)
    return rows


def _attributes(token: Token) -> list[str]:
    norm = token.get(NORM)
    folded = fold(norm)
    shape = "0" * min(len(norm), 4) if norm.isdigit() else ""
    return [
        f"f={shape or folded}",
        f"r={shape or token.get(RESTORED) or norm}",
        f"k={_kind(token.text)}",
        f"w={token.get(WORD)}",
        f"h={folded[:2]}",
        f"t={folded[-2:]}",
    ]


def _kind(text: str) -> str:
    if text.isdigit():
        return "digit"
    if not text[:1].isalpha():
        return text[:1]
    if text.isupper() and len(text) > 1:
        return "upper"
    return "title" if text[0].isupper() else "lower"


def labels_of(tokens: list[Token], entities: list[dict[str, Any]]) -> list[str]:
    """Return the BIO label of each token for the learned entities."""
    labels = ["O"] * len(tokens)
    for entity in entities:
        if entity["entity"] not in LEARNED:
            continue
        inside = [
            index
            for index, token in enumerate(tokens)
            if token.start >= entity["start"] and token.end <= entity["end"]
        ]
        for order, index in enumerate(inside):
            labels[index] = f"{'I' if order else 'B'}-{entity['entity']}"
    return labels


def spans_of(tokens: list[Token], labels: list[str], text: str) -> list[dict[str, Any]]:
    """Join BIO labels into entities of `text`."""
    found: list[dict[str, Any]] = []
    open_kind = ""
    for token, label in zip(tokens, labels):
        prefix, _, kind = label.partition("-")
        if kind and prefix == "I" and kind == open_kind:
            found[-1]["end"] = token.end
        elif kind:
            found.append({"entity": kind, "start": token.start, "end": token.end})
        open_kind = kind
    for entity in found:
        start, end = _trim(text, entity["start"], entity["end"])
        entity.update(start=start, end=end, value=text[start:end])
    return [entity for entity in found if any(char.isalnum() for char in entity["value"])]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while end > start and text[end - 1] in " ,.;:!?-":
        end -= 1
    while start < end and text[start] in " ,.;:!?-":
        start += 1
    return start, end


def _fit(rows: list[list[list[str]]], labels: list[list[str]], path: Path) -> None:
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params(
        {"c1": 0.05, "c2": 0.01, "max_iterations": ITERATIONS, "feature.minfreq": 2,
         "feature.possible_transitions": True}
    )
    for row, truth in zip(rows, labels):
        trainer.append(row, truth)
    trainer.train(str(path))


class StoredTagger:
    """crfsuite's tagger over weights in memory: the model's folder is gone after loading."""

    def __init__(self, weights: bytes) -> None:
        self._weights = weights  # crfsuite reads them in place; without this they would be freed
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(self._weights)

    def tag(self, rows: list[list[str]]) -> list[str]:
        """Return one label a row."""
        return list(self._tagger.tag(rows))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class SyllableEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Sets `entities`."""

    def __init__(
        self, model_storage: ModelStorage, resource: Resource, tagger: StoredTagger | None = None
    ) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._tagger = tagger

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SyllableEntityExtractor:
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SyllableEntityExtractor:
        with model_storage.read_from(resource) as folder:
            tagger = StoredTagger((folder / FILE).read_bytes())
        return cls(model_storage, resource, tagger)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the sentences that were tagged for it."""
        rows, labels = [], []
        for example in with_entities(training_data.training_examples):
            tokens = example.get(TEXT_TOKENS)
            rows.append(features_of(tokens))
            labels.append(labels_of(tokens, example.get(ENTITIES) or []))
        log.info("entities: %d sentences", len(rows))
        with self._model_storage.write_to(self._resource) as folder:
            beside.start("entities", lambda: _fit(rows, labels, folder / FILE))
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the training data as it is."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities found in each message."""
        for message in messages:
            tokens = message.get(TEXT_TOKENS) or []
            labels = self._tagger.tag(features_of(tokens)) if tokens and self._tagger else []
            found = spans_of(tokens, labels, message.get(TEXT) or "")
            for entity in found:
                entity["extractor"] = "SyllableEntityExtractor"
            message.set(ENTITIES, (message.get(ENTITIES) or []) + found, add_to_output=True)
        return messages
