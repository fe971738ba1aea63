"""``hotline chat``: talk to the running hotline from the terminal, through the web chat's endpoints."""

from __future__ import annotations

import json
import os
import re
import sys
import time
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from hotline.keys import Keys
from hotline.running import RunFolder
from hotline.settings import Settings
from vitext.syllables import respell

app = typer.Typer(help="Talk to the running hotline from the terminal.", add_completion=False)

KINDS = ("text", "button", "again", "location", "photo")
TURN_SECONDS = 60.0


class InputFault(ValueError):
    """A line that cannot be sent; said in the line's own answer, and the run goes on."""


@dataclass
class Memory:
    """What a conversation keeps between runs: its token, what was read, the buttons last shown."""

    token: str
    seq: int = 0
    buttons: list[dict[str, str]] = field(default_factory=list)


class Chat:
    """One conversation over HTTP. ``talk`` gives the object that ``--json`` prints."""

    def __init__(self, base: str, local_token: str, memory: Memory | None = None) -> None:
        self._http = httpx.Client(base_url=base, timeout=45, trust_env=False)
        self._local = {"X-Hotline-Local": local_token}
        if memory is None:
            memory = Memory(self._http.post("/web/session").raise_for_status().json()["token"])
        self.memory = memory
        self._shown: dict[str, str] = {}
        self._pressed: dict[str, str] = {}
        """Every button that was ever shown: label for comparison → token."""
        self._http.headers["Authorization"] = f"Bearer {memory.token}"

    def talk(self, given: Any) -> dict[str, Any]:
        """One turn: send, wait until it is handled, collect what it said and what came before it."""
        try:
            message = self._message(given)
        except InputFault as error:
            return {"in": given, "error": str(error)}
        notices = self._read()
        began = time.perf_counter()
        answer = self._post(message)
        data = answer.json()
        if answer.status_code != 200:
            said = [{"text": data.get("message", ""), "buttons": []}]
            took = time.perf_counter() - began
            return self._result(given, said, {"guard": data.get("error")}, took, notices)
        if not data["stored"]:
            said = [{"text": data["reply"]["text"], "buttons": []}]
            return self._result(given, said, {"guard": data["guard"]}, time.perf_counter() - began, notices)
        state = self._wait(int(data["event"]))
        took = time.perf_counter() - began
        messages = self._messages()
        own = [one for one in messages if one["seq"] in state.get("seqs", ())]
        notices += [one for one in messages if one["seq"] not in state.get("seqs", ())]
        result = self._result(given, [_shown(one) for one in own], state, took, notices)
        if not state.get("handled"):
            result["error"] = "the turn was not handled in time"
        return result

    def burst(self, texts: Sequence[str]) -> dict[str, Any]:
        """Several messages without waiting between them; all that was said to them as one turn's answer."""
        began = time.perf_counter()
        answers = [self._post({"text": one}).json() for one in texts]
        states = [self._wait(int(one["event"])) for one in answers if one.get("stored")]
        seqs = {seq for state in states for seq in state.get("seqs", ())}
        said = [_shown({"buttons": [], **one["reply"]}) for one in answers if not one.get("stored") and "reply" in one]
        said += [_shown(one) for one in self._messages() if one["seq"] in seqs]
        last = states[-1] if states else {"guard": answers[-1].get("guard")}
        return self._result(list(texts), said, last, time.perf_counter() - began, [])

    def listen(self) -> list[dict[str, Any]]:
        """What came by itself since the last look: results, notices. Their buttons may be pressed from now on."""
        return [_shown(one) for one in self._read()]

    @property
    def token(self) -> str:
        return self.memory.token

    def close(self) -> None:
        self._http.close()

    def _message(self, given: Any) -> dict[str, Any]:
        """The request body for a line; text stands for itself."""
        if isinstance(given, str):
            return {"text": given}
        keys = list(given)
        if len(keys) != 1 or keys[0] not in KINDS:
            raise InputFault(f"one key of {', '.join(KINDS)} is wanted, not {', '.join(keys) or 'none'}")
        kind, value = keys[0], given[keys[0]]
        if kind == "text" and isinstance(value, str):
            return {"text": value}
        if kind == "button" and isinstance(value, str):
            return self._button(value)
        if kind == "again" and isinstance(value, str):
            return self._used(value)
        if kind == "location" and isinstance(value, list) and len(value) == 2:
            return {"location": value}
        if kind == "photo" and isinstance(value, str):
            if not Path(value).is_file():
                raise InputFault(f"no such file: {value}")
            return {"photo": value}
        raise InputFault(f"the value of {kind!r} cannot be read")

    def _button(self, label: str) -> dict[str, Any]:
        for one in self.memory.buttons:
            if same_label(one["label"]) == same_label(label):
                self._pressed[same_label(label)] = one["token"]
                return {"button": one["token"], "label": one["label"]}
        shown = ", ".join(one["label"] for one in self.memory.buttons) or "none"
        raise InputFault(f"no such button; shown last: {shown}")

    def _used(self, label: str) -> dict[str, Any]:
        """A button of any time: the one that was pressed, else the last that was shown."""
        token = self._pressed.get(same_label(label)) or self._shown.get(same_label(label))
        if token is None:
            raise InputFault("no such button was ever shown")
        return {"button": token, "label": label}

    def _post(self, message: dict[str, Any]) -> httpx.Response:
        number = str(uuid.uuid4())
        if "photo" in message:
            path = Path(message["photo"])
            files = {"photo": (path.name, path.read_bytes(), "application/octet-stream")}
            return self._http.post("/web/messages", data={"id": number}, files=files)
        return self._http.post("/web/messages", json={"id": number, **message})

    def _wait(self, event: int) -> dict[str, Any]:
        end = time.monotonic() + TURN_SECONDS
        while True:
            answer = self._http.get(f"/web/turns/{event}", params={"wait": 20}, headers=self._local)
            state: dict[str, Any] = answer.raise_for_status().json()
            if state.get("handled") or time.monotonic() > end:
                return state

    def _messages(self) -> list[dict[str, Any]]:
        """New messages since the last look, acknowledged as displayed."""
        answer = self._http.get("/web/poll", params={"after": self.memory.seq, "wait": 0}).raise_for_status()
        found: list[dict[str, Any]] = answer.json()["messages"]
        if found:
            self.memory.seq = found[-1]["seq"]
            self._http.post("/web/ack", json={"seq": self.memory.seq})
            buttons = [button for one in found for button in one["buttons"]]
            if buttons:
                self.memory.buttons = buttons
                self._shown.update({same_label(one["label"]): one["token"] for one in buttons})
        return found

    def _read(self) -> list[dict[str, Any]]:
        """What arrived between turns. Its buttons add to those on show."""
        before = self.memory.buttons
        found = self._messages()
        if any(one["buttons"] for one in found):
            self.memory.buttons = self.memory.buttons + before
        return found

    def _result(
        self,
        given: Any,
        out: list[dict[str, Any]],
        state: dict[str, Any],
        took: float,
        notices: list[dict[str, Any]],
    ) -> dict[str, Any]:
        result: dict[str, Any] = {
            "in": given,
            "out": out,
            "intent": state.get("intent") or state.get("guard"),
            "confidence": state.get("confidence"),
            "entities": [one for one in state.get("entities") or [] if "start" in one],  # a payload has no spans
            "ms": round(took * 1000, 1),
            "ticket": state.get("ticket"),
        }
        if state.get("guard"):
            result["guard"] = True
        if state.get("why"):
            result["why"] = state["why"]
        if notices:
            result["notices"] = [_shown(one) for one in notices]
        return result


