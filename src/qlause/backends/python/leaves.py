"""Tests of one candidate as the source of a predicate needs them: each constant has a name, its value apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias

from ...bound.nodes import AllOf, AnyOf, BoundTest, Comparand, Compare, ContainsText, IsNull, Kind, OneOf
from ...bound.param import Deferred, Param, compute
from ...bound.visitor import TestVisitor
from ...values.datetimes import instant_key

__all__ = ["COMPARATORS", "Leaf", "NamedTest", "TestGroup", "leaves_of", "named_test"]

COMPARATORS: Final = frozenset({">", ">=", "<", "<="})
_MANY: Final = 9
_SECONDS: Final = len("2019-01-06T10:29:30")


class Leaf(NamedTuple):
    """A test of one candidate."""

    kind: Kind | None
    """The kind of candidate that it takes; None for null."""
    how: str
    """How the candidate and the constant are compared: an operator, a method of text, or ``contains``."""
    name: str
    """The name of the constant."""
    negated: bool
    many: bool = False
    """Whether the constant is a list of many."""
    second: str | Deferred | None = None
    """Of an instant compared as text: the second of which texts need a closer look, if any."""


class TestGroup(NamedTuple):
    """All or any of some tests."""

    every: bool
    items: tuple[NamedTest, ...]


NamedTest: TypeAlias = TestGroup | Leaf


def leaves_of(test: NamedTest) -> Iterator[Leaf]:
    """The leaves of a test."""
    if isinstance(test, TestGroup):
        for item in test.items:
            yield from leaves_of(item)
    else:
        yield test


def named_test(test: BoundTest, name: Callable[[Any], str]) -> NamedTest:
    """A test with names for its constants; ``name`` gives the next one for a value."""
    return _Naming(name).visit_test(test)


class _Naming(TestVisitor[NamedTest]):
    def __init__(self, name: Callable[[Any], str]) -> None:
        self._name = name

    def all_of(self, test: AllOf[BoundTest]) -> NamedTest:
        return TestGroup(True, tuple([self.visit_test(item) for item in test.items]))

    def any_of(self, test: AnyOf[BoundTest]) -> NamedTest:
        return TestGroup(False, tuple([self.visit_test(item) for item in test.items]))

    def one_of(self, test: OneOf) -> NamedTest:
        kind, values, negated = test.kind, test.values, test.negated
        if len(values) > 1:
            return Leaf(kind, "in", self._name(compute(_frozenset, *values)), negated, len(values) > _MANY)
        if kind == "boolean":
            return Leaf(kind, "is", str(values[0]), negated)
        return Leaf(kind, "==", self._name(values[0]), negated)

    def compare(self, test: Compare) -> NamedTest:
        if test.kind == "instant_text":
            return self._instant_text(test)
        return Leaf(test.kind, test.comparator, self._name(test.value), test.negated)

    def contains_text(self, test: ContainsText) -> NamedTest:
        how = ("==" if test.ends else "startswith") if test.starts else "endswith" if test.ends else "contains"
        return Leaf("folded" if test.folded else "string", how, self._name(test.text), test.negated)

    def is_null(self, test: IsNull) -> NamedTest:
        return Leaf(None, "is", "None", test.negated)

    def _instant_text(self, test: Compare) -> Leaf:
        """Text of an instant is compared with the instant as the text it is, up to its seconds.

        Text of the right form compares as the instants do, unless it has the same seconds; and even then where the
        seconds alone part what passes from what does not: ``>=`` and ``<`` an instant without a fraction.
        """
        comparator = test.comparator
        second = compute(_second, test.value)
        is_sure = comparator in (">=", "<") and _is_whole_second(test.value)
        # Text that starts with the seconds is longer, and goes on with a dot or Z: it is less than "[".
        limit = second if is_sure or ">" in comparator else compute(_after_second, second)
        return Leaf(test.kind, comparator, self._name(limit), test.negated, second=None if is_sure else second)


def _frozenset(*values: Any) -> frozenset[Any]:
    return frozenset(values)


def _second(instant: Any) -> str:
    return instant_key(instant)[:_SECONDS]


def _after_second(second: str) -> str:
    return second + "["


def _is_whole_second(instant: Comparand) -> bool:
    if isinstance(instant, Param):
        return instant.known == "second"
    return isinstance(instant, datetime) and instant.microsecond == 0
