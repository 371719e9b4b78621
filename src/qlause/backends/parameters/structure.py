"""The structure of a bound query: what queries that differ in their constants only have in common."""

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

# What is larger is rare, and what would be kept for it is large too.
_MOST_CONSTANTS: Final = 100
_MOST_LISTED: Final = 32
_MOST_ITEMS: Final = 1_000
_SAFE: Final = 2**53
_INSTANTS: Final = ("instant", "instant_text")


class Structure:
    """A bound query taken apart, node by node, from left to right.

    ``ordered``: the parameters of one test can be compared with each other. ``anonymous``: the keys of paths are
    parameters too, behind the constants, and all else about targets makes no difference.
    """

    def __init__(self, root: Node, ordered: bool = False, anonymous: bool = False) -> None:
        self._root = root
        self._items: list[Any] = []
        self._kinds: list[Kind] = []
        self._groups: list[tuple[int, int]] = []
        self._keys: dict[str, int] | None = {} if anonymous else None
        self.constants: list[Constant] = []
        self.is_small = True
        """Whether what is compiled of it may be kept."""
        self._walk(root)
        if len(self.constants) > _MOST_CONSTANTS or len(self._items) > _MOST_ITEMS:
            self.is_small = False
        if self.is_small:
            self._facts = [_FACTS[kind](value) for kind, value in zip(self._kinds, self.constants, strict=True)]
            self._orders = [order for group in self._groups for order in self._ranked(*group)] if ordered else []
            self.key = (tuple(self._items), tuple(self._facts), tuple(self._orders))
            """Equal for queries that differ in their constants only."""
            self._keys_start = len(self.constants)
            self.constants += self._keys or ()

    def parameterised(self, inline: Collection[int]) -> Node:
        """The query with a parameter for each constant of which enough is known, those at ``inline`` aside."""
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
        """The target with a parameter for each key, where these are none of the structure."""
        if self._keys is None:
            return target
        keys = tuple([Param(self._keys_start + self._keys[key], "text") for key in target.keys])
        return new(Target, (keys, *target[1:]))  # type: ignore[no-any-return,index]  # a Target, which is a tuple

    def _outline(self, target: Target) -> tuple[Any, ...]:
        if self._keys is None:
            return target[:4]  # type: ignore[index,no-any-return]  # a record is a tuple; its source is no part
        numbers = self._keys
        return tuple([numbers.setdefault(key, len(numbers)) for key in target.keys])

    def _walk(self, node: Any) -> None:
        items = self._items
        form = node.__class__
        if form is ValueMatches:
            target, test, negated = node
            items += (form, self._outline(target), negated)
            first = len(self.constants)
            self._walk(test)
            if len(self.constants) > first + 1 and test.__class__ is not OneOf:
                self._groups.append((first, len(self.constants)))
        elif form is OneOf:
            kind, values, negated = node
            if kind == "boolean":
                items += (form, kind, values, negated)
                return
            count = len(values)
            items += (form, kind, count, negated)
            self.is_small = self.is_small and count <= _MOST_LISTED
            self.constants += values
            self._kinds += (kind,) * count
        elif form is Compare:
            kind, comparator, value, negated = node
            items += (form, kind, comparator, negated)
            self.constants.append(value)
            self._kinds.append(kind)
        elif form is ContainsText:
            text, *others = node
            items += (form, *others)
            self.constants.append(text)
            self._kinds.append("folded" if node.folded else "string")
        elif form is PathExists:
            items += (form, self._outline(node.target), node.negated)
        elif form is IsNull:
            items += (form, *node)
        else:
            (members,) = node
            items += (form, len(members))
            for member in members:
                self._walk(member)

    def _ranked(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Each constant of a test with the first of its kind and its rank; where that is not sure, it stays inline."""
        for kind in dict.fromkeys(self._kinds[start:end]):
            group = [index for index in range(start, end) if self._kinds[index] == kind]
            ranked = sorted(group, key=self.constants.__getitem__)
            values: list[Any] = [self.constants[index] for index in ranked]
            least = timedelta(seconds=1) if kind in _INSTANTS else None
            apart = all(high - low >= least if least else low != high for low, high in pairwise(values))
            if apart and all(self._facts[index].__class__ is str for index in group):
                yield from ((index, group[0], rank) for rank, index in enumerate(ranked))
            else:
                for index in group:
                    self._facts[index] = _itself(self.constants[index])


def _replaced(node: Any, values: Iterator[Any], of_target: Callable[[Target], Target]) -> Any:
    """The tree with the next of the values for each constant, in the order of the walk."""
    form = node.__class__
    if form is ValueMatches:
        target, test, negated = node
        return new(form, (of_target(target), _replaced(test, values, of_target), negated))
    if form is OneOf and node.kind != "boolean":
        return new(form, (node.kind, tuple([next(values) for _ in node.values]), node.negated))
    if form is Compare:
        return new(form, (node.kind, node.comparator, next(values), node.negated))
    if form is ContainsText:
        return new(form, (next(values), *node[1:]))
    if form is PathExists:
        return new(form, (of_target(node.target), node.negated))
    if form is OneOf or form is IsNull:
        return node
    return new(form, (tuple([_replaced(member, values, of_target) for member in node.items]),))


def _itself(value: Any) -> tuple[type, Any]:
    return (value.__class__, value)  # 1 equals 1.0, and is another constant


def _of_text(value: Any) -> Any:
    return "text" if value and "\0" not in value and value[-1] < "\ud7ff" else _itself(value)


def _of_number(value: Any) -> Any:
    if -_SAFE < value < _SAFE:
        return "integer" if value.__class__ is int else "fraction"
    return _itself(value)


def _of_instant(value: Any) -> Any:
    if not 1700 <= value.year < 2250:
        return _itself(value)
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
"""What is known of a constant, by its kind; where that is too little, its class and itself."""
