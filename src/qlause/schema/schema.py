"""A schema: the fields that a request may use, by their public paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

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

_MAX_LISTED: Final = 8  # fields that a hint lists where none is near


@record
class Resolved:
    """The declared field that a path of a request names."""

    field: Field
    target: Target
    """Where the value is stored. A localized field without a language: where the map of all languages is stored."""
    by_language: tuple[Target, ...] | None = None
    """Of a localized field without a language: a target for each language that the schema lists."""


class Schema:
    """The fields that a request may use, with their types, permissions and storage.

    A schema is immutable, hashable and safe to share between threads. Iterating over it gives pairs of a
    :class:`qlause.Path` and a :class:`Field`, in the order of the paths.

    Args:
        fields: The fields by their public paths, such as ``"address.city"``. A field is a :class:`Field`, the name of
            its type (``"string"``, or ``"integer[]"`` for an array of integers), or a mapping of a Field's attributes.

    Raises:
        ValueError: A declaration contradicts itself, a path is declared twice, or a name is not a path.
        QuerySyntaxError: A name is not written as a path is (``syntax`` and other codes).

    Example:
        >>> Schema({"name": "string", "tags": "string[]", "status": {"type": "enum", "values": ("OPEN", "DONE")}})
        Schema(name: string, status: enum, tags: string[])

    """

    __slots__ = ("_fields", "_hash", "_opened", "_resolved")
    _fields: dict[tuple[str, ...], Field]
    _hash: int
    _opened: dict[tuple[str, ...], Field]
    """For each open object, the field that any path below it is."""
    _resolved: dict[tuple[str, ...], Resolved]
    """What was resolved so far, of the paths that the schema lists. Others are not kept: a client can send any number
    of them."""

    def __init__(self, fields: Mapping[str, Field | str | Mapping[str, Any]]) -> None:
        by_keys: dict[tuple[str, ...], Field] = {}
        for name, declaration in fields.items():
            keys = segments_of(name)
            if keys in by_keys:
                raise ValueError(f"the field {Path(keys)} is declared twice")
            by_keys[keys] = _field(name, declaration)
        self._set(by_keys)

    @classmethod
    def from_json_schema(cls, document: Mapping[str, Any]) -> Schema:
        """Make a schema of a JSON Schema, draft 2020-12 or older.

        It understands objects, arrays, ``$ref`` inside the document, ``allOf``, ``anyOf``, ``oneOf``, ``enum``,
        ``const`` and the formats date-time, date and uuid. A map of strings (``additionalProperties``) is a localized
        field. An object without properties, or with ``additionalProperties: true``, is open. ``writeOnly`` hides a
        field, and all below it, from filters, sorts and results. The keyword ``x-qlause`` sets any attribute of
        :class:`Field`. Properties that no query can name are left out.

        Args:
            document: The JSON Schema of one document, or of an array of documents.

        Returns:
            The schema of all properties, nested ones included.

        Raises:
            ValueError: The document is not a JSON Schema, a reference leads nowhere, a hidden property cannot be named
                by a path, or there are more than 5,000 fields.

        Example:
            >>> born = {"type": "string", "format": "date"}
            >>> Schema.from_json_schema({"properties": {"id": {"type": "integer"}, "born": born}})
            Schema(born: date, id: integer)

        """
        from .json_schema import fields_of_json_schema

        return cls._of(fields_of_json_schema(document))

    @classmethod
    def from_pydantic(cls, model: type[Any]) -> Schema:
        """Make a schema of a pydantic model.

        Fields have their aliases as names. ``json_schema_extra={"x-qlause": {...}}`` of a pydantic field sets
        attributes of :class:`Field`, and ``json_schema_extra={"writeOnly": True}`` hides it.

        Args:
            model: The model class.

        Returns:
            The schema of its fields, nested models included.

        Raises:
            ValueError: As :meth:`from_json_schema`.

        """
        from .pydantic import fields_of_pydantic

        return cls._of(fields_of_pydantic(model))

    @classmethod
    def from_dataclass(cls, kind: type[DataclassInstance]) -> Schema:
        """Make a schema of a dataclass.

        ``field(metadata={"qlause": {...}})`` sets attributes of :class:`Field`.

        Args:
            kind: The dataclass.

        Returns:
            The schema of its fields, nested dataclasses included.

        Raises:
            TypeError: It is not a dataclass, or an annotation is no type that a document holds.
            ValueError: As :meth:`from_json_schema`.

        Example:
            >>> from dataclasses import make_dataclass
            >>> Schema.from_dataclass(make_dataclass("Person", [("name", str), ("tags", list[str])]))
            Schema(name: string, tags: string[])

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
                    field = _inherit(ordered[keys[:length]], field, keys[length:])
                    break
            column = field.column if field.relation is None else field.relation.column
            if TYPES[field.type].untyped and column is not None and len(column) == 1:
                message = f"a column has a type of its own; {field.type} is for a path in the JSON of a column"
                raise ValueError(f"the field {Path(keys)}: {message}")
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
        listed = (f"{path}: {field.type}{'[]' * field.array}" for path, field in self)
        return f"Schema({', '.join(listed)})"

    def resolve(self, path: Path) -> Resolved | None:
        """Find the field that a path of a request names.

        Args:
            path: A declared path, a language below a localized field, or any path below an open object.

        Returns:
            The field and where it is stored, or None. Permissions are not looked at.

        """
        keys = path.segments
        resolved = self._resolved.get(keys)
        if resolved is None:
            resolved, is_listed = self._resolve(keys)
            if resolved is not None and is_listed:
                self._resolved[keys] = resolved
        return resolved

    def _resolve(self, keys: tuple[str, ...]) -> tuple[Resolved | None, bool]:
        """The field, and whether the schema lists all paths that resolve this way."""
        field = self._fields.get(keys)
        if field is not None:
            by_language = tuple(_target(field, keys, (language,)) for language in field.languages)
            return Resolved(field, _target(field, keys), by_language if TYPES[field.type].by_language else None), True
        for length in range(len(keys) - 1, 0, -1):
            above, below = keys[:length], keys[length:]
            field = self._fields.get(above)
            if field is None:
                continue
            lists = bool(field.languages)
            if TYPES[field.type].by_language and len(below) == 1 and (not lists or below[0] in field.languages):
                return Resolved(field, _target(field, above, below)), lists
            if field.open:
                return Resolved(self._opened[above], _target(self._opened[above], above, below)), False
            break
        return None, False

    def suggest(self, path: Path, permission: Permission) -> str | None:
        """Make a hint for a path that cannot be used.

        Args:
            path: The path of the request.
            permission: What the request wanted to do with it.

        Returns:
            A question with the nearest path that may be used so, a list where there are few, or None.

        """
        names = [str(known) for known, field in self if getattr(field, permission)]
        for known, field in self:
            if field.languages and path.segments[: len(known.segments)] == known.segments:
                languages = [str(Path((*known.segments, language))) for language in field.languages]
                if len(path.segments) == len(known.segments) + 1:
                    return f"there are {', '.join(languages)}"
                names += languages
        nearest = did_you_mean(str(path), names)
        return nearest or (f"there are {', '.join(names)}" if 0 < len(names) <= _MAX_LISTED else None)


def _inherit(above: Field, field: Field, keys: tuple[str, ...]) -> Field:
    """The field with what it has from the object that is declared above it: the array, and the storage."""
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
    name, *steps = _steps(column[0])
    keys = (*column[1:], *below) or None
    attributes = (field.type, field.storage, field.array, field.folded, field.binary, relation)
    return Column(name, keys, *attributes, tuple(steps))  # type: ignore[arg-type]  # the first step is a name


def _steps(names: str | tuple[str, ...]) -> Iterator[str | None]:
    """The names of a column and of the fields in its structs; None for each element of an array."""
    if isinstance(names, str):
        yield names
        return
    for name in names:
        yield name.removesuffix(EACH)
        if name.endswith(EACH):
            yield None


def _field(name: str, declaration: Field | str | Mapping[str, Any]) -> Field:
    if isinstance(declaration, Field):
        return declaration
    try:
        if isinstance(declaration, str):
            return Field(type=declaration.removesuffix("[]"), array=declaration.endswith("[]"))  # type: ignore[arg-type]  # checked there
        return Field(**declaration)
    except (TypeError, ValueError) as error:
        raise ValueError(f"the field {name}: {error}") from error
