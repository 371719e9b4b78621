"""Bound sort → pairs for ``cursor.sort``, and filters that go on from a place in it."""

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
    """What stands behind the cursor: equal in some first keys, and behind it in the next."""
    equal: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    pairs = sort_of(sort.reversed() if backward else sort)
    for (path, direction), value in zip(pairs, values_for(cursor, sort), strict=True):
        type_, constant = ("null", None) if value is None else _native(value)
        found += [conjunction([*equal, each]) for each in _behind(path, type_, constant, direction)]
        equal.append({path: constant})
    return disjunction(found)


def _behind(path: str, type_: str, value: Any, direction: int) -> list[dict[str, Any]]:
    if type_ == "null":
        return [{path: {"$ne": None}}] if direction > 0 else []
    place = _TYPES.index(type_)
    if direction > 0:
        found, others = {path: {"$gt": value}}, list(_TYPES[place + 1 :])
        return [found, {path: {"$type": others}}] if others else [found]
    found, others = {path: {"$lt": value}}, list(_TYPES[:place])
    return [found, *([{path: {"$type": others}}] if others else []), {path: None}]


def _native(value: SortValue) -> tuple[str, Any]:
    """The name of the type and the constant of a sort value."""
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
    name = shorten(".".join(key.target.keys))
    if key.nulls_last != key.descending:
        where = "last descending" if key.descending else "first ascending"
        message = f"MongoDB has missing and null {where}, so they cannot stand elsewhere for {name}"
        raise located(key.target, message, "nulls")
    if key.instant:
        message = f"MongoDB does not order {name} by time where it may be text"
        hint = "declare its storage: native, seconds, milliseconds or microseconds"
        raise located(key.target, message, "instant_text", hint)
