"""Schemas from JSON Schema: what is understood, what is refused, and that nothing hidden comes out by any way."""

from __future__ import annotations

import json
from typing import Any

import pytest

import qlause
from qlause import Schema, python


def kinds(properties: dict[str, Any], **rest: Any) -> dict[str, str]:
    """Each declared path with its type, an array with [], an open object with *, what may be null with ?."""
    schema = Schema.from_json_schema({"type": "object", "properties": properties, **rest})
    return {
        str(path): field.type + "[]" * field.array + "*" * field.open + "?" * field.nullable for path, field in schema
    }


STRING = {"type": "string"}
INTEGER = {"type": "integer"}


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        ({"type": "string"}, "string"),
        ({"type": "integer"}, "integer"),
        ({"type": "number"}, "number"),
        ({"type": "boolean"}, "boolean"),
        ({"type": "null"}, "any?"),
        ({"type": ["string", "null"]}, "string?"),
        ({"type": ["integer", "number"]}, "number"),
        ({"type": ["integer", "string"]}, "any"),
        ({"type": ["null"]}, "any?"),
        ({}, "any?"),
        (True, "any?"),
        (False, "any?"),
        ({"description": "anything"}, "any?"),
        ({"type": "string", "format": "date-time"}, "date-time"),
        ({"type": "string", "format": "date"}, "date"),
        ({"type": "string", "format": "time"}, "time"),
        ({"type": "string", "format": "uuid"}, "uuid"),
        ({"type": "string", "format": "email"}, "string"),
        ({"type": ["string", "null"], "format": "date"}, "date?"),
        ({"type": "string", "enum": ["a", "b"]}, "enum"),
        ({"enum": ["a", "b", None]}, "enum?"),
        ({"enum": [1, 2]}, "integer"),
        ({"enum": [1, 2.5]}, "number"),
        ({"enum": [1, None]}, "integer?"),
        ({"enum": [True, False]}, "boolean"),
        ({"enum": [1, "a"]}, "any"),
        ({"enum": [[1], {"a": 1}]}, "any"),
        ({"const": "a"}, "enum"),
        ({"const": 1}, "integer"),
        ({"const": None}, "any?"),
        ({"anyOf": [STRING, {"type": "null"}]}, "string?"),
        ({"oneOf": [{"type": "null"}, {"type": "string", "format": "uuid"}]}, "uuid?"),
        ({"anyOf": [STRING, INTEGER]}, "any"),
        ({"anyOf": [INTEGER, {"type": "number"}]}, "number"),
        ({"anyOf": [STRING, {}]}, "any?"),
        ({"anyOf": [{"const": "a"}, {"enum": ["b", "c"]}]}, "enum"),
        ({"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}, "string"),
        ({"allOf": [STRING, {"format": "date"}]}, "date"),
        ({"allOf": [{"$ref": "#/$defs/S"}], "description": "x"}, "string"),
        ({"$ref": "#/$defs/S", "format": "uuid"}, "uuid"),
        ({"anyOf": [{"$ref": "#/$defs/S"}, {"type": "null"}]}, "string?"),
        ({"$ref": "#/$defs/N"}, "string?"),
        ({"type": "array", "items": STRING}, "string[]"),
        ({"type": "array"}, "any[]?"),
        ({"type": "array", "items": {"type": ["string", "null"]}}, "string[]?"),
        ({"type": "array", "items": {"$ref": "#/$defs/S"}}, "string[]"),
        ({"type": "array", "prefixItems": [INTEGER]}, "any[]?"),
        ({"type": "array", "items": {"type": "array", "items": INTEGER}}, "any[]"),
        ({"anyOf": [{"type": "array", "items": STRING}, {"type": "null"}]}, "string[]?"),
        ({"anyOf": [{"type": "array", "items": STRING}, STRING]}, "any[]?"),
        ({"type": ["array", "null"], "items": INTEGER}, "integer[]?"),
        ({"type": "object"}, "object*"),
        ({"type": "object", "additionalProperties": False}, "object"),
        ({"type": "object", "additionalProperties": True}, "object*"),
        ({"type": "object", "additionalProperties": STRING}, "localized"),
        ({"type": "object", "additionalProperties": INTEGER}, "object*"),
        ({"type": "object", "additionalProperties": {"type": "string", "format": "date-time"}}, "object*"),
        ({"type": "object", "additionalProperties": {"enum": ["a"]}}, "object*"),
        ({"type": "object", "patternProperties": {"^x": INTEGER}}, "object*"),
        ({"type": "string", "x-qlause": {"operators": ["equals"], "nullable": True}}, "string?"),
        ({"type": "string", "x-qlause": {"type": "date-time", "storage": "milliseconds"}}, "date-time"),
    ],
)
def test_types(declared: Any, kind: str) -> None:
    definitions = {"S": STRING, "N": {"type": ["string", "null"]}}
    assert kinds({"a": declared}, **{"$defs": definitions}) == {"a": kind}


