"""Every setting of the installation, read from the environment (prefix ``HOTLINE_``) or ``var/hotline.env``.

Names, meaning and defaults are listed in ``docs/settings.md``; a test keeps the two equal.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from feedback_store.places.country import province_named

ROOT = Path(__file__).resolve().parents[1]
FILE = "hotline.env"


class Settings(BaseSettings):
    """One object per process, made by the composition root."""

    model_config = SettingsConfigDict(env_prefix="HOTLINE_", env_file=None, extra="ignore")

    var: Path = Field(default=ROOT / "var", description="folder of everything this installation writes")
    database_url: str | None = Field(
        default=None, validation_alias="DATABASE_URL", description="PostgreSQL to use instead of the embedded one"
    )
    demo: bool = Field(default=False, description="sample data: a database and photos of their own, said on every page")
    database_name: str = Field(default="hotline", description="database of the embedded server")
    postgres_account: str = Field(
        default="hotline-db", description="account of the embedded server when started as root; made if missing"
    )
    postgres_port: int = Field(default=0, description="port of the embedded server; 0 = kept from the first start")

    host: str = Field(default="127.0.0.1", description="address the web process listens on")
    port: int = Field(default=8022, description="port of the web process")
    public_url: str | None = Field(default=None, description="address citizens see; default http://host:port")
    engine_port: int = Field(default=5005, description="loopback port of the engine")
    actions_port: int = Field(default=5055, description="loopback port of the action server")
    worker_port: int = Field(default=5065, description="loopback port of the worker's health check")
    model_dir: Path | None = Field(default=None, description="folder of the trained model; default var/models")
    allowed_origins: str = Field(default="", description="portals that may embed the widget, separated by commas")
    allowed_hosts: str = Field(default="", description="further names this installation is reached under, by commas")
    trusted_proxies: str = Field(default="127.0.0.1", description="proxies whose X-Forwarded-For is believed")
    secure_cookies: bool | None = Field(default=None, description="Secure cookies; default: when public_url is https")

    province: str = Field(default="hai-phong", description="whose hotline: a name of `hotline province list`")
    service_area: str = Field(default="", description="codes of the communes served; empty = any place is taken")
    hotline_name: str = Field(default="Tổng đài 1022", description="name that citizens read")

    telegram_token: SecretStr | None = Field(default=None, description="token of the bot; none = no Telegram")
    telegram_secret: SecretStr | None = Field(default=None, description="secret_token of the webhook")
    telegram_mode: Literal["polling", "webhook"] = Field(default="polling", description="how updates arrive")
    telegram_api: str = Field(default="https://api.telegram.org", description="Bot API address")

    max_photo_mb: int = Field(default=10, description="largest photo taken, in MiB")
    max_text: int = Field(default=4000, description="longest message taken, in characters")
    lease_seconds: float = Field(default=6, description="life of a turn lease")
    engine_timeout: float = Field(default=10, description="seconds to wait for one turn of the engine")
    log_level: str = Field(default="INFO", description="least level that is logged")

    @field_validator("province")
    @classmethod
    def _known_province(cls, value: str) -> str:
        try:
            return province_named(value).slug
        except FileNotFoundError as error:
            raise ValueError(str(error)) from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over ``hotline.env`` in the folder of the installation."""
        folder = Path(os.environ.get("HOTLINE_VAR") or ROOT / "var")
        kept = DotEnvSettingsSource(settings_cls, env_file=folder / FILE, env_file_encoding="utf-8")
        return init_settings, env_settings, kept

    @cached_property
    def models(self) -> Path:
        return self.model_dir or self.var / "models"

    @property
    def media(self) -> Path:
        return self.var / ("media-demo" if self.demo else "media")

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def database(self) -> str:
        """Name of the database in the embedded server."""
        return f"{self.database_name}_demo" if self.demo else self.database_name

    @property
    def keys(self) -> Path:
        return self.var / "keys"

    @property
    def base_url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def engine_url(self) -> str:
        return f"http://127.0.0.1:{self.engine_port}"

    @property
    def actions_url(self) -> str:
        return f"http://127.0.0.1:{self.actions_port}/webhook"
