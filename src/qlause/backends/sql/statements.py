"""Whole statements of a page of rows, put together of fragments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...bound.nodes import BoundFields
from ...bound.resolve import unsupported
from .fragment import Fragment
from .paramstyles import STYLES

__all__ = ["Statements", "column_names", "combined", "fetched_rows"]


class Statements(NamedTuple):
    """The statements that answer one request."""

    rows: Fragment
    """The rows of the page, and one more if there are more."""
    total: Fragment | None
    """The number of all rows that the query selects, if it is asked for."""


def column_names(fields: BoundFields, document: str) -> tuple[str, ...]:
    """The columns of the row that hold the asked fields, each once.

    Raises UnsupportedError for a field of related rows, which is no column of the row.
    """
    names: dict[str, None] = {}
    for column in fields.columns:
        if column is None:
            names.setdefault(document)
        elif column.relation is None:
            names.setdefault(column.name)
        else:
            target = next(target for _, target in fields.names or () if target.column == column)
            hint = "leave it out of fields; a filter may use it"
            raise unsupported(target, f"{target.written} is of related rows, which are not read", "related_rows", hint)
    return tuple(names)


def combined(parts: Sequence[str | Fragment]) -> Fragment:
    """Put a statement together: our own text, and fragments, whose parameters are numbered on.

    Args:
        parts: Text without parameters and percent signs, and at least one fragment.

    Returns:
        The statement, in the paramstyle of the fragments.

    """
    texts: list[str] = []
    values: list[Any] = []
    names: dict[str, Any] = {}
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
            continue
        numbered = part.renumbered(len(values) + len(names))
        texts.append(numbered.text)
        if isinstance(numbered.params, Mapping):
            names |= numbered.params
        else:
            values += numbered.params
    style = next(part.paramstyle for part in parts if isinstance(part, Fragment))
    return Fragment("".join(texts), names if STYLES[style].named else tuple(values), style)


def fetched_rows(connection: Any, statement: Fragment) -> list[dict[str, Any]]:
    """Execute a statement, and return its rows by the names of the columns.

    Args:
        connection: A connection of DB-API 2.0, or a client of clickhouse-connect.
        statement: The statement, in a paramstyle that the driver takes.

    Returns:
        The rows.

    """
    if not hasattr(connection, "cursor"):
        result = connection.query(statement.text, parameters=statement.params)
        return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]
    # Where a connection executes itself, it is asked: DuckDB's cursor is another connection, without its transaction.
    executes = hasattr(connection, "execute")
    cursor = connection if executes else connection.cursor()
    try:
        if executes:
            cursor = connection.execute(statement.text, statement.params)
        else:
            cursor.execute(statement.text, statement.params)
        rows = cursor.fetchall()
        names = [column[0] for column in cursor.description]
    finally:
        if cursor is not connection:
            cursor.close()
    return [dict(row) if isinstance(row, Mapping) else dict(zip(names, row, strict=True)) for row in rows]
