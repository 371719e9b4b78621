"""Queries, sorts and fields as the documents that MongoDB's ``find`` takes, with the meaning of the Python predicate.

The results go unchanged into pymongo and its kin: ``collection.find(filter, projection).sort(sort)``. A filter holds
constants only: no ``$where``, no ``$expr``, and no operator or pattern that a user wrote.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Unpack

from .backends.mongo.filters import filter_of
from .backends.mongo.sort import after_of, sort_of
from .backends.mongo.values import path_of
from .bound.binder import BindOptions, bind
from .bound.cursor import Cursor
from .bound.fields import FieldsOptions, bind_fields
from .bound.nodes import BoundFields, BoundSort
from .bound.query import BoundQuery
from .bound.sort import SortOptions, bind_sort
from .errors import UnsupportedError
from .schema.storage import Target
from .syntax.nodes import Fields, Query, Sort

if TYPE_CHECKING:
    from .listing.page import Page
    from .listing.request import ListRequest

__all__ = ["after", "apage", "filter", "page", "projection", "sort"]


def filter(  # noqa: A001  # the word of the driver for it
    query: str | Query | BoundQuery, *, decimals: bool = True, **options: Unpack[BindOptions]
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
    return filter_of(bind(query, **options), decimals)


def sort(
    sort: str | Sort | BoundSort, *, backward: bool = False, **options: Unpack[SortOptions]
) -> list[tuple[str, int]]:
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
            ``key`` for a key with a dot or a leading ``$``; ``sort_keys`` for more than 32 fields.

    Example:
        >>> sort("name,qty:desc", unique="_id")
        [('name', 1), ('qty', -1), ('_id', -1)]

    """
    bound = bind_sort(sort, **options)
    return sort_of(bound.reversed() if backward else bound)


def after(
    sort: str | Sort | BoundSort, cursor: Cursor | None, *, backward: bool = False, **options: Unpack[SortOptions]
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
        UnsupportedError: MongoDB does not have the order (codes ``nulls``, ``instant_text``, ``key``, ``sort_keys``).
        CursorError: with the code ``cursor_sort`` for a cursor of another sort, and with ``cursor_value`` if the
            document of the cursor has an object or an array there, which MongoDB sorts in its own order.
        TypeError: ``cursor`` is no Cursor; decode the client's text first.

    Example:
        >>> after("qty:desc", Cursor.of("qty:desc", {"id": 3, "qty": 7}))
        {'$or': [{'qty': {'$lt': 7}}, {'qty': None}, {'qty': 7, 'id': {'$lt': 3}}, ...]}

    """
    bound = bind_sort(sort, **options)
    return {} if cursor is None else after_of(bound, cursor, backward)


def projection(fields: str | Fields | BoundFields, **options: Unpack[FieldsOptions]) -> dict[str, int]:
    """The projection that gives what :func:`qlause.python.projector` gives.

    One thing is MongoDB's own: where an index alone answers (a covered query), it gives null for what is missing.

    Args:
        fields: a text, or fields that were parsed. If there are none, everything comes out that the schema lets out, or
            without a schema, everything.
        **options: ``schema``, ``always`` and ``limits``, as :func:`qlause.bind_fields` takes them.

    Returns:
        The fields to include, ``_id`` only if it is asked for; empty if everything comes out, and what is hidden, to be
        excluded, if everything else does.

    Raises:
        QuerySyntaxError: the text is no list of fields.
        LimitExceededError: the text is larger than the limits.
        UnknownFieldError: the schema does not know the field, or does not let it out.
        UnsupportedError: with the code ``hidden`` for an open object that holds a hidden field, because MongoDB cannot
            include the one and exclude the other, and where nothing may come out; with ``key`` for a key with a dot or
            a leading ``$``.

    Example:
        >>> projection("name,groups.id")
        {'_id': 0, 'name': 1, 'groups.id': 1}

    """
    bound = bind_fields(fields, **options)
    if bound.include is None:
        return {path_of(Target(keys)): 0 for keys in bound.exclude}
    if bound.exclude:
        message, hint = (
            "MongoDB cannot give out an object as a whole without a part of it",
            "ask for the fields below it",
        )
        raise UnsupportedError(message, code="hidden", hint=hint)
    if not bound.include:  # a projection without a path to include would give out everything else
        raise UnsupportedError("MongoDB cannot give out documents without any field", code="hidden")
    included = {path_of(Target(keys)): 1 for keys in bound.include}
    return included if any(keys[0] == "_id" for keys in bound.include) else {"_id": 0, **included}


def page(collection: Any, request: ListRequest) -> Page:
    """Answer a request to a list endpoint with the documents of a collection.

    Args:
        collection: A collection of pymongo.
        request: The request, read by :meth:`qlause.Listing.read`.

    Returns:
        The page. Its items are public documents.

    Raises:
        RequestError: MongoDB cannot answer the request exactly, or the cursor is of another sort.
        ValueError: The listing is restricted, and the request is not.

    Example:
        >>> from pymongo import MongoClient
        >>> orders = MongoClient().shop.orders  # doctest: +SKIP
        >>> page(orders, Listing({"id": {"type": "integer", "stored": "_id"}}).read("q=id:>2")).items  # doctest: +SKIP
        [{'id': 3}]

    """
    selected, arguments = _find(request)
    total = collection.count_documents(selected) if request.wants_total else None
    return _page(request, list(collection.find(**arguments)), total)


async def apage(collection: Any, request: ListRequest) -> Page:
    """Answer a request as :func:`page` does, with an asynchronous collection of pymongo.

    Args:
        collection: A collection of pymongo's ``AsyncMongoClient``.
        request: The request, read by :meth:`qlause.Listing.read`.

    Returns:
        The page.

    Raises:
        RequestError: MongoDB cannot answer the request exactly, or the cursor is of another sort.
        ValueError: The listing is restricted, and the request is not.

    """
    selected, arguments = _find(request)
    total = await collection.count_documents(selected) if request.wants_total else None
    return _page(request, await collection.find(**arguments).to_list(), total)


_kept_sort: Final = lru_cache(maxsize=64)(sort)
_kept_projection: Final = lru_cache(maxsize=64)(projection)


def _find(request: ListRequest) -> tuple[dict[str, Any], dict[str, Any]]:
    """The filter of all documents that a request selects, and the arguments that find those of its page."""
    with request.naming("q"):
        selected = filter(request.query)
    with request.naming("sort"):
        order = _kept_sort(request.sort, backward=request.backward)
    conditions = selected
    if request.cursor is not None:
        with request.naming("cursor"):
            conditions = {"$and": [selected, after(request.sort, request.cursor, backward=request.backward)]}
    try:
        fetched = request.fetched
        included = (_kept_projection if fetched.is_small else projection)(fetched)
    except UnsupportedError:  # the projector leaves out what MongoDB cannot
        included = {}
    page_arguments = {"skip": request.offset, "limit": request.size + 1, "sort": list(order)}
    return selected, {"filter": conditions, "projection": dict(included) or None, **page_arguments}


def _page(request: ListRequest, documents: list[dict[str, Any]], total: int | None) -> Page:
    from .backends.python.public import document_items
    from .listing.page import page_of

    return page_of(
        request,
        documents,
        total,
        item=document_items(request.fields, attributes=False),
        cursor=lambda document: Cursor.of(request.sort, document),
    )
