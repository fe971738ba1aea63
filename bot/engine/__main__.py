"""python -m bot.engine serve | train | place | parse"""

# ruff: noqa: E402  (Rasa must not be imported before `quiet.prepare`)
from bot.engine import quiet

quiet.prepare()

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from pathlib import Path

log = logging.getLogger("hotline.engine")
DEFAULT_OUT = Path("var/model")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bot.engine", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="answer turns on 127.0.0.1")
    serve.add_argument("--port", type=int, required=True)
    serve.add_argument("--model", type=Path, default=DEFAULT_OUT / "hotline.tar.gz")
    train = commands.add_parser("train", help="train the model when something changed")
    train.add_argument("--out", type=Path, default=DEFAULT_OUT)
    train.add_argument("--root", type=Path, default=Path("."))
    train.add_argument("--force", action="store_true")
    train.add_argument("--check", action="store_true", help="only tell: exit 0 current, 1 not")
    place = commands.add_parser("place", help="put a trained model's files in place together")
    place.add_argument("made", type=Path, help="the folder it was trained into, on the same file system")
    place.add_argument("--out", type=Path, default=DEFAULT_OUT)
    parse = commands.add_parser("parse", help="JSON lines {text} in, {text, parse, ms} out")
    parse.add_argument("--model", type=Path, default=DEFAULT_OUT / "hotline.tar.gz")
    options = parser.parse_args(arguments)
    return {"serve": _serve, "train": _train, "place": _place, "parse": _parse}[options.command](options)


def _environment(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        print(f"engine: {name} is not set", file=sys.stderr)
        raise SystemExit(2)
    return value


def _serve(options: argparse.Namespace) -> int:
    from bot.engine.server import serve
    from bot.engine.tracker_store import libpq_dsn

    if not options.model.is_file():
        print(f"engine: there is no model at {options.model}; run `make train`", file=sys.stderr)
        return 2
    settings = (
        libpq_dsn(_environment("DATABASE_URL")),
        _environment("HOTLINE_TRACKER_KEY"),
        _environment("HOTLINE_ENGINE_TOKEN"),
    )

    async def run() -> None:
        task = asyncio.current_task()
        assert task is not None
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        await serve(options.port, options.model, *settings)

    try:
        asyncio.run(run())
    except asyncio.CancelledError:
        log.info("stopped")
    except OSError as error:
        print(f"engine: cannot listen on 127.0.0.1:{options.port}: {error}", file=sys.stderr)
        return 1
    return 0


def _train(options: argparse.Namespace) -> int:
    from bot.engine import beside, training

    root = options.root.resolve()
    if options.check:
        return 0 if training.is_current(root, options.out) else 1
    try:
        training.train(root, options.out.resolve(), force=options.force)
    except training.InvalidTrainingData as error:
        print(f"model: the training data is not valid:\n{error}", file=sys.stderr)
        return 1
    except beside.BesideFailed as error:
        print(f"model: not trained: {error}", file=sys.stderr)
        return 1
    return 0


def _place(options: argparse.Namespace) -> int:
    from bot.engine import placing

    try:
        placing.place(options.made, options.out)
    except OSError as error:
        print(f"model: not put in place: {error}", file=sys.stderr)
        return 1
    return 0


def _parse(options: argparse.Namespace) -> int:
    import time

    from bot.engine.server import load_processor
    from bot.engine.tracker_store import MemorySessionStore

    processor = load_processor(options.model, MemorySessionStore())

    async def run() -> None:
        for line in sys.stdin:
            given = json.loads(line)
            started = time.perf_counter()
            parse = await processor.parse_text(str(given["text"]))
            took = round((time.perf_counter() - started) * 1000, 2)
            print(json.dumps({**given, "parse": parse, "ms": took}, ensure_ascii=False), flush=True)

    asyncio.run(run())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
