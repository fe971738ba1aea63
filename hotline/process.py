"""What every process of the installation does first."""

from __future__ import annotations

import gc

from feedback_store import crypto
from feedback_store.store import Store, make_engine
from hotline import logs
from hotline.keys import Keys
from hotline.settings import Settings


class NotConfigured(RuntimeError):
    """A process was started by hand without what the supervisor gives it."""


def settle() -> None:
    """To be called once everything is loaded: what is there now stays, so the collector need not look through it
    again and again, which stops a process for a tenth of a second each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def open_store(process: str, *, pool_size: int = 8, settings: Settings | None = None) -> tuple[Settings, Store]:
    """What every process does first: read settings, set up logging and keys, open the database.

    Raises NotConfigured without ``DATABASE_URL``: the supervisor alone starts the embedded server
    and hands its address on.
    """
    settings = settings or Settings()
    logs.configure(settings.log_level, process)
    if settings.database_url is None:
        raise NotConfigured("DATABASE_URL is not set; `hotline up` starts everything with it")
    crypto.configure(Keys(settings.keys).keyring())
    return settings, Store(make_engine(settings.database_url, pool_size=pool_size))
