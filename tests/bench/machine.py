"""Memory, start-up, training, clocks and search."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import httpx
import yaml

from feedback_store.procedures.search import Entry, Index
from hotline.settings import ROOT
from tests.bench.world import World, pss

CATALOGUE = 2642
PROCESSES = ("engine", "actions", "web", "worker")


def memory(world: World) -> dict[str, float]:
    """PSS in MB by process of the installation."""
    return {name: sum(map(pss, pids)) for name, pids in world.processes().items()}


def start_ups(world: World) -> tuple[float, dict[str, float]]:
    """Seconds of a whole ``hotline up``, and of each process from its own start to its health check."""
    ready: dict[str, float] = {}
    over = threading.Event()

    def watch(name: str) -> None:
        url = f"http://127.0.0.1:{world.port(name)}/{'healthz' if name == 'web' else 'health'}"
        with httpx.Client(trust_env=False, timeout=1) as http:
            while not over.is_set() and name not in ready:
                try:
                    if http.get(url).status_code == 200:
                        ready[name] = time.time()
                except httpx.HTTPError:
                    pass
                time.sleep(0.1)

    watchers = [threading.Thread(target=watch, args=(name,)) for name in PROCESSES]
    for one in watchers:
        one.start()
    try:
        whole = world.start()
    finally:
        over.set()
        for one in watchers:
            one.join()
    noted = json.loads((world.system.var / "run" / "children.json").read_text())
    return whole, {name: ready[name] - _begun(int(noted[name][0])) for name in PROCESSES if name in ready}


def _begun(pid: int) -> float:
    """The moment a process started, in seconds since the epoch."""
    uptime_now = float(Path("/proc/uptime").read_text().split()[0])
    ticks = int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[19])
    return time.time() - uptime_now + ticks / os.sysconf("SC_CLK_TCK")


def training(folder: Path) -> float:
    """Seconds of a whole training of our model, into a folder that is removed again."""
    place = folder / "training"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    began = time.perf_counter()
    try:
        subprocess.run(
            [sys.executable, "-m", "hotline.cli", "train", "--again", "--ungated"],
            cwd=ROOT,
            env={**kept, "HOTLINE_VAR": str(place), "HOTLINE_MODEL_DIR": str(place / "models")},
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return time.perf_counter() - began
    finally:
        shutil.rmtree(place, ignore_errors=True)


@dataclass(frozen=True)
class Searches:
    """Seconds per search of citizens' questions and of whole official names; ``built``: making the index."""

    questions: list[float]
    names: list[float]
    built: float
    told: str


def search_times(catalogue: Path | None) -> Searches:
    """The best of three tries each: a search that another process interrupted says nothing of the search."""
    entries, told = _entries(catalogue)
    began = time.perf_counter()
    index = Index(entries)
    built = time.perf_counter() - began

    def took(text: str) -> float:
        start = time.perf_counter()
        index.near_best(index.search(text))
        return time.perf_counter() - start

    def best(texts: list[str]) -> list[float]:
        return [min(took(text) for _ in range(3)) for text in texts]

    names = [entry.name for entry in entries[:: max(1, len(entries) // 150)]]
    return Searches(best(_questions()), best(names), built, told)


def _questions() -> list[str]:
    """What citizens ask about procedures: the training sentences, their marks of entities taken off."""
    found: list[str] = []
    for path in sorted((ROOT / "nlu_data").glob("procedures*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            if block.get("intent") == "ask_procedure":
                found += [line[2:] for line in str(block["examples"]).splitlines() if line.startswith("- ")]
    return [re.sub(r"\[([^]]+)\][({][^)}]*[)}]", r"\1", text) for text in found]


def _entries(catalogue: Path | None) -> tuple[list[Entry], str]:
    document = json.loads((ROOT / "data" / "common_procedures.json").read_text(encoding="utf-8"))
    own = [
        Entry(str(number), one["name"], (one["name"], str(one.get("official_name") or ""), *one.get("aliases", ())))
        for number, one in enumerate(document["records"])
    ]
    if catalogue is not None:
        with gzip.open(catalogue, "rt", encoding="utf-8") as file:
            read = [Entry(one["code"], one["name"], (one["name"],)) for one in map(json.loads, file)]
        return own + read, f"{len(own)} records of everyday names and {len(read)} of {catalogue.name}"
    return own + list(_made_up(own)), f"{len(own)} records, filled up to {CATALOGUE} with shuffled names"


def _made_up(own: list[Entry]) -> Iterable[Entry]:
    """Records of the length and vocabulary that names of procedures have."""
    chance = random.Random(1022)
    syllables = [syllable for entry in own for phrase in entry.phrases for syllable in phrase.split()]
    for number in range(CATALOGUE - len(own)):
        name = " ".join(chance.choices(syllables, k=chance.randint(6, 30)))
        yield Entry(f"made-{number}", name, (name,))


async def settle(seconds: float = 8) -> None:
    """Let the processes come to rest before they are weighed."""
    await asyncio.sleep(seconds)
