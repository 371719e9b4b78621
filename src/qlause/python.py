"""Python functions over documents in memory: predicates, sort keys and projectors.

A document is a mapping, as ``json.loads`` returns it; arrays are lists, tuples, sets and the like, and a member of an
Enum is its value. A value of another type than a test asks for does not pass it, and a step into a value that is no
object finds nothing, so no document makes a function raise. Anything but a document (None, a row, an object
without ``attributes=True``) raises TypeError. This backend is the reference: every other one selects the same
documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias, Unpack

from .backends.python.access import MISSING, attribute, item, require_document
from .backends.python.source import PredicateSource
from .bound.binder import BindOptions, bind
from .bound.fields import FieldsOptions, bind_fields
from .bound.nodes import BoundFields, BoundSort, BoundSortKey
from .bound.query import BoundQuery
from .bound.sort import SortOptions, bind_sort
from .syntax.nodes import Fields, Query, Sort
from .values.sort_values import SortValue, sort_value

if TYPE_CHECKING:
    from .bound.cursor import Cursor
    from .listing.page import Page
    from .listing.request import ListRequest

__all__ = ["after", "page", "predicate", "prefilter", "projector", "sort_key"]

Predicate: TypeAlias = Callable[[Any], bool]
_Get: TypeAlias = Callable[[Any, str], Any]


def predicate(
    query: str | Query | BoundQuery, *, attributes: bool = False, **options: Unpack[BindOptions]
) -> Predicate:
    """Make a function that returns whether a document matches a query.

    Args:
        query: The text of ``q``, or a parsed query.
        attributes: Whether to read the public attributes of objects that are no mappings, those of pydantic by their
            aliases too. Give a schema too: without one a query can ask for any attribute.
        **options: ``schema``, ``now``, ``timezone``, ``language`` and ``limits``, see :class:`qlause.BindOptions`.

    Returns:
        A function from a document to True or False. It raises TypeError if it gets anything but a document,
        and no other error.

    Raises:
        QuerySyntaxError: The text is not in the language (``syntax`` and other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_depth``, ``limit_tests``,
            ``limit_list``, ``limit_path``, ``limit_contains``).
        UnknownFieldError: The schema has no such field (``unknown_field``), it cannot be filtered by
            (``not_filterable``), or it is named without a language (``language_needed``).
        OperatorNotAllowedError: The field does not take the operator (``operator_not_allowed``).
        ValueReadingError: A value cannot be read as the type of its field (``value``).
        TypeError: There is no such option, or it can have no effect.
        ValueError: ``now`` has no time zone.

    Example:
        >>> matches = predicate('name:~john qty:>=2')
        >>> matches({"name": "John S", "qty": 2}), matches({"name": "John S"})
        (True, False)

    """
    return PredicateSource(bind(query, **options), _attribute_or_item(attributes)).compile()


def prefilter(query: str | Query | BoundQuery, **options: Unpack[BindOptions]) -> Callable[[bytes], bool]:
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
        TypeError: There is no such option, or it can have no effect.
        ValueError: ``now`` has no time zone.

    Example:
        >>> may_match = prefilter('name:~john qty:>=2')
        >>> may_match(b'{"name":"JOHN","qty":1}'), may_match(b'{"name":"Jane","qty":2}'), may_match(b'{"qty":2}')
        (True, False, False)

    """
    from .backends.python.prefilter import Prefilter

    return Prefilter(bind(query, **options).root)


def sort_key(
    sort: str | Sort | BoundSort, *, attributes: bool = False, **options: Unpack[SortOptions]
) -> Callable[[Any], Any]:
    """Make a ``key`` for ``sorted``.

    Ascending, the order is: missing and null, numbers, strings by code point, false, true, date-times, all other values
    (rule 20). A sort does not look into arrays: a value behind one counts as missing.

    Args:
        sort: The text of ``sort``, or a parsed sort.
        attributes: Whether to read the public attributes of objects that are no mappings, as for :func:`predicate`.
        **options: ``schema``, ``unique``, ``nulls``, ``language``, ``strict`` and ``limits``, see
            :class:`qlause.SortOptions`. The unique field, by default ``id``, is appended, so that the order is total.

    Returns:
        A function from a document to a value that compares with those of other documents. It raises TypeError if
        it gets anything but a document.

    Raises:
        QuerySyntaxError: The text is not in the language (``syntax``, ``duplicate_path``, ``empty_part``,
            ``sort_direction``, ``sort_sign`` and other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_path``).
        UnknownFieldError: The schema has no such field (``unknown_field``), it cannot be sorted by
            (``not_sortable``), or it is named without a language (``language_needed``).
        OperatorNotAllowedError: The field is an array or an object, which has no order (``not_ordered``).
        TypeError: There is no such option, or it can have no effect.
        ValueError: ``nulls`` is neither ``first`` nor ``last``, or ``unique`` is not one field name.

    Example:
        >>> sorted([{"id": 1, "a": "x"}, {"id": 2}, {"id": 3, "a": 7}], key=sort_key("a:desc"))
        [{'id': 1, 'a': 'x'}, {'id': 3, 'a': 7}, {'id': 2}]

    """
    return _sort_key(bind_sort(sort, **options), _attribute_or_item(attributes))


