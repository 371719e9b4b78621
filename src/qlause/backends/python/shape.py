"""Bound query → its shape, and what it holds.

The shape is all that the source of a predicate is made of: it has names (``k1``, ``c2``) where the query has keys and
constants. So no text of a user can be in a source, and queries of one shape share it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias, assert_never

from ...bound import nodes as bound
from ...bound.nodes import BoundTest, Compare, ContainsText, IsNull, Kind, OneOf, PathExists, ValueMatches
from ...schema.storage import Target
from ...values.datetimes import instant_key

__all__ = ["COMPARATORS", "Asked", "Group", "Leaf", "NodeShape", "Outline", "TestGroup", "TestShape"]


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


class TestGroup(NamedTuple):
    """All or any of some tests."""

    every: bool
    items: tuple[TestShape, ...]


class Asked(NamedTuple):
    """Whether some candidate passes a test, or (None) whether a value is reached."""

    keys: tuple[str, ...]
    """The names of the keys of the path."""
    test: TestShape | None
    unsure: str
    """Where text is compared as an instant: the name of the starts of those texts that have to be looked at closely;
    empty: there are none."""
    place: int
    """Which of the tests it is."""
    negated: bool


class Group(NamedTuple):
    """All or any of some nodes."""

    every: bool
    items: tuple[NodeShape, ...]


TestShape: TypeAlias = TestGroup | Leaf
NodeShape: TypeAlias = Group | Asked
COMPARATORS: Final = frozenset({">", ">=", "<", "<="})
_MANY: Final = 9


class Outline:
    """The shape of a query, the values of the names in it, and its tests."""

    def __init__(self, root: bound.Node) -> None:
        self.names: dict[str, Any] = {}
        self.tests: list[BoundTest] = []
        self._keys: dict[str, str] = {}
        self._seconds: set[str] = set()
        self.shape = self._node(root)

    def _node(self, node: bound.Node) -> NodeShape:
        match node:
            case ValueMatches(target=target, test=test, negated=negated):
                place = len(self.tests)
                self.tests.append(test)
                shape = self._test(test)
                unsure = ""
                if self._seconds:
                    unsure = self._bind("c", tuple(self._seconds))
                    self._seconds.clear()
                return Asked(self._path(target), shape, unsure, place, negated)
            case PathExists(target=target, negated=negated):
                return Asked(self._path(target), None, "", 0, negated)
            case bound.AllOf(items=items):
                return Group(True, tuple([self._node(each) for each in items]))
            case bound.AnyOf(items=items):
                return Group(False, tuple([self._node(each) for each in items]))
            case _:
                assert_never(node)

    def _test(self, test: BoundTest) -> TestShape:
        match test:
            case OneOf(kind="boolean", values=(value,), negated=negated):
                return Leaf("boolean", "is", str(value), negated)
            case OneOf(kind=kind, values=values, negated=negated):
                if len(values) == 1:
                    return Leaf(kind, "==", self._bind("c", values[0]), negated)
                return Leaf(kind, "in", self._bind("c", frozenset(values)), negated, len(values) > _MANY)
            case Compare(kind=kind, comparator=comparator, value=value, negated=negated):
                if kind == "instant_text":
                    value = self._instant(comparator, value)  # type: ignore[arg-type]  # of the kind it is a datetime
                return Leaf(kind, comparator, self._bind("c", value), negated)
            case ContainsText(text=text, starts=starts, ends=ends, folded=folded, negated=negated):
                how = ("==" if ends else "startswith") if starts else "endswith" if ends else "contains"
                return Leaf("folded" if folded else "string", how, self._bind("c", text), negated)
            case IsNull(negated=negated):
                return Leaf(None, "is", "None", negated)
            case bound.AllOf(items=items):
                return TestGroup(True, tuple([self._test(each) for each in items]))
            case bound.AnyOf(items=items):
                return TestGroup(False, tuple([self._test(each) for each in items]))
            case _:
                assert_never(test)

    def _instant(self, comparator: str, instant: datetime) -> str:
        """What text of an instant is compared with as the text it is, up to its seconds.

        Text of the right form stands to it as the instants stand, unless it has the same seconds; and even then where
        the seconds alone part what passes from what does not: ``>=`` and ``<`` an instant without a fraction.
        """
        seconds = instant_key(instant)[:19]
        if comparator in (">=", "<") and instant.microsecond == 0:
            return seconds
        self._seconds.add(seconds)
        # Text that starts with the seconds is longer, and goes on with a dot or Z: it stands before "[".
        return seconds if ">" in comparator else seconds + "["

    def _path(self, target: Target) -> tuple[str, ...]:
        return tuple([self._keys.get(key) or self._key(key) for key in target.keys])

    def _key(self, key: str) -> str:
        name = self._keys[key] = self._bind("k", key)
        return name

    def _bind(self, letter: str, value: Any) -> str:
        name = f"{letter}{len(self.names)}"
        self.names[name] = value
        return name
