"""A JSON Schema of one document → the fields of a Schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias
from urllib.parse import unquote

from ..limits import DEFAULT_LIMITS
from ..syntax.lexical import segment_problem
from .field import Field
from .types import TYPES

__all__ = ["fields_of_json_schema"]

_Keys: TypeAlias = tuple[str, ...]
_JsonSchema: TypeAlias = Mapping[str, Any]

_MAX_FIELDS: Final = 5_000
_HIDDEN: Final[Mapping[str, bool]] = {"filterable": False, "sortable": False, "projectable": False}
_TYPES: Final[Mapping[tuple[str, str | None], str]] = {
    (definition.json_schema["type"], definition.json_schema.get("format")): name
    for name, definition in TYPES.items()
    if definition.json_schema is not None
}
"""The field type that a JSON Schema's type and format declare."""


def fields_of_json_schema(document: _JsonSchema) -> dict[_Keys, Field]:
    """The fields of a JSON Schema of one document, or of an array of documents.

    A reference back into itself is followed once; an open object stands for what is below. A permission that an object
    lacks is lacking below it too. Where no field is declared (in an array of arrays, or under any other key of an
    object), hiding a part hides the whole. Properties that no query can name (of digits only) are left out.

    Raises ValueError for a document that is not a JSON Schema, for a ``$ref`` that leads nowhere or out of the
    document, for a hidden property that no query can name, and for more than 5,000 fields: references to each other
    can make as many as that.
    """
    reader = _Reader(document)
    root = reader.resolve(document, ())
    if "items" in root.schema and "properties" not in root.schema:
        root = reader.resolve(root.schema["items"], root.references)
    reader.add_properties(root, (), False, {})
    return reader.fields


class _Resolved(NamedTuple):
    """A schema without references, combinations and null."""

    schema: _JsonSchema
    nullable: bool
    references: tuple[str, ...]
    """The references that led here."""


