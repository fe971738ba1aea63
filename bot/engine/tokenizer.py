"""Syllables as Rasa tokens: spans point into the original text, `data["norm"]` holds the spelling."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import vitext

NORM = "norm"
# More would only be a pasted document; the gateway's guard answers those before the engine.
MAX_TOKENS = 600


def tokens_of(text: str) -> list[Token]:
    """Return the syllables of `text` as tokens with spans in `text` as given."""
    return [
        Token(syllable.text, syllable.start, syllable.end, data={NORM: syllable.norm})
        for syllable in vitext.syllables(text)[:MAX_TOKENS]
    ]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class SyllableTokenizer(GraphComponent):
    """Splits messages into normalised syllables."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SyllableTokenizer:
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Tokenise every training sentence that has text."""
        self.process([example for example in training_data.training_examples if example.get(TEXT)])
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the tokens of each message."""
        for message in messages:
            message.set(TEXT_TOKENS, tokens_of(message.get(TEXT) or ""))
        return messages
