"""What only ClickHouse has: typed parameters, settings that change what expressions mean, a reading of numbers."""

from __future__ import annotations

import json
import random
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines import clickhouse
from engines.database import Database
from engines.missing import import_optional
from engines.sql import database
from qlause import Limits, Query, Relation, Schema, Sort, UnsupportedError, parse, python, sql
from qlause.backends.sql.clickhouse_params import type_name
from qlause.backends.sql.compiler import fragment_of
from qlause.backends.sql.dialects import dialect_named
from qlause.backends.sql.parts import bind, join, raw
from qlause.sql import Fragment, ParamStyle
from qlause.testing import any_text, documents, queries, sorts
from qlause.values.fold import fold

from .clickhouse_session import hostile, ids
from .sql.comparison import PAIRS, thorough

_ODD: Final = "\\'\"`\t\n\r\0\b\x1a{}[],:N0xntr ab😀é\u2028\ufeff%_$?"


@pytest.fixture
def engine() -> Database:
    return database("clickhouse")


def agree(engine: Database, text: str | Query, stored: Sequence[dict[str, Any]], schema: Schema | None = None) -> None:
    matches = python.predicate(text, schema=schema)
    assert ids(engine, text, schema=schema) == [each["id"] for each in stored if matches(each)], str(text)


# parameters


def odd_values() -> list[Any]:
    draw = random.Random(7)
    texts = ["".join(draw.choices(_ODD, k=draw.randrange(8))) for _ in range(400)]
    lists = [draw.sample(texts, draw.randrange(1, 5)) for _ in range(200)]
    numbers = [0.1, 1e300, 5e-324, -0.5, 2.0**53, 0, -5, 2**63 - 1, -(2**63), [0.1, 1e22], [1, -2]]
    others = [True, False, date(2019, 1, 6), date(1900, 1, 1), UUID("123e4567-e89b-12d3-a456-426614174000")]
    return [*texts, *lists, *numbers, *others]


def shown(values: Sequence[Any]) -> list[Any]:
    """Values as ClickHouse writes them as JSON."""
    return [str(value) if isinstance(value, (date, UUID)) else value for value in values]


def parameters(values: Sequence[Any], style: ParamStyle) -> Fragment:
    return fragment_of(dialect_named("clickhouse", style), join(", ", map(bind, values)))


def test_the_texts_of_parameters_are_read_back_as_the_values() -> None:
    session = clickhouse.new_session()
    values = odd_values()
    fragment = parameters(values, "clickhouse_text")
    found = session.query(f"SELECT {fragment.text}", "JSONCompactEachRow", params=fragment.params).bytes()
    assert json.loads(found) == shown(values)


def test_the_usual_driver_takes_the_values() -> None:
    import_optional("chdb", "clickhouse", "pip install chdb")
    driver = import_optional("clickhouse_connect", "clickhouse-connect", "pip install clickhouse-connect")
    values = odd_values()
    fragment = parameters(values, "clickhouse")
    with driver.get_client(dsn="chdb://") as client:
        (found,) = client.query(f"SELECT {fragment.text}", parameters=dict(fragment.params)).result_rows
    assert list(found) == values


def test_types_are_shown() -> None:
    fragment = parameters(["x", [1.5]], "clickhouse").renumbered(2)
    assert fragment.text == "{p3:String}, {p4:Array(Float64)}"
    assert fragment.params == {"p3": "x", "p4": [1.5]}
    for value in (None, Decimal(1), datetime(2019, 1, 6, tzinfo=UTC), b"x"):
        with pytest.raises(ValueError, match="cannot be of the type"):
            type_name(value)


@given(any_text(max_size=30))
def test_any_text_is_a_value_and_a_key(text: str) -> None:
    engine = database("clickhouse")
    key = text.replace("\0", "") + "k"
    stored: list[dict[str, Any]] = [{"id": 1, key: text}, {"id": 2, key: [f"{text}x"]}, {"id": 3, "k": key}]
    engine.fill_documents(stored)
    for written in (f"{json.dumps(key)}:{json.dumps(text)}", f"NOT {json.dumps(key)}:~{json.dumps(text + 'x')}"):
        agree(engine, written, stored)


# documents


