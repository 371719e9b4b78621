"""One declared field of a schema: its type, what may be done with it, and where documents and tables hold it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from .operators import Operator
from .storage import EACH, Relation, Storage
from .types import TYPES, FieldType

__all__ = ["Field", "FieldType", "Operator", "Permission", "Storage", "segments_of"]

Permission: TypeAlias = Literal["filterable", "sortable", "projectable"]

_OWN_ATTRIBUTES: Final[Mapping[str, str]] = {
    definition.attribute: name for name, definition in TYPES.items() if definition.attribute is not None
}
"""The attributes that one type has and no other."""


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
        if self.type not in TYPES:
            raise ValueError(f"{self.type!r} is no field type; there are {', '.join(TYPES)}")
        definition = TYPES[self.type]
        if self.storage is not None and self.storage not in definition.storages:
            raise ValueError(f"a field of type {self.type} has no storage {self.storage!r}")
        for name in ("values", "languages"):
            object.__setattr__(self, name, _texts(name, getattr(self, name)))
        for name, owner in _OWN_ATTRIBUTES.items():
            if getattr(self, name) and self.type != owner:
                raise ValueError(f"only a field of type {owner} takes {name}")
        if definition.attribute_needed and not getattr(self, definition.attribute or ""):
            raise ValueError(f"a field of type {self.type} needs {definition.attribute}")
        if self.operators is not None:
            unknown = set(self.operators) - definition.operators
            if unknown:
                raise ValueError(f"a field of type {self.type} has no operators {', '.join(sorted(unknown))}")
            object.__setattr__(self, "operators", frozenset(self.operators))
        if isinstance(self.relation, Mapping):
            object.__setattr__(self, "relation", Relation(**self.relation))
        self._set_column()
        if self.stored is not None:
            stored = segments_of(self.stored) if isinstance(self.stored, str) else _texts("stored", self.stored)
            if not all(stored or ("",)):
                raise ValueError("a stored path has one key or more, none of them empty")
            object.__setattr__(self, "stored", stored)

    def _set_column(self) -> None:
        if self.column is not None:
            column: tuple[Any, ...] = (self.column,) if isinstance(self.column, str) else tuple(self.column) or ("",)
            first, keys = column[0], _texts("column", column[1:])
            way = (first,) if isinstance(first, str) else _texts("the way in a column", first)
            if not all((*(name.removesuffix(EACH) for name in way or ("",)), *keys)):
                raise ValueError("a column has a name, and names of fields and keys in it are not empty")
            if not (isinstance(first, str) or self.array) and any(name.endswith(EACH) for name in way):
                raise ValueError("a way through an array is that of a field with array=True")
            object.__setattr__(self, "column", (first if isinstance(first, str) else way, *keys))
        if self.relation is not None and (self.column is not None or not self.array):
            raise ValueError("a relation is of an array, and names its column itself")
        if self.column is None and self.relation is None and (self.folded or self.binary):
            raise ValueError("folded and binary are said of a column")

    @property
    def allowed(self) -> frozenset[Operator]:
        """The operators that a filter may use."""
        return TYPES[self.type].operators if self.operators is None else self.operators


def _texts(name: str, texts: Iterable[str]) -> tuple[str, ...]:
    """The texts of an attribute. One text would be taken for its letters."""
    found = tuple(texts)
    if isinstance(texts, str) or not all(isinstance(each, str) for each in found):
        raise ValueError(f"{name} takes several texts, not {texts!r}")
    return found


def segments_of(name: str) -> tuple[str, ...]:
    """The keys of one public path. Raises ValueError for several, and QuerySyntaxError for what is none."""
    from ..syntax.parser import parse_fields

    paths = parse_fields(name).paths
    if len(paths) != 1:
        raise ValueError(f"{name!r} is not one field name")
    return paths[0].segments
