"""Queries built in code: ``field("name").contains("John") & ~field("type").equals("BILLING")``.

Values become literals of the tree, never text that is parsed, so nothing in them can change the query. ``str()`` of
the result is text for a request, safely quoted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import TypeAlias
from uuid import UUID

from ..errors import refuse_type
from .nodes import (
    And,
    Clause,
    Comparator,
    Compare,
    Contains,
    ElemMatch,
    Equals,
    Exists,
    HasSize,
    IsEmpty,
    LiteralValue,
    Missing,
    Null,
    Path,
    Query,
    Test,
    WholeTest,
    disjunction,
)
from .parser import parse_fields

__all__ = ["FieldBuilder", "Value", "field"]

Value: TypeAlias = str | int | float | bool | Decimal | datetime | date | UUID | Enum


def field(name: str | Path) -> FieldBuilder:
    r"""Start a query about one field.

    Args:
        name: the field as a query names it (``"metadata.createdAt"``), or a Path with its keys.

    Returns:
        The field; its methods and its operators ``>``, ``>=``, ``<``, ``<=`` return queries.

    Raises:
        QuerySyntaxError: ``name`` is not a valid field name; the codes are those of :func:`parse_fields`.
        ValueError: ``name`` is empty or names several fields.

    Example:
        >>> str(field("name").contains('5" nail') & (field("qty") >= 2))
        'name:~"5\\" nail" AND qty:>=2'

    """
    if isinstance(name, Path):
        return FieldBuilder(name)
    paths = parse_fields(name).paths
    if len(paths) != 1:
        raise ValueError(f"{name!r} is not the name of one field")
    return FieldBuilder(Path(paths[0].segments))


class FieldBuilder:
    """One field, as :func:`field` returns it. Each method and each comparison operator returns a query about it.

    Values may be str, int, float, bool, Decimal, datetime, date, UUID or Enum. A str is compared as a string. Without a
    schema, a number finds the number and a string of the same text. A datetime is written in UTC, and a naive one is
    taken as UTC. A member of an Enum is replaced by its value.

    Every method that takes a value raises TypeError for a value of another type, ValueError for a number that is not
    finite, and QuerySyntaxError (``surrogate``) for text with half of a surrogate pair.

    Example:
        >>> qty = field("qty")
        >>> str(qty > 5), str(qty <= 2.5)
        ('qty:>5', 'qty:<=2.5')

    """

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        refuse_type(path, (Path,), "the path of a field")
        self._path = path

    def __repr__(self) -> str:
        return f"field({str(self._path)!r})"

    def equals(self, value: Value | None) -> Query:
        """Test that the value equals this one.

        Args:
            value: the value, or None for null or missing.

        Returns:
            The query.

        Raises:
            TypeError: The value has a type that a query cannot hold.
            ValueError: The value is a number that is not finite.
            QuerySyntaxError: The text contains half of a surrogate pair (``surrogate``).

        Example:
            >>> str(field("type").equals("BILLING")), str(field("type").equals(None))
            ('type:"BILLING"', 'type:null')

        """
        return self._query(Null() if value is None else Equals(_literal(value)))

    def one_of(self, values: Iterable[Value | None]) -> Query:
        """Test that the value equals one of these.

        Args:
            values: the values; None stands for null or missing. Without values, the query selects nothing.

        Returns:
            The query.

        Raises:
            TypeError: ``values`` is a str, or a value has a type that a query cannot hold.
            ValueError: A value is a number that is not finite.
            QuerySyntaxError: A text contains half of a surrogate pair (``surrogate``).

        Example:
            >>> str(field("type").one_of(["BILLING", "SHIPPING"])), str(field("type").one_of([]))
            ('type:("BILLING","SHIPPING")', 'type:()')

        """
        if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
            kind = type(values).__name__
            raise TypeError(f"one_of() takes several values, not a {kind}; use equals() for one value")
        return self._query(disjunction([Null() if value is None else Equals(_literal(value)) for value in values]))

    def contains(self, text: str) -> Query:
        """Test that the value contains a text, ignoring case.

        Args:
            text: the text. ``^``, ``$`` and ``*`` in it have no special meaning.

        Returns:
            The query.

        Raises:
            QuerySyntaxError: The text is empty (``empty_contains``) or contains half of a surrogate pair
                (``surrogate``).

        Example:
            >>> str(field("name").contains("john"))
            'name:~"john"'

        """
        return self._query(Contains(text))

    def starts_with(self, text: str) -> Query:
        """Test that the value starts with a text, ignoring case.

        Args:
            text: the text. ``^``, ``$`` and ``*`` in it have no special meaning.

        Returns:
            The query.

        Raises:
            QuerySyntaxError: The text is empty (``empty_contains``) or contains half of a surrogate pair
                (``surrogate``).

        Example:
            >>> str(field("name").starts_with("john"))
            'name:~^"john"'

        """
        return self._query(Contains(text, starts=True))

    def ends_with(self, text: str) -> Query:
        """Test that the value ends with a text, ignoring case.

        Args:
            text: the text. ``^``, ``$`` and ``*`` in it have no special meaning.

        Returns:
            The query.

        Raises:
            QuerySyntaxError: The text is empty (``empty_contains``) or contains half of a surrogate pair
                (``surrogate``).

        Example:
            >>> str(field("name").ends_with("smith"))
            'name:~"smith"$'

        """
        return self._query(Contains(text, ends=True))

    def between(self, low: Value, high: Value) -> Query:
        """Test that one value is at least ``low`` and at most ``high``.

        Args:
            low: the least value.
            high: the greatest value.

        Returns:
            The query. In an array, one element has to meet both bounds.

        Raises:
            TypeError: A bound has a type that a query cannot hold, or is None.
            ValueError: A bound is a number that is not finite.
            QuerySyntaxError: A text contains half of a surrogate pair (``surrogate``).

        Example:
            >>> str(field("qty").between(10, 20))
            'qty:(>=10 AND <=20)'

        """
        return self._query(And((Compare(">=", _literal(low)), Compare("<=", _literal(high)))))

    def elem_match(self, query: Query) -> Query:
        """Test that some element, an object, meets a query about it.

        Args:
            query: What one element must meet. Its field names start at the element.

        Returns:
            The query.

        Raises:
            TypeError: ``query`` is not a Query.
            ValueError: It has no condition.
            LimitExceededError: The query is nested more than 100 levels deep (``limit_depth``).

        Example:
            >>> str(field("lines").elem_match(field("sku").equals("A1") & (field("qty") > 5)))
            'lines:elemMatch(sku:"A1" AND qty:>5)'

        """
        refuse_type(query, (Query,), "what an element must meet")
        if query.root is None:
            raise ValueError("elem_match() needs a condition; exists() tests that there is a value")
        return self._query(ElemMatch(query.root))

    def size(self, least: int, most: int | None = None) -> Query:
        """Test that the value is an array with so many elements.

        Args:
            least: the number of elements, or the least one.
            most: the greatest number; None for exactly ``least``.

        Returns:
            The query. Its negation, ``~query``, also selects documents whose value is not an array.

        Raises:
            TypeError: A number is not an int.
            QuerySyntaxError: A number is below 0 or above 2^53 - 1 (``no_size``).

        Example:
            >>> str(field("tags").size(3)), str(field("tags").size(1, 5))
            ('tags:size(3)', 'tags:size(>=1 AND <=5)')

        """
        refuse_type(least, (int,), "a number of elements")
        if most is None:
            return self._query(HasSize(Equals(_literal(least))))
        refuse_type(most, (int,), "a number of elements")
        return self._query(HasSize(And((Compare(">=", _literal(least)), Compare("<=", _literal(most))))))

    def empty(self) -> Query:
        """Test that the value is an empty text, an array without elements or an object without keys.

        Returns:
            The query.

        Example:
            >>> str(field("tags").empty())
            'tags:empty()'

        """
        return self._query(IsEmpty())

    def exists(self) -> Query:
        """Test that the field exists, whatever its value is: null and an empty array count.

        Returns:
            The query.

        Example:
            >>> str(field("name").exists())
            'name:exists'

        """
        return self._query(Exists())

    def missing(self) -> Query:
        """Test that the field does not exist.

        Returns:
            The query.

        Example:
            >>> str(field("name").missing())
            'name:missing'

        """
        return self._query(Missing())

    def null(self) -> Query:
        """Test that the field is null or does not exist.

        Returns:
            The query.

        Example:
            >>> str(field("name").null())
            'name:null'

        """
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

    def _query(self, test: Test | WholeTest) -> Query:
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
            raise TypeError(f"a query value cannot be a {type(value).__name__}")


def _number(value: float | Decimal) -> LiteralValue:
    literal = LiteralValue(str(value).lower(), bare=True)
    if not literal.bare:
        raise ValueError(f"{value} is not a number that a query can hold")
    return literal