_WIDE: Final = (
    *(
        2**53 - 1,
        2**53,
        2**53 + 1,
        2**63 - 1,
        2**63,
        2**64 - 1,
        2**64,
        10**20,
        10**30,
        -(2**63),
        -(2**63) - 1,
        -(10**30),
    ),
    *(
        1e19,
        1e20,
        1e21,
        1e22,
        -1e20,
        2.0**53,
        2.0**55,
        2.0**60,
        2.0**64,
        1e300,
        5e-324,
        0.1,
        0.30000000000000004,
        -0.0,
        0,
    ),
)


@pytest.mark.parametrize("schema", [None, Schema({"n": "integer", "a.n": "integer[]"})], ids=["undeclared", "declared"])
def test_numbers_are_exact_wherever_they_stand(engine: Database, schema: Schema | None) -> None:
    texts = [str(number) for number in _WIDE] + [repr(number) for number in _WIDE]
    values = [*_WIDE, *dict.fromkeys(texts), '1,2"3', '\\"-5', "[1]"]
    stored = [{"id": place, "n": value, "a": [{"n": [value]}]} for place, value in enumerate(values, 1)]
    engine.fill_documents(stored)
    with hostile(engine):
        ask_about_numbers(engine, schema, stored, texts)


def ask_about_numbers(engine: Database, schema: Schema | None, stored: list[dict[str, Any]], texts: list[str]) -> None:
    asked = ["9007199254740991", "9007199254740990.5", "1e19", "1e20", "1e21", "-1e20", "0.1", "0", "20"]
    if schema is not None:
        whole = (2**53, 2**53 + 1, 2**55, 2**55 + 1, 2**60, 2**63 - 1, -(2**63), -(2**53) - 1)
        asked = [str(number) for number in whole] + ["1.0", "0"]
    for number in asked:
        for path in ("n", "a.n"):
            for test in ("", ">", ">=", "<", "<="):
                for query in (f"{path}:{test}{number}", f"NOT {path}:{test}{number}"):
                    agree(engine, query, stored, schema)
    if schema is None:
        for text in dict.fromkeys(texts):
            agree(engine, f'a.n:"{text}"', stored)
            agree(engine, f'n:~"{text}"', stored)


def test_wide_numbers_are_sorted(engine: Database) -> None:
    draw = random.Random(5)
    values = [value for value in _WIDE if abs(float(value)) < 2**64]
    stored = [{"id": place, "n": value} for place, value in enumerate(draw.sample(values, len(values)), 1)]
    engine.fill_documents(stored)
    for text in ("n", "n:desc"):
        expected = [each["id"] for each in sorted(stored, key=python.sort_key(text))]
        fragment = sql.order_by(text, "clickhouse")
        rows = engine.execute(f"SELECT id FROM documents ORDER BY {fragment.text}", fragment.params)
        assert [row[0] for row in rows] == expected


def test_what_is_no_document_is_empty_and_stops_nothing(engine: Database) -> None:
    broken = ["", "x", "{", '{"a": 1', '{"a": "\\ud800"}', "[]", "5", '"a"', "null", '{"a": 1} x', '{"a": nan}']
    engine.fill_table(
        "broken", {"id": "Int64", "doc": "Nullable(String)"}, [*enumerate([*broken, None]), (99, '{"a": 1}')]
    )
    assert ids(engine, "a:1", "broken") == [99]
    assert ids(engine, "a:missing", "broken") == list(range(len(broken) + 1))
    fragment = sql.order_by("a", "clickhouse", unique="a")
    assert engine.execute(f"SELECT id FROM broken ORDER BY {fragment.text}, id DESC", fragment.params)[-1] == (99,)


def test_the_fold_is_the_same_for_every_letter(engine: Database) -> None:
    """But for letters that Python's version of Unicode does not know."""
    letters = [chr(code) for code in (*range(1, 0xD800), *range(0xE000, 0x20000))]
    letters = [letter for letter in letters if unicodedata.category(letter) != "Cn"]
    stored = [{"id": place, "a": f"Σ{letter}Σ"} for place, letter in enumerate(letters)]
    engine.fill_documents(stored)
    dialect = dialect_named("clickhouse")
    text = fragment_of(dialect, dialect.fold(raw("JSONExtractString(doc, 'a')"))).text
    rows = dict(engine.execute(f"SELECT id, {text} FROM documents", {}))
    assert [letters[place] for place, each in enumerate(stored) if rows[place] != fold(str(each["a"]))] == []


