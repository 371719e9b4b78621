"""What a list endpoint declares: its fields, their types, what may be done with them and where they are stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from .ast import Path
from .bound import Column, Relation, Target
from .errors import did_you_mean
from .format import path_text
from .node import node

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["Field", "FieldType", "Operator", "Permission", "Resolved", "Schema", "Storage"]

FieldType: TypeAlias = Literal[
    "string",
    "integer",
    "number",
    "boolean",
    "date-time",
    "date",
    "uuid",
    "objectid",
    "enum",
    "localized",
    "object",
    "any",
]
Operator: TypeAlias = Literal["equals", "compare", "contains", "starts_with", "ends_with", "presence"]
"""What a test does: ``equals`` is ``name:x`` and lists, ``compare`` is ``> >= < <=``, ``presence`` is exists, missing
and null; ``~x``, ``~^x`` and ``~x$`` are the other three (``~^x$`` counts as ``starts_with``)."""
Permission: TypeAlias = Literal["filterable", "sortable", "projectable"]
Storage: TypeAlias = Literal["native", "utc", "text", "instant", "seconds", "milliseconds", "microseconds"]
"""How a value is stored: ``native`` is the engine's own type, and so is ``utc``; all else is text.

A date, a uuid or an objectid is ``native`` or ``text`` (``2019-01-06``; a uuid in lower case with hyphens, an objectid
in lower case). A date-time is ``native`` (of two types, the one that knows its zone), ``utc`` (a native one without a
zone, which stands in UTC), or text in UTC: ``instant`` is any ``YYYY-MM-DDTHH:MM:SS[.fraction]Z``; ``seconds``,
``milliseconds`` and ``microseconds`` are such text with exactly 0, 3 or 6 digits after the second, which engines
compare as plain text."""

_EACH: Final = "[]"  # after the name of an array
_STORAGES: Final[Mapping[FieldType, tuple[Storage, ...]]] = {
    "date-time": ("native", "utc", "instant", "seconds", "milliseconds", "microseconds"),
    "date": ("native", "text"),
    "uuid": ("native", "text"),
    "objectid": ("native", "text"),
}
_TEXT: Final[frozenset[Operator]] = frozenset({"equals", "contains", "starts_with", "ends_with", "presence"})
_ORDERED: Final[frozenset[Operator]] = frozenset({"equals", "compare", "presence"})
_OPERATORS: Final[Mapping[FieldType, frozenset[Operator]]] = {
    "string": _TEXT | {"compare"},
    "integer": _ORDERED,
    "number": _ORDERED,
    "boolean": frozenset({"equals", "presence"}),
    "date-time": _ORDERED,
    "date": _ORDERED,
    "uuid": frozenset({"equals", "presence"}),
    "objectid": frozenset({"equals", "presence"}),
    "enum": _TEXT,
    "localized": _TEXT | {"compare"},
    "object": frozenset({"presence"}),
    "any": _TEXT | {"compare"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One declared field. Raises ValueError where the declaration contradicts itself."""

    type: FieldType = "any"
    array: bool = False
    """Whether the path passes through an array or ends at one, so that it can reach several values. A Schema knows
    that of all fields below an array that it declares."""
    nullable: bool = True
    """Whether null may be stored."""
    values: tuple[str, ...] = ()
    """The values of an enum."""
    languages: tuple[str, ...] = ()
    """The languages of a localized field; none listed means that any language may be named."""
    stored: str | tuple[str, ...] | None = None
    """The path in a stored document, as ``a.b`` or as its keys: in Python, MongoDB and a document column of SQL. By
    default it is the public one, or its place below a declared object that has a stored path."""
    storage: Storage | None = None
    """How a date-time, date, uuid or objectid is stored; by default native values and text are found, a date-time's as
    ``instant``."""
    column: str | tuple[str | tuple[str, ...], ...] | None = None
    """For SQL tables: the column that is the value, or the column and the keys under which its JSON holds it, as in
    ``("data", "address", "city")``. It says nothing about documents, nor ``stored`` about columns: one schema serves
    documents, and the rows that hold the same values. The column of a localized field or of an object holds its JSON,
    with what is declared below it in the same place; that of an array is of the engine's array type or, in SQLite,
    MariaDB and MySQL, a JSON array. NULL is missing. By default ``stored`` is looked for in the document column.

    In Spark the way in a column of structs may stand for the name: a tuple of names, with ``[]`` after each that is an
    array, as in ``(("lines[]", "sku"),)``, or, with keys of JSON behind it, ``(("lines[]", "extra"), "score")``."""
    relation: Relation | None = None
    """For SQL tables: the rows of another table that are the values of an array, or that hold the JSON of an array of
    objects; ``column`` is not said then."""
    folded: str | None = None
    """For SQL: a column (generated, say) that holds the field under the fold; ``~`` then uses it and its index."""
    binary: bool = False
    """For SQL: whether the column itself compares text by code point (MariaDB: ``utf8mb4_nopad_bin``); ranges and
    sorts then use its index."""
    open: bool = False
    """Of an object: whether any path below it may be used, read as where there is no schema."""
    filterable: bool = True
    sortable: bool = True
    projectable: bool = True
    operators: frozenset[Operator] | None = None
    """The operators that a filter may use on the field; by default all that its type has."""
    case_sensitive: bool = False
    """Whether ``~`` tells upper from lower case here."""
    ignore_case: bool = False
    """Whether equality is under the fold here."""

    def __post_init__(self) -> None:
        if self.type not in get_args(FieldType):
            raise ValueError(f"{self.type!r} is no field type; there are {', '.join(get_args(FieldType))}")
        if self.storage is not None and self.storage not in _STORAGES.get(self.type, ()):
            raise ValueError(f"a field of type {self.type} has no storage {self.storage!r}")
        for name in ("values", "languages"):
            object.__setattr__(self, name, _texts(name, getattr(self, name)))
        if bool(self.values) != (self.type == "enum"):
            raise ValueError("an enum has values, and no other type has them")
        if self.languages and self.type != "localized":
            raise ValueError("only a localized field has languages")
        if self.open and self.type != "object":
            raise ValueError("only an object can be open")
        if self.operators is not None:
            unknown = set(self.operators) - _OPERATORS[self.type]
            if unknown:
                raise ValueError(f"a field of type {self.type} has no operators {', '.join(sorted(unknown))}")
            object.__setattr__(self, "operators", frozenset(self.operators))
        if isinstance(self.relation, Mapping):
            object.__setattr__(self, "relation", Relation(**self.relation))
        self._set_column()
        if self.stored is not None:
            stored = _segments(self.stored) if isinstance(self.stored, str) else _texts("stored", self.stored)
            if not all(stored or ("",)):
                raise ValueError("a stored path has one key or more, none of them empty")
            object.__setattr__(self, "stored", stored)

    def _set_column(self) -> None:
        if self.column is not None:
            column: tuple[Any, ...] = (self.column,) if isinstance(self.column, str) else tuple(self.column) or ("",)
            first, keys = column[0], _texts("column", column[1:])
            way = (first,) if isinstance(first, str) else _texts("the way in a column", first)
            if not all((*(name.removesuffix(_EACH) for name in way or ("",)), *keys)):
                raise ValueError("a column has a name, and names of fields and keys in it are not empty")
            if not (isinstance(first, str) or self.array) and any(name.endswith(_EACH) for name in way):
                raise ValueError("a way through an array is that of a field with array=True")
            object.__setattr__(self, "column", (first if isinstance(first, str) else way, *keys))
        if self.relation is not None and (self.column is not None or not self.array):
            raise ValueError("a relation is of an array, and names its column itself")
        if self.column is None and self.relation is None and (self.folded or self.binary):
            raise ValueError("folded and binary are said of a column")

    @property
    def allowed(self) -> frozenset[Operator]:
        """The operators that a filter may use."""
        return _OPERATORS[self.type] if self.operators is None else self.operators


