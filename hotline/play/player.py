"""Plays scripted conversations, each in a conversation of its own, and judges what came of them."""

from __future__ import annotations

import datetime as dt
import io
import re
import secrets
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from PIL import Image

from bot.gateway import session_token
from feedback_store.store import Store
from hotline.play import operator
from hotline.play.checks import Outcome, Said, turn_outcomes
from hotline.play.ends import end_outcomes, filed_by, open_question
from hotline.play.form import Script, Turn

MOST_FILLS = 12
"""So often a question is answered before a report that never comes to its summary is given up."""


class Talker(Protocol):
    """One citizen of the web chat; ``token`` names the conversation."""

    @property
    def token(self) -> str: ...
    def talk(self, given: Any) -> dict[str, Any]: ...
    def listen(self) -> list[dict[str, Any]]: ...
    def burst(self, texts: Sequence[str]) -> dict[str, Any]: ...
    def close(self) -> None: ...


@dataclass
class Played:
    """A conversation after it was played: its checks, and what was said in it for who reads the misses."""

    id: str
    outcomes: list[Outcome] = field(default_factory=list)
    transcript: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return all(one.held for one in self.outcomes)


@dataclass
class Player:
    """``open_chat`` begins a conversation of a new citizen; ``store``: the installation's database."""

    store: Store
    open_chat: Callable[[], Talker]
    folders: Sequence[Path] = ()
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)

    def play(self, script: Script) -> Played:
        """Raises nothing of what the conversation does wrong: a turn that fails is a check that does not hold."""
        return _Conversation(self, script).run()


