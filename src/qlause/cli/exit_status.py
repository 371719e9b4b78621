"""The exit statuses of the command."""

from __future__ import annotations

import signal
from enum import IntEnum

__all__ = ["ExitStatus"]

_SIGPIPE = 13  # not every system has it in the signal module


class ExitStatus(IntEnum):
    """How the command ended: grep's statuses, and the shell's for what a signal ends."""

    OK = 0
    """``filter`` selected something; ``explain`` and ``check`` accepted the request."""
    NOTHING_SELECTED = 1
    ERROR = 2
    INTERRUPTED = 128 + signal.SIGINT
    BROKEN_PIPE = 128 + _SIGPIPE
