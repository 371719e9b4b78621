"""What a MongoDB filter selects, written from the words of MongoDB's manual and from nothing else.

The matcher knows the operators that the backend emits and fails for any other. It decides where FerretDB cannot hold
the documents or differs from MongoDB, and must agree with the server everywhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from bson import Binary, Decimal128, Int64, ObjectId

__all__ = ["matches", "plain", "type_name"]

_LOGICAL: Final = {"$and", "$or", "$nor"}


def matches(filter_: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    """Whether the filter selects the document. Comma-separated expressions are an implicit AND."""
    return all(_entry(key, value, document) for key, value in filter_.items())


def _entry(key: str, value: Any, document: Mapping[str, Any]) -> bool:
    if key in _LOGICAL:
        # "$and/$or/$nor must be a nonempty array"
        assert isinstance(value, list)
        assert value
        found = [matches(each, document) for each in value]
        return all(found) if key == "$and" else any(found) is (key == "$or")
    assert not key.startswith("$"), key
    reached = list(_reached(document, key.split(".")))
    if not _is_operators(value):
        value = {"$eq": value}
    return all(_on_path(operator, operand, reached) for operator, operand in value.items())


def _is_operators(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value) and next(iter(value)).startswith("$")


def _reached(node: Any, path: list[str]) -> Iterator[Any]:
    """The values at a dotted path: the fields of documents and of documents in an array, not of arrays in arrays.

    (A part of digits would also be an index, and is not emitted.)
    """
    assert not path[0].isdecimal()
    if not isinstance(node, Mapping) or path[0] not in node:
        return
    value = node[path[0]]
    if len(path) == 1:
        yield value
        return
    for each in value if isinstance(value, list) else [value]:
        yield from _reached(each, path[1:])


def _on_path(operator: str, operand: Any, reached: list[Any]) -> bool:
    """One operator on a path. "If the field is an array, the operator selects documents whose field holds an array
    that contains at least one element that matches"; the array as a whole is tried too.
    """
    match operator:
        case "$exists":
            # "When true, matches documents that contain the field, including those where the field value is null"
            return bool(reached) is operand
        case "$ne" | "$nin":
            # "includes documents that do not contain the field"
            return not _on_path("$eq" if operator == "$ne" else "$in", operand, reached)
        case "$not":
            # "selects the documents that do not match the operator-expression"
            return not all(_on_path(each, value, reached) for each, value in operand.items())
        case "$elemMatch":
            # "matches documents that contain an array field with at least one element that matches all the criteria"
            return any(_element(operand, each) for value in reached if isinstance(value, list) for each in value)
    if not reached and _asks_for_null(operator, operand):
        # "matches documents that either contain the field whose value is null or that do not contain the field"
        return True
    return any(
        _on_value(operator, operand, each)
        for value in reached
        for each in ([*value, value] if isinstance(value, list) else [value])
    )


def _asks_for_null(operator: str, operand: Any) -> bool:
    return operand is None if operator == "$eq" else operator == "$in" and None in operand


def _element(condition: Mapping[str, Any], element: Any) -> bool:
    first = next(iter(condition))
    if first.startswith("$") and first not in _LOGICAL:
        return all(_on_value(operator, operand, element) for operator, operand in condition.items())
    if isinstance(element, list):  # an array is a document with the keys 0, 1, 2 …
        element = {str(place): each for place, each in enumerate(element)}
    return isinstance(element, Mapping) and matches(condition, element)


def _on_value(operator: str, operand: Any, value: Any) -> bool:
    """One operator on one value that is looked at as it is."""
    match operator:
        case "$eq":
            return _equal(operand, value)
        case "$in":
            return any(_equal(each, value) for each in operand)
        case "$ne":
            return not _equal(operand, value)
        case "$nin":
            return not any(_equal(each, value) for each in operand)
        case "$not":
            return not all(_on_value(each, below, value) for each, below in operand.items())
        case "$type":
            aliases = operand if isinstance(operand, list) else [operand]
            assert aliases
            return type_name(value) in aliases
        case "$regex":
            return isinstance(value, str) and _compiled(operand).search(value) is not None
        case "$gt" | "$gte" | "$lt" | "$lte":
            # "For most data types, comparison operators only perform comparisons on fields where the BSON type
            # matches the query value's type."
            return type_name(operand) == type_name(value) and _COMPARE[operator](plain(value), plain(operand))
    raise AssertionError(f"the backend does not emit {operator}")


_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "$gt": lambda left, right: left > right,
    "$gte": lambda left, right: left >= right,
    "$lt": lambda left, right: left < right,
    "$lte": lambda left, right: left <= right,
}


def _equal(left: Any, right: Any) -> bool:
    return type_name(left) == type_name(right) and bool(plain(left) == plain(right))


_NAMES: Final[Mapping[type, str]] = {
    type(None): "null",
    bool: "bool",
    int: "number",
    Int64: "number",
    float: "number",
    Decimal128: "number",
    str: "string",
    datetime: "date",
    UUID: "binData",
    Binary: "binData",
    ObjectId: "objectId",
    list: "array",
    dict: "object",
}


def type_name(value: Any) -> str:
    """The type of a value as ``$type`` names it, all numbers as one."""
    return _NAMES[type(value)]


def plain(value: Any) -> Any:
    """What the values of one type are compared as. Numbers compare as such, whatever their types."""
    if isinstance(value, Decimal128):
        return value.to_decimal()
    if isinstance(value, datetime):
        # "BSON Date is a 64-bit integer that represents the number of milliseconds since the Unix epoch"
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    return value.as_uuid() if isinstance(value, Binary) else value


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of PCRE2 without options: only the name of the end of the text differs."""
    return re.compile(pattern.replace(r"\z", r"\Z"))