class _Conversation:
    def __init__(self, player: Player, script: Script) -> None:
        self._player, self._script = player, script
        self._chats: dict[str, Talker] = {}
        self._said: list[str] = []
        self._played = Played(script.id)

    def run(self) -> Played:
        try:
            for turn in self._script.turns:
                self._turn(turn, "self")
            self._end()
        finally:
            for chat in self._chats.values():
                chat.close()
        return self._played

    def _chat(self, who: str) -> Talker:
        if who not in self._chats:
            self._chats[who] = self._player.open_chat()
        return self._chats[who]

    def _conversation(self, who: str) -> uuid.UUID:
        return session_token.read(self._chat(who).token)

    def _turn(self, turn: Turn, who: str) -> None:
        where = f"{self._script.id}: turn {turn.number}" + (" of the other" if who != "self" else "")
        if turn.act == "other":
            for one in turn.inner:
                self._turn(one, "other")
            said = Said([], [])
        else:
            try:
                said = self._act(turn, who)
            except Exception as error:
                self._played.outcomes.append(Outcome(where, turn.act, False, f"{type(error).__name__}: {error}"))
                self._played.transcript.append(f"! {error}")
                said = Said([], [])
        with self._player.store.reading() as session:
            said.asks = open_question(session, self._conversation(who))
            said.tickets = len(filed_by(session, self._conversation(who)))
        self._played.outcomes += turn_outcomes(where, self._codes_within(turn.checks), said)

    def _act(self, turn: Turn, who: str) -> Said:
        if turn.act == "wait":
            time.sleep(turn.value)
            return Said([], [])
        if turn.act == "operator":
            for step in turn.value:
                self._played.transcript.append(f"* {step}")
                with self._player.store.transaction() as session:
                    filed = filed_by(session, self._conversation(who))
                    operator.act(session, step, filed, self._player.now())
            return Said([], [])
        self._listen(who)
        if turn.act == "fill":
            return self._fill(turn.value, who)
        if turn.act == "burst":
            texts = [self._with_codes(one) for one in turn.value]
            return self._heard(who, " / ".join(texts), self._chat(who).burst(texts))
        if turn.act == "photo":
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "anh.jpg"
                path.write_bytes(picture())
                return self._heard(who, "[photo]", self._chat(who).talk({"photo": str(path)}))
        if turn.act == "button":
            return self._press(turn, who)
        given = {"location": turn.value} if turn.act == "location" else {"text": self._with_codes(turn.value)}
        return self._heard(who, str(next(iter(given.values()))), self._chat(who).talk(given))

    def _listen(self, who: str) -> None:
        """What came by itself, before the citizen goes on: it can be answered and its buttons pressed."""
        self._note(who, [one["text"] for one in self._chat(who).listen()])

    def _note(self, who: str, texts: Sequence[str]) -> None:
        if who == "self":
            self._said += texts
        self._played.transcript += [f"< {' / '.join(text.splitlines())}" for text in texts]

    def _press(self, turn: Turn, who: str) -> Said:
        labels = [turn.value] if isinstance(turn.value, str) else turn.value
        result: dict[str, Any] = {"error": "no label"}
        for label in labels:
            result = self._chat(who).talk({"again" if turn.again else "button": self._with_codes(label)})
            if "no such button" not in str(result.get("error", "")):
                break
        return self._heard(who, f"[{' | '.join(labels)}]", result)

    def _fill(self, until: Any, who: str) -> Said:
        """Answers what is asked until the summary is shown, nothing is asked, or the question ``until`` is open."""
        said = Said([], [])
        for _ in range(MOST_FILLS):
            with self._player.store.reading() as session:
                asked = open_question(session, self._conversation(who))
            if asked in ("summary", "none") or asked == until:
                break
            answer = self._script.answers.get(asked, "bỏ qua")
            said = self._heard(who, answer, self._chat(who).talk({"text": answer}))
        return said

    def _heard(self, who: str, given: str, result: dict[str, Any]) -> Said:
        self._played.transcript.append(f"{'>' if who == 'self' else '>>'} {given}")
        if "error" in result:
            raise RuntimeError(result["error"])
        texts = [one["text"] for one in result["out"]]
        buttons = [label for one in result["out"] for label in one["buttons"]]
        self._note(who, [*(one["text"] for one in result.get("notices", ())), *texts])
        if buttons:
            self._played.transcript.append(f"  [{'] ['.join(buttons)}]")
        return Said(texts, buttons, result.get("intent"))

    def _with_codes(self, given: str) -> str:
        """ "{code}" is the last one, "{code:1}" the first, "{code_bare}" the last without hyphens in lower case,
        "{other_code}" the second citizen's last."""
        if "{" not in given:
            return given
        with self._player.store.reading() as session:
            held = {who: [one.code for one in filed_by(session, self._conversation(who))] for who in self._chats}
        own, others = held.get("self", []), held.get("other", [])

        def code(match: re.Match[str]) -> str:
            name, number = match[1], match[2]
            codes = others if name == "other_code" else own
            at = int(number) - 1 if number else -1
            if not codes or at >= len(codes):
                raise RuntimeError(f"no code for {match[0]}")
            return codes[at].replace("-", "").lower() if name == "code_bare" else codes[at]

        return re.sub(r"\{(code|code_bare|other_code)(?::(\d+))?\}", code, given)

    def _codes_within(self, wanted: Any) -> Any:
        """The same checks with codes for their names; a code there is not stays a name, which nothing says."""
        if isinstance(wanted, str):
            try:
                return self._with_codes(wanted)
            except RuntimeError:
                return wanted
        if isinstance(wanted, Mapping):
            return {key: self._codes_within(value) for key, value in wanted.items()}
        return [self._codes_within(one) for one in wanted] if isinstance(wanted, list) else wanted

    def _end(self) -> None:
        where = f"{self._script.id}: end"
        with self._player.store.reading() as session:
            conversation = self._conversation("self")
            said = "\n".join(self._said)
            self._played.outcomes += end_outcomes(
                session, where, self._codes_within(self._script.end), conversation, said, folders=self._player.folders
            )


def picture() -> bytes:
    """A small JPEG unlike every other one."""
    out = io.BytesIO()
    Image.frombytes("RGB", (8, 8), secrets.token_bytes(192)).resize((320, 240)).save(out, "JPEG", quality=80)
    return out.getvalue()


def tally(played: Sequence[Played]) -> tuple[int, int, int, int]:
    """(checks that held, checks, conversations that are whole, conversations)."""
    outcomes = [one for conversation in played for one in conversation.outcomes]
    return sum(one.held for one in outcomes), len(outcomes), sum(one.whole for one in played), len(played)


def misses(played: Sequence[Played]) -> Iterator[str]:
    """What a person reads of the checks that did not hold."""
    for conversation in played:
        if conversation.whole:
            continue
        yield f"== {conversation.id}"
        yield from conversation.transcript
        for one in conversation.outcomes:
            if not one.held:
                there = " / ".join(one.instead.splitlines()) or "nothing"
                yield f"   ✗ {one.where}: wanted {one.wanted}; there was {there}"
        yield ""
