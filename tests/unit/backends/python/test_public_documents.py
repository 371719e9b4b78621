"""Answers carry public names, wherever and under whatever name a value is stored."""

from __future__ import annotations

import copy
import json
import sqlite3
from datetime import UTC, datetime
from enum import Enum
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qlause import Schema, UnknownFieldError, python, sql


@pytest.mark.parametrize(
    ("fields", "stored", "public"),
    [
        ({"a": {"stored": "x"}}, {"x": 1, "a": 2}, {"a": 1}),
        ({"a": {"stored": "x.y"}}, {"x": {"y": 1, "z": 2}}, {"a": 1}),
        ({"a.b": {"stored": "x"}}, {"x": 1}, {"a": {"b": 1}}),
        ({"a.b": {"stored": "x"}, "a.c": {"stored": "y"}}, {"y": 2, "x": 1}, {"a": {"b": 1, "c": 2}}),
        ({"a.b": {"stored": "x.y"}, "a.c": {"stored": "x.z"}}, {"x": {}}, {"a": {}}),
        ({"a.b": {"stored": "x.y"}, "c": {"stored": "x.z"}}, {"x": {"y": 1, "z": 2}}, {"a": {"b": 1}, "c": 2}),
        ({"a": {"stored": ("x.y",)}}, {"x.y": 1}, {"a": 1}),
        ({"a": {"stored": "x"}, "b": {"stored": "x"}}, {"x": 1}, {"a": 1, "b": 1}),
        ({"a": {"stored": "b"}, "b": {"stored": "a"}}, {"a": 1, "b": 2}, {"a": 2, "b": 1}),
        (
            {"lines": {"type": "object", "array": True, "stored": "items"}, "lines.sku": {"stored": "items.s"}},
            {"items": [{"s": 1, "t": 2}, {}, 3, None, [{"s": 4}]]},
            {"lines": [{"sku": 1}, {}, [{"sku": 4}]]},
        ),
        ({"skus": {"array": True, "stored": "items.s"}}, {"items": [{"s": 1}, {}, {"s": 2}]}, {"skus": [1, 2]}),
        ({"a": {"stored": "x.y"}}, {"x": 5}, {}),
        ({"a.b": {"stored": "x.y"}}, {"x": None}, {}),
        ({"a": {"stored": "x"}}, {"x": None}, {"a": None}),
        (
            {"free": {"type": "object", "open": True, "stored": "x"}, "free.pin": {"projectable": False}},
            {"x": {"pin": 1, "y": {"pin": 2}}},
            {"free": {"y": {"pin": 2}}},
        ),
        # An open object has a value under its public name only.
        (
            {"o": {"type": "object", "open": True}, "o.pub": {"stored": "o.st"}},
            {"o": {"st": 1, "x": 2}},
            {"o": {"pub": 1, "x": 2}},
        ),
        (
            {"o": {"type": "object", "open": True, "stored": "s"}, "o.a.b": {"stored": "s.b"}},
            {"s": {"b": 1, "x": 2}},
            {"o": {"a": {"b": 1}, "x": 2}},
        ),
        (
            {"o": {"type": "object", "open": True}, "pub": {"stored": "o.st"}},
            {"o": {"st": 1, "x": 2}},
            {"o": {"x": 2}, "pub": 1},
        ),
        (
            {"o": {"type": "object", "open": True}, "o.pub": {"stored": "o.st"}, "o.same": {"stored": "o.same"}},
            {"o": {"st": 1, "same": 2}},
            {"o": {"pub": 1, "same": 2}},
        ),
        (
            {"o": {"type": "object", "open": True, "array": True}, "o.pub": {"stored": "o.st"}},
            {"o": [{"st": 1, "x": 2}, 5, None, [{"st": 3}], {"x": 4}]},
            {"o": [{"pub": 1, "x": 2}, 5, None, [{"pub": 3}], {"x": 4}]},
        ),
        # Two stored arrays are one public array of the elements of both.
        (
            {"l.a": {"array": True, "stored": "one.a"}, "l.b": {"array": True, "stored": "two.b"}},
            {"one": [{"a": 1}, {"a": 2}], "two": [{"b": 3}]},
            {"l": [{"a": 1}, {"a": 2}, {"b": 3}]},
        ),
        (
            {"l.a": {"array": True, "stored": "one.a"}, "l.b": {"array": True, "stored": "two.b"}},
            {"one": [{"a": 1}], "two": {"b": 3}},
            {"l": [{"a": 1}, {"b": 3}]},
        ),
        (
            {"l.a": {"array": True, "stored": "one.a"}, "l.b": {"array": True, "stored": "two.b"}},
            {"one": {"a": 1}, "two": [{"b": 3}]},
            {"l": [{"a": 1}, {"b": 3}]},
        ),
        (
            {"l.a": {"array": True, "stored": "one.a"}, "l.b": {"array": True, "stored": "b"}},
            {"one": [{"a": 1}], "b": 3},
            {"l": [{"a": 1}, {"b": 3}]},
        ),
    ],
)
def test_a_stored_document_becomes_a_public_one(fields: Any, stored: Any, public: Any) -> None:
    before = copy.deepcopy(stored)
    schema = Schema(fields)
    assert python.projector("", schema=schema)(stored) == public
    assert stored == before


