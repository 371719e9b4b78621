"""The structure of a bound query: the part that queries with other constants share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import timedelta
from itertools import pairwise, starmap
from operator import ne
from typing import Any, Final

from ..._record import replace
from ...bound.nodes import (
    Compare,
    ContainsText,
    IsNull,
    Node,
    OneOf,
    PathExists,
    SizeMatches,
    SomeElement,
    ValueMatches,
    with_values,
)
from ...bound.param import Param
from ...bound.query import BoundQuery
from ...schema.storage import Target
from ...values.datetimes import SECONDS, second_of
from ...values.fold import recent_pairs

__all__ = ["Structure"]

# Larger queries are rare, and so is a second one of the same structure; what would be kept for them is large.
_MAX_CONSTANTS: Final = 100
_MAX_LIST_MEMBERS: Final = 32
_MAX_KEY_ITEMS: Final = 1_000
_EXACT_INTEGERS: Final = 2**53  # up to here every float keeps its integer apart from the next one
_SECOND: Final = timedelta(seconds=1)


class _Skeleton:
    """What the structure of a bound query is made of, its constants aside.

    Args:
        root: The root of the query, or of the tree that all queries of its structure share.
        parameterise_keys: As for :class:`Structure`.
        whole_lists: As for :class:`Structure`.

    """

    __slots__ = ("_hash", "groups", "is_small", "items", "keys", "kinds", "values", "whole_lists")

    def __init__(self, root: Node, parameterise_keys: bool, whole_lists: bool) -> None:
        self.whole_lists = whole_lists
        self.items: list[Any] = []
        self.kinds: list[str] = []
        self.groups: list[tuple[int, int]] = []
        """The tests that have several constants: where these begin and end."""
        self.keys: dict[str, int] | None = {} if parameterise_keys else None
        self.values: list[Any] = []
        """What stands in the place of each constant: the constant, or its place among those of the query."""
        self.is_small = True
        self._walk(root)
        if len(self.values) > _MAX_CONSTANTS or len(self.items) > _MAX_KEY_ITEMS:
            self.is_small = False
        self._hash = hash(tuple(self.items)) if self.is_small else 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Skeleton) and self.items == other.items

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"_Skeleton({self.items!r})"

    def _outline(self, target: Target) -> tuple[Any, ...]:
        """What the structure holds of a target. Keys that are parameters are numbered, so that equal ones are seen."""
        if self.keys is None:
            return target.keys, target.scalar, target.column, target.declared
        numbers = self.keys
        return tuple([numbers.setdefault(key, len(numbers)) for key in target.keys])

    def _walk(self, node: Any) -> None:
        items = self.items
        node_class = node.__class__
        if node_class is ValueMatches:
            target, test, negated = node
            items += (node_class, self._outline(target), negated)
            first = len(self.values)
            self._walk(test)
            if len(self.values) > first + 1 and test.__class__ is not OneOf:
                self.groups.append((first, len(self.values)))
        elif node_class is OneOf:
            kind, values, negated = node
            if kind == "boolean":
                items += (node_class, kind, values, negated)
                return
            count = len(values)
            if self.whole_lists and count > 1:
                items += (node_class, kind, negated)
                self.values.append(values)
                self.kinds.append("list")
                return
            items += (node_class, kind, count, negated)
            self.is_small = self.is_small and count <= _MAX_LIST_MEMBERS
            self.values += values
            self.kinds += (kind,) * count
        elif node_class is Compare:
            kind, comparator, value, negated = node
            items += (node_class, kind, comparator, negated)
            self.values.append(value)
            self.kinds.append(kind)
        elif node_class is ContainsText:
            text, *others = node
            items += (node_class, *others)
            self.values.append(text)
            self.kinds.append("folded" if node.folded else "string")
        elif node_class is PathExists or node_class is SizeMatches:  # sizes are part of the structure
            target, *others = node
            items += (node_class, self._outline(target), *others)
        elif node_class is SomeElement:
            items += (node_class, self._outline(node.target), node.negated)
            self._walk(node.node)
        elif node_class is IsNull:
            items += (node_class, *node)
        else:
            (members,) = node
            items += (node_class, len(members))
            for member in members:
                self._walk(member)


class Structure:
    """A bound query divided into its constants and its structure, from left to right.

    Args:
        query: The bound query.
        ordered: Whether the compiler compares parameters of one test with each other. Then their order is part of the
            structure.
        parameterise_keys: Whether the keys of paths become parameters too, after the constants. Then nothing else about
            a target is part of the structure.
        whole_lists: Whether a list of several values is one constant, so that its length is no part of the structure.
            The compiler cannot require its values.

    Attributes:
        query: The query.
        constants: The constants of the query, then the keys if they are parameters.
        is_small: Whether the result of compiling it may be kept.
        key: Equal for queries of one structure. It is there only if ``is_small``.

    Example:
        >>> one, other = (Structure(bind(text)) for text in ("qty:>2 name:x", "qty:>7 name:y"))
        >>> one.key == other.key
        True
        >>> one.constants, other.constants
        ([2, 'x'], [7, 'y'])

    """

    __slots__ = ("_facts", "_orders", "_skeleton", "constants", "is_small", "key", "query")

    def __init__(
        self, query: BoundQuery, ordered: bool = False, parameterise_keys: bool = False, whole_lists: bool = False
    ) -> None:
        self.query = query
        skeleton = self._skeleton = query.derived(_Skeleton, parameterise_keys, whole_lists)
        self.constants: list[Any] = skeleton.values
        if query.is_shared:
            own = query.constants
            self.constants = [
                own[place] if place.__class__ is int else tuple([own[each] for each in place])
                for place in skeleton.values
            ]
        self.is_small = skeleton.is_small
        if self.is_small:
            self._facts = [_FACTS[kind](value) for kind, value in zip(skeleton.kinds, self.constants, strict=True)]
            groups = skeleton.groups if ordered else ()
            self._orders = [order for group in groups for order in self._ranked(*group)]
            self.key = (skeleton, tuple(self._facts), tuple(self._orders))
            if skeleton.keys:
                self.constants = [*self.constants, *skeleton.keys]

    @property
    def folds_ascii_alone(self) -> bool:
        """Whether every text that is compared under the fold is of ASCII."""
        kinds = zip(self._skeleton.kinds, self.constants, strict=False)
        return all(constant.isascii() for kind, constant in kinds if kind == "folded")

    def parameterised(self, inline: Collection[int]) -> Node:
        """Put a parameter in the place of each constant.

        A constant stays in the tree if too little is known of it, and the key then holds it.

        Args:
            inline: The indexes of constants that stay too, because the compiler needs their values.

        Returns:
            The root of the query with parameters; the query itself if it is not small.

        Example:
            >>> Structure(bind("qty:>2")).parameterised(()).test.value.known
            'integer'

        """
        if not self.is_small:
            return self.query.root
        orders = {index: (first, rank) for index, first, rank in self._orders}
        values: list[Any] = []
        for index, (fact, constant) in enumerate(zip(self._facts, self.constants, strict=False)):
            is_inline = fact.__class__ is tuple or index in inline
            values.append(constant if is_inline else Param(index, fact, orders.get(index, (index, 0))))
        following = iter(values)
        whole = self._skeleton.whole_lists

        def params(constants: tuple[Any, ...]) -> list[Any]:
            return [next(following) for _ in (constants[:1] if whole else constants)]

        result: Node = with_values(self.query.root, params, self._target)
        return result

    def _target(self, target: Target) -> Target:
        """The target, with a parameter for each key if keys are parameters."""
        numbers = self._skeleton.keys
        if numbers is None:
            return target
        first = len(self._skeleton.values)
        keys = tuple([Param(first + numbers[key], "text") for key in target.keys])
        return replace(target, keys=keys)

    def _ranked(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Each constant of a test with the first one of its kind and its rank among those of the kind.

        Constants that are too close together stay in the tree: what is computed of them may have another order.
        """
        groups: dict[str, list[int]] = {}
        for index in range(start, end):
            groups.setdefault(self._skeleton.kinds[index], []).append(index)
        for kind, group in groups.items():
            if len(group) == 1:
                continue
            ranked = sorted(group, key=self.constants.__getitem__)
            values: list[Any] = [self.constants[index] for index in ranked]
            are_apart = all(starmap(_ARE_APART.get(kind, ne), pairwise(values)))
            if are_apart and all(self._facts[index].__class__ is str for index in group):
                yield from [(index, group[0], rank) for rank, index in enumerate(ranked)]
            else:
                for index in group:
                    self._facts[index] = _with_class(self.constants[index])


