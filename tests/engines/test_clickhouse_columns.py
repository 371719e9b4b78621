"""Typed columns of ClickHouse, and what its primary key serves."""

from __future__ import annotations

import itertools
import re
from contextlib import nullcontext
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import pytest

from engines.database import Database
from engines.sql import database
from qlause import Cursor, Field, Schema, python, sql

from .clickhouse_session import hostile, ids

_TYPED: Final = Schema(
    {
        "id": {"type": "integer", "column": "id"},
        "big": {"type": "integer", "column": "big"},
        "price": {"type": "number", "column": "price"},
        "name": {"type": "string", "column": "name"},
        "status": {"type": "enum", "values": ("zebra", "ape", "cow"), "column": "status"},
        "at": {"type": "date-time", "column": "at"},
        "fine": {"type": "date-time", "column": "fine"},
        "day": {"type": "date", "column": "day"},
        "ref": {"type": "uuid", "column": "ref"},
        "lines.sku": {"type": "string", "array": True, "column": "lines.sku"},
        "lines.qty": {"type": "integer", "array": True, "column": "lines.qty"},
        "marks": {"type": "number", "array": True, "column": "marks"},
        "owner.code": {
            "type": "string",
            "array": True,
            "relation": {"table": "owners", "on": (("id", "owner"),), "column": "code"},
        },
    }
)
_TYPES: Final = {
    "id": "Int64",
    "big": "UInt64",
    "price": "Decimal(38, 4)",
    "name": "LowCardinality(Nullable(String))",
    "status": "Nullable(Enum8('zebra' = 1, 'ape' = 2, 'cow' = 3))",
    "at": "DateTime",
    "fine": "Nullable(DateTime64(9))",
    "day": "Date",
    "ref": "UUID",
    "lines": "Nested(sku String, qty Nullable(Int32))",
    "marks": "Array(Float32)",
    "owner": "Nullable(Int64)",
}
_VALUES: Final[tuple[tuple[Any, ...], ...]] = (
    (
        *(1, 2**64 - 1, Decimal("0.1"), "Ärger", "zebra", datetime(2019, 1, 6, 10, 29, 30, tzinfo=UTC)),
        *(datetime(2019, 1, 6, 10, 29, 30, 602000, UTC), date(2019, 1, 6)),
        *(UUID("00000000-0000-0001-0000-000000000000"), [{"sku": "a", "qty": 1}, {"sku": "b", "qty": None}]),
        *([1.5, 2.0], 1),
    ),
    (
        *(
            2,
            2**63,
            Decimal("12345678901234567890.1234"),
            None,
            None,
            datetime(2020, 2, 29, 23, 59, 59, tzinfo=UTC),
        ),
        *(None, date(2020, 2, 29), UUID("ffffffff-ffff-ffff-0000-000000000000"), [], [], None),
    ),
    (
        *(3, 0, Decimal("0.3"), "ärger", "cow", datetime(1970, 1, 1, tzinfo=UTC)),
        *(datetime(1969, 12, 31, 23, 59, 59, 500000, UTC), date(1970, 1, 1)),
        *(UUID("00000000-0000-0000-ffff-ffffffffffff"), [{"sku": "c", "qty": 5}], [0.25], 7),
    ),
)
_ROWS: Final = tuple(dict(zip(_TYPES, row, strict=True)) for row in _VALUES)
_QUERIES: Final = """
    big:>9223372036854775807 | big:9223372036854775807 | big:<=9007199254740993 | big:(0,5) | NOT big:0
    price:0.1 | price:(0.1,0.3) | price:>0.1 | price:>=0.3 | price:<1 | NOT price:0.3 | price:>12345678901234567000.5
    name:Ärger | name:~ärger | NOT name:~ÄRGER | name:>z | name:missing | name:null | name:exists | name:~^ä
    status:cow | NOT status:zebra | status:(cow,ape) | status:~E | status:missing | status:~^ZE
    at:2019-01-06 | at:>2019-01-06T10:29:30Z | at:>=2019-01-06T10:29:29.999999Z | at:"2019-01-06T10:29:30.000001Z"
    at:(2019-01-06T10:29:30Z,1970-01-01T00:00:00Z) | at:<9999-12-31T00:00:00Z | at:>0001-01-01T00:00:00Z
    fine:2019-01-06 | fine:>2019-01-06T10:29:30.601999Z | fine:<9999-12-31T00:00:00Z | NOT fine:>0001-01-02T00:00:00Z
    fine:(9999-12-31T00:00:00Z,2019-01-06T10:29:30.602Z) | fine:<1970-01-01 | fine:<=1970-01-01 | fine:missing
    day:2019-01-06 | day:>2019-01-06 | day:(2019-01-06,1970-01-01) | day:<9999-12-31 | day:>0001-01-01
    ref:00000000-0000-0001-0000-000000000000 | NOT ref:00000000-0000-0001-0000-000000000000
    lines.sku:a | NOT lines.sku:a | lines.sku:exists | lines.sku:missing | lines.sku:~B | lines.sku:(NOT a)
    lines.qty:>=1 | lines.qty:(>1 AND <9) | lines.qty:null | lines.qty:(null,5) | lines.qty:(NOT 1) | NOT lines.qty:1
    marks:1.5 | marks:(>1.6 AND <3) | marks:exists | marks:(NOT 2) | NOT marks:0.25
    owner.code:x | NOT owner.code:x | owner.code:missing | owner.code:null | owner.code:(NOT x)
"""
_ORDERS: Final = "big | price:desc | name | name:desc | status | status:desc | at | fine | day:desc | ref | ref:desc"
_OWNERS: Final = ((1, "x"), (1, "y"), (None, "x"), (8, "x"))


