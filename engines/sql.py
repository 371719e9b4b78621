"""The databases that the tests run on, each with one face: fill a table, ask a statement."""

from __future__ import annotations

import asyncio
import atexit
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from qlause.backends.sql.dialects.clickhouse_types import written
from qlause.sql import DialectName, Fragment, ParamStyle

from . import servers

__all__ = ["DATABASES", "Database", "another", "asyncpg_database", "database", "psycopg_database", "together"]


@dataclass
class Database:
    """One open database."""

    dialect: DialectName
    execute: Callable[[str, Any], list[tuple[Any, ...]]]
    """Runs a statement in the usual driver's paramstyle and gives its rows."""
    many: Callable[[str, Sequence[Sequence[Any]]], None]
    """Runs a statement for each of some rows."""
    json_type: str
    mark: str
    storage: str = ""
    """What follows the columns where a table is made."""
    paramstyle: ParamStyle | None = None
    """What ``execute`` takes; None: that of the usual driver."""
    loaded: object = None
    """The documents that stand in the table of the conformance cases."""

    def table(self, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
        """Make a table anew: the SQL type of each column, and the rows."""
        quote = "`" if self.dialect in ("mariadb", "mysql") else '"'
        self.execute(f"DROP TABLE IF EXISTS {name}", ())
        described = ", ".join(f"{quote}{column}{quote} {kind}" for column, kind in columns.items())
        self.execute(f"CREATE TABLE {name} ({described}) {self.storage}", ())
        if rows:
            self.many(f"INSERT INTO {name} VALUES ({', '.join([self.mark] * len(columns))})", rows)

    def documents(self, documents: Sequence[Mapping[str, Any]], name: str = "documents") -> None:
        """A table of documents: ``id`` and ``doc``, written as JSON; every other one with all but ASCII escaped."""
        rows = [(each["id"], json.dumps(each, ensure_ascii=bool(place % 2))) for place, each in enumerate(documents)]
        self.table(name, {"id": "BIGINT", "doc": self.json_type}, rows)

    def stored(self, table: str) -> dict[int, Any]:
        """The documents of a table, as the driver gives them, by the ids of their rows."""
        return dict(self.execute(f"SELECT id, doc FROM {table}", ()))

    def selected(self, table: str, conditions: Sequence[Fragment]) -> list[list[int]]:
        """The ids of the rows that each condition selects."""
        asked = [(f"SELECT id FROM {table} WHERE {each.text}", each.params) for each in conditions]
        return [[row[0] for row in self.execute(*each)] for each in asked]

    def ordered(self, table: str, orders: Sequence[Fragment]) -> list[list[int]]:
        """The ids of all rows in each order."""
        asked = [(f"SELECT id FROM {table} ORDER BY {each.text}", each.params) for each in orders]
        return [[row[0] for row in self.execute(*each)] for each in asked]

    def paged(self, table: str, pages: Sequence[tuple[Fragment, Fragment]]) -> list[list[int]]:
        """The ids of the rows that each condition selects, in the order that stands beside it."""
        found = []
        for condition, order in pages:
            order = order.renumbered(len(condition.params))
            text = f"SELECT id FROM {table} WHERE {condition.text} ORDER BY {order.text}"
            found.append([row[0] for row in self.execute(text, together(condition, order))])
        return found


def together(first: Fragment, second: Fragment) -> Any:
    """The parameters of two fragments of one statement, the second renumbered."""
    if isinstance(first.params, Mapping):
        return {**first.params, **dict(second.params)}
    return (*first.params, *second.params)


@cache
def database(name: DialectName) -> Database:
    """The database of a dialect. Skips the test where there is none."""
    return _OPEN[name]()


def another(name: DialectName, session: str) -> Database:
    """A database of its own, for a session that is set up otherwise. Skips the test where there is no such engine."""
    if name == "postgresql":
        return psycopg_database(servers.postgresql_database(session))
    if name in ("mariadb", "mysql"):
        return _mysql_like(name, servers.mysql_database(getattr(servers, name)(), session))
    return _OPEN[name]()


def _sqlite() -> Database:
    connection = sqlite3.connect(":memory:", isolation_level=None)

    def many(text: str, rows: Sequence[Sequence[Any]]) -> None:
        connection.executemany(text, rows)

    return Database("sqlite", lambda text, params: connection.execute(text, params).fetchall(), many, "TEXT", "?")


def _duckdb() -> Database:
    try:
        import duckdb
    except ImportError:
        servers.unavailable("DuckDB", "pip install duckdb")
    connection = duckdb.connect()

    def many(text: str, rows: Sequence[Sequence[Any]]) -> None:
        connection.executemany(text, rows)

    return Database("duckdb", lambda text, params: connection.execute(text, params).fetchall(), many, "JSON", "?")


def _clickhouse() -> Database:
    try:
        import chdb.session
    except ImportError:
        servers.unavailable("chDB", "pip install chdb")
    untyped: Any = chdb.session
    session = untyped.Session()
    atexit.register(session.close)

    def execute(text: str, params: Any) -> list[tuple[Any, ...]]:
        texts = {name: written(value) for name, value in dict(params).items()}
        found = session.query(text, "JSONCompactEachRowWithNamesAndTypes", params=texts).bytes().decode()
        lines = [json.loads(line) for line in found.split("\n") if line]
        readers = [_reader(kind) for kind in lines[1]] if lines else []
        return [tuple(read(cell) for read, cell in zip(readers, line, strict=True)) for line in lines[2:]]

    def many(text: str, rows: Sequence[Sequence[Any]]) -> None:
        lines = "\n".join([json.dumps(row, default=_clickhouse_text) for row in rows])
        session.query(f"{text.partition(' VALUES ')[0]} FORMAT JSONCompactEachRow {lines}")

    return Database("clickhouse", execute, many, "String", "?", "ENGINE = MergeTree ORDER BY tuple()")


def _reader(kind: str) -> Callable[[Any], Any]:
    """What makes of a value of JSON one of a type of ClickHouse."""
    named = kind.removeprefix("Nullable(")
    for start, read in (("DateTime", _utc), ("Date", date.fromisoformat), ("UUID", UUID)):
        if named.startswith(start):
            return lambda cell: None if cell is None else read(cell)
    return lambda cell: cell


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text[:26]).replace(tzinfo=UTC)


