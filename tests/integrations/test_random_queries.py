"""Orders in plain columns, a JSON column and related rows: the same rows as the documents that they stand for."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qlause import python
from qlause.bound.sort import SortOptions
from qlause.testing import queries, sorts

from .order_store import ORDER_STORES, order_store
from .orders import DOCUMENTS, QUERIES, collections, thorough

_OPTIONS: Final[tuple[SortOptions, ...]] = ({}, {"nulls": "first"}, {"nulls": "last"}, {"unique": "id"})


@pytest.mark.parametrize("name", ORDER_STORES)
@given(st.data())
@thorough
def test_queries_select_the_orders_that_the_predicate_selects(name: str, data: st.DataObject) -> None:
    store = order_store(name)
    stored = data.draw(collections)
    store.fill(stored)
    for query in data.draw(st.lists(queries(store.schema), min_size=QUERIES, max_size=QUERIES)):
        matches = python.predicate(query, schema=store.schema)
        expected = {number for number, order in enumerate(stored, 1) if matches(order)}
        for negated in (False, True):
            found = store.selected(query, negated)
            wrong = set(found) ^ (set(range(1, DOCUMENTS + 1)) - expected if negated else expected)
            assert not wrong, (str(query), negated, [stored[number - 1] for number in wrong])
            assert len(found) == len(set(found)), "an order is found once"


@pytest.mark.parametrize("name", ORDER_STORES)
@given(st.data())
@thorough
def test_sorts_give_the_order_of_the_sort_key(name: str, data: st.DataObject) -> None:
    store = order_store(name)
    stored = data.draw(collections)
    store.fill(stored)
    for sort in data.draw(st.lists(sorts(store.schema), min_size=QUERIES, max_size=QUERIES)):
        for each in _OPTIONS:
            options: SortOptions = {**each, "schema": store.schema}
            key = python.sort_key(sort, **options)
            expected = [order["id"] for order in sorted(stored, key=key)]
            assert store.ordered(sort, options) == expected, (str(sort), options)
