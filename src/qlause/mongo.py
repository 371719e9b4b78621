"""Queries, sorts and fields as the documents that MongoDB's ``find`` takes, with the meaning of the Python predicate.

The results go unchanged into pymongo and its kin: ``collection.find(filter, projection).sort(sort)``. A filter holds
constants only: no ``$where``, no ``$expr``, and no operator or pattern that a user wrote.
"""

from __future__ import annotations

from typing import Any, Unpack

from .backends.mongo.filters import filter_of
from .backends.mongo.sort import after_of, sort_of
from .backends.mongo.values import path_of
from .bound.binder import BindOptions, bind
from .bound.cursor import Cursor
from .bound.fields import FieldsOptions, bind_fields
from .bound.sort import SortOptions, bind_sort
from .errors import UnsupportedError
from .schema.storage import Target
from .syntax.nodes import Fields, Query, Sort

__all__ = ["after", "filter", "projection", "sort"]


def filter(  # noqa: A001  # the word of the driver for it
    query: str | Query, *, decimals: bool = True, **options: Unpack[BindOptions]
) -> dict[str, Any]:
    """The filter that selects the documents that :func:`qlause.python.predicate` selects.

    Args:
        query: a text, or a query that was parsed or built.
        decimals: whether numbers may be stored as Decimal128. A literal such as 0.1 then means that decimal there and
            the nearest double elsewhere. Without it all fractions are doubles, and the filter is simpler.
        **options: ``schema``, ``now``, ``timezone``, ``language`` and ``limits``, as :func:`qlause.bind` takes them.

    Returns:
        A document of the caller's own.

    Raises:
        QuerySyntaxError: the text is no query.
        LimitExceededError: the text is larger than the limits.
        UnknownFieldError: the schema does not know the field, or does not let queries use it.
        OperatorNotAllowedError: the field does not take the operator.
        ValueReadingError: a literal is no value of the field's type.
        UnsupportedError: MongoDB cannot express the query. Codes: ``key`` for a key with a dot or a leading ``$``;
            ``date`` for a field declared as a native date; ``depth``, ``alternatives``, ``patterns`` and
            ``pattern_length`` for what is too large for it.
        ImportError: the filter holds a Decimal128, UUID or ObjectId, and pymongo is not installed.

    Example:
        >>> filter('name:"John" qty:>=2')
        {'name': 'John', 'qty': {'$gte': 2}}

    """
    return filter_of(bind(query, **options).root, decimals)


def sort(sort: str | Sort, *, backward: bool = False, **options: Unpack[SortOptions]) -> list[tuple[str, int]]:
    """The sort as pairs for ``cursor.sort``.

    The order is that of rule 20 if each field holds values of one type and no arrays, as a schema promises. Otherwise
    it is MongoDB's own: it has another order of types, and looks into arrays.

    Args:
        sort: a text, or a sort that was parsed.
        backward: whether to give the exact reverse, for the page before a cursor.
        **options: ``schema``, ``unique``, ``nulls``, ``language``, ``strict`` and ``limits``, as
            :func:`qlause.bind_sort` takes them. The unique field (``id``) is appended.

    Returns:
        Pairs of a dotted path and 1 or -1.

    Raises:
        QuerySyntaxError: the text is no sort.
        LimitExceededError: the text is larger than the limits.
        UnknownFieldError: the schema does not know the field, or does not let it be sorted by.
        OperatorNotAllowedError: the field is an object or an array, which has no order.
        UnsupportedError: MongoDB does not have the order. Codes: ``nulls`` if missing and null do not come first
            ascending and last descending; ``instant_text`` for a date-time that may be stored as text of any length;
            ``key`` for a key with a dot or a leading ``$``.

    Example:
        >>> sort("name,qty:desc", unique="_id")
        [('name', 1), ('qty', -1), ('_id', 1)]

    """
    bound = bind_sort(sort, **options)
    return sort_of(bound.reversed() if backward else bound)


def after(
    sort: str | Sort, cursor: Cursor | None, *, backward: bool = False, **options: Unpack[SortOptions]
) -> dict[str, Any]:
    """The filter for the documents after a cursor in a sort, to be combined by ``$and`` with that of the query.

    Args:
        sort: a text, or a sort that was parsed.
        cursor: the last document of the page before. None: the first page, so that every document is selected.
        backward: whether to select the documents before the cursor instead.
        **options: the same as for :func:`sort`.

    Returns:
        A document of the caller's own; it is empty without a cursor.

    Raises:
        QuerySyntaxError: the text is no sort.
        LimitExceededError: the text is larger than the limits.
        UnknownFieldError: the schema does not know the field, or does not let it be sorted by.
        OperatorNotAllowedError: the field is an object or an array, which has no order.
        UnsupportedError: MongoDB does not have the order (codes ``nulls``, ``instant_text``, ``key``).
        CursorError: with the code ``cursor_sort`` for a cursor of another sort, and with ``cursor_value`` if the
            document of the cursor has an object or an array there, which MongoDB sorts in its own order.
        TypeError: ``cursor`` is no Cursor; decode the client's text first.

    Example:
        >>> after("qty:desc", Cursor.of("qty:desc", {"id": 3, "qty": 7}))
        {'$or': [{'qty': {'$lt': 7}}, {'qty': None}, {'qty': 7, 'id': {'$gt': 3}}, ...]}

    """
    bound = bind_sort(sort, **options)
    return {} if cursor is None else after_of(bound, cursor, backward)


def projection(fields: str | Fields, **options: Unpack[FieldsOptions]) -> dict[str, int]:
    """The projection that gives what :func:`qlause.python.projector` gives.

    Args:
        fields: a text, or fields that were parsed. If there are none, everything comes out that the schema lets out.
        **options: ``schema``, ``always`` and ``limits``, as :func:`qlause.bind_fields` takes them.

    Returns:
        The fields to include, ``_id`` only if it is asked for; or if all are asked for, those to exclude.

    Raises:
        QuerySyntaxError: the text is no list of fields.
        LimitExceededError: the text is larger than the limits.
        UnknownFieldError: the schema does not know the field, or does not let it out.
        UnsupportedError: with the code ``hidden`` for an object that holds a hidden field, because MongoDB cannot
            include the one and exclude the other; with ``key`` for a key with a dot or a leading ``$``.

    Example:
        >>> projection("name,groups.id")
        {'_id': 0, 'name': 1, 'groups.id': 1}

    """
    bound = bind_fields(fields, **options)
    hidden = _outermost(bound.exclude)
    if bound.include is None:
        return {path_of(Target(keys)): 0 for keys in hidden}
    for keys in bound.include:
        below = [path_of(Target(path)) for path in hidden if path[: len(keys)] == keys]
        if below:
            message = f"MongoDB cannot give {path_of(Target(keys))} without {', '.join(below)}"
            raise UnsupportedError(message, code="hidden", hint="ask for the fields below it")
    included = {path_of(Target(keys)): 1 for keys in bound.include}
    return included if any(keys[0] == "_id" for keys in bound.include) else {"_id": 0, **included}


def _outermost(paths: tuple[tuple[str, ...], ...]) -> list[tuple[str, ...]]:
    """The paths without those under another one, which MongoDB refuses."""
    known = set(paths)
    return [path for path in paths if not any(path[:length] in known for length in range(1, len(path)))]
