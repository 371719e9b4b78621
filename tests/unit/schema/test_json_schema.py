"""Schemas from JSON Schema: types, objects, arrays, unions, conditions, and what is refused."""

from __future__ import annotations

import pickle
import re
from typing import Any

import pytest

import qlause
from qlause import Field, Schema, mongo, python

from .json_schemas import INTEGER, PIN, STRING, kinds


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
        ({"type": "array", "prefixItems": [INTEGER]}, "integer[]"),
        ({"type": "array", "prefixItems": [INTEGER, STRING]}, "any[]"),
        ({"type": "array", "prefixItems": [INTEGER], "items": False}, "integer[]"),
        ({"type": "array", "prefixItems": [INTEGER], "items": {"type": "number"}}, "number[]"),
        ({"type": "array", "prefixItems": [INTEGER], "items": True}, "any[]?"),
        ({"type": "array", "items": [INTEGER, INTEGER]}, "integer[]"),
        ({"type": "array", "items": [INTEGER], "additionalItems": STRING}, "any[]"),
        ({"type": "array", "items": [STRING], "additionalItems": False}, "string[]"),
        ({"type": "array", "items": []}, "any[]?"),
        ({"items": STRING}, "string[]?"),
        ({"type": "array", "items": {"type": "array", "items": INTEGER}}, "any[]"),
        ({"anyOf": [{"type": "array", "items": STRING}, {"type": "null"}]}, "string[]?"),
        ({"anyOf": [{"type": "array", "items": STRING}, STRING]}, "string[]"),
        ({"anyOf": [{"type": "array", "items": STRING}, {"type": "array", "items": INTEGER}]}, "any[]"),
        ({"anyOf": [{"type": "array", "items": STRING}, STRING, {"type": "null"}]}, "string[]?"),
        ({"anyOf": [{"type": "array", "items": {"type": "array"}}, STRING]}, "any[]"),
        ({"type": ["string", "array"], "items": STRING}, "string[]"),
        ({"type": ["integer", "array", "null"], "items": STRING}, "any[]?"),
        ({"type": ["array", "null"], "items": INTEGER}, "integer[]?"),
        ({"type": "object"}, "object*"),
        ({"type": "object", "additionalProperties": False}, "object"),
        ({"type": "object", "additionalProperties": True}, "object*"),
        ({"type": "object", "additionalProperties": STRING}, "object*"),
        ({"type": "object", "additionalProperties": STRING, "x-qlause": {"type": "localized"}}, "localized"),
        ({"type": "object", "additionalProperties": {"not": {}}}, "object"),
        ({"type": "object", "unevaluatedProperties": False}, "object"),
        ({"type": "object", "unevaluatedProperties": INTEGER}, "object*"),
        ({"type": "object", "additionalProperties": False, "patternProperties": {"^x": INTEGER}}, "object*"),
        ({"type": "object", "additionalProperties": INTEGER}, "object*"),
        ({"type": "object", "additionalProperties": {"type": "string", "format": "date-time"}}, "object*"),
        ({"type": "object", "additionalProperties": {"enum": ["a"]}}, "object*"),
        ({"type": "object", "patternProperties": {"^x": INTEGER}}, "object*"),
        ({"type": "string", "x-qlause": {"operators": ["equals"], "nullable": True}}, "string?"),
        ({"type": "string", "x-qlause": {"type": "date-time", "storage": "milliseconds"}}, "date-time"),
        ({"enum": ["a", "b"], "x-qlause": {"type": "string"}}, "string"),
        ({"type": "object", "x-qlause": {"type": "string"}}, "string"),
        ({"type": "string", "if": {"minLength": 3}, "then": {"pattern": "x"}}, "string"),
        ({"enum": ["a", "b"], "if": {"const": "a"}, "then": {"const": "a"}}, "enum"),
    ],
)
def test_types(declared: Any, kind: str) -> None:
    definitions = {"S": STRING, "N": {"type": ["string", "null"]}}
    assert kinds({"a": declared}, **{"$defs": definitions}) == {"a": kind}


def test_objects_and_arrays_of_objects() -> None:
    address = {
        "type": "object",
        "properties": {"city": STRING, "lines": {"type": "array", "items": STRING}},
        "required": ["city", "lines"],
    }
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
        "a.n": "integer?",
    }