@node
class Resolved:
    """A path of a request, found in a schema."""

    field: Field
    target: Target
    """What a backend needs to find the value; of a localized field named without its language, the map."""
    spoken: tuple[Target, ...] | None = None
    """Of a localized field named without its language: the targets of its languages, as far as they are listed."""


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
            keys = _segments(name)
            if keys in found:
                raise ValueError(f"the field {path_text(Path(keys))} is declared twice")
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
        from .declare import fields_of_json_schema

        return cls._of(fields_of_json_schema(document))

    @classmethod
    def from_pydantic(cls, model: type[Any]) -> Schema:
        """A schema from a pydantic model class, by its aliases, as its JSON Schema tells.

        ``Field(json_schema_extra={"x-qlause": {...}})`` sets attributes of :class:`Field`.
        """
        return cls.from_json_schema(model.model_json_schema(mode="validation"))

    @classmethod
    def from_dataclass(cls, kind: type[DataclassInstance]) -> Schema:
        """A schema from a dataclass, nested ones included.

        ``field(metadata={"qlause": {...}})`` sets attributes of :class:`Field`.
        """
        from .declare import json_schema_of_dataclass

        return cls.from_json_schema(json_schema_of_dataclass(kind))

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
            if field.type == "any" and column is not None and len(column) == 1:
                message = "a column has a type; any is said of a path in the JSON that a column holds"
                raise ValueError(f"the field {path_text(Path(keys))}: {message}")
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
        shown = (f"{path_text(path)}: {field.type}{'[]' * field.array}" for path, field in self)
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
            spoken = [_target(field, keys, (language,)) for language in field.languages]
            localized = field.type == "localized"
            return Resolved(field, _target(field, keys), tuple(spoken) if localized else None), True
        for length in range(len(keys) - 1, 0, -1):
            above, below = keys[:length], keys[length:]
            field = self._fields.get(above)
            if field is None:
                continue
            if field.type == "localized" and len(below) == 1 and (not field.languages or below[0] in field.languages):
                return Resolved(field, _target(field, above, below)), bool(field.languages)
            if field.open:
                return Resolved(self._opened[above], _target(self._opened[above], above, below)), False
            break
        return None, False

    def suggest(self, path: Path, permission: Permission) -> str | None:
        """A hint for a path that the schema does not know: the nearest one that may be used that way."""
        names = [path_text(known) for known, field in self if getattr(field, permission)]
        for known, field in self:
            if field.languages and path.segments[: len(known.segments)] == known.segments:
                spoken = [path_text(Path((*known.segments, language))) for language in field.languages]
                if len(path.segments) == len(known.segments) + 1:
                    return f"there are {', '.join(spoken)}"
                names += spoken
        near = did_you_mean(path_text(path), names)
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


