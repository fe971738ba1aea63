"""Fault points: a seam that only tests open, so that "nothing is lost or doubled" can be tried at the
exact instant that matters. Unset, as in every installation, a point does nothing at all.

``HOTLINE_FAULT=name[:nth]``: the process kills itself with SIGKILL when it passes the point for the
n-th time. ``HOTLINE_FAULT_FILE=path``: whoever passes a point looks for the file, whose text is
``name pid``; the first to pass that point takes the file away and kills the process named in it,
itself or another. So one long-running installation can be struck again and again.
"""

from __future__ import annotations

import os
import signal

POINTS = ("after_inbound_commit", "before_engine", "after_action_commit", "after_engine_reply", "after_send")

_name, _, _nth = os.environ.get("HOTLINE_FAULT", "").partition(":")
_left = int(_nth or "1")
_file = os.environ.get("HOTLINE_FAULT_FILE", "")


def fault(point: str) -> None:
    """Strike here if the tests asked for it; otherwise nothing."""
    global _left
    if _file:
        _strike(point)
    if not _name or point != _name:
        return
    _left -= 1
    if _left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)


def armed() -> bool:
    """Whether processes of this installation are killed on purpose, again and again."""
    return bool(_file)


def _strike(point: str) -> None:
    try:
        with open(_file) as file:
            name, pid = file.read().split()
        if name != point:
            return
        os.rename(_file, _file + ".struck")  # of several that pass at once, one succeeds
    except (FileNotFoundError, ValueError):
        return
    os.kill(int(pid), signal.SIGKILL)
