"""A whole hotline whose processes are killed on purpose, and what its database says of the outcome."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row

from feedback_store.crypto import Keyring
from hotline.keys import Keys
from hotline.postgres import EmbeddedPostgres
from tests.e2e.fake_telegram import FakeTelegram
from tests.integration.gateway.serving import serving
from tests.system import System, answers

VICTIMS = ("engine", "actions", "worker", "web")
TOKEN = "1022:chaos"


class Hotline:
    """The running system, its fault file, its database and the Bot API that it believes in."""

    def __init__(self, system: System, telegram: FakeTelegram, telegram_url: str) -> None:
        self.system = system
        self.telegram = telegram
        self.telegram_url = telegram_url
        keys = Keys(system.var / "keys")
        self._ring = keys.keyring()
        self._tracker_ring = Keyring(keys.tracker_keys().split(","))
        server = EmbeddedPostgres(system.var)
        server.read_port()
        self._database: psycopg.Connection[DictRow] = psycopg.connect(
            server.url(), autocommit=True, row_factory=dict_row
        )
        self.fault_file = Path(system.settings["HOTLINE_FAULT_FILE"])
        self._struck = Path(f"{self.fault_file}.struck")

    @property
    def base(self) -> str:
        return self.system.base

    def close(self) -> None:
        self._database.close()

    # Processes --------------------------------------------------------------------------------

    def pid(self, name: str) -> int | None:
        """As the supervisor noted it; None for the moment in which it is down."""
        try:
            known = json.loads((self.system.var / "run" / "children.json").read_text())
        except (OSError, ValueError):
            return None
        found = known.get(name)
        return int(found[0]) if found and Path(f"/proc/{found[0]}").exists() else None

    def healthy(self, name: str) -> bool:
        port = self.system.settings[f"HOTLINE_{name.upper()}_PORT" if name != "web" else "HOTLINE_PORT"]
        path = "/healthz" if name == "web" else "/health"
        return self.pid(name) is not None and answers(f"http://127.0.0.1:{port}{path}")

    def all_healthy(self) -> bool:
        return all(self.healthy(name) for name in VICTIMS)

    def arm(self, point: str, victim: str) -> int:
        """The next to pass ``point`` kills ``victim``; gives the pid that will die."""
        pid = self.pid(victim)
        assert pid is not None, f"{victim} does not run"
        self._struck.unlink(missing_ok=True)
        draft = Path(f"{self.fault_file}.draft")
        draft.write_text(f"{point} {pid}")
        draft.replace(self.fault_file)
        return pid

    def struck(self) -> bool:
        return self._struck.exists()

    def disarm(self) -> None:
        self.fault_file.unlink(missing_ok=True)

    def came_back(self, name: str, dead: int) -> bool:
        return self.pid(name) not in (None, dead) and self.healthy(name)

    # What was stored --------------------------------------------------------------------------

    def rows(self, query: str, *values: Any) -> list[DictRow]:
        return self._database.execute(query.encode(), values).fetchall()

    def events_after(self, mark: int) -> list[DictRow]:
        return self.rows(
            "SELECT id, conversation_id, kind, handled_at, guard, intent, failure FROM inbound_events"
            " WHERE id > %s ORDER BY id", mark,
        )

    def last_event(self) -> int:
        return int(self.rows("SELECT coalesce(max(id), 0) AS id FROM inbound_events")[0]["id"])

    def out(self, conversation: Any, after: int) -> list[DictRow]:
        """Outgoing messages after number ``after``; ``text`` readable."""
        found = self.rows(
            "SELECT seq, event_id, kind, notice, status, body FROM outbound_messages"
            " WHERE conversation_id = %s AND seq > %s ORDER BY seq", conversation, after,
        )
        for row in found:
            row["text"] = json.loads(self._ring.decrypt(bytes(row["body"])))["text"]
        return found

    def tickets(self, conversation: Any) -> list[str]:
        found = self.rows("SELECT code FROM tickets WHERE conversation_id = %s ORDER BY id", conversation)
        return [row["code"] for row in found]

    def heard(self, conversation: Any) -> list[str]:
        """Event ids of the user events in the conversation's trackers, in their order."""
        found = self.rows(
            "SELECT body FROM engine_trackers WHERE sender_id LIKE %s ORDER BY sender_id", f"{conversation}:%"
        )
        heard: list[str] = []
        for row in found:
            session = json.loads(zlib.decompress(self._tracker_ring.decrypt(bytes(row["body"]))))
            heard += [
                str((one.get("metadata") or {}).get("event_id"))
                for one in session["events"] if one.get("event") == "user"
            ]
        return heard


@contextmanager
def running_hotline() -> Iterator[Hotline]:
    """Start everything: the real supervisor and its children, PostgreSQL, a local Bot API."""
    telegram = FakeTelegram()
    with serving(telegram.app, lifespan="off") as url:
        system = System()
        system.settings |= {
            "HOTLINE_FAULT_FILE": str(system.folder / "fault"),
            "HOTLINE_TELEGRAM_TOKEN": TOKEN,
            "HOTLINE_TELEGRAM_API": url,
        }
        try:
            os.chmod(system.folder, 0o755)
            system.start()
            hotline = Hotline(system, telegram, url)
            try:
                yield hotline
            finally:
                hotline.close()
        finally:
            system.stop()
