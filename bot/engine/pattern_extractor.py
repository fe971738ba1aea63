"""The Rasa component around `patterns.find`: patterns win over the model where they overlap."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.engine.patterns import find


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PatternExtractor(GraphComponent, EntityExtractorMixin):
    """Adds phone, ticket_code and dossier_code."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PatternExtractor:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the pattern entities; learned ones that overlap them go."""
        for message in messages:
            found = [{**e, "extractor": "PatternExtractor"} for e in find(message.get(TEXT) or "")]
            kept = [
                entity
                for entity in message.get(ENTITIES) or []
                if not any(e["start"] < entity["end"] and entity["start"] < e["end"] for e in found)
            ]
            entities = sorted(kept + found, key=lambda entity: entity["start"])
            message.set(ENTITIES, entities, add_to_output=True)
        return messages
