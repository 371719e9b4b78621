"""Parameters: what stands in a bound tree in the place of a constant while a reusable statement is compiled.

A statement compiled with parameters serves every query of the same structure. A backend may use what is known of the
value (:attr:`Param.known`, and the order of the parameters of one test), defer a computation (:func:`compute`), or say
that it needs the value itself (:func:`require_value`); then the statement is compiled for that value only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar, overload

from ..values.kinds import Constant

__all__ = ["Deferred", "Known", "NeedsValueError", "Param", "compute", "require_value", "require_values"]

_T = TypeVar("_T")
Known: TypeAlias = Literal[
    "text", "integer", "fraction", "second", "millisecond", "microsecond", "date", "time", "uuid"
]
"""What is known of a value: a text that is not empty, has no U+0000 and ends below U+D7FF; an int or a float below
2**53; an instant of the years 1700 to 2249, of whole seconds, whole milliseconds, or finer; a date; a time of day; a
UUID."""


class NeedsValueError(Exception):
    """A statement depends on values of parameters, so it cannot be compiled without them."""

    def __init__(self, indexes: frozenset[int]) -> None:
        super().__init__(indexes)
        self.indexes = indexes


@dataclass(frozen=True, slots=True)
class Deferred:
    """What a function makes of values, some of which are there only with the constants of a query."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    order: tuple[int, ...] = ()
    """The group of values that it can be compared with, its rank there, and a step among what is made of one value."""

    def value(self, constants: Sequence[Any]) -> Any:
        """The value in a query with these constants."""
        return self.function(
            *[each.value(constants) if isinstance(each, Deferred) else each for each in self.arguments]
        )

    @property
    def indexes(self) -> frozenset[int]:
        """The constants that it depends on."""
        return frozenset().union(*(each.indexes for each in self.arguments if isinstance(each, Deferred)))

    def __lt__(self, other: Deferred) -> bool:
        if not self.order or self.order[:1] != other.order[:1]:
            raise TypeError("parameters of different tests have no order")
        return self.order < other.order


class Param(Deferred):
    """The constant at ``index`` among those of the query."""

    __slots__ = ("index", "known")
    index: int
    known: Known

    def __init__(self, index: int, known: Known, order: tuple[int, ...] = ()) -> None:
        super().__init__(Param, (index, known), order)
        object.__setattr__(self, "index", index)
        object.__setattr__(self, "known", known)

    def value(self, constants: Sequence[Any]) -> Any:
        """The constant itself."""
        return constants[self.index]

    @property
    def indexes(self) -> frozenset[int]:
        """Itself."""
        return frozenset((self.index,))


def compute(function: Callable[..., _T], *arguments: Any, step: int | None = None) -> _T | Deferred:
    """Apply a function now, or later where an argument is deferred. It must depend on its arguments only.

    With ``step``, the function keeps the order of values; the step orders what is made of one value.
    """
    if not any(isinstance(each, Deferred) for each in arguments):
        return function(*arguments)
    return Deferred(function, arguments, () if step is None else (*arguments[0].order[:2], step))


@overload
def require_value(value: str | Deferred) -> str: ...
@overload
def require_value(value: Constant | Deferred) -> Constant: ...
def require_value(value: Constant | Deferred) -> Constant:
    """The value itself. Raises NeedsValueError where it is deferred: then it becomes a part of the structure."""
    constant: Constant = require_values((value,))[0]
    return constant


def require_values(values: Sequence[Constant | Deferred]) -> list[Any]:
    """The values themselves. Raises NeedsValueError for all that are deferred."""
    indexes = [value.indexes for value in values if isinstance(value, Deferred)]
    if indexes:
        raise NeedsValueError(frozenset().union(*indexes))
    return list(values)
