"""The strategies keep what they promise."""

from __future__ import annotations

import doctest
import importlib
import json
import math
from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

import qlause
from qlause import Query, Schema, mongo, python, testing
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


@pytest.mark.parametrize("module", ["documents", "queries", "schemas", "spellings", "vocabulary"])
def test_examples_of_docstrings(module: str) -> None:
    names: dict[str, Any] = {name: getattr(testing, name) for name in testing.__all__}
    names |= {name: getattr(qlause, name) for name in ("bind", "parse", "parse_fields", "parse_sort")}
    names |= {"given": given, "st": st, "json": json, "replace": replace}
    names |= {"Schema": Schema, "mongo": mongo, "python": python}
    failures, examples = doctest.testmod(importlib.import_module(f"qlause.testing.{module}"), extraglobs=names)
    assert (failures, examples > 0) == (0, True)


def test_every_strategy_has_an_example() -> None:
    for name in testing.__all__:
        documentation = getattr(testing, name).__doc__ or ""
        assert name == "VOCABULARY" or "Example:\n" in documentation, name


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
    for clause in query.clauses():
        assert (clause.span, clause.source, clause.test.span) == (None, None, None)
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
        resolved = schema.resolve(path)
        assert resolved is not None
        keys = resolved.target.keys
        on_the_way = [value for length in range(len(keys) + 1) for value in values_at(document, keys[:length])]
        if field.type == "localized":
            on_the_way += [text for value in values_at(document, keys) for text in value.values()]
        assert field.array or not any(isinstance(value, list) for value in on_the_way)
        nulls = [value is None or (isinstance(value, list) and None in value) for value in on_the_way]
        assert field.nullable or field.type == "any" or not any(nulls)


@given(st.data())
def test_what_is_stored_natively_is_native_or_missing(data: st.DataObject) -> None:
    storage = data.draw(st.sampled_from(("native", "utc")))
    schema = Schema({"at": {"type": "date-time", "storage": storage, "nullable": False}})
    assert "at" not in data.draw(json_documents(schema))
    assert isinstance(data.draw(documents(schema, native=True)).get("at", datetime.min), datetime)


def test_queries_select_none_some_and_all_documents() -> None:
    """In the long run 44 % select nothing and 14 % a part of a collection; the bounds allow for chance."""
    counts: Counter[str] = Counter()

    @settings(
        max_examples=500 if THOROUGH else 150, database=None, deadline=None, derandomize=True, phases=[Phase.generate]
    )
    @given(queries(), collections())
    def count(query: Query, collection: list[dict[str, Any]]) -> None:
        selected = sum(map(python.predicate(query), collection))
        counts["some" if 0 < selected < len(collection) else "all" if selected else "none"] += 1

    count()
    assert counts["none"] < 0.6 * counts.total()
    assert counts["some"] > 0.08 * counts.total()


def test_failures_shrink_to_one_clause() -> None:
    quick = settings(max_examples=200, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    query = find(queries(), lambda query: query.root is not None, settings=quick)
    assert isinstance(query.root, Clause)
    assert len(str(query)) < 10
    small = find(collections(), lambda documents: any("a" in document for document in documents), settings=quick)
    assert [sorted(document) for document in small] == [["a", "id"]]
