"""Where a declared field is stored: a path in a document, a column of a table, or rows of another table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

from .._record import aside, new, record
from ..errors import shorten
from ..syntax.paths import Span

__all__ = ["EACH", "Column", "Link", "Relation", "Storage", "Target", "with_origin"]

Storage: TypeAlias = Literal["native", "utc", "text", "instant", "seconds", "milliseconds", "microseconds"]
"""How a value is stored. ``native`` and ``utc`` are types of the engine, all others are text.

A date, a uuid and an objectid are ``native`` or ``text``: ``2019-01-06``, a uuid with hyphens, an objectid; these two
in lower case or in capitals. A date-time is ``native`` (of the engine's two types, the one that knows its zone),
``utc`` (a native one without a zone, which is in UTC), or text in UTC. ``instant`` is any text ``YYYY-MM-
DDTHH:MM:SS[.fraction]Z``; ``seconds``, ``milliseconds`` and ``microseconds`` are such text with exactly 0, 3 or 6
digits after the second, which engines compare as plain text. A time is ``native``, ``text`` (``10:30:00`` and, with a
fraction, ``10:30:00.500000``, as Python writes it), or text with exactly 0, 3 or 6 digits after the second.

JSON in SQL holds no native values: a query about a native field there is refused."""

EACH: Final = "[]"
"""Follows the name of an array in the path of a column, and means each of its elements."""


Link: TypeAlias = tuple[str | tuple[str, ...], tuple[tuple[str, str], ...]]
"""A table on the way to another, and the pairs of columns that join it, first its own."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows of another table that belong to a row. Each is an element of an array of the document.

    Args:
        table: The other table, by its name or by schema and name.
        on: The pairs of columns that join the two, first that of the other table, then that of the parent row: of the
            last table of ``through``, if there is one.
        column: The column of the other table that holds the value, or that column and the keys in its JSON.
        through: The tables between the two, the nearest to the row first, as of many to many or of several steps. Each
            is its name and the pairs of columns that join it, first its own, then that of the row or table before it.
        one: Whether at most one row belongs to a row. Then the field is no array, and a sort can use it.

    Raises:
        ValueError: There is no pair of columns, or ``one`` is neither True nor False.

    Example:
        >>> Relation("order_lines", on=(("order_id", "id"),), column="sku").table
        ('order_lines',)
        >>> posts = (("post_tags", (("post_id", "id"),)),)
        >>> Relation("tags", on=(("id", "tag_id"),), column="name", through=posts).parents
        ('id',)

    """

    table: str | tuple[str, ...]
    on: tuple[tuple[str, str], ...]
    column: str | tuple[str, ...]
    through: tuple[Link, ...] = ()
    one: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.one, bool):
            raise ValueError(f"one must be True or False, not {self.one!r}")
        object.__setattr__(self, "table", _names(self.table))
        object.__setattr__(self, "column", _names(self.column))
        object.__setattr__(self, "on", _pairs(self.on))
        object.__setattr__(self, "through", tuple([(_names(table), _pairs(on)) for table, on in self.through]))

    @property
    def parents(self) -> tuple[str, ...]:
        """The columns of the row that the first join compares."""
        return tuple([parent for _, parent in self.links[0][1]])

    @property
    def links(self) -> tuple[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], ...]:
        """All tables from the row on, the nearest first."""
        return tuple([(_names(table), on) for table, on in (*self.through, (self.table, self.on))])

    def over(self, links: tuple[Link, ...]) -> Relation:
        """Make the relation to the same column over other tables.

        Args:
            links: One table or more, the nearest to the row first, as in :attr:`links`.

        Returns:
            The relation.

        """
        *through, (table, on) = links
        return replace(self, table=table, on=on, through=tuple(through))

    def below(self, keys: tuple[str, ...]) -> Relation:
        """Make the relation for a path in the JSON of its column.

        Args:
            keys: The keys of the path.

        Returns:
            The same rows, with the value found under these keys.

        """
        return replace(self, column=(*self.column, *keys))


def _names(names: str | tuple[str, ...]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _pairs(on: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    pairs: list[Any] = list(on)
    if any(isinstance(pair, str) or len(pair) != 2 for pair in pairs):
        raise ValueError('a relation is joined by pairs of columns, as in on=(("order_id", "id"),)')
    if not pairs:
        raise ValueError("a relation needs at least one pair of columns that joins it")
    return tuple([(own, parent) for own, parent in pairs])


@record
class Column:
    """Where a table holds a declared field. ``Field`` describes the attributes that are not described here."""

    name: str
    keys: tuple[str, ...] | None
    """The path in the JSON that the column holds. None: the column is the value."""
    type: str
    storage: str | None
    array: bool
    folded: str | None = None
    binary: bool = False
    relation: Relation | None = None
    steps: tuple[str | None, ...] = ()
    """The path from the column through its structs: the name of a field, or None for each element of an array."""

    def __hash__(self) -> int:  # compiled queries are looked up by their columns, so it has to be fast
        return hash((self.name, self.keys))


@record
class Target:
    """Where a value is stored.

    Neither ``declared`` nor ``origin`` takes part in comparison.
    """

    keys: tuple[str, ...]
    """The path in a stored document."""
    scalar: bool = False
    """Whether the schema promises that no array is on the path or at its end."""
    column: Column | None = None
    """Where a table holds the value. None: in the document column, under ``keys``."""
    declared: bool = aside(default=False)
    """Whether the schema names every key. Otherwise some come from the request."""
    origin: tuple[str, Span] | None = aside(default=None)
    """The text that the path was read from and its span there, for errors."""

    def __hash__(self) -> int:  # as that of a Column
        return hash(self.keys)

    @property
    def written(self) -> str:
        """The field as the request writes it, for errors: a client must not learn the stored keys."""
        if self.origin is None:
            return "a field"
        text, (start, end) = self.origin
        return f"the field {shorten(text[start:end])}"


def with_origin(target: Target, origin: tuple[str, Span] | None) -> Target:
    """The target, with the place in a text where a request names it."""
    return new(Target, (target.keys, target.scalar, target.column, target.declared, origin))
