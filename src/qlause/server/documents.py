"""Documents in an embedded SQLite: a table for each collection, filled once, then only read."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any, Final

from .. import sql
from ..listing.page import Page
from ..listing.request import ListRequest
from ..syntax.parser import parse_fields
from .collection import ServeError, Statement, TimedOutError, UnreachableError
from .locks import is_locked

__all__ = ["KEY", "ROW", "DocumentDatabase", "DocumentSource", "Readers", "StoredCollection"]

ROW: Final = "row"
"""The column with the number of the document in its file, from 1."""
KEY: Final = "key"
"""The column with the value that tells a document apart, if the documents have one."""
_DOCUMENT: Final = "doc"
_CATALOG: Final = "qlause_catalog"
_FORMAT: Final = "4"
"""Changes whenever the tables do, so that older files are filled anew."""
_CAPITAL: Final = re.compile("[A-Z]")
_CHECK_EVERY: Final = 10_000  # steps of SQLite between two looks at the clock


@dataclass(frozen=True)
class StoredCollection:
    """What the catalog says of a collection.

    Attributes:
        name: Its name, of letters, digits, ``-`` and ``_``.
        signature: What it was made of: file, size, time and options. Another one means that it must be filled anew.
        facts: What the filling found out, as JSON.

    """

    name: str
    signature: str
    facts: dict[str, Any]

    @property
    def table(self) -> str:
        """The name of its table. SQLite ignores the case of ASCII letters in it, so each capital has a ^ before it."""
        return f"data_{_CAPITAL.sub(_marked, self.name)}"

    @property
    def key_index(self) -> str:
        """The name of the index of KEY. Tables and indexes share their names, and no table has a dot in its own."""
        return f"{self.table}.{KEY}"


class DocumentDatabase:
    """The file of SQLite. Filling happens in one transaction, so that an interrupted one leaves what was there.

    Args:
        path: The file. It is created if it does not exist.

    Raises:
        ServeError: The file is no database, or one of something else.

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._connection = sqlite3.connect(path, isolation_level=None)
            tables = {name for (name,) in self._connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}
            if tables and _CATALOG not in tables:
                raise ServeError(
                    f"{path} is a database of something else: name another file, or serve it as sqlite:///{path}"
                )
            self._connection.execute(
                f"CREATE TABLE IF NOT EXISTS {_CATALOG} (name TEXT PRIMARY KEY, signature TEXT, facts TEXT)"
            )
            self._drop_older_formats(tables)
        except sqlite3.Error as error:
            raise ServeError(f"{path}: {error}: name another file with --database") from error

    def _drop_older_formats(self, tables: set[str]) -> None:
        """Drop the tables if some are of another format: their names may be those of new tables and indexes."""
        query = f"SELECT EXISTS (SELECT 1 FROM {_CATALOG} WHERE signature NOT GLOB ?)"
        (is_older,) = self._connection.execute(query, (f"{_FORMAT}:*",)).fetchone()
        if is_older:
            with self.transaction():
                for table in tables - {_CATALOG}:
                    self._connection.execute(f'DROP TABLE IF EXISTS "{table}"')
                self._connection.execute(f"DELETE FROM {_CATALOG}")

    def stored(self, name: str, signature: str) -> StoredCollection | None:
        """The collection of this name, if it was made of the same. Raises ServeError for a damaged file."""
        query = f"SELECT facts FROM {_CATALOG} WHERE name = ? AND signature = ?"
        try:
            row = self._connection.execute(query, (name, _signed(signature))).fetchone()
        except sqlite3.Error as error:
            raise ServeError(f"{self.path}: {error}: name another file with --database") from error
        return None if row is None else StoredCollection(name, signature, json.loads(row[0]))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all that is done inside, or nothing. Raises ServeError, such as for a full disk."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise ServeError(f"{self.path}: {error}") from error
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def fill(self, stored: StoredCollection, documents: Iterator[bytes]) -> int:
        """Replace the documents of a collection by these, each a JSON text. Returns how many there are."""
        execute = self._connection.execute
        execute(f'DROP TABLE IF EXISTS "{stored.table}"')
        execute(f'CREATE TABLE "{stored.table}" ({ROW} INTEGER PRIMARY KEY, {_DOCUMENT} TEXT NOT NULL)')
        texts = ((document.decode(),) for document in documents)
        self._connection.executemany(f'INSERT INTO "{stored.table}" ({_DOCUMENT}) VALUES (?)', texts)
        (count,) = execute(f'SELECT COUNT(*) FROM "{stored.table}"').fetchone()
        return int(count)

    def make_key(self, stored: StoredCollection, field: str) -> bool:
        """Make the column KEY of the values at this path, with an index.

        Returns whether every document has one text, or one whole number, there, and no two the same. Otherwise nothing
        is made. Numbers that take more than 64 bits are none: SQLite rounds them.
        """
        keys = parse_fields(field).paths[0].segments
        if any('"' in key for key in keys):  # the paths of SQLite cannot quote it
            return False
        path = "$" + "".join(f'."{key}"' for key in keys)
        counts = self._connection.execute(
            "SELECT COUNT(*), COUNT(DISTINCT value), TOTAL(kind = 'text'),"
            " TOTAL(kind = 'integer' AND typeof(value) = 'integer')"
            f" FROM (SELECT json_type({_DOCUMENT}, ?1) AS kind, json_extract({_DOCUMENT}, ?1) AS value"
            f' FROM "{stored.table}")',
            (path,),
        ).fetchone()
        documents, values, texts, integers = counts
        if documents != values or documents not in (texts, integers):
            return False
        literal = path.replace("'", "''")
        self._connection.execute(
            f"ALTER TABLE \"{stored.table}\" ADD COLUMN {KEY} AS (json_extract({_DOCUMENT}, '{literal}'))"
        )
        self._connection.execute(f'CREATE UNIQUE INDEX "{stored.key_index}" ON "{stored.table}" ({KEY})')
        return True

    def keep(self, stored: StoredCollection) -> None:
        """Write down what is known of a collection."""
        self._connection.execute(
            f"REPLACE INTO {_CATALOG} VALUES (?, ?, ?)",
            (stored.name, _signed(stored.signature), json.dumps(stored.facts)),
        )

    def close(self) -> None:
        """Close the connection that writes."""
        self._connection.close()


