"""Schemas that were resolved → one schema: of all of them or of any, and what it declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from .json_access import access_of_all
from .json_keywords import ELEMENTS, FIELD_TYPES, check, is_list, type_of, types_of, values_of

__all__ = ["NO_VALUE", "any_of", "attributes_of", "element_of", "kind_of", "merge", "required_in"]

_JsonSchema: TypeAlias = Mapping[str, Any]

NO_VALUE: Final[tuple[Any, ...]] = (False, {"not": {}}, {"not": True})
"""The schemas of no value."""
_PARTS: Final = "x-parts"
"""What schemas were merged into one, for what is hidden in them."""


def attributes_of(schema: _JsonSchema) -> dict[str, Any]:
    """The attributes of the Field that a resolved schema, arrays aside, declares."""
    types, values = types_of(schema), values_of(schema)
    if values is not None:
        not_null = [value for value in values if value is not None]
        if not_null and all(isinstance(value, str) for value in not_null):
            return {"type": "enum", "values": tuple(dict.fromkeys(not_null))}
        types = types or sorted({type_of(value) for value in not_null})
    if "properties" in schema and not types:
        types = ["object"]
    if types and set(types) <= {"integer", "number"}:
        return {"type": types[0] if len(types) == 1 else "number"}
    if types == ["object"]:
        return _object_attributes(schema)
    if len(types) == 1 and (types[0], None) in FIELD_TYPES:
        return {"type": FIELD_TYPES.get((types[0], schema.get("format")), types[0])}
    # An array in an array is not entered, so nothing is known of its elements.
    is_open = schema.get("additionalProperties", False) not in NO_VALUE
    return {"type": "any", "open": is_open or ("object" in types and _object_attributes(schema)["open"])}


def _object_attributes(schema: _JsonSchema) -> dict[str, Any]:
    further = schema.get("additionalProperties", schema.get("unevaluatedProperties", "properties" not in schema))
    if not isinstance(further, bool):
        check(further)
    return {"type": "object", "open": further not in NO_VALUE or bool(schema.get("patternProperties"))}


def required_in(schema: _JsonSchema) -> frozenset[str]:
    """The properties that an object always has."""
    names: Any = schema.get("required")  # in the third draft a boolean
    return frozenset([name for name in names if isinstance(name, str)]) if is_list(names) else frozenset()


def merge(schemas: Sequence[_JsonSchema], both: str) -> _JsonSchema:
    """The schemas as one: their properties together (``both`` where two differ), and of other keywords the last.

    An object of all of them has every property that one requires, an object of any of them those that each requires.
    A value of all of them is among the values of each, and of a type that each allows.
    """
    merged: dict[str, Any] = {}
    for schema in schemas:
        properties = dict(merged.get("properties", {}))
        for name, declared in schema.get("properties", {}).items():
            known = properties.get(name, declared)
            properties[name] = declared if known == declared else {both: [known, declared]}
        merged |= schema
        if properties:
            merged["properties"] = properties
    required = [required_in(schema) for schema in schemas]
    always = frozenset.union(*required) if both == "allOf" else frozenset.intersection(*required)
    if always or "required" in merged:
        merged["required"] = sorted(always)
    if len(schemas) > 1:
        merged |= _open_in(schemas, both)
        merged |= _parts(schemas, merged)
        if both == "allOf":
            merged |= _common(schemas)
    return merged | access_of_all(schemas)


def _common(schemas: Sequence[_JsonSchema]) -> dict[str, Any]:
    """The types and the values that each of the schemas allows."""
    common: dict[str, Any] = {}
    types = [types_of(schema) for schema in schemas if "type" in schema]
    if len(types) > 1 and types.count(types[0]) < len(types):
        types = [names for names in types if "any" not in names] or types
        known = dict.fromkeys(name for names in types for name in names)
        shared = [name for name in known if all(_allows(names, name) for names in types)]
        common["type"] = (shared[0] if len(shared) == 1 else shared) or types[-1]
    values = [values_of(schema) or () for schema in schemas if "enum" in schema or "const" in schema]
    if len(values) > 1:
        common["enum"] = [value for value in values[0] if all(_is_among(value, others) for others in values[1:])]
    return common


def _allows(types: Sequence[str], name: str) -> bool:
    return name in types or (name == "integer" and "number" in types)


def _is_among(value: object, values: Sequence[object]) -> bool:
    """Whether a value is one of several, as JSON tells them apart: true is not 1."""
    return any(value == other and isinstance(value, bool) == isinstance(other, bool) for other in values)


def _open_in(schemas: Sequence[_JsonSchema], both: str) -> dict[str, Any]:
    """Whether an object may have other keys: in all of the schemas, or in any."""
    others = [schema["additionalProperties"] for schema in schemas if "additionalProperties" in schema]
    closed = [further for further in others if further in NO_VALUE]
    opened = [further for further in others if further not in NO_VALUE]
    first, *_ = [*closed, *opened, None] if both == "allOf" else [*opened, *closed, None]
    return {} if first is None else {"additionalProperties": first}


def _parts(schemas: Sequence[_JsonSchema], merged: _JsonSchema, *apart: str) -> dict[str, Any]:
    """What the schemas say that is not in the merged one, for what they hide there."""
    apart = ("properties", "x-qlause", *apart)
    return {
        _PARTS: [
            {key: value for key, value in schema.items() if key not in apart and merged.get(key) is not value}
            for schema in schemas
        ]
    }


def any_of(schemas: Sequence[_JsonSchema]) -> _JsonSchema:
    """Any of the schemas: of objects the properties of each, of others what is common, or any value.

    An array and its element are the same to a query, so a union with an array is an array of all elements.
    """
    if len(schemas) == 1:
        return schemas[0]
    kinds = [kind_of(schema) for schema in schemas]
    types = {name for schema, kind in zip(schemas, kinds, strict=True) for name in types_of(schema) or [kind]}
    if types == {"object"}:
        return merge(schemas, "anyOf")
    declared = access_of_all(schemas).get("x-qlause", {})
    access = {"x-qlause": declared} if declared else {}
    either: dict[str, Any] = {**_parts(schemas, {}, *(ELEMENTS if "array" in kinds else ())), **access}
    objects = [
        schema for schema, kind in zip(schemas, kinds, strict=True) if "properties" in schema and kind != "array"
    ]
    if objects:
        either["properties"] = merge(objects, "anyOf")["properties"]
    if any(kind != "array" and attributes_of(schema).get("open") for schema, kind in zip(schemas, kinds, strict=True)):
        either["additionalProperties"] = True
    if "array" in kinds:  # in another array, whose elements these are, only the objects of them are entered
        elements = [
            element_of(schema) if kind == "array" else schema for schema, kind in zip(schemas, kinds, strict=True)
        ]
        return {"type": "array", "items": {"anyOf": elements}, **either}
    listed = [values_of(schema) for schema in schemas]
    values = [value for of_one in listed for value in of_one or ()]
    if values and None not in listed:
        return either | {"enum": values}
    formats = {schema.get("format") for schema in schemas}
    if len(formats) == 1 and None not in formats:
        either["format"] = formats.pop()
    return either | {"type": sorted(types - {"any"}) if "any" not in types else ["any"]}


def kind_of(schema: _JsonSchema) -> str:
    """``array``, ``object`` or ``any``: what the keywords of a schema are about."""
    types = types_of(schema)
    for name, keywords in (("object", ("properties", "patternProperties")), ("array", ("items", "prefixItems"))):
        if types == [name] or (not types and any(keyword in schema for keyword in keywords)):
            return name
    return "any"


def element_of(array: _JsonSchema) -> _JsonSchema | bool:
    """The schema of the elements of an array, those of a tuple and the others."""
    items = array.get("items", True)
    positions = array.get("prefixItems", ())
    further = array.get("items", False)
    if is_list(items):  # a tuple, in the drafts before 2020-12
        positions, further = items, array.get("additionalItems", False)
    if not positions:
        return True if is_list(items) else items
    return {"anyOf": [*positions, *([] if further in NO_VALUE else [further])]}
