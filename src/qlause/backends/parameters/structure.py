"""The structure of a bound query: the part that queries with other constants share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any, Final

from ..._record import new
from ...bound.nodes import Compare, Constant, ContainsText, IsNull, Kind, Node, OneOf, PathExists, ValueMatches
from ...bound.param import Param
from ...schema.storage import Target

__all__ = ["Structure"]

# Larger queries are rare, and so is a second one of the same structure; what would be kept for them is large.
_MAX_CONSTANTS: Final = 100
_MAX_LIST_MEMBERS: Final = 32
_MAX_KEY_ITEMS: Final = 1_000
_EXACT_INTEGERS: Final = 2**53  # up to here every float keeps its integer apart from the next one
_INSTANTS: Final = ("instant", "instant_text")


class Structure:
    """A bound query divided into its constants and its structure, from left to right.

    Args:
        root: The root of the bound query.
        ordered: Whether the compiler compares parameters of one test with each other. Then their order is part of the
            structure.
        parameterise_keys: Whether the keys of paths become parameters too, after the constants. Then nothing else about
            a target is part of the structure.

    Attributes:
        constants: The constants of the query, then the keys if they are parameters.
        is_small: Whether the result of compiling it may be kept.
        key: Equal for queries of one structure. It is there only if ``is_small``.

    Example:
        >>> one, other = (Structure(bind(text).root) for text in ("qty:>2 name:x", "qty:>7 name:y"))
        >>> one.key == other.key
        True
        >>> one.constants, other.constants
        ([2, 'x'], [7, 'y'])

    """

    def __init__(self, root: Node, ordered: bool = False, parameterise_keys: bool = False) -> None:
        self._root = root
        self._items: list[Any] = []
        self._kinds: list[Kind] = []
        self._groups: list[tuple[int, int]] = []
        self._keys: dict[str, int] | None = {} if parameterise_keys else None
        self.constants: list[Constant] = []
        self.is_small = True
        self._walk(root)
        if len(self.constants) > _MAX_CONSTANTS or len(self._items) > _MAX_KEY_ITEMS:
            self.is_small = False
        if self.is_small:
            self._facts = [_FACTS[kind](value) for kind, value in zip(self._kinds, self.constants, strict=True)]
            self._orders = [order for group in self._groups for order in self._ranked(*group)] if ordered else []
            self.key = (tuple(self._items), tuple(self._facts), tuple(self._orders))
            self._keys_start = len(self.constants)
            self.constants += self._keys or ()

    def parameterised(self, inline: Collection[int]) -> Node:
        """Put a parameter in the place of each constant.

        A constant stays in the tree if too little is known of it, and the key then holds it.

        Args:
            inline: The indexes of constants that stay too, because the compiler needs their values.

        Returns:
            The root of the query with parameters; the query itself if it is not small.

        Example:
            >>> Structure(bind("qty:>2").root).parameterised(()).test.value.known
            'integer'

        """
        if not self.is_small:
            return self._root
        orders = {index: (first, rank) for index, first, rank in self._orders}
        values: list[Any] = []
        for index, (fact, constant) in enumerate(zip(self._facts, self.constants, strict=False)):
            is_inline = fact.__class__ is tuple or index in inline
            values.append(constant if is_inline else Param(index, fact, orders.get(index, (index, 0))))
        result: Node = _replaced(self._root, iter(values), self._target)
        return result

    def _target(self, target: Target) -> Target:
        """The target, with a parameter for each key if keys are parameters."""
        if self._keys is None:
            return target
        keys = tuple([Param(self._keys_start + self._keys[key], "text") for key in target.keys])
        return new(Target, (keys, *target[1:]))  # type: ignore[no-any-return,index]  # a Target, which is a tuple

    def _outline(self, target: Target) -> tuple[Any, ...]:
        """What the structure holds of a target. Keys that are parameters are numbered, so that equal ones are seen."""
        if self._keys is None:
            return target[:4]  # type: ignore[index,no-any-return]  # a record is a tuple; its origin is no part
        numbers = self._keys
        return tuple([numbers.setdefault(key, len(numbers)) for key in target.keys])

    def _walk(self, node: Any) -> None:
        items = self._items
        node_class = node.__class__
        if node_class is ValueMatches:
            target, test, negated = node
            items += (node_class, self._outline(target), negated)
            first = len(self.constants)
            self._walk(test)
            if len(self.constants) > first + 1 and test.__class__ is not OneOf:
                self._groups.append((first, len(self.constants)))
        elif node_class is OneOf:
            kind, values, negated = node
            if kind == "boolean":
                items += (node_class, kind, values, negated)
                return
            count = len(values)
            items += (node_class, kind, count, negated)
            self.is_small = self.is_small and count <= _MAX_LIST_MEMBERS
            self.constants += values
            self._kinds += (kind,) * count
        elif node_class is Compare:
            kind, comparator, value, negated = node
            items += (node_class, kind, comparator, negated)
            self.constants.append(value)
            self._kinds.append(kind)
        elif node_class is ContainsText:
            text, *others = node
            items += (node_class, *others)
            self.constants.append(text)
            self._kinds.append("folded" if node.folded else "string")
        elif node_class is PathExists:
            items += (node_class, self._outline(node.target), node.negated)
        elif node_class is IsNull:
            items += (node_class, *node)
        else:
            (members,) = node
            items += (node_class, len(members))
            for member in members:
                self._walk(member)

    def _ranked(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Each constant of a test with the first one of its kind and its rank among those of the kind.

        Constants that are too close together stay in the tree: what is computed of them may have another order.
        """
        for kind in dict.fromkeys(self._kinds[start:end]):
            group = [index for index in range(start, end) if self._kinds[index] == kind]
            ranked = sorted(group, key=self.constants.__getitem__)
            values: list[Any] = [self.constants[index] for index in ranked]
            least = timedelta(seconds=1) if kind in _INSTANTS else None
            are_apart = all(high - low >= least if least else low != high for low, high in pairwise(values))
            if are_apart and all(self._facts[index].__class__ is str for index in group):
                yield from ((index, group[0], rank) for rank, index in enumerate(ranked))
            else:
                for index in group:
                    self._facts[index] = _with_class(self.constants[index])


