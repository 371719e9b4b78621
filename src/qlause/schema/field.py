"""One declared field of a schema: its type, its permissions, and where documents and tables store it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from .operators import ARRAY, Operator
from .storage import EACH, Relation, Storage
from .types import TYPES, FieldType
from .types.enum import EnumValues

__all__ = ["Field", "FieldType", "Operator", "Permission", "Storage", "declared_field", "segments_of"]

Permission: TypeAlias = Literal["filterable", "sortable", "projectable"]
"""What a request may do with a field, one for each parameter."""

_OWN_ATTRIBUTES: Final[Mapping[str, str]] = {
    definition.attribute: name for name, definition in TYPES.items() if definition.attribute is not None
}
"""The attributes that only one type has, with that type."""
_FLAGS: Final = (
    *("array", "nullable", "binary", "open", "filterable", "sortable", "projectable"),
    *("case_sensitive", "ignore_case"),
)
"""The attributes that are True or False."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field that a schema declares.

    A schema serves documents and tables at once: ``stored`` and ``storage`` say where a document holds the value,
    ``column`` or ``relation`` where a table does.

    Args:
        type: The type: ``string``, ``integer``, ``number``, ``boolean``, ``date-time``, ``date``, ``time``,
            ``uuid``, ``objectid``, ``enum``, ``localized`` (a map from language to text), ``object`` or ``any``.
        array: Whether the path can reach several values: it goes through an array or ends at one. A Schema sets this
            for all fields below an array that it declares.
        nullable: Whether the value may be null or, in a table, NULL. ``False`` is a promise about every row: it fails
            where an outer join, a view or a property that may be left out brings a NULL.
        values: The values of an enum, which needs them.
        languages: The languages of a localized field. By default a request may name any.
        stored: The path in a stored document, as ``"a.b"`` or as a tuple of keys, for Python, MongoDB and a document
            column in SQL. By default it is the public path, below a declared object that has a stored path: below that.
        storage: How a date-time, date, time, uuid or objectid is stored (see ``Storage`` in ``qlause.schema.storage``).
            By default both native values and text are found, a date-time's as ``instant``.
        column: In SQL, the column that holds the value, or the column and the keys in its JSON, as in
            ``("data", "address", "city")``. A column of a localized field or an object holds JSON, and what is declared
            below it is in there. A column of an array has the engine's array type or, in SQLite, MariaDB and MySQL,
            holds a JSON array. NULL is missing. By default the value is looked for in the document column. In Spark a
            tuple of names may stand for the column, a path in its structs with ``[]`` after each array:
            ``(("lines[]", "sku"),)``, or with keys of JSON after it, ``(("lines[]", "extra"), "score")``.
        relation: In SQL, the rows of another table that are the values of an array. It names its column itself, which
            for an array of objects holds the JSON of one of them. Of at most one row (``one=True``) it is no array.
        folded: In SQL, a column that holds the field under the fold, generated for instance. ``~`` uses it, and its
            index.
        binary: In SQL, whether the column itself compares text by code point (MariaDB: ``utf8mb4_nopad_bin``). Ranges
            and sorts then use its index.
        open: Whether a request may use any path below an object, or a value of type ``any`` that is one, with values
            read as without a schema.
        filterable: Whether a filter may use the field.
        sortable: Whether a sort may use the field.
        sort_hint: Why a sort may not, and what to do instead: the hint of the error.
        projectable: Whether the field may come out in results.
        operators: The operators that a filter may use, from ``equals``, ``compare``, ``contains``, ``starts_with``,
            ``ends_with``, ``size`` (of an array), ``empty`` and ``presence``. By default all that the type has.
        case_sensitive: Whether ``~`` tells upper from lower case. For text only.
        ignore_case: Whether equality ignores case. For text only.

    Raises:
        ValueError: The attributes contradict each other.

    Example:
        >>> Field(type="enum", values=("OPEN", "DONE"), sortable=False).sortable
        False

    """

    type: FieldType = "any"
    array: bool = False
    nullable: bool = True
    values: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    stored: str | tuple[str, ...] | None = None
    storage: Storage | None = None
    column: str | tuple[str | tuple[str, ...], ...] | None = None
    relation: Relation | None = None
    folded: str | None = None
    binary: bool = False
    open: bool = False
    filterable: bool = True
    sortable: bool = True
    sort_hint: str | None = None
    projectable: bool = True
    operators: frozenset[Operator] | None = None
    case_sensitive: bool = False
    ignore_case: bool = False

    def __post_init__(self) -> None:
        if self.type not in list(TYPES):  # which takes a value that has no hash, too
            raise ValueError(f"{self.type!r} is not a field type; there are {', '.join(TYPES)}")
        self._check_flags()
        definition = TYPES[self.type]
        if self.storage is not None and self.storage not in definition.storages:
            raise ValueError(f"a field of type {self.type} has no storage {self.storage!r}")
        for name in ("values", "languages"):
            object.__setattr__(self, name, _texts(name, getattr(self, name)))
        object.__setattr__(self, "values", EnumValues(self.values))
        self._refuse_unused()
        if definition.attribute_needed and not getattr(self, definition.attribute or ""):
            raise ValueError(f"a field of type {self.type} needs {definition.attribute}")
        if self.operators is not None:
            operators = frozenset(_texts("operators", self.operators))
            if operators - self._possible:
                unknown = ", ".join(sorted(operators - self._possible))
                kind = f"{'an array' if self.array else 'a field'} of type {self.type}"
                raise ValueError(f"{kind} has no operators {unknown}")
            object.__setattr__(self, "operators", operators)
        if isinstance(self.relation, Mapping):
            object.__setattr__(self, "relation", Relation(**self.relation))
        if not isinstance(self.relation, Relation | None):
            raise ValueError(f"relation must be a Relation, not {self.relation!r}")
        if not isinstance(self.folded, str | None):
            raise ValueError(f"folded must be the name of a column, not {self.folded!r}")
        self._set_column()
        if self.stored is not None:
            stored = segments_of(self.stored) if isinstance(self.stored, str) else _texts("stored", self.stored)
            if not all(stored or ("",)):
                raise ValueError("a stored path has at least one key, and no key is empty")
            object.__setattr__(self, "stored", stored)

    def _refuse_unused(self) -> None:
        """Raise ValueError for an attribute that has no effect on a field of this type."""
        for name, owner in _OWN_ATTRIBUTES.items():
            if getattr(self, name) and self.type != owner and not (name == "open" and TYPES[self.type].untyped):
                raise ValueError(f"only a field of type {owner} takes {name}")
        is_text = "contains" in TYPES[self.type].operators or self.open
        if (self.case_sensitive or self.ignore_case or self.folded) and not is_text:
            raise ValueError(
                f"case_sensitive, ignore_case and folded are for text, not for a field of type {self.type}"
            )

    def _check_flags(self) -> None:
        for name in _FLAGS:
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name} must be True or False, not {getattr(self, name)!r}")

    def _set_column(self) -> None:
        if self.column is not None:
            column: tuple[Any, ...] = (self.column,) if isinstance(self.column, str) else tuple(self.column) or ("",)
            first, keys = column[0], _texts("column", column[1:])
            steps = (first,) if isinstance(first, str) else _texts("the path in a column", first)
            if not all((*(name.removesuffix(EACH) for name in steps or ("",)), *keys)):
                raise ValueError("a column has a name, and no name or key in it is empty")
            if not (isinstance(first, str) or self.array) and any(name.endswith(EACH) for name in steps):
                raise ValueError("a field whose column is a path through an array needs array=True")
            object.__setattr__(self, "column", (first if isinstance(first, str) else steps, *keys))
        if self.relation is not None and (self.column is not None or self.array == self.relation.one):
            message = "needs array=True, unless the relation says one=True, and no column: the relation names it"
            raise ValueError(f"a field with a relation {message}")
        if self.column is None and self.relation is None and (self.folded or self.binary):
            raise ValueError("folded and binary need a column")

    @property
    def allowed(self) -> frozenset[Operator]:
        """The operators that a filter may use."""
        return self._possible if self.operators is None else self.operators

    @property
    def _possible(self) -> frozenset[Operator]:
        """The operators of the type and, of what may be an array, those of its size."""
        operators = TYPES[self.type].operators
        return operators | ARRAY if self.array or self.open else operators

    @property
    def has_order(self) -> bool:
        """Whether its values have an order that a sort can use: those of an array or an object have none."""
        definition = TYPES[self.type]
        return definition.ordered and (definition.untyped or not self.array)

    @property
    def public(self) -> bool:
        """Whether some parameter of a request can use the field. To a client, no other field exists."""
        return self.projectable or self.serves("filterable") or self.serves("sortable")  # asked for each clause

    def serves(self, permission: Permission) -> bool:
        """Whether a parameter can use the field, or what is below it: whether it may, and there is a way to."""
        if permission == "filterable":
            return self.filterable and bool(self.allowed)
        if permission == "sortable":
            return self.sortable and (self.has_order or self.open)
        return self.projectable


def _texts(name: str, texts: object) -> tuple[str, ...]:
    """The texts of an attribute.

    Raises ValueError for a single text, whose letters would be taken for texts, and for a mapping, whose values would
    be lost.
    """
    if isinstance(texts, Iterable) and not isinstance(texts, str | Mapping):
        values = tuple(texts)
        if all(isinstance(text, str) for text in values):
            return values
    raise ValueError(f"{name} takes several texts, not {texts!r}")


def segments_of(name: str) -> tuple[str, ...]:
    """The keys of one public path.

    Raises TypeError if the name is not a text, ValueError if it holds several paths, and QuerySyntaxError if it cannot
    be parsed as a path.
    """
    from ..syntax.parser import parse_fields

    if not isinstance(name, str):
        raise TypeError(f"the name of a field must be of type str, not {type(name).__name__}")
    fields = parse_fields(name)
    if len(fields.paths) != 1 or fields.covered:
        raise ValueError(f"{name!r} is not one field name")
    return fields.paths[0].segments


def declared_field(name: str, declaration: Field | str | Mapping[str, Any]) -> Field:
    """The field that a declaration means. Raises ValueError, which names it."""
    if isinstance(declaration, Field):
        return declaration
    try:
        if isinstance(declaration, str):
            return Field(type=declaration.removesuffix("[]"), array=declaration.endswith("[]"))  # type: ignore[arg-type]  # checked there
        return Field(**declaration)
    except (TypeError, ValueError) as error:
        raise ValueError(f"the field {name}: {error}") from error
