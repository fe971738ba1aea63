"""Messages to Telegram through python-telegram-bot, and the download of photos."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import httpx
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.channels.base import DeliveryError, OutboundMessage, split_text
from bot.channels.telegram.parse import BUTTON_PREFIX

MAX_UNITS = 4096
POLL_MARGIN = 15  # seconds that an answer to a long poll may come late
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class PhotoMissing(Exception):
    """The photo cannot be had. ``too_large``: bigger than we take; ``passing``: try again."""

    def __init__(self, reason: str, *, too_large: bool = False, passing: bool = False) -> None:
        super().__init__(reason)
        self.too_large = too_large
        self.passing = passing


class TelegramSender:
    """One bot. Needs no network before its first message."""

    def __init__(
        self, token: str, *, api: str = "https://api.telegram.org",
        transport: httpx.AsyncBaseTransport | None = None, seconds: float = 10,
    ) -> None:
        extra: dict[str, Any] = {"trust_env": False}
        if transport is not None:
            extra["transport"] = transport
        request = HTTPXRequest(
            connection_pool_size=16, read_timeout=seconds, write_timeout=seconds, connect_timeout=3,
            pool_timeout=3, httpx_kwargs=extra,
        )
        polling = HTTPXRequest(read_timeout=40, httpx_kwargs=extra)
        self._requests = (request, polling)
        self._polling = polling
        self._address = f"{api}/bot{token}"
        self._limiter = AIORateLimiter()
        self.bot: ExtBot[Any] = ExtBot(
            token, base_url=f"{api}/bot", base_file_url=f"{api}/file/bot", request=request,
            get_updates_request=polling,
            rate_limiter=self._limiter,
        )
        self._files = f"{api}/file/bot{token}"
        self._http = httpx.AsyncClient(timeout=20, follow_redirects=False, **extra)
        self._ready = False
        self._name: str | None = None

    async def _start(self) -> None:
        if not self._ready:
            await self._limiter.initialize()
            self._ready = True

    async def send(self, peer: str, message: OutboundMessage) -> str:
        """Text in parts of 4096 UTF-16 units, buttons under the last, photos after it."""
        await self._start()
        parts = split_text(message.text, MAX_UNITS)
        sent: list[int] = []
        try:
            for index, part in enumerate(parts):
                markup = _markup(message) if index == len(parts) - 1 else None
                done = await self.bot.send_message(
                    chat_id=int(peer), text=part, reply_markup=markup, disable_web_page_preview=True
                )
                sent.append(done.message_id)
            for photo in message.photos:
                done = await self.bot.send_photo(chat_id=int(peer), photo=photo)
                sent.append(done.message_id)
        except (TelegramError, httpx.HTTPError) as error:
            raise _delivery_error(error, begun=bool(sent)) from error
        return str(sent[0])

    async def confirm_press(self, callback: str) -> None:
        """Stop the spinner on a pressed button; too late is no harm."""
        await self._start()
        try:
            await self.bot.answer_callback_query(callback_query_id=callback)
        except TelegramError:
            return

    async def name(self) -> str | None:
        """The bot's user name without the @, asked once (getMe); None while Telegram cannot be asked."""
        if self._name is None:
            await self._start()
            try:
                self._name = (await self.bot.get_me(read_timeout=3, connect_timeout=3)).username
            except (TelegramError, httpx.HTTPError):
                return None
        return self._name

    async def name_commands(self, commands: Sequence[tuple[str, str]]) -> None:
        """The menu beside the input field, ``(name without slash, what it does)``; a failure is no harm."""
        await self._start()
        try:
            await self.bot.set_my_commands(list(commands))
        except (TelegramError, httpx.HTTPError):
            return

    async def updates(self, offset: int | None, *, seconds: int = 25) -> list[Any]:
        """Long-poll; the updates as they came, so that each is judged by itself: the library's own parser lets one
        that it can't read end them all, and logs them whole. Raises DeliveryError when Telegram cannot be asked."""
        wanted: dict[str, Any] = {
            "timeout": seconds,
            "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member"],
        }
        if offset is not None:
            wanted["offset"] = offset
        parameters = [RequestParameter.from_input(name, value) for name, value in wanted.items()]
        try:
            found = await self._polling.post(
                f"{self._address}/getUpdates", RequestData(parameters), read_timeout=seconds + POLL_MARGIN
            )
        except (TelegramError, httpx.HTTPError) as error:
            raise _delivery_error(error, begun=False) from error
        if not isinstance(found, list):
            raise DeliveryError("getUpdates gave no list")
        return found

    async def download(self, file_id: str, *, max_bytes: int) -> bytes:
        """A photo's bytes, capped while they stream. Raises PhotoMissing."""
        try:
            file = await self.bot.get_file(file_id)
            if (file.file_size or 0) > max_bytes:
                raise PhotoMissing("too large", too_large=True)
            path = (file.file_path or "").removeprefix(f"{self._files}/")
            return await self._read(f"{self._files}/{path}", max_bytes)
        except BadRequest as error:
            raise PhotoMissing(error.message, too_large="too big" in error.message) from error
        except (TelegramError, httpx.HTTPError) as error:
            raise PhotoMissing(type(error).__name__, passing=True) from error

    async def _read(self, url: str, max_bytes: int) -> bytes:
        data = bytearray()
        async with self._http.stream("GET", url) as answer:
            if answer.status_code != 200:
                raise PhotoMissing(f"status {answer.status_code}", passing=answer.status_code >= 500)
            async for chunk in answer.aiter_bytes():
                data += chunk
                if len(data) > max_bytes:
                    raise PhotoMissing("too large", too_large=True)
        return bytes(data)

    async def close(self) -> None:
        await self._http.aclose()
        if self._ready:
            await self._limiter.shutdown()
        for request in self._requests:
            await request.shutdown()


