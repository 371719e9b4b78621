"""Declarations that people have already → the fields of a Schema: JSON Schema, and dataclasses by way of it."""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from .limits import DEFAULT_LIMITS
from .schema import Field, FieldType
from .words import segment_problem

__all__ = ["fields_of_json_schema", "json_schema_of_dataclass"]

_Keys: TypeAlias = tuple[str, ...]
_JsonSchema: TypeAlias = Mapping[str, Any]

_SCALARS: Final[Mapping[str, FieldType]] = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
}
_FORMATS: Final[Mapping[str, FieldType]] = {"date-time": "date-time", "date": "date", "uuid": "uuid"}
_PYTHON: Final[Mapping[Any, _JsonSchema]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    Decimal: {"type": "number"},
    bool: {"type": "boolean"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    UUID: {"type": "string", "format": "uuid"},
    type(None): {"type": "null"},
}


def fields_of_json_schema(document: _JsonSchema) -> dict[_Keys, Field]:
    """The fields of a JSON Schema of one document, or of an array of documents.

    Raises ValueError for a ``$ref`` that leads nowhere, or out of the document. A reference back into itself is opened
    once, below it lies an open object. Properties that no query can name (of digits only) are left out.
    """
    reader = _Reader(document)
    root = reader.opened(document, ())
    if "items" in root.schema and "properties" not in root.schema:
        root = reader.opened(root.schema["items"], root.references)
    found: dict[_Keys, Field] = {}
    reader.properties(root, (), False, found)
    return found


class _Opened(typing.NamedTuple):
    """A schema without references, combinations and null."""

    schema: _JsonSchema
    nullable: bool
    references: tuple[str, ...]
    """The references that led here."""
    circular: bool = False


class _Reader:
    def __init__(self, document: _JsonSchema) -> None:
        self.document = document

    def properties(self, node: _Opened, keys: _Keys, array: bool, found: dict[_Keys, Field]) -> None:
        for name, schema in node.schema.get("properties", {}).items():
            if segment_problem(name) is None and len(keys) < DEFAULT_LIMITS.path_segments:
                self.add(schema, (*keys, name), array, node.references, found)

    def add(
        self,
        schema: _JsonSchema | bool,
        keys: _Keys,
        array: bool,
        references: tuple[str, ...],
        found: dict[_Keys, Field],
    ) -> None:
        node = self.opened(schema, references)
        extra = dict(node.schema.get("x-qlause", {}))
        if node.schema.get("writeOnly"):
            extra = {"filterable": False, "sortable": False, "projectable": False} | extra
        nullable = node.nullable
        if _types(node.schema) == ["array"]:
            array = True
            node = self.opened(node.schema.get("items", True), node.references)
            extra = dict(node.schema.get("x-qlause", {})) | extra
        declared = _declared(node)
        if declared.get("type") == "object" and not declared.get("open"):
            self.properties(node, keys, array, found)
        try:
            found[keys] = Field(**({"array": array, "nullable": nullable} | declared | extra))
        except (TypeError, ValueError) as error:
            raise ValueError(f"the property {'.'.join(keys)}: {error}") from error

    def opened(self, schema: _JsonSchema | bool, references: tuple[str, ...]) -> _Opened:
        """Follow references, merge what ``allOf`` and its like combine, and take null out."""
        if isinstance(schema, bool):
            return _Opened({}, True, references)
        if "$ref" in schema:
            reference = schema["$ref"]
            if reference in references:
                return _Opened({"type": "object", "additionalProperties": True}, True, references, circular=True)
            below = {key: value for key, value in schema.items() if key != "$ref"}
            target = self.opened(self.target(reference), (*references, reference))
            return target._replace(schema={**target.schema, **below})
        parts = [self.opened(each, references) for each in schema.get("allOf", ())]
        choices = [self.opened(each, references) for key in ("anyOf", "oneOf") for each in schema.get(key, ())]
        own = {key: value for key, value in schema.items() if key not in ("allOf", "anyOf", "oneOf")}
        some = [each for each in choices if each.schema.get("type") != "null"]
        nullable = "null" in _types(own) or len(some) < len(choices) or any(each.nullable for each in choices + parts)
        if "null" in _types(own):
            left = [kind for kind in _types(own) if kind != "null"]
            own = {**own, "type": left[0] if len(left) == 1 else left} if left else {**own, "type": "null"}
        merged = _merged(
            [*(each.schema for each in parts), *([_either([each.schema for each in some])] if some else []), own]
        )
        gone = tuple(dict.fromkeys((*references, *(name for each in parts + some for name in each.references))))
        return _Opened(merged, nullable, gone)

    def target(self, reference: str) -> _JsonSchema | bool:
        if not reference.startswith("#"):
            raise ValueError(f"the reference {reference!r} leads out of the JSON Schema; put what it means in $defs")
        found: Any = self.document
        for part in reference[1:].split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, Mapping) or key not in found:
                raise ValueError(f"the reference {reference!r} leads nowhere")
            found = found[key]
        return found  # type: ignore[no-any-return]  # a part of the schema


