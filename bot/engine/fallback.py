"""`nlu_fallback` for text without letters or digits and for intents the model isn't sure of."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from vitext import has_letters

FALLBACK = "nlu_fallback"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class VietnameseFallback(GraphComponent):
    """Replaces the intent when the text says nothing or the model isn't sure.

    Text without letters keeps its intent only when a pattern found something in it: a bare phone
    number or code is an answer, "👍" and "." are not.
    """

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"threshold": 0.35}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> VietnameseFallback:
        return cls(float(config["threshold"]))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `nlu_fallback` where it is due; a bare phone number or code is `inform`."""
        for message in messages:
            intent = message.get(INTENT) or {"name": None, "confidence": 0.0}
            if not has_letters(message.get(TEXT) or ""):
                bare = "inform" if message.get(ENTITIES) else FALLBACK
                message.set(INTENT, {"name": bare, "confidence": 1.0}, add_to_output=True)
                for key in ("aspect", "category"):
                    message.set(key, [] if key == "category" else None, add_to_output=True)
            elif intent["confidence"] < self._threshold:
                sure = round(1.0 - intent["confidence"], 4)
                message.set(INTENT, {"name": FALLBACK, "confidence": sure}, add_to_output=True)
        return messages
