"""DuckDB, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .database import Database
from .missing import MissingEngineError

__all__ = ["open_database"]


def open_database() -> Database:
    """An empty database. Raises MissingEngineError without DuckDB."""
    try:
        import duckdb
    except ImportError:
        raise MissingEngineError("duckdb", "pip install duckdb") from None
    connection = duckdb.connect()

    def execute_many(text: str, rows: Sequence[Sequence[Any]]) -> None:
        connection.executemany(text, rows)

    return Database(
        "duckdb", lambda text, params: connection.execute(text, params).fetchall(), execute_many, "JSON", "?"
    )
