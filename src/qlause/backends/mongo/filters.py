"""Bound query to the filter document of MongoDB.

A dotted path of MongoDB goes through arrays as rules 2 and 3 say, and one operator on it asks for some candidate. Only
where one candidate must meet several operators, or a negated one, the filter names each place of the last array.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, TypeAlias

from ...bound.nodes import (
    TRUE,
    AllOf,
    AnyOf,
    BoundTest,
    IsNull,
    Node,
    PathExists,
    SizeMatches,
    SomeElement,
    ValueMatches,
)
from ...bound.query import BoundQuery
from ...bound.resolve import unsupported
from ...bound.sizes import Sizes, other_sizes
from ...bound.visitor import NodeVisitor
from ...errors import UnsupportedError
from ...schema.storage import Target
from ...values.kinds import KINDS
from ..parameters.kept import Kept
from .template import Template
from .value_sets import documents, is_positive, kind_without_type
from .values import path_of

__all__ = ["TEMPLATES", "compiled", "conjunction", "disjunction", "filter_of"]

_Document: TypeAlias = dict[str, Any]
_DEEPEST: Final = 90  # levels of documents and lists; a server takes 100, of which some are the command's
_KEPT_PATH: Final = 64  # characters of a path whose ways are kept
_MOST_SIZES: Final = 100  # numbers of elements that one filter names
_LARGEST: Final = 1_000  # documents and lists of a template that is kept


def filter_of(query: BoundQuery, decimals: bool) -> _Document:
    """The filter of a query. Raises UnsupportedError if no filter has the same meaning."""
    template, constants = TEMPLATES.find(query, decimals)
    return template.fill(constants)


def compiled(root: Node, decimals: bool) -> Template:
    """The filter of a query, to be filled with its constants. Raises UnsupportedError."""
    template = Template(_Compiler(decimals).visit(root))
    if template.depth > _DEEPEST:
        hint = "use fewer parentheses around one test"
        raise UnsupportedError("MongoDB takes no filter that is nested so deep", code="depth", hint=hint)
    return template


TEMPLATES: Final = Kept(compiled, lambda template: template.size <= _LARGEST, ordered=True)
"""Filters by the structure of their query, and by whether decimals are compared."""


class _Compiler(NodeVisitor[_Document]):
    """Compiles each node to a filter."""

    def __init__(self, decimals: bool, above: str = "") -> None:
        self._decimals = decimals
        self._above = above
        """What comes before each path: that of an element which is an object and in no array, and a dot."""

    def _path(self, target: Target) -> str:
        return self._above + path_of(target)

    def all_of(self, node: AllOf[Node]) -> _Document:
        targets, others = _null_targets(node.items, negated=True)
        not_null: list[_Document] = [{self._path(target): {"$ne": None}} for target in targets]
        return conjunction(not_null + self._members(others))

    def any_of(self, node: AnyOf[Node]) -> _Document:
        targets, others = _null_targets(node.items, negated=False)
        null: list[_Document] = [{self._path(target): None} for target in targets]
        return disjunction(null + self._members(others))

    def value_matches(self, node: ValueMatches) -> _Document:
        path = self._path(node.target)
        return _negated_if(node.negated, disjunction(_alternatives(path, node.target, node.test, self._decimals)))

    def path_exists(self, node: PathExists) -> _Document:
        return {self._path(node.target): {"$exists": not node.negated}}

    def size_matches(self, node: SizeMatches) -> _Document:
        path = self._path(node.target)
        return _negated_if(node.negated, disjunction(_of_sizes(path, node.target, node.sizes, node.or_empty)))

    def some_element(self, node: SomeElement) -> _Document:
        return _negated_if(node.negated, disjunction(self._elements(node)))

    def _elements(self, node: SomeElement) -> Iterator[_Document]:
        """A filter for each segment of the path that may hold the last array, and one for no array at all."""
        path = path_of(node.target)
        if not node.target.scalar:
            yield {self._above + path: {"$elemMatch": self._element(node)}}
        for array, rest, not_arrays in _ways_of(path):
            if array and node.target.scalar:
                continue
            above = "" if array else self._above
            no_arrays: list[_Document] = [{f"{above}{key}": {"$type": "array"}} for key in not_arrays]
            inner = _Compiler(self._decimals, f"{above}{rest}.").visit(node.node)
            item = conjunction([{f"{above}{rest}": {"$type": "object"}}, {"$nor": no_arrays}, inner])
            yield {f"{self._above}{array}": {"$elemMatch": item}} if array else item

    def _element(self, node: SomeElement) -> _Document:
        """What ``$elemMatch`` asks of an element. An array in the array is an object without fields to it."""
        if node.node == TRUE:
            return {"$type": "object"}
        if _holds_without_fields(node.node) and not node.target.declared:
            message = f"MongoDB takes an array that is an element of {node.target.written} for an object"
            hint = "declare the array in the schema, or add a field that the element must have, as in id:exists"
            raise unsupported(node.target, message, "array_in_array", hint)
        return _Compiler(self._decimals).visit(node.node)

    def _members(self, nodes: tuple[Node, ...]) -> list[_Document]:
        """The filters of the members of an AND or OR."""
        return list(map(self.visit, nodes))


def _negated_if(negated: bool, document: _Document) -> _Document:
    if not negated:
        return document
    return {"$nor": document["$or"] if _is_only(document, "$or") else [document]}


def _holds_without_fields(node: Node) -> bool:
    """Whether an object without any field meets a condition."""
    if isinstance(node, AllOf):
        return all(map(_holds_without_fields, node.items))
    if isinstance(node, AnyOf):
        return any(map(_holds_without_fields, node.items))
    return node.negated


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


def _alternatives(path: str, target: Target, test: BoundTest, decimals: bool) -> Iterator[_Document]:
    """Filters of which one at least selects a document with a candidate that passes the test."""
    operators = documents(test, decimals)
    kind = None if operators else kind_without_type(test)
    if kind == "date":
        hint = "declare its storage as text, or its type as date-time"
        raise unsupported(target, f"MongoDB stores no date without a time, as {path} is said to be", "date", hint)
    if kind is not None:
        message = f"MongoDB stores no {KINDS[kind].many}, as {path} is said to be"
        raise unsupported(target, message, "no_native_type", "declare as what text it is stored")
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
    yield from _by_way(path, document if is_positive(document) else {"$exists": True, **document})


def _by_way(path: str, operators: _Document, *others: _Document, whole: bool = False) -> Iterator[_Document]:
    """A filter for each way to a value, which passes the operators and none of the others; ``whole``: or an array."""
    for array, rest, not_arrays in _ways_of(path):
        outside = [{key: {"$type": "array"}} for key in (not_arrays[:-1] if whole else not_arrays)]
        item = {rest: operators, "$nor": [*({rest: other} for other in others), *outside]}
        yield {array: {"$elemMatch": item}} if array else item


def _of_sizes(path: str, target: Target, sizes: Sizes, or_empty: bool) -> Iterator[_Document]:
    """Filters of which one at least selects a document with an array of one of the sizes, or with what is empty.

    ``$size`` takes one number. So all sizes are named or, where there is no greatest one, all others. (An index after
    the path, as in ``tags.2``, would also be a key of the objects in the array.)
    """
    has_end = sizes[-1][1] is not None
    finite = [(low, high) for low, high in (sizes if has_end else other_sizes(sizes)) if high is not None]
    named = sum(high - low + 1 for low, high in finite)
    if named > _MOST_SIZES:
        message = f"MongoDB would have to be asked for {named:,} numbers of elements of {target.written}"
        raise unsupported(target, message, "too_many_sizes", f"name at most {_MOST_SIZES}, as in size(<{_MOST_SIZES})")
    listed = [number for low, high in finite for number in range(low, high + 1)]
    if has_end:
        yield from ({path: {"$size": number}} for number in listed)
    elif not listed:
        yield {path: {"$type": "array"}}
    else:
        yield from _by_way(path, {"$type": "array"}, *({"$size": number} for number in listed), whole=True)
    if or_empty:
        yield from _by_way(path, {"$in": ["", {}]})


def _ways_of(path: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    return (_ways if len(path) <= _KEPT_PATH else _ways.__wrapped__)(path)


@lru_cache(maxsize=256)
def _ways(path: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Each array that may be the last (empty: there is none), the path from there on, and what must hold no array."""
    keys = path.split(".")
    ways = []
    for start in range(len(keys) - 1, -1, -1):
        not_arrays = tuple(".".join(keys[start:end]) for end in range(start + 1, len(keys) + 1))
        ways.append((".".join(keys[:start]), not_arrays[-1], not_arrays))
    return tuple(ways)
