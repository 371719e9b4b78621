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

_MOST: Final = 5_000
_HIDDEN: Final[Mapping[str, bool]] = {"filterable": False, "sortable": False, "projectable": False}
_TYPES: Final[Mapping[tuple[str, str | None], str]] = {
    (definition.json_schema["type"], definition.json_schema.get("format")): name
    for name, definition in TYPES.items()
    if definition.json_schema is not None
}
"""The field type that a JSON Schema's type and format declare."""


def fields_of_json_schema(document: _JsonSchema) -> dict[_Keys, Field]:
    """The fields of a JSON Schema of one document, or of an array of documents.

    A reference back into itself is opened once, below it lies an open object. A permission that an object lacks is
    lacking below it too. What hides something where no field is declared (in an array of arrays, under any other key of
    an object) is hidden as a whole. Properties that no query can name (of digits only) are left out.

    Raises ValueError for what is no JSON Schema, for a ``$ref`` that leads nowhere, or out of the document, for a
    hidden property that no query can name, and for more than 5,000 fields, as many references to each other make.
    """
    reader = _Reader(document)
    root = reader.opened(document, ())
    if "items" in root.schema and "properties" not in root.schema:
        root = reader.opened(root.schema["items"], root.references)
    reader.properties(root, (), False, {})
    return reader.found


class _Opened(NamedTuple):
    """A schema without references, combinations and null."""

    schema: _JsonSchema
    nullable: bool
    references: tuple[str, ...]
    """The references that led here."""


class _Reader:
    def __init__(self, document: _JsonSchema) -> None:
        self.document = document
        self.found: dict[_Keys, Field] = {}

    def properties(self, node: _Opened, keys: _Keys, array: bool, refused: Mapping[str, bool]) -> None:
        for name, schema in node.schema.get("properties", {}).items():
            if segment_problem(name) is None and len(keys) < DEFAULT_LIMITS.path_segments:
                self.add(schema, (*keys, name), array, node.references, refused)
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
        node = self.opened(schema, references)
        nullable, extra, hidden = node.nullable, node.schema.get("x-qlause", {}), False
        if _types(node.schema) == ["array"]:
            hidden = self.hidden(node.schema, walked="items")
            array, node = True, self.opened(node.schema.get("items", True), node.references)
            nullable = nullable or node.nullable
            extra = {**node.schema.get("x-qlause", {}), **extra}
        declared = _declared(node.schema)
        if hidden or self.hidden(node.schema, walked="properties" if declared["type"] == "object" else ""):
            refused = _HIDDEN
        try:
            field = Field(**{"array": array, "nullable": nullable, **declared, **refused, **extra})
        except (TypeError, ValueError) as error:
            raise ValueError(f"the property {'.'.join(keys)}: {error}") from error
        self.found[keys] = field
        if len(self.found) > _MOST:
            raise ValueError(f"the JSON Schema has more than {_MOST:,} fields; declare those that may be asked for")
        if declared["type"] == "object":
            lacking = {name: False for name in _HIDDEN if not getattr(field, name)}
            self.properties(node, keys, array, lacking)

    def hidden(self, schema: _JsonSchema, walked: str) -> bool:
        """Whether this must not come out, or holds what must not, other than in the part that is walked."""
        rest = {key: value for key, value in schema.items() if key not in (walked, "writeOnly", "x-qlause")}
        return schema.get("writeOnly") is True or self.hides(rest, set())

    def hides(self, part: Any, seen: set[str]) -> bool:
        """Whether a permission is refused anywhere in this part of the document, or where its references lead."""
        if isinstance(part, Mapping):
            extra = part.get("x-qlause")
            if part.get("writeOnly") is True or (
                isinstance(extra, Mapping) and any(extra.get(name) is False for name in _HIDDEN)
            ):
                return True
            reference = part.get("$ref")
            if isinstance(reference, str) and reference not in seen:
                seen.add(reference)
                if self.hides(self.target(reference), seen):
                    return True
            return any(self.hides(each, seen) for key, each in part.items() if key not in ("$defs", "definitions"))
        return isinstance(part, list | tuple) and any(self.hides(each, seen) for each in part)

    def opened(self, schema: _JsonSchema | bool, references: tuple[str, ...]) -> _Opened:
        """Follow references, merge what ``allOf`` and its like combine, and take null out."""
        if isinstance(schema, bool):
            return _Opened({}, True, references)
        _check(schema)
        parts = [self.opened(each, references) for each in schema.get("allOf", ())]
        if "$ref" in schema:
            parts.append(self.referred(schema["$ref"], references))
        choices = [self.opened(each, references) for key in ("anyOf", "oneOf") for each in schema.get(key, ())]
        own = {key: value for key, value in schema.items() if key not in ("$ref", "allOf", "anyOf", "oneOf")}
        some = [each for each in choices if each.schema.get("type") != "null"]
        kinds = _types(own)
        values = _values(own)
        nullable = "null" in kinds if kinds else values is None or None in values
        nullable = nullable and all(each.nullable for each in parts)
        nullable = nullable and (not choices or any(each.nullable for each in choices))
        if "null" in kinds:
            left = [kind for kind in kinds if kind != "null"]
            own = {**own, "type": left[0] if len(left) == 1 else left} if left else {**own, "type": "null"}
        either = [_either([each.schema for each in some])] if some else []
        merged = _merged([*(each.schema for each in parts), *either, own], "allOf")
        gone = tuple(dict.fromkeys((*references, *(name for each in parts + some for name in each.references))))
        return _Opened(merged, nullable, gone)

    def referred(self, reference: str, references: tuple[str, ...]) -> _Opened:
        if reference in references:
            return _Opened({"type": "object", "additionalProperties": {"$ref": reference}}, True, references)
        return self.opened(self.target(reference), (*references, reference))

    def target(self, reference: str) -> _JsonSchema | bool:
        if not reference.startswith("#"):
            raise ValueError(f"the reference {reference!r} leads out of the JSON Schema; put what it means in $defs")
        root, *parts = unquote(reference[1:]).split("/")
        found: Any = None if root else self.document
        for part in parts:
            key = part.replace("~1", "/").replace("~0", "~")
            if isinstance(found, list | tuple) and key.isdecimal() and int(key) < len(found):
                found = found[int(key)]
            else:
                found = found.get(key) if isinstance(found, Mapping) else None
        if not isinstance(found, Mapping | bool):
            raise ValueError(f"the reference {reference!r} leads nowhere")
        return found


