"""Bound query → its shape, the same for queries that differ in their constants only, and these constants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final, TypeAlias

from ..._record import new
from ...bound import nodes as bound
from ...bound.nodes import Compare, Constant, ContainsText, IsNull, Kind, OneOf, PathExists, ValueMatches
from ...schema.storage import Target
from .placeholder import Placeholder, Sort

__all__ = ["Shape", "bound_of", "shape_of"]

# What is longer is rare, and what is kept for it is long too.
_MOST: Final = 100  # constants
_MOST_LISTED: Final = 32
_LONGEST: Final = 1_000  # items of a structure
_SAFE: Final = 2**53
_SECOND: Final = timedelta(seconds=1)
_INSTANTS: Final = frozenset({"instant", "instant_text"})
_Ranks: TypeAlias = tuple[int, tuple[int, ...]]
Shape: TypeAlias = tuple[tuple[Any, ...], tuple[Sort, ...], tuple[_Ranks, ...]]
"""The tree without its constants, node by node; what is known of each constant; and how those of a test with several
are ordered, behind the place of the first."""


class _OddError(Exception):
    """A constant that is like few others."""


def shape_of(root: bound.Node, ranked: bool = False) -> tuple[Shape, list[Constant]] | None:
    """The shape of a query and its constants; None where it has too many, or an odd one that needs a look.

    Only if it is ``ranked`` do placeholders of one test tell which is the greater.
    """
    structure: list[Any] = []
    constants: list[Constant] = []
    kinds: list[Kind] = []
    ranks: list[_Ranks] | None = [] if ranked else None
    try:
        _outline(root, structure, constants, kinds, ranks)
        sorts = tuple([_SORTS[kind](value) for kind, value in zip(kinds, constants, strict=True)])
    except _OddError:
        return None
    return (tuple(structure), sorts, tuple(ranks or ())), constants


def _outline(
    node: Any, structure: list[Any], constants: list[Constant], kinds: list[Kind], ranks: list[_Ranks] | None
) -> None:
    """What is met in a tree, from left to right: each node before what is in it, and how many items that are."""
    if len(structure) > _LONGEST:
        raise _OddError
    form = node.__class__
    if form is ValueMatches:
        (keys, scalar, column, declared, _), test, negated = node
        structure += (ValueMatches, keys, scalar, column, declared, negated)
        first = len(constants)
        _outline_test(test, structure, constants, kinds)
        if len(constants) > _MOST:
            raise _OddError
        if ranks is not None and len(constants) > first + 1 and test.__class__ is not OneOf:
            ranks.append((first, _ranks(kinds[first:], constants[first:])))
    elif form is PathExists:
        (keys, scalar, column, declared, _), negated = node
        structure += (PathExists, keys, scalar, column, declared, negated)
    else:
        (items,) = node
        structure += (form, len(items))
        for each in items:
            _outline(each, structure, constants, kinds, ranks)


def _outline_test(test: Any, structure: list[Any], constants: list[Constant], kinds: list[Kind]) -> None:
    form = test.__class__
    if form is OneOf:
        kind, values, negated = test
        if kind == "boolean":
            structure += (OneOf, kind, values, negated)
            return
        count = len(values)
        if count > _MOST_LISTED:
            raise _OddError
        structure += (OneOf, kind, count, negated)
        constants += values
        kinds += (kind,) * count
    elif form is Compare:
        kind, comparator, value, negated = test
        structure += (Compare, kind, comparator, negated)
        constants.append(value)
        kinds.append(kind)
    elif form is ContainsText:
        text, starts, ends, folded, negated = test
        structure += (ContainsText, starts, ends, folded, negated)
        constants.append(text)
        kinds.append("string")
    elif form is IsNull:
        structure += (IsNull, *test)
    else:
        (items,) = test
        structure += (form, len(items))
        for each in items:
            _outline_test(each, structure, constants, kinds)


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


def _ranks(kinds: Sequence[Kind], values: Sequence[Any]) -> tuple[int, ...]:
    """The place of each constant of a test among those of its kind. Instants are told apart by their seconds."""
    found = [0] * len(values)
    for kind in set(kinds):
        group = [place for place, each in enumerate(kinds) if each == kind]
        group.sort(key=values.__getitem__)
        least = None
        for rank, place in enumerate(group):
            value = values[place]
            if least is not None and (value - least < _SECOND if kind in _INSTANTS else value == least):
                raise _OddError
            found[place] = rank
            least = value
    return tuple(found)


def bound_of(shape: Shape) -> bound.Node:
    """The query with a placeholder for each constant."""
    found: bound.Node = _Rebuilt(shape).node()
    return found


class _Rebuilt:
    def __init__(self, shape: Shape) -> None:
        structure, self.sorts, ranks = shape
        self.next = iter(structure).__next__
        self.places = iter(range(len(self.sorts)))
        self.ranks = {first + place: (first, rank) for first, each in ranks for place, rank in enumerate(each)}

    def take(self, count: int) -> Iterator[Any]:
        return (self.next() for _ in range(count))

    def node(self) -> Any:
        form = self.next()
        if form is not ValueMatches and form is not PathExists:
            return new(form, (tuple([self.node() for _ in range(self.next())]),))
        target, negated = new(Target, (*self.take(4), None)), self.next()
        return (
            new(ValueMatches, (target, self.test(), negated))
            if form is ValueMatches
            else new(PathExists, (target, negated))
        )

    def test(self) -> Any:
        form = self.next()
        if form is OneOf:
            kind, values, negated = self.take(3)
            return OneOf(kind, values if kind == "boolean" else self.placeholders(kind, values), negated)
        if form is Compare:
            kind, comparator, negated = self.take(3)
            return new(Compare, (kind, comparator, *self.placeholders(kind, 1), negated))
        if form is ContainsText:
            return new(ContainsText, (*self.placeholders("string", 1), *self.take(4)))
        if form is IsNull:
            return IsNull(self.next())
        return new(form, (tuple([self.test() for _ in range(self.next())]),))

    def placeholders(self, kind: Kind, count: int) -> tuple[Any, ...]:
        return tuple([self.placeholder(kind, next(self.places)) for _ in range(count)])

    def placeholder(self, kind: Kind, place: int) -> Placeholder:
        first, rank = self.ranks.get(place, (place, 0))
        return Placeholder(place, self.sorts[place], (first, kind), rank)