def test_parts_of_one_statement_say_the_same(engine: Database) -> None:
    stored: list[dict[str, Any]] = [
        {"id": 1, "a": [{"b": "x"}], "n": 2},
        {"id": 2, "a": {"b": "x"}, "n": 1},
        {"id": 3, "n": 0},
    ]
    engine.fill_documents(stored)
    both = sql.where("a.b:x n:>0", "clickhouse"), sql.where("NOT a:missing", "clickhouse").renumbered(10)
    order = sql.order_by("n", "clickhouse").renumbered(20)
    text = f"SELECT id FROM documents WHERE {both[0].text} AND ({both[1].text}) ORDER BY {order.text}"
    assert engine.execute(text, {**dict(both[0].params), **dict(both[1].params), **dict(order.params)}) == [(2,), (1,)]


def test_columns_whose_names_have_the_same_words_are_read_apart(engine: Database) -> None:
    columns = {"id": "Int64", "a b": "String", "a-b": "String"}
    engine.fill_table("alike", columns, [(1, '{"x":"1"}', '{"x":"2"}'), (2, '{"x":"2"}', '{"x":"1"}')])
    schema = Schema(
        {name: {"type": "string", "column": (column, "x")} for name, column in (("a", "a b"), ("b", "a-b"))}
    )
    asked = "a:1 b:2 NOT a:2"
    assert ids(engine, asked, "alike", schema=schema) == [1]
    text = sql.where(asked, "clickhouse", schema=schema).text
    assert re.findall("AS (.+?)\\)", text) == ['"qlause a b"', '"qlause a b 2"']


def test_rows_of_other_tables_share_nothing_with_the_statement() -> None:
    relation = Relation("lines", on=(("order_id", "id"),), column="doc")
    schema = Schema(
        {"lines": {"type": "object", "array": True, "relation": relation}, "lines.qty": "integer", "n": "integer"}
    )
    text = sql.where("lines.qty:(>1 AND <5) n:1 NOT n:2", "clickhouse", schema=schema, alias="orders").text
    assert re.findall("AS (.+?)\\)", text) == ['"qlause orders . doc"']


# settings


@given(st.lists(queries(None), min_size=15, max_size=15), st.lists(documents(None), min_size=20, max_size=20))
@thorough(PAIRS // 4)
def test_settings_change_nothing(drawn: list[Query], stored: list[dict[str, Any]]) -> None:
    engine = database("clickhouse")
    stored = [{**document, "id": number} for number, document in enumerate(stored, 1)]
    engine.fill_documents(stored)
    with hostile(engine):
        for query in [*drawn, *(~each for each in drawn)]:
            agree(engine, query, stored)


@given(st.lists(sorts(None), min_size=10, max_size=10), st.lists(documents(None), min_size=20, max_size=20))
@thorough(PAIRS // 16)
def test_settings_change_no_order(drawn: list[Sort], stored: list[dict[str, Any]]) -> None:
    engine = database("clickhouse")
    stored = [{**document, "id": number} for number, document in enumerate(stored, 1)]
    engine.fill_documents(stored)
    with hostile(engine):
        for sort in drawn:
            expected = [each["id"] for each in sorted(stored, key=python.sort_key(sort))]
            fragment = sql.order_by(sort, "clickhouse")
            rows = engine.execute(f"SELECT id FROM documents ORDER BY {fragment.text}", fragment.params)
            assert [int(row[0]) for row in rows] == expected, str(sort)


# limits


def test_a_text_that_no_server_takes_is_refused() -> None:
    query = parse(" ".join(f"a.b.c.d.f{number}:~x" for number in range(600)))
    with pytest.raises(UnsupportedError) as caught:
        sql.where(query, "clickhouse", limits=Limits.generous())
    assert caught.value.code == "too_long"


def test_the_longest_texts_run_under_the_default_settings(engine: Database) -> None:
    stored = [{"id": 1, "f749": 7}, {"id": 2}]
    engine.fill_documents(stored)
    query = parse(" OR ".join(f"f{number}:7" for number in range(750)))
    fragment = sql.where(query, "clickhouse", limits=Limits.generous())
    rows = engine.execute(f"SELECT id FROM documents WHERE {fragment.text}", fragment.params)
    assert [int(row[0]) for row in rows] == [1]
