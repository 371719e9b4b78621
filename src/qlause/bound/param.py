"""Parameters: placeholders for the constants of a bound tree while a reusable statement is compiled.

A statement compiled with parameters serves every query of the same structure. A backend can do three things: use what
is known of a value (:attr:`Param.known`, and the order of the parameters of one test), defer a computation
(:func:`compute`), or require the value itself (:func:`require_value`). A statement that required values serves only
queries with these values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar, overload

from ..values.kinds import Constant

__all__ = ["Deferred", "Known", "NeedsValueError", "Param", "compute", "require_value", "require_values"]

_T = TypeVar("_T")
Known: TypeAlias = Literal[
    "ascii",
    "text",
    "integer",
    "fraction",
    "second",
    "millisecond",
    "microsecond",
    "date",
    "time",
    "uuid",
    "list",
]
"""What is known of a value: ``text`` is not empty, has no U+0000 and ends below U+D7FF, ``ascii`` is such a text of
ASCII alone; ``integer`` is an int and ``fraction`` a float, both between -2**53 and 2**53; ``second``, ``millisecond``
and ``microsecond`` are instants of the years 1700 to 2249 that are whole in this unit; ``date`` is a date, ``time`` a
time of day, ``uuid`` a UUID; ``list`` is the tuple of all values of a list.

A text ends below U+D7FF because the end of a range of texts that start alike is computed by adding one to the code of
the last character. After U+D7FF come surrogates, which are no characters, and after U+10FFFF nothing. A text that ends
higher stays a constant. So does one under the fold with a letter whose capital not every engine folds."""


class NeedsValueError(Exception):
    """The compiler needs the values of some parameters.

    ``Kept`` in ``backends/parameters/kept.py`` catches it, and compiles again with these constants in the tree.

    Args:
        indexes: The indexes of these parameters.

    """

    def __init__(self, indexes: frozenset[int]) -> None:
        super().__init__(indexes)
        self.indexes = indexes


@dataclass(frozen=True, slots=True)
class Deferred:
    """A computation that needs the constants of a query. Made by :func:`compute`."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    order: tuple[int, ...] = ()
    """The group in which it can be compared, its rank there, and the step among values computed of one parameter."""

    def value(self, constants: Sequence[Any]) -> Any:
        """Compute the value.

        Args:
            constants: The constants of a query.

        Returns:
            The value in this query.

        """
        arguments = self.arguments
        return self.function(
            *[argument.value(constants) if isinstance(argument, Deferred) else argument for argument in arguments]
        )

    @property
    def indexes(self) -> frozenset[int]:
        """The indexes of the constants that it depends on."""
        deferred = [argument for argument in self.arguments if isinstance(argument, Deferred)]
        return frozenset().union(*(argument.indexes for argument in deferred))

    def __lt__(self, other: Deferred) -> bool:
        if not self.order or self.order[:1] != other.order[:1]:
            raise TypeError("parameters of different tests have no order")
        return self.order < other.order


class Param(Deferred):
    """A placeholder for one constant of a query.

    Args:
        index: Its place among the constants, in the order of the tree.
        known: What is known of the constant.
        order: Its group and rank, if parameters are compared.

    Example:
        >>> param = Param(1, "text")
        >>> param.known, param.value(["first", "second"])
        ('text', 'second')

    """

    __slots__ = ("index", "known")
    index: int
    known: Known

    def __init__(self, index: int, known: Known, order: tuple[int, ...] = ()) -> None:
        # Equality and the hash are those of Deferred, over its fields: so the arguments are the index and ``known``.
        # The function is never called, because ``value`` is overridden; the class stands there as a fixed value.
        super().__init__(Param, (index, known), order)
        object.__setattr__(self, "index", index)
        object.__setattr__(self, "known", known)

    def value(self, constants: Sequence[Any]) -> Any:
        """The constant itself.

        Args:
            constants: The constants of a query.

        Returns:
            The one at ``index``.

        """
        return constants[self.index]

    @property
    def indexes(self) -> frozenset[int]:
        """Its own index."""
        return frozenset((self.index,))


def compute(function: Callable[..., _T], *arguments: Any, step: int | None = None) -> _T | Deferred:
    """Apply a function now, or with the constants of each query if an argument is deferred.

    Args:
        function: The function. Its result depends only on its arguments.
        *arguments: Its arguments.
        step: Set it if the function keeps the order of its first argument, so that results can be compared. It orders
            the results of several functions of the same value.

    Returns:
        The result, or a Deferred.

    Example:
        >>> compute(str.upper, "x")
        'X'
        >>> compute(str.upper, Param(0, "text")).value(["y"])
        'Y'

    """
    for argument in arguments:
        if isinstance(argument, Deferred):
            return Deferred(function, arguments, () if step is None else (*arguments[0].order[:2], step))
    return function(*arguments)


@overload
def require_value(value: str | Deferred) -> str: ...
@overload
def require_value(value: Constant | Deferred) -> Constant: ...
def require_value(value: Constant | Deferred) -> Constant:
    """The value itself, for a compiler that cannot work with a parameter.

    Args:
        value: A constant, or a parameter or what is computed of one.

    Returns:
        The constant.

    Raises:
        NeedsValueError: The value is deferred. Let it pass: the query is compiled again with the constant in the tree.

    Example:
        >>> require_value("x")
        'x'

    """
    constant: Constant = require_values((value,))[0]
    return constant


def require_values(values: Sequence[Constant | Deferred]) -> list[Any]:
    """The values themselves, as by :func:`require_value`.

    Args:
        values: The values.

    Returns:
        The constants.

    Raises:
        NeedsValueError: Some are deferred; it names them all.

    """
    indexes = [value.indexes for value in values if isinstance(value, Deferred)]
    if indexes:
        raise NeedsValueError(frozenset().union(*indexes))
    return list(values)