def after(
    sort: str | Sort | BoundSort,
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
        A function from a document to True or False. It raises TypeError if it gets anything but a document.

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

        def is_document(document: Any) -> bool:
            require_document(document, attributes)
            return True

        return is_document
    from .bound.cursor import values_for

    key_of = _sort_key(bound, _attribute_or_item(attributes))
    parts = [_key_part(key, value) for key, value in zip(bound.keys, values_for(cursor, bound), strict=True)]
    cursor_key: Any = parts[0] if len(parts) == 1 else tuple(parts)
    if backward:
        return lambda document: bool(key_of(document) < cursor_key)
    return lambda document: bool(cursor_key < key_of(document))


def projector(
    fields: str | Fields | BoundFields, *, attributes: bool = False, **options: Unpack[FieldsOptions]
) -> Callable[[Any], Any]:
    """Make a function that keeps the fields of a document that a request asks for (rule 21).

    Keys and elements stay in their order. An object on the way to a field stays even if nothing is left in it. In an
    array each element is projected; one that is not an object is left out. Values are shared with the document.

    With a schema, only declared fields come out. An object with declared fields below it is closed: these come out of
    it, and nothing else, unless it is declared as open.

    Args:
        fields: The text of ``fields``, or parsed fields. Empty: all that the schema declares and does not hide, or
            without a schema, everything.
        attributes: Whether to read the public attributes of objects that are no mappings, as for :func:`predicate`.
        **options: ``schema``, ``always`` and ``limits``, see :class:`qlause.FieldsOptions`.

    Returns:
        A function from a document to a dict; to the document itself if there is nothing to leave out. It raises
        TypeError if it gets anything but a document.

    Raises:
        QuerySyntaxError: The text is not in the language (``syntax``, ``empty_part``, ``direction_in_fields`` and
            other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_path``).
        UnknownFieldError: The schema has no such field (``unknown_field``), or it is hidden (``not_projectable``).
        TypeError: There is no such option, it can have no effect, or ``always`` is one text.
        ValueError: A field of ``always`` is below a hidden one.

    Example:
        >>> projector("name,groups.id")({"id": 1, "name": "x", "groups": [{"id": 2, "name": "y"}, 3]})
        {'name': 'x', 'groups': [{'id': 2}]}

    """
    from .backends.python.public import document_projection

    return document_projection(bind_fields(fields, **options), attributes)


def page(documents: Iterable[Any], request: ListRequest, *, attributes: bool = False) -> Page:
    """Answer a request to a list endpoint with documents in memory.

    Args:
        documents: All documents.
        request: The request, read by :meth:`qlause.Listing.read`.
        attributes: Whether to read the public attributes of objects that are no mappings, as for :func:`predicate`.

    Returns:
        The page.

    Raises:
        RequestError: The cursor is of another sort (``cursor_sort``).
        ValueError: The listing is restricted, and the request is not.

    Example:
        >>> listing = Listing({"id": "integer", "name": "string"})
        >>> request = listing.read({"q": "name:y", "fields": "name"})
        >>> page([{"id": 1, "name": "x"}, {"id": 2, "name": "y"}], request).items
        [{'name': 'y'}]

    """
    from .backends.python.public import document_items
    from .bound.cursor import Cursor
    from .listing.page import page_of

    matches = predicate(request.query, attributes=attributes)
    key = sort_key(request.sort, attributes=attributes)
    found = list(filter(matches, documents))
    total = len(found) if request.wants_total else None
    if request.cursor is not None:
        with request.naming("cursor"):
            is_beyond = after(request.sort, request.cursor, attributes=attributes, backward=request.backward)
        found = list(filter(is_beyond, found))
    found.sort(key=key)
    if request.backward:
        found.reverse()
    sorted_values = projector(BoundFields(tuple(key.target.keys for key in request.sort.keys)), attributes=attributes)
    return page_of(
        request,
        found[request.offset : request.offset + request.size + 1],
        total,
        item=document_items(request.fields, attributes),
        cursor=lambda document: Cursor.of(request.sort, sorted_values(document)),
    )


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

    def key_of(document: Any) -> Any:
        if not parts:
            require_document(document, get is attribute)
        return tuple([part(document) for part in parts])

    return key_of


def _part_of(key: BoundSortKey, get: _Get) -> Callable[[Any], Any]:
    """Make a function from a document to its part of the sort key."""
    names, instant = key.target.keys, key.instant

    def part(document: Any) -> Any:
        value = document
        for name in names:
            value = get(value, name)
        if isinstance(value, Enum):
            value = value.value
        if value is None or value is MISSING:
            if type(document) is not dict:  # looked at here, because it costs nothing where there is a value
                require_document(document, get is attribute)
            return _key_part(key, None)
        return _key_part(key, sort_value(value, instant))

    return part


def _key_part(key: BoundSortKey, value: SortValue | None) -> Any:
    """A part of a sort key: a tuple whose first item puts missing and null first or last, in both directions."""
    if value is None:
        return (1,) if key.nulls_last else (0,)
    return (0 if key.nulls_last else 1, _Descending(value) if key.descending else value)


def _attribute_or_item(attributes: bool) -> _Get:
    return attribute if attributes else item
