"""One query, the same rows on every engine: random queries over random documents, held against the Python predicate.

The documents of an example stand in one table of each engine, and each of its queries is asked as it is and under NOT.
``test_engine`` tells which engines took part.
"""

from __future__ import annotations

import pytest
from hypothesis import given

from engines.sql import DIALECTS, database
from qlause import Query, Schema, Sort
from qlause.sql import DialectName
from qlause.testing import queries, sorts

from .comparison import (
    PAIRS,
    PAIRS_IN_CI,
    PAIRS_IN_EXAMPLE,
    Documents,
    available_databases,
    cases,
    check_queries,
    check_sorts,
    thorough,
)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_engine_takes_part(dialect: DialectName) -> None:
    assert database(dialect) in available_databases()


def test_the_profile_of_ci_compares_enough_on_each_engine() -> None:
    """Three tests: any field, declared paths, and declared columns; each query as it is and under NOT."""
    assert 3 * thorough(PAIRS_IN_CI).max_examples * PAIRS_IN_EXAMPLE >= 200_000


@given(cases(False, queries))
@thorough(PAIRS)
def test_queries_about_any_field_select_what_the_predicate_selects(
    case: tuple[Schema | None, list[Query], Documents],
) -> None:
    check_queries(available_databases(), *case)


@given(cases(True, queries))
@thorough(PAIRS)
def test_queries_about_declared_paths_select_what_the_predicate_selects(
    case: tuple[Schema | None, list[Query], Documents],
) -> None:
    check_queries(available_databases(), *case)


@given(cases(False, sorts))
@thorough(PAIRS // 4)
def test_sorts_by_any_field_give_the_order_of_the_sort_key(case: tuple[Schema | None, list[Sort], Documents]) -> None:
    check_sorts(available_databases(), *case)


@given(cases(True, sorts))
@thorough(PAIRS // 4)
def test_sorts_by_declared_paths_give_the_order_of_the_sort_key(
    case: tuple[Schema | None, list[Sort], Documents],
) -> None:
    check_sorts(available_databases(), *case)