def _markup(message: OutboundMessage) -> Any:
    if message.buttons:
        return InlineKeyboardMarkup([
            [InlineKeyboardButton(label[:64], callback_data=BUTTON_PREFIX + token) for label, token in row]
            for row in _rows(message.buttons)
        ])
    if message.ask == "location":
        button = KeyboardButton(message.ask_label, request_location=True)
        return ReplyKeyboardMarkup([[button]], one_time_keyboard=True, resize_keyboard=True)
    return ReplyKeyboardRemove()


def _rows(buttons: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Short labels share a row (five stars, Gửi/Sửa/Hủy), long ones get their own."""
    rows: list[list[tuple[str, str]]] = []
    width = 0
    for button in buttons:
        length = max(len(button[0]), 3)
        if rows and width + length <= 24 and len(rows[-1]) < 5:
            rows[-1].append(button)
            width += length
        else:
            rows.append([button])
            width = length
    return rows


def _delivery_error(error: Exception, *, begun: bool) -> DeliveryError:
    """Telegram's error as ours; ``begun``: a part of the message is out already."""
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        seconds = wait.total_seconds() if isinstance(wait, dt.timedelta) else float(wait)
        return DeliveryError("retry_after", retry_after=seconds, uncertain=begun)
    if isinstance(error, (Forbidden, ChatMigrated)):
        return DeliveryError(type(error).__name__, permanent=True, unreachable=True)
    if isinstance(error, BadRequest):
        gone = "chat not found" in error.message.lower() or "deactivated" in error.message.lower()
        return DeliveryError(f"BadRequest: {error.message}"[:200], permanent=True, unreachable=gone)
    if isinstance(error, InvalidToken):
        return DeliveryError("InvalidToken")
    cause = error.__cause__
    if isinstance(cause, NOT_SENT) or isinstance(error, NOT_SENT):
        return DeliveryError(type(cause or error).__name__, uncertain=begun)
    if isinstance(error, NetworkError) and cause is None:
        return DeliveryError(f"NetworkError: {error.message}"[:200], uncertain=begun)  # a 5xx answer
    return DeliveryError(type(cause or error).__name__, uncertain=True)
