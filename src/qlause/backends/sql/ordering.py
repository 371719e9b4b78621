"""Bound sort → what stands after ORDER BY (rule 20)."""

from __future__ import annotations

from ...bound import BoundSort, BoundSortKey, Column
from ...errors import UnsupportedError
from .dialects.base import Dialect, Value
from .emitter import Emitter, is_literal
from .fragment import Sql, join, sql

__all__ = ["is_placed", "order", "sort_values"]

_LEAST, _GREATEST = 0, 9  # ranks of missing and null
_NUMBER, _STRING, _FALSE, _TRUE, _INSTANT, _ELSE = 1, 2, 3, 4, 5, 6


def order(emitter: Emitter, sort: BoundSort) -> Sql:
    """The terms of a sort, the most significant first."""
    terms = [term for key in sort.keys for term in _terms(emitter, key)]
    return join(", ", terms) if terms else Sql("NULL")


def _terms(emitter: Emitter, key: BoundSortKey) -> list[Sql]:
    values = sort_values(emitter, key)
    if is_placed(key):
        return [Sql(emitter.dialect.placed(each.text, key.descending, key.nulls_last)) for each in values]
    down = Sql(" DESC" if key.descending else "")
    return [sql("{}{}", each, down) for each in values]


def is_placed(key: BoundSortKey) -> bool:
    """Whether NULL among the values of a key has to be put in its place; no rank tells of it."""
    column = key.target.column
    return column is not None and column.keys is None


def sort_values(emitter: Emitter, key: BoundSortKey) -> list[Sql]:
    """The expressions to sort by for one key, the most significant first, without their direction.

    Raises UnsupportedError for a field of several values.
    """
    target, dialect = key.target, emitter.dialect
    column, document = target.column, emitter.document
    keys = target.keys
    if column is not None:
        if column.relation is not None or (column.array and column.keys is None):
            raise UnsupportedError("a field of several values has no order in SQL", code="not_ordered")
        document = emitter.own(column.name)
        if column.keys is None:
            return [_column_value(dialect, document, column)]
        keys = column.keys
    if is_literal(target):
        return [Sql(text) for text in _texts(dialect, dialect.scalar(document, keys), key)]
    value, expression = dialect.at(document, keys)
    rank, *others = map(expression, _texts(dialect, value, key))
    # Where a path reaches nothing there may be no row to say so.
    return [sql("COALESCE({}, {})", rank, Sql(str(_null(key)))), *others]


def _column_value(dialect: Dialect, name: str, column: Column) -> Sql:
    ((kind, operand),) = dialect.column(name, column).operands.items()
    return Sql(dialect.column_key(name, kind, operand))


def _null(key: BoundSortKey) -> int:
    """The rank of missing and null, to be turned round with the direction."""
    return _GREATEST if key.nulls_last != key.descending else _LEAST


def _texts(dialect: Dialect, value: Value, key: BoundSortKey) -> list[str]:
    """A JSON value as what to sort by: its rank, then a number, then a text, each NULL where the value is none."""
    number, string = value.operands["number"], value.operands["string"]
    text, instant = string.text, ""
    if key.instant:
        is_instant = dialect.is_instant_text(string.text)
        instant = f" WHEN {string.guard} AND {is_instant} THEN {_INSTANT}"
        text = f"CASE WHEN {is_instant} THEN {dialect.instant_text_key(string.text)} ELSE {string.text} END"
    is_number = number.guard or f"{number.text} IS NOT NULL"
    rank = (
        f"CASE WHEN {is_number} THEN {_NUMBER}{instant} WHEN {string.guard} THEN {_STRING}"
        f" WHEN {value.false} THEN {_FALSE} WHEN {value.true} THEN {_TRUE}"
        f" WHEN NOT ({value.null}) THEN {_ELSE} ELSE {_null(key)} END"
    )
    numbers = [f"CASE WHEN {is_number} THEN {each} END" for each in dialect.number_keys(number)]
    return [rank, *numbers, dialect.text_key(string._replace(text=f"(CASE WHEN {string.guard} THEN {text} END)"))]
