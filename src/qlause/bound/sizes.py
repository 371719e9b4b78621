"""Tests of a number of elements → the numbers that pass, as intervals (rule 25).

Numbers are whole, so any test of them is a list of intervals, and its complement is another one. No backend has to know
what AND, OR and NOT say of a number.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from ..syntax.nodes import And, Compare, Equals, Not, Or, Test

__all__ = ["EMPTY", "Sizes", "other_sizes", "sizes_of"]

Sizes: TypeAlias = tuple[tuple[int, int | None], ...]
"""Intervals of numbers, both ends included, None for no end: in order, without overlap, and apart from each other."""

EMPTY: Final[Sizes] = ((0, 0),)
"""No element."""


def sizes_of(test: Test) -> Sizes:
    """The numbers that pass a test.

    >>> from qlause import parse
    >>> sizes_of(parse("tags:size(1,2,>=5 AND NOT 7)").root.test.test)
    ((1, 2), (5, 6), (8, None))
    """
    match test:
        case Equals(literal=literal):
            return _united([(int(literal.text), int(literal.text))])
        case Compare(comparator=comparator, literal=literal):
            number = int(literal.text)
            if comparator[0] == ">":
                return ((number + (comparator == ">"), None),)
            return _united([(0, number - (comparator == "<"))])
        case Or(items=items):
            return _united(interval for item in items for interval in sizes_of(item))
        case And(items=items):  # what none of them refuses
            return other_sizes(_united(interval for item in items for interval in other_sizes(sizes_of(item))))
        case Not(item=item):
            return other_sizes(sizes_of(item))
        case _:
            raise AssertionError(f"size cannot hold {test!r}: its constructor refuses that")


def _united(intervals: Iterable[tuple[int, int | None]]) -> Sizes:
    """The numbers that are in some interval; an interval that ends before it begins is empty."""
    united: list[tuple[int, int | None]] = []
    for low, high in sorted(intervals, key=lambda interval: interval[0]):
        if high is not None and high < low:
            continue
        if united and (united[-1][1] is None or low <= united[-1][1] + 1):
            start, end = united[-1]
            united[-1] = (start, None if end is None or high is None else max(end, high))
        else:
            united.append((low, high))
    return tuple(united)


def other_sizes(sizes: Sizes) -> Sizes:
    """All other numbers."""
    others: list[tuple[int, int | None]] = []
    start: int | None = 0
    for low, high in sizes:
        if start is not None and start < low:
            others.append((start, low - 1))
        start = None if high is None else high + 1
    if start is not None:
        others.append((start, None))
    return tuple(others)
