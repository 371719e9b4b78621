"""PostgreSQL: the server that ``QLAUSE_POSTGRESQL_URL`` names, or the installed one, started here."""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from .database import Database
from .missing import NotInstalledError, import_optional
from .server_process import ServerFolder, connect_patiently, free_port

__all__ = ["DRIVER", "address", "open_database", "separate_connection", "server", "through_asyncpg", "through_psycopg"]

DRIVER: Final = "psycopg"


@cache
def server() -> Any:
    """A connection to the server that commits by itself. Raises NotInstalledError without a server or psycopg."""
    psycopg = import_optional("psycopg", "postgresql", "pip install 'psycopg[binary]'")
    url = os.environ.get("QLAUSE_POSTGRESQL_URL") or _start()
    return connect_patiently(lambda: psycopg.connect(url, autocommit=True), psycopg.OperationalError)


def _start() -> str:
    """Start a server, and return its URL."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    binaries = packaged[-1] if packaged else Path(shutil.which("initdb") or "/").parent
    initdb, postgres = binaries / "initdb", binaries / "postgres"
    if not postgres.exists():
        raise NotInstalledError("postgresql", "apt-get install postgresql, or set QLAUSE_POSTGRESQL_URL")
    port, home = free_port(), ServerFolder("postgres")
    home.run([initdb, "-D", home.data, "-U", "qlause", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"])
    home.serve(
        [
            *(postgres, "-D", home.data, "-p", port, "-h", "127.0.0.1", "-k", home.data),
            *("-c", "fsync=off", "-c", "full_page_writes=off"),
        ]
    )
    return f"postgresql://qlause@127.0.0.1:{port}/postgres"


@cache
def separate_connection(name: str, options: str = "") -> Any:
    """A connection to a new database of the same server, created with options of CREATE DATABASE."""
    connection = server()
    database = f"qlause_{name}_{os.getpid()}"
    connection.execute(f"CREATE DATABASE {database} TEMPLATE template0 {options}")
    # In two steps: PostgreSQL 12 has no WITH (FORCE).
    atexit.register(connection.execute, f"DROP DATABASE {database}")
    ends = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
    atexit.register(connection.execute, ends)
    return type(connection).connect(**{**address(), "dbname": database}, autocommit=True)


def address() -> dict[str, Any]:
    """What psycopg connects with: host, port, user, password and dbname."""
    info = server().info
    return {
        "host": info.host,
        "port": info.port,
        "user": info.user,
        "password": info.password or None,
        "dbname": info.dbname,
    }


def open_database() -> Database:
    """The server's own database. Raises NotInstalledError without a server or psycopg."""
    return through_psycopg(server())


def through_psycopg(connection: Any) -> Database:
    """The database of a connection of psycopg."""

    def execute(text: str, params: Any) -> list[tuple[Any, ...]]:
        cursor = connection.execute(text, params or None)
        return [] if cursor.description is None else list(cursor.fetchall())

    def execute_many(text: str, rows: Sequence[Sequence[Any]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(text, rows)

    return Database("postgresql", execute, execute_many, "jsonb", "%s")


@cache
def through_asyncpg() -> Database:
    """A separate database, asked through asyncpg, for which the server decides the type of each parameter."""
    asyncpg = import_optional("asyncpg", "asyncpg", "pip install asyncpg")
    by_psycopg = separate_connection("asyncpg")
    filled = through_psycopg(by_psycopg)
    where = {**address(), "database": by_psycopg.info.dbname}
    del where["dbname"]
    loop = asyncio.new_event_loop()
    connection = loop.run_until_complete(asyncpg.connect(**where))
    atexit.register(lambda: (loop.run_until_complete(connection.close()), loop.close()))

    def execute(text: str, params: Any) -> list[tuple[Any, ...]]:
        if text.startswith(("SELECT", "EXPLAIN")):
            return [tuple(row) for row in loop.run_until_complete(connection.fetch(text, *params))]
        return filled.execute(text, params)

    return Database("postgresql", execute, filled.execute_many, "jsonb", "%s", paramstyle="numeric_dollar")