class Readers:
    """Connections that only read, each used by one request at a time."""

    def __init__(self, path: Path, seconds: float) -> None:
        self._address = f"{path.absolute().as_uri()}?mode=ro"
        self._seconds = seconds
        self._free: LifoQueue[sqlite3.Connection] = LifoQueue()

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection whose statements end in time. Raises TimedOutError, or UnreachableError for a locked file."""
        try:
            connection = self._free.get_nowait()
        except Empty:
            connection = sqlite3.connect(self._address, timeout=self._seconds, uri=True, check_same_thread=False)
            connection.execute("PRAGMA query_only = ON")
        ends = time.monotonic() + self._seconds
        connection.set_progress_handler(lambda: time.monotonic() > ends, _CHECK_EVERY)
        try:
            yield connection
        except sqlite3.OperationalError as error:
            if is_locked(error):
                raise UnreachableError(str(error)) from error
            if time.monotonic() > ends:
                raise TimedOutError from error
            raise
        finally:
            self._free.put(connection)

    def close(self) -> None:
        """Close what is not in use."""
        while not self._free.empty():
            self._free.get_nowait().close()


@dataclass(frozen=True)
class DocumentSource:
    """The documents of one table."""

    readers: Readers
    table: str

    def page(self, request: ListRequest) -> Page:
        """Answer a request. Raises QlauseError, TimedOutError or UnreachableError."""
        with self.readers.connection() as connection:
            return sql.page(connection, request, self.table, "sqlite")

    def statement(self, request: ListRequest) -> Statement:
        """The SELECT of the request."""
        rows = sql.statements(request, self.table, "sqlite").rows
        return Statement(rows.text, [repr(value) for value in rows.params])


def _marked(capital: re.Match[str]) -> str:
    return f"^{capital[0]}"


def _signed(signature: str) -> str:
    return f"{_FORMAT}:{signature}"
