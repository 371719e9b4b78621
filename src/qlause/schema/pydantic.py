"""A pydantic model → the fields of a Schema, by way of its JSON Schema."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from .extensions import IN_JSON_SCHEMA, IN_PYTHON, extension_in
from .json_schema import DeclaredFields, fields_of_json_schema

__all__ = ["excluded_names", "fields_of_pydantic"]

_JsonSchema: TypeAlias = Mapping[str, Any]
_Path: TypeAlias = list[Any]
"""The keys that lead to a value in what a model reads, and the indexes of arrays."""

_HIDDEN: Final[_JsonSchema] = {"writeOnly": True}


def fields_of_pydantic(model: Any, mode: Literal["validation", "serialization"]) -> DeclaredFields:
    """The fields of a pydantic model class, by their aliases.

    A field with ``exclude=True`` is hidden, as pydantic never writes it.

    Raises TypeError if ``model`` is not a model class, and ValueError for another mode and as
    :func:`fields_of_json_schema` does.
    """
    if mode not in ("validation", "serialization"):
        raise ValueError(f"mode must be 'validation' or 'serialization', not {mode!r}")
    describe = getattr(model, "model_json_schema", None) if isinstance(model, type) else None
    if describe is None:
        raise TypeError(f"{model!r} is not a pydantic model class")
    return fields_of_json_schema(describe(mode=mode, schema_generator=_generator()))


def excluded_names(kind: type[Any], hints: Mapping[str, Any] | None = None) -> dict[str, set[str]]:
    """The fields of a class that pydantic leaves out of what it writes, each with the keys that documents may have.

    The class is a model, a dataclass of pydantic or, with its ``hints``, one of Python, which may have a field of
    pydantic in an annotation.
    """
    described: dict[str, list[Any]] = {name: [info] for name, info in getattr(kind, "__pydantic_fields__", {}).items()}
    for name, hint in (hints or {}).items():
        described.setdefault(name, []).extend(getattr(hint, "__metadata__", ()))
    return {
        name: {name, *(path[0] for info in infos for path in _aliases_of(info))}
        for name, infos in described.items()
        if any(getattr(info, "exclude", None) is True for info in infos)
    }


def _aliases_of(info: Any) -> Iterator[_Path]:
    for name in ("alias", "validation_alias", "serialization_alias"):
        alias: Any = getattr(info, name, None)
        yield from _paths(alias.convert_to_aliases() if hasattr(alias, "convert_to_aliases") else alias)


def _paths(alias: Any) -> list[_Path]:
    """The paths of an alias: a name, the keys of a path, or several paths."""
    if alias is None or isinstance(alias, str):
        return [] if alias is None else [[alias]]
    return [alias] if isinstance(alias[0], str) else alias


def _generator() -> type[Any]:
    """What makes the JSON Schema. It imports pydantic, which is there if a model is."""
    from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

    class Generate(GenerateJsonSchema):
        metadata: Mapping[str, Mapping[Any, Any]] = MappingProxyType({})
        """The metadata of the fields of the dataclass that is described."""

        def model_field_schema(self, schema: Any) -> dict[str, Any]:
            return _hidden_if_excluded(schema, super().model_field_schema(schema))

        def dataclass_field_schema(self, schema: Any) -> dict[str, Any]:
            metadata = self.metadata.get(schema["name"], {})
            extension = extension_in(metadata, IN_PYTHON, f"the metadata of {schema['name']}")
            described = super().dataclass_field_schema(schema)
            if extension:
                described = {"allOf": [described], IN_JSON_SCHEMA: extension}
            return _hidden_if_excluded(schema, described)

        def typed_dict_field_schema(self, schema: Any) -> dict[str, Any]:
            return _hidden_if_excluded(schema, super().typed_dict_field_schema(schema))

        def model_fields_schema(self, schema: Any) -> dict[str, Any]:
            return _with_excluded(super().model_fields_schema(schema), schema["fields"].items())

        def typed_dict_schema(self, schema: Any) -> dict[str, Any]:
            return _with_excluded(super().typed_dict_schema(schema), schema["fields"].items())

        def dataclass_args_schema(self, schema: Any) -> dict[str, Any]:
            fields = [(field["name"], field) for field in schema["fields"]]
            return _with_excluded(super().dataclass_args_schema(schema), fields)

        def dataclass_schema(self, schema: Any) -> dict[str, Any]:
            above = self.metadata
            self.metadata = {field.name: field.metadata for field in dataclasses.fields(schema["cls"])}
            try:
                return super().dataclass_schema(schema)
            finally:
                self.metadata = above

        def decimal_schema(self, schema: Any) -> dict[str, Any]:
            """A Decimal that is read is a number, and no text too; one that is written is text."""
            mode: JsonSchemaMode = self.mode
            return super().decimal_schema(schema) if mode == "serialization" else {"type": "number"}

    return Generate


def _hidden_if_excluded(field: Any, described: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a field, hidden if the field is excluded from what pydantic writes."""
    return {"allOf": [described], "writeOnly": True} if field.get("serialization_exclude") else described


def _with_excluded(described: dict[str, Any], fields: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The JSON Schema of an object in which an excluded field is hidden under each of its names.

    Documents may have it under any of them, and an object may be open.
    """
    properties = described.setdefault("properties", {})
    for field_name, field in fields:
        aliases = (field.get("validation_alias"), field.get("serialization_alias"))
        names: list[_Path] = [[field_name], *(path for alias in aliases for path in _paths(alias))]
        for name, *below in names if field.get("serialization_exclude") else ():
            known = properties.get(name)
            if known is None:
                properties[name] = _HIDDEN
            elif not known.get("writeOnly"):
                properties[name] = {"allOf": [known, _hiding(below)]}
    return described


def _hiding(path: Sequence[str | int]) -> _JsonSchema:
    """A JSON Schema that hides what a path leads to."""
    if not path:
        return _HIDDEN
    below = _hiding(path[1:])
    return {"properties": {path[0]: below}} if isinstance(path[0], str) else {"items": below}
