"""Queries as large, as deep and as odd as the limits allow: refused with an error of ours, or answered, everywhere."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engines.sql import DIALECTS, database
from qlause import Limits, QlauseError, Schema, bind, python, sql
from qlause.sql import DialectName

from ..queries_at_the_limits import DOCUMENTS, REFUSED, SCHEMA, largest_texts, texts

LIMITS: Final = Limits()


def check(dialect: DialectName, text: str, schema: Schema | None) -> None:
    try:
        bind(text, schema=schema)
        fragment = sql.where(text, dialect, schema=schema)
    except QlauseError as error:
        if error.code not in REFUSED:
            raise
        return
    engine = database(dialect)
    rows = engine.execute(f"SELECT id FROM at_limits WHERE 1 = 1 AND ({fragment.text}) ORDER BY id", fragment.params)
    matches = python.predicate(text, schema=schema)
    assert [row[0] for row in rows] == [each["id"] for each in DOCUMENTS if matches(each)]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_accepted_query_ends_in_an_error_of_the_driver(dialect: DialectName) -> None:
    database(dialect).fill_documents(DOCUMENTS, "at_limits")

    @settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=40 if dialect == "sqlite" else 15)
    @given(st.data())
    def run(data: st.DataObject) -> None:
        schema = data.draw(st.sampled_from((None, SCHEMA)))
        names = ("t", "s", "at", "n", "l", "o.a.b") if schema else ("t", "s", "n", "o.a.b.c")
        check(dialect, data.draw(texts(names)), schema)

    run()


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("schema", [None, SCHEMA], ids=["undeclared", "declared"])
def test_no_query_at_the_limits_ends_in_an_error_of_the_driver(dialect: DialectName, schema: Schema | None) -> None:
    database(dialect).fill_documents(DOCUMENTS, "at_limits")

    @settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=12 if dialect == "sqlite" else 4)
    @given(largest_texts(schema))
    def run(text: str) -> None:
        check(dialect, text, schema)

    run()


NESTED: Final = {
    "a:(1 OR (2 AND (1 OR …)))": lambda depth: (
        "a:" + "".join(f"({level} {('OR', 'AND')[level % 2]} " for level in range(depth)) + "1" + ")" * depth
    ),
    "a:(((… AND 2) OR 1)": lambda depth: (
        "a:" + "(" * depth + "1" + "".join(f" {('OR', 'AND')[level % 2]} {level})" for level in range(depth))
    ),
    "a:(~x OR NOT (~y AND …))": lambda depth: (
        "a:" + "".join(f"(~ä{level} OR NOT (~ö{level} AND " for level in range(depth // 3)) + "~ü" + "))" * (depth // 3)
    ),
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("shape", NESTED)
def test_one_field_nested_as_deep_as_it_may_be(dialect: DialectName, shape: str) -> None:
    database(dialect).fill_documents(DOCUMENTS, "at_limits")
    for depth in (3, 12, 24, LIMITS.depth):
        check(dialect, NESTED[shape](depth), None)
    if shape != "a:(~x OR NOT (~y AND …))":
        sql.where(NESTED[shape](24), dialect)  # is taken, not refused


@pytest.mark.parametrize("dialect", DIALECTS)
def test_generous_limits_end_in_our_errors_too(dialect: DialectName) -> None:
    engine, limits = database(dialect), Limits.generous()
    engine.fill_documents(DOCUMENTS, "at_limits")
    words = ",".join(f"wÄ{number}" for number in range(20_000))
    for text in (f"t:({words})", " OR ".join(f"s:~w{number}" for number in range(1_000))):
        try:
            fragment = sql.where(text, dialect, schema=SCHEMA, limits=limits)
        except QlauseError as error:
            if error.code not in REFUSED:
                raise
            continue
        assert engine.execute(f"SELECT id FROM at_limits WHERE {fragment.text}", fragment.params) == []
