"""Python functions over documents in memory: predicates, sort keys and projectors.

A document is a mapping, as ``json.loads`` returns it; arrays are lists and tuples. A value of another type than a test
asks for does not pass it, and a step into a value that is no object finds nothing, so no document makes a function
raise. This backend is the reference: every other one selects the same documents.
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
    """Make a function that returns whether a document matches a query.

    Args:
        query: The text of ``q``, or a parsed query.
        attributes: Whether to read the public attributes of objects that are no mappings, and the values of members of
            an Enum. Give a schema too: without one a query can ask for any attribute.
        **options: ``schema``, ``now``, ``timezone``, ``language`` and ``limits``, see :class:`qlause.BindOptions`.

    Returns:
        A function from a document to True or False. It never raises.

    Raises:
        QuerySyntaxError: The text is not in the language (``syntax`` and other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_depth``, ``limit_tests``,
            ``limit_list``, ``limit_path``, ``limit_contains``).
        UnknownFieldError: The schema has no such field (``unknown_field``), it cannot be filtered by
            (``not_filterable``), or it is named without a language (``language_needed``).
        OperatorNotAllowedError: The field does not take the operator (``operator_not_allowed``).
        ValueReadingError: A value cannot be read as the type of its field (``value``).
        TypeError: There is no such option.
        ValueError: ``now`` has no time zone.

    Example:
        >>> matches = predicate('name:~john qty:>=2')
        >>> matches({"name": "John S", "qty": 2}), matches({"name": "John S"})
        (True, False)

    """
    return PredicateSource(bind(query, **options).root, _attribute_or_item(attributes)).compile()


def prefilter(query: str | Query, **options: Unpack[BindOptions]) -> Callable[[bytes], bool]:
    """Make a function that returns False if a JSON document cannot match a query, without parsing it.

    After True, parse the document and ask the :func:`predicate`. The predicate must see the strings and numbers of the
    JSON text unchanged: do not use a prefilter if you make dates of strings while parsing.

    Args:
        query: The text of ``q``, or a parsed query.
        **options: ``schema``, ``now``, ``timezone``, ``language`` and ``limits``, see :class:`qlause.BindOptions`.

    Returns:
        A function from the UTF-8 of one JSON document, with any escapes and white space, to True or False.

    Raises:
        QlauseError: The query is refused, with the classes and codes of :func:`predicate`.
        TypeError: There is no such option.
        ValueError: ``now`` has no time zone.

    Example:
        >>> may_match = prefilter('name:~john qty:>=2')
        >>> may_match(b'{"name":"JOHN","qty":1}'), may_match(b'{"name":"Jane","qty":2}'), may_match(b'{"qty":2}')
        (True, False, False)

    """
    from .backends.python.prefilter import Prefilter

    return Prefilter(bind(query, **options).root)


def sort_key(sort: str | Sort, *, attributes: bool = False, **options: Unpack[SortOptions]) -> Callable[[Any], Any]:
    """Make a ``key`` for ``sorted``.

    Ascending, the order is: missing and null, numbers, strings by code point, false, true, date-times, all other values
    (rule 20). A sort does not look into arrays: a value behind one counts as missing.

    Args:
        sort: The text of ``sort``, or a parsed sort.
        attributes: Whether to read the public attributes of objects that are no mappings, as for :func:`predicate`.
        **options: ``schema``, ``unique``, ``nulls``, ``language``, ``strict`` and ``limits``, see
            :class:`qlause.SortOptions`. The unique field, by default ``id``, is appended, so that the order is total.

    Returns:
        A function from a document to a value that compares with those of other documents.

    Raises:
        QuerySyntaxError: The text is not in the language (``syntax``, ``duplicate_path``, ``empty_part``,
            ``sort_direction``, ``sort_sign`` and other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_path``).
        UnknownFieldError: The schema has no such field (``unknown_field``), it cannot be sorted by
            (``not_sortable``), or it is named without a language (``language_needed``).
        OperatorNotAllowedError: The field is an array or an object, which has no order (``not_ordered``).
        TypeError: There is no such option.
        ValueError: ``nulls`` is neither ``first`` nor ``last``, or ``unique`` is not one field name.

    Example:
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
    """Make a function that returns whether a document comes after a cursor in a sort.

    For the previous page, take the documents before its first one (``backward=True``), sort them with
    ``reverse=True``, keep as many as fit on a page, and reverse these.

    Args:
        sort: The text of ``sort``, or a parsed sort: the one of the page.
        cursor: The position after which the page starts. None: the first page, so every document passes.
        attributes: Whether to read the public attributes of objects that are no mappings, as for :func:`predicate`.
        backward: Whether to select the documents before the cursor instead.
        **options: The options of the sort, see :class:`qlause.SortOptions`.

    Returns:
        A function from a document to True or False.

    Raises:
        QlauseError: The sort is refused, with the classes and codes of :func:`sort_key`.
        CursorError: The cursor was made for another sort (``cursor_sort``).
        TypeError: ``cursor`` is not a Cursor; decode the client's text first. Or there is no such option.
        ValueError: ``nulls`` is neither ``first`` nor ``last``, or ``unique`` is not one field name.

    Example:
        >>> is_after = after("a", Cursor.of("a", {"id": 1, "a": 7}))
        >>> [is_after(document) for document in ({"id": 1, "a": 7}, {"id": 2, "a": 7}, {"id": 0, "a": 8}, {"id": 3})]
        [False, True, True, False]

    """
    bound = bind_sort(sort, **options)
    if cursor is None:
        return lambda _: True
    from .bound.cursor import values_for

    key_of = _sort_key(bound, _attribute_or_item(attributes))
    parts = [_key_part(key, value) for key, value in zip(bound.keys, values_for(cursor, bound), strict=True)]
    cursor_key: Any = parts[0] if len(parts) == 1 else tuple(parts)
    if backward:
        return lambda document: bool(key_of(document) < cursor_key)
    return lambda document: bool(cursor_key < key_of(document))