def test_objects_and_arrays_of_objects() -> None:
    address = {"type": "object", "properties": {"city": STRING, "lines": {"type": "array", "items": STRING}}}
    assert kinds({"address": address, "addresses": {"type": "array", "items": address}}) == {
        "address": "object",
        "address.city": "string",
        "address.lines": "string[]",
        "addresses": "object[]",
        "addresses.city": "string[]",
        "addresses.lines": "string[]",
    }


def test_an_open_object_declares_its_properties_too() -> None:
    assert kinds({"a": {"properties": {"n": INTEGER}, "additionalProperties": True}}) == {
        "a": "object*?",
        "a.n": "integer",
    }


def test_unions_of_objects_have_the_fields_of_each() -> None:
    first = {"type": "object", "properties": {"kind": {"const": "a"}, "x": INTEGER, "y": STRING}}
    second = {"type": "object", "properties": {"kind": {"const": "b"}, "x": STRING, "z": STRING}}
    schema = Schema.from_json_schema({"oneOf": [first, second]})
    fields = {str(path): field for path, field in schema}
    assert {name: field.type for name, field in fields.items()} == {
        "kind": "enum",
        "x": "any",
        "y": "string",
        "z": "string",
    }
    assert fields["kind"].values == ("a", "b")


def test_what_all_of_says_of_a_property_holds_together() -> None:
    one = {"properties": {"at": STRING, "x": INTEGER}}
    other = {"properties": {"at": {"format": "date-time"}, "y": INTEGER}}
    assert kinds({}, allOf=[one, other]) == {"at": "date-time", "x": "integer", "y": "integer"}


def test_roots() -> None:
    assert (
        str(Schema.from_json_schema({"type": "array", "items": {"properties": {"a": STRING}}})) == "Schema(a: string)"
    )
    assert len(Schema.from_json_schema({})) == 0
    assert len(Schema.from_json_schema({"type": "array", "items": True})) == 0
    assert kinds({"1": STRING, "": STRING, "a.b": STRING, "a b": INTEGER}) == {'"a b"': "integer", '"a.b"': "string"}


def test_references_are_json_pointers() -> None:
    definitions = {"a/b": INTEGER, "m~n": STRING, "p%q": {"type": "boolean"}, "all": {"anyOf": [INTEGER]}}
    names = {"a": "#/$defs/a~1b", "b": "#/$defs/m~0n", "c": "#/$defs/p%25q", "d": "#/$defs/all/anyOf/0"}
    found = kinds({name: {"$ref": reference} for name, reference in names.items()}, **{"$defs": definitions})
    assert found == {"a": "integer", "b": "string", "c": "boolean", "d": "integer"}


