"""Which columns of a table can be served, and which one tells its rows apart."""

from __future__ import annotations

from collections.abc import Collection as Names
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import JSON, Column, Date, DateTime, Float, MetaData, Numeric, Table, Time, UniqueConstraint

from .. import sqlalchemy as qlause_sqlalchemy
from ..errors import did_you_mean
from ..schema.schema import Schema
from ..syntax.lexical import segment_problem
from ..syntax.nodes import Path
from .collection import ServeError
from .tables import Database

__all__ = ["Columns", "columns_of", "field_name", "unique_column"]

_CONVERTED: Final = (Date, DateTime, Time, Numeric, JSON)
"""The types whose values SQLite keeps as others, so that reading one can fail."""
_NO_TYPE: Final = "has a type that cannot be filtered"
_NO_NAME: Final = "has a name that no query can write"
_MAX_NAMED: Final = 12


@dataclass(frozen=True)
class Columns:
    """What a request can use of a table, and why each other column is left out.

    Attributes:
        table: The table with these columns only, so that no statement reads another one.
        schema: Their fields.
        left_out: By the name of each other column, why, as words after its name.

    """

    table: Table
    schema: Schema
    left_out: dict[str, str]

    def notes(self) -> Iterator[str]:
        """What a person should know of the columns that are left out, a line each."""
        unusable = [name for name, reason in self.left_out.items() if reason in (_NO_TYPE, _NO_NAME)]
        if unusable:
            yield f"  left out, because no query can use them: {_listed(unusable)}"
        for name, reason in self.left_out.items():
            if name not in unusable:
                yield f"  left out, because it {reason}: {name}"


def columns_of(database: Database, table: Table) -> Columns:
    """The columns of a table. Raises ServeError if none can be served, or they cannot be read."""
    left_out = {name: _NO_NAME for name, _ in table.columns.items() if segment_problem(name) is not None}
    typed = {str(path) for path, _ in _schema_of(_without(left_out, table))}
    for name, column in table.columns.items():
        if name not in left_out and (reason := _reason_against(database, column, typed)) is not None:
            left_out[name] = reason
    served = _without(left_out, table)
    schema = _schema_of(served)
    if not list(schema):
        raise ServeError(f"the table {table.name} cannot be served: no query can use its columns")
    return Columns(served, schema, left_out)


def field_name(column: str) -> str:
    """The name of a column as a request writes it."""
    return str(Path((column,)))


def unique_column(database: Database, table: Table, columns: Columns, asked: str | None) -> str:
    """The column that tells any two rows apart. Raises ServeError if there is none, or it cannot be used so."""
    name = _named_or_primary(table, asked)
    column = table.columns[name]
    reason = columns.left_out.get(name)
    if reason is None and not (_is_unique(database, column) or database.tells_apart(column)):
        reason = "does not tell its rows apart"
    if reason is not None:
        raise ServeError(f"the column {name} of {table.name} {reason}: name another by --id {table.name}=COLUMN")
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
        return not column.nullable or not database.is_sqlite or database.has_row_numbers(table)
    return not column.nullable and (
        any(isinstance(each, UniqueConstraint) and list(each.columns) == alone for each in table.constraints)
        or any(
            each.unique and list(each.expressions) == alone and not any("where" in key for key in each.dialect_kwargs)
            for each in table.indexes
        )
    )


def _without(names: Names[str], table: Table) -> Table:
    """A table without some of its columns."""
    if not names:
        return table
    copies = (
        Column(each.name, each.type, primary_key=each.primary_key, nullable=each.nullable)
        for each in table.columns
        if each.name not in names
    )
    return Table(table.name, MetaData(), *copies, **table.dialect_kwargs)


def _schema_of(table: Table) -> Schema:
    try:
        return qlause_sqlalchemy.schema_of(table)
    except ValueError as error:
        raise ServeError(f"the table {table.name} cannot be served: {error}") from error


def _reason_against(database: Database, column: Column[Any], typed: Names[str]) -> str | None:
    """Why a column cannot be served, as words after its name; None where it can.

    ``typed`` are the fields of the columns whose types can be filtered.
    """
    if field_name(column.name) not in typed:
        return _NO_TYPE
    is_converted = isinstance(column.type, _CONVERTED) and not isinstance(column.type, Float)
    if is_converted and database.is_sqlite and not database.can_read(column):
        return f"holds other values than its type {column.type.compile(database.engine.dialect)}"
    return None


def _listed(names: Sequence[str]) -> str:
    """Names, or the first of many."""
    more = f" and {len(names) - _MAX_NAMED:,} more" * (len(names) > _MAX_NAMED)
    return ", ".join(names[:_MAX_NAMED]) + more
