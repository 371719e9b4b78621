"""Bound query → filter, by way of its shape: it is worked out once for all queries that differ in constants only."""

from __future__ import annotations

from typing import Any, Final

from ...bound import nodes as bound
from ..parameters.kept import Filling, Plans
from ..parameters.placeholder import NeedsValueError, Unknown
from .filters import filter_of

__all__ = ["PLANS", "kept_filter_of"]

_LARGEST: Final = 1_000  # documents and lists of a filter that is kept


def kept_filter_of(root: bound.Node, decimals: bool) -> dict[str, Any]:
    """The filter of a query. Raises UnsupportedError for what no filter can say with the same meaning."""
    found = PLANS.find(root, decimals)
    if found is None:
        return filter_of(root, decimals)
    plan, constants = found
    try:
        values = plan.filling.values(constants)
    except NeedsValueError:
        return filter_of(root, decimals)
    return plan.filled(values)


class _Plan:
    """The documents and lists of a filter, each behind the one that it is in, and what stands in them."""

    def __init__(self, root: dict[str, Any], filling: Filling) -> None:
        self.filling = filling
        self._root = root
        self._inner: list[tuple[dict[str, Any] | list[Any], int, Any]] = []
        """What to copy, and where it belongs: the place of what it is in, and the key or the place there."""
        self._values: list[tuple[int, Any, int]] = []
        """Where the values of the filling belong, in the same way."""
        self._add(root, 0)

    def _add(self, node: Any, here: int) -> None:
        for key, each in node.items() if type(node) is dict else enumerate(node):
            if isinstance(each, Unknown):
                self._values.append((here, key, self.filling.place(each)))
            elif type(each) is dict or type(each) is list:
                self._inner.append((each, here, key))
                self._add(each, len(self._inner))

    def __len__(self) -> int:
        return len(self._inner)

    def filled(self, values: list[Any]) -> dict[str, Any]:
        """A filter with these values, in documents of its own."""
        found = self._root.copy()
        made: list[Any] = [found]
        for node, place, key in self._inner:
            copy = made[place][key] = node.copy()
            made.append(copy)
        for place, key, value in self._values:
            made[place][key] = values[value]
        return found


def _plan(root: bound.Node, filling: Filling, decimals: bool) -> _Plan | None:
    plan = _Plan(filter_of(root, decimals), filling)
    return plan if len(plan) <= _LARGEST else None


PLANS: Final = Plans(_plan, ranked=True)
"""By shape, and whether decimals are compared."""
