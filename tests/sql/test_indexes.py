"""The DDL of ``index_ddl`` is accepted, and what ``where`` writes uses the indexes that it makes."""

from __future__ import annotations

import pytest

from qlause import Field, Schema, sql
from qlause.backends.sql import DialectName

from .databases import DATABASES, Database, database

SCHEMA = Schema(
    {
        "name": Field(type="string", column="name", folded="name_fold"),
        "code": Field(type="string", column="code", binary=True),
        "qty": Field(type="integer", column="qty"),
        "a.n": "number",
        "a.s": "string",
        "tags": "string[]",
        "title": {"type": "localized", "languages": ("en", "fr")},
        "active": {"type": "boolean", "column": "active"},
    }
)
_PLAIN = ("name:Näme7", "name:(Näme7,Näme8)", "code:C7", "code:>C4998", "qty:7", "qty:>4998", "qty:(7,8,9)")
_IN_JSON = ("a.n:7", "a.n:>4998.5", "a.s:s77", "a.s:>s9998", 'title.en:"Title 77"')
_USING = {
    "sqlite": (*_PLAIN, *_IN_JSON, "name:>Näme4998", "code:~^c4998", "a.s:~^s4998"),
    "postgresql": (*_PLAIN, *_IN_JSON, "name:>Näme4998", "name:~^näme4998", "code:~c4998", "a.s:~s4998", "tags:t4998"),
    "mariadb": (*_PLAIN, "name:~^näme4998"),
    "mysql": (*_PLAIN, "name:~^näme4998"),
    "clickhouse": (
        *("name:Näme7", "name:(Näme7,Näme8)", "code:C7", "qty:7", "qty:>4998", "qty:(7,8,9)"),
        *("a.n:7", "a.n:>4998.5", "a.s:s77", 'title.en:"Title 77"'),
        *("name:~näme4998", "name:~^näme4998", "code:~c4998", "a.s:~s4998", "title.fr:~4998$"),
    ),
    "duckdb": (),  # it scans what it has; an index there keeps values unique
}
"""Queries of which a plan must name an index."""


@pytest.fixture(scope="module")
def filled() -> set[DialectName]:
    return set()


def fill(engine: Database) -> None:
    mysql = engine.dialect in ("mariadb", "mysql")
    text = "VARCHAR(100)" if mysql else "TEXT"
    collated = {"mariadb": " COLLATE utf8mb4_nopad_bin", "mysql": " COLLATE utf8mb4_0900_bin"}.get(engine.dialect, "")
    columns = {"id": "BIGINT", "name": text, "code": text + collated, "qty": "BIGINT", "active": "BOOLEAN"}
    engine.table("indexed", {**columns, "doc": engine.json_type}, [])
    for statement in sql.index_ddl(engine.dialect, "indexed", schema=SCHEMA):
        engine.execute(statement, ())
    document = '{{"a": {{"n": {0}, "s": "s{0}"}}, "tags": ["t{0}"], "title": {{"en": "Title {0}"}}}}'
    rows = [(n, f"Näme{n}", f"C{n}", n, n % 2 == 0, document.format(n)) for n in range(5_000)]
    marks = ", ".join([engine.mark] * 6)
    engine.many(f"INSERT INTO indexed (id, name, code, qty, active, doc) VALUES ({marks})", rows)
    if engine.dialect not in ("duckdb", "clickhouse"):
        engine.execute(
            {"sqlite": "ANALYZE", "postgresql": "ANALYZE indexed"}.get(engine.dialect, "ANALYZE TABLE indexed"), ()
        )


def plan(engine: Database, text: str) -> str:
    fragment = sql.where(text, engine.dialect, schema=SCHEMA)
    if engine.dialect == "postgresql":
        engine.execute("SET enable_seqscan = off", ())  # so few rows are read faster than an index is opened
    explain = {"sqlite": "EXPLAIN QUERY PLAN", "clickhouse": "EXPLAIN indexes = 1"}.get(engine.dialect, "EXPLAIN")
    rows = engine.execute(f"{explain} SELECT id FROM indexed WHERE {fragment.text}", fragment.params)
    if engine.dialect == "postgresql":
        engine.execute("RESET enable_seqscan", ())
    return "\n".join(str(each) for row in rows for each in row)


@pytest.mark.parametrize(("dialect", "text"), [(dialect, text) for dialect in DATABASES for text in _USING[dialect]])
def test_a_plan_names_an_index(dialect: DialectName, text: str, filled: set[DialectName]) -> None:
    engine = database(dialect)
    if dialect not in filled:
        fill(engine)
        filled.add(dialect)
    found = plan(engine, text)
    assert "indexed_" in found, found


@pytest.mark.parametrize("dialect", DATABASES)
def test_nothing_to_index(dialect: DialectName) -> None:
    schema = Schema(
        {"active": {"type": "boolean", "column": "active"}, "tags": {"type": "string", "array": True, "column": "t"}}
    )
    assert sql.index_ddl(dialect, "t", schema=schema) == []
