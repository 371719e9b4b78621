"""What a backend wrote for a shape, kept for the queries that are of it too.

Written over placeholders, it holds for every such query: it is written once, as a plan, and :class:`Filling` tells
what the constants of a query become in it.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, Final, Generic, TypeVar

from ...bound import nodes as bound
from ...bound.nodes import Constant
from .placeholder import Made, Placeholder
from .structure import Shape, bound_of, shape_of

__all__ = ["Filling", "Plans"]

_P = TypeVar("_P")
_KEPT: Final = 512  # plans; and shapes among which one has to come again to get one


class Filling:
    """What placeholders stand for, and what is made of that, once the constants of a query are there."""

    def __init__(self, shape: Shape) -> None:
        self._size = len(shape[1])
        self._others: list[Any] = []
        """What stands behind the constants: values that are known, and None where one is to be made."""
        self._steps: list[tuple[int, Callable[..., Any], Any]] = []
        """Where to put what a function makes of what stands at one place, or at several."""
        self._places: dict[tuple[Callable[..., Any], Any], int] = {}

    def place(self, value: Any) -> int:
        """Where :meth:`values` has what a value stands for; a value that is known stands for itself."""
        if type(value) is Placeholder:
            return value.place
        if type(value) is not Made:
            return self._add(value)
        first, *others = [self.place(each) for each in value.arguments]
        step = value.function, (first, *others) if others else first
        if step not in self._places:
            self._places[step] = self._add(None)
            self._steps.append((self._places[step], *step))
        return self._places[step]

    def _add(self, value: Any) -> int:
        self._others.append(value)
        return self._size + len(self._others) - 1

    def values(self, constants: list[Constant]) -> list[Any]:
        """What all is in a query with these constants, by place. Raises NeedsValueError where one is odd."""
        found = [*constants, *self._others]
        for place, function, argument in self._steps:
            if argument.__class__ is int:
                found[place] = function(found[argument])
            else:
                found[place] = function(*[found[each] for each in argument])
        return found


class Plans(Generic[_P]):
    """What a backend wrote for shapes: so many of those that were met last.

    ``make`` takes a query over placeholders, the filling of its shape, and whatever else the plan depends on; it gives
    None, or raises, where there is no plan for the shape. It is called when a shape is met again soon: for one that is
    not, a plan is more work.
    """

    def __init__(self, make: Callable[..., _P | None], *, ranked: bool = False) -> None:
        self._make = make
        self._ranked = ranked
        self._plans: dict[tuple[Any, ...], _P | None] = {}
        self._met: set[int] = set()
        self._lock = Lock()

    def find(self, root: bound.Node, *about: Any) -> tuple[_P, list[Constant]] | None:
        """The plan for a query, and the query's constants for it; None where it is to be written by itself."""
        found = shape_of(root, self._ranked)
        if found is None:
            return None
        shape, constants = found
        key = (shape, *about)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._planned(key)
        return None if plan is None else (plan, constants)

    def _planned(self, key: tuple[Any, ...]) -> _P | None:
        """The plan for a shape that has none yet, if there can be one and it was met lately."""
        mark = hash(key)
        if mark not in self._met:
            if len(self._met) >= _KEPT:
                self._met.clear()
            self._met.add(mark)
            return None
        if key not in self._plans:
            shape, *about = key
            try:
                plan = self._make(bound_of(shape), Filling(shape), *about)
            except Exception:  # whatever is the matter, the query itself tells it, and in its own words
                plan = None
            with self._lock:
                self._plans[key] = plan
                if len(self._plans) > _KEPT:
                    del self._plans[next(iter(self._plans))]
        return self._plans.get(key)
