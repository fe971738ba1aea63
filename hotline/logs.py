"""Logging of every process: one JSON object a line on standard error, English, without personal data."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

# procrastinate would write three lines for every message that is delivered.
QUIET = (
    *("httpx", "httpcore", "telegram", "apscheduler", "sqlalchemy", "alembic", "sanic", "rasa_sdk", "PIL"),
    *("procrastinate", "multipart", "python_multipart", "asyncio"),
)
# Whose messages are about themselves alone. Every other library may put an address with a token in it, a request's
# body or an exception's text into its own: of those the template is logged, never what was filled in.
PLAIN_SPOKEN = frozenset({"hotline", "uvicorn", "alembic"})


class _OnlyTemplates(logging.Filter):
    """Lets a library's record pass without its words: template, type of error and place are left.

    A message that was already put together has no template; its place in the library's source says what it was.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        ours = isinstance(record.msg, dict)  # structlog's own record
        if ours or record.name.partition(".")[0] in PLAIN_SPOKEN:
            return True
        template = str(record.msg) if record.args and isinstance(record.msg, str) else "library message"
        record.msg, record.args = f"{template} ({Path(record.pathname).name}:{record.lineno})", ()
        record.stack_info = None
        return True


def _hide_traceback_values(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception is logged by type and place: its text may quote a citizen."""
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        event["error"] = type(error).__name__
        if trace is not None:
            event["place"] = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    return event


def configure(level: str, process: str) -> None:
    """Set up structlog and the standard library's logging alike; called once per process."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide_traceback_values,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.EventRenamer("event"),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    handler.addFilter(_OnlyTemplates())
    logging.raiseExceptions = False  # a record that cannot be formatted would be printed with its arguments
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(process=process)
