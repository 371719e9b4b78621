"""The strategies keep what they promise."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

import qlause
from qlause import Query, python, testing
from qlause.bound.fields import bind_fields
from qlause.bound.sort import bind_sort
from qlause.syntax.nodes import Clause
from qlause.testing import (
    collections,
    documents,
    exact_numbers,
    fields,
    fields_texts,
    json_documents,
    queries,
    query_texts,
    schemas,
    sort_texts,
    sorts,
)
from tests.profiles import THOROUGH

from .reference import values_at


def test_all_that_is_public_is_there() -> None:
    assert set(testing.__all__) <= set(dir(testing))
    assert list(testing.__all__) == sorted(testing.__all__)


@given(json_documents() | schemas().flatmap(json_documents))
def test_json_documents_are_json(document: dict[str, Any]) -> None:
    text = json.dumps(document, allow_nan=False)
    assert json.loads(text) == document
    assert "\\u0000" not in text
    json.dumps(document, ensure_ascii=False).encode()


@given(exact_numbers())
def test_exact_numbers(number: float) -> None:
    assert math.isfinite(number)
    assert abs(number) < 2**53
    assert float(repr(number)) == number
    assert number * 8 == int(number * 8)


@given(st.data())
def test_a_schema_takes_what_is_drawn_for_it(data: st.DataObject) -> None:
    schema = data.draw(schemas(native=True))
    query = data.draw(queries(schema))
    qlause.bind(query, schema=schema)
    aside = [each for clause in query.clauses() for each in (clause.span, clause.source, clause.test.span)]
    assert aside == [None] * len(aside)
    qlause.bind(data.draw(query_texts(schema)), schema=schema)
    bind_sort(data.draw(sorts(schema)), schema=schema)
    bind_sort(data.draw(sort_texts(schema)), schema=schema)
    bind_fields(data.draw(fields(schema)), schema=schema)
    bind_fields(data.draw(fields_texts(schema)), schema=schema)


@given(st.data())
def test_documents_keep_the_promises_of_their_schema(data: st.DataObject) -> None:
    schema = data.draw(schemas(native=True))
    document = data.draw(documents(schema, native=True))
    for path, field in schema:
        found = schema.resolve(path)
        assert found is not None
        keys = found.target.keys
        on_the_way = [value for length in range(len(keys) + 1) for value in values_at(document, keys[:length])]
        if field.type == "localized":
            on_the_way += [text for value in values_at(document, keys) for text in value.values()]
        assert field.array or not any(isinstance(value, list) for value in on_the_way)
        nulls = [value is None or (isinstance(value, list) and None in value) for value in on_the_way]
        assert field.nullable or field.type == "any" or not any(nulls)


def test_about_half_of_the_queries_select_something() -> None:
    counts: Counter[str] = Counter()

    @settings(
        max_examples=200 if THOROUGH else 60,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
    )
    @given(queries(), collections())
    def count(query: Query, found: list[dict[str, Any]]) -> None:
        selected = sum(map(python.predicate(query), found))
        counts["some" if 0 < selected < len(found) else "all" if selected else "none"] += 1

    count()
    assert counts["none"] < 0.6 * counts.total()
    assert counts["some"] > 0.1 * counts.total()


def test_failures_shrink_to_one_clause() -> None:
    quick = settings(
        max_examples=200 if THOROUGH else 60, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    found = find(queries(), lambda query: query.root is not None, settings=quick)
    assert isinstance(found.root, Clause)
    assert len(str(found)) < 10
    small = find(collections(), lambda each: any("a" in document for document in each), settings=quick)
    assert [sorted(document) for document in small] == [["a", "id"]]
