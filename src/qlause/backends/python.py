"""Bound query → Python functions over JSON-like documents: the reference for every other backend.

A document is any Mapping; arrays are lists and tuples. What is no object is not entered, and what is of another type
than a test asks for does not pass it: odd documents never raise. User text is only ever data.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias, Unpack

from ..ast import Fields, Query, Sort
from ..bind import BindOptions, bind
from ..bound import BoundSortKey
from ..fields import FieldsOptions, bind_fields
from ..sort import SortOptions, bind_sort
from .python_source import PredicateSource
from .python_values import MISSING, attribute, item, plain, sort_value

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
    return PredicateSource(bind(query, **options).root, attribute if attributes else item).compile()


def sort_key(sort: str | Sort, *, attributes: bool = False, **options: Unpack[SortOptions]) -> Callable[[Any], Any]:
    """A ``key`` for ``sorted``: missing and null, numbers, strings by code point, false, true, date-times, all else.

    A sort does not look into arrays: a path through one is missing. A unique field is appended (``unique="id"``), so
    that the order is total. Options and errors are those of :func:`qlause.sort.bind_sort`.

    >>> sorted([{"id": 1, "a": "x"}, {"id": 2}, {"id": 3, "a": 7}], key=sort_key("a:desc"))
    [{'id': 1, 'a': 'x'}, {'id': 3, 'a': 7}, {'id': 2}]
    """
    keys = [(key, _sort_part(key, attribute if attributes else item)) for key in bind_sort(sort, **options).keys]
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
        value = sort_value(node if get is item else plain(node), instant)
        return (place, _Descending(value) if descending else value)

    return part
