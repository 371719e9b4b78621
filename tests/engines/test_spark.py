"""Spark selects and sorts as the Python predicate does: random queries, structs, big requests.

The queries of an example are asked in one statement, of documents as text and as VARIANT.
"""

from __future__ import annotations

import json
import os
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.spark import Spark
from engines.spark import open_database as spark_database
from engines.sql import DIALECTS
from qlause import Cursor, Field, Limits, Query, Schema, Sort, UnsupportedError, parse, parse_sort, python, sql
from qlause.testing import VOCABULARY, documents, queries, sorts
from tests.profiles import THOROUGH

from .sql import orders_table
from .sql.comparison import cases, check_queries, check_sorts, thorough
from .sql.largest_requests import DOCUMENTS

pytestmark = pytest.mark.xdist_group("spark")
PAIRS: Final = int(os.environ.get("QLAUSE_SPARK_PAIRS", 3_000 if THOROUGH else 1_200))
"""How many pairs of a query and a document each test compares, about."""
_Case = tuple[Schema | None, list[Any], list[dict[str, Any]]]
STRUCTS: Final = Schema(
    {
        "id": Field(type="integer", column="id"),
        "customer.name": Field(type="string", column=(("customer", "name"),)),
        "customer.address.city": Field(type="string", column=(("customer", "address", "city"),), ignore_case=True),
        "customer.aliases": Field(type="string", array=True, column=(("customer", "aliases[]"),)),
        "lines.sku": Field(type="string", array=True, column=(("lines[]", "sku"),)),
        "lines.qty": Field(type="integer", array=True, column=(("lines[]", "qty"),)),
        "lines.parts.code": Field(type="string", array=True, column=(("lines[]", "parts[]", "code"),)),
        "lines.parts.sizes": Field(type="number", array=True, column=(("lines[]", "parts[]", "sizes[]"),)),
        "extra.score": Field(type="number", column=(("customer", "extra"), "score")),
        "extra.labels": Field(type="string", array=True, column=(("customer", "extra"), "labels")),
        "lines.extra.open": Field(type="any", array=True, column=(("lines[]", "extra"), "open")),
    }
)
_CUSTOMER: Final = "STRUCT<name: STRING, address: STRUCT<city: STRING>, aliases: ARRAY<STRING>, extra: STRING>"
_LINES: Final = (
    "ARRAY<STRUCT<sku: STRING, qty: BIGINT, parts: ARRAY<STRUCT<code: STRING, sizes: ARRAY<DOUBLE>>>, extra: STRING>>"
)


json_types = st.sampled_from(("VARIANT", "STRING"))


@given(cases(False, queries), json_types)
@thorough(PAIRS)
def test_queries_about_any_field_select_what_the_predicate_selects(case: _Case, json_type: str) -> None:
    check_queries([spark_database(json_type)], *case)


@given(cases(True, queries), json_types)
@thorough(PAIRS)
def test_queries_about_declared_paths_select_what_the_predicate_selects(case: _Case, json_type: str) -> None:
    check_queries([spark_database(json_type)], *case)


@given(cases(False, sorts), json_types)
@thorough(PAIRS)
def test_sorts_by_any_field_give_the_order_of_the_sort_key(case: _Case, json_type: str) -> None:
    check_sorts([spark_database(json_type)], *case)


@given(cases(True, sorts), json_types)
@thorough(PAIRS)
def test_sorts_by_declared_paths_give_the_order_of_the_sort_key(case: _Case, json_type: str) -> None:
    check_sorts([spark_database(json_type)], *case)


@given(orders_table.cases(queries))
@thorough(PAIRS)
def test_queries_about_columns_select_what_the_predicate_selects(
    case: tuple[list[Query], list[dict[str, Any]]],
) -> None:
    orders_table.check_rows([spark_database()], *case)


@given(orders_table.cases(sorts))
@thorough(PAIRS)
def test_sorts_by_columns_give_the_order_of_the_sort_key(case: tuple[list[Sort], list[dict[str, Any]]]) -> None:
    orders_table.check_order([spark_database()], *case)


def _some(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=values)


