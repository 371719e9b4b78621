"""Schemas from JSON Schema: what several parts say of one value together, and recursive objects that hide a part."""

from __future__ import annotations

from typing import Any

import pytest

from qlause import Schema, python

from .json_schemas import PIN, STRING, kinds


@pytest.mark.parametrize(
    ("parts", "values"),
    [
        ([{"enum": ["x", "y"]}, {"enum": ["y", "z"]}], ("y",)),
        ([{"enum": ["x", "y"]}, {"const": "y"}], ("y",)),
        ([{"enum": ["x", "y", None]}, {"enum": ["x", "y"]}, {"type": "string"}], ("x", "y")),
        ([{"$ref": "#/$defs/XY"}, {"enum": ["y", "z"]}], ("y",)),
        ([{"anyOf": [{"const": "x"}, {"const": "y"}]}, {"enum": ["y", "x", "z"]}], ("x", "y")),
    ],
)
def test_a_value_of_all_parts_is_among_the_values_of_each(parts: Any, values: tuple[str, ...]) -> None:
    for order in (parts, parts[::-1]):
        for declared in ({"allOf": order}, {**order[-1], "allOf": order[:-1]}):
            schema = Schema.from_json_schema({"properties": {"a": declared}, "$defs": {"XY": {"enum": ["x", "y"]}}})
            ((_, field),) = schema
            assert (field.type, set(field.values)) == ("enum", set(values))


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ([{"type": "string"}, {"type": ["string", "integer"]}], "string"),
        ([{"type": "number"}, {"type": "integer"}], "integer"),
        ([{"type": ["number", "string"]}, {"type": ["integer", "boolean"]}], "integer"),
        ([{"type": "number"}, {"type": ["number", "null"]}], "number"),
        ([{"enum": [1, 2]}, {"enum": [True, 2]}], "integer"),
    ],
)
def test_a_value_of_all_parts_is_of_a_type_that_each_allows(parts: Any, kind: str) -> None:
    for order in (parts, parts[::-1]):
        assert kinds({"a": {"allOf": order}}) == {"a": kind}


def test_a_recursive_object_that_hides_a_part_is_followed_once_more() -> None:
    node = {
        "type": "object",
        "properties": {
            "text": STRING,
            "pin": PIN,
            "replies": {"type": "array", "items": {"$ref": "#"}},
            "parent": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
        },
    }
    for document in (
        {**node, "$defs": {"Node": {"$ref": "#"}}},
        {**node, "$defs": {"Node": {"allOf": [{"$ref": "#"}]}}},
    ):
        schema = Schema.from_json_schema(document)
        projectable = {str(path) for path, field in schema if field.projectable}
        assert {"text", "replies", "replies.text", "parent", "parent.text"} <= projectable
        deep: Any = {"text": "x", "pin": "s3", "replies": [], "parent": None}
        for _ in range(4):
            deep = {"text": "x", "pin": "s3", "replies": [deep], "parent": deep}
        for asked in ("", "replies", "parent", "parent.replies"):
            shown = python.projector(asked, schema=schema)(deep)
            assert "s3" not in str(shown)
            assert "x" in str(shown)
    open_node = {"type": "object", "properties": {"text": STRING, "next": {"$ref": "#"}}}
    assert python.predicate("next.next.next.text:x", schema=Schema.from_json_schema(open_node))(
        {"next": {"next": {"next": {"text": "x"}}}}
    )


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_one_or_many_of_an_object_that_hides_a_part_keep_the_rest(keyword: str) -> None:
    one = {"type": "object", "properties": {"text": STRING, "pin": PIN}}
    for choices in ([one, {"type": "array", "items": one}], [{"type": "array", "items": one}, one]):
        schema = Schema.from_json_schema({"properties": {"a": {keyword: choices}}})
        for value in ({"text": "x", "pin": "s3"}, [{"text": "x", "pin": "s3"}]):
            assert "x" in str(python.projector("", schema=schema)({"a": value}))
            assert "s3" not in str(python.projector("", schema=schema)({"a": value}))
