"""``stored`` says where a document holds a field, ``column`` where a table does: one schema for both."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from engines.database import Database
from engines.sql import DIALECTS, database
from qlause import Field, Relation, Schema, UnsupportedError, mongo, python, sql
from qlause.sql import DialectName

# Documents as they stand in MongoDB, say, and rows of a table that hold the same values.
SCHEMA: Final = Schema(
    {
        "id": Field(type="integer", stored="_id", column="id"),
        "name": Field(type="string", stored="fullName", column="full_name"),
        "address": Field(type="object", stored="adr", column="address_json"),
        "address.city": "string",
        "address.tags": "string[]",
        "legalEntity.name": Field(type="string", stored="legal.n", column=("legal", "entity", "name")),
        "lines": Field(type="object", array=True, column="lines_json"),
        "lines.sku": "string",
        "extra": Field(type="object", open=True, column="extra"),
        "parts": Field(type="object", array=True, relation=Relation("place_parts", (("place_id", "id"),), "part")),
        "parts.sku": "string",
        "parts.size.mm": "integer",
    }
)
DOCUMENTS: Final[list[dict[str, Any]]] = [
    {
        "_id": 1,
        "fullName": "John",
        "adr": {"city": "Bern", "tags": ["a", "b"]},
        "legal": {"n": "ACME"},
        "lines": [{"sku": "x"}, {"sku": "y"}],
        "extra": {"k": [{"v": 1}]},
        "parts": [{"sku": "p", "size": {"mm": 3}}, {"sku": "q"}],
    },
    {"_id": 2, "fullName": "Jane", "adr": {"city": "Basel", "tags": []}, "lines": [], "extra": [{"k": {"v": 1}}]},
    {"_id": 3, "adr": None, "legal": {"n": None}, "lines": [{"sku": "z"}, 7], "extra": [[{"k": {"v": 1}}], {"k": 2}]},
    {"_id": 4, "lines": [None], "extra": [{}, None], "parts": [{"sku": "p"}]},
]
QUERIES: Final = (
    *("id:2", "name:John", "name:missing", "address:exists", "address:null", "address.city:~^b", "address.city:null"),
    *("address.tags:b", "address.tags:exists", "legalEntity.name:ACME", "legalEntity.name:null", "lines:exists"),
    *("lines:null", "extra:null", "extra:missing"),
    *("lines.sku:y", "lines.sku:exists", "lines.sku:(x AND z)", "extra.k.v:1", "extra.k:2", "extra.k:exists"),
    *("parts.sku:p", "parts.size.mm:>2", "parts.sku:missing", "parts.size.mm:exists"),
)


def fill(engine: Database) -> None:
    text, json_type = "VARCHAR(40)" if engine.dialect in ("mariadb", "mysql") else "TEXT", engine.json_type
    if engine.dialect == "clickhouse":  # where a column says that it may be NULL
        text = json_type = "Nullable(String)"
    json_columns = ("address_json", "legal", "lines_json", "extra")
    columns = {"id": "BIGINT", "full_name": text, **dict.fromkeys(json_columns, json_type)}
    rows = [
        (
            each["_id"],
            each.get("fullName"),
            *(
                None if value is missing else json.dumps(value)
                for value in (
                    each.get("adr", missing),
                    {"entity": {"name": each["legal"]["n"]}} if "legal" in each else missing,
                    each.get("lines", missing),
                    each.get("extra", missing),
                )
            ),
        )
        for each in DOCUMENTS
    ]
    engine.fill_table("places", columns, rows)
    parts = [(each["_id"], json.dumps(part)) for each in DOCUMENTS for part in each.get("parts", ())]
    engine.fill_table("place_parts", {"place_id": "BIGINT", "part": engine.json_type}, parts)


missing: Final = object()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_rows_of_the_documents(dialect: DialectName) -> None:
    engine = database(dialect)
    fill(engine)
    for q in [*QUERIES, *(f"NOT {q}" for q in QUERIES)]:
        matches = python.predicate(q, schema=SCHEMA)
        expected = {each["_id"] for each in DOCUMENTS if matches(each)}
        fragment = sql.where(q, dialect, schema=SCHEMA, alias="p")
        rows = engine.execute(f"SELECT p.id FROM places p WHERE {fragment.text}", fragment.params)
        assert {row[0] for row in rows} == expected, (q, fragment)
    order = sql.order_by("address.city:desc", dialect, schema=SCHEMA)
    rows = engine.execute(f"SELECT id FROM places ORDER BY {order.text}", order.params)
    key = python.sort_key("address.city:desc", schema=SCHEMA)
    assert [row[0] for row in rows] == [each["_id"] for each in sorted(DOCUMENTS, key=key)]


def test_each_backend_looks_where_it_is_told_to() -> None:
    assert mongo.filter("name:John address.city:Bern", schema=SCHEMA) == {"fullName": "John", "adr.city": "Bern"}
    assert sql.select("name,address.city,legalEntity.name", "sqlite", schema=SCHEMA).text == (
        "`full_name`, `address_json`, `legal`"
    )


@pytest.mark.parametrize("column", ["", (), ("a", ""), ("a", 1), 7])
def test_a_column_is_a_name_and_keys(column: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        Field(type="string", column=column)


@pytest.mark.parametrize("kind", ["objectid", "uuid", "date", "time", "date-time"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_json_holds_no_native_values(dialect: DialectName, kind: Any) -> None:
    """To look for one would select nothing and, under NOT, everything."""
    text = {
        "objectid": "5c33a1b2c3d4e5f60718293a",
        "uuid": "123e4567-e89b-12d3-a456-426614174000",
        "date": "2019-01-06",
        "time": "10:30",
        "date-time": "2019-01-06",
    }[kind]
    for column in (None, ("doc", "a")):
        native = Schema({"a": Field(type=kind, storage="native", column=column)})
        for q in (f"a:{text}", f"NOT a:({text},{text})"):
            with pytest.raises(UnsupportedError, match="no native values") as refused:
                sql.where(q, dialect, schema=native)
            assert refused.value.code == "no_native_type"
        sql.where("a:exists", dialect, schema=native)
        sql.where(f"a:{text}", dialect, schema=Schema({"a": Field(type=kind, column=column)}))
