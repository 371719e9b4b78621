"""In which order to ask: the test that is expected to settle the matter cheapest comes first.

No test raises, so the order cannot be seen in the answer. The figures are estimates: a cost in steps of a path, and
how often a test of the kind holds.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias, TypeVar, assert_never

from .. import bound
from ..bound import Compare, ContainsText, IsNull, OneOf, Reached, Some

__all__ = ["cheapest_first"]

_Item: TypeAlias = "bound.Node | bound.BoundTest"
_I = TypeVar("_I", "bound.Node", "bound.BoundTest")


class _Estimate(NamedTuple):
    cost: float
    holds: float


def cheapest_first(group: bound.All[_I] | bound.Any[_I]) -> list[_I]:
    """The items of a group: first what settles it at the least cost, by failing in an All, by holding in an Any."""
    every = isinstance(group, bound.All)

    def rank(item: _I) -> float:
        cost, holds = _estimate(item)
        return cost / max(1 - holds if every else holds, 0.001)

    return sorted(group.items, key=rank)


def _estimate(item: _Item) -> _Estimate:
    match item:
        case bound.All(items=items) | bound.Any(items=items):
            return _group([_estimate(each) for each in items], isinstance(item, bound.All))
        case Some(target=target, test=test):
            inner = _estimate(test)
            found = _Estimate(inner.cost + len(target.keys), inner.holds)
        case Reached(target=target):
            found = _Estimate(len(target.keys), 0.7)
        case OneOf(kind=kind, values=values):
            found = _Estimate(3.0 if kind in ("folded", "instant_text") else 0.5, 0.5 if len(values) > 9 else 0.2)
        case Compare(kind=kind):
            found = _Estimate(3.0 if kind == "instant_text" else 0.5, 0.5)
        case ContainsText(folded=folded):
            found = _Estimate(2.0 if folded else 1.0, 0.2)
        case IsNull():
            found = _Estimate(0.5, 0.1)
        case _:
            assert_never(item)
    return _Estimate(found.cost, 1 - found.holds) if item.negated else found


def _group(parts: list[_Estimate], every: bool) -> _Estimate:
    """A group costs what its items cost as far as they are asked."""
    cost, asked = 0.0, 1.0
    for part in parts:
        cost += part.cost * asked
        asked *= part.holds if every else 1 - part.holds
    return _Estimate(cost, asked if every else 1 - asked)
