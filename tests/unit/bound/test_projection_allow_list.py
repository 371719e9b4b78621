"""With a schema, only declared fields come out, whatever is asked for and wherever it is stored."""

from __future__ import annotations

from typing import Any

import pytest

import qlause
from qlause import Schema, mongo, python, sql
from qlause.bound.fields import bind_fields

HIDDEN: dict[str, Any] = {"filterable": False, "sortable": False, "projectable": False}
DOCUMENT = {
    "_id": 1,
    "name": "n",
    "password": "s3",
    "address": {"city": "c", "pin": "s3", "geo": {"lat": 1, "raw": "s3"}},
    "lines": [{"sku": "a", "cost": "s3"}, [{"cost": "s3"}], "s3", None],
    "free": {"any": {"thing": 1}},
    "extra": {"x": 1, "pin": "s3", "deep": {"pin": "s3", "y": 2}},
    "title": {"en": "t", "fr": "u", "de": "s3"},
    "label": {"en": "t", "xx": "u", "pin": "s3"},
    "meta": {"shown": 1, "secret": "s3"},
}
SCHEMA = Schema(
    {
        "id": {"type": "integer", "stored": "_id"},
        "name": "string",
        "address": "object",
        "address.city": "string",
        "address.geo": "object",
        "address.geo.lat": "number",
        "lines": "object[]",
        "lines.sku": "string",
        "free": "object",
        "extra": {"type": "object", "open": True},
        "extra.pin": {"type": "string", **HIDDEN},
        "deepPin": {"type": "string", "stored": "extra.deep.pin", **HIDDEN},
        "title": {"type": "localized", "languages": ("en", "fr")},
        "label": "localized",
        "labelPin": {"type": "string", "stored": "label.pin", **HIDDEN},
        "meta.shown": "integer",
    }
)
PARTS: dict[str, Any] = {
    "id": {"id": 1},
    "name": {"name": "n"},
    "address": {"address": {"city": "c", "geo": {"lat": 1}}},
    "address.geo": {"address": {"geo": {"lat": 1}}},
    "lines": {"lines": [{"sku": "a"}, [{}]]},
    "free": {"free": {"any": {"thing": 1}}},
    "extra": {"extra": {"x": 1, "deep": {"y": 2}}},
    "extra.deep": {"extra": {"deep": {"y": 2}}},
    "extra.x": {"extra": {"x": 1}},
    "title": {"title": {"en": "t", "fr": "u"}},
    "title.fr": {"title": {"fr": "u"}},
    "label": {"label": {"en": "t", "xx": "u"}},
    "label.xx": {"label": {"xx": "u"}},
    "meta.shown": {"meta": {"shown": 1}},
}


@pytest.mark.parametrize(("asked", "result"), PARTS.items(), ids=PARTS)
def test_what_comes_out_of_a_field(asked: str, result: Any) -> None:
    assert python.projector(asked, schema=SCHEMA)(DOCUMENT) == result
    assert python.projector("free", schema=SCHEMA, always=(asked,))(DOCUMENT) == {**PARTS["free"], **result}


def test_everything_is_every_declared_field() -> None:
    everything = python.projector("", schema=SCHEMA)(DOCUMENT)
    names = ("id", "name", "address", "lines", "free", "extra", "title", "label", "meta.shown")
    assert everything == {key: value for name in names for key, value in PARTS[name].items()}
    assert python.projector("", schema=Schema({}))(DOCUMENT) == {}
    assert python.projector("", schema=Schema({"a": HIDDEN}), always=("name",))(DOCUMENT) == {"name": "n"}
    assert python.projector("")(DOCUMENT) == DOCUMENT


