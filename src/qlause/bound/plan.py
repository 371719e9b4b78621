"""What binding made of a query's structure, kept so that the next query of this structure only has its values read.

The structure of a parsed query is all of it but its values: paths, operators, and how tests are combined. With the
schema and the language it decides everything about the bound tree, as long as each value is read in the same way, as a
number or as a whole day, say. So a plan holds the bound tree with a number in the place of each constant, and how each
value was read. A query of which any value is read in another way, or not at all, is bound as if there were no plan.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from sys import getsizeof
from typing import Any, Final, TypeAlias, TypeVar

from ..cache import Bounded, weight
from ..limits import Limits
from ..schema.schema import Schema
from ..schema.storage import Target
from ..schema.types.definition import Reader
from ..schema.types.reading import Clock, Readings, UnreadableError
from ..syntax.nodes import (
    And,
    Clause,
    Comparator,
    Compare,
    Contains,
    ElemMatch,
    Equals,
    Exists,
    HasSize,
    IsEmpty,
    LiteralValue,
    Missing,
    Node,
    Not,
    Null,
    Or,
)
from ..values.fold import fold
from . import nodes as bound
from .nodes import Constant, with_values

__all__ = [
    "Plan",
    "Tree",
    "Values",
    "outline_of",
    "plan_of",
    "plans_of",
    "shape_of",
    "shifted",
    "with_constants",
]

_T = TypeVar("_T")
# Of a query that has a plan: backends keep nothing for larger ones either.
_MOST_VALUES: Final = 100
_MOST_ITEMS: Final = 1_000
_MOST_DERIVED: Final = 32
_WITHOUT_VALUES: Final[frozenset[type[Any]]] = frozenset({Exists, IsEmpty, Missing, Null})
# How many bytes the parts of a plan take at most, texts aside.
_OF_PLAN: Final = 1_024
_OF_READING: Final = 512
_OF_TARGET: Final = 512
_OF_TEST: Final = 128
_OF_NAME: Final = 8
Outline: TypeAlias = tuple[Hashable, ...]
Value: TypeAlias = LiteralValue | str
"""A literal, or the text after ``~``."""
_Shape: TypeAlias = tuple[tuple[tuple[Any, ...], ...], ...]
Reading: TypeAlias = tuple[Reader | None, Comparator | None, Any, Any]
"""How one value was read: by which function of a type, after which comparator, for which field, and the shape of what
it gave. For the text after ``~`` there is no function, and the shape is whether it is folded."""
_WITHOUT_SCHEMA: Final[Bounded[Any]] = Bounded()


class Values:
    """What was read of the values of a query, from left to right."""

    def __init__(self) -> None:
        self.read: list[Value] = []
        self.readings: list[Reading] = []
        self.constants: list[Constant] = []

    def unwritten(self, constant: Constant) -> int:
        """The place of a constant that does not come from the query's text. Such a query has no plan."""
        self.read.append("")
        self.constants.append(constant)
        return len(self.constants) - 1


def outline_of(root: Node, language: str | None) -> tuple[Outline, list[Value]] | None:
    """The structure of a query, with the language of the request, and its values from left to right.

    None for a query that is too large to have a plan.
    """
    items: list[Hashable] = [language]
    values: list[Value] = []
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        kind = node.__class__
        if kind is Clause:
            items.append(node.path.segments)
            node = node.test
            kind = node.__class__
        if kind is Equals:
            items.append(None)
            values.append(node.literal)
        elif kind is Compare:
            items.append(node.comparator)
            values.append(node.literal)
        elif kind is Contains:
            items += (kind, node.starts, node.ends)
            values.append(node.text)
        elif kind is And or kind is Or:
            members = node.items
            if len(members) > _MOST_VALUES:
                return None
            items += (kind, len(members))
            stack += members[::-1]
        elif kind is Not:
            items.append(kind)
            stack.append(node.item)
        elif kind is ElemMatch:
            items.append(kind)
            stack.append(node.node)
        elif kind is HasSize:
            items += (kind, node.test)  # as it is written: what it may cost goes by that
        elif kind in _WITHOUT_VALUES:
            items.append(kind)
        else:
            raise AssertionError(f"the structure of {node!r} is not known")
    return (tuple(items), values) if len(values) <= _MOST_VALUES and len(items) <= _MOST_ITEMS else None


def plans_of(schema: Schema | None) -> Bounded[Any]:
    """The plans of queries of a schema, by their outlines."""
    return _WITHOUT_SCHEMA if schema is None else schema.plans


class Tree:
    """The bound tree of all queries of a structure, with the number of each constant in its place.

    Args:
        root: The root of the tree.

    """

    __slots__ = ("_derived", "root")

    def __init__(self, root: bound.Node) -> None:
        self.root = root
        self._derived: dict[Hashable, Any] = {}

    def derived(self, function: Callable[..., _T], *arguments: Hashable) -> _T:
        """What a function makes of the tree, made once."""
        key = (function, *arguments)
        made = self._derived.get(key)
        if made is None:
            made = function(self.root, *arguments)
            if len(self._derived) >= _MOST_DERIVED:
                self._derived.clear()
            self._derived[key] = made
        return made


