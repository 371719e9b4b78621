"""The SQL engines, one row a dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from qlause.sql import DialectName

from . import clickhouse, duckdb, mariadb, mysql, mysql_protocol, postgresql, spark, sqlite
from .database import Database

__all__ = ["DIALECTS", "database", "separate_database"]

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