_ANY: Any = {"type": "any", "array": True}
_OPEN: Any = {"type": "object", "open": True}


@pytest.mark.parametrize(
    ("fields", "stored", "public"),
    [
        (
            {"data": _OPEN, "data.p.pin": _ANY, "z": {**_ANY, "stored": "data.p.q"}},
            {"data": {"p": [{"q": 1, "pin": 9}, {"z": 2}]}},
            {"data": {"p": [{"pin": 9}, {"z": 2}]}, "z": [1]},
        ),
        (
            {"p": {**_OPEN, "array": True}, "p.pin": _ANY, "z.q": {**_ANY, "stored": "p.q"}},
            {"p": [{"q": 1, "pin": 9, "k": 0}, {"q": 2, "pin": {"a": 1}}]},
            {"p": [{"pin": 9, "k": 0}, {"pin": {"a": 1}}], "z": [{"q": 1}, {"q": 2}]},
        ),
        (
            {"data.p.pin": _ANY, "d2.y.z": {**_ANY, "stored": "data.p.q"}},
            {"data": {"p": [{"q": 1, "pin": 9}]}},
            {"data": {"p": [{"pin": 9}]}, "d2": {"y": [{"z": 1}]}},
        ),
        (
            {"lines.sku": {**_ANY, "stored": "items.s"}, "lines.qty": {**_ANY, "stored": "items.q"}}
            | {"skus": {**_ANY, "stored": "items.s2"}},
            {"items": [{"s": 1, "q": 2, "s2": 3}, {"s": 4}]},
            {"lines": [{"sku": 1, "qty": 2}, {"sku": 4}], "skus": [3]},
        ),
    ],
)
def test_a_stored_object_may_stand_for_several_public_ones(fields: Any, stored: Any, public: Any) -> None:
    assert python.projector("", schema=Schema(fields))(stored) == public
    columns = {
        name: {**{key: value for key, value in field.items() if key != "stored"}, "column": tuple(place)}
        for name, field in fields.items()
        if len(place := field.get("stored", name).split(".")) > 1 or field["type"] == "object"
    }
    row = {name: json.dumps(value) for name, value in stored.items()}
    assert sql.projector("", schema=Schema(columns))(row) == public


def test_a_stored_object_is_never_changed() -> None:
    """A field of another place goes into the public object, which is a copy then."""
    schema = Schema({"a": {"type": "object", "open": True, "stored": "x"}, "a.b": {"stored": "y"}})
    stored: dict[str, Any] = {"x": {"c": 1}, "y": 2}
    assert python.projector("", schema=schema)(stored) == {"a": {"c": 1, "b": 2}}
    assert stored == {"x": {"c": 1}, "y": 2}


