"""What SQLite says of a file that another process has locked."""

from __future__ import annotations

import sqlite3
from typing import Final

__all__ = ["is_locked"]

_PRIMARY_CODE: Final = 0xFF
_LOCKED: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def is_locked(error: object) -> bool:
    """Whether an error of SQLite says that the file is locked."""
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE in _LOCKED
