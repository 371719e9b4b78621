"""Queries built in code: ``field("name").contains("John") & ~field("type").equals("BILLING")``.

Values become literals of the tree, never text that is parsed, so that nothing in them can change the query;
``str()`` of the result is safely quoted text for a request.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import TypeAlias
from uuid import UUID

from .nodes import (
    And,
    Clause,
    Comparator,
    Compare,
    Contains,
    Equals,
    Exists,
    LiteralValue,
    Missing,
    Null,
    Path,
    Query,
    Test,
    disjunction,
)
from .parser import parse_fields

__all__ = ["FieldBuilder", "Value", "field"]

Value: TypeAlias = str | int | float | bool | Decimal | datetime | date | UUID | Enum


def field(name: str | Path) -> FieldBuilder:
    r"""A field to ask something of, named as in a query (``"metadata.createdAt"``) or by a Path of literal keys.

    >>> str(field("name").contains('5" nail') & (field("qty") >= 2))
    'name:~"5\\" nail" AND qty:>=2'
    """
    if isinstance(name, Path):
        return FieldBuilder(name)
    paths = parse_fields(name).paths
    if len(paths) != 1:
        raise ValueError(f"{name!r} is not one field name")
    return FieldBuilder(Path(paths[0].segments))


class FieldBuilder:
    """One field; each method gives a query about it.

    A string is compared as a string. A number, as where it is written bare: without a schema it finds the number and
    the same text. Date-times are written in UTC (a naive one is UTC), and a member of an Enum stands for its value.
    """

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __repr__(self) -> str:
        return f"field({str(self._path)!r})"

    def equals(self, value: Value | None) -> Query:
        """The value is exactly this; None asks for null or missing."""
        return self._query(Null() if value is None else Equals(_literal(value)))

    def one_of(self, values: Iterable[Value | None]) -> Query:
        """The value is one of these; of none, nothing is selected."""
        if isinstance(values, str):
            raise TypeError("one_of takes several values; equals takes one")
        return self._query(disjunction([Null() if each is None else Equals(_literal(each)) for each in values]))

    def contains(self, text: str) -> Query:
        """The value contains the text, whatever the case. Raises QuerySyntaxError for an empty text."""
        return self._query(Contains(text))

    def starts_with(self, text: str) -> Query:
        """The value starts with the text, whatever the case."""
        return self._query(Contains(text, starts=True))

    def ends_with(self, text: str) -> Query:
        """The value ends with the text, whatever the case."""
        return self._query(Contains(text, ends=True))

    def between(self, low: Value, high: Value) -> Query:
        """One and the same value is at least ``low`` and at most ``high``."""
        return self._query(And((Compare(">=", _literal(low)), Compare("<=", _literal(high)))))

    def exists(self) -> Query:
        """The field is there, whatever it holds."""
        return self._query(Exists())

    def missing(self) -> Query:
        """The field is not there."""
        return self._query(Missing())

    def null(self) -> Query:
        """The field is null or not there."""
        return self._query(Null())

    def __gt__(self, value: Value) -> Query:
        return self._compare(">", value)

    def __ge__(self, value: Value) -> Query:
        return self._compare(">=", value)

    def __lt__(self, value: Value) -> Query:
        return self._compare("<", value)

    def __le__(self, value: Value) -> Query:
        return self._compare("<=", value)

    def _compare(self, comparator: Comparator, value: Value) -> Query:
        return self._query(Compare(comparator, _literal(value)))

    def _query(self, test: Test) -> Query:
        return Query(Clause(self._path, test))


def _literal(value: Value) -> LiteralValue:
    match value:
        case Enum():
            return _literal(value.value)
        case bool():
            return LiteralValue("true" if value else "false", bare=True)
        case int() | float() | Decimal():
            return _number(value)
        case datetime():
            aware = value.replace(tzinfo=UTC) if value.utcoffset() is None else value.astimezone(UTC)
            return LiteralValue(aware.replace(tzinfo=None).isoformat() + "Z")
        case date():
            return LiteralValue(value.isoformat())
        case UUID():
            return LiteralValue(str(value))
        case str():
            return LiteralValue(str(value))
        case _:
            raise TypeError(f"a value of a query cannot be a {type(value).__name__}")


def _number(value: float | Decimal) -> LiteralValue:
    literal = LiteralValue(str(value).lower(), bare=True)
    if not literal.bare:
        raise ValueError(f"{value} is no number of a query")
    return literal
