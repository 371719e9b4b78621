"""A JSON Schema of one document → the fields of a Schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from ..limits import DEFAULT_LIMITS
from ..syntax.lexical import segment_problem
from .field import Field
from .json_access import access_of_all, denied_to_all, refuse_unclear_access, with_plain_access
from .json_keywords import BY_NAME, DATA, ELEMENTS, check, is_list, types_of, values_of
from .json_merging import NO_VALUE, any_of, attributes_of, element_of, kind_of, merge, required_in
from .json_references import follow, with_pointers
from .permissions import HIDDEN

__all__ = ["DeclaredFields", "fields_of_json_schema"]

_Keys: TypeAlias = tuple[str, ...]
_JsonSchema: TypeAlias = Mapping[str, Any]

_MAX_FIELDS: Final = 5_000
_MAX_RESOLVED: Final = 50_000  # schemas, however often each is referred to
_COMBINED: Final = ("$ref", "allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas", "dependencies")
"""The keywords that combine a schema with others."""


class DeclaredFields(NamedTuple):
    """What a document declares."""

    fields: dict[_Keys, Field]
    arrays: frozenset[_Keys]
    """The fields that are arrays themselves, not only below one."""


def fields_of_json_schema(document: _JsonSchema) -> DeclaredFields:
    """The fields of a JSON Schema of one document, or of an array of documents.

    A reference back into itself is followed once; an open object stands for what is below. A permission that an object
    lacks, or the whole document, is lacking below it too. Where no field is declared (in an array of arrays, or under
    any other key of an object), hiding a part hides the whole. Properties that no query can name (of digits only) are
    left out.

    A field is nullable unless the document promises a value in every row: the property and all objects above it are
    ``required``, and none of them may be null, be it by its type, by ``nullable`` of OpenAPI or by a default of null.

    Properties of ``then``, ``else`` and ``dependentSchemas`` are fields too; an object with
    ``patternProperties`` is open. If the document is open (``additionalProperties: true``), the field of the empty path
    says so.

    Raises ValueError for a document that is not a JSON Schema or describes no object, for ``writeOnly`` or a permission
    that is neither true nor false, for a ``$ref`` that leads nowhere or out of the document, for a hidden property that
    no query can name, and for more than 5,000 fields: references to each other can make as many as that.
    """
    try:
        fields = _Reader(with_pointers(document)).read()
    except RecursionError:
        raise ValueError("the JSON Schema is nested too deeply") from None
    refuse_unclear_access(document)
    return fields


class _Resolved(NamedTuple):
    """A schema without references, combinations and null."""

    schema: _JsonSchema
    nullable: bool
    references: tuple[str, ...]
    """The references that led here."""


class _Reader:
    def __init__(self, document: Any) -> None:
        self.document = document
        self.fields: dict[_Keys, Field] = {}
        self.arrays: set[_Keys] = set()
        self._resolved: dict[tuple[int, tuple[str, ...]], tuple[_JsonSchema, _Resolved]] = {}

    def read(self) -> DeclaredFields:
        """The fields of the document."""
        root = self.resolve(self.document, ())
        denied = denied_to_all(root.schema, self.hides)
        if kind_of(root.schema) == "array":
            root = self.elements(root)
            denied |= denied_to_all(root.schema, self.hides)
        names = types_of(root.schema)
        if names and "object" not in names and "any" not in names:
            raise ValueError(f"the JSON Schema describes {' or '.join(names)}, and documents are objects")
        is_open = root.schema.get("additionalProperties", False) not in NO_VALUE or "patternProperties" in root.schema
        if is_open and not denied and not self.holds_hidden(root.schema, "properties"):
            self.fields[()] = Field(type="object", open=True)
        self.add_properties(root, (), False, denied, optional=False)
        return DeclaredFields(self.fields, frozenset(self.arrays))

    def add_properties(
        self, parent: _Resolved, keys: _Keys, array: bool, refused: Mapping[str, bool], *, optional: bool
    ) -> None:
        """Declare the properties of an object. ``optional``: the object itself may be left out, or null."""
        required = required_in(parent.schema)
        for name, schema in parent.schema.get("properties", {}).items():
            if segment_problem(name) is None and len(keys) < DEFAULT_LIMITS.path_segments:
                left_out = optional or name not in required
                self.add(schema, (*keys, name), array, parent.references, refused, optional=left_out)
            elif refused or self.hides(schema):
                raise ValueError(f"the property {'.'.join((*keys, name))} cannot be hidden: no path can name it")

    def add(
        self,
        schema: _JsonSchema | bool,
        keys: _Keys,
        array: bool,
        references: tuple[str, ...],
        refused: Mapping[str, bool],
        *,
        optional: bool,
    ) -> None:
        """Declare one property and those below it.

        ``refused`` are the permissions that the object above it lacks. ``optional``: the property may be left out.
        """
        resolved = self.resolve(schema, references)
        nullable, of_array = optional or resolved.nullable, resolved.schema
        holds_hidden = False
        is_array = kind_of(resolved.schema) == "array"
        if is_array:
            holds_hidden = self.holds_hidden(resolved.schema, *ELEMENTS, "properties")
            array, resolved = True, self.elements(resolved)
            nullable = nullable or resolved.nullable
        access = access_of_all([resolved.schema, of_array])
        attributes, extra = attributes_of(resolved.schema), access.get("x-qlause", {})
        field_type = extra.get("type", attributes["type"])
        if field_type != attributes["type"]:
            attributes = _in_languages(resolved.schema) if field_type == "localized" else {}
        has_fields = field_type != "localized" and "properties" in resolved.schema
        holds_hidden |= self.holds_hidden(resolved.schema, *(("properties",) if has_fields else ()))
        extra = {**extra, **(HIDDEN if holds_hidden else {})}
        try:
            field = Field(**{"array": array, "nullable": nullable, **attributes, **refused, **extra})
        except (TypeError, ValueError) as error:
            raise ValueError(f"the property {'.'.join(keys)}: {error}") from error
        self.fields[keys] = field
        if is_array or extra.get("array"):
            self.arrays.add(keys)
        if len(self.fields) > _MAX_FIELDS:
            raise ValueError(f"the JSON Schema has more than {_MAX_FIELDS:,} fields; declare only the useful ones")
        if has_fields:
            lacking = {permission: False for permission in HIDDEN if not getattr(field, permission)}
            self.add_properties(resolved, keys, array, lacking, optional=field.nullable)

    def holds_hidden(self, schema: _JsonSchema, *declared_under: str) -> bool:
        """Whether this contains what must not come out, outside of the parts that become fields."""
        return self.hides({key: schema[key] for key in schema if key not in (*declared_under, "x-qlause")})

    def hides(self, part: Any) -> bool:
        """Whether a permission is refused anywhere in this part of the document, or where its references lead."""
        seen: set[int | str] = set()
        parts = [part]
        while parts:
            part = parts.pop()
            if id(part) in seen:
                continue
            seen.add(id(part))
            if isinstance(part, list | tuple):
                parts += part
            elif isinstance(part, Mapping):
                extra = part.get("x-qlause")
                if part.get("writeOnly") is True or (
                    isinstance(extra, Mapping) and any(extra.get(permission) is False for permission in HIDDEN)
                ):
                    return True
                for keyword, value in part.items():
                    if keyword in BY_NAME and isinstance(value, Mapping):
                        parts += () if keyword in ("$defs", "definitions") else value.values()
                    elif keyword not in DATA:
                        parts.append(value)
                if isinstance(part.get("$ref"), str):
                    parts.append(follow(self.document, part["$ref"]))
        return False

    def resolve(self, schema: _JsonSchema | bool, references: tuple[str, ...]) -> _Resolved:
        """Follow references, merge what ``allOf`` and the like combine, and take null out."""
        if isinstance(schema, bool):
            return _Resolved({}, True, references)
        known = self._resolved.get((id(schema), references))
        if known is None:
            if len(self._resolved) >= _MAX_RESOLVED:
                raise ValueError("the references of the JSON Schema combine in too many ways; write fewer of them")
            known = schema, self._resolve(schema, references)
            self._resolved[id(schema), references] = known  # the schema too, so that its id stays its own
        return known[1]

    def _resolve(self, schema: _JsonSchema, references: tuple[str, ...]) -> _Resolved:
        check(schema)
        parts = [self.resolve(part, references) for part in schema.get("allOf", ())]
        if "$ref" in schema:
            parts.append(self.referred(schema["$ref"], references))
        choices = [self.resolve(choice, references) for key in ("anyOf", "oneOf") for choice in schema.get(key, ())]
        own = with_plain_access({key: value for key, value in schema.items() if key not in _COMBINED})
        not_null = [choice for choice in choices if choice.schema.get("type") != "null"]
        if len(not_null) > 1:
            not_null = list(map(self.with_resolved_elements, not_null))
        types, values = types_of(own), values_of(own)
        nullable = "null" in types if types else values is None or None in values
        nullable = nullable and all(part.nullable for part in parts)
        nullable = nullable and (not choices or any(choice.nullable for choice in choices))
        if "null" in types:
            others = [name for name in types if name != "null"]
            own = {**own, "type": others[0] if len(others) == 1 else others} if others else {**own, "type": "null"}
        if "array" in (others := types_of(own)) and len(others) > 1:
            own = any_of([{**own, "type": name} for name in others])
        either = [any_of([choice.schema for choice in not_null])] if not_null else []
        merged = merge([*(part.schema for part in parts), *either, own], "allOf")
        nullable = nullable or merged.get("nullable") is True or merged.get("default", True) is None
        conditional = [self.resolve(part, references) for part in self.conditional(schema)]
        if conditional:
            if not types_of(merged) and any("properties" in part.schema for part in conditional):
                merged = {"type": "object", **merged}
            merged = any_of([merged, *(merge([merged, part.schema], "allOf") for part in conditional)])
        merged = self.with_named_keys(merged, references)
        known = len(references)  # each part has them before its own
        followed = [reference for part in (*parts, *not_null, *conditional) for reference in part.references[known:]]
        return _Resolved(merged, nullable, (*references, *dict.fromkeys(followed)))

    def referred(self, reference: str, references: tuple[str, ...]) -> _Resolved:
        """What a reference leads to; an open object if it leads back.

        An open object cannot hide a part of itself, so a reference to what hides something is followed once more.
        """
        target = follow(self.document, reference)
        if reference in references and references.count(reference) > self.hides(target):
            return _Resolved({"type": "object", "additionalProperties": {"$ref": reference}}, True, references)
        return self.resolve(target, (*references, reference))

    def conditional(self, schema: _JsonSchema) -> Iterator[_JsonSchema]:
        """The schemas that some of the values have to meet, and what is never asked of one but hides a part of it."""
        parts = [
            schema[keyword]
            for keyword in ("if", "then", "else")
            if keyword in schema and ((keyword != "if" and "if" in schema) or self.hides(schema[keyword]))
        ]
        for keyword in ("dependentSchemas", "dependencies"):
            parts += schema.get(keyword, {}).values()
        return (part for part in parts if not isinstance(part, bool) and not is_list(part))

    def with_named_keys(self, schema: _JsonSchema, references: tuple[str, ...]) -> _JsonSchema:
        """A map whose keys are listed as an object with these properties."""
        further = schema.get("additionalProperties", True)
        if not isinstance(schema.get("propertyNames"), Mapping) or "properties" in schema or further is False:
            return schema
        names = values_of(self.resolve(schema["propertyNames"], references).schema)
        if names is None or not all(isinstance(name, str) for name in names):
            return schema
        named = {"type": "object", "properties": dict.fromkeys(names, further), "additionalProperties": False}
        return {**{key: value for key, value in schema.items() if key != "propertyNames"}, **named}

    def with_resolved_elements(self, choice: _Resolved) -> _Resolved:
        """One choice of a union. References in an array of it lead here alone, not to the other choices."""
        if kind_of(choice.schema) != "array":
            return choice
        elements = self.elements(choice)
        items: _JsonSchema = {"anyOf": [elements.schema, {"type": "null"}]} if elements.nullable else elements.schema
        array = {key: value for key, value in choice.schema.items() if key not in ELEMENTS}
        return _Resolved({**array, "type": "array", "items": items}, choice.nullable, elements.references)

    def elements(self, array: _Resolved) -> _Resolved:
        """What the elements of an array are."""
        return self.resolve(element_of(array.schema), array.references)


def _in_languages(schema: _JsonSchema) -> dict[str, Any]:
    """The languages of a localized field, if its keys are listed."""
    return {"languages": tuple(schema["properties"])} if "properties" in schema else {}