def _replaced(node: Any, values: Iterator[Any], target_of: Callable[[Target], Target]) -> Any:
    """The tree with the next value in the place of each constant."""
    node_class = node.__class__
    if node_class is ValueMatches:
        target, test, negated = node
        return new(node_class, (target_of(target), _replaced(test, values, target_of), negated))
    if node_class is OneOf and node.kind != "boolean":
        return new(node_class, (node.kind, tuple([next(values) for _ in node.values]), node.negated))
    if node_class is Compare:
        return new(node_class, (node.kind, node.comparator, next(values), node.negated))
    if node_class is ContainsText:
        return new(node_class, (next(values), *node[1:]))
    if node_class is PathExists:
        return new(node_class, (target_of(node.target), node.negated))
    if node_class is OneOf or node_class is IsNull:
        return node
    return new(node_class, (tuple([_replaced(member, values, target_of) for member in node.items]),))


def _with_class(value: Any) -> tuple[type, Any]:
    return (value.__class__, value)  # 1 and 1.0 are equal, but different constants


def _of_text(value: Any) -> Any:
    return "text" if value and "\0" not in value and value[-1] < "\ud7ff" else _with_class(value)


def _of_number(value: Any) -> Any:
    if -_EXACT_INTEGERS < value < _EXACT_INTEGERS:
        return "integer" if value.__class__ is int else "fraction"
    return _with_class(value)


def _of_instant(value: Any) -> Any:
    if not 1700 <= value.year < 2250:
        return _with_class(value)
    fraction = value.microsecond
    return "microsecond" if fraction % 1000 else "millisecond" if fraction else "second"


_FACTS: Final[dict[Kind, Callable[[Any], Any]]] = {
    **dict.fromkeys(("string", "folded", "objectid"), _of_text),
    **dict.fromkeys(_INSTANTS, _of_instant),
    "number": _of_number,
    "date": lambda _: "date",
    "time": lambda _: "time",
    "uuid": lambda _: "uuid",
}
"""What is known of a constant, by its kind; if that is too little, its class and the constant itself."""
