"""What the public edge needs to know; filled from the settings by the composition root."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """``database_url`` is for the one listening connection; everything else goes through the store.

    ``local_token`` opens the measuring view of a turn (intent, handled) to ``hotline chat``; it
    comes from a file of mode 0600 and is never given to a browser.
    """

    database_url: str
    engine_url: str
    engine_token: str
    media: Path
    public_url: str
    local_token: str
    allowed_origins: frozenset[str] = field(default_factory=frozenset)
    hotline_name: str = "Tổng đài 1022"
    sample: bool = False
    max_photo_bytes: int = 10 * 1024 * 1024
    max_text: int = 4000
    lease_seconds: float = 12
    engine_timeout: float = 15
    wait_notice_after: float = 4
    turn_slots: int = 8
    telegram_token: str | None = None
    telegram_secret: str | None = None
    telegram_mode: str = "polling"
    telegram_api: str = "https://api.telegram.org"
    trusted_proxies: frozenset[str] = field(default_factory=lambda: frozenset({"127.0.0.1"}))

    @property
    def telegram_account(self) -> str:
        """The bot's numeric id: the part of its token before the colon, which is no secret."""
        return (self.telegram_token or "").partition(":")[0]
