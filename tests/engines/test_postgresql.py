"""What is special to PostgreSQL: indexes of trigrams, and what it takes for expensive."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Final

import pytest

from engines.sample_table import index_of
from engines.sql import database
from qlause import Field, LimitExceededError, Schema, bind, sql
from qlause.sql import Fragment


def test_trigrams_find_what_is_no_text_too() -> None:
    """The text of a number, a boolean or a list in JSON is in the index, and no row is selected by it."""
    schema = Schema({"n": Field(type="string", column=("doc", "n"))})
    engine = database("postgresql")
    values = ["a 4242", "A4242", 4242, [4242], {"4242": 4242}, True, "TRUE", None]
    engine.fill_documents([{"id": place, "n": value} for place, value in enumerate(values)], name="trigrams")
    for statement in sql.index_ddl("postgresql", "trigrams", schema=schema):
        engine.execute(statement, ())
    engine.execute("SET enable_seqscan = off", ())
    try:
        for q, expected in (("n:~4242", {0, 1}), ("n:~^a424", {1}), ("n:~true", {6}), ("n:4242", set())):
            fragment = sql.where(q, "postgresql", schema=schema)
            statement = f"SELECT id FROM trigrams WHERE {fragment.text}"
            assert index_of(engine, statement, fragment.params).startswith("trigrams_n")
            assert {row[0] for row in engine.execute(statement, fragment.params)} == expected
    finally:
        engine.execute("RESET enable_seqscan", ())


_MEMBERS: Final = ",".join([f"x{{0}}n{number}" for number in range(33)])
"""More than are written out."""
_KINDS: Final = {
    "sizes": ("{}", "NOT lines:size({})"),
    "folded texts": ("lines:elemMatch({})", "NOT sku:~x{}"),
    "folded texts, twice nested": ("lines:elemMatch(parts:elemMatch({}))", "NOT sku:~x{}"),
    "lists": ("lines:elemMatch({})", f"NOT sku:({_MEMBERS})"),
    "lists, each in its own": ("{}", f"NOT lines:elemMatch(sku:({_MEMBERS}))"),
    "lists, twice nested": ("lines:elemMatch({})", f"NOT parts:elemMatch(sku:({_MEMBERS}))"),
    "date-times": ("lines:elemMatch({})", "NOT at:>2024-01-01T10:00:00.{}Z"),
}
"""What is around the tests, and one of them."""


@pytest.mark.parametrize("kind", _KINDS)
def test_a_large_query_is_not_taken_for_one_to_compile(kind: str) -> None:
    """To compile a condition takes seconds. Of a few rows PostgreSQL is not to expect that it pays."""
    engine = database("postgresql")
    around, test = _KINDS[kind]
    fragment = _largest(lambda count: around.format(" ".join(map(test.format, range(count)))))
    engine.fill_documents([{"id": number} for number in range(200)], name="few_rows")
    engine.execute("ANALYZE few_rows", ())
    statement = f"EXPLAIN (FORMAT JSON) SELECT id FROM few_rows WHERE {fragment.text}"
    (plan,) = engine.execute(statement, fragment.params)[0][0]
    ((threshold,),) = engine.execute("SHOW jit_above_cost", ())
    assert plan["Plan"]["Total Cost"] < float(threshold)


def _largest(query: Callable[[int], str]) -> Fragment:
    """The condition of so many tests as the limits allow."""

    def is_too_large(count: int) -> bool:
        try:
            bind(query(count))
        except LimitExceededError:
            return True
        return False

    return sql.where(query(bisect_left(range(1, 2_000), True, key=is_too_large)), "postgresql")


@pytest.mark.parametrize(
    "q",
    [
        "tags:size(1,>3)",
        "NOT a.b.tags:empty()",
        "lines:elemMatch(sku:A1 qty:>5 NOT state:(x,y) tags:size(2))",
        "lines:elemMatch(sku:exists OR parts:elemMatch(NOT name:null))",
    ],
)
def test_sizes_and_elements_are_one_jsonpath(q: str) -> None:
    fragment = sql.where(q, "postgresql")
    assert fragment.text.count("@?") == len(fragment.params) == 1
    assert "SELECT" not in fragment.text
