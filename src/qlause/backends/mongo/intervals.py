"""Unions of intervals of values of one type: what they have in common, and what is outside of them.

Constants are compared here. Where a parameter stands for one, its order among those of the test is enough; a
comparison that needs more asks for the values.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import product
from operator import lt
from typing import Any, Final, Literal, NamedTuple, TypeAlias, TypeVar

from ...bound.param import Deferred, compute, require_value
from ...errors import UnsupportedError
from .patterns import Pattern

__all__ = ["Endpoint", "Interval", "Intervals", "Type", "intersection", "outside", "union", "whole_type"]

_T = TypeVar("_T")
_MOST_PAIRS: Final = 10_000  # of alternatives that one AND inside a test may have
Type: TypeAlias = Literal["null", "bool", "number", "string", "date", "binData", "objectId"]
"""A type as ``$type`` names it."""


class Endpoint(NamedTuple):
    """Where an interval begins or ends, and whether the value there is in it."""

    value: Any
    inclusive: bool


class Interval(NamedTuple):
    """The values of one type between two endpoints, or those listed, as far as exclusions and patterns allow."""

    type: Type
    listed: tuple[Any, ...] | None = None
    low: Endpoint | None = None
    high: Endpoint | None = None
    excluded: tuple[Any, ...] = ()
    matching: tuple[Pattern, ...] = ()
    """Patterns that all match."""
    not_matching: tuple[Pattern, ...] = ()
    """Patterns of which none matches."""


Intervals: TypeAlias = tuple[Interval, ...]
"""A union of intervals of one type."""


@cache
def whole_type(type_: Type) -> Intervals:
    """All values of a type."""
    return (Interval(type_, (False, True) if type_ == "bool" else None),)


def union(unions: list[Intervals]) -> Intervals:
    """The values in any of the unions."""
    filled = [intervals for intervals in unions if intervals]
    if len(filled) == 1:
        return filled[0]
    return _distinct([interval for intervals in filled for interval in intervals])


def intersection(unions: list[Intervals]) -> Intervals:
    """The values in all of the unions. Raises UnsupportedError if too many alternatives must be combined."""
    common = unions[0]
    pairs = 0
    for intervals in unions[1:]:
        pairs += len(common) * len(intervals)
        if pairs > _MOST_PAIRS:
            hint = "write fewer ORs under one AND inside the parentheses"
            raise UnsupportedError("this test of one value is too much for MongoDB", code="alternatives", hint=hint)
        overlaps = [_overlap(left, right) for left, right in product(common, intervals)]
        common = _distinct([overlap for overlap in overlaps if overlap is not None])
    return common


def outside(type_: Type, intervals: Intervals) -> Intervals:
    """The values of the type that are in none of the intervals."""
    return intersection([whole_type(type_), *map(_outside_one, intervals)])


def _outside_one(interval: Interval) -> Intervals:
    type_, listed, low, high, excluded, matching, not_matching = interval
    parts: list[Interval] = []
    if listed is not None:
        parts.append(Interval(type_, excluded=listed))
    if low is not None:
        parts.append(Interval(type_, high=Endpoint(low.value, not low.inclusive)))
    if high is not None:
        parts.append(Interval(type_, low=Endpoint(high.value, not high.inclusive)))
    if excluded:
        parts.append(Interval(type_, excluded))
    parts += [Interval(type_, not_matching=(pattern,)) for pattern in matching]
    parts += [Interval(type_, matching=(pattern,)) for pattern in not_matching]
    return tuple(parts)


def _overlap(left: Interval, right: Interval) -> Interval | None:
    """The values in both intervals; None if there are none."""
    listed = left.listed
    if listed is None:
        listed = right.listed
    elif right.listed is not None:
        others = frozenset(right.listed)
        listed = tuple(value for value in listed if value in others)
    return _reduced(
        Interval(
            left.type,
            listed,
            _tighter(left.low, right.low, is_low=True),
            _tighter(left.high, right.high, is_low=False),
            _distinct(left.excluded + right.excluded),
            _without_wider(_distinct(left.matching + right.matching)),
            _distinct(left.not_matching + right.not_matching),
        )
    )


def _distinct(items: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(items))


def _tighter(left: Endpoint | None, right: Endpoint | None, is_low: bool) -> Endpoint | None:
    if left is None or right is None:
        return left or right
    if left.value == right.value:
        return left if right.inclusive else right
    return right if _is_less(left.value, right.value) == is_low else left


def _without_wider(patterns: tuple[Pattern, ...]) -> tuple[Pattern, ...]:
    implied = {pattern.wider for pattern in patterns}
    return tuple(pattern for pattern in patterns if pattern.text not in implied)


def _reduced(interval: Interval) -> Interval | None:
    """The interval with its list within its endpoints; None if it holds no value."""
    low, high = interval.low, interval.high
    if not frozenset(interval.matching).isdisjoint(interval.not_matching):
        return None
    if interval.listed is None and low and high and low.value == high.value and low.inclusive and high.inclusive:
        interval = interval._replace(listed=(low.value,))
    if interval.listed is not None:
        excluded = frozenset(interval.excluded)
        listed = tuple(value for value in interval.listed if value not in excluded and _is_between(value, low, high))
        return interval._replace(listed=listed, low=None, high=None, excluded=()) if listed else None
    if low and high and not _is_less(low.value, high.value):
        return None
    return interval


def _is_between(value: Any, low: Endpoint | None, high: Endpoint | None) -> bool:
    return (low is None or (low.inclusive if value == low.value else _is_less(low.value, value))) and (
        high is None or (high.inclusive if value == high.value else _is_less(value, high.value))
    )


def _is_less(left: Any, right: Any) -> bool:
    if isinstance(left, Deferred) and isinstance(right, Deferred) and left.order[:1] == right.order[:1]:
        return left < right
    return bool(require_value(compute(lt, left, right)))
