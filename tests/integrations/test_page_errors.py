"""Errors of pages that are their author's: a listing that does not fit the table."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import JSON, Column, Integer, MetaData, Table, create_engine, insert

from examples.shop import setup
from qlause import Listing, ListRequest, django, sqlalchemy

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


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "name, tags"),
        ("sort=name&fields=id", "name"),
        ("q=tags:a name:b&fields=id", "tags, name"),
        ("fields=name", "name"),
    ],
)
@pytest.mark.parametrize("library", ["SQLAlchemy", "Django"])
def test_fields_that_are_stored_nowhere_are_named(library: str, query: str, names: str) -> None:
    request = _LISTING.read(query)
    source = "orders" if library == "SQLAlchemy" else "Order"
    message = f"no column is declared for {names}, and {source} has no column doc that holds documents: {_HINT}"
    with pytest.raises(ValueError, match=re.escape(message)):
        _in_sqlalchemy(request) if library == "SQLAlchemy" else _in_django(request)


def test_fields_of_columns_and_of_the_column_of_documents_are_found() -> None:
    assert _in_sqlalchemy(_LISTING.read("fields=id")) == [{"id": 1}]
    assert _in_sqlalchemy(_LISTING.read("sort=name&fields=id"), Column("doc", JSON)) == [{"id": 1}]