class Plan:
    """The bound tree of a structure, and how its values are read.

    Args:
        tree: The tree.
        readings: How each value was read.
        lists: The places of the constants of each test that has several.
        limits: The limits that the query kept.
        spare: How many characters they left.
        weight: How often a character of a value counts at most.

    """

    __slots__ = ("_lists", "_readings", "_spare", "_weight", "limits", "tree")

    def __init__(
        self,
        tree: Tree,
        readings: Sequence[Reading],
        lists: Sequence[tuple[int, ...]],
        limits: Limits,
        spare: int,
        weight: int,
    ) -> None:
        self.tree = tree
        self.limits = limits
        self._readings = tuple(readings)
        self._lists = tuple(lists)
        self._spare = spare
        self._weight = weight

    def constants(self, values: Sequence[Value], clock: Clock) -> list[Constant] | None:
        """Read the values of a query of this structure.

        Returns:
            The constants, by their places; None if the tree of this query is, or may be, another one.

        """
        constants: list[Constant] = []
        characters = 0
        for value, (read, comparator, field, shape) in zip(values, self._readings, strict=True):
            if read is None:
                characters += len(value)  # type: ignore[arg-type]  # a text
                constants.append(fold(value) if shape else value)  # type: ignore[arg-type]  # as above
                continue
            characters += len(value.text)  # type: ignore[union-attr]  # a literal
            try:
                readings = read(value, comparator, field, clock)  # type: ignore[arg-type]  # as above
            except UnreadableError:
                return None
            if readings is None or not _fit(readings, shape, constants):
                return None
        if characters * self._weight > self._spare:
            return None
        for places in self._lists:
            if len({constants[place] for place in places}) < len(places):
                return None  # equal values of a list are one
        return constants


def plan_of(
    outline: Outline,
    root: bound.Node,
    constants: Sequence[Constant],
    readings: Sequence[Reading],
    limits: Limits,
    left: tuple[int, int],
) -> tuple[Plan, int] | None:
    """The plan of a query that was bound, and how many bytes it takes at most with its outline.

    None if the tree depends on the values: equal ones of a list are one.
    """
    tests: list[tuple[int, ...]] = []
    targets: list[Target] = []

    def note_test(places: tuple[int, ...]) -> tuple[int, ...]:
        tests.append(places)
        return places

    def note_target(target: Target) -> Target:
        targets.append(target)
        return target

    with_values(root, note_test, note_target)
    if len({place for places in tests for place in places}) < len(constants):
        return None
    plan = Plan(Tree(root), readings, [places for places in tests if len(places) > 1], limits, *left)
    return plan, _size(outline, readings, tests, targets)


def _size(
    outline: Outline, readings: Sequence[Reading], tests: Sequence[tuple[int, ...]], targets: Sequence[Target]
) -> int:
    """How many bytes a plan and its outline take at most, by the number of their parts.

    What the schema owns is not among these: its fields, and where they are stored.
    """
    sources = {id(target.origin[0]): target.origin[0] for target in targets if target.origin is not None}
    size = _OF_PLAN + _OF_READING * len(readings) + sum(map(getsizeof, sources.values()))
    size += sum([_OF_TARGET + 2 * _OF_NAME * len(target.keys) for target in targets])
    size += sum([_OF_TEST + _OF_NAME * len(places) for places in tests])
    for item in outline:
        size += _OF_NAME
        if item.__class__ is tuple:  # a path
            size += getsizeof(item) + sum(map(getsizeof, item))
        elif item.__class__ is str:
            size += getsizeof(item)
        elif isinstance(item, tuple):  # a test of a number of elements: in the tree, its numbers are there again
            size += 2 * weight(item)
    return size


def shape_of(readings: Readings) -> _Shape:
    """The kinds and comparators of what was read. A boolean is part of it: no backend has parameters of this kind."""
    return tuple(
        [
            tuple([(kind, comparator, value if kind == "boolean" else None) for kind, comparator, value in group])
            for group in readings
        ]
    )


def _fit(readings: Readings, shape: _Shape, constants: list[Constant]) -> bool:
    """Whether readings are of a shape; their constants are then added."""
    if len(readings) != len(shape):
        return False
    for group, expected in zip(readings, shape, strict=True):
        if len(group) != len(expected):
            return False
        for (kind, comparator, constant), known in zip(group, expected, strict=True):
            if kind != "boolean":
                constants.append(constant)
            if known != (kind, comparator, constant if kind == "boolean" else None):
                return False
    return True


def with_constants(root: bound.Node, constants: Sequence[Constant]) -> bound.Node:
    """The tree with each constant in its place."""
    filled: bound.Node = with_values(root, lambda places: [constants[place] for place in places])
    return filled


def shifted(root: bound.Node, by: int) -> bound.Node:
    """A tree whose constants are behind so many others."""
    moved: bound.Node = with_values(root, lambda places: [place + by for place in places])
    return moved
