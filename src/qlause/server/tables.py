"""Tables and views of a database, reached by its URL through SQLAlchemy."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    Select,
    Table,
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
from ..integrations.sqlalchemy.pages import page_statements
from ..listing.page import Page
from ..listing.request import ListRequest
from .collection import ServeError, Statement, TimedOutError, UnreachableError, UnreadableTextError
from .locks import is_locked

__all__ = ["Database", "TableSource"]

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
_ROWS_AT_ONCE: Final = 1000
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

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of SQLite, where a column may hold values of any type."""
        return _is_sqlite(self.engine)

    def tells_apart(self, column: Column[Any]) -> bool:
        """Whether every row has a value of its own in a column. Raises ServeError if that cannot be found out."""
        counts = select(func.count(), func.count(distinct(column))).select_from(column.table)
        with self._asking() as connection:
            rows, values = connection.execute(counts).one()
            return bool(rows == values)

    def has_row_numbers(self, table: Table) -> bool:
        """Whether the primary key of a table of SQLite is the number of the row. Raises ServeError."""
        indexes = text("SELECT COUNT(*) FROM pragma_index_list(:name) WHERE origin = 'pk'")
        with self._asking() as connection:
            return not connection.execute(indexes, {"name": table.name}).scalar_one()

    def can_read(self, column: Column[Any]) -> bool:
        """Whether all values of a column are of its type. Raises ServeError if they cannot be had."""
        with self._asking() as connection:
            try:
                for _ in connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(select(column)):
                    pass
            except (ArithmeticError, AttributeError, TypeError, ValueError):
                return False
            except DBAPIError as error:
                if not _is_unreadable(error):
                    raise
                return False
        return True

    @contextmanager
    def _asking(self) -> Iterator[Connection]:
        """A connection for what is asked once, at start. Raises ServeError."""
        try:
            with self.engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise ServeError(f"{self.name} cannot be read: {_reason(error)}") from error

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection.

        Raises TimedOutError where a statement was ended, UnreachableError where there is no answer, and
        UnreadableTextError where SQLite has text that is not UTF-8.
        """
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
            if self.is_sqlite and _is_unreadable(error):
                raise UnreadableTextError(_reason(error)) from error
            raise


@dataclass(frozen=True)
class TableSource:
    """The rows of one table."""

    database: Database
    table: Table

    def page(self, request: ListRequest) -> Page:
        """Answer a request. Raises QlauseError, TimedOutError, UnreachableError or UnreadableTextError."""
        statement = self._statement(request)
        with self.database.connection() as connection:
            return qlause_sqlalchemy.page(connection, statement, request, source=self.table)

    def statement(self, request: ListRequest) -> Statement:
        """The SELECT of the request."""
        rows = page_statements(self._statement(request), request, self.table).rows
        compiled = rows.compile(dialect=self.database.engine.dialect)
        return Statement(str(compiled), [f"{name} = {value!r}" for name, value in compiled.params.items()])

    def _statement(self, request: ListRequest) -> Select[Any]:
        """All rows, with the columns alone that the request needs."""
        with request.naming("fields"):
            columns = qlause_sqlalchemy.columns(request.fetched, self.table, document=request.listing.document)
        return select(*columns).select_from(self.table)


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
            # To compile a large condition to machine code takes seconds, however few rows there are.
            own = ["SET default_transaction_read_only = on", "SET jit = off"]
            return [*own, f"SET statement_timeout = {milliseconds}"]
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


def _is_unreadable(error: DBAPIError) -> bool:
    """Whether the driver of SQLite, not SQLite itself, refuses a row: for a text that is no UTF-8."""
    return not hasattr(error.orig, "sqlite_errorcode")


def _reason(error: Exception) -> str:
    """The first line of what a driver says."""
    original = getattr(error, "orig", None) or error
    return (str(original).strip().splitlines() or [type(original).__name__])[0]