def projector(
    fields: str | Fields, *, attributes: bool = False, **options: Unpack[FieldsOptions]
) -> Callable[[Any], Any]:
    """Make a function that keeps the fields of a document that a request asks for (rule 21).

    Keys and elements stay in their order. An object on the way to a field stays even if nothing is left in it. In an
    array each element is projected; one that is not an object is left out. Values are shared with the document.

    Args:
        fields: The text of ``fields``, or parsed fields. Empty: everything that the schema does not hide.
        attributes: Whether to read the public attributes of objects that are no mappings, as for :func:`predicate`.
        **options: ``schema``, ``always`` and ``limits``, see :class:`qlause.FieldsOptions`.

    Returns:
        A function from a document to a dict; to the document itself if there is nothing to leave out.

    Raises:
        QuerySyntaxError: The text is not in the language (``syntax``, ``empty_part``, ``direction_in_fields`` and
            other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_path``).
        UnknownFieldError: The schema has no such field (``unknown_field``), or it is hidden (``not_projectable``).
        TypeError: There is no such option, or ``always`` is one text.
        ValueError: A field of ``always`` is below a hidden one.

    Example:
        >>> projector("name,groups.id")({"id": 1, "name": "x", "groups": [{"id": 2, "name": "y"}, 3]})
        {'name': 'x', 'groups': [{'id': 2}]}

    """
    from .backends.python.projection import projection

    return projection(bind_fields(fields, **options), attributes)


class _Descending:
    """A sort value that compares in reverse."""

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
    parts = tuple(_part_of(key, get) for key in sort.keys)
    if len(parts) == 1:
        return parts[0]
    return lambda document: tuple([part(document) for part in parts])


def _part_of(key: BoundSortKey, get: _Get) -> Callable[[Any], Any]:
    """Make a function from a document to its part of the sort key."""
    names, instant = key.target.keys, key.instant

    def part(document: Any) -> Any:
        value = document
        for name in names:
            value = get(value, name)
        if value is None or value is MISSING:
            return _key_part(key, None)
        return _key_part(key, sort_value(value if get is item else plain(value), instant))

    return part


def _key_part(key: BoundSortKey, value: SortValue | None) -> Any:
    """A part of a sort key: a tuple whose first item puts missing and null first or last, in both directions."""
    if value is None:
        return (1,) if key.nulls_last else (0,)
    return (0 if key.nulls_last else 1, _Descending(value) if key.descending else value)


def _attribute_or_item(attributes: bool) -> _Get:
    return attribute if attributes else item