_texts = VOCABULARY.texts
_extra = _some(
    score=VOCABULARY.numbers, labels=st.lists(_texts, max_size=2), open=st.one_of(_texts, st.none(), st.booleans())
)
_parts = _some(code=_texts, sizes=st.lists(st.sampled_from((0.0, 1.5, 2.0, 20.0)), max_size=2))
_lines = _some(sku=_texts, qty=st.integers(-3, 21), parts=st.lists(_parts, max_size=2), extra=_extra)
nested = _some(
    customer=_some(name=_texts, address=_some(city=_texts), aliases=st.lists(_texts, max_size=2), extra=_extra),
    lines=st.lists(_lines, max_size=3),
)


def fill_structs(engine: Spark, stored: list[dict[str, Any]]) -> None:
    engine.fill_table(
        "structs",
        {"id": "BIGINT", "customer": _CUSTOMER, "lines": _LINES},
        [(each["id"], each.get("customer"), each.get("lines")) for each in stored],
    )


def _public(document: dict[str, Any]) -> dict[str, Any]:
    """A document as the schema shows it: the customer's extra stands beside the customer."""
    extra = document.get("customer", {}).get("extra")
    return document if extra is None else {**document, "extra": extra}


@given(st.lists(queries(STRUCTS), min_size=25, max_size=25), st.lists(nested, min_size=20, max_size=20))
@thorough(PAIRS)
def test_queries_about_structs_select_what_the_predicate_selects(
    drawn: list[Query], stored: list[dict[str, Any]]
) -> None:
    engine = spark_database()
    stored = [{**each, "id": number} for number, each in enumerate(stored, 1)]
    fill_structs(engine, stored)
    both = [*drawn, *(~each for each in drawn)]
    found = engine.selected("structs", [sql.where(query, "spark", schema=STRUCTS) for query in both])
    for query, rows in zip(both, found, strict=True):
        matches = python.predicate(query, schema=STRUCTS_AS_SHOWN)
        wrong = set(rows) ^ {each["id"] for each in stored if matches(_public(each))}
        assert not wrong, (str(query), [stored[number - 1] for number in wrong])


STRUCTS_AS_SHOWN: Final = Schema(
    {".".join(path.segments): Field(type=f.type, array=f.array, ignore_case=f.ignore_case) for path, f in STRUCTS}
)


def check_pages(engine: Spark, table: str, sort: Sort, stored: list[dict[str, Any]], **options: Any) -> None:
    """Behind each row stand those that follow it, and before it those that precede it."""
    ordered = sorted(stored, key=python.sort_key(sort, **options))
    cursors = [Cursor.of(sort, document, **options) for document in ordered]
    ids = [document["id"] for document in ordered]
    for backward in (False, True):
        asked = [sql.after(sort, cursor, "spark", backward=backward, **options) for cursor in cursors]
        for place, rows in enumerate(engine.selected(table, asked)):
            wanted = ids[:place] if backward else ids[place + 1 :]
            assert sorted(rows) == sorted(wanted), (str(sort), ordered[place], backward, asked[place])


@given(cases(False, sorts), cases(True, sorts))
@thorough(PAIRS)
def test_pages_of_documents(undeclared: _Case, declared: _Case) -> None:
    for schema, asked, stored in (undeclared, declared):
        spark_database().fill_documents(stored)
        for place, sort in enumerate(asked[:3]):
            nulls: Any = (None, "first", "last")[place]
            check_pages(spark_database(), "documents", sort, stored, schema=schema, nulls=nulls)


@given(orders_table.cases(sorts))
@thorough(PAIRS)
def test_pages_of_columns(case: tuple[list[Sort], list[dict[str, Any]]]) -> None:
    asked, stored = case
    orders_table.fill(spark_database(), stored)
    for place, sort in enumerate(asked[:6]):
        nulls: Any = (None, "first", "last")[place % 3]
        check_pages(spark_database(), "orders", sort, stored, schema=orders_table.SCHEMA, nulls=nulls)


def test_order_by_a_field_of_structs() -> None:
    engine = spark_database()
    stored = [{"id": n, "customer": {"address": {"city": city}}} for n, city in enumerate("bAa", 1)]
    fill_structs(engine, [*stored, {"id": 4, "customer": {}}, {"id": 5}])
    order = sql.order_by("customer.address.city:desc", "spark", schema=STRUCTS)
    assert engine.ordered("structs", [order]) == [[1, 3, 2, 5, 4]]
    with pytest.raises(UnsupportedError) as caught:
        sql.order_by("lines.extra.open", "spark", schema=STRUCTS)
    assert caught.value.code == "not_ordered"