def _declared(node: _Opened) -> dict[str, Any]:
    """The attributes of the Field that an opened schema, arrays aside, declares."""
    schema, kinds = node.schema, _types(node.schema)
    values = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if values is not None:
        texts = [value for value in values if value is not None]
        if texts and all(isinstance(value, str) for value in texts):
            return {"type": "enum", "values": tuple(texts)} | ({"nullable": True} if len(texts) < len(values) else {})
        kinds = kinds or sorted({_kind(value) for value in texts})
    if "properties" in schema and not kinds:
        kinds = ["object"]
    if len(kinds) != 1:
        return {"type": "number"} if kinds and set(kinds) <= {"integer", "number"} else {"type": "any"}
    kind = kinds[0]
    if kind == "object":
        return _object(schema)
    if kind == "string":
        return {"type": _FORMATS.get(schema.get("format", ""), "string")}
    # An array in an array is not entered, so nothing is known of its elements.
    return {"type": _SCALARS.get(kind, "any")}


def _object(schema: _JsonSchema) -> dict[str, Any]:
    further = schema.get("additionalProperties", "properties" not in schema)
    if isinstance(further, Mapping) and "properties" not in schema and _types(further) == ["string"]:
        return {"type": "localized"}
    return {"type": "object", "open": further is True or (isinstance(further, Mapping) and "properties" not in schema)}


def _kind(value: object) -> str:
    for kind, name in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string")):
        if isinstance(value, kind):
            return name
    return "object"


def _types(schema: _JsonSchema) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _merged(schemas: Sequence[_JsonSchema]) -> _JsonSchema:
    """All of the schemas at once: their properties together, and of other keywords the last."""
    merged: dict[str, Any] = {}
    for schema in schemas:
        properties = {**merged.get("properties", {}), **schema.get("properties", {})}
        merged |= schema
        if properties:
            merged["properties"] = properties
    return merged


def _either(schemas: Sequence[_JsonSchema]) -> _JsonSchema:
    """Any of the schemas: of objects the properties of each, of others what is common, or any value."""
    if len(schemas) == 1:
        return schemas[0]
    kinds = {kind for schema in schemas for kind in _types(schema) or ["object" if "properties" in schema else "any"]}
    if kinds == {"object"}:
        return _merged(schemas)
    values = [
        value for schema in schemas for value in schema.get("enum", [schema["const"]] if "const" in schema else [])
    ]
    if values and all("enum" in schema or "const" in schema for schema in schemas):
        return {"enum": values}
    if "array" in kinds:
        return {"type": "array", "items": {}}
    formats = {schema.get("format") for schema in schemas}
    common = {"format": formats.pop()} if len(formats) == 1 else {}
    return {"type": sorted(kinds - {"any"}) if "any" not in kinds else []} | common


def json_schema_of_dataclass(kind: type[Any], seen: Collection[type[Any]] = ()) -> dict[str, Any]:
    """A JSON Schema of a dataclass, nested ones included. One that holds itself is an open object inside itself.

    Raises TypeError for what is no dataclass, and for a type that has no place in a JSON document.
    """
    if not is_dataclass(kind):
        raise TypeError(f"{kind!r} is not a dataclass")
    if kind in seen:
        return {"type": "object", "additionalProperties": True}
    hints = typing.get_type_hints(kind, include_extras=False)
    properties: dict[str, Any] = {}
    for each in fields(kind):
        declared = dict(_of_type(hints[each.name], (*seen, kind)))
        if each.default is None:
            declared = {"anyOf": [declared, {"type": "null"}]}
        if "qlause" in each.metadata:
            declared["x-qlause"] = each.metadata["qlause"]
        properties[each.name] = declared
    return {"type": "object", "properties": properties}


def _of_type(hint: Any, seen: Collection[type[Any]]) -> _JsonSchema:
    if hint in (Any, object):
        return {}
    if hint in _PYTHON:
        return _PYTHON[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_of_type(each, seen) for each in arguments]}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (typing.Annotated, typing.Final, typing.ClassVar):
        return _of_type(arguments[0], seen)
    base = origin or hint
    if isinstance(base, type):
        found = _of_class(base, arguments, seen)
        if found is not None:
            return found
    raise TypeError(f"{hint!r} has no place in a document; give the Schema as a mapping")


def _of_class(base: type[Any], arguments: tuple[Any, ...], seen: Collection[type[Any]]) -> _JsonSchema | None:
    if is_dataclass(base):
        return json_schema_of_dataclass(base, seen)
    if issubclass(base, enum.Enum):
        return {"enum": [member.value for member in base]}
    if issubclass(base, Mapping):
        return {"type": "object", "additionalProperties": _of_type(arguments[1], seen) if len(arguments) == 2 else True}
    if issubclass(base, (list, tuple, set, frozenset, Sequence)) and not issubclass(base, (str, bytes)):
        return {"type": "array", "items": _items(arguments, seen)}
    return next((schema for known, schema in _PYTHON.items() if issubclass(base, known)), None)


def _items(arguments: tuple[Any, ...], seen: Collection[type[Any]]) -> _JsonSchema:
    kinds: Iterator[Any] = (each for each in arguments if each is not ...)
    schemas = [_of_type(each, seen) for each in kinds]
    return {"anyOf": schemas} if schemas else {}
