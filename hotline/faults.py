"""Fault points: a seam that only tests open, through ``HOTLINE_FAULT=name[:nth]``.

The process kills itself with SIGKILL when it passes the named point for the n-th time, so that the
promise "nothing is lost or doubled" can be tried at the exact instant that matters.
"""

from __future__ import annotations

import os
import signal

_name, _, _nth = os.environ.get("HOTLINE_FAULT", "").partition(":")
_left = int(_nth or "1")


def fault(point: str) -> None:
    """Die here if the tests asked for it; otherwise nothing."""
    global _left
    if not _name or point != _name:
        return
    _left -= 1
    if _left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