def same_label(label: str) -> str:
    """A label for comparison: NFC, one place for tone marks, outer spaces off."""
    composed = unicodedata.normalize("NFC", label).strip()
    return re.sub(r"[^\W\d_]+", lambda word: respell(word.group()), composed)


def parse_line(line: str) -> Any:
    """A JSON object as itself; every other line, a blank one too, is the text it is."""
    try:
        value = json.loads(line)
    except ValueError:
        return line
    return value if isinstance(value, dict) else line


@app.callback(invoke_without_command=True)
def chat(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One message a line in, one JSON object a turn out.")] = False,
    session: Annotated[str, typer.Option(help="Name of a conversation to keep between runs.")] = "",
    why: Annotated[bool, typer.Option("--why", help="Show which readings of a message were taken.")] = False,
) -> None:
    """Talk to the running hotline as a citizen in the web chat would.

    Without --json: type a message, or /nut LABEL to press a button, /vitri LAT,LON for a place,
    /anh FILE for a photo; Ctrl-D ends. With --json: see docs/channels.md.
    """
    if context.invoked_subcommand is not None:
        return
    settings = Settings()
    base = _address(settings)
    kept = settings.var / "chat" / f"{re.sub(r'[^A-Za-z0-9_-]', '_', session)}.json" if session else None
    try:
        talker = Chat(base, Keys(settings.keys).local_token(), _load(kept))
    except httpx.HTTPError as error:
        typer.echo(f"the hotline does not answer at {base}; start it with `make up`", err=True)
        raise typer.Exit(1) from error
    for line in sys.stdin.buffer:
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        given = parse_line(text) if as_json else _typed(text)
        try:
            result = talker.talk(given)
        except (httpx.HTTPError, ValueError, KeyError) as error:
            result = {"in": given, "error": f"the hotline did not answer: {type(error).__name__}"}
        typer.echo(json.dumps(result, ensure_ascii=False) if as_json else _plain(result, why))
        _save(kept, talker.memory)


