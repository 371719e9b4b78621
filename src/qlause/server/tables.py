"""Tables and views of a database, reached by its URL through SQLAlchemy."""

from __future__ import annotations

import time
from collections.abc import Collection as Names
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    Table,
    UniqueConstraint,
    create_engine,
    distinct,
    event,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, NoSuchTableError, SQLAlchemyError

from .. import sqlalchemy as qlause_sqlalchemy
from ..errors import did_you_mean
from ..listing.page import Page
from ..listing.request import ListRequest
from ..schema.schema import Schema
from .collection import ServeError, Statement, TimedOutError, UnreachableError
from .locks import is_locked

__all__ = ["Database", "TableSource", "schema_of", "unique_column"]

_DRIVERS: Final = {
    "sqlite": ("sqlite+pysqlite", "", ""),
    "postgresql": ("postgresql+psycopg", "psycopg", "psycopg[binary]"),
    "postgres": ("postgresql+psycopg", "psycopg", "psycopg[binary]"),
    "mariadb": ("mariadb+pymysql", "pymysql", "pymysql"),
    "mysql": ("mysql+pymysql", "pymysql", "pymysql"),
}
"""By the scheme of a URL: the dialect and driver, the driver's module, and how it is installed."""
_CHECK_EVERY: Final = 10_000  # steps of SQLite between two looks at the clock
_CONNECT_SECONDS: Final = 10
# What drivers say of a statement that was ended: PostgreSQL's SQLSTATE, MariaDB's and MySQL's numbers, SQLite's text.
_TIMED_OUT: Final = frozenset({"57014", 1969, 3024, "interrupted"})


