"""Errors of pages that are their author's: a listing that does not fit the table."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import JSON, Column, Integer, MetaData, Table, create_engine, insert

from examples.shop import setup
from qlause import Listing, ListRequest, Relation, RequestError, django, sqlalchemy

_HINT = "say where each field is stored by column="
_LISTING = Listing({"id": {"type": "integer", "column": "id"}, "name": "string", "tags": "string[]"}, unique="id")


def _in_sqlalchemy(request: ListRequest, *columns: Any) -> Any:
    table = Table("orders", MetaData(), Column("id", Integer, primary_key=True), *columns)
    with create_engine("sqlite://").connect() as connection:
        table.metadata.create_all(connection)
        connection.execute(insert(table).values(id=1))
        return sqlalchemy.page(connection, table, request).items


def _in_django(request: ListRequest) -> Any:
    setup()
    from examples.shop.models import Order

    return django.page(Order.objects, request).items


@pytest.mark.parametrize("query", ["", "fields=id", "q=id:1&fields=id", "q=tags:a name:b"])
@pytest.mark.parametrize("library", ["SQLAlchemy", "Django"])
def test_fields_that_are_stored_nowhere_are_named_with_the_first_request(library: str, query: str) -> None:
    request = _LISTING.read(query)
    source = "orders" if library == "SQLAlchemy" else "Order"
    message = f"no column is declared for name, tags, and {source} has no column doc that holds documents: {_HINT}"
    for _ in range(2):
        with pytest.raises(ValueError, match=re.escape(message)):
            _in_sqlalchemy(request) if library == "SQLAlchemy" else _in_django(request)


def test_a_field_that_nobody_may_use_need_not_be_stored() -> None:
    nowhere = {"type": "string", "filterable": False, "sortable": False, "projectable": False}
    request = Listing({"id": {"type": "integer", "column": "id"}, "name": nowhere}, unique="id").read("q=id:1")
    assert _in_sqlalchemy(request) == [{"id": 1}]


def test_fields_of_the_column_of_documents_are_found() -> None:
    assert _in_sqlalchemy(_LISTING.read("sort=name&fields=id"), Column("doc", JSON)) == [{"id": 1}]


def test_related_rows_are_refused_where_the_request_names_them() -> None:
    lines = {"type": "string", "array": True, "relation": Relation("lines", on=(("order_id", "id"),), column="sku")}
    listing = Listing({"id": {"type": "integer", "column": "id"}, "lines.sku": lines}, unique="id")
    assert _in_sqlalchemy(listing.read("")) == [{"id": 1}]
    with pytest.raises(RequestError) as raised:
        _in_sqlalchemy(listing.read("fields=id,lines.sku"))
    ((name, error),) = raised.value.errors
    assert (name, error.code, error.offset, error.length) == ("fields", "related_rows", 3, 9)
    assert error.hint == "leave it out of fields; a filter may use it"
