"""underthesea's word segmentation as a feature of our syllables."""

from __future__ import annotations

import logging
import multiprocessing
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import ENTITIES, TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.restorer import RESTORED, SOURCE

WORD = "word"
log = logging.getLogger("hotline.engine")
LEARNED = frozenset({"place", "time", "procedure"})
# Sentences without an entity teach the CRF where nothing is; a share of them is enough.
PLAIN_SHARE = 3
SLIPS = (2, 4)
"""Of a sentence and its variants, in their order, the ones with slips: as written, and without marks."""


def with_entities(examples: Iterable[Message]) -> Iterator[Message]:
    """The sentences that entities are learned from, the only ones whose words matter: those with entities and a third
    of those without, and their slips of every second."""
    family: Counter[int] = Counter()
    for index, example in enumerate(examples):
        if not example.get(TEXT):
            continue
        source = example.get(SOURCE, index)
        family[source] += 1
        if family[source] == SLIPS[source % 2]:
            continue
        plain = all(one["entity"] not in LEARNED for one in example.get(ENTITIES) or [])
        if not plain or source % PLAIN_SHARE == 0:
            yield example


def warm_up() -> None:
    """Load underthesea's models now: a cold first call from several threads can raise."""
    from underthesea import word_tokenize

    word_tokenize("Tổng đài xin chào")


def tag(tokens: list[Token]) -> None:
    """Set `word` on each token: B begins a word, I continues one, "?" where nothing fits."""
    _set(tokens, segmented(cased(tokens)))


def cased(tokens: list[Token]) -> str:
    """Return what underthesea is given: capitals say "name" to it; the restored view is lower case, the text is not."""
    views = [(token.get(RESTORED) or token.text, token.text[:1].isupper()) for token in tokens]
    return " ".join(view[:1].upper() + view[1:] if upper else view for view, upper in views)


def segmented(text: str) -> list[str]:
    """Return the words of `text`, each without its blanks."""
    from underthesea import word_tokenize

    return ["".join(word.split()) for word in word_tokenize(text)] if text.strip() else []


def _set(tokens: list[Token], words: list[str]) -> None:
    # underthesea splits and spells in its own way, so the two are aligned by counting letters
    views = [token.get(RESTORED) or token.text for token in tokens]
    owner = [index for index, view in enumerate(views) for char in view if not char.isspace()]
    for token in tokens:
        token.set(WORD, "?")
    if not owner or sum(len(word) for word in words) != len(owner):
        return
    at = 0
    for word in words:
        inside = owner[at : at + len(word)]
        at += len(word)
        for order, index in enumerate(dict.fromkeys(inside)):
            if tokens[index].get(WORD) == "?":
                tokens[index].set(WORD, "B" if order == 0 else "I")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class UndertheseaTagger(GraphComponent):
    """Tags the tokens of training sentences and messages."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> UndertheseaTagger:
        warm_up()
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Tag the sentences that entities are learned from, two at a time in processes of their own."""
        examples = list(with_entities(training_data.training_examples))
        tokens = [example.get(TEXT_TOKENS) or [] for example in examples]
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
            words = pool.map(segmented, map(cased, tokens), chunksize=500)
            for example, own, found in zip(examples, tokens, words):
                _set(own, found)
                example.set(TEXT_TOKENS, own)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Tag each message."""
        for message in messages:
            tokens = message.get(TEXT_TOKENS) or []
            tag(tokens)
            message.set(TEXT_TOKENS, tokens)
        return messages
