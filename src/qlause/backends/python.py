"""Bound query → Python functions over JSON-like documents: the reference for every other backend.

A document is any Mapping; arrays are lists and tuples. What is no object is not entered, and what is of another type
than a test asks for does not pass it: odd documents never raise. User text is only ever data in closures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias, Unpack, assert_never

from .. import bound
from ..ast import Fields, Query, Sort
from ..bind import BindOptions, bind
from ..bound import BoundSortKey, Reached, Some
from ..fields import FieldsOptions, bind_fields
from ..sort import SortOptions, bind_sort
from .python_tests import Passes, compile_test
from .python_values import ARRAYS, MISSING, attribute, plain, sort_value

__all__ = ["predicate", "projector", "sort_key"]

Predicate: TypeAlias = Callable[[Any], bool]
_Get: TypeAlias = Callable[[Any, str], Any]


def predicate(query: str | Query, *, attributes: bool = False, **options: Unpack[BindOptions]) -> Predicate:
    """A function that tells whether a document is selected.

    With ``attributes``, an object that is no Mapping is entered by its public attributes, and a member of an Enum
    stands for its value: give a schema too, or a query can ask for any attribute. Options and errors are those of
    :func:`qlause.bind`; the function itself never raises.

    >>> matches = predicate('name:~john qty:>=2')
    >>> matches({"name": "John S", "qty": 2}), matches({"name": "John S"})
    (True, False)
    """
    return _node(bind(query, **options).root, attribute if attributes else _item)


def sort_key(sort: str | Sort, *, attributes: bool = False, **options: Unpack[SortOptions]) -> Callable[[Any], Any]:
    """A ``key`` for ``sorted``: missing and null, numbers, strings by code point, false, true, date-times, all else.

    A sort does not look into arrays: a path through one is missing. A unique field is appended (``unique="id"``), so
    that the order is total. Options and errors are those of :func:`qlause.sort.bind_sort`.

    >>> sorted([{"id": 1, "a": "x"}, {"id": 2}, {"id": 3, "a": 7}], key=sort_key("a:desc"))
    [{'id': 1, 'a': 'x'}, {'id': 3, 'a': 7}, {'id': 2}]
    """
    keys = [(key, _sort_part(key, attribute if attributes else _item)) for key in bind_sort(sort, **options).keys]
    if len(keys) == 1:
        return keys[0][1]
    parts = tuple(part for _, part in keys)
    return lambda document: tuple([part(document) for part in parts])


def projector(
    fields: str | Fields, *, attributes: bool = False, **options: Unpack[FieldsOptions]
) -> Callable[[Any], Any]:
    """A function from a document to a dict of the asked fields, in the document's own order and shape.

    An object on the way stays, even if it ends up empty; an array keeps its order, each element projected; anything
    else in the place of an object on the way is left out (rule 21). Values are shared with the document, not copied,
    and where nothing is left out the document itself comes back. Options and errors are those of
    :func:`qlause.fields.bind_fields`.

    >>> projector("name,groups.id")({"id": 1, "name": "x", "groups": [{"id": 2, "name": "y"}, 3]})
    {'name': 'x', 'groups': [{'id': 2}]}
    """
    from .python_projection import projection

    return projection(bind_fields(fields, **options), attributes)


def _node(node: bound.Node, get: _Get) -> Predicate:
    match node:
        case bound.All(items=items):
            return _all([_node(each, get) for each in items])
        case bound.Any(items=items):
            return _any([_node(each, get) for each in items])
        case Reached(target=target, negated=negated):
            found = _reached(target.keys, get)
        case Some(target=target, test=test, negated=negated):
            found = _some(target.keys, compile_test(test), get)
        case _:
            assert_never(node)
    return (lambda document: not found(document)) if negated else found


def _all(parts: list[Predicate]) -> Predicate:
    if not parts:
        return lambda _: True
    if len(parts) == 2:
        first, second = parts
        return lambda document: first(document) and second(document)

    def every(document: Any) -> bool:
        for part in parts:  # noqa: SIM110  # a generator costs more than the tests themselves
            if not part(document):
                return False
        return True

    return every


def _any(parts: list[Predicate]) -> Predicate:
    if len(parts) == 2:
        first, second = parts
        return lambda document: first(document) or second(document)

    def some(document: Any) -> bool:
        for part in parts:  # noqa: SIM110  # as above
            if part(document):
                return True
        return False

    return some


def _some(keys: tuple[str, ...], passes: Passes, get: _Get) -> Predicate:
    """Whether some candidate passes. The common case, plain dicts all the way, is walked without a generator."""
    if get is not _item:
        return lambda document: any(passes(plain(each)) for each in _candidates(document, keys, get))

    def some(document: Any) -> bool:
        node = document
        for key in keys:
            if type(node) is not dict:
                return any(map(passes, _candidates(document, keys, get)))
            node = node.get(key, MISSING)
            if node is MISSING:
                return False
        if isinstance(node, ARRAYS):
            return any(map(passes, node))
        return passes(node)

    return some


def _reached(keys: tuple[str, ...], get: _Get) -> Predicate:
    def reached(document: Any) -> bool:
        return next(_values(document, keys, get), MISSING) is not MISSING

    return reached


def _candidates(document: Any, keys: tuple[str, ...], get: _Get) -> Iterator[Any]:
    """The values reached, an array replaced by its elements, once (rule 3)."""
    for value in _values(document, keys, get):
        if isinstance(value, ARRAYS):
            yield from value
        else:
            yield value


def _values(document: Any, keys: tuple[str, ...], get: _Get) -> Iterator[Any]:
    """The values that a path reaches: a step enters an object, or each object in one level of array (rule 2)."""
    level = [document]
    for depth, key in enumerate(keys):
        below = []
        for node in level:
            for each in node if depth and isinstance(node, ARRAYS) else (node,):
                value = get(each, key)
                if value is not MISSING:
                    below.append(value)
        level = below
    return iter(level)


def _item(node: Any, key: str) -> Any:
    return node.get(key, MISSING) if isinstance(node, Mapping) else MISSING


class _Descending:
    """A sort value in the exact reverse order."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: _Descending) -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Descending) and bool(self.value == other.value)

    def __hash__(self) -> int:
        return hash(self.value)


_NULL_LAST: Final = (1,)


def _sort_part(key: BoundSortKey, get: _Get) -> Callable[[Any], Any]:
    """The sort value of one key: a tuple whose first item places missing and null, whatever the direction."""
    keys, instant, descending = key.target.keys, key.instant, key.descending
    null, place = (_NULL_LAST, 0) if key.nulls_last else ((0,), 1)

    def part(document: Any) -> Any:
        node = document
        for each in keys:
            node = get(node, each)
        if node is None or node is MISSING:
            return null
        value = sort_value(node if get is _item else plain(node), instant)
        return (place, _Descending(value) if descending else value)

    return part
