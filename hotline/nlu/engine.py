"""The engine's understanding of texts, by one process of its own that touches no conversation."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from hotline.children import ENGINE_PYTHON, base_env
from hotline.settings import ROOT

Parse = Callable[[str], tuple[dict[str, Any], float]]
"""What is understood of a text (bot/engine/README.md) and the milliseconds that it took in the engine."""


class EngineFault(RuntimeError):
    """The engine does not answer: why."""


class EngineProcess:
    """``python -m bot.engine parse`` with a model, as a context; called with a text it answers as :data:`Parse`."""

    def __init__(self, model: Path) -> None:
        self._command = [str(ENGINE_PYTHON), "-m", "bot.engine", "parse", "--model", str(model.resolve())]

    def __enter__(self) -> EngineProcess:
        env = {name: value for name, value in base_env().items() if not name.startswith("HOTLINE_")}
        self._said = tempfile.TemporaryFile("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said,
            encoding="utf-8",
        )  # fmt: skip
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._process.kill()
        self._process.communicate()
        self._said.close()

    def __call__(self, text: str) -> tuple[dict[str, Any], float]:
        """Raises :class:`EngineFault`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps({"text": text}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise EngineFault(self._last_words()) from error
        answer = self._process.stdout.readline()
        if not answer:
            raise EngineFault(self._last_words())
        found = json.loads(answer)
        return found["parse"], float(found["ms"])

    def _last_words(self) -> str:
        self._process.wait()
        self._said.seek(0)
        lines = self._said.read().strip().splitlines()
        return lines[-1] if lines else f"the engine ended with status {self._process.returncode}"