@pytest.mark.parametrize(
    ("document", "nullable"),
    [
        ({"properties": {"a": STRING}}, "a"),
        ({"properties": {"a": STRING}, "required": ["a"]}, ""),
        ({"properties": {"a": STRING}, "required": True}, "a"),  # as the third draft has it
        ({"properties": {"a": {**STRING, "nullable": True}}, "required": ["a"]}, "a"),
        ({"properties": {"a": {**STRING, "nullable": False}}, "required": ["a"]}, ""),
        ({"properties": {"a": {**STRING, "enum": ["x"], "nullable": True}}, "required": ["a"]}, "a"),
        ({"properties": {"a": {**STRING, "default": None}}, "required": ["a"]}, "a"),
        ({"properties": {"a": {**STRING, "default": "x"}}, "required": ["a"]}, ""),
        ({"properties": {"a": {"allOf": [STRING], "nullable": True}}, "required": ["a"]}, "a"),
        ({"properties": {"a": {"$ref": "#/$defs/N"}}, "required": ["a"]}, "a"),
        ({"properties": {"a": {"anyOf": [STRING, {"$ref": "#/$defs/N"}]}}, "required": ["a"]}, "a"),
        ({"properties": {"a": {"type": "array", "items": {**STRING, "nullable": True}}}, "required": ["a"]}, "a"),
        ({"properties": {"a": {**STRING, "x-qlause": {"nullable": False}}}}, ""),
        ({"properties": {"o": {"$ref": "#/$defs/O"}}, "required": ["o"]}, ""),
        ({"properties": {"o": {"$ref": "#/$defs/O"}}}, "o o.b o.b.c"),
        ({"properties": {"o": {"$ref": "#/$defs/O", "nullable": True}}, "required": ["o"]}, "o o.b o.b.c"),
        ({"properties": {"o": {"anyOf": [{"$ref": "#/$defs/O"}, {"type": "null"}]}}, "required": ["o"]}, "o o.b o.b.c"),
        ({"properties": {"o": {"$ref": "#/$defs/O", "x-qlause": {"nullable": False}}}}, ""),
        ({"allOf": [{"properties": {"a": STRING}, "required": ["a"]}, {"properties": {"b": STRING}}]}, "b"),
        ({"properties": {"a": STRING}, "allOf": [{"required": ["a"]}]}, ""),
        ({"properties": {"a": STRING, "b": STRING}, "required": ["b"], "allOf": [{"required": ["a"]}]}, ""),
        (
            {
                "oneOf": [
                    {"type": "object", "properties": {"a": STRING, "b": STRING}, "required": ["a", "b"]},
                    {"type": "object", "properties": {"a": STRING, "c": STRING}, "required": ["a", "c"]},
                ]
            },
            "b c",
        ),
        ({"anyOf": [{"properties": {"a": STRING}}, {"properties": {"a": STRING}, "required": ["a"]}]}, "a"),
        ({"anyOf": [{"properties": {"a": STRING}, "required": ["a"]}, {"properties": {"a": STRING}}]}, "a"),
        ({"type": "array", "items": {"properties": {"a": STRING, "b": STRING}, "required": ["a"]}}, "b"),
    ],
)
def test_what_the_document_does_not_promise_is_nullable(document: Any, nullable: str) -> None:
    inner = {"type": "object", "properties": {"c": INTEGER}, "required": ["c"]}
    definitions = {
        "N": {**STRING, "nullable": True},
        "O": {"type": "object", "properties": {"b": inner}, "required": ["b"]},
    }
    schema = Schema.from_json_schema({"type": "object", "$defs": definitions, **document})
    assert " ".join(str(path) for path, field in schema if field.nullable) == nullable


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
    assert kinds({}, allOf=[one, other]) == {"at": "date-time?", "x": "integer?", "y": "integer?"}


def test_roots() -> None:
    assert (
        str(Schema.from_json_schema({"type": "array", "items": {"properties": {"a": STRING}}})) == "Schema(a: string)"
    )
    assert len(Schema.from_json_schema({})) == 0
    assert len(Schema.from_json_schema({"type": "array", "items": True})) == 0
    assert kinds({"1": STRING, "": STRING, "a.b": STRING, "a b": INTEGER}) == {'"a b"': "integer", '"a.b"': "string"}


LINE = {"type": "object", "properties": {"sku": STRING, "qty": INTEGER}}


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_an_object_or_an_array_of_it(keyword: str) -> None:
    many = {"type": "array", "items": {"$ref": "#/$defs/Line"}}
    for choices in ([{"$ref": "#/$defs/Line"}, many], [many, {"$ref": "#/$defs/Line"}], [many, LINE, {"type": "null"}]):
        found = kinds({"lines": {keyword: choices}}, **{"$defs": {"Line": LINE}})
        assert {name: kind.rstrip("?") for name, kind in found.items()} == {
            "lines": "object[]",
            "lines.sku": "string[]",
            "lines.qty": "integer[]",
        }
    document = {"$defs": {"Line": LINE}, keyword: [{"$ref": "#/$defs/Line"}, many]}
    assert [str(path) for path, _ in Schema.from_json_schema(document)] == ["qty", "sku"]


