"""The Rasa component around `vitext.restoring.Restorer`: sets `restored` on every token."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import ENTITIES, TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.augment import variants
from bot.engine.tokenizer import NORM, tokens_of
from vitext import has_marks
from vitext.restoring import Restorer

RESTORED = "restored"
FILE = "marks.bin"
# Index of the training sentence that a variant was made from; variants never cross a fold.
SOURCE = "source"


def dictionary_words() -> list[list[str]]:
    """Return the multi-syllable words of underthesea's Viet74K list, lower case, split in syllables."""
    from underthesea.corpus import viet_dict_74K

    return [word.lower().split() for word in viet_dict_74K.words]


def restore_tokens(restorer: Restorer, tokens: list[Token]) -> None:
    """Set `restored` on each token; a norm of several words keeps its words."""
    words: list[str] = []
    counts: list[int] = []
    for token in tokens:
        parts = token.get(NORM).split()
        words += parts
        counts.append(len(parts))
    restored = restorer.restore(words)
    at = 0
    for token, count in zip(tokens, counts):
        token.set(RESTORED, " ".join(restored[at : at + count]))
        at += count


def _accented(messages: list[Message]) -> list[list[str]]:
    return [
        " ".join(token.get(NORM) for token in message.get(TEXT_TOKENS)).split()
        for message in messages
        if has_marks(message.get(TEXT))
    ]


def _variants_of(source: Message) -> list[Message]:
    made = []
    for variant in variants(source.get(TEXT), source.get(ENTITIES) or []):
        data = {**source.data, TEXT: variant.text, ENTITIES: variant.entities}
        data[TEXT_TOKENS] = tokens_of(variant.text)
        made.append(Message(data=data))
    return made


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class DiacriticRestorer(GraphComponent):
    """Gives the later components an accented view of text typed without marks."""

    def __init__(
        self, model_storage: ModelStorage, resource: Resource, restorer: Restorer | None = None
    ) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._restorer = restorer

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DiacriticRestorer:
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> DiacriticRestorer:
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, Restorer.load(folder / FILE))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the accented training sentences."""
        sources = [example for example in training_data.training_examples if example.get(TEXT)]
        self._restorer = Restorer.train(_accented(sources), dictionary_words())
        with self._model_storage.write_to(self._resource) as folder:
            self._restorer.save(folder / FILE)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the variants people really type, and restore everything.

        A sentence is restored by a restorer that never saw it (two halves), so that the classifiers
        learn from restorations as imperfect as those they will meet.
        """
        sources = [example for example in training_data.training_examples if example.get(TEXT)]
        halves = [
            Restorer.train(_accented(sources[other::2]), dictionary_words()) for other in (1, 0)
        ]
        everything: list[Message] = []
        for index, source in enumerate(sources):
            source.set(SOURCE, index)
            family = [source, *_variants_of(source)]
            for message in family:
                tokens = message.get(TEXT_TOKENS)
                restore_tokens(halves[index % 2], tokens)
                message.set(TEXT_TOKENS, tokens)
            everything += family
        others = [example for example in training_data.training_examples if not example.get(TEXT)]
        return TrainingData(
            others + everything,
            training_data.entity_synonyms,
            training_data.regex_features,
            training_data.lookup_tables,
            training_data.responses,
        )

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `restored` on the tokens of each message."""
        if self._restorer is None:
            raise RuntimeError("the diacritic restorer was neither trained nor loaded")
        for message in messages:
            tokens = message.get(TEXT_TOKENS) or []
            restore_tokens(self._restorer, tokens)
            message.set(TEXT_TOKENS, tokens)
        return messages
