"""What a sort and a projection of MongoDB give, written from its manual as ``matcher.py`` is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cmp_to_key
from typing import Any, Final

from .matcher import plain, type_name

__all__ = ["projected", "sorted_documents"]

# "When comparing values of different BSON types in sort operations, MongoDB uses the following comparison order, from
# lowest to highest": of the types that documents here hold.
_ORDER: Final = ("null", "number", "string", "object", "array", "binData", "objectId", "bool", "date")
_Tree = dict[str, Any]


def sorted_documents(
    pairs: Iterable[tuple[str, int]], documents: Iterable[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The documents in the order of the pairs, the most significant first."""
    found, pairs = list(documents), list(pairs)
    for document in found:
        # MongoDB takes the values of one element together, and refuses values of several arrays.
        several = sum(_has_array(document, path.split(".")) for path, _ in pairs) > 1
        assert not several, f"several of {pairs} meet an array, which the backend leaves to MongoDB"
    for path, direction in reversed(pairs):
        values = {id(document): cmp_to_key(_compare)(_sort_value(document, path, direction)) for document in found}
        found.sort(key=lambda document: values[id(document)], reverse=direction < 0)  # it is used at once
    return found


def _sort_value(document: Mapping[str, Any], path: str, direction: int) -> Any:
    """A missing field is a null. "With arrays, a less-than comparison or an ascending sort compares the smallest
    element of arrays, and a greater-than comparison or a descending sort compares the largest"; "a comparison of an
    empty array … treats the empty array as less than null".
    """
    values = _values(document, path.split("."))
    return (min if direction > 0 else max)(values, key=cmp_to_key(_compare))


def _has_array(node: Any, keys: list[str]) -> bool:
    """Whether a path goes through an array, or ends at one."""
    below = node.get(keys[0]) if keys and isinstance(node, Mapping) else None
    return isinstance(node, list) or (bool(keys) and _has_array(below, keys[1:]))


def _values(node: Any, keys: list[str]) -> list[Any]:
    if not keys:
        return (node or [_EMPTY]) if isinstance(node, list) else [node]
    value = node.get(keys[0]) if isinstance(node, Mapping) else None
    if len(keys) > 1 and isinstance(value, list):
        return [found for each in value for found in _values(each, keys[1:])] or [None]
    return _values(value, keys[1:])


_EMPTY: Final = object()


def _compare(left: Any, right: Any) -> int:
    if left is _EMPTY or right is _EMPTY:
        return (left is not _EMPTY) - (right is not _EMPTY)
    left_type, right_type = type_name(left), type_name(right)
    if left_type != right_type:
        return -1 if _ORDER.index(left_type) < _ORDER.index(right_type) else 1
    if left_type in {"null", "object", "array"}:
        assert left == right, "no case is about the order of objects"
        return 0
    return int(plain(left) > plain(right)) - int(plain(left) < plain(right))


def projected(projection: Mapping[str, int], document: Mapping[str, Any]) -> dict[str, Any]:
    """What the projection leaves of a document. "You cannot combine inclusion and exclusion statements in projection
    documents, with the exception of the _id field."
    """
    if not projection:
        return dict(document)
    included = {value for key, value in projection.items() if key != "_id"} or {projection["_id"]}
    assert len(included) == 1
    tree: _Tree = {}
    for path in projection:
        *above, last = path.split(".")
        node = tree
        for key in above:
            node = node.setdefault(key, {})
            assert isinstance(node, dict), "path collision"
        assert last not in node, "path collision"
        node[last] = True
    if included == {1}:
        if projection.get("_id", 1):
            tree.setdefault("_id", True)
        else:
            del tree["_id"]
        return _included(document, tree)
    return _excluded(document, tree)


def _included(document: Mapping[str, Any], tree: _Tree) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in document.items():
        below = tree.get(key)
        if below is True:
            found[key] = value
        elif below is not None and isinstance(value, Mapping | list):
            found[key] = _below(value, below, _included)
    return found


def _excluded(document: Mapping[str, Any], tree: _Tree) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in document.items():
        below = tree.get(key)
        if below is None:
            found[key] = value
        elif below is not True:
            found[key] = _below(value, below, _excluded)
    return found


def _below(value: Any, tree: _Tree, project: Any) -> Any:
    """Inside arrays, each document is projected; an inclusion drops what is neither a document nor an array."""
    if isinstance(value, Mapping):
        return project(value, tree)
    if not isinstance(value, list):
        return value
    kept = [each for each in value if project is _excluded or isinstance(each, Mapping | list)]
    return [_below(each, tree, project) for each in kept]