def test_an_array_that_holds_itself_has_an_end() -> None:
    loop: list[Any] = [{"s": 1}]
    loop.append(loop)
    schema = Schema({"lines": {"type": "object", "array": True, "stored": "items"}, "lines.sku": {"stored": "items.s"}})
    found = python.projector("", schema=schema)({"items": loop})
    assert found["lines"][0] == {"sku": 1}
    assert found["lines"][1] is found["lines"]


@pytest.mark.parametrize("fields", ["", "a", "a.a.a", "id,b"])
def test_a_document_that_holds_itself_has_an_end(fields: str) -> None:
    document: dict[str, Any] = {"id": 1, "x": "hidden"}
    document |= {"a": document, "b": [document]}
    hidden = {"type": "string", "projectable": False}
    opened = {"type": "object", "open": True}
    for schema in (None, Schema({"id": "integer", "a": opened, "b": {**opened, "array": True}, "a.x": hidden})):
        found = python.projector(fields, schema=schema)(document)
        assert found is not None
        assert schema is None or "x" not in found.get("a", {})


def test_objects_have_public_names_too() -> None:
    class Person:
        first_name = "Ann"

    schema = Schema({"firstName": {"stored": "first_name"}})
    assert python.projector("", schema=schema, attributes=True)(Person()) == {"firstName": "Ann"}


_NAMES = st.sampled_from(["a", "b", "c"])
_VALUES = st.recursive(
    st.none() | st.integers(0, 3) | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(_NAMES, _VALUES),
    st.lists(st.lists(_NAMES, min_size=1, max_size=3).map(".".join), min_size=1, max_size=4, unique=True),
)
def test_other_names_change_nothing_but_the_names(document: dict[str, Any], paths: list[str]) -> None:
    leaves = [path for path in paths if not any(other.startswith(f"{path}.") for other in paths)]
    plain = Schema({path: {"array": True} for path in leaves})
    stored = Schema(
        {path: {"array": True, "stored": ".".join(f"stored_{key}" for key in path.split("."))} for path in leaves}
    )
    public = python.projector("", schema=plain)(document)
    # Leaves are values of their own, which keep their keys.
    assert python.projector("", schema=stored)(_stored(document, leaves, ())) == public


def _stored(value: Any, leaves: list[str], above: tuple[str, ...]) -> Any:
    if ".".join(above) in leaves:
        return value
    if isinstance(value, dict):
        return {f"stored_{key}": _stored(inner, leaves, (*above, key)) for key, inner in value.items()}
    return [_stored(inner, leaves, above) for inner in value] if isinstance(value, list) else value


ROWS = Schema(
    {
        "id": {"type": "integer", "column": "id"},
        "firstName": {"type": "string", "column": "first_name"},
        "isPaid": {"type": "boolean", "column": "paid"},
        "at": {"type": "date-time", "column": "at"},
        "address.city": {"type": "string", "column": ("data", "addr", "city")},
        "address.zip": {"type": "string", "column": "zip"},
        "tags": {"type": "string", "array": True, "column": "tags"},
        "extra": {"type": "object", "open": True, "column": "extra"},
        "note": "string",
        "lines": {"type": "object", "array": True},
        "lines.sku": "string",
        "secret": {"type": "string", "column": "secret", "projectable": False},
    }
)
ROW = {
    "id": 1,
    "first_name": "Ann",
    "paid": 1,
    "at": datetime(2024, 1, 2, tzinfo=UTC),
    "data": '{"addr": {"city": "Rom", "street": "x"}, "other": 1}',
    "zip": None,
    "tags": '["a", "b"]',
    "extra": '{"k": [1]}',
    "doc": '{"note": "n", "lines": [{"sku": "s", "price": 1}], "hidden": 1}',
    "secret": "s3",
    "undeclared": 5,
}
PUBLIC = {
    "id": 1,
    "firstName": "Ann",
    "isPaid": True,
    "at": datetime(2024, 1, 2, tzinfo=UTC),
    "address": {"city": "Rom", "zip": None},
    "tags": ["a", "b"],
    "extra": {"k": [1]},
    "note": "n",
    "lines": [{"sku": "s"}],
}


