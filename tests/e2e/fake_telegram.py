"""A local Bot API: keeps what was sent, hands out updates and files, fails on demand.

``python -m tests.e2e.fake_telegram PORT`` serves it alone; tests mount ``FakeTelegram().app``.
Control endpoints (under ``/_``) let another process read the sent messages and inject updates.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


class FakeTelegram:
    """One bot. ``fail`` holds scripted answers by method, used up in order."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.answered: list[str] = []
        self.commands: list[dict[str, str]] = []
        self.files: dict[str, bytes] = {}
        self.fail: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        self.updates: list[dict[str, Any]] = []
        self._next_message = 100
        self._next_update = 1
        self.app = Starlette(routes=[
            Route("/file/bot{token}/{path:path}", self._file),
            Route("/_sent", self._sent_view),
            Route("/_update", self._inject, methods=["POST"]),
            Route("/_file/{name}", self._put_file, methods=["PUT"]),
            Route("/bot{token}/{method}", self._method, methods=["GET", "POST"]),
        ])

    # What a test uses -------------------------------------------------------------------------

    def text(self, chat: int, text: str, **more: Any) -> dict[str, Any]:
        return self._update("message", self._message(chat) | {"text": text} | more)

    def photo(self, chat: int, file_id: str, data: bytes, **more: Any) -> dict[str, Any]:
        self.files[file_id] = data
        sizes = [
            {"file_id": f"{file_id}-small", "file_unique_id": "s", "width": 9, "height": 9},
            {"file_id": file_id, "file_unique_id": file_id, "width": 90, "height": 90, "file_size": len(data)},
        ]
        return self._update("message", self._message(chat) | {"photo": sizes} | more)

    def press(self, chat: int, data: str) -> dict[str, Any]:
        query = {
            "id": str(time.monotonic_ns()), "from": _person(chat), "chat_instance": "1",
            "message": self._message(chat), "data": data,
        }
        return self._update("callback_query", query)

    def message_update(self, chat: int, **message: Any) -> dict[str, Any]:
        return self._update("message", self._message(chat) | message)

    def texts(self, chat: int | None = None) -> list[str]:
        return [one["text"] for one in self.sent if "text" in one and chat in (None, int(one["chat_id"]))]

    def _update(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        update = {"update_id": self._next_update, kind: content}
        self._next_update += 1
        return update

    def _message(self, chat: int) -> dict[str, Any]:
        self._next_message += 1
        return {
            "message_id": self._next_message, "date": int(time.time()), "from": _person(chat),
            "chat": {"id": chat, "type": "private" if chat > 0 else "supergroup"},
        }

    # The Bot API ------------------------------------------------------------------------------

    async def _method(self, request: Request) -> JSONResponse:
        method = request.path_params["method"]
        values = dict(await request.form()) if request.method == "POST" else dict(request.query_params)
        scripted = self.fail.get(method)
        if scripted:
            status, body = scripted.pop(0)
            return JSONResponse({"ok": False, "error_code": status, "description": "scripted"} | body, status)
        if method == "getMe":
            return _ok({"id": 1, "is_bot": True, "first_name": "1022", "username": "tong_dai_1022_bot"})
        if method == "getUpdates":
            return _ok(await self._get_updates(request, values))
        if method in ("sendMessage", "sendPhoto"):
            self._next_message += 1
            kept = {k: v for k, v in values.items() if isinstance(v, str)}
            self.sent.append(kept | {"method": method, "message_id": self._next_message})
            return _ok({
                "message_id": self._next_message, "date": int(time.time()),
                "chat": {"id": int(str(values["chat_id"])), "type": "private"}, "text": kept.get("text", ""),
            })
        if method == "setMyCommands":
            self.commands = json.loads(str(values["commands"]))
            return _ok(True)
        if method == "answerCallbackQuery":
            self.answered.append(str(values["callback_query_id"]))
            return _ok(True)
        if method == "getFile":
            file_id = str(values["file_id"])
            if file_id not in self.files:
                return JSONResponse(
                    {"ok": False, "error_code": 400, "description": "Bad Request: wrong file_id"}, 400
                )
            return _ok({
                "file_id": file_id, "file_unique_id": file_id, "file_size": len(self.files[file_id]),
                "file_path": f"photos/{file_id}",
            })
        return _ok(True)

    async def _get_updates(self, request: Request, values: dict[str, Any]) -> list[dict[str, Any]]:
        offset, end = int(values.get("offset") or 0), time.monotonic() + float(values.get("timeout") or 0)
        self.updates = [one for one in self.updates if one["update_id"] >= offset]
        while not self.updates and time.monotonic() < end and not await request.is_disconnected():
            await asyncio.sleep(0.05)
        return self.updates

    async def _file(self, request: Request) -> Response:
        name = request.path_params["path"].rpartition("/")[2]
        if name not in self.files:
            return Response(status_code=404)
        return Response(self.files[name], media_type="application/octet-stream")

    async def _sent_view(self, request: Request) -> JSONResponse:
        return JSONResponse({"sent": self.sent, "answered": self.answered})

    async def _inject(self, request: Request) -> JSONResponse:
        """``{"chat", "text"|"press"|"photo"|"location"}`` becomes an update for getUpdates."""
        wanted = await request.json()
        chat = int(wanted["chat"])
        if "press" in wanted:
            update = self.press(chat, wanted["press"])
        elif "photo" in wanted:
            update = self.photo(chat, wanted["photo"], self.files[wanted["photo"]])
        elif "location" in wanted:
            lat, lon = wanted["location"]
            update = self.message_update(chat, location={"latitude": lat, "longitude": lon})
        else:
            update = self.text(chat, wanted["text"])
        self.updates.append(update)
        return JSONResponse(update)

    async def _put_file(self, request: Request) -> Response:
        self.files[request.path_params["name"]] = await request.body()
        return Response(status_code=204)


def _ok(result: Any) -> JSONResponse:
    return JSONResponse({"ok": True, "result": result})


def _person(chat: int) -> dict[str, Any]:
    return {"id": abs(chat), "is_bot": False, "first_name": "Người dân"}


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(FakeTelegram().app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
