"""The filter backend and the paginator of views that have a listing. They work together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured
from django.template import loader
from django.utils.html import format_html, format_html_join
from rest_framework.filters import BaseFilterBackend
from rest_framework.pagination import BasePagination
from rest_framework.response import Response

from ...backends.python.projection import projection
from ...listing.openapi import openapi_parameters
from ...listing.page import Page, page_of
from ...listing.request import ListRequest
from ...listing.settings import TOTAL_HEADER
from ..django.elements import after, cursor_of, order_by, where
from ..django.pages import check_columns, in_order
from ..django.querysets import each_once
from ..django.relations import known_as, with_transforms
from ..embedding import column_names_of
from .requests import list_request, listing_of, public_fields, refusing, restricted
from .rows import with_what_is_read

__all__ = ["ListingFilterBackend", "ListingPagination"]

_OF_ROWS: Final = ("filterable", "sortable")
"""What a row must have a column for. What comes out is what the serializer makes."""


class ListingFilterBackend(BaseFilterBackend):  # type: ignore[misc]  # Django REST framework has no types
    """Selects and sorts the rows of a list as the request asks, by the view's ``listing``.

    The view's ``pagination_class`` must be a :class:`ListingPagination`. If the view has a method ``get_restriction``,
    what it returns is the server's own condition (see :meth:`qlause.ListRequest.restricted`), of lists and of single
    objects too.
    """

    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any:
        """The rows that the request selects, in its order, with what the view's serializer reads."""
        _check(view)
        queryset = each_once(queryset)
        check_columns(listing_of(view), queryset, _OF_ROWS)
        if (view.lookup_url_kwarg or view.lookup_field) in view.kwargs:  # one object, for which a list has no say
            listing = listing_of(view)
            return queryset.filter(where(restricted(listing.read(()), view).query, document=listing.document))
        read = list_request(request, view)
        document = read.listing.document
        with refusing(), read.naming():
            queryset = queryset.filter(where(read.query, document=document))
            queryset = in_order(queryset, order_by(read.sort, document=document))
        sorted_by = column_names_of([key.target for key in read.sort.keys], document) if read.uses_cursors else ()
        queryset = with_transforms(queryset, [known_as(queryset.model, name) for name in sorted_by])
        return with_what_is_read(queryset, view.get_serializer(), sorted_by)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters that select and sort, for a generator of OpenAPI documents."""
        return [parameter for parameter in _parameters(view) if not _is_of_pages(parameter, view)]

    def to_html(self, request: Any, queryset: Any, view: Any) -> str:  # noqa: ARG002  # as a filter backend has it
        """A form of these parameters, for the browsable API."""
        named = [each["name"] for each in self.get_schema_operation_parameters(view) if each["in"] == "query"]
        row = '<div class="form-group"><label>{} <input class="form-control" name="{}" value="{}"></label></div>'
        rows = format_html_join("", row, ((name, name, request.query_params.get(name, "")) for name in named))
        button = '<button type="submit" class="btn btn-primary">Submit</button>'
        html: str = format_html(f'<h2>Filters</h2><form method="get">{{}}{button}</form>', rows)
        return html


class ListingPagination(BasePagination):  # type: ignore[misc]  # Django REST framework has no types
    """Divides the rows of a list into pages by the view's ``listing``: by numbers, by cursors, or both.

    ``fields`` is applied to what comes out, so that it holds for every serializer; with :class:`.FieldsMixin` a
    serializer does not even read what is not asked for.

    Attributes:
        envelope: Whether the body is an object with ``items``, ``next``, ``previous`` and the total, instead of an
            array of the items. The headers ``Link`` and ``X-Total-Count`` tell of these in any case.
        template: The template for the links of the browsable API.

    """

    envelope = False
    template = "rest_framework/pagination/previous_and_next.html"

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        """The rows of the page."""
        _check(view)
        self.read = list_request(request, view)
        self.url = request.build_absolute_uri(request.path)
        with refusing():
            self.page = _page(queryset, self.read)
        self.display_page_controls = (self.page.next or self.page.previous) is not None
        return self.page.items

    def get_paginated_response(self, data: Sequence[Any]) -> Response:
        """The response of the page."""
        project = projection(public_fields(self.read), attributes=False)
        page = replace(self.page, items=[project(item) for item in data])
        return Response(page.envelope(self.url) if self.envelope else page.items, headers=page.headers(self.url))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema of the body, for a generator of OpenAPI documents."""
        if not self.envelope:
            return schema
        link = {"type": "string", "format": "uri", "nullable": True}
        properties = {"items": schema, "total": {"type": "integer"}, "next": link, "previous": link}
        return {"type": "object", "required": ["items", "next", "previous"], "properties": properties}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters of pages, for a generator of OpenAPI documents."""
        return [parameter for parameter in _parameters(view) if _is_of_pages(parameter, view)]

    def get_results(self, data: Any) -> Any:
        """The items in the body of a response."""
        return data["items"] if self.envelope else data

    def to_html(self) -> str:
        """The links to the pages beside this one, for the browsable API."""
        links = {"previous_url": self.page.previous, "next_url": self.page.next}
        context = {name: query and f"{self.url}?{query}" for name, query in links.items()}
        html: str = loader.get_template(self.template).render(context)
        return html


def _page(queryset: Any, read: ListRequest) -> Page:
    document = read.listing.document
    queryset = each_once(queryset)  # another filter of the view may have joined rows
    with read.naming():
        total = queryset.count() if read.wants_total else None
        if read.cursor is not None:
            queryset = queryset.filter(after(read.sort, read.cursor, document=document, backward=read.backward))
        if read.backward:
            queryset = in_order(queryset, order_by(read.sort, document=document, backward=True))
        rows = list(queryset[read.offset : read.offset + read.size + 1])
    return page_of(
        read, rows, total, item=lambda row: row, cursor=lambda row: cursor_of(read.sort, row, document=document)
    )


def _check(view: Any) -> None:
    """Raise ImproperlyConfigured if a part of a listing would be ignored."""
    filters = any(issubclass(each, ListingFilterBackend) for each in getattr(view, "filter_backends", ()))
    paginator = getattr(view, "pagination_class", None)
    if not (filters and paginator is not None and issubclass(paginator, ListingPagination)):
        needed = "ListingFilterBackend in filter_backends, and ListingPagination as its pagination_class"
        raise ImproperlyConfigured(f"{type(view).__name__} needs both: {needed}")


def _parameters(view: Any) -> list[dict[str, Any]]:
    return openapi_parameters(listing_of(view), related=True)  # a serializer can make objects of related rows


def _is_of_pages(parameter: dict[str, Any], view: Any) -> bool:
    names = listing_of(view).names
    return parameter["name"] in [names[use] for use in ("page", "size", "after", "before")] + [TOTAL_HEADER]
