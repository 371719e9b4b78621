"""Schema → JSON Schema of the documents that come out: the fields that are projectable, by their public names."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from ..syntax.nodes import Path
from .field import Field
from .types import TYPES

__all__ = ["json_schema_of", "value_json_schema"]


def json_schema_of(fields: Iterable[tuple[Path, Field]], declared: Collection[tuple[str, ...]]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a document with these fields, parents before children.

    ``declared`` are the keys of the fields that are declared as arrays themselves. Below an array such a field of one
    value may have one in each element or several, since ``array=True`` says either: its schema allows both.

    No property is required: a request chooses fields, and stored documents leave some out.
    """
    root: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}
    arrays: set[tuple[str, ...]] = set()
    for path, field in fields:
        keys = path.segments
        if not field.projectable:
            continue
        inside_array = any(keys[:length] in arrays for length in range(1, len(keys)))
        if field.array:
            arrays.add(keys)
        if not inside_array:
            described = value_json_schema(field, array=field.array)
        elif keys not in declared:
            described = value_json_schema(field)
        elif field.type == "object":
            described = value_json_schema(field, array=True)
        else:
            described = {"anyOf": [value_json_schema(field, array=True), value_json_schema(field)]}
        _properties(root, keys[:-1])[keys[-1]] = described
    return root


def value_json_schema(field: Field, *, array: bool = False) -> dict[str, Any]:
    """The JSON Schema of one value of a field, or of an array of them."""
    definition = TYPES[field.type]
    described: dict[str, Any] = dict(definition.json_schema or {})
    if field.values:
        described = {"type": "string", "enum": list(field.values)}
    elif definition.by_language:
        text = {"type": "string"}
        described = {"type": "object", "properties": dict.fromkeys(field.languages, text)}
        described["additionalProperties"] = False if field.languages else text
    elif field.type == "objectid":
        described = {"type": "string", "pattern": "^[0-9a-fA-F]{24}$"}
    elif field.type == "object":
        described = {"type": "object", "additionalProperties": True} if field.open else {"type": "object"}
    if array:
        described = {"type": "array", "items": described}
    if field.nullable and "type" in described:
        described["type"] = [described["type"], "null"]
        if "enum" in described:
            described["enum"] = [*described["enum"], None]
    return described


def _properties(schema: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """The properties of the object under a path; objects that no field declares are added."""
    for key in keys:
        schema = schema.setdefault("properties", {}).setdefault(key, {"type": "object"})
        schema = schema.get("items", schema)
        schema.setdefault("additionalProperties", False)
    properties: dict[str, Any] = schema.setdefault("properties", {})
    return properties
