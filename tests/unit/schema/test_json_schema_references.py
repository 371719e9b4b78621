"""References in a JSON Schema: pointers, names, circles, and those that double."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from qlause import Schema, python
from qlause.schema import json_schema
from tests.work import lines_run

from .json_schemas import INTEGER, STRING, kinds


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
        ("#%2Fdefs/x", "leads nowhere"),
        ("#/$defs/list/9", "leads nowhere"),
        ("#/$defs/list/x", "leads nowhere"),
        ("#/$defs/text", "leads nowhere"),
        ("#/$defs/text/x", "leads nowhere"),
    ],
)
def test_a_reference_that_cannot_be_followed_is_refused(reference: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        kinds({"a": {"$ref": reference}}, **{"$defs": {"text": "x", "list": [STRING]}})


NAMED = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://example.com/schemas/order",
    "type": "object",
    "properties": {
        "anchor": {"$ref": "#number"},
        "own_id": {"$ref": "https://example.com/schemas/order#/$defs/Text"},
        "own_anchor": {"$ref": "https://example.com/schemas/order#number"},
        "relative": {"$ref": "order#/$defs/Text"},
        "resource": {"$ref": "/schemas/line"},
        "in_resource": {"$ref": "line#/$defs/Sku"},
        "anchor_in_resource": {"$ref": "line#sku"},
        "urn": {"$ref": "urn:example:flag"},
        "$ref": {"type": "boolean"},
    },
    "$defs": {
        "Text": STRING,
        "Number": {"$anchor": "number", "type": "number"},
        "Line": {
            "$id": "/schemas/line",
            "type": "object",
            "properties": {"sku": {"$ref": "#/$defs/Sku"}, "order": {"$ref": "order#number"}},
            "$defs": {"Sku": {"$anchor": "sku", "type": "string", "format": "uuid"}},
        },
        "Flag": {"$id": "urn:example:flag", "type": "boolean"},
    },
}


def test_references_by_names() -> None:
    schema = Schema.from_json_schema(NAMED)
    assert {str(path): field.type for path, field in schema} == {
        "anchor": "number",
        "own_id": "string",
        "own_anchor": "number",
        "relative": "string",
        "resource": "object",
        "resource.sku": "uuid",
        "resource.order": "number",
        "in_resource": "uuid",
        "anchor_in_resource": "uuid",
        "urn": "boolean",
        '"$ref"': "boolean",
    }


def test_references_by_names_in_older_drafts() -> None:
    for draft, keyword in (("draft-04", "id"), ("draft-07", "$id")):
        document = {
            "$schema": f"http://json-schema.org/{draft}/schema#",
            keyword: "http://example.com/root.json",
            "properties": {"a": {"$ref": "#foo"}, "b": {"$ref": "root.json#/definitions/B"}, "id": STRING},
            "definitions": {"A": {keyword: "#foo", "type": "integer"}, "B": {"type": "boolean"}},
        }
        found = {str(path): field.type for path, field in Schema.from_json_schema(document)}
        assert found == {"a": "integer", "b": "boolean", "id": "string"}


def test_dynamic_references() -> None:
    tree = {
        "$id": "https://example.com/tree",
        "$dynamicAnchor": "node",
        "type": "object",
        "properties": {"data": STRING, "children": {"type": "array", "items": {"$dynamicRef": "#node"}}},
    }
    found = {"data": "string", "children": "object[]", "children.data": "string[]", "children.children": "object[]"}
    assert {str(path): f"{field.type}{'[]' * field.array}" for path, field in Schema.from_json_schema(tree)} == found
    recursive = {
        "$recursiveAnchor": True,
        "properties": {"data": STRING, "children": {"type": "array", "items": {"$recursiveRef": "#"}}},
    }
    assert {str(path) for path, _ in Schema.from_json_schema(recursive)} == found.keys()
    strict = {
        "$id": "https://example.com/strict-tree",
        "$dynamicAnchor": "node",
        "$ref": "tree",
        "properties": {"more": INTEGER},
        "$defs": {"tree": tree},
    }
    opened = Schema.from_json_schema(strict)
    assert {str(path) for path, _ in opened} == {"data", "more", "children", "children.more"}
    assert python.predicate("children.children.data:x", schema=opened)({"children": {"children": {"data": "x"}}})
    several = {"properties": {"a": {"$dynamicRef": "#x"}}, "$defs": {n: {"$dynamicAnchor": "x"} for n in "ab"}}
    with pytest.raises(ValueError, match=r"\$dynamicRef '#x' leads to several places; write \$ref to one of them"):
        Schema.from_json_schema(several)


def test_references_may_lead_back() -> None:
    node = {"type": "object", "properties": {"name": STRING, "parent": {"$ref": "#/$defs/Node"}}}
    assert kinds({"node": {"$ref": "#/$defs/Node"}}, **{"$defs": {"Node": node}}) == {
        "node": "object",
        "node.name": "string?",
        "node.parent": "object*?",
    }
    schema = Schema.from_json_schema({"$ref": "#/$defs/Node", "$defs": {"Node": node}})
    assert python.predicate("parent.parent.name:x", schema=schema)({"parent": {"parent": {"name": "x"}}})
    assert kinds({"a": {"$ref": "#/properties/a"}}) == {"a": "object*?"}
    assert kinds({"a": {"$ref": "#"}}) == {"a": "object", "a.a": "object*?"}
    assert kinds({"a": {"$ref": "#"}}, required=[]) == {"a": "object?", "a.a": "object*?"}


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf", "properties", "items", "dependentSchemas"])
def test_references_that_double_are_bounded(keyword: str, monkeypatch: pytest.MonkeyPatch) -> None:
    levels = 22

    def doubled(reference: dict[str, str]) -> dict[str, Any]:
        if keyword == "items":
            return {"type": "array", "items": [dict(reference), dict(reference)]}
        if keyword in ("properties", "dependentSchemas"):
            return {keyword: {"a": dict(reference), "b": dict(reference)}}
        return {keyword: [dict(reference), dict(reference)]}

    definitions: dict[str, Any] = {f"D{n}": doubled({"$ref": f"#/$defs/D{n + 1}"}) for n in range(levels)}
    definitions[f"D{levels}"] = {"properties": {"x": INTEGER}}
    document = {"properties": {"a": {"$ref": "#/$defs/D0"}}, "$defs": definitions}
    monkeypatch.setattr(json_schema, "_MAX_FIELDS", 100)
    monkeypatch.setattr(json_schema, "_MAX_RESOLVED", 1_000)

    def read() -> None:
        with contextlib.suppress(ValueError):  # for too many fields, or too many ways
            Schema.from_json_schema(document)

    assert lines_run(read) < 2**levels // 4


def test_references_that_combine_in_too_many_ways_are_refused() -> None:
    definitions: dict[str, Any] = {}
    for n in range(22):
        definitions |= {f"{letter}{n}": {"$ref": f"#/$defs/D{n + 1}"} for letter in "AB"}
        definitions[f"D{n}"] = {"anyOf": [{"$ref": f"#/$defs/A{n}"}, {"$ref": f"#/$defs/B{n}"}]}
    definitions["D22"] = {"properties": {"x": INTEGER}}
    with pytest.raises(ValueError, match="combine in too many ways"):
        Schema.from_json_schema({"$ref": "#/$defs/D0", "$defs": definitions})


def test_what_is_nested_too_deeply_is_refused() -> None:
    deep: Any = STRING
    for _ in range(3_000):
        deep = {"allOf": [deep]}
    with pytest.raises(ValueError, match="nested too deeply"):
        kinds({"a": deep})


def test_references_that_explode_are_refused() -> None:
    definitions = {
        f"D{number}": {"properties": {name: {"$ref": f"#/$defs/D{number + 1}"} for name in "ab"}}
        for number in range(12)
    }
    definitions["D12"] = {}
    with pytest.raises(ValueError, match="more than 5,000 fields"):
        Schema.from_json_schema({"$ref": "#/$defs/D0", "$defs": definitions})