def test_the_objects_of_a_union_keep_their_fields() -> None:
    found = kinds({"a": {"anyOf": [LINE, STRING]}, "b": {"oneOf": [{"type": "array", "items": STRING}, LINE]}})
    assert found == {
        "a": "any",
        "a.sku": "string?",
        "a.qty": "integer?",
        "b": "any[]",
        "b.sku": "string[]?",
        "b.qty": "integer[]?",
    }
    tuples = kinds({"a": {"type": "array", "prefixItems": [LINE, {"properties": {"x": STRING}}]}})
    assert tuples.keys() == {"a", "a.sku", "a.qty", "a.x"}


def test_what_holds_under_a_condition_is_declared() -> None:
    found = kinds(
        {"country": STRING, "state": {"type": "string", "maxLength": 2}},
        **{
            "if": {"properties": {"country": {"const": "US"}}},
            "then": {"properties": {"zip": STRING, "state": {"const": "NY"}}, "required": ["zip"]},
            "else": {"properties": {"postcode": INTEGER, "zip": INTEGER}},
            "dependentSchemas": {"state": {"properties": {"county": STRING}}},
            "dependencies": {"zip": ["state"], "county": {"properties": {"seat": STRING}}},
        },
    )
    assert {name: kind.rstrip("?") for name, kind in found.items()} == {
        "country": "string",
        "state": "string",
        "zip": "any",
        "postcode": "integer",
        "county": "string",
        "seat": "string",
    }
    assert kinds({"a": {"then": {"properties": {"x": STRING}}}}) == {"a": "any?"}  # without a condition, it is ignored


def test_keys_that_match_a_pattern_may_be_used() -> None:
    schema = Schema.from_json_schema(
        {"properties": {"a": {"properties": {"n": INTEGER}, "patternProperties": {"^x": {}}}}}
    )
    assert python.predicate("a.x-1:y a.n:1", schema=schema)({"a": {"x-1": "y", "n": 1}})
    closed: dict[str, Any] = {
        "properties": {"n": INTEGER},
        "patternProperties": {"^x": {}},
        "x-qlause": {"open": False},
    }
    with pytest.raises(qlause.UnknownFieldError):
        python.predicate("a.x-1:y", schema=Schema.from_json_schema({"properties": {"a": closed}}))


@pytest.mark.parametrize(
    "rest",
    [
        {"additionalProperties": True},
        {"additionalProperties": {}},
        {"additionalProperties": STRING},
        {"patternProperties": {"^x-": STRING}},
        {"patternProperties": {"^x-": STRING}, "additionalProperties": False},
    ],
)
def test_an_open_document(rest: dict[str, Any]) -> None:
    schema = Schema.from_json_schema({"properties": {"n": INTEGER}, **rest})
    assert schema.open
    assert repr(schema) == "Schema(n: integer, open=True)"
    assert [str(path) for path, _ in schema] == ["n"]
    assert len(schema) == 1
    assert pickle.loads(pickle.dumps(schema)) == schema == Schema({"n": Field(type="integer")}, open=True)  # noqa: S301  # our own bytes
    assert schema != Schema({"n": Field(type="integer")})
    document = {"n": 1, "x-1": "y", "deep": {"er": [1]}}
    assert python.predicate("n:1 x-1:y deep.er:1", schema=schema)(document)
    assert python.projector("x-1,deep.er", schema=schema)(document) == {"x-1": "y", "deep": {"er": [1]}}
    assert python.projector("", schema=schema)(document) == document
    assert schema.to_json_schema()["additionalProperties"] is True
    assert not schema.resolve(qlause.Path(("n", "x")))
    with pytest.raises(qlause.ValueReadingError):
        python.predicate("n:x", schema=schema)


