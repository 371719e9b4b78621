"""What a field type says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from ...syntax.nodes import Comparator, LiteralValue
from ...values.kinds import Kind
from ..operators import Operator
from ..storage import Storage
from .reading import Clock, Readings

__all__ = ["Declaration", "Reader", "TypeDefinition"]


class Declaration(Protocol):
    """The attributes of a declared field on which the reading of a literal depends."""

    @property
    def values(self) -> tuple[str, ...]:
        """The values of an enum."""
        ...

    @property
    def storage(self) -> Storage | None:
        """How a value is stored."""
        ...

    @property
    def ignore_case(self) -> bool:
        """Whether equality is under the fold."""
        ...


Reader: TypeAlias = Callable[[LiteralValue, Comparator | None, Declaration, Clock], Readings | None]
"""Reads the literal after a comparator, or after none (None), which means equality.

Returns None if the literal is not a value of the type; the error then uses the type's words and hint. Raises
UnreadableError if the error needs other words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeDefinition:
    """One field type: everything that the schema, the binder and the command line know of it."""

    name: str
    words: str
    """A value of the type, as an error names it after "is not": ``a whole number``."""
    hint: str | None = None
    """How to write a value, for the same error: ``write it as in 20``."""
    operators: frozenset[Operator]
    """What a filter can do with it. A Field may allow less."""
    read: Reader | None = None
    """How a literal is read. None where no operator takes one."""
    storages: tuple[Storage, ...] = ()
    """How a value can be stored, where there are several ways. A Field names one; None is any of them."""
    native: Kind | None = None
    """The kind of a value that is stored natively, where the engine has a type of its own for it."""
    attribute: str | None = None
    """The attribute of Field that only this type takes, such as ``values`` of an enum."""
    attribute_needed: bool = False
    """Whether a Field of the type must give that attribute."""
    json_schema: Mapping[str, str] | None = None
    """The ``type`` and ``format`` that declare it in a JSON Schema. None: it is declared in another way, or not."""
    annotations: tuple[type[Any], ...] = ()
    """The Python types by which an attribute of a dataclass declares it."""
    parse: Callable[[str], Any] | None = None
    """Makes a value of a whole text, such as a cell of CSV, and returns None if it is not one of the type. If there is
    no such function, the text is the value."""
    is_stored: Callable[[str], object] | None = None
    """Whether a text is a value of the type, as text that is stored. None: every text is, or none (see ``parse``)."""
    from_column: Callable[[Any], Any] | None = None
    """Makes a value of what a driver returns for a column, if some engines store it as another type."""
    ordered: bool = True
    """Whether a sort can use it."""
    sorted_as_instant: frozenset[Storage | None] = frozenset()
    """The storages whose text sorts among the date-times and not among the strings (None: where none is declared)."""
    by_language: bool = False
    """Whether it is a map from language to text: a request may name a language below it."""
    untyped: bool = False
    """Whether the value may be of any type, an array included. A column that is the value itself has a type, so it
    cannot be declared as this one."""
