"""Telegram, over python-telegram-bot."""

import os

# The library asks to opt in to the type that `RetryAfter.retry_after` will have; read at its use.
os.environ.setdefault("PTB_TIMEDELTA", "true")