@pytest.mark.parametrize("sort", ["customer.address.city", "customer.address.city:desc"])
def test_pages_of_a_field_of_structs(sort: str) -> None:
    stored = [{"id": n, "customer": {"address": {"city": city}}} for n, city in enumerate("bAab", 1)]
    stored += [{"id": 5, "customer": {}}]
    fill_structs(spark_database(), stored)
    check_pages(spark_database(), "structs", parse_sort(sort), stored, schema=STRUCTS)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("text", ["customer.name:a", "lines.sku:a", "lines.parts.sizes:exists", "lines.extra.open:1"])
def test_other_dialects_refuse_structs(dialect: Any, text: str) -> None:
    with pytest.raises(UnsupportedError) as caught:
        sql.where(text, dialect, schema=STRUCTS)
    assert caught.value.code == "no_structs"


def test_a_way_in_structs_is_checked() -> None:
    for way in ((), ("",), ("a", "[]")):
        with pytest.raises(ValueError, match="a column has a name"):
            Field(type="string", array=True, column=(way,))
    with pytest.raises(ValueError, match="array=True"):
        Field(type="string", column=(("a[]", "b"),))


@given(st.lists(documents(), min_size=20, max_size=20), st.lists(queries(), min_size=3, max_size=3))
@thorough(600)
def test_statements_of_their_own(stored: list[dict[str, Any]], drawn: list[Query]) -> None:
    """What stands after WHERE and ORDER BY means what it means as a column of a result."""
    engine = spark_database()
    stored = [{**each, "id": number} for number, each in enumerate(stored, 1)]
    engine.fill_documents(stored)
    for query in drawn:
        matches = python.predicate(query)
        where, order = sql.where(query, "spark"), sql.order_by("a:desc", "spark").renumbered(1_000)
        text = f"SELECT id FROM documents WHERE {where.text} ORDER BY {order.text}"
        rows = engine.rows(text, {**dict(where.params), **dict(order.params)})
        expected = sorted(filter(matches, stored), key=python.sort_key("a:desc"))
        assert [row[0] for row in rows] == [each["id"] for each in expected]


_NUMBERS: Final = (
    *(0, -0.0, 0.1, 1, 1.0, 2**53, 2**53 + 1, 2.0**53, 2**60 - 1, 2**60, 2**60 + 1, 2.0**60, -(2**60) - 1, -(2.0**60)),
    *(2**63 - 1, 2**63, 2.0**63, 2**64 + 1, 2.0**64, 10**19, 1e19, 10**19 + 1, 10**30, 1e30, 10**37 - 1, 1e40, -1e300),
)


_SPELLED: Final = (
    *("0.5", "5e-1", "0.50", "1", "1.0", "1e0", "-0.0", "0", "-0e0", "2.5e0", "2.5", "9007199254740993"),
    *("9007199254740992.5", "9007199254740993.5", "9007199254740992", "9007199254740992.0", "9007199254740994e0"),
    *("1152921504606846976", "1152921504606847000", "1.152921504606847e18", "1152921504606846976.5", "1e-400", "0.1"),
    "0.1000000000000000055511151231257827021181583404541015625",
)


def test_numbers_are_the_same_however_they_are_spelled() -> None:
    engine = spark_database()
    texts = [f'{{"id": {place}, "n": {number}}}' for place, number in enumerate(_SPELLED)]
    engine.fill_table("documents", {"id": "BIGINT", "doc": "STRING"}, list(enumerate(texts)))
    stored = [json.loads(text) for text in texts]
    for sort in ("n", "n:desc"):
        expected = [each["id"] for each in sorted(stored, key=python.sort_key(sort))]
        assert engine.ordered("documents", [sql.order_by(sort, "spark")]) == [expected]
    asked = [f"n:{comparator}{number}" for number in ("0.5", "0.1", "1", "0", "2.5") for comparator in ("", ">", "<=")]
    for text, rows in zip(asked, engine.selected("documents", [sql.where(q, "spark") for q in asked]), strict=True):
        matches = python.predicate(text)
        assert sorted(rows) == [each["id"] for each in stored if matches(each)], text


