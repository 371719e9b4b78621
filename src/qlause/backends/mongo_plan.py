"""Bound query → filter, by way of its shape: it is worked out once for all queries that differ in constants only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple, TypeAlias

from .. import bound
from ..placeholder import NeedsValueError, Unknown
from ..shape import Filling, Plans
from .mongo_filter import filter_of

__all__ = ["PLANS", "kept_filter_of"]

_LARGEST: Final = 1_000  # documents and lists of a filter that is kept
_Make: TypeAlias = Callable[[list[Any]], Any]
"""What makes a part of a filter from the values of a :class:`Filling`."""


class _Plan(NamedTuple):
    make: _Make
    filling: Filling


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
    made: dict[str, Any] = plan.make(values)
    return made


def _plan(root: bound.Node, filling: Filling, decimals: bool) -> _Plan | None:
    found = filter_of(root, decimals)
    return _Plan(_maker(found, filling), filling) if _size(found) <= _LARGEST else None


def _size(node: Any) -> int:
    inside = node.values() if type(node) is dict else node if type(node) is list else None
    return 0 if inside is None else 1 + sum(map(_size, inside))


def _maker(node: dict[str, Any] | list[Any], filling: Filling) -> _Make:
    """What makes a copy of a part with the values in their places."""
    entries: Iterable[tuple[Any, Any]] = node.items() if type(node) is dict else enumerate(node)
    places: list[tuple[Any, int]] = []
    parts: list[tuple[Any, _Make]] = []
    for key, each in entries:
        if isinstance(each, Unknown):
            places.append((key, filling.place(each)))
        elif type(each) is dict or type(each) is list:
            parts.append((key, _maker(each, filling)))

    def make(values: list[Any]) -> Any:
        found: Any = node.copy()
        for key, place in places:
            found[key] = values[place]
        for key, part in parts:
            found[key] = part(values)
        return found

    return make


PLANS: Final = Plans(_plan, ranked=True)
"""By shape, and whether decimals are compared."""
