"""DuckDB, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from .database import Database
from .missing import import_optional

__all__ = ["DRIVER", "open_database"]

DRIVER: Final = "duckdb"


def open_database() -> Database:
    """An empty database. Raises NotInstalledError without DuckDB."""
    connection = import_optional("duckdb", "duckdb", "pip install duckdb").connect()

    def execute(text: str, params: Any) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = connection.execute(text, params).fetchall()
        return rows

    def execute_many(text: str, rows: Sequence[Sequence[Any]]) -> None:
        connection.executemany(text, rows)

    return Database("duckdb", execute, execute_many, "JSON", "?")
