"""``python -m tests.bench [SECTION…] [--json FILE]``: what `make bench` prints.

Sections: turns stock burst memory start training clocks search volume imports; without a name, all of them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
import time
from pathlib import Path

from feedback_store.store import Store, make_engine
from hotline.process import settle
from hotline.simulation.run import scratch
from tests.bench import (
    abuse_connections,
    abuse_photos,
    abuse_poison,
    due_times,
    imports,
    machine,
    million,
    stock,
    turns,
    volume,
)
from tests.bench import burst as bursts
from tests.bench.figures import Section
from tests.bench.world import BotApi, World
from tests.system import System

ROOT = Path(__file__).resolve().parents[2]
SECTIONS = ("start", "memory", "turns", "stock", "burst", "abuse", "training", "clocks", "search", "volume", "imports")
OURS = {"start", "memory", "turns", "burst", "abuse"}


class Bench:
    """One run: a hotline of its own for the sections that need one."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.wanted: list[str] = options.sections or list(SECTIONS)
        self.done: list[Section] = []
        self.ours: dict[str, float] = {}

    async def run(self) -> None:
        if OURS & set(self.wanted):
            await self._with_hotline()
        if "stock" in self.wanted:
            await self._stock()
        if "training" in self.wanted:
            self._training()
        if "clocks" in self.wanted:
            self._clocks()
        if "search" in self.wanted:
            self._search()
        if "volume" in self.wanted:
            await asyncio.to_thread(self._volume)
        if "imports" in self.wanted:
            await asyncio.to_thread(self._imports)

    def _end(self, section: Section) -> None:
        self.done.append(section)
        print(section.text(), flush=True)

    async def _with_hotline(self) -> None:
        world = World()
        api = await BotApi().open(world.telegram_port)
        try:
            await asyncio.to_thread(world.start)
            if "start" in self.wanted:
                await self._start(world)
            if "memory" in self.wanted:
                await machine.settle()
                self._memory(world, "Memory, idle after the start (PSS)")
            if "turns" in self.wanted:
                await self._turns(world)
            if "burst" in self.wanted:
                await self._burst(world, api)
            if "memory" in self.wanted and {"turns", "burst"} & set(self.wanted):
                await machine.settle()
                self._memory(world, "Memory, idle after the load above (PSS)")
            if "abuse" in self.wanted:
                for section in (*await abuse_connections.measure(world), *await abuse_photos.measure(world)):
                    self._end(section)
        finally:
            await api.close()
            await asyncio.to_thread(world.stop)
        if "abuse" in self.wanted:
            await asyncio.to_thread(self._poison)

    async def _start(self, world: World) -> None:
        await asyncio.to_thread(world.halt)
        section = Section("Start-up, everything installed and trained (second start)")
        whole, each = await asyncio.to_thread(machine.start_ups, world)
        section.add("hotline up, to its printed address", whole, "s", target=30)
        for name, seconds in each.items():
            section.add(f"{name}, to its health check", seconds, "s")
        section.note("the four start together with their health watched every 0.1 s")
        self._end(section)

    def _memory(self, world: World, title: str) -> None:
        section = Section(title)
        found = machine.memory(world)
        for name, megabytes in found.items():
            section.add(name, megabytes, "MB")
        section.add("sum", sum(found.values()), "MB", target=1536)
        self._end(section)

    async def _turns(self, world: World) -> None:
        await turns.latency(world, 20)  # caches and connections, as any running hotline has them
        section = Section("Web chat, one citizen: POST to the reply on SSE")
        found = await turns.latency(world, self.options.turns)
        for name, told in (("question", "procedure question"), ("report", "turn of a report, its filing included")):
            section.add(f"{told}, p50", turns.p(found[name], 0.5), "ms", target=50)
            section.add(f"{told}, p95", turns.p(found[name], 0.95), "ms", target=120)
        section.note(f"{len(found['question'])} + {len(found['report'])} turns; every turn runs the custom action")
        self.ours["p50"], self.ours["p95"] = (turns.p(found["question"], share) for share in (0.5, 0.95))
        self._end(section)
        section = Section(f"Durable turns a second, {turns.PARALLEL} citizens at once, gateway + one engine")
        for name, reports in (("procedure questions", False), ("whole reports", True)):
            found_rate = await turns.throughput(world, self.options.seconds, reports=reports)
            section.add(f"{name}, turns a second", found_rate.rate, "/s", target=50, wanted="least")
            section.add(f"{name}, p95 meanwhile", turns.p(found_rate.took, 0.95), "ms")
            section.add(f"{name}, CPU a turn, all processes", sum(found_rate.cpu.values()), "ms")
            section.note(f"{name}, CPU a turn in ms: {parts(found_rate.cpu)}")
            section.note(
                f"{name}, cores used: {found_rate.cores:.1f} by hotline and load, {found_rate.foreign:.1f} by others; "
                f"at this CPU a turn {os.cpu_count()} cores of its own are enough for {found_rate.at_most:.0f}/s"
            )
            self.ours.setdefault("rate", found_rate.rate)
        section.note("counted as committed in the database; each citizen holds a stream and acknowledges replies")
        section.note("the load shares the cores with the hotline")
        self._end(section)

    async def _stock(self) -> None:
        folder = ROOT / "var" / "bench" / "stock"
        sample = await asyncio.to_thread(stock.train, folder)
        section = Section("Stock Rasa: default pipeline, REST channel, in-memory tracker")
        port, actions_port = (int(one) for one in stock.ports())
        began = time.perf_counter()
        processes = stock.serve(folder, port, actions_port)
        try:
            await asyncio.to_thread(stock.wait, port)
            section.add("start, to its first reply", time.perf_counter() - began, "s")
            await turns.stock_latency("127.0.0.1", port, 20)
            took = await turns.stock_latency("127.0.0.1", port, self.options.turns)
            section.add("latency, p50", turns.p(took, 0.5), "ms")
            section.add("latency, p95", turns.p(took, 0.95), "ms")
            cpu = stock.cpu(processes)
            rate, busy = await turns.stock_throughput("127.0.0.1", port, self.options.seconds)
            a_turn = (stock.cpu(processes) - cpu) / len(busy) * 1000
            section.add("turns a second", rate, "/s")
            section.add("p95 meanwhile", turns.p(busy, 0.95), "ms")
            section.add("CPU a turn, engine and actions", a_turn, "ms")
            section.add("memory, engine and actions (PSS)", sum(stock.memory(one) for one in processes), "MB")
            self._beside(section, took, rate)
        finally:
            await asyncio.to_thread(stock.end, processes)
        section.note(
            f"trained on {sample.sentences} of the {sample.of} sentences (every {stock.EVERY}th of an intent, "
            f"at least {stock.LEAST}): {stock.trained_seconds(folder)} s; its action answers at once and stores nothing"
        )
        self._end(section)

    def _beside(self, section: Section, took: list[float], rate: float) -> None:
        """Ours beside stock's, where both were measured in this run."""
        if "rate" not in self.ours:
            return
        section.add("ours: turns a second", self.ours["rate"], "/s", target=3 * rate, wanted="least", stock=rate)
        for name, share in (("p50", 0.5), ("p95", 0.95)):
            section.add(f"ours: latency, {name}", self.ours[name], "ms", stock=turns.p(took, share))

    async def _burst(self, world: World, api: BotApi) -> None:
        section = Section(
            f"Telegram webhook, {self.options.burst:.0f} s at {bursts.RATE:.0f}/s over {bursts.CONVERSATIONS:,} "
            "conversations, turns being handled meanwhile"
        )
        found = await bursts.burst(world, self.options.burst)
        accepted = len(set(found.keys)) / found.spent
        section.add("accepted and durable (200)", accepted, "/s", target=300, wanted="least")
        section.add("planned moment to 200, p50", turns.p(found.late, 0.5), "ms")
        section.add("planned moment to 200, p99", turns.p(found.late, 0.99), "ms", target=100)
        section.add("turns handled meanwhile", found.handled_meanwhile / found.spent, "/s")
        section.add("refused", sum(found.refused.values()), "", target=0)
        done, spent, cpu = await bursts.worked_off(world)
        section.add("backlog", done, "turns")
        section.add("backlog worked off", done / spent if spent else 0, "/s", target=40, wanted="least")
        told = bursts.stored(world, found)
        section.add("lost", told.lost, "", target=0)
        section.add("doubled", told.doubled + told.turns_doubled, "", target=0)
        section.add("turns that ended in an apology", told.failed, "", target=0)
        section.note(f"{found.repeated} updates were sent twice on purpose; {told.tickets:,} tickets were filed")
        section.note(f"the load used {found.client_cpu / found.spent:.2f} of the {os.cpu_count()} cores in the burst")
        a_turn = {name: seconds / max(done, 1) * 1000 for name, seconds in cpu.items()}
        section.note(f"CPU a turn of the backlog in ms: {parts(a_turn)}")
        section.note(f"{len(api.sent):,} replies were delivered by then (Telegram takes 30 a second)")
        self._end(section)

    def _poison(self) -> None:
        section = Section(f"{abuse_poison.POISONED:,} poisoned conversations, engine and web killed")
        system = System()
        try:
            system.start()
            told = abuse_poison.run(system)
        finally:
            system.stop()
        section.add(f"others answered within {abuse_poison.LIMIT:.0f} s", told.answered, "", target=told.asked,
                    wanted="least")  # fmt: skip
        section.add("the engine answered again after", told.engine_back or 0, "s")
        self._end(section)

    def _training(self) -> None:
        section = Section("Training of our model, from nothing")
        took = machine.training(Path("/tmp") / f"hotline-bench-{os.getpid()}")
        section.add("hotline train --again --ungated", took, "s", target=120)
        self._end(section)

    def _clocks(self) -> None:
        section = Section("Due times")
        for name, rate in due_times.rates().items():
            section.add(name, rate, "/s", target=50_000, wanted="least")
        both = due_times.beside()
        section.add("working minutes, no pauses", both.ours, "/s")
        times = f"ours {both.ours / both.theirs:.0f} × as fast"
        section.add("the same by businesstimedelta", both.theirs, "/s", note=times)
        section.note("100,000 distinct inputs, one core, none remembered from one to the next")
        section.note(f"businesstimedelta gives the same instant in {both.same} of {both.count}")
        self._end(section)

    def _search(self) -> None:
        section = Section("Procedure search")
        found = machine.search_times(self.options.catalogue)
        for name, took in (("citizens' questions", found.questions), ("official names pasted whole", found.names)):
            section.add(f"{name}, p50", turns.p(took, 0.5), "ms")
            section.add(f"{name}, p95", turns.p(took, 0.95), "ms", target=15)
        section.add("building the index", found.built, "s")
        section.note(f"{found.told}; {len(found.questions)} questions")
        self._end(section)

    def _imports(self) -> None:
        section = Section(f"Import of {imports.ROWS:,} tickets from XLSX")
        with scratch() as place:
            store = Store(make_engine(place.url))
            took = imports.measure(store)
            store.close()
        section.add("reading the file", took.read, "s", note=f"openpyxl alone {took.openpyxl:.1f} s")
        section.add("preview", took.preview, "s")
        section.add("writing", took.write, "s")
        section.add("all three", took.whole, "s", target=60)
        section.add("became tickets", took.stored, "", target=imports.ROWS, wanted="least")
        self._end(section)

    def _volume(self) -> None:
        with scratch() as place:
            store = Store(make_engine(place.url))
            section = Section("A million tickets written by SQL, with indexes and statistics")
            section.add("load", million.load(store), "s", target=240)
            self._end(section)
            settle()  # as every process of the program does before it serves
            for section in volume.sections(store):
                self._end(section)


def parts(values: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.1f}" for name, value in values.items() if value >= 0.05)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure a hotline of its own.")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; default all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures here")
    parser.add_argument("--turns", type=int, default=200, help="turns per latency figure")
    parser.add_argument("--seconds", type=float, default=30, help="length of each throughput figure")
    parser.add_argument("--burst", type=float, default=30, help="length of the webhook burst")
    parser.add_argument("--catalogue", type=Path, help="procedures as gzipped JSON lines, for the search")
    options = parser.parse_args()
    unknown = set(options.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"unknown section: {', '.join(sorted(unknown))}")
    model = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.machine(),
    )  # fmt: skip
    print(f"{os.cpu_count()} cores, {model}, Python {platform.python_version()}\n", flush=True)
    bench = Bench(options)
    try:
        asyncio.run(bench.run())
    finally:
        if options.json is not None:
            options.json.write_text(json.dumps([one.data() for one in bench.done], indent=1, ensure_ascii=False))
    short = [f"{one.title}: {f.name}" for one in bench.done for f in one.figures if f.holds is False]
    print("every target holds" if not short else "falls short:\n  " + "\n  ".join(short))
    return 0


if __name__ == "__main__":
    sys.exit(main())
