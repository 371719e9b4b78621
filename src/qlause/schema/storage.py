"""Where a declared field is stored: a path in a document, a column of a table, or rows of another table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from .._record import aside, new, record
from ..syntax.paths import Span

__all__ = ["EACH", "Column", "Relation", "Storage", "Target", "with_origin"]

Storage: TypeAlias = Literal["native", "utc", "text", "instant", "seconds", "milliseconds", "microseconds"]
"""How a value is stored: ``native`` is the engine's own type, and so is ``utc``; all else is text.

A date, a uuid or an objectid is ``native`` or ``text`` (``2019-01-06``; a uuid in lower case with hyphens, an objectid
in lower case). JSON in SQL holds no native values: a field there that is declared as native is refused when it is asked
for. A date-time is ``native`` (of two types, the one that knows its zone), ``utc`` (a native one without a
zone, which stands in UTC), or text in UTC: ``instant`` is any ``YYYY-MM-DDTHH:MM:SS[.fraction]Z``; ``seconds``,
``milliseconds`` and ``microseconds`` are such text with exactly 0, 3 or 6 digits after the second, which engines
compare as plain text."""

EACH: Final = "[]"
"""Stands after the name of an array in a column: each of its elements."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows of another table that belong to a row, one to many: each is an element of an array of the document.

    >>> Relation("order_lines", on=(("order_id", "id"),), column="sku")
    Relation(table=('order_lines',), on=(('order_id', 'id'),), column=('sku',))
    """

    table: str | tuple[str, ...]
    """The other table, as its name or as schema and name."""
    on: tuple[tuple[str, str], ...]
    """What joins it: pairs of a column of it and a column of the parent row."""
    column: str | tuple[str, ...]
    """Its column that holds the value, or with keys after it, whose JSON holds the value there."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", (self.table,) if isinstance(self.table, str) else tuple(self.table))
        object.__setattr__(self, "column", (self.column,) if isinstance(self.column, str) else tuple(self.column))
        object.__setattr__(self, "on", tuple((own, parent) for own, parent in self.on))
        if not self.on:
            raise ValueError("a relation is joined by one pair of columns at least")

    def below(self, keys: tuple[str, ...]) -> Relation:
        """The same rows, of whose JSON column a path is the value."""
        return Relation(self.table, self.on, (*self.column, *keys))


@record
class Column:
    """Where a table holds a declared field; what is not said here is told at the attributes of ``Field``."""

    name: str
    keys: tuple[str, ...] | None
    """The path in the JSON that the column holds; None: the column is the value."""
    type: str
    storage: str | None
    array: bool
    folded: str | None = None
    binary: bool = False
    relation: Relation | None = None
    steps: tuple[str | None, ...] = ()
    """From the column to the value, in structs: a field by its name, or, as None, each element of an array."""

    def __hash__(self) -> int:  # what is kept of a query is found by its columns, so it is to be quick
        return hash((self.name, self.keys))


@record
class Target:
    """A stored path. ``scalar`` is a promise of the schema: no array stands on the way or at the end.

    ``declared`` says that every key stands in the schema, none in the request. ``column`` is for a storage of tables;
    None: the path lies in the document. ``origin`` is the text that the path was read from and its span there, for
    errors. Neither this nor ``declared`` is compared.
    """

    keys: tuple[str, ...]
    scalar: bool = False
    column: Column | None = None
    declared: bool = aside(default=False)
    origin: tuple[str, Span] | None = aside(default=None)


def with_origin(target: Target, origin: tuple[str, Span] | None) -> Target:
    """The target as a request names it: at this place of its text."""
    named: Target = new(Target, (target.keys, target.scalar, target.column, target.declared, origin))
    return named
