"""A condition in UPDATE, DELETE and CREATE TABLE AS is about the rows that SELECT finds.

Engines are stricter there: MariaDB and MySQL raise an error where a SELECT has a warning only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.database import Database
from engines.sql import DIALECTS, database
from qlause import Field, Query, Schema, sql
from qlause.sql import DialectName, Fragment
from qlause.testing import VOCABULARY, documents, queries
from qlause.testing.vocabulary import mostly

from .comparison import thorough

_EDGES: Final = (
    2**53,
    2**53 + 1,
    2**63 - 1,
    2**63,
    -(2**63),
    -(2**63) - 1,
    2**64 - 1,
    2**64,
    10**20,
    10**70,
    1e20,
    1e300,
    -1e300,
)
_VOCABULARY: Final = replace(VOCABULARY, numbers=mostly(VOCABULARY.numbers, st.sampled_from(_EDGES), 2))
_SCHEMA: Final = Schema(
    {
        "a": Field(type="integer"),
        "b": Field(type="number"),
        "c": Field(type="date-time"),
        "d": Field(type="integer", array=True),
        "e": Field(type="any"),
    }
)
_ROWS: Final = 12
_values: st.SearchStrategy[Any] = VOCABULARY.texts | st.sampled_from(
    (*_EDGES, *map(float, _EDGES), 1, 0.5, True, None, [], {})
)
_any_values = st.fixed_dictionaries({}, optional={name: _values | st.lists(_values, max_size=3) for name in "abcde"})


@pytest.mark.parametrize("dialect", [dialect for dialect in DIALECTS if dialect != "clickhouse"])
@given(data=st.data())
@thorough(400)
def test_the_rows_of_other_statements_are_those_of_select(dialect: DialectName, data: st.DataObject) -> None:
    engine = database(dialect)
    schema = data.draw(st.none() | st.just(_SCHEMA))
    stored = documents(vocabulary=_VOCABULARY) if schema is None else _any_values
    drawn: list[Any] = data.draw(st.lists(stored, min_size=_ROWS, max_size=_ROWS))
    engine.fill_documents([{**document, "id": number} for number, document in enumerate(drawn, 1)])
    for query in data.draw(st.lists(queries(schema, vocabulary=_VOCABULARY), min_size=5, max_size=5)):
        _check(engine, query, sql.where(query, dialect, schema=schema))


@pytest.mark.parametrize("dialect", [dialect for dialect in DIALECTS if dialect != "clickhouse"])
@pytest.mark.parametrize("number", _EDGES)
def test_numbers_at_the_edges_of_types(dialect: DialectName, number: float) -> None:
    engine = database(dialect)
    cells: list[Any] = [*_EDGES, *map(float, _EDGES), "x", "1e400", True, None, [], {}, [2**63, "x"], [1e300]]
    engine.fill_documents([{"id": place, **dict.fromkeys("abcde", cell)} for place, cell in enumerate(cells)])
    for comparator in ("", ">", ">=", "<", "<="):
        asked = [f"b:{comparator}{float(number)!r}"]
        if isinstance(number, int) and -(2**63) <= number < 2**63:
            asked.append(f"d:{comparator}{number}")
        for query in asked:
            _check(engine, query, sql.where(query, dialect, schema=_SCHEMA))


def _check(engine: Database, query: Query | str, fragment: Fragment) -> None:
    (found,) = engine.selected("documents", [fragment])
    engine.execute("DROP TABLE IF EXISTS found", ())
    inserted = f"CREATE TABLE found AS SELECT id, doc, 0 AS hit FROM documents WHERE {fragment.text}"
    if engine.dialect == "duckdb":
        inserted = inserted.replace("CREATE TABLE found AS", "INSERT INTO found")  # takes no parameters there
        engine.execute(f"CREATE TABLE found (id BIGINT, doc {engine.json_type}, hit INTEGER)", ())
    engine.execute(inserted, fragment.params)
    engine.execute("INSERT INTO found SELECT id, doc, 0 FROM documents WHERE NOT id IN (SELECT id FROM found f)", ())
    engine.execute(f"UPDATE found SET hit = 1 WHERE {fragment.text}", fragment.params)
    assert sorted(row[0] for row in engine.execute("SELECT id FROM found WHERE hit = 1", ())) == sorted(found), query
    engine.execute(f"DELETE FROM found WHERE {fragment.text}", fragment.params)
    kept = {row[0] for row in engine.execute("SELECT id FROM found", ())}
    assert kept == {row[0] for row in engine.execute("SELECT id FROM documents", ())} - set(found), query
