"""Tests of one candidate with a name in place of each constant, for the source of a predicate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias

from ...bound.nodes import AllOf, AnyOf, BoundTest, Comparand, Compare, ContainsText, IsNull, Kind, OneOf
from ...bound.param import Deferred, Param, compute
from ...bound.visitor import TestVisitor
from ...values.datetimes import end_of_second, instant_key, second_of

__all__ = ["COMPARATORS", "Leaf", "NamedTest", "TestGroup", "leaves_of", "named_test"]

COMPARATORS: Final = frozenset({">", ">=", "<", "<="})


class Leaf(NamedTuple):
    """A test of one candidate."""

    kind: Kind | None
    """The kind of candidates that can pass; None for null."""
    operation: str
    """How the candidate and the constant are compared: an operator, a method of text, or ``contains``."""
    name: str
    """The name of the constant."""
    negated: bool
    unsure_second: str | Deferred | None = None
    """For instants compared as text: the second in which the comparison of texts does not decide, if there is one."""
    end: str | None = None
    """For ``instant_or_text``: the name of the least text after the second that ``name`` starts. Within it, only the
    whole test decides."""


class TestGroup(NamedTuple):
    """Tests that are combined: all of them must pass (``every``), or any."""

    every: bool
    items: tuple[NamedTest, ...]


NamedTest: TypeAlias = TestGroup | Leaf


def leaves_of(test: NamedTest) -> Iterator[Leaf]:
    """The leaves of a test, from left to right."""
    if isinstance(test, TestGroup):
        for item in test.items:
            yield from leaves_of(item)
    else:
        yield test


def named_test(test: BoundTest, name: Callable[[Any], str]) -> NamedTest:
    """Give a name to each constant of a test; ``name`` returns a new name for a value."""
    return _Naming(name).visit_test(test)


class _Naming(TestVisitor[NamedTest]):
    """Gives names to the constants of a test."""

    def __init__(self, name: Callable[[Any], str]) -> None:
        self._name = name

    def all_of(self, test: AllOf[BoundTest]) -> NamedTest:
        return TestGroup(True, tuple([self.visit_test(item) for item in test.items]))

    def any_of(self, test: AnyOf[BoundTest]) -> NamedTest:
        return TestGroup(False, tuple([self.visit_test(item) for item in test.items]))

    def one_of(self, test: OneOf) -> NamedTest:
        kind, values, negated = test.kind, test.values, test.negated
        value = values[0]
        if isinstance(value, Param) and value.known == "list":
            return Leaf(kind, "in", self._name(compute(frozenset, value)), negated)
        if len(values) > 1:
            return Leaf(kind, "in", self._name(frozenset(values)), negated)
        if kind == "boolean":
            return Leaf(kind, "is", str(value), negated)
        return Leaf(kind, "==", self._name(value), negated)

    def compare(self, test: Compare) -> NamedTest:
        if test.kind == "instant_text":
            return self._instant_text(test)
        if test.kind == "instant_or_text":
            second = compute(second_of, test.value)
            start, end = self._name(second), self._name(compute(end_of_second, second))
            return Leaf(test.kind, test.comparator, start, test.negated, end=end)
        return Leaf(test.kind, test.comparator, self._name(test.value), test.negated)

    def contains_text(self, test: ContainsText) -> NamedTest:
        operation = ("==" if test.ends else "startswith") if test.starts else "endswith" if test.ends else "contains"
        return Leaf("folded" if test.folded else "string", operation, self._name(test.text), test.negated)

    def is_null(self, test: IsNull) -> NamedTest:
        return Leaf(None, "is", "None", test.negated)

    def _instant_text(self, test: Compare) -> Leaf:
        """Compare the stored text with the constant's text up to its seconds.

        Texts of the right form compare as their instants do, unless the seconds are the same: then fractions decide.
        For ``>=`` and ``<`` an instant without a fraction, the seconds always decide.
        """
        comparator = test.comparator
        second = compute(_second, test.value)
        seconds_decide = comparator in (">=", "<") and _is_whole_second(test.value)
        # A text of the same second is longer: what follows is at most "Z", which is less than "[".
        limit = second if seconds_decide or ">" in comparator else compute(_after_second, second)
        return Leaf(
            test.kind, comparator, self._name(limit), test.negated, unsure_second=None if seconds_decide else second
        )


def _second(instant: Any) -> str:
    return second_of(instant_key(instant))


def _after_second(second: str) -> str:
    return second + "["


def _is_whole_second(instant: Comparand) -> bool:
    if isinstance(instant, Param):
        return instant.known == "second"
    return isinstance(instant, datetime) and instant.microsecond == 0
