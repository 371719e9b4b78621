"""What a MongoDB filter selects, written from the words of MongoDB's manual and from nothing else.

The matcher knows what the backend emits and fails for anything else, as it does where versions of MongoDB differ. It
decides where a server cannot hold the documents or differs from MongoDB, and must agree with it everywhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from bson import Binary, Decimal128, Int64, ObjectId

__all__ = ["enters_array", "matches", "plain", "type_name"]

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
    if any(_asks_for_null(operator, operand) for operator, operand in value.items()):
        # Of {a: []} and {a: [1]}, MongoDB 9 says that a.b is null, and MongoDB 8 that it is not (SERVER-36681).
        assert not enters_array(document, key), f"what is null at {key}, through an array, depends on the version"
    return all(_on_path(operator, operand, reached) for operator, operand in value.items())


def enters_array(node: Any, path: str) -> bool:
    """Whether a dotted path goes through an array before its end."""
    for key in path.split("."):
        if isinstance(node, list):
            return True
        node = node.get(key) if isinstance(node, Mapping) else None
    return False


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
    assert operator not in _COMPARE or type_name(operand) not in _UNORDERED, (
        f"the backend does not emit {operator} that"
    )
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
    if operator == "$size":  # it asks about the whole array, not about arrays in it
        return any(_on_value(operator, operand, each) for each in reached)
    if not reached and operator in ("$eq", "$in") and _asks_for_null(operator, operand):
        # "matches documents that either contain the field whose value is null or that do not contain the field"
        return True
    return any(
        _on_value(operator, operand, each)
        for value in reached
        for each in ([*value, value] if isinstance(value, list) else [value])
    )


def _asks_for_null(operator: str, operand: Any) -> bool:
    if operator == "$not":
        return any(_asks_for_null(each, below) for each, below in operand.items())
    return operand is None if operator in ("$eq", "$ne") else operator in ("$in", "$nin") and None in operand


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
        case "$size":
            # "matches any array with the number of elements specified by the argument"
            return isinstance(value, list) and len(value) == operand
        case "$regex":
            return isinstance(value, str) and _compiled(operand).search(value) is not None
        case "$gt" | "$gte" | "$lt" | "$lte":
            # "For most data types, comparison operators only perform comparisons on fields where the BSON type
            # matches the query value's type."
            return type_name(operand) == type_name(value) and _COMPARE[operator](plain(value), plain(operand))
    raise AssertionError(f"the backend does not emit {operator}")


_UNORDERED: Final = {"null", "object", "array"}
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
    bytes: "binData",
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
    if isinstance(value, UUID):
        value = Binary.from_uuid(value)
    if isinstance(value, bytes):
        # "First, the length or size of the data. Then, by the BSON one-byte subtype. Finally, by the data"
        return (len(value), value.subtype if isinstance(value, Binary) else 0, bytes(value))
    return value


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of PCRE2 without options: only the name of the end of the text differs."""
    return re.compile(pattern.replace(r"\z", r"\Z"))
