"""Bound query to the filter document of MongoDB.

A dotted path of MongoDB goes through arrays as rules 2 and 3 say, and one operator on it asks for some candidate. Only
where one candidate must meet several operators, or a negated one, the filter names each place of the last array.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, TypeAlias

from ...bound.nodes import AllOf, AnyOf, BoundTest, IsNull, Node, PathExists, ValueMatches
from ...bound.visitor import NodeVisitor
from ...errors import UnsupportedError
from ...schema.storage import Target
from ...values.kinds import KINDS
from ..parameters.kept import Kept
from .template import Template
from .value_sets import documents, is_positive, kind_without_type
from .values import located, path_of

__all__ = ["TEMPLATES", "compiled", "conjunction", "disjunction", "filter_of"]

_Document: TypeAlias = dict[str, Any]
_DEEPEST: Final = 80  # levels of AND and OR; a server's own limit is 100 levels of any kind
_LARGEST: Final = 1_000  # documents and lists of a template that is kept


def filter_of(root: Node, decimals: bool) -> _Document:
    """The filter of a query. Raises UnsupportedError if no filter has the same meaning."""
    template, constants = TEMPLATES.find(root, decimals)
    return template.fill(constants)


def compiled(root: Node, decimals: bool) -> Template:
    """The filter of a query, to be filled with its constants. Raises UnsupportedError."""
    return Template(_Compiler(decimals).visit(root))


TEMPLATES: Final = Kept(compiled, lambda template: template.size <= _LARGEST, ordered=True)
"""Filters by the structure of their query, and by whether decimals are compared."""


class _Compiler(NodeVisitor[_Document]):
    """Compiles each node to a filter."""

    def __init__(self, decimals: bool) -> None:
        self._decimals = decimals
        self._depth = 0

    def all_of(self, node: AllOf[Node]) -> _Document:
        targets, others = _null_targets(node.items, negated=True)
        not_null: list[_Document] = [{path_of(target): {"$ne": None}} for target in targets]
        return conjunction(not_null + self._members(others))

    def any_of(self, node: AnyOf[Node]) -> _Document:
        targets, others = _null_targets(node.items, negated=False)
        null: list[_Document] = [{path_of(target): None} for target in targets]
        return disjunction(null + self._members(others))

    def value_matches(self, node: ValueMatches) -> _Document:
        matches = disjunction(_alternatives(node.target, node.test, self._decimals))
        if not node.negated:
            return matches
        return {"$nor": matches["$or"] if _is_only(matches, "$or") else [matches]}

    def path_exists(self, node: PathExists) -> _Document:
        return {path_of(node.target): {"$exists": not node.negated}}

    def _members(self, nodes: tuple[Node, ...]) -> list[_Document]:
        """The filters of the members of an AND or OR. Raises UnsupportedError if they are nested too deep."""
        self._depth += 1
        if nodes and self._depth > _DEEPEST:
            raise UnsupportedError(f"MongoDB takes no query nested deeper than {_DEEPEST}", code="depth")
        filters = [self.visit(node) for node in nodes]
        self._depth -= 1
        return filters


def conjunction(filters: Iterable[_Document]) -> _Document:
    """A filter for all of the filters: one document as long as no key has the same operator twice."""
    merged: _Document = {}
    others: list[_Document] = []
    for item in filters:
        if not all(_fits(merged, key, value) for key, value in item.items()):
            others.append(item)
            continue
        for key, value in item.items():
            if key == "$nor":
                merged[key] = [*merged.get(key, ()), *value]
            else:
                merged[key] = {**merged[key], **value} if key in merged else value
    if not others:
        return merged
    return {"$and": [merged, *others]}


def disjunction(filters: Iterable[_Document]) -> _Document:
    """A filter for any of the filters: of none it selects nothing, and values of one path become one list."""
    filters = list(filters)
    if len(filters) == 1:
        return filters[0]
    lists: dict[str, _Document] = {}
    alternatives: list[_Document] = []
    for item in filters:
        if _is_only(item, "$or"):
            alternatives += item["$or"]
            continue
        path, values = _listed(item)
        if path is None:
            alternatives.append(item)
        elif path in lists:
            lists[path][path]["$in"] += values
        else:
            lists[path] = {path: {"$in": list(values)}}
            alternatives.append(lists[path])
    for path, item in lists.items():
        values = item[path]["$in"]
        if len(values) == 1:
            item[path] = values[0]
    if not alternatives:
        return {"_id": {"$in": []}}
    return alternatives[0] if len(alternatives) == 1 else {"$or": alternatives}


def _fits(merged: _Document, key: str, value: Any) -> bool:
    """Whether the document can also hold that value under the key."""
    if key not in merged or key == "$nor":
        return True
    present = merged[key]
    return type(present) is dict and type(value) is dict and present.keys().isdisjoint(value)


def _listed(item: _Document) -> tuple[str | None, list[Any]]:
    """The path and the values of a filter that is only an equality or a list."""
    if len(item) != 1:
        return None, []
    ((path, value),) = item.items()
    if path.startswith("$"):
        return None, []
    if type(value) is not dict:
        return path, [value]
    return (path, value["$in"]) if _is_only(value, "$in") else (None, [])


def _is_only(document: _Document, key: str) -> bool:
    return len(document) == 1 and key in document


def _null_targets(items: tuple[Node, ...], negated: bool) -> tuple[list[Target], tuple[Node, ...]]:
    """The targets that an OR asks for null, or an AND for not null, in MongoDB's own sense; and the other items.

    MongoDB's null is missing or null, but through an array of objects it also matches if only one object lacks the key.
    """
    of_null = [
        item.target
        for item in items
        if isinstance(item, ValueMatches)
        and isinstance(item.test, IsNull)
        and not item.test.negated
        and item.negated == negated
        and (item.target.scalar or len(item.target.keys) == 1)
    ]
    if not of_null:
        return [], items
    targets = [target for target in of_null if PathExists(target, negated=not negated) in items]
    replaced = [
        node
        for target in targets
        for node in (ValueMatches(target, IsNull(), negated), PathExists(target, not negated))
    ]
    return targets, tuple(item for item in items if item not in replaced) if replaced else items


def _alternatives(target: Target, test: BoundTest, decimals: bool) -> Iterator[_Document]:
    """Filters of which one at least selects a document with a candidate that passes the test."""
    path = path_of(target)
    operators = documents(test, decimals)
    kind = None if operators else kind_without_type(test)
    if kind == "date":
        hint = "declare its storage as text, or its type as date-time"
        raise located(target, f"MongoDB stores no date without a time, as {path} is said to be", "date", hint)
    if kind is not None:
        message = f"MongoDB stores no {KINDS[kind].many}, as {path} is said to be"
        raise located(target, message, "no_native_type", "declare as what text it is stored")
    for document in operators:
        if is_positive(document) and (target.scalar or len(document) == 1):
            yield {path: document["$eq"] if _is_only(document, "$eq") else document}
        elif target.scalar:
            yield {path: {"$exists": True, **document}}
        else:
            yield from _by_last_array(path, document)


def _by_last_array(path: str, document: _Document) -> Iterator[_Document]:
    """A filter for each segment of the path that may hold the last array, and one for no array at all."""
    yield {path: {"$elemMatch": document}}
    operators = document if is_positive(document) else {"$exists": True, **document}
    for array, rest, not_arrays in _ways(path):
        item = {rest: operators, "$nor": [{key: {"$type": "array"}} for key in not_arrays]}
        yield {array: {"$elemMatch": item}} if array else item


@lru_cache(maxsize=256)
def _ways(path: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Each array that may be the last (empty: there is none), the path from there on, and what must hold no array."""
    keys = path.split(".")
    ways = []
    for start in range(len(keys) - 1, -1, -1):
        not_arrays = tuple(".".join(keys[start:end]) for end in range(start + 1, len(keys) + 1))
        ways.append((".".join(keys[:start]), not_arrays[-1], not_arrays))
    return tuple(ways)
