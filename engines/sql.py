"""The SQL engines, one row a dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, NamedTuple

from qlause.sql import DialectName

from . import clickhouse, duckdb, mariadb, mysql, mysql_protocol, postgresql, spark, sqlite
from .database import Database
from .missing import is_importable

__all__ = ["DIALECTS", "database", "is_installed", "separate_database"]


class _Engine(NamedTuple):
    """How one dialect is reached."""

    open_database: Callable[[], Database]
    driver: str
    """The module without which there is no reaching it."""


_ENGINES: Final[Mapping[DialectName, _Engine]] = {
    "sqlite": _Engine(sqlite.open_database, "sqlite3"),
    "duckdb": _Engine(duckdb.open_database, "duckdb"),
    "postgresql": _Engine(postgresql.open_database, "psycopg"),
    "mariadb": _Engine(mariadb.open_database, "pymysql"),
    "mysql": _Engine(mysql.open_database, "pymysql"),
    "clickhouse": _Engine(clickhouse.open_database, "chdb"),
    "spark": _Engine(spark.spark_database, "pyspark"),
}
DIALECTS: Final[tuple[DialectName, ...]] = tuple(name for name in _ENGINES if name != "spark")
"""Those that every test runs on. A statement costs Spark a second, so it has tests of its own, in few statements."""


def is_installed(dialect: DialectName) -> bool:
    """Whether there is a driver for the dialect; a server that it needs may be missing nevertheless."""
    return is_importable(_ENGINES[dialect].driver)


@cache
def database(dialect: DialectName) -> Database:
    """The database of a dialect. Raises NotInstalledError where there is none."""
    return _ENGINES[dialect].open_database()


def separate_database(dialect: DialectName, name: str) -> Database:
    """A database of its own, for a session with other settings. Raises NotInstalledError where there is no engine."""
    if dialect == "postgresql":
        return postgresql.through_psycopg(postgresql.separate_connection(name))
    if dialect in ("mariadb", "mysql"):
        server = mariadb.server() if dialect == "mariadb" else mysql.server()
        return mysql_protocol.through_pymysql(dialect, mysql_protocol.separate_connection(dialect, server, name))
    return _ENGINES[dialect].open_database()