@pytest.mark.parametrize("json_type", ["STRING", "VARIANT"])
def test_numbers_that_are_not_equal_though_their_doubles_are(json_type: str) -> None:
    engine = spark_database(json_type)
    stored = [{"id": place, "n": number} for place, number in enumerate(_NUMBERS)]
    engine.fill_documents(stored)
    asked = []
    for kind in ("integer", "number"):
        literals = {number for number in _NUMBERS if isinstance(number, int) == (kind == "integer")}
        schema = Schema({"n": Field(type=kind, array=True)})
        for literal in literals - {number for number in literals if kind == "integer" and abs(number) >= 2**63}:
            for comparator in ("", ">", ">=", "<", "<="):
                asked.append((f"n:{comparator}{literal!r}", schema))
    found = engine.selected("documents", [sql.where(text, "spark", schema=schema) for text, schema in asked])
    for (text, schema), rows in zip(asked, found, strict=True):
        matches = python.predicate(text, schema=schema)
        assert sorted(rows) == [each["id"] for each in stored if matches(each)], text
    expected = [each["id"] for each in sorted(stored, key=python.sort_key("n"))]
    assert engine.ordered("documents", [sql.order_by("n", "spark")]) == [expected]


_DEEP: Final = parse("(" * 31 + "a:~7" + "".join(" OR b:exists)" if level % 2 else " NOT f:2)" for level in range(31)))


@pytest.mark.parametrize(
    "query",
    [
        parse(f"a:({','.join(f'm{n}' for n in range(10_000))})", limits=Limits.generous()),
        parse(f"NOT a:({','.join(str(n) for n in range(10_000))})", limits=Limits.generous()),
        parse(
            " OR ".join(f"f{n}:{('1', '~X', *['exists'] * 8)[n % 10]}" for n in range(1_000)), limits=Limits.generous()
        ),
        parse(" ".join(f"NOT f{n}:missing" for n in range(1_000)), limits=Limits.generous()),
        parse(f"a:({' OR '.join(f'~m{n}x' for n in range(999))} OR ~7)"),
        _DEEP,
        ~_DEEP,
        parse(f"{'.'.join('k' * 16)}:1 OR b.c.d:x", limits=Limits()),
        parse(f'a:~"{"%" * 1_000}" OR a:~^"{"𐐀" * 1_000}"$'),
    ],
    ids=["texts", "numbers", "or", "not", "one value", "deep", "deep not", "segments", "long"],
)
def test_as_big_as_a_request_may_be(query: Query) -> None:
    engine = spark_database()
    engine.fill_documents(DOCUMENTS)
    fragment = sql.where(query, "spark", limits=Limits.generous())
    matches = python.predicate(query, limits=Limits.generous())
    expected = [each["id"] for each in DOCUMENTS if matches(each)]
    assert sorted(
        row[0] for row in engine.rows(f"SELECT id FROM documents WHERE {fragment.text}", fragment.params)
    ) == (expected)


def test_a_list_of_ten_thousand_is_one_parameter() -> None:
    query = parse(f"a:({','.join(f'm{n}' for n in range(10_000))})", limits=Limits.generous())
    assert len(sql.where(query, "spark").params) == 2  # and the path


def test_pages_go_on_from_decimals() -> None:
    engine = spark_database()
    rows = [(0, "2.5"), (1, "2.501"), (2, "-0.001"), (3, "99999999999999999999.999"), (4, "0.000")]
    values = ", ".join(f"({number}, CAST('{value}' AS DECIMAL(38, 3)))" for number, value in rows)
    engine.execute("DROP TABLE IF EXISTS decimals", ())
    engine.execute(f"CREATE TABLE decimals USING parquet AS SELECT * FROM VALUES {values} AS v(id, n)", ())
    schema = Schema({"id": {"type": "integer", "column": "id"}, "n": {"type": "number", "column": "n"}})
    for sort in ("n", "n:desc"):
        order = sql.order_by(sort, "spark", schema=schema).text
        whole = engine.execute(f"SELECT id, n FROM decimals ORDER BY {order}", ())
        for at, (number, value) in enumerate(whole):
            after = sql.after(
                sort, Cursor.of_row(sort, {"id": number, "n": value}, schema=schema), "spark", schema=schema
            )
            rest = engine.execute(f"SELECT id, n FROM decimals WHERE {after.text} ORDER BY {order}", after.params)
            assert [tuple(row) for row in rest] == [tuple(row) for row in whole[at + 1 :]]
