"""As big and as deep as a request may be (rule 22), on every engine."""

from __future__ import annotations

from typing import Any

import pytest

from engines.database import Database
from engines.sql import DIALECTS, database
from qlause import Field, Limits, Query, Schema, UnsupportedError, parse, python, sql
from qlause.sql import DialectName

from .largest_requests import DOCUMENTS

everywhere = pytest.mark.parametrize("dialect", DIALECTS)


@pytest.fixture
def engine(dialect: DialectName) -> Database:
    found = database(dialect)
    found.fill_documents(DOCUMENTS)
    return found


def check(engine: Database, query: Query, schema: Schema | None = None) -> int:
    """Compare with the Python predicate, and give the number of parameters."""
    fragment = sql.where(query, engine.dialect, schema=schema, limits=Limits.generous())
    rows = engine.execute(f"SELECT id FROM documents WHERE {fragment.text} ORDER BY id", fragment.params)
    matches = python.predicate(query, schema=schema, limits=Limits.generous())
    assert [row[0] for row in rows] == [document["id"] for document in DOCUMENTS if matches(document)]
    return len(fragment.params)


def _is_written_out(engine: Database) -> bool:
    """Whether each member of a long list is a parameter."""
    return engine.dialect in ("mariadb", "mysql")


@everywhere
@pytest.mark.parametrize("schema", [None, Schema({"s": "string"})], ids=["undeclared", "declared"])
@pytest.mark.parametrize("negated", [False, True], ids=["", "not"])
def test_a_list_of_ten_thousand_texts_is_one_parameter(engine: Database, schema: Schema | None, negated: bool) -> None:
    """But on MariaDB and MySQL: MariaDB would read all of one for each value."""
    query = parse(f"{'s' if schema else 'a'}:({','.join(f'm{n}' for n in range(10_000))})", limits=Limits.generous())
    assert check(engine, ~query if negated else query, schema) <= 8 + 10_000 * _is_written_out(engine)


@everywhere
@pytest.mark.parametrize("schema", [None, Schema({"n": "number"})], ids=["undeclared", "declared"])
def test_a_list_of_ten_thousand_numbers_is_one_parameter(engine: Database, schema: Schema | None) -> None:
    query = parse(f"{'n' if schema else 'a'}:({','.join(str(n) for n in range(10_000))})", limits=Limits.generous())
    assert check(engine, query, schema) <= 10 + 20_000 * _is_written_out(engine)  # they may be texts too


@everywhere
def test_a_list_that_ignores_case(engine: Database) -> None:
    schema = Schema({"a": Field(type="string", ignore_case=True, array=True)})
    query = parse(f"a:({','.join(f'M{n}' for n in range(1_000))})", limits=Limits.generous())
    assert check(engine, query, schema) <= 8 + 1_000 * _is_written_out(engine)


@everywhere
@pytest.mark.parametrize("word", [" ", " OR "], ids=["and", "or"])
@pytest.mark.parametrize("before", ["", "NOT "], ids=["", "not"])
@pytest.mark.parametrize("test", ["1", "~X", "exists"])
def test_a_thousand_tests(engine: Database, word: str, before: str, test: str) -> None:
    query = parse(word.join(f"{before}f{n}:{test}" for n in range(1_000)), limits=Limits.generous())
    if engine.dialect == "clickhouse" and test != "exists":
        with pytest.raises(UnsupportedError) as caught:
            sql.where(query, engine.dialect, limits=Limits.generous())
        assert caught.value.code == "too_long"
        query = parse(word.join(f"{before}f{n}:{test}" for n in range(250)), limits=Limits.generous())
    check(engine, query)


@everywhere
def test_a_thousand_tests_of_one_value(engine: Database) -> None:
    check(engine, parse(f"a:({' OR '.join(f'~m{n}x' for n in range(999))} OR ~7)"))


@everywhere
@pytest.mark.parametrize("schema", [None, Schema(dict.fromkeys("abf", "any"))], ids=["undeclared", "declared"])
@pytest.mark.parametrize("deep_first", [False, True])
def test_groups_nested_as_deep_as_they_may_be(engine: Database, deep_first: bool, schema: Schema | None) -> None:
    text = "a:~7"
    for level in range(32):
        clause, word = ("b:exists", " OR ") if level % 2 else ("NOT f:2", " ")
        text = word.join((f"({text})", clause) if deep_first else (clause, f"({text})"))
    check(engine, parse(text), schema)


@everywhere
def test_depth_beyond_an_engine_is_refused(dialect: DialectName) -> None:
    query = parse("a:1")
    for level in range(98):
        query = query & parse("b:1") if level % 2 else query | parse("c:1")
    if dialect == "sqlite":
        with pytest.raises(UnsupportedError) as caught:
            sql.where(query, dialect)
        assert caught.value.code == "too_deep"
    else:
        engine = database(dialect)
        engine.fill_documents(DOCUMENTS)
        check(engine, query)


@everywhere
@pytest.mark.parametrize("test", ["1", "~x", "exists", "missing", "(>0 AND <2)"])
def test_a_path_of_sixteen_segments(engine: Database, test: str) -> None:
    document: Any = 1
    for level in range(15):  # MariaDB takes documents of 31 levels
        document = [{"k": document}, {"k": "x"}] if level % 2 else {"k": document}
    documents = [{"id": 1, "k": document}, {"id": 2, "k": document["k"]}, {"id": 3}]
    engine.fill_documents(documents)
    query = parse(f"{'.'.join('k' * 16)}:{test}")
    fragment = sql.where(query, engine.dialect)
    rows = engine.execute(f"SELECT id FROM documents WHERE {fragment.text} ORDER BY id", fragment.params)
    matches = python.predicate(query)
    assert [row[0] for row in rows] == [each["id"] for each in documents if matches(each)]


@everywhere
def test_texts_as_long_as_they_may_be(engine: Database) -> None:
    for text in ("x" * 1_000, "é" * 1_000, "𐐀" * 1_000, "%" * 1_000, "[" * 1_000):
        check(engine, parse(f'a:~"{text}"'))
        check(engine, parse(f'a:~^"{text}"$'))