class Database:
    """A database that the server only reads: sessions are read-only, and statements end in time.

    Args:
        url: Its URL, such as ``postgresql://user@host/shop``.
        seconds: How long a statement may take.

    Raises:
        ServeError: There is no such dialect, its driver is not installed, or the database cannot be reached.

    """

    def __init__(self, url: str, seconds: float) -> None:
        self.seconds = seconds
        parsed = self.driver_url(url)
        self.name = parsed.render_as_string(hide_password=True)
        self.engine = _engine(parsed, seconds)
        try:
            inspector = inspect(self.engine)
            self.tables: list[str] = inspector.get_table_names()
            self.views: list[str] = inspector.get_view_names()
        except (SQLAlchemyError, OSError) as error:
            raise ServeError(f"{self.name} cannot be reached: {_reason(error)}") from error

    @staticmethod
    def driver_url(url: str) -> URL:
        """The URL with the driver that reaches the database. Raises ServeError."""
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise ServeError("a database is named by a URL such as postgresql://user@host/shop") from error
        scheme = parsed.get_backend_name() if "+" in parsed.drivername else parsed.drivername
        if scheme not in _DRIVERS:
            raise ServeError(f"there is no support for {scheme}; there is for sqlite, postgresql, mariadb and mysql")
        return parsed if "+" in parsed.drivername else parsed.set(drivername=_DRIVERS[scheme][0])

    def table(self, name: str) -> Table:
        """The table or view of this name. Raises ServeError if there is none."""
        known = [*self.tables, *self.views]
        try:
            return Table(name, MetaData(), autoload_with=self.engine, resolve_fks=False)
        except NoSuchTableError as error:
            hint = did_you_mean(name, known) or f"there are {', '.join(known[:12]) or 'none'}"
            raise ServeError(f"{self.name} has no table {name}; {hint}") from error
        except SQLAlchemyError as error:
            raise ServeError(f"{self.name}: the table {name} cannot be read: {_reason(error)}") from error

    def tells_apart(self, column: Column[Any]) -> bool:
        """Whether every row has a value of its own in a column. Raises ServeError if that cannot be found out."""
        counts = select(func.count(), func.count(distinct(column))).select_from(column.table)
        try:
            with self.engine.connect() as connection:
                rows, values = connection.execute(counts).one()
        except SQLAlchemyError as error:
            raise ServeError(f"{self.name}: the column {column.name} cannot be read: {_reason(error)}") from error
        return bool(rows == values)

    def has_row_numbers(self, table: Table) -> bool:
        """Whether the primary key of a table of SQLite is the number of the row."""
        indexes = text("SELECT COUNT(*) FROM pragma_index_list(:name) WHERE origin = 'pk'")
        with self.engine.connect() as connection:
            return not connection.execute(indexes, {"name": table.name}).scalar_one()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection. Raises TimedOutError where a statement was ended, UnreachableError where there is no answer."""
        try:
            opened = self.engine.connect()
        except DBAPIError as error:
            raise UnreachableError(_reason(error)) from error
        try:
            with opened as connection, _interrupting(connection, self.seconds):
                yield connection
        except DBAPIError as error:
            if _is_time_out(error):
                raise TimedOutError from error
            if error.connection_invalidated or is_locked(error.orig):
                raise UnreachableError(_reason(error)) from error
            raise


def unique_column(database: Database, table: Table, asked: str | None) -> str:
    """The column that tells any two rows apart. Raises ServeError if there is none, or it does not."""
    name = _named_or_primary(table, asked)
    column = table.columns[name]
    if not (_is_unique(database, column) or database.tells_apart(column)):
        raise ServeError(
            f"the column {name} of {table.name} does not tell its rows apart: name another by --id {table.name}=COLUMN"
        )
    return name


def _named_or_primary(table: Table, asked: str | None) -> str:
    columns: Sequence[str] = list(table.columns.keys())
    if asked is not None:
        if asked not in columns:
            hint = did_you_mean(asked, columns) or f"there are {', '.join(columns[:12])}"
            raise ServeError(f"the table {table.name} has no column {asked}; {hint}")
        return asked
    keys: Names[str] = [column.key for column in table.primary_key]
    if len(keys) == 1:
        return next(iter(keys))
    what = "no primary key" if not keys else f"a primary key of several columns ({', '.join(keys)})"
    raise ServeError(f"the table {table.name} has {what}: name a unique column by --id {table.name}=COLUMN")


def _is_unique(database: Database, column: Column[Any]) -> bool:
    """Whether a column is declared so that no two rows have the same there, and none has NULL."""
    table: Any = column.table
    alone = [column]
    if list(table.primary_key) == alone:
        # Of SQLite's primary keys, one that is the number of the row holds no NULL, and has no index of its own.
        return not column.nullable or not _is_sqlite(database.engine) or database.has_row_numbers(table)
    return not column.nullable and (
        any(isinstance(each, UniqueConstraint) and list(each.columns) == alone for each in table.constraints)
        or any(
            each.unique and list(each.expressions) == alone and not any("where" in key for key in each.dialect_kwargs)
            for each in table.indexes
        )
    )


def schema_of(table: Table) -> Schema:
    """The schema of a table. Raises ServeError if no column can be served."""
    try:
        return qlause_sqlalchemy.schema_of(table)
    except ValueError as error:
        raise ServeError(f"the table {table.name} cannot be served: {error}") from error


@dataclass(frozen=True)
class TableSource:
    """The rows of one table."""

    database: Database
    table: Table

    def page(self, request: ListRequest) -> Page:
        """Answer a request. Raises QlauseError, TimedOutError or UnreachableError."""
        with self.database.connection() as connection:
            return qlause_sqlalchemy.page(connection, self.table, request)

    def statement(self, request: ListRequest) -> Statement:
        """The SELECT of the request."""
        document = request.listing.document
        with request.naming():
            condition = qlause_sqlalchemy.where(request.query, self.table, document=document)
            terms = qlause_sqlalchemy.order_by(request.sort, self.table, document=document)
            columns = qlause_sqlalchemy.columns(request.fetched, self.table, document=document)
        rows = select(*columns).select_from(self.table).where(condition).order_by(*terms).limit(request.size + 1)
        compiled = rows.compile(dialect=self.database.engine.dialect)
        return Statement(str(compiled), [f"{name} = {value!r}" for name, value in compiled.params.items()])


def _engine(url: URL, seconds: float) -> Engine:
    backend = url.get_backend_name()
    _, module, package = _DRIVERS[backend]
    arguments: dict[str, Any] = {"connect_timeout": _CONNECT_SECONDS}
    if backend == "sqlite":
        if not url.database or url.database == ":memory:":
            raise ServeError("an SQLite URL names a file, as in sqlite:///shop.db")
        name = url.database.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
        url, arguments = url.set(database=f"file:{name}", query={"mode": "ro", "uri": "true"}), {"timeout": seconds}
    try:
        engine = create_engine(url, connect_args=arguments, pool_pre_ping=True, pool_size=20, max_overflow=20)
    except ModuleNotFoundError as error:
        raise ServeError(f'{backend} needs {module}: pip install "{package}"') from error
    except (NoSuchModuleError, ArgumentError) as error:
        raise ServeError(f"{url.drivername}: {_reason(error)}") from error
    statements = _session(backend, seconds)

    @event.listens_for(engine, "connect")
    def begin(connection: Any, _: Any) -> None:
        with_autocommit = backend == "postgresql"
        if with_autocommit:
            connection.autocommit = True
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        if with_autocommit:
            connection.autocommit = False

    return engine


def _session(backend: str, seconds: float) -> list[str]:
    """The statements that make a session read-only and limit its statements in time."""
    milliseconds = max(1, int(seconds * 1000))
    match backend:
        case "postgresql":
            return ["SET default_transaction_read_only = on", f"SET statement_timeout = {milliseconds}"]
        case "mariadb":
            return ["SET SESSION TRANSACTION READ ONLY", f"SET SESSION max_statement_time = {milliseconds / 1000}"]
        case "mysql":
            return ["SET SESSION TRANSACTION READ ONLY", f"SET SESSION max_execution_time = {milliseconds}"]
        case _:
            return ["PRAGMA query_only = ON"]


@contextmanager
def _interrupting(connection: Connection, seconds: float) -> Iterator[None]:
    """In SQLite, end statements in time; a server does it itself."""
    if not _is_sqlite(connection.engine):
        yield
        return
    driver: Any = connection.connection.driver_connection
    ends = time.monotonic() + seconds
    driver.set_progress_handler(lambda: time.monotonic() > ends, _CHECK_EVERY)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


def _is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


def _is_time_out(error: DBAPIError) -> bool:
    original: Any = error.orig
    codes = {getattr(original, "sqlstate", None), *getattr(original, "args", ())[:1]}
    return bool(codes & _TIMED_OUT)


def _reason(error: Exception) -> str:
    """The first line of what a driver says."""
    original = getattr(error, "orig", None) or error
    return (str(original).strip().splitlines() or [type(original).__name__])[0]
