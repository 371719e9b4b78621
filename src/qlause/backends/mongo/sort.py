"""Bound sort to pairs for ``cursor.sort``, and to the filter for what comes after a cursor."""

from __future__ import annotations

from binascii import unhexlify
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from ...bound.cursor import Cursor, unicode_values_for
from ...bound.cursor_text import START_AGAIN
from ...bound.nodes import BoundSort, BoundSortKey
from ...bound.resolve import unsupported
from ...errors import CursorError, UnsupportedError
from ...values.sort_values import SortValue
from .filters import conjunction, disjunction
from .values import native, object_id, path_of

__all__ = ["after_of", "sort_of"]

# The types that a sorted field can hold, in MongoDB's order, after null and missing.
_TYPES: Final = ("number", "string", "object", "binData", "objectId", "bool", "date")
_BEYOND: Final = 1 << 63  # an integer of MongoDB has 64 bits
_MOST_KEYS: Final = 32
"""How many keys MongoDB takes in a sort."""


def sort_of(sort: BoundSort) -> list[tuple[str, int]]:
    """The pairs of a sort. Raises UnsupportedError for an order that MongoDB does not have."""
    for key in sort.keys:
        _check(key)
    # Names with columns of their own can be stored under one path, and a sort of MongoDB takes a path once.
    directions: dict[str, int] = {}
    for key in sort.keys:
        directions.setdefault(path_of(key.target), -1 if key.descending else 1)
    if len(directions) > _MOST_KEYS:
        message = f"MongoDB sorts by {_MOST_KEYS} fields, not by {len(directions)}, the unique one included"
        raise UnsupportedError(message, code="sort_keys", hint="sort by fewer fields")
    return list(directions.items())


def after_of(sort: BoundSort, cursor: Cursor, backward: bool) -> dict[str, Any]:
    """The filter for what comes after the cursor: equal in some first keys, and after it in the next one.

    Raises UnsupportedError, and QlauseError for a cursor that does not fit the sort.
    """
    equal: list[dict[str, Any]] = []
    alternatives: list[dict[str, Any]] = []
    pairs = sort_of(sort.reversed() if backward else sort)
    values = {
        path_of(key.target): value for key, value in zip(sort.keys, unicode_values_for(cursor, sort), strict=True)
    }
    for path, direction in pairs:
        value = values[path]
        type_, constant = ("null", None) if value is None else _native(value)
        alternatives += [conjunction([*equal, item]) for item in _after(path, type_, constant, direction)]
        equal.append({path: constant})
    return disjunction(alternatives)


def _after(path: str, type_: str, value: Any, direction: int) -> list[dict[str, Any]]:
    """Filters of which one selects what comes after a value under one key: others of its type, and other types."""
    if type_ == "null":
        return [{path: {"$ne": None}}] if direction > 0 else []
    rank = _TYPES.index(type_)
    of_type, other_types = ("$gt", _TYPES[rank + 1 :]) if direction > 0 else ("$lt", _TYPES[:rank])
    filters: list[dict[str, Any]] = [{path: {of_type: value}}]
    if other_types:
        filters.append({path: {"$type": list(other_types)}})
    return filters if direction > 0 else [*filters, {path: None}]


def _native(value: SortValue) -> tuple[str, Any]:
    """The type of a sort value as ``$type`` names it, and the value as MongoDB has it.

    Raises CursorError for a value that MongoDB does not have, such as NaN from a column of another database.
    """
    if value == (5, ""):
        message = "no page of MongoDB can go on from an object or an array"
        raise CursorError(message, code="cursor_value", hint="ask for the first page again, in another order")
    try:
        return _typed(value)
    except (ArithmeticError, ValueError) as error:  # ArithmeticError: a decimal of too many digits
        message = "the cursor holds a value that MongoDB does not have"
        raise CursorError(message, code="cursor_value", hint=START_AGAIN) from error


def _typed(value: SortValue) -> tuple[str, Any]:
    match value:
        case (1, number):
            is_wide = isinstance(number, int) and not -_BEYOND <= number < _BEYOND
            return "number", native(Decimal(number) if is_wide else number)
        case (2, text):
            return "string", text
        case (3, boolean):
            return "bool", boolean
        case (4, key):
            # A date of MongoDB has whole milliseconds, so nothing is lost with the nanoseconds.
            return "date", datetime.fromisoformat(f"{key[:26]}+00:00")
        case (_, text) if len(text) == 24:
            return "objectId", object_id(unhexlify(text).hex())
        case (_, text):
            return "binData", native(UUID(text))


def _check(key: BoundSortKey) -> None:
    """Raise UnsupportedError if MongoDB does not order by the key as rule 20 says."""
    name = key.target.written
    if key.nulls_last != key.descending:
        where = "last descending" if key.descending else "first ascending"
        message = f"MongoDB has missing and null {where}, so they cannot stand elsewhere for {name}"
        raise unsupported(key.target, message, "nulls")
    if key.instant:
        message = f"MongoDB does not order {name} by time where it may be text"
        hint = "declare its storage: native, seconds, milliseconds or microseconds"
        raise unsupported(key.target, message, "instant_text", hint)
