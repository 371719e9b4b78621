"""What stands for a constant of a query whose value is not known: a backend that never looks at a value writes the same
for every value.

So what is written for one query holds for all of its shape. This is safe whatever a backend does: a placeholder tells
the few things that the shape says of its value (:class:`Sort`, and which of two in one test is the greater), and all
else that is asked of it raises :class:`NeedsValueError`, ``isinstance`` included.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Never, TypeAlias, TypeVar

__all__ = [
    "Made",
    "NeedsValueError",
    "Placeholder",
    "Sort",
    "Unknown",
    "is_known",
    "made",
    "made_in_order",
    "sort_of",
]

_A = TypeVar("_A")
_T = TypeVar("_T")

Sort: TypeAlias = Literal["text", "integer", "fraction", "second", "millisecond", "microsecond", "date", "uuid"]
"""What is known of a value: text that is not empty, has no U+0000 and ends below U+D7FF; an int or a float, below
2**53; an instant of whole seconds, of whole milliseconds, or of more digits, in the years 1700 to 2249; a date; a UUID.
"""


class NeedsValueError(Exception):
    """Something was asked of a placeholder that only its value tells."""


def _needs_value(*_: object) -> Never:
    raise NeedsValueError


class Unknown:
    """A value that is not known. Those of one ``group`` can be compared by ``rank``, which no two share."""

    __slots__ = ("group", "rank")

    def __init__(self, group: object = None, rank: tuple[int, int] = (0, 0)) -> None:
        self.group = group
        self.rank = rank

    def __lt__(self, other: object) -> bool:
        return self._order(other) < 0

    def __le__(self, other: object) -> bool:
        return self._order(other) <= 0

    def __gt__(self, other: object) -> bool:
        return self._order(other) > 0

    def __ge__(self, other: object) -> bool:
        return self._order(other) >= 0

    def _order(self, other: object) -> int:
        if self is other:
            return 0
        if not isinstance(other, Unknown) or self.group is None or self.group != other.group or self.rank == other.rank:
            raise NeedsValueError
        return -1 if self.rank < other.rank else 1

    def __eq__(self, other: object) -> bool:
        return self._order(other) == 0

    __hash__ = object.__hash__

    # It says nothing else of itself: what asks for its class, its truth, its text, its size or its parts, raises.
    __class__ = property(_needs_value)  # so that isinstance does
    __str__ = __repr__ = __format__ = __bytes__ = _needs_value
    __bool__ = __len__ = __contains__ = __getitem__ = __iter__ = __next__ = __reversed__ = __getattr__ = _needs_value
    __int__ = __float__ = __complex__ = __index__ = __round__ = __trunc__ = __floor__ = __ceil__ = _needs_value
    __abs__ = __neg__ = __pos__ = __invert__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = (
        _needs_value
    )
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = _needs_value


class Placeholder(Unknown):
    """Stands for one constant: the one at ``place`` among those of the query."""

    __slots__ = ("place", "sort")

    def __init__(self, place: int, sort: Sort, group: object = None, rank: int = 0) -> None:
        super().__init__(group, (rank, 0))
        self.place = place
        self.sort = sort


class Made(Unknown):
    """What a function makes of such values, as soon as they are known. It may raise :class:`NeedsValueError` itself."""

    __slots__ = ("arguments", "function")

    def __init__(self, function: Callable[..., Any], arguments: tuple[Any, ...], *order: Any) -> None:
        super().__init__(*order)
        self.function = function
        self.arguments = arguments


def is_known(value: object) -> bool:
    """Whether a value is one, and no placeholder of one."""
    return not isinstance(value, Unknown)


def sort_of(value: object) -> Sort | None:
    """What is known of the value that a placeholder stands for; None for a value, and for what is made of one."""
    return value.sort if type(value) is Placeholder else None


def made(function: Callable[..., _T], *arguments: object) -> _T:
    """What the function makes of the values: at once, or where one is not known, later."""
    if all(map(is_known, arguments)):
        return function(*arguments)
    return Made(function, arguments)  # type: ignore[return-value]  # in the place of what the function returns


def made_in_order(function: Callable[[_A], _T], value: _A, step: int = 0) -> _T:
    """The same, where what is made of several values stands in their order, and of one value in that of the steps."""
    if isinstance(value, Unknown):
        return Made(function, (value,), value.group, (value.rank[0], step))  # type: ignore[return-value]  # in its place
    return function(value)