def test_a_row_becomes_a_public_document() -> None:
    assert sql.projector("", schema=ROWS)(ROW) == PUBLIC
    parsed = {
        key: json.loads(value) if isinstance(value, str) and value[0] in "[{" else value for key, value in ROW.items()
    }
    assert sql.projector("", schema=ROWS)(parsed) == PUBLIC
    found = sql.projector("address.city,lines.sku", schema=ROWS, always=["id"])(ROW)
    assert found == {"address": {"city": "Rom"}, "lines": [{"sku": "s"}], "id": 1}


def test_a_row_without_a_column_or_with_broken_json_is_shown_as_far_as_it_goes() -> None:
    assert sql.projector("", schema=ROWS)({"id": 1, "doc": "{", "data": None, "tags": "x"}) == {"id": 1, "tags": "x"}


def test_a_row_without_a_schema_is_its_document() -> None:
    assert sql.projector("")({"doc": '{"a": {"b": 1, "c": 2}}'}) == {"a": {"b": 1, "c": 2}}
    assert sql.projector("a.b")({"doc": {"a": {"b": 1, "c": 2}}}) == {"a": {"b": 1}}
    assert sql.projector("a.b", document="body")({"body": b'{"a": {"b": 1}}'}) == {"a": {"b": 1}}


def test_what_is_selected_holds_what_is_projected() -> None:
    database = sqlite3.connect(":memory:")
    columns = [name for name in ROW if name != "at"]
    database.execute(f"CREATE TABLE t ({', '.join(columns)})")
    database.execute(f"INSERT INTO t VALUES ({', '.join('?' * len(columns))})", [ROW[name] for name in columns])
    for asked in ("id,firstName", "note,lines", "tags,extra", "isPaid"):
        names = sql.select(asked, "sqlite", schema=ROWS).text
        cursor = database.execute(f"SELECT {names} FROM t")
        row = dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))
        expected = {name: PUBLIC[name] for name in asked.split(",")}
        assert sql.projector(asked, schema=ROWS)(row) == expected


HIDDEN = {"filterable": False, "sortable": False, "projectable": False}


@pytest.mark.parametrize(
    ("fields", "document"),
    [
        ({"o": {"type": "object", "column": "j"}, "pw": {"type": "string", "column": ("j", "pw"), **HIDDEN}}, "doc"),
        (
            {
                "o": {"type": "object", "column": "j", "open": True},
                "pw": {"type": "string", "column": ("j", "x", "pw"), **HIDDEN},
                "other": {"type": "string", "column": ("j", "pw"), **HIDDEN},
            },
            "doc",
        ),
        ({"raw": {"type": "string", "column": "j"}, "pw": {"type": "string", "column": ("j", "pw"), **HIDDEN}}, "doc"),
        ({"x": {"type": "object", "open": True}, "pw": {"type": "string", "column": ("j", "x", "pw"), **HIDDEN}}, "j"),
        ({"raw": {"type": "string", "column": "j"}, "pw": HIDDEN, "x": {**HIDDEN}}, "j"),
    ],
)
def test_what_is_hidden_in_json_does_not_come_out_under_another_name(fields: Any, document: str) -> None:
    content: dict[str, Any] = {"a": 1, "pw": "s3cret"}
    if any("x" in (field.get("column") or ()) for field in fields.values()) or "x" in fields:
        content["x"] = {"pw": "s3cret", "b": 2}
    schema = Schema(fields)
    for row in ({"j": json.dumps(content)}, {"j": content}):
        found = sql.projector("", schema=schema, document=document)(row)
        assert found
        assert "s3cret" not in json.dumps(found)


