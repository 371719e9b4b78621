"""Bound sort to pairs for ``cursor.sort``, and to the filter for what comes after a cursor."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from ...bound.cursor import Cursor, values_for
from ...bound.nodes import BoundSort, BoundSortKey
from ...errors import CursorError, shorten
from ...values.sort_values import SortValue
from .filters import conjunction, disjunction
from .values import located, native, object_id, path_of

__all__ = ["after_of", "sort_of"]

# The types that a sorted field can hold, in MongoDB's order, after null and missing.
_TYPES: Final = ("number", "string", "object", "binData", "objectId", "bool", "date")


def sort_of(sort: BoundSort) -> list[tuple[str, int]]:
    """The pairs of a sort. Raises UnsupportedError for an order that MongoDB does not have."""
    for key in sort.keys:
        _check(key)
    return [(path_of(key.target), -1 if key.descending else 1) for key in sort.keys]


def after_of(sort: BoundSort, cursor: Cursor, backward: bool) -> dict[str, Any]:
    """The filter for what comes after the cursor: equal in some first keys, and after it in the next one.

    Raises UnsupportedError, and QlauseError for a cursor that does not fit the sort.
    """
    equal: list[dict[str, Any]] = []
    alternatives: list[dict[str, Any]] = []
    pairs = sort_of(sort.reversed() if backward else sort)
    for (path, direction), value in zip(pairs, values_for(cursor, sort), strict=True):
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
    """The type of a sort value as ``$type`` names it, and the value as MongoDB has it."""
    match value:
        case (1, number):
            return "number", native(number)
        case (2, text):
            return "string", text
        case (3, boolean):
            return "bool", boolean
        case (4, key):
            # A date of MongoDB has whole milliseconds, so nothing is lost with the nanoseconds.
            return "date", datetime.fromisoformat(f"{key[:26]}+00:00")
        case (_, ""):
            message = "no page of MongoDB can go on from an object or an array"
            raise CursorError(message, code="cursor_value", hint="ask for the first page again, in another order")
        case (_, text) if len(text) == 24:
            return "objectId", object_id(text)
        case (_, text):
            return "binData", native(UUID(text))


def _check(key: BoundSortKey) -> None:
    """Raise UnsupportedError if MongoDB does not order by the key as rule 20 says."""
    name = shorten(".".join(key.target.keys))
    if key.nulls_last != key.descending:
        where = "last descending" if key.descending else "first ascending"
        message = f"MongoDB has missing and null {where}, so they cannot stand elsewhere for {name}"
        raise located(key.target, message, "nulls")
    if key.instant:
        message = f"MongoDB does not order {name} by time where it may be text"
        hint = "declare its storage: native, seconds, milliseconds or microseconds"
        raise located(key.target, message, "instant_text", hint)
