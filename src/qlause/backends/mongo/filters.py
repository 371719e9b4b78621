"""Bound query → filter document of MongoDB.

A dotted path of MongoDB goes through arrays as rules 2 and 3 want it, and one operator on it asks for some candidate.
Only where one candidate must meet several operators, or one that is a negation, the way to it is spelled out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, TypeAlias, assert_never

from ...bound import nodes as bound
from ...bound.nodes import IsNull, PathExists, ValueMatches
from ...errors import UnsupportedError
from ...schema.storage import Target
from .value_sets import documents, is_positive
from .values import located, path_of

__all__ = ["conjunction", "disjunction", "filter_of"]

_Document: TypeAlias = dict[str, Any]
_DEEPEST: Final = 80  # levels of AND and OR; a server's own limit is 100 of anything


def filter_of(root: bound.Node, decimals: bool, depth: int = 0) -> _Document:
    """The filter of a node. Raises UnsupportedError for what no filter can say with the same meaning."""
    if depth > _DEEPEST:
        raise UnsupportedError(f"MongoDB takes no query nested deeper than {_DEEPEST}", code="depth")
    match root:
        case bound.AllOf(items=items):
            targets, items = _null_targets(items, negated=True)
            parts: list[_Document] = [{path_of(target): {"$ne": None}} for target in targets]
            return conjunction(parts + [filter_of(each, decimals, depth + 1) for each in items])
        case bound.AnyOf(items=items):
            targets, items = _null_targets(items, negated=False)
            parts = [{path_of(target): None} for target in targets]
            return disjunction(parts + [filter_of(each, decimals, depth + 1) for each in items])
        case PathExists(target=target, negated=negated):
            return {path_of(target): {"$exists": not negated}}
        case ValueMatches(target=target, negated=negated):
            found = disjunction(_alternatives(root, decimals))
            return {"$nor": found["$or"] if _is_only(found, "$or") else [found]} if negated else found
        case _:
            assert_never(root)


def conjunction(parts: Iterable[_Document]) -> _Document:
    """All of the filters as one: in one document as long as no key stands twice with the same operator."""
    merged: _Document = {}
    others: list[_Document] = []
    for part in parts:
        if not all(_fits(merged, key, value) for key, value in part.items()):
            others.append(part)
            continue
        for key, value in part.items():
            if key == "$nor":
                merged[key] = [*merged.get(key, ()), *value]
            else:
                merged[key] = {**merged[key], **value} if key in merged else value
    if not others:
        return merged
    return {"$and": [merged, *others]}


def disjunction(parts: Iterable[_Document]) -> _Document:
    """Any of the filters as one: none of them selects nothing, values of one path become one list."""
    parts = list(parts)
    if len(parts) == 1:
        return parts[0]
    lists: dict[str, _Document] = {}
    alternatives: list[_Document] = []
    for part in parts:
        if _is_only(part, "$or"):
            alternatives += part["$or"]
            continue
        path, values = _listed(part)
        if path is None:
            alternatives.append(part)
        elif path in lists:
            lists[path][path]["$in"] += values
        else:
            lists[path] = {path: {"$in": list(values)}}
            alternatives.append(lists[path])
    for path, each in lists.items():
        values = each[path]["$in"]
        if len(values) == 1:
            each[path] = values[0]
    if not alternatives:
        return {"_id": {"$in": []}}
    return alternatives[0] if len(alternatives) == 1 else {"$or": alternatives}


def _fits(merged: _Document, key: str, value: Any) -> bool:
    if key not in merged or key == "$nor":
        return True
    here = merged[key]
    return type(here) is dict and type(value) is dict and here.keys().isdisjoint(value)


def _listed(part: _Document) -> tuple[str | None, list[Any]]:
    """The path and the values of a filter that is only an equality or a list."""
    if len(part) > 1 or not part:
        return None, []
    ((path, value),) = part.items()
    if path.startswith("$"):
        return None, []
    if type(value) is not dict:
        return path, [value]
    return (path, value["$in"]) if _is_only(value, "$in") else (None, [])


def _is_only(document: _Document, key: str) -> bool:
    return len(document) == 1 and key in document


def _null_targets(items: tuple[bound.Node, ...], negated: bool) -> tuple[list[Target], tuple[bound.Node, ...]]:
    """The targets that an OR asks for null, or an AND for not null, where MongoDB's own null is that, and what is left.

    Its null is missing or null, but through an array of objects it also finds those where only one object lacks
    the key.
    """
    found = [
        each.target
        for each in items
        if isinstance(each, ValueMatches)
        and isinstance(each.test, IsNull)
        and not each.test.negated
        and each.negated == negated
        and _is_single(each.target)
    ]
    if not found:
        return [], items
    targets = [target for target in found if PathExists(target, negated=not negated) in items]
    gone = [
        node
        for target in targets
        for node in (ValueMatches(target, IsNull(), negated), PathExists(target, not negated))
    ]
    return targets, tuple(each for each in items if each not in gone) if gone else items


def _is_of_dates(test: bound.BoundTest) -> bool:
    """Whether only native dates could pass, which would select nothing for ever."""
    match test:
        case bound.AllOf(items=items) | bound.AnyOf(items=items):
            return bool(items) and all(map(_is_of_dates, items))
        case bound.OneOf(kind=kind) | bound.Compare(kind=kind):
            return kind == "date"
        case _:
            return False


def _is_single(target: Target) -> bool:
    return target.scalar or len(target.keys) == 1


def _alternatives(some: ValueMatches, decimals: bool) -> Iterator[_Document]:
    target, path = some.target, path_of(some.target)
    found = documents(some.test, decimals)
    if not found and _is_of_dates(some.test):
        hint = "declare its storage as text, or its type as date-time"
        raise located(target, f"MongoDB stores no date without a time, as {path} is said to be", "date", hint)
    for document in found:
        positive = is_positive(document)
        if positive and (target.scalar or len(document) == 1):
            yield {path: document["$eq"] if _is_only(document, "$eq") else document}
        elif target.scalar:
            yield {path: {"$exists": True, **document}}
        else:
            yield from _by_last_array(path, document)


def _by_last_array(path: str, document: _Document) -> Iterator[_Document]:
    """The ways to one candidate, by which segment of the path is the last that holds an array."""
    yield {path: {"$elemMatch": document}}
    asked = document if is_positive(document) else {"$exists": True, **document}
    for array, rest, others in _ways(path):
        found = {rest: asked, "$nor": [{each: {"$type": "array"}} for each in others]}
        yield {array: {"$elemMatch": found}} if array else found


@lru_cache(maxsize=256)
def _ways(path: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Each array on the way (empty: none), the path from there on, and what of it must hold no array."""
    keys = path.split(".")
    found = []
    for last in range(len(keys) - 1, -1, -1):
        others = [".".join(keys[last:end]) for end in range(last + 1, len(keys) + 1)]
        found.append((".".join(keys[:last]), others[-1], tuple(others)))
    return tuple(found)