class _Reader:
    def __init__(self, document: _JsonSchema) -> None:
        self.document = document
        self.fields: dict[_Keys, Field] = {}

    def add_properties(self, parent: _Resolved, keys: _Keys, array: bool, refused: Mapping[str, bool]) -> None:
        for name, schema in parent.schema.get("properties", {}).items():
            if segment_problem(name) is None and len(keys) < DEFAULT_LIMITS.path_segments:
                self.add(schema, (*keys, name), array, parent.references, refused)
            elif refused or self.hides(schema, set()):
                raise ValueError(f"the property {'.'.join((*keys, name))} cannot be hidden: no path can name it")

    def add(
        self,
        schema: _JsonSchema | bool,
        keys: _Keys,
        array: bool,
        references: tuple[str, ...],
        refused: Mapping[str, bool],
    ) -> None:
        """Declare one property and those below it. ``refused`` are the permissions that the object above it lacks."""
        resolved = self.resolve(schema, references)
        nullable, extra, hidden = resolved.nullable, resolved.schema.get("x-qlause", {}), False
        if _types(resolved.schema) == ["array"]:
            hidden = self.is_hidden(resolved.schema, declared_under="items")
            array, resolved = True, self.resolve(resolved.schema.get("items", True), resolved.references)
            nullable = nullable or resolved.nullable
            extra = {**resolved.schema.get("x-qlause", {}), **extra}
        attributes = _attributes(resolved.schema)
        is_object = attributes["type"] == "object"
        if hidden or self.is_hidden(resolved.schema, declared_under="properties" if is_object else None):
            refused = _HIDDEN
        try:
            field = Field(**{"array": array, "nullable": nullable, **attributes, **refused, **extra})
        except (TypeError, ValueError) as error:
            raise ValueError(f"the property {'.'.join(keys)}: {error}") from error
        self.fields[keys] = field
        if len(self.fields) > _MAX_FIELDS:
            raise ValueError(f"the JSON Schema has more than {_MAX_FIELDS:,} fields; declare only the useful ones")
        if is_object:
            lacking = {permission: False for permission in _HIDDEN if not getattr(field, permission)}
            self.add_properties(resolved, keys, array, lacking)

    def is_hidden(self, schema: _JsonSchema, declared_under: str | None) -> bool:
        """Whether this must not come out, or contains what must not outside of the part that becomes fields."""
        rest = {key: value for key, value in schema.items() if key not in (declared_under, "writeOnly", "x-qlause")}
        return schema.get("writeOnly") is True or self.hides(rest, set())

    def hides(self, part: Any, seen: set[str]) -> bool:
        """Whether a permission is refused anywhere in this part of the document, or where its references lead."""
        if isinstance(part, Mapping):
            extra = part.get("x-qlause")
            if part.get("writeOnly") is True or (
                isinstance(extra, Mapping) and any(extra.get(permission) is False for permission in _HIDDEN)
            ):
                return True
            reference = part.get("$ref")
            if isinstance(reference, str) and reference not in seen:
                seen.add(reference)
                if self.hides(self.follow(reference), seen):
                    return True
            return any(self.hides(value, seen) for key, value in part.items() if key not in ("$defs", "definitions"))
        return isinstance(part, list | tuple) and any(self.hides(item, seen) for item in part)

    def resolve(self, schema: _JsonSchema | bool, references: tuple[str, ...]) -> _Resolved:
        """Follow references, merge what ``allOf`` and the like combine, and take null out."""
        if isinstance(schema, bool):
            return _Resolved({}, True, references)
        _check(schema)
        parts = [self.resolve(part, references) for part in schema.get("allOf", ())]
        if "$ref" in schema:
            parts.append(self.referred(schema["$ref"], references))
        choices = [self.resolve(choice, references) for key in ("anyOf", "oneOf") for choice in schema.get(key, ())]
        own = {key: value for key, value in schema.items() if key not in ("$ref", "allOf", "anyOf", "oneOf")}
        not_null = [choice for choice in choices if choice.schema.get("type") != "null"]
        types, values = _types(own), _values(own)
        nullable = "null" in types if types else values is None or None in values
        nullable = nullable and all(part.nullable for part in parts)
        nullable = nullable and (not choices or any(choice.nullable for choice in choices))
        if "null" in types:
            others = [name for name in types if name != "null"]
            own = {**own, "type": others[0] if len(others) == 1 else others} if others else {**own, "type": "null"}
        either = [_either([choice.schema for choice in not_null])] if not_null else []
        merged = _merged([*(part.schema for part in parts), *either, own], "allOf")
        followed = tuple(reference for part in parts + not_null for reference in part.references)
        return _Resolved(merged, nullable, tuple(dict.fromkeys((*references, *followed))))

    def referred(self, reference: str, references: tuple[str, ...]) -> _Resolved:
        if reference in references:
            return _Resolved({"type": "object", "additionalProperties": {"$ref": reference}}, True, references)
        return self.resolve(self.follow(reference), (*references, reference))

    def follow(self, reference: str) -> _JsonSchema | bool:
        """The part of the document to which a reference leads."""
        if not reference.startswith("#"):
            raise ValueError(f"the reference {reference!r} leads out of the JSON Schema; put its schema in $defs")
        root, *pointer = unquote(reference[1:]).split("/")
        part: Any = None if root else self.document
        for token in pointer:
            key = token.replace("~1", "/").replace("~0", "~")
            if isinstance(part, list | tuple) and key.isdecimal() and int(key) < len(part):
                part = part[int(key)]
            else:
                part = part.get(key) if isinstance(part, Mapping) else None
        if not isinstance(part, Mapping | bool):
            raise ValueError(f"the reference {reference!r} leads nowhere")
        return part


def _check(schema: object) -> None:
    """Raise ValueError where a keyword that is read here has another shape than JSON Schema gives it."""
    if not isinstance(schema, Mapping):
        raise ValueError(f"a JSON Schema is an object, true or false, not {schema!r}")
    for keyword, (shape, is_shaped) in _SHAPES.items():
        if keyword in schema and not is_shaped(schema[keyword]):
            raise ValueError(f"{keyword} of a JSON Schema is {shape}, not {schema[keyword]!r}")


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_object(value: object) -> bool:
    return isinstance(value, Mapping)


