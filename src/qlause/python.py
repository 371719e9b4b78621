"""Bound query → Python functions over JSON-like documents: the reference for every other backend.

A document is any Mapping; arrays are lists and tuples. What is no object is not entered, and what is of another type
than a test asks for does not pass it: odd documents never raise. User text is only ever data.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias, Unpack

from .backends.python.access import MISSING, attribute, item, plain
from .backends.python.source import PredicateSource
from .bound.binder import BindOptions, bind
from .bound.fields import FieldsOptions, bind_fields
from .bound.nodes import BoundSort, BoundSortKey
from .bound.sort import SortOptions, bind_sort
from .syntax.nodes import Fields, Query, Sort
from .values.sort_values import SortValue, sort_value

if TYPE_CHECKING:
    from .bound.cursor import Cursor

__all__ = ["after", "predicate", "prefilter", "projector", "sort_key"]

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
    return PredicateSource(bind(query, **options).root, _attribute_or_item(attributes)).compile()


def prefilter(query: str | Query, **options: Unpack[BindOptions]) -> Callable[[bytes], bool]:
    """A function that tells whether a JSON text may be one of a document that is selected, before it is parsed.

    False is certain; after True, parse it and ask the :func:`predicate`. The text is the UTF-8 of one JSON document,
    whatever its escapes and blanks, whose strings and numbers the predicate sees as such: who makes native dates of
    strings while reading cannot use it. Options and errors are those of :func:`qlause.bind`.

    >>> may_match = prefilter('name:~john qty:>=2')
    >>> may_match(b'{"name":"JOHN","qty":1}'), may_match(b'{"name":"Jane","qty":2}'), may_match(b'{"qty":2}')
    (True, False, False)
    """
    from .backends.python.prefilter import Prefilter

    return Prefilter(bind(query, **options).root)


def sort_key(sort: str | Sort, *, attributes: bool = False, **options: Unpack[SortOptions]) -> Callable[[Any], Any]:
    """A ``key`` for ``sorted``: missing and null, numbers, strings by code point, false, true, date-times, all else.

    A sort does not look into arrays: a path through one is missing. A unique field is appended (``unique="id"``), so
    that the order is total. Options and errors are those of :func:`qlause.bind_sort`.

    >>> sorted([{"id": 1, "a": "x"}, {"id": 2}, {"id": 3, "a": 7}], key=sort_key("a:desc"))
    [{'id': 1, 'a': 'x'}, {'id': 3, 'a': 7}, {'id': 2}]
    """
    return _sort_key(bind_sort(sort, **options), _attribute_or_item(attributes))


def after(
    sort: str | Sort,
    cursor: Cursor | None,
    *,
    attributes: bool = False,
    backward: bool = False,
    **options: Unpack[SortOptions],
) -> Predicate:
    """A function that tells whether a document stands behind a cursor in a sort; with ``backward``, before it.

    Without a cursor (None) every document does: the first page. The page before a cursor is the first of what stands
    before it, sorted with ``reverse=True``, and turned round. Options and errors are those of :func:`sort_key`;
    CursorError with the code ``cursor_sort`` for a cursor of another sort, TypeError for what is no Cursor, as its text
    is not.

    >>> behind = after("a", Cursor.of("a", {"id": 1, "a": 7}))
    >>> [behind(document) for document in ({"id": 1, "a": 7}, {"id": 2, "a": 7}, {"id": 0, "a": 8}, {"id": 3})]
    [False, True, True, False]
    """
    bound = bind_sort(sort, **options)
    if cursor is None:
        return lambda _: True
    from .bound.cursor import values_for

    key_of = _sort_key(bound, _attribute_or_item(attributes))
    parts = [_placed(key, value) for key, value in zip(bound.keys, values_for(cursor, bound), strict=True)]
    place: Any = parts[0] if len(parts) == 1 else tuple(parts)
    if backward:
        return lambda document: bool(key_of(document) < place)
    return lambda document: bool(place < key_of(document))


def projector(
    fields: str | Fields, *, attributes: bool = False, **options: Unpack[FieldsOptions]
) -> Callable[[Any], Any]:
    """A function from a document to a dict of the asked fields, in the document's own order and shape.

    An object on the way stays, even if it ends up empty; an array keeps its order, each element projected; anything
    else in the place of an object on the way is left out (rule 21). Values are shared with the document, not copied,
    and where nothing is left out the document itself comes back. Options and errors are those of
    :func:`qlause.bind_fields`.

    >>> projector("name,groups.id")({"id": 1, "name": "x", "groups": [{"id": 2, "name": "y"}, 3]})
    {'name': 'x', 'groups': [{'id': 2}]}
    """
    from .backends.python.projection import projection

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


def _sort_key(sort: BoundSort, get: _Get) -> Callable[[Any], Any]:
    parts = tuple(_sort_part(key, get) for key in sort.keys)
    if len(parts) == 1:
        return parts[0]
    return lambda document: tuple([part(document) for part in parts])


def _sort_part(key: BoundSortKey, get: _Get) -> Callable[[Any], Any]:
    """The sort value of one key of a document."""
    keys, instant = key.target.keys, key.instant

    def part(document: Any) -> Any:
        node = document
        for each in keys:
            node = get(node, each)
        if node is None or node is MISSING:
            return _placed(key, None)
        return _placed(key, sort_value(node if get is item else plain(node), instant))

    return part


def _placed(key: BoundSortKey, value: SortValue | None) -> Any:
    """A tuple whose first item places missing and null, whatever the direction."""
    if value is None:
        return (1,) if key.nulls_last else (0,)
    return (0 if key.nulls_last else 1, _Descending(value) if key.descending else value)


def _attribute_or_item(attributes: bool) -> _Get:
    return attribute if attributes else item
