"""What every channel gives and takes. A new channel is one folder; see docs/how-to-add-a-channel.md."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One update of a channel, parsed. ``kind`` as in ``InboundEvent.kind``.

    ``note``: the text key of a fixed answer where the channel itself knows that no turn is needed
    (a voice message, a sticker). ``album``: id of the album this photo belongs to. ``callback``: id
    that the channel wants confirmed after a button press. ``photo_ref``: the provider's file id.
    """

    peer: str
    event_key: str
    kind: str
    body: dict[str, Any]
    provider_at: dt.datetime | None = None
    private: bool = True
    note: str | None = None
    album: str | None = None
    callback: str | None = None
    photo_ref: str | None = None
    photo_size: int | None = None


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message to send. ``buttons`` are ``(label, token)``; ``photos`` are JPEG bytes."""

    text: str
    buttons: Sequence[tuple[str, str]] = ()
    ask: str | None = None
    ask_label: str = ""
    photos: Sequence[bytes] = field(default_factory=tuple)


class Unreadable(ValueError):
    """The update is not what the channel's documentation promises: 400."""


class UnknownKind(Exception):
    """A valid update of a kind we do nothing with: 200 and a logged reason."""


class DeliveryError(Exception):
    """A send that failed.

    ``permanent``: never again. ``unreachable``: the person left or blocked us. ``uncertain``: it
    may have arrived. ``retry_after``: seconds the channel asked us to wait.
    """

    def __init__(
        self, reason: str, *, permanent: bool = False, unreachable: bool = False,
        uncertain: bool = False, retry_after: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.unreachable = unreachable
        self.uncertain = uncertain
        self.retry_after = retry_after


class Sender(Protocol):
    """Sends to one channel. Raises DeliveryError alone."""

    async def send(self, peer: str, message: OutboundMessage) -> str:
        """Deliver; gives the channel's message id."""
        ...

    async def close(self) -> None: ...


def split_text(text: str, limit: int) -> list[str]:
    """Parts of at most ``limit`` UTF-16 units, cut at a line end or a space where there is one."""
    parts: list[str] = []
    rest = text
    while _units(rest) > limit:
        cut = _prefix(rest, limit)
        nice = max(rest.rfind("\n", cut // 2, cut), rest.rfind(" ", cut // 2, cut))
        if nice > 0:
            cut = nice
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest or not parts else parts


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _prefix(text: str, limit: int) -> int:
    """How many characters fit in ``limit`` UTF-16 units."""
    used = 0
    for index, character in enumerate(text):
        used += 2 if ord(character) > 0xFFFF else 1
        if used > limit:
            return index
    return len(text)