@pytest.mark.parametrize(
    ("reference", "problem"),
    [
        ("https://example.org/x", "leads out of the JSON Schema"),
        ("other.json#/a", "leads out of the JSON Schema"),
        ("#/$defs/nothing", "leads nowhere"),
        ("#anchor", "leads nowhere"),
        ("#/$defs/list/9", "leads nowhere"),
        ("#/$defs/list/x", "leads nowhere"),
        ("#/$defs/text", "leads nowhere"),
        ("#/$defs/text/x", "leads nowhere"),
    ],
)
def test_a_reference_that_cannot_be_followed_is_refused(reference: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        kinds({"a": {"$ref": reference}}, **{"$defs": {"text": "x", "list": [STRING]}})


def test_references_may_lead_back() -> None:
    node = {"type": "object", "properties": {"name": STRING, "parent": {"$ref": "#/$defs/Node"}}}
    assert kinds({"node": {"$ref": "#/$defs/Node"}}, **{"$defs": {"Node": node}}) == {
        "node": "object",
        "node.name": "string",
        "node.parent": "object*?",
    }
    schema = Schema.from_json_schema({"$ref": "#/$defs/Node", "$defs": {"Node": node}})
    assert python.predicate("parent.parent.name:x", schema=schema)({"parent": {"parent": {"name": "x"}}})
    assert kinds({"a": {"$ref": "#/properties/a"}}) == {"a": "object*?"}
    assert kinds({"a": {"$ref": "#"}}) == {"a": "object", "a.a": "object*?"}


def test_references_that_explode_are_refused() -> None:
    definitions = {
        f"D{number}": {"properties": {name: {"$ref": f"#/$defs/D{number + 1}"} for name in "ab"}}
        for number in range(12)
    }
    definitions["D12"] = {}
    with pytest.raises(ValueError, match="more than 5,000 fields"):
        Schema.from_json_schema({"$ref": "#/$defs/D0", "$defs": definitions})


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (None, "an object, true or false, not None"),
        ([STRING], "an object, true or false"),
        ({"properties": [STRING]}, "properties of a JSON Schema is an object"),
        ({"properties": {"a": "string"}}, "an object, true or false, not 'string'"),
        ({"properties": {"a": {"type": 3}}}, "type of a JSON Schema is a text or a list of texts, not 3"),
        ({"properties": {"a": {"type": [None]}}}, "type of a JSON Schema"),
        ({"properties": {"a": {"type": "array", "items": [STRING]}}}, "an object, true or false"),
        ({"properties": {"a": {"enum": "red"}}}, "enum of a JSON Schema is a list"),
        ({"properties": {"a": {"type": "object", "additionalProperties": {"type": 3}}}}, "type of a JSON Schema"),
        ({"properties": {"a": {"anyOf": STRING}}}, "anyOf of a JSON Schema is a list of schemas"),
        ({"properties": {"a": {"$ref": 1}}}, "a text, not 1"),
        ({"properties": {"a": {"x-qlause": "hidden"}}}, "x-qlause of a JSON Schema is an object"),
    ],
)
def test_what_is_no_json_schema(document: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Schema.from_json_schema(document)


def test_the_property_that_is_wrong_is_named() -> None:
    with pytest.raises(ValueError, match=r"the property a\.b: a field of type enum needs values"):
        kinds({"a": {"properties": {"b": {"x-qlause": {"type": "enum"}}}}})
    with pytest.raises(ValueError, match=r"the property a: .*'colour'"):
        kinds({"a": {"x-qlause": {"colour": 1}}})


PIN = {"type": "string", "writeOnly": True}
HIDDEN = {"type": "object", "properties": {"pin": PIN, "n": INTEGER}}
DOCUMENT = {"pin": "s3cret", "n": 1}


@pytest.mark.parametrize(
    ("declared", "document"),
    [
        (PIN, "s3cret"),
        ({"type": ["string", "null"], "writeOnly": True}, "s3cret"),
        ({"anyOf": [PIN, {"type": "null"}]}, "s3cret"),
        ({"anyOf": [PIN, INTEGER]}, "s3cret"),
        ({"allOf": [PIN, {"maxLength": 5}]}, "s3cret"),
        ({"$ref": "#/$defs/Pin"}, "s3cret"),
        ({"type": "array", "items": PIN}, ["s3cret"]),
        ({"type": "array", "writeOnly": True, "items": STRING}, ["s3cret"]),
        ({"type": "array", "items": {"type": "array", "items": PIN}}, [["s3cret"]]),
        ({"type": "array", "prefixItems": [PIN]}, ["s3cret"]),
        ({"type": "array", "items": {"type": "array", "items": HIDDEN}}, [[DOCUMENT]]),
        (HIDDEN, DOCUMENT),
        ({"type": "object", "writeOnly": True, "properties": {"x": STRING}}, {"x": "s3cret"}),
        (
            {"type": "object", "writeOnly": True, "properties": {"x": {"properties": {"y": STRING}}}},
            {"x": {"y": "s3cret"}},
        ),
        (
            {"properties": {"x": HIDDEN}, "x-qlause": {"projectable": False, "filterable": False}},
            {"x": {"n": "s3cret"}},
        ),
        ({"$ref": "#/$defs/Hidden", "writeOnly": True}, {"n": "s3cret"}),
        ({"type": "array", "items": HIDDEN}, [DOCUMENT, {"n": 2}]),
        ({**HIDDEN, "additionalProperties": True}, DOCUMENT),
        ({"type": "object", "additionalProperties": HIDDEN}, {"x": DOCUMENT}),
        ({"type": "object", "additionalProperties": PIN}, {"x": "s3cret"}),
        ({"type": "object", "additionalProperties": {"$ref": "#/$defs/Hidden"}}, {"x": DOCUMENT}),
        ({"type": "object", "patternProperties": {"^x": HIDDEN}}, {"x": DOCUMENT}),
        ({"properties": {"n": INTEGER}, "patternProperties": {"^x": HIDDEN}}, {"x": DOCUMENT}),
        ({"oneOf": [HIDDEN, STRING]}, DOCUMENT),
        ({"oneOf": [HIDDEN, {"properties": {"pin": INTEGER}}]}, DOCUMENT),
        ({"oneOf": [{"properties": {"pin": INTEGER}}, HIDDEN]}, DOCUMENT),
        ({"allOf": [{"properties": {"pin": STRING}}, HIDDEN]}, DOCUMENT),
        ({"$ref": "#/$defs/Self"}, {"pin": "s3cret", "again": {"again": {"again": {"pin": "s3cret"}}}}),
        ({"type": "array", "items": {"$ref": "#/$defs/Self"}}, [{"again": {"again": {"pin": "s3cret"}}}]),
        ({"properties": {"x": {"properties": {"y": HIDDEN}}}}, {"x": {"y": DOCUMENT}}),
    ],
)
def test_nothing_hidden_comes_out_or_can_be_asked_for(declared: Any, document: Any) -> None:
    definitions = {
        "Pin": PIN,
        "Hidden": HIDDEN,
        "Self": {"type": "object", "properties": {"pin": PIN, "again": {"$ref": "#/$defs/Self"}}},
    }
    schema = Schema.from_json_schema({"properties": {"a": declared, "ok": STRING}, "$defs": definitions})
    whole = {"id": 1, "a": document}
    for asked in ("", *(str(path) for path, field in schema if field.projectable)):
        for always in ((), ("id",), ("ok",)):
            assert "s3cret" not in json.dumps(python.projector(asked, schema=schema, always=always)(whole)), asked
    tails = (
        "",
        ".pin",
        ".x",
        ".x.pin",
        ".x.y",
        ".x.y.pin",
        ".again.pin",
        ".again.again.pin",
        ".again.again.again.pin",
        ".n",
    )
    for tail in tails:
        for read in (python.predicate, python.sort_key, python.projector):
            text = f'a{tail}:(s3cret OR ~"s3")' if read is python.predicate else f"a{tail}"
            try:
                found: Any = read(text, schema=schema)(whole)
            except qlause.QlauseError:
                continue
            assert not (read is python.predicate and found), text
            assert "s3cret" not in json.dumps(found), text


def test_what_is_refused_above_may_be_allowed_below() -> None:
    assert [
        (str(path), field.projectable)
        for path, field in Schema.from_json_schema(
            {
                "properties": {
                    "a": {
                        "writeOnly": True,
                        "properties": {"x": STRING, "y": {"type": "string", "x-qlause": {"projectable": True}}},
                    }
                }
            }
        )
    ] == [("a", False), ("a.x", False), ("a.y", True)]


@pytest.mark.parametrize("name", ["1", "", "\0"])
def test_what_no_path_can_name_cannot_be_hidden(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be hidden"):
        kinds({"a": {"properties": {name: PIN}}})
    with pytest.raises(ValueError, match="cannot be hidden"):
        kinds({"a": {"properties": {name: STRING}, "writeOnly": True}})


def test_a_null_among_the_elements_is_found() -> None:
    schema = Schema.from_json_schema({"properties": {"a": {"type": "array", "items": {"type": ["string", "null"]}}}})
    assert python.predicate("a:null", schema=schema)({"a": ["x", None]})
