"""A table of orders with a column of each type, related lines, and the documents that its rows stand for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st

from engines.database import Database
from qlause import Field, Query, Schema, Sort, python, sql
from qlause.schema.storage import Relation
from qlause.testing import VOCABULARY

from .comparison import NULLS

_FIELDS: Final = {
    "id": Field(type="integer", column="id"),
    "name": Field(type="string", column="name"),
    "code": Field(type="string", column="code", case_sensitive=True, ignore_case=True),
    "status": Field(type="enum", values=("a", "A", "ab"), column="status"),
    "qty": Field(type="integer", column="qty"),
    "price": Field(type="number", column="price"),
    "active": Field(type="boolean", column="active"),
    "at": Field(type="date-time", column="at"),
    "written": Field(type="date-time", column="written", storage="milliseconds"),
    "day": Field(type="date", column="day"),
    "opens": Field(type="time", column="opens"),
    "closes": Field(type="time", column="closes", storage="milliseconds"),
    "ref": Field(type="uuid", column="ref"),
    "tags": Field(type="string", array=True, column="tags"),
    "sizes": Field(type="integer", array=True, column="sizes"),
    "title": Field(type="localized", languages=("en", "fr"), column="title"),
    "stats.score": Field(type="number", column=("data", "score"), stored="score"),
    "stats.labels": Field(type="string", array=True, column=("data", "more", "labels"), stored="more.labels"),
    "extra": Field(type="object", open=True, column="extra", sortable=False),
    "lines.sku": Field(type="string", array=True, relation=Relation("order_lines", (("order_id", "id"),), "sku")),
    "lines.qty": Field(type="integer", array=True, relation=Relation("order_lines", (("order_id", "id"),), "qty")),
}
SCHEMA: Final = Schema(_FIELDS)
_TYPES: Final[Mapping[str, Mapping[str, str]]] = {
    "sqlite": {
        "time": "TEXT",
        "string": "TEXT",
        "collated": "TEXT COLLATE NOCASE",
        "integer": "INTEGER",
        "number": "REAL",
        "boolean": "INTEGER",
        "json": "TEXT",
    }
    | {"date-time": "TEXT", "date": "TEXT", "uuid": "TEXT", "string[]": "TEXT", "integer[]": "TEXT"},
    "postgresql": {
        "time": "time",
        "string": "text",
        "collated": 'text COLLATE "und-x-icu"',
        "integer": "bigint",
        "number": "numeric",
        "boolean": "boolean",
        "json": "jsonb",
    }
    | {
        "date-time": "timestamptz",
        "date": "date",
        "uuid": "uuid",
        "string[]": "text[]",
        "integer[]": "bigint[]",
    },
    "mariadb": {
        "time": "TIME(6)",
        "string": "VARCHAR(200)",
        "collated": "VARCHAR(200) COLLATE utf8mb4_uca1400_ai_ci",
        "integer": "BIGINT",
        "number": "DOUBLE",
        "boolean": "BOOLEAN",
        "json": "JSON",
    }
    | {
        "date-time": "DATETIME(6)",
        "date": "DATE",
        "uuid": "UUID",
        "string[]": "JSON",
        "integer[]": "JSON",
    },
    "mysql": {
        "time": "TIME(6)",
        "string": "VARCHAR(200)",
        "collated": "VARCHAR(200) COLLATE utf8mb4_0900_ai_ci",
        "integer": "BIGINT",
        "number": "DOUBLE",
        "boolean": "BOOLEAN",
        "json": "JSON",
    }
    | {
        "date-time": "DATETIME(6)",
        "date": "DATE",
        "uuid": "CHAR(36)",
        "string[]": "JSON",
        "integer[]": "JSON",
    },
    "duckdb": {
        "time": "TIME",
        "string": "VARCHAR",
        "collated": "VARCHAR COLLATE NOCASE",
        "integer": "BIGINT",
        "number": "DOUBLE",
        "boolean": "BOOLEAN",
        "json": "JSON",
    }
    | {
        "date-time": "TIMESTAMPTZ",
        "date": "DATE",
        "uuid": "UUID",
        "string[]": "VARCHAR[]",
        "integer[]": "BIGINT[]",
    },
    "clickhouse": {
        "time": "Nullable(Time64(6))",
        "string": "Nullable(String)",
        "collated": "Nullable(String)",
        "integer": "Nullable(Int64)",
        "number": "Nullable(Float64)",
    }
    | {"boolean": "Nullable(Bool)", "json": "Nullable(String)", "date-time": "Nullable(DateTime64(6, 'UTC'))"}
    | {
        "date": "Nullable(Date32)",
        "uuid": "Nullable(UUID)",
        "string[]": "Array(String)",
        "integer[]": "Array(Int64)",
    },
    "spark": {"time": "STRING", "string": "STRING", "collated": "STRING COLLATE UTF8_LCASE", "json": "STRING"}
    | {"integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}
    | {"date-time": "TIMESTAMP_LTZ", "date": "DATE", "uuid": "STRING"}
    | {"string[]": "ARRAY<STRING>", "integer[]": "ARRAY<BIGINT>"},
}
COLUMNS: Final = {
    "id": "integer",
    "name": "string",
    "code": "collated",
    "status": "string",
    "qty": "integer",
    "price": "number",
    "active": "boolean",
    "at": "date-time",
    "written": "string",
    "day": "date",
    "opens": "time",
    "closes": "string",
    "ref": "uuid",
    "tags": "string[]",
    "sizes": "integer[]",
    "title": "json",
    "data": "json",
    "extra": "json",
}
_texts = VOCABULARY.texts
_whole = st.sampled_from((0, 1, 2, 7, 20, -1, 1000, 2**53, 2**53 + 1, -(2**53) - 1))
_numbers = VOCABULARY.numbers
_values = st.one_of(_texts, _numbers, st.booleans(), st.none())
_objects = st.dictionaries(VOCABULARY.keys, st.one_of(_values, st.lists(_values, max_size=2)), max_size=3)
documents = st.fixed_dictionaries(
    {},
    optional={
        "name": _texts,
        "code": _texts,
        "status": st.sampled_from(("a", "A", "ab")),
        "qty": _whole,
        "price": _numbers.filter(lambda number: abs(number) < 2**53),
        "active": st.booleans(),
        "at": st.sampled_from(
            (
                *(datetime(2019, 1, 6, 10, 29, 30, 602000, UTC), datetime(2019, 1, 6, tzinfo=UTC)),
                datetime(2019, 1, 6, 10, 29, 30, tzinfo=UTC),
                *(datetime(2020, 2, 29, 23, 59, 59, 999999, UTC), datetime(1969, 12, 31, 23, 59, 59, 500000, UTC)),
            )
        ),
        "written": st.sampled_from(("2019-01-06T10:29:30.602Z", "2019-01-06T00:00:00.000Z")),
        "day": st.sampled_from([date(2019, 1, 6), date(2019, 1, 7), date(2020, 2, 29)]),
        "opens": st.sampled_from([time(10, 29, 30), time(10, 29, 30, 602000), time(0), time(23, 59, 59, 999999)]),
        "closes": st.sampled_from(("10:29:30.602", "10:29:30.000", "23:59:59.999")),
        "ref": st.one_of(
            st.sampled_from([UUID("123e4567-e89b-12d3-a456-426614174000"), UUID(int=0)]), st.uuids(version=4)
        ),
        "tags": st.lists(_texts, max_size=3),
        "sizes": st.lists(_whole, max_size=3),
        "title": st.dictionaries(st.sampled_from(("en", "fr")), _texts, max_size=2),
        "score": _numbers,
        "more": st.fixed_dictionaries({"labels": st.lists(_texts, max_size=3)}),
        "extra": _objects | st.lists(_objects | _values | st.lists(_objects, max_size=1), max_size=3),
        "lines": st.lists(st.fixed_dictionaries({}, optional={"sku": _texts, "qty": _whole}), max_size=3),
    },
)


def fill(engine: Database, stored: list[dict[str, Any]]) -> None:
    types = _TYPES[engine.dialect]
    rows = [[_cell(engine, name, document) for name in COLUMNS] for document in stored]
    engine.fill_table("orders", {name: types[kind] for name, kind in COLUMNS.items()}, rows)
    lines = [
        (document["id"], line.get("sku"), line.get("qty")) for document in stored for line in document.get("lines", ())
    ]
    engine.fill_table("order_lines", {"order_id": "BIGINT", "sku": types["string"], "qty": types["integer"]}, lines)


def held(engine: Database, document: dict[str, Any]) -> dict[str, Any]:
    """The document that a row is: an Array of ClickHouse is never NULL."""
    return {"tags": [], "sizes": [], **document} if engine.dialect == "clickhouse" else document


def _cell(engine: Database, name: str, document: Mapping[str, Any]) -> Any:
    if name == "data":
        kept = {key: document[key] for key in ("score", "more") if key in document}
        return json.dumps(kept)
    value = document.get(name)
    if value is None:
        return None
    if (
        isinstance(value, dict)
        or name == "extra"
        or (isinstance(value, list) and engine.dialect in ("sqlite", "mariadb", "mysql"))
    ):
        return json.dumps(value)
    if isinstance(value, datetime):
        if engine.dialect == "sqlite":
            return f"{value.replace(tzinfo=None).isoformat()}Z"
        return value.replace(tzinfo=None) if engine.dialect in ("mariadb", "mysql") else value
    if isinstance(value, (date, time, UUID)) and engine.dialect not in ("postgresql", "duckdb"):
        return str(value)
    return value


@st.composite
def cases(draw: st.DrawFn, asked: Any) -> tuple[list[Any], list[dict[str, Any]]]:
    drawn = draw(st.lists(asked(SCHEMA), min_size=15, max_size=15))
    stored = draw(st.lists(documents, min_size=20, max_size=20))
    return drawn, [{**document, "id": number} for number, document in enumerate(stored, 1)]


def check_rows(asked: Iterable[Database], drawn: list[Query], stored: list[dict[str, Any]]) -> None:
    both = [*drawn, *(~each for each in drawn)]
    predicates = [python.predicate(query, schema=SCHEMA) for query in both]
    for engine in asked:
        rows_held = [held(engine, document) for document in stored]
        expected = [{document["id"] for document in rows_held if matches(document)} for matches in predicates]
        fill(engine, rows_held)
        fragments = [sql.where(query, engine.dialect, schema=SCHEMA, alias="o") for query in both]
        found = engine.selected("orders o", fragments)
        for query, fragment, rows, wanted in zip(both, fragments, found, expected, strict=True):
            wrong = set(rows) ^ wanted
            assert not wrong, (engine.dialect, str(query), [stored[number - 1] for number in wrong], fragment)


def check_order(asked: Iterable[Database], drawn: list[Sort], stored: list[dict[str, Any]]) -> None:
    sorts = [(sort, nulls) for sort in drawn for nulls in NULLS]
    expected = [sorted(stored, key=python.sort_key(sort, schema=SCHEMA, nulls=nulls)) for sort, nulls in sorts]
    for engine in asked:
        fill(engine, [held(engine, document) for document in stored])
        fragments = [sql.order_by(sort, engine.dialect, schema=SCHEMA, nulls=nulls) for sort, nulls in sorts]
        found = engine.ordered("orders", fragments)
        for (sort, nulls), fragment, rows, wanted in zip(sorts, fragments, found, expected, strict=True):
            assert rows == [document["id"] for document in wanted], (engine.dialect, str(sort), nulls, fragment)


VALUES_OF_EACH_TYPE: Final[Mapping[str, tuple[Any, ...]]] = {
    "code": ("b", "a", "B", "A", "", "é", "e\u0301", "z", "\uffff", "😀", "a ", "a\x01"),
    "status": ("ab", "A", "a"),
    "qty": (2**53 + 1, 2**53, -1, 0, 20, 3),
    "price": (0.1, -0.5, 0.3, 1e15, 0, 7),
    "active": (True, False),
    "at": tuple(
        datetime.fromisoformat(text)
        for text in ("2019-01-06T10:29:30.602Z", "2019-01-06T10:29:30Z", "2019-01-06T10:29:30.5Z", "1969-12-31T23:59Z")
    ),
    "written": ("2019-01-06T10:29:30.602Z", "2019-01-06T10:29:30.000Z"),
    "day": (date(2020, 2, 29), date(2019, 1, 6), date(1969, 12, 31)),
    "opens": (time(23, 59, 59, 999999), time(0), time(10, 29, 30, 602000), time(10, 29, 30)),
    "closes": ("10:29:30.602", "10:29:30.000"),
    "ref": tuple(
        UUID(f"{first}-e89b-{version}-{other}-426614174000")
        for first in ("f23e4567", "123e4567", "923e4567")
        for version, other in (("42d3", "b456"), ("42d3", "8456"), ("12d3", "a456"))
    ),
}


def each_type() -> list[dict[str, Any]]:
    """Documents that have every value of ``VALUES_OF_EACH_TYPE``."""
    count = max(map(len, VALUES_OF_EACH_TYPE.values()))
    return [
        {"id": place + 1, **{name: found[place] for name, found in VALUES_OF_EACH_TYPE.items() if place < len(found)}}
        for place in range(count + 1)
    ]
