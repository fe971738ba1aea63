"""Citizens whose messages must survive: one in the web chat, one on Telegram. Both do what a real
client does when the hotline dies: the web client repeats under the same number and reconnects its
stream where it stood; Telegram offers an update again until it was confirmed.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
import uuid
from collections.abc import Callable
from itertools import count
from typing import Any, Protocol

import httpx

from tests.e2e.hotline_process import Hotline

_chats = count(700_001)


class Person(Protocol):
    """``got``: the texts delivered so far, each as often as the citizen sees it; ``sent``: messages written;
    ``buttons``: those shown since the last message was written."""

    channel: str
    sent: int

    @property
    def got(self) -> list[str]: ...
    def say(self, text: str) -> None: ...
    def press(self, label: str) -> None: ...
    def buttons(self) -> list[str]: ...
    def close(self) -> None: ...


class WebPerson:
    """The widget in few lines: stream with Last-Event-ID, doubles dropped by number, everything acknowledged."""

    channel = "web"

    def __init__(self, hotline: Hotline) -> None:
        self._base = hotline.base
        self._http = httpx.Client(base_url=self._base, timeout=5, trust_env=False)
        token = self._http.post("/web/session").raise_for_status().json()["token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        self.got: list[str] = []
        self.sent = 0
        self.repeats = 0
        self._buttons: dict[str, str] = {}
        self._last = 0
        self._done = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def say(self, text: str) -> None:
        self._post({"text": text})

    def press(self, label: str) -> None:
        self._post({"button": self._buttons[label], "label": label})

    def buttons(self) -> list[str]:
        return list(self._buttons)

    def close(self) -> None:
        self._done.set()
        self._reader.join(10)
        self._http.close()

    def _post(self, message: dict[str, Any]) -> None:
        """Repeat under the same number until it was taken, as the widget does."""
        self.sent += 1
        self._buttons = {}
        body = {"id": str(uuid.uuid4()), **message}
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with contextlib.suppress(httpx.HTTPError):
                if self._http.post("/web/messages", json=body).status_code == 200:
                    return
            time.sleep(0.2)
        raise AssertionError("the message was not taken within a minute")

    def _read(self) -> None:
        while not self._done.is_set():
            with contextlib.suppress(httpx.HTTPError):
                self._stream()
            self._done.wait(0.1)

    def _stream(self) -> None:
        headers = {**self._http.headers, "Last-Event-ID": str(self._last)}
        with (
            httpx.Client(timeout=httpx.Timeout(5, read=1), trust_env=False) as client,
            client.stream("GET", f"{self._base}/web/stream", headers=headers) as answer,
        ):
            event = ""
            for line in answer.iter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    event = value
                elif name == "data" and event == "message":
                    self._show(json.loads(value))
                if self._done.is_set():
                    return

    def _show(self, message: dict[str, Any]) -> None:
        if message["seq"] <= self._last:
            self.repeats += 1
            return
        self._last = message["seq"]
        if message["buttons"]:
            self._buttons = {one["label"]: one["token"] for one in message["buttons"]}
        self.got.append(message["text"])
        with contextlib.suppress(httpx.HTTPError):
            httpx.post(f"{self._base}/web/ack", json={"seq": self._last},
                       headers={"Authorization": self._http.headers["Authorization"]}, timeout=5)


class TelegramPerson:
    """A private chat at the local Bot API, which offers each update until it was confirmed."""

    channel = "telegram"

    def __init__(self, hotline: Hotline) -> None:
        self._hotline = hotline
        self.chat = next(_chats)
        self.sent = 0
        self._asked = 0

    @property
    def got(self) -> list[str]:
        return self._hotline.telegram.texts(self.chat)

    def say(self, text: str) -> None:
        self._offer({"text": text})

    def press(self, label: str) -> None:
        self._offer({"press": self._tokens()[label]})

    def buttons(self) -> list[str]:
        return list(self._tokens())

    def close(self) -> None:
        """Nothing is open."""

    def _tokens(self) -> dict[str, str]:
        for one in reversed(self._hotline.telegram.sent[self._asked :]):
            if int(one["chat_id"]) == self.chat and "inline_keyboard" in one.get("reply_markup", ""):
                rows = json.loads(one["reply_markup"])["inline_keyboard"]
                return {b["text"]: b["callback_data"] for row in rows for b in row if "callback_data" in b}
        return {}

    def _offer(self, message: dict[str, Any]) -> None:
        self.sent += 1
        self._asked = len(self._hotline.telegram.sent)
        url = f"{self._hotline.telegram_url}/_update"
        httpx.post(url, json={"chat": self.chat, **message}, trust_env=False, timeout=5).raise_for_status()


PEOPLE: tuple[Callable[[Hotline], Person], ...] = (WebPerson, TelegramPerson)
