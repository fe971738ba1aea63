"""A thousand poisoned conversations and a kill of engine and web: are the others answered?

``python -m tests.bench.abuse_poison`` prints how many of 20 waiting people were answered within 15 s.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import time
import uuid
from dataclasses import dataclass

import psycopg
from cryptography.fernet import Fernet

from hotline.at_hand import database_at_hand
from hotline.chat import Chat
from hotline.keys import Keys
from hotline.running import RunFolder
from hotline.settings import Settings
from tests.system import System, answers

POISONED, OTHERS, LIMIT = 1_000, 20, 15.0
KILLED = ("engine", "web")
_PLANT = """
WITH made AS (
    INSERT INTO conversations (id, channel, account, peer_bidx, peer, state, epoch, engine_session, pending_since,
        next_try_at, in_count, last_out_seq, last_in_at, is_sample, created_at)
    SELECT one.id, 'web', '', sha256(one.id::text::bytea), %(peer)s, 'bot', 0, 0, now() - interval '1 hour',
        now() - interval '1 hour', 1, 0, now(), false, now()
    FROM unnest(%(ids)s::uuid[]) AS one(id) RETURNING id
)
INSERT INTO inbound_events (
    conversation_id, channel, account, event_key, kind, body, received_at, late, sealed, attempts)
SELECT id, 'web', '', id || ':poison', %(kind)s, %(body)s, now(), false, false, 0 FROM made
"""


@dataclass(frozen=True, slots=True)
class Told:
    """``answered``: how many of ``asked`` got their reply within ``LIMIT`` seconds of the kill; ``seconds``: each
    reply's time after it. ``ended``: poisoned conversations that ended in an apology by then. ``engine_back``: seconds
    until the engine answered again, before which no turn that needs it can be."""

    asked: int
    answered: int
    seconds: list[float]
    ended: int
    engine_back: float | None


def plant(system: System, count: int) -> None:
    """Conversations whose turn must fail: a body that no key opens, a payload and a place that are missing."""
    keyring = Keys(system.var / "keys").keyring()
    nothing = keyring.encrypt(b"{}")
    kinds = [("text", Fernet(Fernet.generate_key()).encrypt(b"{}")), ("payload", nothing), ("location", nothing)]
    with psycopg.connect(database_of(system)) as connection:
        for at, (kind, body) in enumerate(kinds):
            ids = [uuid.uuid4() for _ in range(at, count, len(kinds))]
            connection.execute(_PLANT, {"ids": ids, "kind": kind, "body": body, "peer": keyring.encrypt(b"x")})


def database_of(system: System) -> str:
    """Address of the running hotline's database."""
    with database_at_hand(Settings(var=system.var)) as url:
        return url


def kill(system: System) -> float:
    """End engine and web of this system with -9; gives the moment."""
    known: dict[str, tuple[int, float]] = json.loads((RunFolder(system.var).folder / "children.json").read_text())
    for name in KILLED:
        os.kill(known[name][0], signal.SIGKILL)
    return time.monotonic()


def post(chat: Chat) -> int | None:
    """The number of the stored event; None when it was not acknowledged."""
    with contextlib.suppress(Exception):
        answer = chat._http.post("/web/messages", json={"id": str(uuid.uuid4()), "text": "lệ phí làm khai sinh"})
        return int(answer.json()["event"]) if answer.status_code == 200 else None
    return None


def run(system: System, *, poisoned: int = POISONED, others: int = OTHERS, patience: float = 60.0) -> Told:
    """Against a running system of the caller's own; the kill comes right after the last of the others was stored."""
    chats = [system.chat() for _ in range(others)]
    plant(system, poisoned)
    events = [event for chat in chats if (event := post(chat)) is not None]
    began = kill(system)
    back: float | None = None
    took: list[float] = []
    with psycopg.connect(database_of(system), autocommit=True) as connection:
        while len(took) < len(events) and time.monotonic() - began < patience:
            row = connection.execute(
                "SELECT count(*) FROM inbound_events WHERE id = ANY(%s) AND handled_at IS NOT NULL AND failure IS NULL "
                "AND EXISTS (SELECT FROM outbound_messages m WHERE m.event_id = inbound_events.id)",
                [events],
            ).fetchone()
            if back is None and answers(f"http://127.0.0.1:{system.settings['HOTLINE_ENGINE_PORT']}/health"):
                back = time.monotonic() - began
            took += [time.monotonic() - began] * ((row[0] if row else 0) - len(took))
            time.sleep(0.1)
        ended = connection.execute(
            "SELECT count(*) FROM inbound_events WHERE event_key LIKE '%:poison' AND failure LIKE 'gave up%'"
        ).fetchone()
    for chat in chats:
        chat.close()
    return Told(len(events), sum(one <= LIMIT for one in took), took, ended[0] if ended else 0, back)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--poisoned", type=int, default=POISONED)
    given = options.parse_args()
    system = System()
    try:
        system.start()
        told = run(system, poisoned=given.poisoned)
    finally:
        system.stop()
    print(f"{given.poisoned} poisoned conversations, engine and web killed with -9")
    print(f"answered within {LIMIT:.0f} s: {told.answered} of {told.asked} (sent {OTHERS})")
    print(f"the engine answered again after {told.engine_back or 0:.1f} s, load {os.getloadavg()[0]:.1f}")
    print("replies after the kill, s: " + " ".join(f"{one:.1f}" for one in told.seconds))
    print(f"poisoned conversations that had ended in an apology by then: {told.ended}")


if __name__ == "__main__":
    main()