def _with_class(value: Any) -> tuple[type, Any]:
    return (value.__class__, value)  # 1 and 1.0 are equal, but different constants


def _of_text(value: Any) -> Any:
    if not value or "\0" in value or value[-1] >= "\ud7ff":
        return _with_class(value)
    return "ascii" if value.isascii() else "text"


def _of_folded(value: Any) -> Any:
    return _with_class(value) if recent_pairs(value) else _of_text(value)


def _of_number(value: Any) -> Any:
    if -_EXACT_INTEGERS < value < _EXACT_INTEGERS:
        return "integer" if value.__class__ is int else "fraction"
    return _with_class(value)


def _of_instant(value: Any) -> Any:
    if not 1700 <= value.year < 2250:
        return _with_class(value)
    fraction = value.microsecond
    return "microsecond" if fraction % 1000 else "millisecond" if fraction else "second"


def _of_dated(text: str) -> Any:
    return "microsecond" if text[SECONDS:].strip(".0Z") else "second"


_ARE_APART: Final[dict[str, Callable[[Any, Any], bool]]] = {
    **dict.fromkeys(("instant", "instant_text"), lambda low, high: high - low >= _SECOND),
    "instant_or_text": lambda low, high: second_of(low) != second_of(high),
}
"""Whether two constants of a kind are so far apart that what is computed of them has the same order."""
_FACTS: Final[dict[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(("string", "objectid"), _of_text),
    "folded": _of_folded,
    **dict.fromkeys(("instant", "instant_text"), _of_instant),
    "instant_or_text": _of_dated,
    "number": _of_number,
    "date": lambda _: "date",
    "time": lambda _: "time",
    "uuid": lambda _: "uuid",
    "list": lambda _: "list",
}
"""What is known of a constant, by its kind; if that is too little, its class and the constant itself."""