@app.command()
def play(
    file: Annotated[Path, typer.Argument(help="Scripted conversations; their form is in docs/conversations.md.")],
    as_json: Annotated[bool, typer.Option("--json", help="The figures as one JSON object.")] = False,
    errors: Annotated[Path | None, typer.Option(help="Where the conversations that went wrong are written.")] = None,
) -> None:
    """Play the conversations of FILE against the running hotline and say how many went as they should.

    Exit status: 0 all checks held; 1 some did not; 2 the file cannot be played, nothing was said.
    """
    from hotline.play.commanding import run

    raise typer.Exit(run(file, _address(Settings()), as_json=as_json, errors=errors))


def _address(settings: Settings) -> str:
    """Of the running hotline, or where it would be."""
    holder = RunFolder(settings.var).holder()
    return holder.web if holder is not None and holder.web.startswith("http") else settings.base_url


def _typed(text: str) -> Any:
    command, _, rest = text.partition(" ")
    if command == "/nut":
        return {"button": rest}
    if command == "/anh":
        return {"photo": rest}
    if command == "/vitri":
        return {"location": [part.strip() for part in rest.split(",")]}
    return text


def _plain(result: dict[str, Any], why: bool = False) -> str:
    if "error" in result:
        return f"! {result['error']}"
    lines = []
    for one in [*result.get("notices", []), *result["out"]]:
        lines.append(one["text"])
        if one["buttons"]:
            lines.append("  " + "  ".join(f"[{label}]" for label in one["buttons"]))
    if why:
        lines += _because(result)
    return "\n".join(lines)


def _because(result: dict[str, Any]) -> list[str]:
    """What the message was taken for: the route, the readings that were acted upon, those that were passed over."""
    told = result.get("why") or {}
    sure = result.get("confidence")
    lines = [f"  = {result.get('intent')}" + (f" {sure:.2f}" if isinstance(sure, float) else "")]
    lines += [f"  + {one}" for one in told.get("taken", ())]
    lines += [f"  - {one}" for one in told.get("passed", ())]
    if told.get("left"):
        lines.append(f"  ? clauses that nobody claimed: {', '.join(map(str, told['left']))}")
    return lines


def _shown(message: dict[str, Any]) -> dict[str, Any]:
    return {"text": message["text"], "buttons": [one["label"] for one in message["buttons"]]}


def _load(path: Path | None) -> Memory | None:
    if path is None or not path.exists():
        return None
    return Memory(**json.loads(path.read_text()))


def _save(path: Path | None, memory: Memory) -> None:
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"token": memory.token, "seq": memory.seq, "buttons": memory.buttons}, file)
