"""Bound query → its shape, the same for queries that differ in their constants only, and these constants.

What a backend writes for a shape, over placeholders, holds for every query of it: it is written once and kept, and
:class:`Filling` puts the constants of a query in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from . import bound
from .bound import BoundTest, Compare, Constant, ContainsText, IsNull, Kind, OneOf, Reached, Some, Target
from .node import new
from .placeholder import Made, Placeholder, Sort

__all__ = ["Filling", "Shape", "bound_of", "shape_of"]

_MOST: Final = 100  # constants of a query whose shape is told; more are rare, and each is another shape
_MOST_LISTED: Final = 32
_SAFE: Final = 2**53
_Structure: TypeAlias = tuple[Any, ...]
_Span: TypeAlias = tuple[int, tuple[int, ...]]
Shape: TypeAlias = tuple[_Structure, tuple[Sort, ...], tuple[_Span, ...]]
"""The tree without its constants, what is known of each, and where one test has several, how they are ordered."""


class _OddError(Exception):
    """A constant that is like few others."""


def shape_of(root: bound.Node) -> tuple[Shape, list[Constant]] | None:
    """The shape of a query and its constants; None where it has too many, or an odd one that needs a look."""
    outline = _Outline()
    try:
        structure = outline.node(root)
        return (structure, outline.sorts(), tuple(outline.spans)), outline.constants
    except _OddError:
        return None


class _Outline:
    __slots__ = ("constants", "kinds", "spans")

    def __init__(self) -> None:
        self.constants: list[Constant] = []
        self.kinds: list[Kind] = []
        self.spans: list[_Span] = []

    def sorts(self) -> tuple[Sort, ...]:
        return tuple([_SORTS[kind](value) for kind, value in zip(self.kinds, self.constants, strict=True)])

    def node(self, node: bound.Node) -> _Structure:
        record: Any = node
        kind = node.__class__
        if kind is Some:
            target, test, negated = record
            return (Some, target[:4], negated, self.some(test))
        if kind is Reached:
            target, negated = record
            return (Reached, target[:4], negated)
        return (kind, tuple([self.node(each) for each in record[0]]))

    def some(self, test: BoundTest) -> _Structure:
        if test.__class__ is not bound.All and test.__class__ is not bound.Any:
            return self.test(test)
        start = len(self.constants)
        structure = self.test(test)
        if len(self.constants) > start + 1:
            self.spans.append((start, _ranks(self.kinds[start:], self.constants[start:])))
        return structure

    def test(self, test: BoundTest) -> _Structure:
        record: Any = test
        form = test.__class__
        if form is OneOf:
            kind, values, negated = record
            if kind == "boolean":
                return (OneOf, kind, values, negated)
            self.hold(kind, values)
            return (OneOf, kind, len(values), negated)
        if form is Compare:
            kind, comparator, value, negated = record
            self.hold(kind, (value,))
            return (Compare, kind, comparator, negated)
        if form is ContainsText:
            self.hold("string", record[:1])
            return (ContainsText, record[1:])
        if form is IsNull:
            return (IsNull, record[0])
        return (form, tuple([self.test(each) for each in record[0]]))

    def hold(self, kind: Kind, values: tuple[Constant, ...]) -> None:
        count = len(values)
        if count > _MOST_LISTED or len(self.constants) + count > _MOST:
            raise _OddError
        self.constants += values
        self.kinds += (kind,) * count


def _text(value: Any) -> Sort:
    if value and "\0" not in value and value[-1] < "\ud7ff":
        return "text"
    raise _OddError


def _number(value: Any) -> Sort:
    if -_SAFE < value < _SAFE:
        return "integer" if value.__class__ is int else "fraction"
    raise _OddError


def _instant(value: Any) -> Sort:
    if not 1700 <= value.year < 2250:
        raise _OddError
    beyond = value.microsecond
    return "microsecond" if beyond % 1000 else "millisecond" if beyond else "second"


_SORTS: Final[dict[Kind, Callable[[Any], Sort]]] = {
    "string": _text,
    "folded": _text,
    "objectid": _text,
    "number": _number,
    "instant": _instant,
    "instant_text": _instant,
    "date": lambda _: "date",
    "uuid": lambda _: "uuid",
}


def _ranks(kinds: Sequence[Kind], values: Sequence[Constant]) -> tuple[int, ...]:
    """The place of each constant of a test among those of its kind. Instants are told apart by their seconds."""
    found = [0] * len(values)
    for kind in set(kinds):
        group = [(_order(values[place]), place) for place, each in enumerate(kinds) if each == kind]
        group.sort()
        for rank, (value, place) in enumerate(group):
            if rank and value == group[rank - 1][0]:
                raise _OddError
            found[place] = rank
    return tuple(found)


def _order(value: Any) -> Any:
    return value.replace(microsecond=0) if isinstance(value, datetime) else value


def bound_of(shape: Shape) -> bound.Node:
    """The query with a placeholder for each constant."""
    return _Rebuilt(shape).node(shape[0])


class _Rebuilt:
    def __init__(self, shape: Shape) -> None:
        _, self.sorts, spans = shape
        self.ranks = {start + place: (start, rank) for start, ranks in spans for place, rank in enumerate(ranks)}
        self.places = iter(range(len(self.sorts)))

    def node(self, structure: _Structure) -> Any:
        match structure:
            case (form, target, negated, test):
                return new(form, (new(Target, (*target, None)), self.test(test), negated))
            case (form, target, negated):
                return new(form, (new(Target, (*target, None)), negated))
            case (form, items):
                return new(form, (tuple([self.node(each) for each in items]),))

    def test(self, structure: _Structure) -> Any:
        form, *rest = structure
        if form is OneOf:
            kind, values, negated = rest
            return OneOf(kind, values if kind == "boolean" else self.placeholders(kind, values), negated)
        if form is Compare:
            kind, comparator, negated = rest
            return Compare(kind, comparator, *self.placeholders(kind, 1), negated)
        if form is ContainsText:
            return new(ContainsText, (*self.placeholders("string", 1), *rest[0]))
        if form is IsNull:
            return IsNull(*rest)
        return new(form, (tuple([self.test(each) for each in rest[0]]),))

    def placeholders(self, kind: Kind, count: int) -> tuple[Any, ...]:
        return tuple([self.placeholder(kind, next(self.places)) for _ in range(count)])

    def placeholder(self, kind: Kind, place: int) -> Placeholder:
        if place not in self.ranks:
            return Placeholder(place, self.sorts[place])
        start, rank = self.ranks[place]
        return Placeholder(place, self.sorts[place], (start, kind), rank)


class Filling:
    """What placeholders stand for, and what is made of that, once the constants of a query are there."""

    def __init__(self, shape: Shape) -> None:
        self._size = len(shape[1])
        self._steps: list[tuple[Callable[..., Any] | None, Any]] = []
        self._places: dict[tuple[Callable[..., Any], tuple[int, ...]], int] = {}

    def place(self, value: Any) -> int:
        """Where :meth:`values` has what a value stands for; a value that is known stands for itself."""
        if type(value) is Placeholder:
            return value.place
        if type(value) is not Made:
            return self._step(None, value)
        step = value.function, tuple([self.place(each) for each in value.arguments])
        if step not in self._places:
            self._places[step] = self._step(*step)
        return self._places[step]

    def _step(self, function: Callable[..., Any] | None, argument: Any) -> int:
        self._steps.append((function, argument))
        return self._size + len(self._steps) - 1

    def values(self, constants: list[Constant]) -> list[Any]:
        """What all is in a query with these constants, by place."""
        found: list[Any] = constants.copy()
        for function, argument in self._steps:
            found.append(argument if function is None else function(*[found[place] for place in argument]))
        return found
