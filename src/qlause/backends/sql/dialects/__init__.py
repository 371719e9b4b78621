"""The dialects by name. Each is one module: its data, and the few texts that differ from ``base``."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Final, Literal, TypeAlias

from ..paramstyles import ParamStyle
from .base import Dialect

__all__ = ["DialectName", "dialect_named"]

DialectName: TypeAlias = Literal["sqlite", "postgresql", "mariadb", "mysql", "duckdb", "clickhouse", "spark"]

_CLASSES: Final = {
    "sqlite": "SQLite",
    "postgresql": "PostgreSQL",
    "mariadb": "MariaDB",
    "mysql": "MySQL",
    "duckdb": "DuckDB",
    "clickhouse": "ClickHouse",
    "spark": "Spark",
}


@lru_cache(maxsize=64)
def dialect_named(name: DialectName, paramstyle: ParamStyle | None = None) -> Dialect:
    """A dialect, which has no state. Raises ValueError for an unknown name."""
    if name not in _CLASSES:
        raise ValueError(f"{name!r} is no dialect; there are {', '.join(_CLASSES)}")
    found: Dialect = getattr(import_module(f".{name}", __name__), _CLASSES[name])(paramstyle)
    return found
