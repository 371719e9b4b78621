"""What a list endpoint declares: its fields, their types, what may be done with them and where they are stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .._record import record
from ..errors import did_you_mean
from ..syntax.nodes import Path
from .field import Field, Permission, segments_of
from .operators import Operator
from .storage import EACH, Column, Storage, Target
from .types import TYPES, FieldType

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["Field", "FieldType", "Operator", "Permission", "Resolved", "Schema", "Storage"]


@record
class Resolved:
    """A path of a request, found in a schema."""

    field: Field
    target: Target
    """What a backend needs to find the value; of a localized field named without its language, the map."""
    by_language: tuple[Target, ...] | None = None
    """Of a localized field named without its language: a target for each language that is listed."""


class Schema:
    """The fields that a request may use. Immutable, hashable and safe to share.

    Made from a mapping of public paths; a value is a :class:`Field`, its type as text (``"string"``, ``"integer[]"``
    for an array), or a mapping of a Field's attributes:

    >>> Schema({"name": "string", "tags": "string[]", "status": {"type": "enum", "values": ("OPEN", "DONE")}})
    Schema(name: string, status: enum, tags: string[])

    Raises ValueError where a declaration makes no sense.
    """

    __slots__ = ("_fields", "_hash", "_opened", "_resolved")
    _fields: dict[tuple[str, ...], Field]
    _hash: int
    _opened: dict[tuple[str, ...], Field]
    """What a field below an open object is."""
    _resolved: dict[tuple[str, ...], Resolved]
    """The paths that were asked for, as far as the schema lists all that can be."""

    def __init__(self, fields: Mapping[str, Field | str | Mapping[str, Any]]) -> None:
        found: dict[tuple[str, ...], Field] = {}
        for name, declared in fields.items():
            keys = segments_of(name)
            if keys in found:
                raise ValueError(f"the field {Path(keys)} is declared twice")
            found[keys] = _field(name, declared)
        self._set(found)

    @classmethod
    def from_json_schema(cls, document: Mapping[str, Any]) -> Schema:
        """A schema from a JSON Schema (draft 2020-12 or older) of one document, or of an array of them.

        Objects, arrays, ``$ref`` inside the document, ``allOf``, ``anyOf``, ``oneOf``, ``enum``, ``const`` and the
        formats date-time, date and uuid are understood. A map of strings (``additionalProperties``) is a localized
        field; an object without properties, or with ``additionalProperties: true``, is open. ``writeOnly`` takes the
        field, and all below it, out of filters, sorts and results. The keyword ``x-qlause`` sets any attribute of
        :class:`Field`.

        Raises ValueError for a reference that leads nowhere, and for what cannot be declared safely.
        """
        from .json_schema import fields_of_json_schema

        return cls._of(fields_of_json_schema(document))

    @classmethod
    def from_pydantic(cls, model: type[Any]) -> Schema:
        """A schema from a pydantic model class, by its aliases, as its JSON Schema tells.

        ``Field(json_schema_extra={"x-qlause": {...}})`` sets attributes of :class:`Field`.
        """
        from .pydantic import fields_of_pydantic

        return cls._of(fields_of_pydantic(model))

    @classmethod
    def from_dataclass(cls, kind: type[DataclassInstance]) -> Schema:
        """A schema from a dataclass, nested ones included.

        ``field(metadata={"qlause": {...}})`` sets attributes of :class:`Field`.
        """
        from .dataclasses import fields_of_dataclass

        return cls._of(fields_of_dataclass(kind))

    @classmethod
    def _of(cls, fields: Mapping[tuple[str, ...], Field]) -> Schema:
        schema = cls.__new__(cls)
        schema._set(fields)
        return schema

    def _set(self, fields: Mapping[tuple[str, ...], Field]) -> None:
        ordered: dict[tuple[str, ...], Field] = {}
        for keys in sorted(fields):  # an object comes before what is below it
            field = fields[keys]
            for length in range(len(keys) - 1, 0, -1):
                if keys[:length] in ordered:
                    field = _below(ordered[keys[:length]], field, keys[length:])
                    break
            column = field.column if field.relation is None else field.relation.column
            if TYPES[field.type].untyped and column is not None and len(column) == 1:
                message = f"a column has a type; {field.type} is said of a path in the JSON that a column holds"
                raise ValueError(f"the field {Path(keys)!s}: {message}")
            ordered[keys] = field
        opened = {
            keys: replace(field, type="any", open=False, array=True, nullable=True)
            for keys, field in ordered.items()
            if field.open
        }
        object.__setattr__(self, "_fields", ordered)
        object.__setattr__(self, "_hash", hash(tuple(ordered.items())))
        object.__setattr__(self, "_opened", opened)
        object.__setattr__(self, "_resolved", {})

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Schema cannot be changed; make a new one")

    def __delattr__(self, name: str) -> None:
        self.__setattr__(name, None)

    def __reduce__(self) -> tuple[Any, ...]:
        return Schema._of, (self._fields,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schema) and self._fields == other._fields

    def __hash__(self) -> int:
        return self._hash

    def __iter__(self) -> Iterator[tuple[Path, Field]]:
        """Each public path with its field, in the order of the paths."""
        return ((Path(keys), field) for keys, field in self._fields.items())

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        shown = (f"{path}: {field.type}{'[]' * field.array}" for path, field in self)
        return f"Schema({', '.join(shown)})"

    def resolve(self, path: Path) -> Resolved | None:
        """The field that a path of a request names, or None.

        That is the declared path itself, a language below a localized field, or anything below an open object.
        """
        keys = path.segments
        found = self._resolved.get(keys)
        if found is None:
            found, listed = self._found(keys)
            if found is not None and listed:
                self._resolved[keys] = found
        return found

    def _found(self, keys: tuple[str, ...]) -> tuple[Resolved | None, bool]:
        """The field, and whether the schema lists all paths of the kind: those of requests may be any number."""
        field = self._fields.get(keys)
        if field is not None:
            by_language = [_target(field, keys, (language,)) for language in field.languages]
            localized = TYPES[field.type].by_language
            return Resolved(field, _target(field, keys), tuple(by_language) if localized else None), True
        for length in range(len(keys) - 1, 0, -1):
            above, below = keys[:length], keys[length:]
            field = self._fields.get(above)
            if field is None:
                continue
            listed = bool(field.languages)
            if TYPES[field.type].by_language and len(below) == 1 and (not listed or below[0] in field.languages):
                return Resolved(field, _target(field, above, below)), listed
            if field.open:
                return Resolved(self._opened[above], _target(self._opened[above], above, below)), False
            break
        return None, False

    def suggest(self, path: Path, permission: Permission) -> str | None:
        """A hint for a path that the schema does not know: the nearest one that may be used that way."""
        names = [str(known) for known, field in self if getattr(field, permission)]
        for known, field in self:
            if field.languages and path.segments[: len(known.segments)] == known.segments:
                in_languages = [str(Path((*known.segments, language))) for language in field.languages]
                if len(path.segments) == len(known.segments) + 1:
                    return f"there are {', '.join(in_languages)}"
                names += in_languages
        near = did_you_mean(str(path), names)
        return near or (f"there are {', '.join(names)}" if 0 < len(names) <= 8 else None)


def _below(above: Field, field: Field, keys: tuple[str, ...]) -> Field:
    """A field as it is known below a declared object: through its array, and stored where it is stored."""
    stored, column, relation = field.stored, field.column, field.relation
    if stored is None and above.stored is not None:
        stored = (*above.stored, *keys)
    if column is None and relation is None:
        column = None if above.column is None else (*above.column, *keys)
        relation = None if above.relation is None else above.relation.below(keys)
    return replace(field, array=field.array or above.array, stored=stored, column=column, relation=relation)


def _target(field: Field, keys: tuple[str, ...], below: tuple[str, ...] = ()) -> Target:
    """Where a field is stored, or what is below it: a language, or any keys below an open object."""
    stored: tuple[str, ...] = field.stored or keys  # type: ignore[assignment]  # keys since __post_init__
    scalar = not field.array and not TYPES[field.type].untyped
    declared = not below or below[0] in field.languages
    return Target(stored + below, scalar, _column(field, below), declared)


def _column(field: Field, below: tuple[str, ...]) -> Column | None:
    relation = field.relation
    column: tuple[Any, ...] | None = field.column if relation is None else relation.column  # type: ignore[assignment]  # since __post_init__
    if column is None:
        return None
    name, *steps = _way(column[0])
    path = (*column[1:], *below) or None
    attributes = (field.type, field.storage, field.array, field.folded, field.binary, relation)
    return Column(name, path, *attributes, tuple(steps))  # type: ignore[arg-type]  # a way begins with a name


def _way(names: str | tuple[str, ...]) -> Iterator[str | None]:
    """The names of a column and of fields in its structs; None for each element of an array."""
    if isinstance(names, str):
        yield names
        return
    for name in names:
        yield name.removesuffix(EACH)
        if name.endswith(EACH):
            yield None


def _field(name: str, declared: Field | str | Mapping[str, Any]) -> Field:
    if isinstance(declared, Field):
        return declared
    try:
        if isinstance(declared, str):
            return Field(type=declared.removesuffix("[]"), array=declared.endswith("[]"))  # type: ignore[arg-type]  # checked there
        return Field(**declared)
    except (TypeError, ValueError) as error:
        raise ValueError(f"the field {name}: {error}") from error
