"""Pages by keyset through SQLAlchemy and Django: put together they are the sorted documents."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, String, Table, TypeDecorator, select
from sqlalchemy.orm import Session

from engines.orm import ORM_DIALECTS, OrmDialect
from qlause import Cursor, CursorError, UnsupportedError, python
from qlause import sqlalchemy as qs
from qlause.bound.sort import SortOptions
from qlause.testing import sorts

from . import sqlalchemy_tables as tables
from .databases import django_alias, engine
from .order_store import order_store
from .orders import collections, thorough

SECRET = b"of the tests"


@pytest.mark.parametrize("name", ORM_DIALECTS)
@given(data=st.data())
@thorough
def test_pages_through_sqlalchemy_are_the_sorted_documents(name: OrmDialect, data: st.DataObject) -> None:
    store = order_store(f"sqlalchemy {name}")
    stored = data.draw(collections)
    store.fill(stored)
    for sort in data.draw(st.lists(sorts(store.schema), min_size=2, max_size=2)):
        options: SortOptions = {"schema": store.schema, "nulls": data.draw(st.sampled_from((None, "first", "last")))}
        wanted = [document["id"] for document in sorted(stored, key=python.sort_key(sort, **options))]
        for backward in (False, True):
            found: list[int] = []
            token: str | None = None
            with Session(engine(name)) as session:
                while len(found) < len(stored):
                    cursor = None if token is None else Cursor.decode(token, SECRET)
                    behind = qs.after(sort, cursor, tables.Order, backward=backward, **options)
                    order = qs.order_by(sort, tables.Order, backward=backward, **options)
                    page: list[Any] = list(
                        session.scalars(select(tables.Order).where(behind).order_by(*order).limit(4))
                    )
                    assert page, (str(sort), options, found)
                    found += [each.id for each in page]
                    token = qs.cursor_of(sort, page[-1], tables.Order, **options).encode(SECRET)
            assert found == wanted[:: -1 if backward else 1], (str(sort), options, backward)


@pytest.mark.parametrize("name", ORM_DIALECTS)
@given(data=st.data())
@thorough
def test_pages_through_django_are_the_sorted_documents(name: OrmDialect, data: st.DataObject) -> None:
    store = order_store(f"django {name}")
    from examples.shop.models import Order
    from qlause import django as qd

    stored = data.draw(collections)
    store.fill(stored)
    objects = Order.objects.using(django_alias(name)).select_related("customer")
    for sort in data.draw(st.lists(sorts(store.schema), min_size=2, max_size=2)):
        options: SortOptions = {"schema": store.schema, "nulls": data.draw(st.sampled_from((None, "first", "last")))}
        wanted = [document["id"] for document in sorted(stored, key=python.sort_key(sort, **options))]
        for backward in (False, True):
            found: list[int] = []
            token: str | None = None
            while len(found) < len(stored):
                cursor = None if token is None else Cursor.decode(token, SECRET)
                behind = qd.after(sort, cursor, backward=backward, **options)
                order = qd.order_by(sort, backward=backward, **options)
                page: list[Any] = list(objects.filter(behind).order_by(*order)[:4])
                assert page, (str(sort), options, found)
                found += [each.id for each in page]
                token = qd.cursor_of(sort, page[-1], **options).encode(SECRET)
            assert found == wanted[:: -1 if backward else 1], (str(sort), options, backward)


def test_a_cursor_is_for_its_own_sort() -> None:
    schema = qs.schema_of(tables.Order)
    cursor = qs.cursor_of("name", tables.Order(id=1, name="x"), tables.Order, schema=schema)
    assert cursor.values == ((2, "x"), (1, 1))
    with pytest.raises(CursorError, match="another sort"):
        qs.after("qty", cursor, tables.Order, schema=schema)
    assert str(qs.after("qty", None, tables.Order, schema=schema)) == "true"


def test_what_is_no_cursor_is_refused() -> None:
    django_alias("sqlite")
    from qlause import django as qd

    text: Any = Cursor.of("name", {"id": 1}).encode(SECRET)
    for ask in (lambda: qs.after("name", text, tables.Order), lambda: qd.after("name", text)):
        with pytest.raises(TypeError, match=r"must be a qlause\.Cursor, not str: decode .* with Cursor.decode"):
            ask()


def test_a_primary_key_of_a_type_of_its_own() -> None:
    class Reversed(TypeDecorator[str]):
        impl = String
        cache_ok = True

        def process_bind_param(self, value: str | None, dialect: object) -> str | None:  # noqa: ARG002  # its signature
            return value and value[::-1]

    table = Table("strange", MetaData(), Column("key", Reversed, primary_key=True), Column("a", Integer))
    schema = qs.schema_of(table)
    assert str(select(table.c.a).order_by(*qs.order_by("", table, schema=schema))).endswith("ORDER BY strange.key")
    for ask in (
        lambda: qs.after("a", None, table, schema=schema),
        lambda: qs.cursor_of("a", table, table, schema=schema),
    ):
        with pytest.raises(UnsupportedError, match="no page can go on from"):
            ask()
