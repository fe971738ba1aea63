"""The engine's HTTP edge (loopback): README.md holds the contract. One call is one whole turn."""

from __future__ import annotations

import asyncio
import gc
import hmac
import json
import logging
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.engine import action_call
from bot.engine.processor import MAX_TEXT, BadRequest, Turn, TurnProcessor
from bot.engine.tracker_store import PostgresSessionStore, SessionStore, StoreUnavailable, executor

log = logging.getLogger("hotline.engine")
MAX_BODY = 256 * 1024
HEADER = "X-Hotline-Token"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Engine:
    """What the handlers share: the processor once it is loaded, and who is being answered."""

    token: str
    processor: TurnProcessor | None = None
    busy: set[str] = field(default_factory=set)


def problem(status: int, code: str, detail: str) -> web.Response:
    """Return an error answer; `detail` is English and holds no personal data."""
    return answer({"error": code, "detail": detail}, status)


def answer(value: dict[str, Any], status: int = 200) -> web.Response:
    """Return JSON with its letters as they are."""
    return web.Response(
        body=json.dumps(value, ensure_ascii=False).encode(),
        status=status,
        content_type="application/json",
    )


ENGINE: web.AppKey[Engine] = web.AppKey("engine", Engine)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Check the token, and turn every failure into the contract's answer for it."""
    engine = request.app[ENGINE]
    if request.path != "/health":
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode(), engine.token.encode()):
            return problem(401, "unauthorized", f"{HEADER} is missing or wrong")
        if engine.processor is None:
            return problem(503, "loading", "the model is not loaded yet")
    try:
        return await handler(request)
    except web.HTTPException as error:
        return problem(error.status, "bad_request", error.reason)
    except BadRequest as error:
        return problem(400, "bad_request", str(error))
    except StoreUnavailable as error:
        log.warning("the tracker database is away: %s", error)
        return problem(503, "store_unavailable", str(error))
    except action_call.ActionBroke as error:
        log.warning("an action broke, the turn was undone: %s", error)
        return problem(500, "action_broke", str(error))
    except action_call.ActionFailed as error:
        log.warning("an action failed, the turn was undone: %s", error)
        return problem(502, "action_failed", str(error))
    except Exception as error:  # the type and place only: the text of an exception may quote a message
        log.error("a turn failed: %s at %s", type(error).__name__, _place(error))
        return problem(500, "engine_error", type(error).__name__)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"


def _loaded(request: web.Request) -> TurnProcessor:
    processor = request.app[ENGINE].processor
    assert processor is not None  # the guard answered 503 otherwise
    return processor


async def health(request: web.Request) -> web.Response:
    """Tell whether the model is loaded."""
    processor = request.app[ENGINE].processor
    if processor is None:
        return answer({"status": "loading"}, 503)
    return answer({"status": "ok", "model": processor.model_metadata.model_id})


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError as error:
        raise BadRequest("the body is not JSON") from error
    if not isinstance(body, dict):
        raise BadRequest("the body is not a JSON object")
    return body


def _read_turn(body: dict[str, Any]) -> Turn:
    metadata = body.get("metadata")
    sender, text, payload = body.get("sender"), body.get("text") or "", body.get("payload")
    if not isinstance(metadata, dict) or not metadata.get("event_id"):
        raise BadRequest("metadata.event_id is required")
    if not isinstance(sender, str) or not sender:
        raise BadRequest("sender is required")
    if not isinstance(text, str) or not isinstance(payload, (str, type(None))):
        raise BadRequest("text and payload are strings")
    return Turn(sender, str(metadata["event_id"]), text, payload or None, metadata)


async def take_turn(request: web.Request) -> web.Response:
    """POST /turn"""
    engine = request.app[ENGINE]
    turn = _read_turn(await _body(request))
    if len(turn.text) > MAX_TEXT:
        return problem(400, "too_long", f"text over {MAX_TEXT} characters")
    if turn.sender in engine.busy:
        return problem(409, "busy", "another turn of this sender is running")
    engine.busy.add(turn.sender)
    try:
        # A caller that hangs up must not cut a turn in half: the action may be done already.
        return answer(await asyncio.shield(_finish(engine, turn, _loaded(request))))
    except asyncio.CancelledError:
        raise


async def _finish(engine: Engine, turn: Turn, processor: TurnProcessor) -> dict[str, Any]:
    try:
        return await processor.take(turn)
    finally:
        engine.busy.discard(turn.sender)


async def look_up(request: web.Request) -> web.Response:
    """GET /turn/{sender}/{event_id}"""
    sender, event_id = request.match_info["sender"], request.match_info["event_id"]
    found = await _loaded(request).look_up(sender, event_id)
    return answer({**found, "reused": True} if found else {"status": "absent"})


async def forget(request: web.Request) -> web.Response:
    """DELETE /tracker/{sender}"""
    return answer({"deleted": await _loaded(request).forget(request.match_info["sender"])})


async def parse(request: web.Request) -> web.Response:
    """POST /parse"""
    text = (await _body(request)).get("text")
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        raise BadRequest(f"text must be a string of at most {MAX_TEXT} characters")
    return answer({"parse": await _loaded(request).parse_text(text)})


def create_app(token: str) -> web.Application:
    """Return the application; it answers /health with 503 until a processor is set."""
    if not token:
        raise ValueError("HOTLINE_ENGINE_TOKEN is empty; the engine refuses to run unprotected")
    app = web.Application(middlewares=[guard], client_max_size=MAX_BODY)
    app[ENGINE] = Engine(token)
    app.router.add_get("/health", health)
    app.router.add_post("/turn", take_turn)
    app.router.add_get("/turn/{sender}/{event_id}", look_up)
    app.router.add_delete("/tracker/{sender}", forget)
    app.router.add_post("/parse", parse)
    return app


def load_processor(model: Path, store: SessionStore) -> TurnProcessor:
    """Load the model file and answer one sentence, so that the first citizen doesn't wait."""
    started = time.perf_counter()
    processor = TurnProcessor(model, store, executor(), actions_url())
    asyncio.run(processor.parse_text("Tổng đài xin chào, đường Trần Phú có ổ gà"))
    log.info("model loaded in %.1f s", time.perf_counter() - started)
    return processor


def actions_url() -> str:
    """Return the action server's address as endpoints.yml gives it."""
    import rasa.utils.endpoints

    os.environ.setdefault("HOTLINE_ACTIONS_URL", "http://127.0.0.1:5055/webhook")
    config = rasa.utils.endpoints.read_endpoint_config("endpoints.yml", "action_endpoint")
    return str(config.url) if config else os.environ["HOTLINE_ACTIONS_URL"]


async def serve(port: int, model: Path, dsn: str, keys: str, token: str) -> None:
    """Listen on 127.0.0.1:`port` until cancelled; the port answers before the model is loaded."""
    app = create_app(token)
    store = PostgresSessionStore(dsn, keys)
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    loop = asyncio.get_running_loop()
    try:
        app[ENGINE].processor = await loop.run_in_executor(None, load_processor, model, store)
        # A million objects of TensorFlow and Rasa stay for good; the collector need not look through them again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(10_000, 20, 50)
        log.info("ready on 127.0.0.1:%d", port)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
        await action_call.session.close()
        store.close()
