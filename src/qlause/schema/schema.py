"""A schema: the fields that a request may use, by their public paths."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .._record import record
from ..cache import Bounded
from ..errors import Vocabulary, refuse_type
from ..syntax.nodes import Path
from .field import Field, Permission, declared_field, segments_of
from .field_storage import below_open, column_of, renamed, target_of, with_inherited
from .hints import suggestion
from .operators import Operator
from .permissions import Places
from .storage import Storage, Target
from .types import TYPES, FieldType

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["Field", "FieldType", "Operator", "Permission", "Resolved", "Schema", "Storage"]

_Keys: TypeAlias = tuple[str, ...]


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

    Permissions go by where a value is stored. A permission that an object lacks is lacking below it too, and where two
    names lead to one place, each lacks what the other does. The fields of the schema have the permissions that remain.

    A schema is immutable, hashable and safe to share between threads. Iterating over it gives pairs of a
    :class:`qlause.Path` and a :class:`Field`, in the order of the paths.

    Args:
        fields: The fields by their public paths, such as ``"address.city"``. A field is a :class:`Field`, the name of
            its type (``"string"``, or ``"integer[]"`` for an array of integers), or a mapping of a Field's attributes.
        open: Whether a request may also use any other path of a document, read as without a schema.

    Raises:
        TypeError: ``fields`` is not a mapping, or a name is not a text.
        ValueError: A declaration contradicts itself, a path is declared twice, or a name is not a path.
        QuerySyntaxError: A name is not written as a path is (``syntax`` and other codes).

    Example:
        >>> Schema({"name": "string", "tags": "string[]", "status": {"type": "enum", "values": ("OPEN", "DONE")}})
        Schema(name: string, status: enum, tags: string[])

    """

    __slots__ = (
        *("_column_names", "_declared", "_document", "_fields", "_hash"),
        *("_opened", "_order", "_over", "_places", "_resolved", "_usable", "arrays", "plans"),
    )
    _column_names: frozenset[str]
    """The columns of fields, in lower case."""
    _declared: dict[_Keys, Field]
    """The fields with the permissions of their own declarations."""
    _document: str  # the column that holds the documents
    _fields: dict[_Keys, Field]
    """The fields with the permissions that remain."""
    _hash: int
    _opened: dict[_Keys, Field]
    """For each open object, the field that any path below it is."""
    _order: list[_Keys]
    """The public paths in order, so that those below another one follow it."""
    _over: dict[str, Schema]
    """What :meth:`over_document` made."""
    _places: Places
    _resolved: dict[_Keys, Resolved]
    """What was resolved so far, of the paths that the schema lists. Others are not kept: a client can send any number
    of them."""
    arrays: frozenset[tuple[str, ...]]
    """The keys of the fields that are arrays by their own declarations, not by that of an object above."""
    plans: Bounded[Any]  # what binding keeps for the next query of a structure
    _usable: dict[Permission, tuple[dict[str, Field], Vocabulary]]  # what a permission leaves, for hints

    def __init__(self, fields: Mapping[str, Field | str | Mapping[str, Any]], *, open: bool = False) -> None:  # noqa: A002  # as of a Field
        refuse_type(fields, (Mapping,), "the fields of a schema")
        refuse_type(open, (bool,), "open")
        by_keys: dict[_Keys, Field] = {(): Field(type="object", open=True)} if open else {}
        for name, declaration in fields.items():
            keys = segments_of(name)
            if keys in by_keys:
                raise ValueError(f"the field {Path(keys)} is declared twice")
            by_keys[keys] = declared_field(name, declaration)
        self._set(by_keys)

    @classmethod
    def from_json_schema(cls, document: Mapping[str, Any]) -> Schema:
        """Make a schema of a JSON Schema, draft 2020-12 or older.

        It understands objects, arrays and tuples, references inside the document, ``allOf``, ``anyOf``, ``oneOf``,
        ``then`` and ``else``, ``enum``, ``const`` and the formats date-time, date, time and uuid. An object without
        properties, with ``additionalProperties`` or with ``patternProperties`` is open, and so is the document, except
        where it has no properties. ``writeOnly`` hides a field, and all below it, from filters, sorts and results. The
        keyword ``x-qlause`` sets any attribute of :class:`Field`: ``{"type": "localized"}`` makes a map of strings a
        localized field. Properties that no query can name are left out.

        Args:
            document: The JSON Schema of one document, or of an array of documents.

        Returns:
            The schema of all properties, nested ones included.

        Raises:
            ValueError: The document is not a JSON Schema or describes no object, a reference leads nowhere, a hidden
                property cannot be named by a path, or there are more than 5,000 fields.

        Example:
            >>> born = {"type": "string", "format": "date"}
            >>> Schema.from_json_schema({"properties": {"id": {"type": "integer"}, "born": born}})
            Schema(born: date, id: integer)

        """
        from .json_schema import fields_of_json_schema

        return cls._of(*fields_of_json_schema(document))

    @classmethod
    def from_pydantic(cls, model: type[Any], *, mode: Literal["validation", "serialization"] = "validation") -> Schema:
        """Make a schema of a pydantic model.

        Fields have their aliases as names. ``json_schema_extra={"x-qlause": {...}}`` of a pydantic field sets
        attributes of :class:`Field`, and ``json_schema_extra={"writeOnly": True}`` or ``exclude=True`` hides it.

        Args:
            model: The model class.
            mode: Which documents it describes: those that the model reads, or those that it writes, with computed
                fields, serialization aliases and, in JSON, each Decimal as text.

        Returns:
            The schema of its fields, nested models included.

        Raises:
            TypeError: It is not a model class.
            ValueError: As :meth:`from_json_schema`, or there is no such mode.

        """
        from .pydantic import fields_of_pydantic

        return cls._of(*fields_of_pydantic(model, mode))

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

        return cls._of(*fields_of_dataclass(kind))

    @classmethod
    def _of(
        cls, fields: Mapping[_Keys, Field], arrays: frozenset[_Keys] | None = None, document: str = "doc"
    ) -> Schema:
        schema = cls.__new__(cls)
        schema._set(fields, arrays, document)
        return schema

    def _set(
        self, fields: Mapping[_Keys, Field], arrays: frozenset[_Keys] | None = None, document: str = "doc"
    ) -> None:
        arrays = frozenset([keys for keys, field in fields.items() if field.array]) if arrays is None else arrays
        ordered = with_inherited(fields)
        places = Places(ordered, document)
        narrowed = {keys: places.left_to(keys, field) for keys, field in ordered.items()}
        opened = {keys: below_open(field) for keys, field in narrowed.items() if field.open}
        columns = (column_of(field, ()) for field in ordered.values() if field.relation is None)
        object.__setattr__(self, "arrays", arrays)
        object.__setattr__(self, "_declared", ordered)
        object.__setattr__(self, "_document", document)
        object.__setattr__(self, "_fields", narrowed)
        object.__setattr__(self, "_hash", hash(tuple(ordered.items())))
        object.__setattr__(self, "_column_names", frozenset(each.name.casefold() for each in columns if each))
        object.__setattr__(self, "_opened", opened)
        object.__setattr__(self, "_order", list(ordered))
        object.__setattr__(self, "_over", {})
        object.__setattr__(self, "_places", places)
        object.__setattr__(self, "_resolved", {})
        object.__setattr__(self, "_usable", {})
        object.__setattr__(self, "plans", Bounded())

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Schema cannot be changed; make a new one")

    def __delattr__(self, name: str) -> None:
        self.__setattr__(name, None)

    def __reduce__(self) -> tuple[Any, ...]:
        return Schema._of, (self._declared, self.arrays, self._document)

    def __eq__(self, other: object) -> bool:
        told = attrgetter("_declared", "arrays", "_document")
        return isinstance(other, Schema) and bool(told(self) == told(other))

    def __hash__(self) -> int:
        return self._hash

    def __iter__(self) -> Iterator[tuple[Path, Field]]:
        """Each public path with its field, in the order of the paths."""
        return ((Path(keys), field) for keys, field in self._fields.items() if keys)

    def __len__(self) -> int:
        return len(self._fields) - self.open

    @property
    def open(self) -> bool:
        """Whether a request may also use paths that are not declared."""
        return () in self._fields

    def __repr__(self) -> str:
        listed = [f"{path}: {field.type}{'[]' * field.array}" for path, field in self] + ["open=True"] * self.open
        return f"Schema({', '.join(listed)})"

    def to_json_schema(self) -> dict[str, Any]:
        """The JSON Schema (2020-12) of the documents that come out: all projectable fields, none of them required.

        Returns:
            A JSON Schema of the caller's own.

        Example:
            >>> Schema({"id": "integer", "pin": {"projectable": False}}).to_json_schema()["properties"]
            {'id': {'type': ['integer', 'null']}}

        """
        from .to_json_schema import json_schema_of

        return {**json_schema_of(self, self.arrays), "additionalProperties": self.open}

    def rename(self, name_of: Callable[[str], str]) -> Schema:
        """Make the schema with other public names, for fields that stay where they are stored.

        Args:
            name_of: Makes the public name of each part of a path, such as ``pydantic.alias_generators.to_camel``.
                Languages, and what is not declared below an open object, keep their names.

        Returns:
            The schema. Its :attr:`Field.stored` hold the names of before.

        Raises:
            ValueError: Two fields get one name, or a name is none that a path can have.

        Example:
            >>> schema = Schema({"first_name": "string", "zip": {"type": "string", "column": "zip_code"}})
            >>> schema.rename(str.upper)
            Schema(FIRST_NAME: string, ZIP: string)

        """
        return self._of(*renamed(self._declared, self.arrays, name_of), self._document)

    def below(self, path: Path) -> Iterator[tuple[Path, Field]]:
        """Yield each field that is declared below a public path.

        Args:
            path: The path, declared or not.

        Yields:
            The paths and fields, in the order of the paths.

        """
        keys = path.segments
        for at in range(bisect_right(self._order, keys), len(self._order)):
            declared = self._order[at]
            if declared[: len(keys)] != keys:
                break
            yield Path(declared), self._fields[declared]

    def is_single(self, above: Path, path: Path) -> bool:
        """Whether a declared field has one value at most in each object at a path above it: no array lies between."""
        keys, start = path.segments, len(above.segments) + 1
        field = self._fields.get(keys)
        if field is None or TYPES[field.type].untyped:
            return False
        return not any(keys[:length] in self.arrays for length in range(start, len(keys) + 1))

    def hidden(self) -> Iterator[Path]:
        """Yield the path of each field that its own declaration keeps out of results.

        Yields:
            The paths. What lies below one is hidden too, but not yielded for that.

        """
        return (Path(keys) for keys, field in self._declared.items() if not field.projectable)

    def resolve(self, path: Path) -> Resolved | None:
        """Find the field that a path of a request names.

        Args:
            path: A declared path, a language below a localized field, or any path below an open object.

        Returns:
            The field and where it is stored, or None. Permissions are not looked at.

        """
        refuse_type(path, (Path,), "the path")
        keys = path.segments
        resolved = self._resolved.get(keys)
        if resolved is None:
            resolved, is_listed = self._resolve(keys)
            if resolved is not None and is_listed:
                self._resolved[keys] = resolved
        return resolved

    def _resolve(self, keys: _Keys) -> tuple[Resolved | None, bool]:
        """The field, and whether the schema lists all paths that resolve this way."""
        field = self._fields.get(keys)
        if field is not None:
            by_language = tuple(target_of(field, keys, (language,)) for language in field.languages)
            return Resolved(field, target_of(field, keys), by_language if TYPES[field.type].by_language else None), True
        for length in range(len(keys) - 1, -1, -1):
            above, below = keys[:length], keys[length:]
            field = self._fields.get(above)
            if field is None:
                continue
            lists = bool(field.languages)
            if TYPES[field.type].by_language and len(below) == 1 and (not lists or below[0] in field.languages):
                return Resolved(self._places.narrowed(above, field, below), target_of(field, above, below)), lists
            if field.open:
                field = self._opened[above]
                return Resolved(self._places.narrowed(above, field, below), target_of(field, above, below)), False
            break
        return None, False

    def over_document(self, document: str) -> Schema:
        """Return the schema for a table whose column ``document`` holds the documents.

        It differs only where a field is declared in that column too. A field without a column of its own may then be
        at the same place, and each of the two lacks the permissions that the other lacks. A schema takes the column to
        be ``doc``, as every backend does.

        Args:
            document: The name of the column.

        Returns:
            The schema, with the same fields.

        """
        if self._column_names.isdisjoint((document.casefold(), self._document.casefold())):
            return self
        known = self if document == self._document else self._over.get(document)
        if known is None:
            known = self._over[document] = self._of(self._declared, self.arrays, document)
        return known

    def suggest(self, path: Path, permission: Permission) -> str | None:
        """Make a hint for a path that cannot be used.

        Args:
            path: The path of the request.
            permission: What the request wanted to do with it.

        Returns:
            A question with the nearest path that may be used so, a list where there are few, or None.

        """
        if permission not in self._usable:
            usable = {str(known): field for known, field in self if field.serves(permission)}
            self._usable[permission] = (usable, Vocabulary(usable))
        return suggestion(path, *self._usable[permission])
