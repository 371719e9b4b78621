"""Tables and views of a database as collections."""

from __future__ import annotations

from contextlib import ExitStack
from typing import NamedTuple

from sqlalchemy import Table

from ...errors import escape_text, shorten
from ...server.collection import Collection, ServeError, listing_of, without
from ...server.columns import Columns, columns_of, field_name, unique_column
from ...server.tables import Database, TableSource
from ..arguments import Arguments, UsageError
from ..output.terminal import print_error
from .names import collection_name, refuse_repeated

__all__ = ["NamedTable", "tables_of"]


class ServedTable(NamedTuple):
    """A table that can become a collection."""

    name: str
    database: Database
    table: Table
    columns: Columns
    key: str | None
    """The column that tells its rows apart; None: that is yet to be asked for."""
    page_size: int

    def collection(self, unique: str | None, hidden: list[str]) -> Collection:
        """The collection. Raises ServeError if nothing tells its rows apart, or a hidden field is not there."""
        column = self.key if unique is None else None
        column = column or unique_column(self.database, self.table, self.columns, unique)
        key = field_name(column)
        schema = without(self.columns.schema, hidden, collection=self.name, unique=key)
        return Collection(
            self.name, listing_of(schema, key, self.page_size), TableSource(self.database, self.columns.table)
        )

    def notes(self) -> list[str]:
        """What a person should know about it, a line each."""
        notes = list(self.columns.notes())
        return [f"{self.name}: the table {self.table.name}", *notes] if notes else []


class NamedTable(NamedTuple):
    """A table, with the name of its endpoint and what it is called in messages."""

    name: str
    source: str
    table: ServedTable


def tables_of(url: str, arguments: Arguments, stack: ExitStack) -> list[NamedTable]:
    """The tables that the arguments name, or all that can be served; why another cannot is printed.

    Raises ServeError.
    """
    database = Database(url, arguments.seconds)
    stack.callback(database.engine.dispose)
    named: list[NamedTable] = []
    for table_name in dict.fromkeys(arguments.tables or sorted(database.tables)):
        try:
            named.append(_named_table(database, table_name, arguments, named))
        except (ServeError, UsageError) as error:
            if arguments.tables:
                raise
            print_error(escape_text(f"qlause: {shorten(table_name)} is left out: {error}"))
    if not named:
        raise ServeError(f"{database.name} has no table that can be served")
    return named


def _named_table(database: Database, table_name: str, arguments: Arguments, others: list[NamedTable]) -> NamedTable:
    """A table that can be served. Raises ServeError or UsageError, but not for what an option may mend."""
    name, source = collection_name(table_name), f"the table {table_name}"
    refuse_repeated([*((other.name, other.source) for other in others), (name, source)])
    table = database.table(table_name)
    served = ServedTable(name, database, table, columns_of(database, table), None, arguments.page_size or 1)
    if not arguments.tables and not any(text.startswith(f"{name}=") for text in arguments.ids or ()):
        served = served._replace(key=unique_column(database, table, served.columns, None))
        served.collection(None, [])
    return NamedTable(name, source, served)