def _check(schema: object) -> None:
    """Raise ValueError where a keyword that is read here has not the shape that JSON Schema gives it."""
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
        lambda kinds: _is_text(kinds) or (_is_list(kinds) and all(map(_is_text, kinds))),
    ),
    "format": ("a text", _is_text),
    "$ref": ("a text", _is_text),
    "enum": ("a list", _is_list),
    **dict.fromkeys(("allOf", "anyOf", "oneOf"), ("a list of schemas", _is_list)),
    **dict.fromkeys(("properties", "x-qlause"), ("an object", _is_object)),
}
"""The keywords that are read here: what each is, and whether a value is that."""


def _declared(schema: _JsonSchema) -> dict[str, Any]:
    """The attributes of the Field that an opened schema, arrays aside, declares."""
    kinds, values = _types(schema), _values(schema)
    if values is not None:
        texts = [value for value in values if value is not None]
        if texts and all(isinstance(value, str) for value in texts):
            return {"type": "enum", "values": tuple(dict.fromkeys(texts))}
        kinds = kinds or sorted({_kind(value) for value in texts})
    if "properties" in schema and not kinds:
        kinds = ["object"]
    if len(kinds) != 1:
        return {"type": "number"} if kinds and set(kinds) <= {"integer", "number"} else {"type": "any"}
    kind = kinds[0]
    if kind == "object":
        return _object(schema)
    # An array in an array is not entered, so nothing is known of its elements.
    return {"type": _TYPES.get((kind, schema.get("format"))) or _TYPES.get((kind, None), "any")}


def _object(schema: _JsonSchema) -> dict[str, Any]:
    further = schema.get("additionalProperties", "properties" not in schema)
    if isinstance(further, Mapping) and "properties" not in schema:
        _check(further)
        if _declared(further) == {"type": "string"}:
            return {"type": "localized"}
    return {"type": "object", "open": further is True or (isinstance(further, Mapping) and "properties" not in schema)}


def _kind(value: object) -> str:
    for kind, name in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string")):
        if isinstance(value, kind):
            return name
    return "any"


def _values(schema: _JsonSchema) -> Sequence[Any] | None:
    """The only values that a schema allows, if it lists them."""
    found: Sequence[Any] | None = schema.get("enum", [schema["const"]] if "const" in schema else None)
    return found


def _types(schema: _JsonSchema) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _merged(schemas: Sequence[_JsonSchema], both: str) -> _JsonSchema:
    """The schemas as one: their properties together (``both`` where two differ), and of other keywords the last."""
    merged: dict[str, Any] = {}
    for schema in schemas:
        properties = dict(merged.get("properties", {}))
        for name, each in schema.get("properties", {}).items():
            known = properties.get(name, each)
            properties[name] = each if known == each else {both: [known, each]}
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
        return _merged(schemas, "anyOf")
    listed = [_values(schema) for schema in schemas]
    values = [value for each in listed for value in each or ()]
    formats = {schema.get("format") for schema in schemas}
    either: dict[str, Any] = {"anyOf": schemas}
    if values and None not in listed:
        return either | {"enum": values}
    if "array" in kinds:
        return either | {"type": "array", "items": {}}
    if len(formats) == 1:
        either["format"] = formats.pop()
    return either | {"type": sorted(kinds - {"any"}) if "any" not in kinds else []}