_SHAPES: Final[Mapping[str, tuple[str, Callable[[Any], bool]]]] = {
    "type": (
        "a text or a list of texts",
        lambda types: _is_text(types) or (_is_list(types) and all(map(_is_text, types))),
    ),
    "format": ("a text", _is_text),
    "$ref": ("a text", _is_text),
    "enum": ("a list", _is_list),
    **dict.fromkeys(("allOf", "anyOf", "oneOf"), ("a list of schemas", _is_list)),
    **dict.fromkeys(("properties", "x-qlause"), ("an object", _is_object)),
}
"""The keywords that are read here: the shape of each in words, and whether a value has it."""


def _attributes(schema: _JsonSchema) -> dict[str, Any]:
    """The attributes of the Field that a resolved schema, arrays aside, declares."""
    types, values = _types(schema), _values(schema)
    if values is not None:
        not_null = [value for value in values if value is not None]
        if not_null and all(isinstance(value, str) for value in not_null):
            return {"type": "enum", "values": tuple(dict.fromkeys(not_null))}
        types = types or sorted({_type_of(value) for value in not_null})
    if "properties" in schema and not types:
        types = ["object"]
    if len(types) != 1:
        return {"type": "number"} if types and set(types) <= {"integer", "number"} else {"type": "any"}
    (name,) = types
    if name == "object":
        return _object_attributes(schema)
    # An array in an array is not entered, so nothing is known of its elements.
    return {"type": _TYPES.get((name, schema.get("format"))) or _TYPES.get((name, None), "any")}


def _object_attributes(schema: _JsonSchema) -> dict[str, Any]:
    further = schema.get("additionalProperties", "properties" not in schema)
    if isinstance(further, Mapping) and "properties" not in schema:
        _check(further)
        if _attributes(further) == {"type": "string"}:
            return {"type": "localized"}
    return {"type": "object", "open": further is True or (isinstance(further, Mapping) and "properties" not in schema)}


def _type_of(value: object) -> str:
    """The type of JSON that a value has."""
    for python_type, name in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string")):
        if isinstance(value, python_type):
            return name
    return "any"


def _values(schema: _JsonSchema) -> Sequence[Any] | None:
    """The only values that a schema allows, if it lists them."""
    values: Sequence[Any] | None = schema.get("enum", [schema["const"]] if "const" in schema else None)
    return values


def _types(schema: _JsonSchema) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def _merged(schemas: Sequence[_JsonSchema], both: str) -> _JsonSchema:
    """The schemas as one: their properties together (``both`` where two differ), and of other keywords the last."""
    merged: dict[str, Any] = {}
    for schema in schemas:
        properties = dict(merged.get("properties", {}))
        for name, declared in schema.get("properties", {}).items():
            known = properties.get(name, declared)
            properties[name] = declared if known == declared else {both: [known, declared]}
        merged |= schema
        if properties:
            merged["properties"] = properties
    return merged


def _either(schemas: Sequence[_JsonSchema]) -> _JsonSchema:
    """Any of the schemas: of objects the properties of each, of others what is common, or any value."""
    if len(schemas) == 1:
        return schemas[0]
    types = {name for schema in schemas for name in _types(schema) or ["object" if "properties" in schema else "any"]}
    if types == {"object"}:
        return _merged(schemas, "anyOf")
    listed = [_values(schema) for schema in schemas]
    values = [value for of_one in listed for value in of_one or ()]
    formats = {schema.get("format") for schema in schemas}
    either: dict[str, Any] = {"anyOf": schemas}
    if values and None not in listed:
        return either | {"enum": values}
    if "array" in types:
        return either | {"type": "array", "items": {}}
    if len(formats) == 1:
        either["format"] = formats.pop()
    return either | {"type": sorted(types - {"any"}) if "any" not in types else []}