def test_an_open_schema_hides_what_is_declared_so() -> None:
    schema = Schema({"n": "integer", "code": Field(stored="pin", projectable=False, filterable=False)}, open=True)
    for always in ((), ("n",)):
        assert python.projector("", schema=schema, always=always)({"n": 1, "pin": "s3", "x": 2}) == {"n": 1, "x": 2}
    assert mongo.projection("", schema=schema) == {"pin": 0}
    assert mongo.projection("x", schema=schema) == {"_id": 0, "x": 1}
    listing = qlause.Listing(schema, unique="n", restricted=True)
    page = python.page([{"n": 1, "pin": "s3", "x": 2}, {"n": 2}], listing.read({}).restricted("pin:s3 x:2"))
    assert page.items == [{"n": 1, "x": 2}]
    for call in (python.predicate, python.projector):
        with pytest.raises(qlause.UnknownFieldError):
            call("pin:s3" if call is python.predicate else "pin", schema=schema)


def test_an_open_document_that_hides_is_not_open() -> None:
    assert not Schema.from_json_schema({"properties": {"n": INTEGER}, "additionalProperties": PIN}).open
    assert not Schema.from_json_schema({"properties": {"n": INTEGER}, "patternProperties": {"^x": PIN}}).open
    nothing: list[Any] = [False, {"not": {}}]
    for closed in nothing:
        assert not Schema.from_json_schema({"properties": {"n": INTEGER}, "additionalProperties": closed}).open


def test_unions_are_as_open_as_their_parts() -> None:
    opened: dict[str, Any] = {"properties": {"a": STRING}, "additionalProperties": True}
    closed = {"additionalProperties": False}
    for parts in ([opened, {**LINE, **closed}], [{**LINE, **closed}, opened]):
        assert kinds({"x": {"type": "object", "anyOf": parts}})["x"].startswith("object*")
        assert not kinds({"x": {"type": "object", "allOf": parts}})["x"].startswith("object*")


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (None, "an object, true or false, not None"),
        ([STRING], "an object, true or false"),
        ({"properties": [STRING]}, "properties of a JSON Schema is an object"),
        ({"properties": {"a": "string"}}, "an object, true or false, not 'string'"),
        ({"properties": {"a": {"type": 3}}}, "type of a JSON Schema is a text or a list of texts, not 3"),
        ({"properties": {"a": {"type": [None]}}}, "type of a JSON Schema"),
        ({"properties": {"a": {"type": "array", "items": ["x"]}}}, "an object, true or false"),
        ({"properties": {"a": {"type": "array", "prefixItems": STRING}}}, "prefixItems of a JSON Schema is a list"),
        ({"properties": {"a": {"patternProperties": [STRING]}}}, "patternProperties of a JSON Schema is an object"),
        ({"properties": {"a": {"type": "strnig"}}}, "'strnig' is not a type of JSON Schema; did you mean string"),
        ({"properties": {"a": {"type": ["null", "String"]}}}, "'String' is not a type of JSON Schema; did you mean"),
        ({"properties": {"a": {"type": "date-time"}}}, 'write {"type": "string", "format": "date-time"}'),
        ({"properties": {"a": {"type": "localized"}}}, 'write {"x-qlause": {"type": "localized"}}'),
        ({"properties": {"a": {"type": "zzz"}}}, "there are string, integer, number, boolean, object, array, null"),
        ({"type": "string"}, "describes string, and documents are objects"),
        ({"type": "array", "items": INTEGER}, "describes integer, and documents are objects"),
        ({"oneOf": [STRING, INTEGER]}, "describes integer or string, and documents are objects"),
        ({"properties": {"a": {"enum": "red"}}}, "enum of a JSON Schema is a list"),
        ({"properties": {"a": {"type": "object", "additionalProperties": {"type": 3}}}}, "type of a JSON Schema"),
        ({"properties": {"a": {"anyOf": STRING}}}, "anyOf of a JSON Schema is a list of schemas"),
        ({"properties": {"a": {"$ref": 1}}}, "a text, not 1"),
        ({"properties": {"a": {"x-qlause": "hidden"}}}, "x-qlause of a JSON Schema is an object"),
    ],
)
def test_what_is_no_json_schema(document: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        Schema.from_json_schema(document)


def test_the_property_that_is_wrong_is_named() -> None:
    with pytest.raises(ValueError, match=r"the property a\.b: a field of type enum needs values"):
        kinds({"a": {"properties": {"b": {"x-qlause": {"type": "enum"}}}}})
    with pytest.raises(ValueError, match=r"the property a: .*'colour'"):
        kinds({"a": {"x-qlause": {"colour": 1}}})


def test_a_null_among_the_elements_is_found() -> None:
    schema = Schema.from_json_schema({"properties": {"a": {"type": "array", "items": {"type": ["string", "null"]}}}})
    assert python.predicate("a:null", schema=schema)({"a": ["x", None]})
