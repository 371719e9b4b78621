"""The DDL of ``index_ddl`` is accepted, and what ``where`` writes uses the indexes that it makes.

The rows are those of the benchmark ``sql``, fewer of them; which index is right is left to each engine's planner, with
statistics and nothing switched off.
"""

from __future__ import annotations

from functools import cache

import pytest

from engines.database import Database
from engines.sample_questions import Question, questions
from engines.sample_table import ENGINES, TABLE, fill, index_of
from engines.sql import DIALECTS, database
from qlause import Field, Schema, sql
from qlause.sql import DialectName

_COUNT = 20_000
_SCANNED = {
    "sqlite": {"contains"},
    "postgresql": set[str](),
    "mariadb": {"contains"},
    "mysql": {"contains"},
    # Its index serves equality of columns alone; all else it reads by blocks, whose least and greatest values it knows.
    "duckdb": {"range of texts", "range of numbers", "range of date-times", "prefix", "folded prefix", "contains"},
}
_MANY = "one of 100 texts"  # of so few rows they are too many for an index to be worth it
_ASKED = [
    (dialect, question)
    for dialect in ENGINES
    for question in questions(dialect)
    if question.test not in _SCANNED[dialect] | {_MANY} and (dialect, question.place) != ("duckdb", "JSON")
]


@pytest.fixture(scope="module")
def filled() -> set[DialectName]:
    return set()


def engine_with_rows(dialect: DialectName, filled: set[DialectName]) -> Database:
    engine = database(dialect)
    if dialect not in filled:
        fill(engine, _COUNT)
        filled.add(dialect)
    return engine


@pytest.mark.parametrize(
    ("dialect", "question"), _ASKED, ids=lambda each: " ".join(each[:2]) if isinstance(each, tuple) else each
)
def test_an_index_of_the_ddl_is_used(dialect: DialectName, question: Question, filled: set[DialectName]) -> None:
    engine = engine_with_rows(dialect, filled)
    fragment = sql.where(question.q, dialect, schema=ENGINES[dialect].schema)
    statement = f"SELECT id FROM {TABLE} WHERE {fragment.text}"
    found = index_of(engine, statement, fragment.params)
    assert found.startswith(f"{TABLE}_") or found == "(ART)", (found, statement)
    rows = set(engine.execute(statement, fragment.params))
    assert rows
    assert rows == set(engine.execute(f"SELECT id FROM {TABLE} WHERE {question.by_hand}", question.params))


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@pytest.mark.parametrize("nullable", [True, False])
@pytest.mark.parametrize("sort", ["name", "name:desc"])
def test_a_sort_reads_the_index_of_its_column(dialect: DialectName, nullable: bool, sort: str) -> None:
    engine = database(dialect)
    schema = Schema({"name": {"type": "string", "column": "name", "nullable": nullable}})
    engine.fill_table(
        "sorted_rows", {"id": "BIGINT", "name": "TEXT"}, [(n, f"n{n * 7919 % 5000}") for n in range(5_000)]
    )
    for statement in sql.index_ddl(dialect, "sorted_rows", schema=schema):
        engine.execute(statement, ())
    engine.execute("ANALYZE sorted_rows", ())
    order = sql.order_by(sort, dialect, schema=schema, unique=None)
    explain = "EXPLAIN QUERY PLAN" if dialect == "sqlite" else "EXPLAIN"
    statement = f"{explain} SELECT id FROM sorted_rows ORDER BY {order.text} LIMIT 5"
    plan = "\n".join(row[-1] for row in engine.execute(statement, order.params))
    assert "sorted_rows_name" in plan
    assert "sort" not in plan.lower().replace("sorted_rows", "")


@cache
def _with_named_rows(dialect: DialectName) -> Database:
    engine = database(dialect)
    engine.fill_table("named", {"id": "BIGINT", "name": "VARCHAR(40)"}, [(n, f"n{n}") for n in range(30_000)])
    engine.execute("CREATE INDEX named_name ON named (name)", ())
    engine.execute(f"ANALYZE {'TABLE ' if dialect in ('mariadb', 'mysql') else ''}named", ())
    return engine


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mariadb", "mysql"])
@pytest.mark.parametrize("members", [33, 300])
def test_a_long_list_is_found_by_the_index_of_a_column_as_it_is(dialect: DialectName, members: int) -> None:
    engine = _with_named_rows(dialect)
    schema = Schema({"name": {"type": "string", "column": "name"}})
    fragment = sql.where(f"name:({','.join([f'n{3 * n}' for n in range(members)])})", dialect, schema=schema)
    statement = f"SELECT id FROM named WHERE {fragment.text}"
    assert index_of(engine, statement, fragment.params, "named") == "named_name"
    assert len(engine.execute(statement, fragment.params)) == members


def test_any_form_of_a_date_time_in_text_is_found_by_an_index(filled: set[DialectName]) -> None:
    """The default, ISO text with any number of digits, is not sorted by text alone."""
    schema = Schema({"at": Field(type="date-time", column=("doc", "data", "at"))})
    for dialect in ("sqlite", "postgresql"):
        engine = engine_with_rows(dialect, filled)
        (index,) = sql.index_ddl(dialect, f"{TABLE}_any", schema=schema)
        engine.execute(
            index.replace(f"ON `{TABLE}_any`", f"ON {TABLE}").replace(f'ON "{TABLE}_any"', f"ON {TABLE}"), ()
        )
        for q in ("at:>=2023-12-31T20:00:00Z", "at:<2023-01-01T04:00:00.5Z", "at:(>2023-05-01 AND <2023-05-03)"):
            fragment = sql.where(q, dialect, schema=schema)
            found = index_of(engine, f"SELECT id FROM {TABLE} WHERE {fragment.text}", fragment.params)
            assert found.startswith(f"{TABLE}_"), (dialect, q, found)


def test_a_column_under_the_fold_of_a_value_in_json() -> None:
    """PostgreSQL, MariaDB and MySQL generate it; nothing but texts are in it."""
    schema = Schema({"n": Field(type="string", column=("doc", "a", "n"), folded="n_fold")})
    stored = [{"a": {"n": value}} for value in ("Näme", "nÄMENS", "x", None, 7, True, ["NÄME"], {"n": "NÄME"})]
    for dialect in ("postgresql", "mariadb", "mysql"):
        engine = database(dialect)
        engine.fill_documents([{"id": place, **each} for place, each in enumerate(stored)], name="folded")
        for statement in sql.index_ddl(dialect, "folded", schema=schema):
            engine.execute(statement, ())
        for q, expected in (("n:~^nÄme", {0, 1}), ("NOT n:~ä", {2, 3, 4, 5, 6, 7})):
            fragment = sql.where(q, dialect, schema=schema)
            assert "n_fold" in fragment.text
            rows = engine.execute(f"SELECT id FROM folded WHERE {fragment.text}", fragment.params)
            assert {row[0] for row in rows} == expected


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nothing_to_index(dialect: DialectName) -> None:
    schema = Schema(
        {"active": {"type": "boolean", "column": "active"}, "tags": {"type": "string", "array": True, "column": "t"}}
    )
    assert sql.index_ddl(dialect, "t", schema=schema) == []
