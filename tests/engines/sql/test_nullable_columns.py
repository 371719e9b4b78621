"""Columns that hold NULL because a source does not promise a value: their rows are on the pages, on every engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pydantic
import pytest

from engines.sql import DIALECTS, database
from qlause import Schema, python, sql
from qlause.sql import DialectName

from .keyset_pages import pages


class _Defaults(pydantic.BaseModel):
    id: int
    name: str = None  # type: ignore[assignment]  # a habit of old code
    qty: int = 1


class _Optional(pydantic.BaseModel):
    id: int
    name: str | None
    qty: int = pydantic.Field(default_factory=int)


@dataclass
class _Attributes:
    id: int
    name: str = ""
    qty: int = field(default_factory=int)


_COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {name: {"column": name} for name in ("id", "name", "qty")}


def _json_schema(name: Mapping[str, Any], qty: Mapping[str, Any], **rest: Any) -> Schema:
    columns = {"id": {"type": "integer"}, "name": name, "qty": qty}
    properties = {key: {**declared, "x-qlause": _COLUMNS[key]} for key, declared in columns.items()}
    return Schema.from_json_schema({"type": "object", "properties": properties, **rest})


def _with_columns(schema: Schema) -> Schema:
    return Schema({str(path): replace(each, column=str(path)) for path, each in schema})


_STRING, _INTEGER = {"type": "string"}, {"type": "integer"}
_ALL: Final = ["id", "name", "qty"]
_SOURCES: Final[Mapping[str, Callable[[], Schema]]] = {
    "left out": lambda: _json_schema(_STRING, _INTEGER, required=["id"]),
    "no required": lambda: _json_schema(_STRING, _INTEGER),
    "nullable": lambda: _json_schema({**_STRING, "nullable": True}, {**_INTEGER, "nullable": True}, required=_ALL),
    "default": lambda: _json_schema({**_STRING, "default": None}, {**_INTEGER, "default": None}, required=_ALL),
    "either": lambda: _json_schema(
        {"anyOf": [_STRING, {"$ref": "#/$defs/N"}]},
        {"type": ["integer", "null"]},
        required=_ALL,
        **{"$defs": {"N": {**_STRING, "nullable": True}}},
    ),
    "all of": lambda: _json_schema(_STRING, _INTEGER, allOf=[{"required": ["id"]}]),
    "pydantic": lambda: _with_columns(Schema.from_pydantic(_Defaults)),
    "pydantic optional": lambda: _with_columns(Schema.from_pydantic(_Optional)),
    "dataclass": lambda: _with_columns(Schema.from_dataclass(_Attributes)),
    "declared": lambda: Schema(
        {
            "id": {**_INTEGER, "column": "id"},
            "name": {**_STRING, "column": "name"},
            "qty": {**_INTEGER, "column": "qty"},
        }
    ),
}
_ROWS: Final = [(1, "b", 2), (2, None, None), (3, "a", 2), (4, None, 1), (5, "b", None)]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("source", _SOURCES)
def test_rows_with_null_are_on_the_pages(dialect: DialectName, source: str) -> None:
    engine, schema = database(dialect), _SOURCES[source]()
    text, number = ("Nullable(String)", "Nullable(Int64)") if dialect == "clickhouse" else ("VARCHAR(9)", "BIGINT")
    engine.fill_table("maybe", {"id": "BIGINT", "name": text, "qty": number}, _ROWS)
    documents = [{key: value for key, value in zip(_ALL, row, strict=True) if value is not None} for row in _ROWS]
    for sort in ("name", "name:desc", "qty:desc,name", "name:desc,qty:desc"):
        for nulls in (None, "first", "last"):
            options: Any = {"schema": schema, "nulls": nulls}
            wanted = [row["id"] for row in sorted(documents, key=python.sort_key(sort, **options))]
            for backward in (False, True):
                asked = pages(engine, sort, 2, table="maybe", names=_ALL, backward=backward, **options)
                found = [row["id"] for page in asked for row in page]
                assert found == wanted[:: -1 if backward else 1], (sort, nulls, backward)


def test_what_is_promised_needs_no_place_for_null() -> None:
    schema = _json_schema(_STRING, _INTEGER, required=_ALL)
    assert sql.order_by("name", "postgresql", schema=schema).text.count("NULLS") == 0
    assert [each.nullable for _, each in schema] == [False, False, False]
