"""``hotline up`` and ``hotline demo``: everything from an empty folder to a printed address."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg

from hotline.children import ENGINE_PYTHON, base_env, children, main_env
from hotline.keys import KeyFault, Keys
from hotline.own_files import open_own, own_folder
from hotline.postgres import EmbeddedPostgres, PostgresError, make_account
from hotline.roles import ensure_roles, shared
from hotline.running import AlreadyRunning, RunFolder, die_with_parent
from hotline.settings import ROOT, Settings
from hotline.supervisor import FIRST_DELAY, Supervisor

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
OLDEST_SERVER = 140000
LONGEST_POSTGRES_DELAY = 5.0
ADDRESS_FORM = "Its form is postgresql://user:password@host:5432/database; without it the embedded server is used."


class CannotStart(Exception):
    """Something outside is missing or wrong; the message says what, and what to do."""


class Stopped(Exception):
    """A signal asked us to end."""


def say(text: str) -> None:
    """One line to the person; a closed terminal must not keep us from stopping cleanly."""
    with suppress(OSError):
        print(text, flush=True)


@contextmanager
def signals_as_stop() -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal raise Stopped once; later ones are ignored while stopping."""

    def stop(number: int, frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(signal.Signals(number).name)

    before = {each: signal.signal(each, stop) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def run(settings: Settings) -> int:
    """Start everything and stay until told to stop; the exit status of the command."""
    folder = RunFolder(settings.var)
    try:
        settings.var.mkdir(mode=0o711, parents=True, exist_ok=True)  # PostgreSQL's account passes through it
        os.umask(0o077)  # for every file and folder that this process and its children make from here on
        folder.take(settings.base_url)
    except AlreadyRunning as error:
        say(f"hotline: {error}")
        return 0
    except OSError as error:
        say(f"hotline: {settings.var} cannot be written: {error.strerror}")
        return 1
    try:
        with signals_as_stop():
            Up(settings, folder).run()
    except Stopped:
        say("hotline: stopped")
    except (CannotStart, PostgresError, KeyFault) as error:
        say(f"hotline: {error}")
        return 1
    finally:
        folder.release()
    return 0


class Up:
    """One life of the whole system."""

    def __init__(self, settings: Settings, folder: RunFolder) -> None:
        self.settings = settings
        self.folder = folder
        self.started = time.monotonic()
        self.postgres: EmbeddedPostgres | None = None
        self.supervisor: Supervisor | None = None
        self.training: subprocess.Popen[bytes] | None = None
        self._postgres_at = 0.0
        self._postgres_delay = FIRST_DELAY

    def run(self) -> None:
        left = self.folder.end_left_over()
        if left:
            say(f"hotline: ended what an earlier start had left: {', '.join(left)}")
        self._check_ports()
        self._check_key()
        try:
            url = self._database()
            self.training = self._begin_training()
            prepared = self._prepare(url)
            try:
                self._finish_training()
                self._serve(ensure_roles(url, Keys(self.settings.keys)))
            finally:
                self._welcome(prepared)
            self._stay()
        finally:
            self._stop()

    def _check_key(self) -> None:
        """Early; a missing one is made when the database has said that it knows no other."""
        keys = Keys(self.settings.keys)
        if keys.made():
            keys.keyring()

    def _check_ports(self) -> None:
        wanted = {
            "HOTLINE_PORT": (self.settings.host, self.settings.port),
            "HOTLINE_ENGINE_PORT": ("127.0.0.1", self.settings.engine_port),
            "HOTLINE_ACTIONS_PORT": ("127.0.0.1", self.settings.actions_port),
            "HOTLINE_WORKER_PORT": ("127.0.0.1", self.settings.worker_port),
        }
        for name, (host, port) in wanted.items():
            try:
                found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                with socket.socket(found[0][0], socket.SOCK_STREAM) as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(found[0][4])
            except OSError as error:
                raise CannotStart(
                    f"cannot listen on {host}:{port} ({error.strerror}); "
                    f"end what uses it, or choose another with {name}=…"
                ) from error

    def _database(self) -> str:
        """Address of a server that answers. Raises CannotStart or PostgresError."""
        if self.settings.database_url is not None:
            check_server(self.settings.database_url)
            return self.settings.database_url
        made = make_account(self.settings.postgres_account)
        if made is not None:
            say(f"database: {made}")
        self.postgres = EmbeddedPostgres(
            self.settings.var, account=self.settings.postgres_account, port=self.settings.postgres_port
        )
        if self.postgres.relocated is not None:
            say(
                f"database: the account {self.settings.postgres_account} cannot enter {self.settings.var}; "
                f"server and data are in {self.postgres.relocated}"
            )
        say("database: starting PostgreSQL")
        self.postgres.start()
        self._note({})
        self.postgres.ensure_database(self.settings.database)
        return self.postgres.url(self.settings.database)

    def _note(self, pids: dict[str, int]) -> None:
        server = {"postgres": self.postgres.pid} if self.postgres and self.postgres.pid else {}
        self.folder.note_children({**server, **pids})

    def _begin_training(self) -> subprocess.Popen[bytes]:
        if not ENGINE_PYTHON.exists():
            raise CannotStart("the engine's environment is missing; run `make up`")
        return start_training(self.settings, again=False)

    def _finish_training(self) -> None:
        assert self.training is not None
        if self.training.wait() != 0:
            log = self.settings.logs / "training.log"
            raise CannotStart(f"the model was not trained; {log} says why")

    def _prepare(self, url: str) -> dict[str, Any]:
        say("database: schema and default data" + (", sample data (a minute)" if self.settings.demo else ""))
        done = subprocess.run(
            [sys.executable, "-m", "hotline.prepare"],
            env=main_env(self.settings, url),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        lines = done.stdout.strip().splitlines()
        if done.returncode not in (0, 3) or not lines:
            raise CannotStart(f"the database could not be prepared:\n{done.stderr.strip()[-1500:]}")
        said: dict[str, Any] = json.loads(lines[-1])
        if "refused" in said:
            raise CannotStart(str(said["refused"]))
        return said

    def _serve(self, addresses: Mapping[str, str]) -> None:
        if shared(addresses):
            say("database: this role may make no others, so every process has its rights; see docs/runbook.md")
        own_folder(self.settings.media)
        say("starting engine, actions, web and worker")
        specs = children(self.settings, addresses)
        self.supervisor = Supervisor(specs, lambda text: say(f"hotline: {text}"), self._note)
        while not self.supervisor.ready():
            self._tend()
            failing = self.supervisor.failing()
            if failing is not None:
                log = failing.spec.log
                raise CannotStart(f"{failing.spec.name} does not start; {log} ends with:\n{tail(log)}")
            time.sleep(0.05)

    def _tend(self) -> None:
        assert self.supervisor is not None
        self._tend_postgres()
        self.supervisor.tend()

    def _tend_postgres(self) -> None:
        """Start an ended server again; a full disk can keep it down for long, the others go on meanwhile."""
        now = time.monotonic()
        if self.postgres is None or self.postgres.alive() or now < self._postgres_at:
            return
        first = self._postgres_delay == FIRST_DELAY
        if first:
            say("hotline: PostgreSQL ended; starting it again")
        try:
            self.postgres.start()
        except (PostgresError, OSError) as error:
            if first:
                say(f"hotline: PostgreSQL does not start yet; trying again until it does. {error}")
            self._postgres_at = now + self._postgres_delay
            self._postgres_delay = min(self._postgres_delay * 2, LONGEST_POSTGRES_DELAY)
            return
        self._postgres_delay = FIRST_DELAY
        say("hotline: PostgreSQL is back")
        if self.supervisor is not None:
            self.supervisor.note()

    def _stay(self) -> None:
        while True:
            self._tend()
            time.sleep(0.2)

    def _welcome(self, prepared: dict[str, Any]) -> None:
        base = self.settings.base_url
        if self.supervisor is not None and self.supervisor.ready():
            say(f"\nThe hotline is running (started in {time.monotonic() - self.started:.0f} s).")
            say(f"  web chat   {base}/")
            say(f"  console    {base}/console")
            say(f"  logs       {self.settings.logs}")
        if prepared["admin"]:
            admin = prepared["admin"]
            say(f"  first administrator: {admin['username']}, one-time password (shown only now): {admin['password']}")
        for role, username, password in prepared["sign_ins"]:
            say(f"  sample sign-in: {role:<14} {username:<16} {password}")
        if not Keys(self.settings.keys).was_copied() and not self.settings.demo:
            say("  The encryption key exists once: copy it with `.venv/bin/hotline backup --key FILE`.")
        if self.supervisor is not None and self.supervisor.ready():
            say("Stop with Ctrl-C.")

    def _stop(self) -> None:
        if self.training is not None and self.training.poll() is None:
            self.training.terminate()
            self.training.wait(20)
        if self.supervisor is not None:
            say("hotline: stopping …")
            self.supervisor.stop()
        if self.postgres is not None:
            self.postgres.stop()


def start_training(settings: Settings, *, again: bool, out: Path | None = None) -> subprocess.Popen[bytes]:
    """Train when the training data changed (``again``: in any case); progress goes to the terminal.

    ``out``: another folder than that of the installed model. The model is not judged (``hotline train`` does that).
    """
    own_folder(settings.logs)
    env = {name: value for name, value in base_env().items() if not name.startswith("HOTLINE_")}
    env |= {"MPLCONFIGDIR": str(settings.var / "cache" / "matplotlib"), "TQDM_DISABLE": "1"}
    path = settings.logs / "training.log"
    path.unlink(missing_ok=True)
    with open_own(path) as log:
        return subprocess.Popen(
            [
                str(ENGINE_PYTHON),
                "-m",
                "bot.engine",
                "train",
                "--out",
                str(out or settings.models),
                "--root",
                str(ROOT),
                *(["--force"] if again else []),
            ],
            env=env,
            cwd=ROOT,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )


def check_server(url: str) -> None:
    """Refuse a database address that doesn't work, in words. Raises CannotStart."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            version = connection.info.server_version
            encoding = connection.info.parameter_status("server_encoding")
    except (psycopg.ProgrammingError, ValueError):
        raise CannotStart(
            f"the database of DATABASE_URL cannot be used: that is no address\n  {ADDRESS_FORM}"
        ) from None
    except psycopg.Error as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
        raise CannotStart(f"the database of DATABASE_URL cannot be used: {lines[0]}\n  {ADDRESS_FORM}") from error
    if version < OLDEST_SERVER:
        raise CannotStart(f"the database server is version {version // 10000}; 14 or newer is needed")
    if encoding != "UTF8":
        raise CannotStart(f"the database is encoded in {encoding}; make one with ENCODING 'UTF8'")


def tail(path: Path, size: int = 1500) -> str:
    try:
        return path.read_text(errors="replace")[-size:].strip()
    except OSError:
        return "(no log)"
