"""A dataclass → the fields of a Schema, by way of its JSON Schema."""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Final, Literal, TypeAlias

from .extensions import IN_JSON_SCHEMA, IN_PYTHON, extension_in
from .json_schema import DeclaredFields, fields_of_json_schema
from .pydantic import excluded_names
from .types import TYPES

__all__ = ["fields_of_dataclass"]

_JsonSchema: TypeAlias = Mapping[str, Any]
_Seen: TypeAlias = dict[type[Any], _JsonSchema]
"""The dataclasses that were met, each with its JSON Schema."""

_ANNOTATIONS: Final[Mapping[Any, _JsonSchema]] = {
    **{
        annotation: definition.json_schema or {}
        for definition in TYPES.values()
        for annotation in definition.annotations
    },
    type(None): {"type": "null"},
}
"""The JSON Schema of each Python type that declares a field type."""


def fields_of_dataclass(kind: Any) -> DeclaredFields:
    """The fields of a dataclass and of those nested in it.

    Raises TypeError for another class and for an annotation that is no type of a JSON document, and ValueError as
    :func:`fields_of_json_schema` does.
    """
    return fields_of_json_schema(_json_schema(kind))


def _json_schema(kind: Any) -> dict[str, Any]:
    """A JSON Schema of a dataclass, with the nested ones as its definitions."""
    if not (isinstance(kind, type) and is_dataclass(kind)):
        raise TypeError(f"{kind!r} is not a dataclass")
    seen: _Seen = {}
    root = _of_dataclass(kind, seen)
    return {**root, "$defs": {str(number): schema for number, schema in enumerate(seen.values())}}


def _of_dataclass(kind: type[Any], seen: _Seen) -> _JsonSchema:
    """A reference to the dataclass, which is described when it is met first."""
    if kind not in seen:
        seen[kind] = {}  # reserves its number, because it may refer to itself
        hints = typing.get_type_hints(kind, include_extras=False)
        excluded = excluded_names(kind, typing.get_type_hints(kind, include_extras=True))
        properties: dict[str, Any] = {}
        required = []
        for attribute in fields(kind):
            schema = dict(_of_annotation(hints[attribute.name], seen))
            if attribute.default is None:
                schema = {"anyOf": [schema, {"type": "null"}]}
            extension = extension_in(attribute.metadata, IN_PYTHON, f"the metadata of {kind.__name__}.{attribute.name}")
            if extension:
                schema[IN_JSON_SCHEMA] = extension
            if attribute.name in excluded:
                schema["writeOnly"] = True
            properties[attribute.name] = schema
            if attribute.default is MISSING and attribute.default_factory is MISSING:
                required.append(attribute.name)  # a document can be without what has a default
        for name in {name for names in excluded.values() for name in names}:
            known = properties.get(name, {})
            properties[name] = known if known.get("writeOnly") else {"allOf": [known], "writeOnly": True}
        seen[kind] = {"type": "object", "properties": properties, "required": required}
    return {"$ref": f"#/$defs/{list(seen).index(kind)}"}


def _of_annotation(hint: Any, seen: _Seen) -> _JsonSchema:
    if isinstance(hint, typing.NewType):
        return _of_annotation(hint.__supertype__, seen)
    if hint in (Any, object):
        return {}
    if hint in _ANNOTATIONS:
        return _ANNOTATIONS[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_of_annotation(argument, seen) for argument in arguments]}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (typing.Annotated, typing.Final, typing.ClassVar):
        return _of_annotation(arguments[0], seen)
    base = origin or hint
    if isinstance(base, type):
        schema = _of_class(base, arguments, seen)
        if schema is not None:
            return schema
    raise TypeError(f"{hint!r} is no type of a document; declare the Schema as a mapping")


def _of_class(base: type[Any], arguments: tuple[Any, ...], seen: _Seen) -> _JsonSchema | None:
    if is_dataclass(base):
        return _of_dataclass(base, seen)
    if issubclass(base, enum.Enum):
        return {"enum": [member.value for member in base]}
    if issubclass(base, Mapping):
        value = _of_annotation(arguments[1], seen) if len(arguments) == 2 else True
        keys = _of_annotation(arguments[0], seen) if arguments else {}
        return {"type": "object", "additionalProperties": value, "propertyNames": keys}
    if issubclass(base, (list, tuple, set, frozenset, Sequence)) and not issubclass(base, (str, bytes)):
        return {"type": "array", "items": _items(arguments, seen)}
    return next((_ANNOTATIONS[parent] for parent in base.__mro__ if parent in _ANNOTATIONS), None)


def _items(arguments: tuple[Any, ...], seen: _Seen) -> _JsonSchema:
    schemas = [_of_annotation(argument, seen) for argument in arguments if argument is not ...]
    return {"anyOf": schemas} if schemas else {}
