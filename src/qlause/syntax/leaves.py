"""The tests of one value, and those of the whole value of a field: what a clause asks, without AND, OR and NOT."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

from .._record import aside, record
from ..errors import QuerySyntaxError, refuse_type
from .lexical import quoted
from .literals import LiteralValue, refuse_surrogates
from .paths import Span

__all__ = ["Comparator", "Compare", "Contains", "Equals", "Exists", "IsEmpty", "Missing", "Null"]

Comparator: TypeAlias = Literal[">", ">=", "<", "<="]
_COMPARATORS: Final = frozenset(get_args(Comparator))


@record
class Equals:
    """The value equals the literal (rules 6, 7, 12)."""

    literal: LiteralValue
    span: Span | None = aside(default=None)

    def __str__(self) -> str:
        return str(self.literal)


@record
class Compare:
    """The value has the literal's type and is greater or less than it, as the comparator says (rule 9)."""

    comparator: Comparator
    literal: LiteralValue
    span: Span | None = aside(default=None)

    def _checked(self) -> Compare:
        if self.comparator not in _COMPARATORS:
            raise ValueError(f"{self.comparator!r} is not a comparator")
        return self

    def __str__(self) -> str:
        return f"{self.comparator}{self.literal}"


@record
class Contains:
    """The value is a string that contains the text, or starts or ends with it, ignoring case (rule 8)."""

    text: str
    starts: bool = False
    ends: bool = False
    span: Span | None = aside(default=None)

    def _checked(self) -> Contains:
        refuse_type(self.text, (str,), "the text after '~'")
        if not self.text:
            raise QuerySyntaxError("the text after '~' is empty", code="empty_contains")
        refuse_surrogates(self.text)
        return self

    def __str__(self) -> str:
        return f"~{'^' * self.starts}{quoted(self.text)}{'$' * self.ends}"


@record
class Exists:
    """The path reaches at least one value of any type (rule 10)."""

    span: Span | None = aside(default=None)

    def __str__(self) -> str:
        return "exists"


@record
class Missing:
    """The path reaches no value (rule 10)."""

    span: Span | None = aside(default=None)

    def __str__(self) -> str:
        return "missing"


@record
class Null:
    """The path reaches no value, or a value is null (rule 10)."""

    span: Span | None = aside(default=None)

    def __str__(self) -> str:
        return "null"


@record
class IsEmpty:
    """The value is an empty text, an array without elements or an object without keys (rule 25)."""

    span: Span | None = aside(default=None)

    def __str__(self) -> str:
        return "empty()"
