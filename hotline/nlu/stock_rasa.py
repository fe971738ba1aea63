"""Run by the engine's Python alone: a model of stock Rasa reads ``{"text"}`` a line and says ``{"intent", "ms"}``."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from importlib import import_module


async def main(model: str) -> None:
    # Unasked it prints every message with all it found, which costs time that is not the model's.
    import_module("rasa.utils.log_utils").configure_structlog(logging.WARNING)
    agent = import_module("rasa.core.agent").Agent.load(model)
    for line in sys.stdin:
        text = str(json.loads(line)["text"])
        began = time.perf_counter()
        found = await agent.parse_message(text)
        took = round((time.perf_counter() - began) * 1000, 2)
        print(json.dumps({"intent": found["intent"]["name"], "ms": took}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
