"""What a JSON Schema hides comes out by no way, and a declaration about it that cannot hold is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

import qlause
from qlause import Schema, python

from .json_schemas import INTEGER, PIN, STRING, kinds

HIDDEN = {"type": "object", "properties": {"pin": PIN, "n": INTEGER}}
HIDDEN_BY_NAME = {"type": "string", "filterable": False}
"""What is no x-qlause, but a property that has this name."""
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
        ({"type": "array", "items": [PIN, STRING]}, ["s3cret", "x"]),
        ({"type": "array", "items": [STRING], "additionalItems": HIDDEN}, ["x", DOCUMENT]),
        ({"anyOf": [{"type": "array", "items": HIDDEN}, HIDDEN]}, DOCUMENT),
        ({"anyOf": [{"type": "array", "items": PIN}, STRING]}, ["s3cret"]),
        ({"type": ["string", "array"], "items": PIN}, ["s3cret"]),
        ({"properties": {"n": INTEGER}, "if": {}, "then": {"properties": {"pin": PIN}}}, DOCUMENT),
        ({"properties": {"pin": STRING}, "if": {}, "then": {"properties": {"pin": PIN}}}, DOCUMENT),
        ({"properties": {"pin": STRING}, "if": {}, "then": {}, "else": {"properties": {"pin": PIN}}}, DOCUMENT),
        ({"type": "string", "if": {}, "then": {"writeOnly": True}}, "s3cret"),
        ({"type": "string", "if": {"writeOnly": True}}, "s3cret"),
        ({"type": "string", "if": {"writeOnly": True}, "then": {}}, "s3cret"),
        ({"type": "string", "then": {"writeOnly": True}}, "s3cret"),
        ({"properties": {"pin": STRING}, "if": {"properties": {"pin": PIN}}, "then": {}}, DOCUMENT),
        ({"properties": {"pin": STRING}, "then": {"properties": {"pin": PIN}}}, DOCUMENT),
        ({"properties": {"pin": STRING}, "else": {"if": {"properties": {"pin": PIN}}}}, DOCUMENT),
        ({"properties": {"pin": STRING}, "dependentSchemas": {"n": HIDDEN}}, DOCUMENT),
        ({"allOf": [PIN, {"writeOnly": False}]}, "s3cret"),
        ({"allOf": [{"patternProperties": {"^p": PIN}}, {"patternProperties": {"^n": INTEGER}}]}, DOCUMENT),
        ({"anyOf": [{"type": "object", "additionalProperties": PIN}, {"type": "object"}]}, {"x": "s3cret"}),
        ({"type": "object", "propertyNames": {"enum": ["pin", "x"]}, "additionalProperties": PIN}, DOCUMENT),
        ({"type": "object", "additionalProperties": PIN, "x-qlause": {"type": "localized"}}, {"x": "s3cret"}),
        ({"$ref": "#pin"}, "s3cret"),
    ],
)
def test_nothing_hidden_comes_out_or_can_be_asked_for(declared: Any, document: Any) -> None:
    definitions = {
        "Pin": {**PIN, "$anchor": "pin"},
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


@pytest.mark.parametrize(
    "declared",
    [
        {"type": "object", "examples": [{"writeOnly": True}]},
        {"type": "object", "default": {"a": {"writeOnly": True}}},
        {"type": "object", "additionalProperties": {"enum": [{"writeOnly": True}]}},
        {"type": "array", "items": {"type": "array", "items": {"const": {"x-qlause": {"filterable": False}}}}},
        {"type": "array", "items": {"type": "array", "items": {"properties": {"writeOnly": True}}}},
        {"type": "object", "additionalProperties": {"properties": {"writeOnly": True, "x-qlause": HIDDEN_BY_NAME}}},
    ],
)
def test_data_and_names_hide_nothing(declared: Any) -> None:
    schema = Schema.from_json_schema({"properties": {"a": declared}})
    assert {str(path): field.filterable and field.projectable for path, field in schema} == {"a": True}


@pytest.mark.parametrize("name", ["default", "examples", "enum", "const", "definitions", "$defs"])
@pytest.mark.parametrize("keyword", ["properties", "patternProperties", "dependentSchemas"])
def test_a_name_that_is_a_keyword_elsewhere_hides_as_any_other(keyword: str, name: str) -> None:
    matrix = {"type": "array", "items": {"type": "array", "items": {keyword: {name: PIN}}}}
    schema = Schema.from_json_schema(
        {"properties": {"a": matrix, "b": {"additionalProperties": {keyword: {name: PIN}}}}}
    )
    assert [str(path) for path, field in schema if field.filterable or field.projectable] == []


@pytest.mark.parametrize("pattern", ["x", "default", "enum"])
def test_a_hidden_pattern_of_the_document_that_covers_a_property_is_refused(pattern: str) -> None:
    document = {"properties": {"x default enum": STRING}, "patternProperties": {pattern: PIN}}
    with pytest.raises(ValueError, match="hides a part of a document that is no property"):
        Schema.from_json_schema(document)


def test_what_is_refused_above_is_refused_below() -> None:
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
    ] == [("a", False), ("a.x", False), ("a.y", False)]


@pytest.mark.parametrize("name", ["1", "", "\0"])
def test_what_no_path_can_name_cannot_be_hidden(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be hidden"):
        kinds({"a": {"properties": {name: PIN}}})
    with pytest.raises(ValueError, match="cannot be hidden"):
        kinds({"a": {"properties": {name: STRING}, "writeOnly": True}})
