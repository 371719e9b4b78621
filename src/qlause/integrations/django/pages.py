"""Pages of list endpoints from querysets of Django, synchronous and asynchronous."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

from ...backends.python.access import MISSING
from ...backends.python.public import row_items
from ...listing.page import Page, page_of
from ...listing.request import ListRequest
from ...listing.settings import ListingSettings
from ...schema.permissions import PERMISSIONS
from ...schema.schema import Schema
from ..derived_schema import refuse_names_apart, refuse_no_document
from .elements import Attributes, after, cursor_of, only, order_by, where
from .querysets import each_once
from .relations import known_as, with_transforms

__all__ = ["apage", "check_columns", "in_order", "page"]


def page(queryset: Any, request: ListRequest) -> Page:
    """Answer a request to a list endpoint with the objects of a queryset.

    Args:
        queryset: A queryset with any filters of your own, or a manager. An order of its own does not count. An object
            that a filter finds by several related rows is there once.
        request: The request, read by :meth:`qlause.Listing.read`.

    Returns:
        The page. Its items are public documents, and only the fields that they need are loaded.

    Raises:
        RequestError: The database cannot answer the request exactly, or the cursor is of another sort.
        TypeError: It is no queryset, or one that takes no further conditions: a slice, a union, ``values()``.
        ValueError: The listing is restricted, and the request is not.

    Example:
        >>> from examples.shop.models import Customer
        >>> page(Customer.objects, Listing(schema_of(Customer)).read("q=id:1")).items  # doctest: +SKIP
        [{'id': 1, 'name': 'Ada'}]

    """
    selected, rows = _querysets(queryset, request)
    with request.naming():
        total = selected.count() if request.wants_total else None
        found = list(rows)
    return _page(request, found, total)


async def apage(queryset: Any, request: ListRequest) -> Page:
    """Answer a request as :func:`page` does, without blocking the event loop.

    Args:
        queryset: A queryset with any filters of your own, or a manager.
        request: The request, read by :meth:`qlause.Listing.read`.

    Returns:
        The page.

    Raises:
        RequestError: The database cannot answer the request exactly, or the cursor is of another sort.
        TypeError: It is no queryset, or one that takes no further conditions: a slice, a union, ``values()``.
        ValueError: The listing is restricted, and the request is not.

    """
    selected, rows = _querysets(queryset, request)
    with request.naming():
        total = await selected.acount() if request.wants_total else None
        found = [row async for row in rows]
    return _page(request, found, total)


def _querysets(queryset: Any, request: ListRequest) -> tuple[Any, Any]:
    """All objects that a request selects, and those of its page with one more."""
    document = request.listing.document
    queryset = each_once(queryset)
    if queryset._fields is not None:
        raise TypeError("a page is of objects: leave out values() and values_list()")
    check_columns(request.listing, queryset)
    with request.naming("q"):
        selected = queryset.filter(where(request.query, document=document))
    with request.naming("sort"):
        rows = in_order(selected, order_by(request.sort, document=document, backward=request.backward))
    if request.cursor is not None:
        with request.naming("cursor"):
            rows = rows.filter(after(request.sort, request.cursor, document=document, backward=request.backward))
    with request.naming("fields"):
        columns = [name for name in only(request.fetched, document=document) if name not in rows.query.annotations]
        names = [known_as(queryset.model, name) for name in columns]
    rows = with_transforms(rows, names)
    names = [name for name in names if name not in rows.query.annotations] or ["pk"]
    related = {name.rpartition("__")[0] for name in names if "__" in name}
    # What the queryset joins of its own cannot be joined where only some fields are loaded.
    rows = rows.select_related(None).select_related(*related) if related else rows.select_related(None)
    return selected, rows.only(*names)[request.offset : request.offset + request.size + 1]


def check_columns(listing: ListingSettings, queryset: Any, permissions: tuple[str, ...] = PERMISSIONS) -> None:
    """Raise ValueError where a listing's schema does not fit the objects of a queryset.

    It does not fit if it hides a column under one name only, or if a field with one of the permissions is stored
    nowhere.
    """
    model, document = queryset.model, listing.document
    has_documents = document in queryset.query.annotations or any(
        document in (field.name, field.attname) for field in model._meta.concrete_fields
    )
    _check_columns(listing.schema, model, None if has_documents else document, permissions)


@lru_cache(maxsize=256)
def _check_columns(schema: Schema, model: Any, lacks_document: str | None, permissions: tuple[str, ...]) -> None:
    refuse_names_apart(schema, partial(known_as, model))
    if lacks_document is not None:
        refuse_no_document(schema, lacks_document, model.__name__, permissions)


def in_order(queryset: Any, terms: list[Any]) -> Any:
    """The queryset in an order, also if it was reversed, which Django would keep doing."""
    ordered = queryset.order_by(*terms)
    return ordered if ordered.query.standard_ordering else ordered.reverse()


def _page(request: ListRequest, rows: list[Any], total: int | None) -> Page:
    document = request.listing.document
    return page_of(
        request,
        rows,
        total,
        item=row_items(request.fields, document, _value),
        cursor=lambda row: cursor_of(request.sort, row, document=document),
    )


def _value(row: Any, name: str) -> Any:
    try:
        return Attributes(row)[name]
    except KeyError:
        return MISSING
