"""What MariaDB and MySQL have in common: PyMySQL reaches both."""

from __future__ import annotations

import atexit
import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from qlause.sql import DialectName

from .database import Database
from .missing import import_optional
from .server_process import connect_patiently

__all__ = ["address", "connect", "driver", "separate_connection", "through_pymysql"]


def driver(engine: DialectName) -> Any:
    """PyMySQL. Raises NotInstalledError without it."""
    return import_optional("pymysql", engine, "pip install pymysql")


def connect(engine: DialectName, url: str) -> Any:
    """A connection that commits by itself, to a new database. Raises NotInstalledError without PyMySQL."""
    parts = urlsplit(url)
    return _connect(
        engine,
        "",
        host=parts.hostname or "127.0.0.1",
        port=parts.port or 3306,
        user=unquote(parts.username or "root"),
        password=unquote(parts.password or ""),
    )


def separate_connection(engine: DialectName, server: Any, name: str) -> Any:
    """A connection to another new database of the same server."""
    return _connect(engine, f"_{name}", **_account(server))


def address(server: Any) -> dict[str, Any]:
    """What PyMySQL connects with: host, port, user, password and database."""
    with server.cursor() as cursor:
        cursor.execute("SELECT DATABASE()")
        ((database,),) = cursor.fetchall()
    return {**_account(server), "database": database}


def _account(server: Any) -> dict[str, Any]:
    user, password = ((part or b"").decode() for part in (server.user, server.password))
    return {"host": server.host, "port": server.port, "user": user, "password": password}


def _connect(engine: DialectName, suffix: str, **account: Any) -> Any:
    pymysql = driver(engine)
    # Not pymysql.err: where Django imports PyMySQL as MySQLdb, that becomes another module with classes of its own.
    connection = connect_patiently(
        lambda: pymysql.connect(**account, charset="utf8mb4", autocommit=True), pymysql.OperationalError
    )
    database = f"qlause_{os.getpid()}{suffix}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {database} CHARACTER SET utf8mb4")
    connection.select_db(database)
    atexit.register(_drop, connection, database)
    return connection


def _drop(connection: Any, database: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {database}")


def through_pymysql(dialect: DialectName, connection: Any) -> Database:
    """The database of a connection of PyMySQL."""

    def execute(text: str, params: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(text, params or None)
            return list(cursor.fetchall())

    def execute_many(text: str, rows: Sequence[Sequence[Any]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(text, rows)

    return Database(dialect, execute, execute_many, "JSON", "%s")
