"""underthesea's word segmentation as a feature of our syllables."""

from __future__ import annotations

import logging
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.restorer import RESTORED

WORD = "word"
log = logging.getLogger("hotline.engine")


def warm_up() -> None:
    """Load underthesea's models now: a cold first call from several threads can raise."""
    from underthesea import word_tokenize

    word_tokenize("Tổng đài xin chào")


def tag(tokens: list[Token]) -> None:
    """Set `word` on each token: B begins a word, I continues one, "?" where nothing fits.

    underthesea splits and spells in its own way, so the two are aligned by counting letters.
    """
    from underthesea import word_tokenize

    views = [token.get(RESTORED) or token.text for token in tokens]
    owner = [index for index, view in enumerate(views) for char in view if not char.isspace()]
    for token in tokens:
        token.set(WORD, "?")
    if not owner:
        return
    # Capitals say "name" to underthesea; the restored view is lower case, the original isn't.
    cased = [
        view[:1].upper() + view[1:] if token.text[:1].isupper() else view
        for token, view in zip(tokens, views)
    ]
    words = ["".join(word.split()) for word in word_tokenize(" ".join(cased))]
    if sum(len(word) for word in words) != len(owner):
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
        """Tag every training sentence that has text."""
        self.process([example for example in training_data.training_examples if example.get(TEXT)])
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Tag each message."""
        for message in messages:
            tokens = message.get(TEXT_TOKENS) or []
            tag(tokens)
            message.set(TEXT_TOKENS, tokens)
        return messages
