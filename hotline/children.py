"""The processes of an installation: their commands, what they are given, how they say they are well."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hotline.keys import Keys
from hotline.settings import ROOT, Settings

ENGINE_PYTHON = ROOT / ".venv-engine" / "bin" / "python"
MODEL = "hotline.tar.gz"


@dataclass(frozen=True)
class ChildSpec:
    """One process. ``health`` answers 200 once it can work; ``patience``: seconds until then."""

    name: str
    command: list[str]
    env: dict[str, str]
    health: str
    log: Path
    patience: float = 60


def base_env() -> dict[str, str]:
    """The caller's environment without what would bend our own processes."""
    dropped = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYENV_VERSION")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "PYTHONUNBUFFERED": "1", "TZ": "UTC"}


def main_env(settings: Settings, database_url: str) -> dict[str, str]:
    """For web, actions and worker: the settings and the database."""
    return {
        **base_env(),
        "DATABASE_URL": database_url,
        "HOTLINE_VAR": str(settings.var),
        "HOTLINE_DEMO": "1" if settings.demo else "0",
    }


def engine_env(settings: Settings, database_url: str) -> dict[str, str]:
    """For the engine: its rows, its key, its token, the action server, and nothing else of ours."""
    kept = {name: value for name, value in base_env().items() if not name.startswith("HOTLINE_")}
    keys = Keys(settings.keys)
    fault = os.environ.get("HOTLINE_FAULT")
    return {
        **kept,
        "DATABASE_URL": database_url,
        "HOTLINE_TRACKER_KEY": keys.tracker_keys(),
        "HOTLINE_ENGINE_TOKEN": keys.engine_token(),
        "HOTLINE_ACTIONS_URL": settings.actions_url,
        "HOTLINE_ACTIONS_TOKEN": keys.actions_token(),
        "MPLCONFIGDIR": str(settings.var / "cache" / "matplotlib"),
        **({"HOTLINE_FAULT": fault} if fault else {}),
    }


def loopback(host: str) -> str:
    """Where this machine reaches a server that listens on ``host``."""
    return "127.0.0.1" if host in ("0.0.0.0", "") else "[::1]" if host == "::" else host


def children(settings: Settings, addresses: Mapping[str, str]) -> list[ChildSpec]:
    """Engine, actions, web, worker; ``addresses``: of the database, by process."""

    def log(name: str) -> Path:
        return settings.logs / f"{name}.log"

    def ours(name: str, module: str, health: str) -> ChildSpec:
        env = main_env(settings, addresses.get(name, ""))
        return ChildSpec(name, [sys.executable, "-m", module], env, health, log(name))

    engine = ChildSpec(
        "engine",
        [
            str(ENGINE_PYTHON),
            "-m",
            "bot.engine",
            "serve",
            "--port",
            str(settings.engine_port),
            "--model",
            str(settings.models / MODEL),
        ],
        engine_env(settings, addresses.get("engine", "")),
        f"{settings.engine_url}/health",
        log("engine"),
        patience=120,
    )
    return [
        engine,
        ours("actions", "actions", f"http://127.0.0.1:{settings.actions_port}/health"),
        ours("web", "hotline.web", f"http://{loopback(settings.host)}:{settings.port}/healthz"),
        ours("worker", "worker", f"http://127.0.0.1:{settings.worker_port}/health"),
    ]