def _clickhouse_text(value: Any) -> str:
    """A value that JSON lacks as ClickHouse reads it."""
    if not isinstance(value, datetime):
        return str(value)
    return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(' ')}"


def psycopg_database(connection: Any) -> Database:
    """A database of PostgreSQL through psycopg."""

    def execute(text: str, params: Any) -> list[tuple[Any, ...]]:
        cursor = connection.execute(text, params or None)
        return [] if cursor.description is None else list(cursor.fetchall())

    def many(text: str, rows: Sequence[Sequence[Any]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(text, rows)

    return Database("postgresql", execute, many, "jsonb", "%s")


@cache
def asyncpg_database() -> Database:
    """A database of PostgreSQL of its own through asyncpg, for which the server says what type a parameter has."""
    try:
        import asyncpg  # type: ignore[import-untyped]  # has no types
    except ImportError:
        servers.unavailable("asyncpg", "pip install asyncpg")
    filled = psycopg_database(servers.postgresql_database("asyncpg"))
    info = servers.postgresql_database("asyncpg").info
    loop = asyncio.new_event_loop()
    where = {"host": info.host, "port": info.port, "user": info.user, "database": info.dbname}
    connection = loop.run_until_complete(asyncpg.connect(**where, password=info.password or None))
    atexit.register(lambda: (loop.run_until_complete(connection.close()), loop.close()))

    def execute(text: str, params: Any) -> list[tuple[Any, ...]]:
        if text.startswith(("SELECT", "EXPLAIN")):
            return [tuple(row) for row in loop.run_until_complete(connection.fetch(text, *params))]
        return filled.execute(text, params)

    return Database("postgresql", execute, filled.many, "jsonb", "%s", paramstyle="numeric_dollar")


def _mysql_like(dialect: DialectName, connection: Any) -> Database:
    def execute(text: str, params: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(text, params or None)
            return list(cursor.fetchall())

    def many(text: str, rows: Sequence[Sequence[Any]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(text, rows)

    return Database(dialect, execute, many, "JSON", "%s")


def _spark() -> Database:
    from .spark import spark

    return spark()


_OPEN: Final[Mapping[DialectName, Callable[[], Database]]] = {
    "sqlite": _sqlite,
    "duckdb": _duckdb,
    "postgresql": lambda: psycopg_database(servers.postgresql()),
    "mariadb": lambda: _mysql_like("mariadb", servers.mariadb()),
    "mysql": lambda: _mysql_like("mysql", servers.mysql()),
    "clickhouse": _clickhouse,
    "spark": _spark,
}
DATABASES: Final[tuple[DialectName, ...]] = tuple(name for name in _OPEN if name != "spark")
"""Those that every test is run on. A statement costs Spark a second: it has tests of its own, in few statements."""