@pytest.fixture(scope="module")
def typed() -> Database:
    engine = database("clickhouse")
    engine.execute("DROP TABLE IF EXISTS typed", {})
    described = ", ".join(f"{name} {kind}" for name, kind in _TYPES.items())
    engine.execute(f"CREATE TABLE typed ({described}) {engine.table_options}", {})
    columns = [name for name in _TYPES if name != "lines"]
    rows = [
        [
            *([str(row[name]) if isinstance(row[name], Decimal) else row[name] for name in columns]),
            *([line[part] for line in row["lines"]] for part in ("sku", "qty")),
        ]
        for row in _ROWS
    ]
    engine.execute_many(f"INSERT INTO typed ({', '.join(columns)}, lines.sku, lines.qty) VALUES ", rows)
    engine.fill_table("owners", {"id": "Nullable(Int64)", "code": "Nullable(String)"}, _OWNERS)
    return engine


def as_documents() -> list[dict[str, Any]]:
    found = []
    for row in _ROWS:
        document = {name: value for name, value in row.items() if value is not None}
        document["owner"] = [{"code": code} for owner, code in _OWNERS if owner is not None and owner == row["owner"]]
        found.append(document)
    return found


@pytest.mark.parametrize("settings", ["", "hostile"])
@pytest.mark.parametrize("text", re.split(r" \| |\n *", _QUERIES.strip()))
def test_queries_about_typed_columns_select_what_the_predicate_selects(
    typed: Database, text: str, settings: str
) -> None:
    matches = python.predicate(text, schema=_TYPED)
    expected = [each["id"] for each in as_documents() if matches(each)]
    with hostile(typed) if settings else nullcontext():
        assert ids(typed, text, "typed", schema=_TYPED, alias="o") == expected


@pytest.mark.parametrize("text", _ORDERS.split(" | "))
def test_sorts_by_typed_columns_give_the_order_of_the_sort_key(typed: Database, text: str) -> None:
    expected = [each["id"] for each in sorted(as_documents(), key=python.sort_key(text, schema=_TYPED))]
    fragment = sql.order_by(text, "clickhouse", schema=_TYPED)
    assert [
        row[0] for row in typed.execute(f"SELECT id FROM typed ORDER BY {fragment.text}", fragment.params)
    ] == expected


_KEYS: Final = {
    "name": "String",
    "code": "LowCardinality(Nullable(String))",
    "qty": "Int64",
    "at": "DateTime64(3, 'UTC')",
    "seen": "DateTime('UTC')",
    "day": "Date",
    "ref": "UUID",
}
_KEYED: Final = Schema(
    {
        **{name: Field(type="string", column=name, case_sensitive=True) for name in ("name", "code")},
        "qty": Field(type="integer", column="qty"),
        **{name: Field(type="date-time", column=name) for name in ("at", "seen")},
        "day": Field(type="date", column="day"),
        "ref": Field(type="uuid", column="ref"),
    }
)


_SERVED: Final = (
    *("name:N0777", "name:(N0777,N0778)", "name:>N0990", "name:~^N077", 'name:(>=N0100 AND <"N0110")'),
    *("code:N0777", "code:(N0777,N0778)", "code:>N0990", "code:~^N077"),
    *("qty:777", "qty:(777,778)", "qty:>990", "qty:(>=100 AND <110)"),
    *("at:2019-01-08", "at:>2021-09-20", "seen:2019-01-08", "seen:>2021-09-20"),
    *("day:2019-01-08", "day:(2019-01-08,2019-01-09)", "day:>2021-09-20"),
    *("ref:00000000-0000-0000-0903-000000000000", "name:N0777 qty:777"),
    *(
        f"name:({','.join(f'N0{number}' for number in range(100, 135))})",
        f"qty:({','.join(map(str, range(100, 135)))})",
    ),
)
"""Queries about one field, which the key of the table begins with, that select 40 rows at most."""


