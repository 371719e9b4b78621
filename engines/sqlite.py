"""SQLite, in memory, through the standard library."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from .database import Database

__all__ = ["DRIVER", "open_database"]

DRIVER: Final = "sqlite3"


def open_database() -> Database:
    """An empty database."""
    connection = sqlite3.connect(":memory:", isolation_level=None)

    def execute(text: str, params: Any) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = connection.execute(text, params).fetchall()
        return rows

    def execute_many(text: str, rows: Sequence[Sequence[Any]]) -> None:
        connection.executemany(text, rows)

    return Database("sqlite", execute, execute_many, "TEXT", "?")
