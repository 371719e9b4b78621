"""Which columns hold a value in every row: asked when a schema is derived, and again for each statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Alias, Column, FromClause, Join, Table
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import FromGrouping

__all__ = ["is_never_null", "outer_in_statement", "outer_joined"]


def is_never_null(column: Any, outer: Iterable[FromClause] = ()) -> bool:
    """Whether a column is NOT NULL in every row of what it is selected from.

    Only a table promises that, or an alias of one. What a subquery, a union or a VALUES selects may be NULL, whatever
    SQLAlchemy has copied from the column behind it. ``outer`` are those that an outer join may leave empty.
    """
    if not isinstance(column, Column) or column.nullable is not False:
        return False
    table: Any = column.table
    if any(table == optional for optional in outer):
        return False
    while isinstance(table, Alias):
        table = table.element
    return isinstance(table, Table)


def outer_joined(froms: Iterable[FromClause]) -> list[FromClause]:
    """What the outer joins among these may leave empty."""
    return [optional for each in froms for optional in _optional(each, False)]


def outer_in_statement(compiler: SQLCompiler) -> list[FromClause]:
    """What the outer joins of the statement that is being compiled may leave empty, also of those around it."""
    entries: list[Any] = compiler.stack
    return [optional for entry in entries for optional in outer_joined(entry["asfrom_froms"])]


def _optional(selectable: FromClause, optional: bool) -> Iterator[FromClause]:
    if isinstance(selectable, Join):
        yield from _optional(selectable.left, optional or selectable.full)
        yield from _optional(selectable.right, optional or selectable.isouter or selectable.full)
    elif isinstance(selectable, FromGrouping):
        yield from _optional(selectable.element, optional)
    elif optional:
        yield selectable
