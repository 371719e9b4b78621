"""Declared fields in columns, arrays, JSON columns and related rows: the rows of the documents that these are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from engines.sql import DIALECTS, database
from qlause import Query, Sort, python, sql
from qlause.bound.sort import SortOptions
from qlause.sql import DialectName
from qlause.testing import queries, sorts

from .comparison import PAIRS, available_databases, thorough
from .orders_table import SCHEMA, VALUES_OF_EACH_TYPE, cases, check_order, check_rows, fill


@given(cases(queries))
@thorough(PAIRS)
def test_queries_select_the_rows_that_the_predicate_selects(case: tuple[list[Query], list[dict[str, Any]]]) -> None:
    check_rows(available_databases(), *case)


@given(cases(sorts))
@thorough(PAIRS // 4)
def test_sorts_give_the_order_of_the_sort_key(case: tuple[list[Sort], list[dict[str, Any]]]) -> None:
    check_order(available_databases(), *case)


@pytest.mark.parametrize("name", VALUES_OF_EACH_TYPE)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_order_of_each_type(dialect: DialectName, name: str) -> None:
    stored: list[dict[str, Any]] = [
        {"id": number} if value is None else {"id": number, name: value}
        for number, value in enumerate((None, *VALUES_OF_EACH_TYPE[name], *VALUES_OF_EACH_TYPE[name], None), 1)
    ]
    engine = database(dialect)
    fill(engine, stored)
    for sort in (name, f"{name}:desc"):
        for nulls in ("first", "last"):
            options: SortOptions = {"schema": SCHEMA, "nulls": nulls}
            fragment = sql.order_by(sort, dialect, **options)
            rows = engine.execute(f"SELECT id FROM orders ORDER BY {fragment.text}", fragment.params)
            expected = sorted(stored, key=python.sort_key(sort, **options))
            assert [row[0] for row in rows] == [document["id"] for document in expected], fragment
