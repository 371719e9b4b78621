"""Random queries over random documents: MongoDB selects what the Python predicate selects."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from engines.mongodb.collection import Collection, as_python, numbered
from engines.mongodb.server import SERVERS, ServerName
from qlause import Query, Schema, UnsupportedError, mongo, python
from qlause.testing import VOCABULARY, documents, queries, schemas
from tests.engine_notes import note

# A key with a dot or a leading $ is refused, and MongoDB has _id in every document.
_KEYS: Final = VOCABULARY.keys.filter(lambda key: "." not in key and key[0] != "$" and key != "_id")
_VOCABULARY: Final = replace(VOCABULARY, keys=_KEYS)
_NOW: Final = datetime(2019, 1, 6, 10, 29, 30, 602001, UTC)
_EXAMPLES_IN_CI: Final = 400  # of some 300 pairs of a query and a document each
_PAIRS_IN_CI: Final = 100_000

_Drawn = tuple[Schema | None, list[Query], list[dict[str, Any]]]


@st.composite
def _cases(draw: DrawFn) -> _Drawn:
    """Many queries for one collection: what costs time is the server, at each new collection."""
    schema = draw(st.none() | schemas(native=True, vocabulary=_VOCABULARY))
    found = draw(st.lists(documents(schema, native=True, vocabulary=_VOCABULARY), min_size=24, max_size=40))
    asked = draw(st.lists(queries(schema, vocabulary=_VOCABULARY), min_size=8, max_size=12))
    return schema, asked, numbered(found)


@pytest.mark.parametrize("server", SERVERS)
def test_the_rows_of_the_python_predicate(server: ServerName) -> None:
    counted: Counter[str] = Counter()
    examples = min(settings().max_examples, _EXAMPLES_IN_CI)

    @given(_cases())
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    def check(case: _Drawn) -> None:
        schema, asked, drawn = case
        collection = Collection(drawn, server)
        seen = [as_python(document) for document in drawn]
        for query in asked:
            try:
                filter_ = mongo.filter(query, schema=schema, now=_NOW)
            except UnsupportedError as error:
                if error.code not in ("date", "no_native_type", "array_in_array", "too_many_sizes"):
                    raise
                continue
            wanted = list(filter(python.predicate(query, schema=schema, now=_NOW), seen))
            assert collection.ids(filter_) == [document["id"] for document in wanted], filter_
            counted["pairs"] += len(drawn)
            counted["on the server"] += len(collection.on_server) * collection.judge.selects(filter_)
            counted["selected"] += len(wanted)

    check()
    note(f"mongodb {server}", "", "pairs", counted["on the server"])
    assert counted["on the server"] > counted["pairs"] / 3
    assert counted["pairs"] / 10 < counted["selected"] < counted["pairs"] * 9 / 10
    if examples == _EXAMPLES_IN_CI:
        assert counted["pairs"] >= _PAIRS_IN_CI
