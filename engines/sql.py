"""The SQL engines, one row a dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from qlause.sql import DialectName

from . import clickhouse, duckdb, mariadb, mysql, mysql_protocol, postgresql, spark, sqlite
from .database import Database
from .missing import is_importable

__all__ = ["DIALECTS", "database", "is_installed", "separate_database"]

_OPEN: Final[Mapping[DialectName, Callable[[], Database]]] = {
    "sqlite": sqlite.open_database,
    "duckdb": duckdb.open_database,
    "postgresql": postgresql.open_database,
    "mariadb": mariadb.open_database,
    "mysql": mysql.open_database,
    "clickhouse": clickhouse.open_database,
    "spark": spark.spark_database,
}
DIALECTS: Final[tuple[DialectName, ...]] = tuple(name for name in _OPEN if name != "spark")
"""Those that every test runs on. A statement costs Spark a second, so it has tests of its own, in few statements."""


_DRIVERS: Final[Mapping[DialectName, str]] = {
    "sqlite": "sqlite3",
    "duckdb": "duckdb",
    "postgresql": "psycopg",
    "mariadb": "pymysql",
    "mysql": "pymysql",
    "clickhouse": "chdb",
    "spark": "pyspark",
}


def is_installed(dialect: DialectName) -> bool:
    """Whether there is a driver for the dialect; a server that it needs may be missing nevertheless."""
    return is_importable(_DRIVERS[dialect])


@cache
def database(dialect: DialectName) -> Database:
    """The database of a dialect. Raises NotInstalledError where there is none."""
    return _OPEN[dialect]()


def separate_database(dialect: DialectName, name: str) -> Database:
    """A database of its own, for a session with other settings. Raises NotInstalledError where there is no engine."""
    if dialect == "postgresql":
        return postgresql.through_psycopg(postgresql.separate_connection(name))
    if dialect in ("mariadb", "mysql"):
        server = mariadb.server() if dialect == "mariadb" else mysql.server()
        return mysql_protocol.through_pymysql(dialect, mysql_protocol.separate_connection(dialect, server, name))
    return _OPEN[dialect]()