def test_text_over_json_that_holds_what_is_hidden_cannot_be_searched() -> None:
    schema = Schema(
        {"raw": {"type": "string", "column": "j"}, "pw": {"type": "string", "column": ("j", "pw"), **HIDDEN}}
    )
    for query in ("raw:~s", 'raw:"x"', "raw:>a"):
        with pytest.raises(UnknownFieldError):
            sql.where(query, "sqlite", schema=schema)


_below = st.recursive(
    st.integers(0, 3) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("st", "pub", "x")), inner, max_size=3),
    max_leaves=8,
)


def _renamed(value: Any) -> Any:
    """A value, with ``st`` of its objects under ``pub``, which hides what is stored there."""
    if isinstance(value, list):
        return [_renamed(each) for each in value]
    if isinstance(value, dict):
        named = {"pub": value["st"]} if "st" in value else {}
        return {**{key: each for key, each in value.items() if key != "st"}, **named}
    return value


@given(_below)
def test_every_object_of_an_open_one_has_the_public_name(value: Any) -> None:
    schema = Schema({"o": {"type": "object", "open": True, "array": True}, "o.pub": {"stored": "o.st"}})
    assert python.projector("", schema=schema)({"o": value}) == {"o": _renamed(value)}
    columns = Schema(
        {"o": {"type": "object", "open": True, "array": True, "column": "c"}, "o.pub": {"column": ("c", "st")}}
    )
    row = {"c": json.dumps(value)}
    assert sql.projector("", schema=columns)(row) == {"o": _renamed(value)}


@pytest.mark.parametrize("fields", ["", "o", "o.x,o", "o,o.x"])
def test_a_field_of_an_open_object_is_there_in_whatever_order_the_keys_are(fields: str) -> None:
    declared: Any = {
        "id": "integer",
        "o.x": {"type": "integer", "stored": "x", "column": "x"},
        "o": {"type": "object", "stored": "oo", "column": "oo", "open": True},
        "o.p": {"type": "object", "stored": "pp", "column": "pp", "open": True},
        "o.p.y": {"type": "integer", "stored": "y", "column": "y"},
    }
    schema = Schema(declared)
    stored = {"x": 7, "oo": {"z": 1, "p": {"other": 0}}, "y": 8, "pp": {"w": 2}}
    expected = {"z": 1, "x": 7, "p": {"w": 2, "y": 8}}
    for keys in permutations(stored):
        document = {key: stored[key] for key in keys}
        assert python.projector(fields, schema=schema)(document)["o"] == expected
        assert sql.projector(fields, schema=schema)(document)["o"] == expected


PAIRS: Any = Enum("PAIRS", {"OBJECT": {"pub": 1, "secret": 2}, "OBJECTS": [{"pub": 1, "secret": 2}]})


@pytest.mark.parametrize("member", PAIRS)
@pytest.mark.parametrize("attributes", [False, True])
def test_a_member_of_an_enum_is_its_value(member: Any, attributes: bool) -> None:
    hidden = Schema({"a": {"type": "object", "open": True}, "a.secret": {"type": "any", "projectable": False}})
    closed = Schema({"a.pub": {"type": "integer", "stored": "b.pub"}, "c": "integer"})
    documents: Any = [({"a": member}, {"a": member.value}), ({"a": [member]}, {"a": [member.value]})]
    for document, plain in documents:
        for fields, schema in (("a", hidden), ("", hidden), ("a.pub", None)):
            shown = python.projector(fields, schema=schema, attributes=attributes)
            assert shown(document) == shown(plain)
            assert "secret" not in str(shown(document))
        renamed = python.projector("", schema=closed, attributes=attributes)
        assert renamed({"b": document["a"]}) == renamed({"b": plain["a"]})
        matches = python.predicate("a:elemMatch(pub:1 secret:2)", attributes=attributes)
        assert matches(document) is matches(plain)
    assert matches(documents[0][0]), "an object, or an array with one"