@pytest.mark.parametrize("text", _SERVED)
def test_the_primary_key_is_used(text: str) -> None:
    engine = database("clickhouse")
    key = text.partition(":")[0]
    table = f"keyed_{key}"
    described = ", ".join(f"{name} {kind}" for name, kind in _KEYS.items())
    settings = "SETTINGS index_granularity = 10, allow_nullable_key = 1"
    engine.execute(f"CREATE TABLE IF NOT EXISTS {table} ({described}) ENGINE = MergeTree ORDER BY {key} {settings}", {})
    if not engine.execute(f"SELECT 1 FROM {table} LIMIT 1", {}):
        made = "concat('N', leftPad(toString(number), 4, '0')) AS text"
        since = "toDateTime('2019-01-01 00:00:00', 'UTC') + number * 86400"
        values = f"{made}, text, number, {since}, {since}, toDate('2019-01-01') + number, reinterpretAsUUID(number)"
        engine.execute(f"INSERT INTO {table} SELECT {values} FROM numbers(1000)", {})
    fragment = sql.where(text, "clickhouse", schema=_KEYED)
    rows = engine.execute(f"EXPLAIN indexes = 1 SELECT count() FROM {table} WHERE {fragment.text}", fragment.params)
    plan = "\n".join(row[0] for row in rows)
    granules = [line.partition("Granules: ")[2] for line in plan.split("\n") if "Granules: " in line and "/" in line]
    assert granules, plan
    assert min(int(each.partition("/")[0]) for each in granules) <= 5, plan


_INDEXED: Final = Schema(
    {
        "name": Field(type="string", column="name", folded="name_fold"),
        "code": Field(type="string", column="code"),
        "qty": Field(type="integer", column="qty"),
        "a.n": "number",
        "a.s": "string",
        "title": {"type": "localized", "languages": ("en", "fr")},
    }
)
_BY_INDEX: Final = (
    *("name:Näme7", "name:(Näme7,Näme8)", "code:C7", "qty:7", "qty:>4998", "qty:(7,8,9)"),
    *("a.n:7", "a.n:>4998.5", "a.s:s77", 'title.en:"Title 77"'),
    *("name:~näme4998", "name:~^näme4998", "code:~c4998", "a.s:~s4998", "title.fr:~4998$"),
)


@pytest.fixture(scope="module")
def indexed() -> Database:
    engine = database("clickhouse")
    engine.execute("DROP TABLE IF EXISTS indexed", {})
    columns = "id Int64, name String, code Nullable(String), qty Int64, doc String"
    engine.execute(f"CREATE TABLE indexed ({columns}) {engine.table_options}", {})
    for statement in sql.index_ddl("clickhouse", "indexed", schema=_INDEXED):
        engine.execute(statement, {})
    document = '{{"a": {{"n": {0}, "s": "s{0}"}}, "title": {{"en": "Title {0}"}}}}'
    rows = [(n, f"Näme{n}", f"C{n}", n, document.format(n)) for n in range(5_000)]
    engine.execute_many("INSERT INTO indexed (id, name, code, qty, doc) VALUES ", rows)
    return engine


@pytest.mark.parametrize("text", _BY_INDEX)
def test_an_index_of_the_ddl_is_used(indexed: Database, text: str) -> None:
    fragment = sql.where(text, "clickhouse", schema=_INDEXED)
    rows = indexed.execute(f"EXPLAIN indexes = 1 SELECT id FROM indexed WHERE {fragment.text}", fragment.params)
    plan = "\n".join(row[0] for row in rows)
    assert "Name: indexed_" in plan, plan


_NUMBERS: Final[dict[str, tuple[Any, ...]]] = {
    "Decimal(18, 3)": ("2.5", "2.501", "-0.001", "999999999999999.999", "0"),
    "Decimal(76, 40)": (f"1.{'0' * 39}1", f"1.{'0' * 39}2", "1", "-3.5", "0"),
    "UInt64": (2**64 - 1, 2**63, 2**53 + 1, 0, 7),
    "Int256": (str(2**200), str(2**200 + 1), "-5", "0", "7"),
}


@pytest.mark.parametrize("kind", _NUMBERS)
def test_pages_go_on_from_numbers_that_are_no_doubles(kind: str) -> None:
    engine = database("clickhouse")
    engine.execute("DROP TABLE IF EXISTS numbers", {})
    engine.execute(f"CREATE TABLE numbers (id Int64, n {kind}) {engine.table_options}", {})
    rows = [(number, value) for number, value in enumerate(_NUMBERS[kind])]
    engine.execute_many("INSERT INTO numbers (id, n) VALUES ", rows)
    schema = Schema(
        {"id": {"type": "integer", "column": "id"}, "n": {"type": "number", "column": "n", "nullable": False}}
    )
    for sort, backward in itertools.product(("n", "n:desc"), (False, True)):
        order = sql.order_by(sort, "clickhouse", schema=schema, backward=backward).text
        whole = engine.execute(f"SELECT id, toString(n) FROM numbers ORDER BY {order}", {})
        for at, (number, value) in enumerate(whole):
            exact = int(value) if kind == "UInt64" else Decimal(value)
            cursor = Cursor.of_row(sort, {"id": number, "n": exact}, schema=schema)
            after = sql.after(sort, cursor, "clickhouse", schema=schema, backward=backward)
            rest = engine.execute(
                f"SELECT id, toString(n) FROM numbers WHERE {after.text} ORDER BY {order}", after.params
            )
            assert rest == whole[at + 1 :]
