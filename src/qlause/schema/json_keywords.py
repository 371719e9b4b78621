"""The keywords of a JSON Schema: the shape of each, and the types that it names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ..errors import did_you_mean
from .types import TYPES

__all__ = ["BY_NAME", "DATA", "ELEMENTS", "FIELD_TYPES", "check", "is_list", "type_of", "types_of", "values_of"]

BY_NAME: Final = frozenset(
    {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"}
)
"""The keywords that hold schemas by names, which are no keywords."""
DATA: Final = frozenset({"enum", "const", "default", "example", "examples"})
"""The keywords that hold values of a document, and no schemas."""
ELEMENTS: Final = ("items", "prefixItems", "additionalItems")
"""The keywords that hold the schemas of the elements of an array."""

FIELD_TYPES: Final[Mapping[tuple[str, str | None], str]] = {
    (definition.json_schema["type"], definition.json_schema.get("format")): name
    for name, definition in TYPES.items()
    if definition.json_schema is not None
}
"""The field type that a JSON Schema's type and format declare."""
_JSON_TYPES: Final = ("string", "integer", "number", "boolean", "object", "array", "null")
_ANY: Final = "any"
"""The type of any value, in draft 3."""


def check(schema: object) -> None:
    """Raise ValueError where a keyword that is read here has another shape than JSON Schema gives it."""
    if not isinstance(schema, Mapping):
        raise ValueError(f"a JSON Schema is an object, true or false, not {schema!r}")
    for keyword, (shape, is_shaped) in _SHAPES.items():
        if keyword in schema and not is_shaped(schema[keyword]):
            raise ValueError(f"{keyword} of a JSON Schema is {shape}, not {schema[keyword]!r}")
    for name in types_of(schema):
        if name not in _JSON_TYPES and name != _ANY:
            raise ValueError(f"{name!r} is not a type of JSON Schema; {_instead_of(name)}")


def _instead_of(name: str) -> str:
    """What to write instead of a type that JSON Schema does not have."""
    declared = next((keywords for keywords, field_type in FIELD_TYPES.items() if field_type == name), None)
    if declared is not None:
        return f'write {{"type": "{declared[0]}", "format": "{declared[1]}"}}'
    if name in TYPES:
        return f'write {{"x-qlause": {{"type": "{name}"}}}}'
    return did_you_mean(name, _JSON_TYPES) or f"there are {', '.join(_JSON_TYPES)}"


def is_list(value: object) -> bool:
    """Whether a value is an array of JSON."""
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_object(value: object) -> bool:
    return isinstance(value, Mapping)


_SHAPES: Final[Mapping[str, tuple[str, Callable[[Any], bool]]]] = {
    "type": (
        "a text or a list of texts",
        lambda types: _is_text(types) or (is_list(types) and all(map(_is_text, types))),
    ),
    "format": ("a text", _is_text),
    "$ref": ("a text", _is_text),
    "enum": ("a list", is_list),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), ("a list of schemas", is_list)),
    **dict.fromkeys(("properties", "patternProperties", "x-qlause"), ("an object", _is_object)),
    **dict.fromkeys(("dependentSchemas", "dependencies"), ("an object", _is_object)),
}
"""The keywords that are read here: the shape of each in words, and whether a value has it."""


def types_of(schema: Mapping[str, Any]) -> list[str]:
    """The types that a schema names."""
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def values_of(schema: Mapping[str, Any]) -> Sequence[Any] | None:
    """The only values that a schema allows, if it lists them."""
    values: Sequence[Any] | None = schema.get("enum", [schema["const"]] if "const" in schema else None)
    return values


def type_of(value: object) -> str:
    """The type of JSON that a value has."""
    for python_type, name in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string")):
        if isinstance(value, python_type):
            return name
    return _ANY
