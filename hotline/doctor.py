"""What is missing or wrong with this installation, and how to mend it. Changes nothing."""

from __future__ import annotations

import datetime as dt
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

import httpx
import psycopg

from hotline import doctor_safety, install
from hotline.children import ENGINE_PYTHON, MODEL, children, loopback
from hotline.finding import Finding, Grade
from hotline.keys import KeyFault, Keys
from hotline.postgres import EmbeddedPostgres, PostgresError, can_enter, choose_account, make_account
from hotline.running import RunFolder
from hotline.settings import ROOT, Settings
from hotline.up import CannotStart, check_server

LEAST_DISK = 2 * 2**30


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check in the order in which a person would mend things."""
    running = RunFolder(settings.var).holder() is not None
    checks: list[Callable[[], Iterator[Finding]]] = [
        lambda: environments(),
        lambda: disk(settings),
        lambda: keys(settings),
        lambda: database(settings, running=running),
        lambda: model(settings),
        lambda: processes(settings, running=running),
        lambda: channels(settings, running=running),
        lambda: doctor_safety.unsafe(settings, dt.datetime.now(dt.UTC)),
        lambda: doctor_safety.of_web(settings) if running else iter(()),
    ]
    for check in checks:
        yield from check()


def environments() -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("ok", f"Python {version} for the main environment")
    locks = {"main": install.digest("requirements.lock")}
    if install.is_installed(install.MAIN, locks, dev=False):
        yield Finding("ok", "the main environment is as its lock says")
    else:
        yield Finding("wrong", "the main environment is not as requirements.lock says", "run `make up`")
    engine = {"engine": install.digest("bot/engine/requirements.lock")}
    if not ENGINE_PYTHON.exists():
        yield Finding("wrong", "the engine's environment is missing", "run `make up`")
    elif not install.runs_as(str(ENGINE_PYTHON), "3.10"):
        yield Finding("wrong", "the engine's Python 3.10 does not start", "remove .venv-engine and run `make up`")
    elif not install.is_installed(install.ENGINE, engine, dev=False):
        yield Finding("wrong", "the engine's environment is not as its lock says", "run `make up`")
    else:
        yield Finding("ok", "the engine's environment is as its lock says")


def disk(settings: Settings) -> Iterator[Finding]:
    place = settings.var if settings.var.exists() else ROOT
    free = shutil.disk_usage(place).free
    text = f"{free / 2**30:.1f} GB free for {settings.var}"
    if free < LEAST_DISK:
        yield Finding("warning", text, "make room: a full disk keeps citizens' messages from being received")
    else:
        yield Finding("ok", text)


def keys(settings: Settings) -> Iterator[Finding]:
    found = Keys(settings.keys)
    if not found.made():
        yield Finding("warning", "no encryption key yet", "it is made by the first `make up`")
        return
    try:
        found.keyring()
    except (KeyFault, RuntimeError) as error:
        yield Finding("wrong", str(error), "put back the copy made by `hotline backup --key FILE`")
        return
    for path in found.open_files():
        yield Finding("wrong", f"{path} can be read by others", f"chmod 600 {path}")
    if found.was_copied():
        yield Finding("ok", "the encryption key was copied")
    else:
        yield Finding(
            "warning",
            "the encryption key exists once; if it is lost, names, phones and chats are lost",
            "run `hotline backup --key FILE` and keep FILE away from this machine",
        )


def database(settings: Settings, *, running: bool) -> Iterator[Finding]:
    if settings.database_url is not None:
        try:
            check_server(settings.database_url)
        except CannotStart as error:
            yield Finding("wrong", str(error).splitlines()[0], "correct DATABASE_URL")
            return
        yield from schema(settings.database_url, settings)
        return
    try:
        make_account(settings.postgres_account)
        account = choose_account(settings.postgres_account)
        server = EmbeddedPostgres(settings.var, account=settings.postgres_account, port=settings.postgres_port)
    except PostgresError as error:
        yield Finding("wrong", str(error), "see the message")
        return
    if not can_enter(account, settings.var):
        yield Finding("ok", f"the database's files are in {server.home}, where its account can enter")
    if not (server.home / "made").exists():
        yield Finding("warning", "no database yet", "it is made by the first `make up`")
    elif not running:
        yield Finding("ok", f"the embedded database in {server.home} is stopped")
    else:
        server.read_port()
        yield from schema(server.url(settings.database), settings)


def schema(url: str, settings: Settings) -> Iterator[Finding]:
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            table = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
            if table is None or table[0] is None:
                yield Finding("warning", "the database has no schema yet", "run `hotline migrate` or `make up`")
                return
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
            yield Finding("ok", f"the database answers (PostgreSQL {connection.info.server_version // 10000})")
            dead = connection.execute("SELECT count(*) FROM outbound_messages WHERE status = 'dead'").fetchone()
            if dead and dead[0]:
                yield Finding("warning", f"{dead[0]} messages could not be delivered", "see the list in the console")
            failed = connection.execute(
                "SELECT count(*) FROM inbound_events "
                "WHERE failure LIKE 'gave up%' AND handled_at > now() - interval '1 day'"
            ).fetchone()
            if failed and failed[0]:
                yield Finding("warning", f"{failed[0]} messages of the last day ended in an error", "see the console")
            stuck = connection.execute("SELECT code FROM tickets WHERE deadline_failures >= 3 ORDER BY code").fetchall()
            if stuck:
                named = ", ".join(row[0] for row in stuck[:5]) + (" …" if len(stuck) > 5 else "")
                advice = "run `hotline sla explain CODE`; the worker's log has the error"
                yield Finding("wrong", f"the deadline job fails on {len(stuck)} tickets: {named}", advice)
            yield from doctor_safety.of_database(connection, settings)
    except psycopg.Error as error:
        yield Finding("wrong", f"the database does not answer: {type(error).__name__}", "see var/postgres/server.log")


def model(settings: Settings) -> Iterator[Finding]:
    if not (settings.models / MODEL).is_file():
        yield Finding("warning", "no trained model", "run `make train`; `make up` does it too")
        return
    if not ENGINE_PYTHON.exists():
        return
    done = subprocess.run(
        [str(ENGINE_PYTHON), "-m", "bot.engine", "train", "--check", "--out", str(settings.models)],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if done.returncode == 0:
        yield Finding("ok", "the model is as the training data says")
    else:
        yield Finding("warning", "the training data changed since the model was trained", "run `hotline train`")


def processes(settings: Settings, *, running: bool) -> Iterator[Finding]:
    if not running:
        yield Finding("ok", "the hotline is not running")
        yield from ports(settings)
        return
    for spec in children(settings, {}):
        try:
            well = httpx.get(spec.health, timeout=3, trust_env=False).status_code == 200
        except httpx.HTTPError:
            well = False
        if well:
            yield Finding("ok", f"{spec.name} answers")
        else:
            yield Finding("wrong", f"{spec.name} does not answer", f"see {spec.log}")


def ports(settings: Settings) -> Iterator[Finding]:
    wanted = {
        "HOTLINE_PORT": settings.port,
        "HOTLINE_ENGINE_PORT": settings.engine_port,
        "HOTLINE_ACTIONS_PORT": settings.actions_port,
        "HOTLINE_WORKER_PORT": settings.worker_port,
    }
    for name, port in wanted.items():
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                yield Finding("wrong", f"port {port} is used by another program", f"end it, or set {name}")


def channels(settings: Settings, *, running: bool = False) -> Iterator[Finding]:
    if settings.telegram_token is None:
        yield Finding("ok", "Telegram is switched off (no HOTLINE_TELEGRAM_TOKEN)")
    elif settings.telegram_mode == "webhook" and settings.telegram_secret is None:
        yield Finding("wrong", "the Telegram webhook has no secret", "set HOTLINE_TELEGRAM_SECRET")
    elif settings.telegram_mode == "webhook" and not settings.base_url.startswith("https://"):
        yield Finding("wrong", "the Telegram webhook needs a public https address", "set HOTLINE_PUBLIC_URL")
    else:
        yield Finding("ok", f"Telegram by {settings.telegram_mode}")
        if settings.telegram_mode == "webhook":
            yield from webhook(settings)
        elif running:
            yield from polling(settings)


def polling(settings: Settings) -> Iterator[Finding]:
    """Whether the running web process still gets updates, by its own health check."""
    try:
        told = httpx.get(f"http://{loopback(settings.host)}:{settings.port}/healthz", timeout=3, trust_env=False).json()
    except (httpx.HTTPError, ValueError):
        return  # said of the process itself
    state = told.get("telegram_polling", {})
    if state.get("state") == "late":
        yield Finding(
            "wrong",
            f"Telegram has not answered for {state.get('silent_seconds')} s, so no updates come",
            "see web.log: the network, the token, or a webhook that is still set",
        )


def webhook(settings: Settings) -> Iterator[Finding]:
    """What Telegram itself says of the webhook; the address with the token in it is never printed."""
    token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
    address = f"{settings.telegram_api}/bot{token}/getWebhookInfo"
    try:
        told = httpx.get(address, timeout=5, trust_env=False).json()["result"]
        url, failed, error = str(told.get("url") or ""), told.get("last_error_date"), told.get("last_error_message")
        when = dt.datetime.fromtimestamp(int(failed), dt.UTC) if failed else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError, AttributeError, OverflowError) as why:
        yield Finding("warning", f"Telegram could not be asked about the webhook: {type(why).__name__}")
        return
    if not url:
        yield Finding("wrong", "Telegram knows of no webhook", f"set it to {settings.base_url}/telegram/webhook")
    elif when is not None and dt.datetime.now(dt.UTC) - when < dt.timedelta(hours=1):
        said = str(error).replace(token, "…")
        yield Finding("warning", f"Telegram's last call of the webhook failed at {when:%H:%M} UTC: {said[:200]}")


def worst(findings: list[Finding]) -> Grade:
    grades = {finding.grade for finding in findings}
    return "wrong" if "wrong" in grades else "warning" if "warning" in grades else "ok"