@pytest.mark.parametrize("asked", ["", *PARTS])
def test_mongodb_gives_the_same_or_refuses(asked: str) -> None:
    if asked in ("", "extra", "extra.deep", "label"):
        with pytest.raises(qlause.UnsupportedError) as caught:
            mongo.projection(asked, schema=SCHEMA)
        assert (caught.value.code, "pin" in str(caught.value)) == ("hidden", False)
        return
    projection = mongo.projection(asked, schema=SCHEMA)
    included = {key for key, value in projection.items() if value == 1}
    assert included
    assert set(projection) - included <= {"_id"}
    fields = ",".join(".".join(f'"{part}"' for part in key.split(".")) for key in included)
    assert python.projector(fields)(DOCUMENT) == {"id": {"_id": 1}}.get(asked, PARTS[asked])


@pytest.mark.parametrize("fields", ["", "box"])
def test_of_an_object_whose_fields_are_all_hidden_nothing_comes_out(fields: str) -> None:
    schema = Schema({"box": "object", "box.pin": {"type": "string", **HIDDEN}})
    assert python.projector(fields, schema=schema)({"box": {"pin": 1, "x": 2}}) == {}
    assert sql.select(fields, "sqlite", schema=schema).text == "NULL"
    with pytest.raises(qlause.UnsupportedError):
        mongo.projection(fields, schema=schema)


def test_columns_of_what_comes_out() -> None:
    schema = Schema(
        {
            "id": {"type": "integer", "column": "id"},
            "pw": {"type": "string", "column": "pw", **HIDDEN},
            "address": {"type": "object", "column": "address"},
            "address.city": {"type": "string", "column": "city"},
            "address.pin": {"type": "string", "column": "pin", **HIDDEN},
            "data": {"type": "object", "open": True, "column": "data"},
            "name": "string",
            "lines.sku": {
                "type": "string",
                "array": True,
                "relation": {"table": "lines", "on": (("order_id", "id"),), "column": "sku"},
            },
        }
    )
    columns = {"": "`city`, `data`, `id`, `doc`", "address": "`city`", "address.city": "`city`", "data.x": "`data`"}
    for fields, text in columns.items():
        assert sql.select(fields, "sqlite", schema=schema).text == text
    with pytest.raises(qlause.UnsupportedError):
        sql.select("lines.sku", "sqlite", schema=schema)


def test_what_is_hidden_in_a_column_does_not_come_out_of_a_row() -> None:
    schema = Schema(
        {
            "data": {"type": "object", "open": True, "column": "data"},
            "ssn": {"type": "string", "column": ("data", "ssn"), **HIDDEN},
        }
    )
    row = {"data": {"ssn": "s3", "x": 1}}
    for fields in ("data", "", "data.x"):
        assert python.projector(fields, schema=schema)(row) == {"data": {"x": 1}}


def test_the_server_may_name_what_is_hidden() -> None:
    schema = Schema(
        {
            "name": "string",
            "box": {"type": "object", **HIDDEN},
            "box.x": "integer",
            "box.in": {"type": "object", **HIDDEN},
            "box.in.y": "integer",
        }
    )
    document = {"name": "n", "box": {"x": 1, "in": {"y": 2}, "z": 3}}
    assert python.projector("", schema=schema)(document) == {"name": "n"}
    assert python.projector("name", schema=schema, always=("box",))(document) == {"name": "n", "box": {"x": 1}}
    for always in ("box.x", "box.in.y", "box.in"):
        with pytest.raises(ValueError, match=f"always: {always} is below"):
            bind_fields("", schema=schema, always=(always,))


def test_an_array_that_holds_itself_ends() -> None:
    inner: list[Any] = [{"b": 1, "c": 2}]
    inner.append(inner)
    found = python.projector("a.b")({"a": inner})["a"]
    assert found[0] == {"b": 1}
    assert found[1] is found
    shared: list[Any] = []
    for _ in range(60):  # which would take 2**60 steps one by one
        shared = [shared, shared]
    assert python.projector("a.b")({"a": shared})["a"][0]
    around: dict[str, Any] = {"b": 1}
    around["a"] = around
    assert python.projector("a.a.b,b")(around) == {"b": 1, "a": {"a": {"b": 1}}}
