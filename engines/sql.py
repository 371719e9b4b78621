"""The SQL engines, one module per dialect: ``engines/<dialect>.py`` has ``DRIVER`` and ``open_database``."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any, Final

from qlause.backends.sql.dialects import DIALECTS as _ROWS
from qlause.sql import DialectName

from . import mariadb, mysql, mysql_protocol, postgresql
from .database import Database
from .missing import is_importable

__all__ = ["DIALECTS", "database", "is_installed", "separate_database", "version"]

DIALECTS: Final[tuple[DialectName, ...]] = tuple(name for name in _ROWS if name != "spark")
"""Those that every test runs on. A statement costs Spark a second, so it has tests of its own, in few statements."""


def _engine(dialect: DialectName) -> Any:
    """The module that opens the engine of a dialect."""
    return import_module(f".{dialect}", __package__)


def is_installed(dialect: DialectName) -> bool:
    """Whether there is a driver for the dialect; a server that it needs may be missing nevertheless."""
    return is_importable(_engine(dialect).DRIVER)


@cache
def database(dialect: DialectName) -> Database:
    """The database of a dialect. Raises NotInstalledError where there is none."""
    opened: Database = _engine(dialect).open_database()
    return opened


@cache
def version(dialect: DialectName) -> str:
    """What the engine says that it is. Raises NotInstalledError where there is none."""
    asked = {"sqlite": "SELECT sqlite_version()", "postgresql": "SHOW server_version"}
    ((told,),) = database(dialect).execute(asked.get(dialect, "SELECT version()"), ())
    return str(told).split()[0]


def separate_database(dialect: DialectName, name: str) -> Database:
    """A database of its own, for a session with other settings. Raises NotInstalledError where there is no engine."""
    if dialect == "postgresql":
        return postgresql.through_psycopg(postgresql.separate_connection(name))
    if dialect in ("mariadb", "mysql"):
        server = mariadb.server() if dialect == "mariadb" else mysql.server()
        return mysql_protocol.through_pymysql(dialect, mysql_protocol.separate_connection(dialect, server, name))
    opened: Database = _engine(dialect).open_database()
    return opened
