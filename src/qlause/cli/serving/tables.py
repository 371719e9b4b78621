"""Tables and views of a database as collections."""

from __future__ import annotations

from contextlib import ExitStack
from typing import NamedTuple

from sqlalchemy import Table

from ...errors import escape_text, shorten
from ...server.collection import Collection, ServeError, listing_of, without
from ...server.tables import Database, TableSource, schema_of, unique_column
from ..arguments import Arguments
from ..output.terminal import print_error
from .names import collection_name

__all__ = ["NamedTable", "tables_of"]


class ServedTable(NamedTuple):
    """A table that can become a collection."""

    name: str
    database: Database
    table: Table
    key: str | None
    """The column that tells its rows apart; None: that is yet to be asked for."""
    page_size: int

    def collection(self, unique: str | None, hidden: list[str]) -> Collection:
        """The collection. Raises ServeError if nothing tells its rows apart, or a hidden field is not there."""
        key = self.key if unique is None else None
        key = key or unique_column(self.database, self.table, unique)
        listing = listing_of(
            without(schema_of(self.table), hidden, collection=self.name, unique=key), key, self.page_size
        )
        return Collection(self.name, listing, TableSource(self.database, self.table))


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
    size = arguments.page_size or 1
    named: list[NamedTable] = []
    for table_name in dict.fromkeys(arguments.tables or sorted(database.tables)):
        table = database.table(table_name)
        name = collection_name(table_name)
        is_asked = bool(arguments.tables) or any(text.startswith(f"{name}=") for text in arguments.ids or ())
        try:
            key = None if is_asked else unique_column(database, table, None)
        except ServeError as error:
            print_error(escape_text(f"qlause: {shorten(table_name)} is left out: {error}"))
            continue
        named.append(NamedTable(name, f"the table {table_name}", ServedTable(name, database, table, key, size)))
    if not named:
        raise ServeError(f"{database.name} has no table that can be served")
    return named