def _texts(name: str, texts: Iterable[str]) -> tuple[str, ...]:
    """The texts of an attribute. One text would be taken for its letters."""
    found = tuple(texts)
    if isinstance(texts, str) or not all(isinstance(each, str) for each in found):
        raise ValueError(f"{name} takes several texts, not {texts!r}")
    return found


def _target(field: Field, keys: tuple[str, ...], below: tuple[str, ...] = ()) -> Target:
    """Where a field is stored, or what is below it: a language, or any keys below an open object."""
    stored: tuple[str, ...] = field.stored or keys  # type: ignore[assignment]  # keys since __post_init__
    scalar = not field.array and field.type != "any"  # any value may be an array
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
        yield name.removesuffix(_EACH)
        if name.endswith(_EACH):
            yield None


def _segments(name: str) -> tuple[str, ...]:
    from .parser import parse_fields

    paths = parse_fields(name).paths
    if len(paths) != 1:
        raise ValueError(f"{name!r} is not one field name")
    return paths[0].segments


def _field(name: str, declared: Field | str | Mapping[str, Any]) -> Field:
    if isinstance(declared, Field):
        return declared
    try:
        if isinstance(declared, str):
            return Field(type=declared.removesuffix("[]"), array=declared.endswith("[]"))  # type: ignore[arg-type]  # checked there
        return Field(**declared)
    except (TypeError, ValueError) as error:
        raise ValueError(f"the field {name}: {error}") from error
