"""Bound query → filter, by way of its shape: it is worked out once for all queries that differ in constants only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Final, TypeAlias

from .. import bound
from ..placeholder import NeedsValueError, Unknown
from ..shape import Filling, Shape, bound_of, shape_of
from .mongo_filter import filter_of

__all__ = ["kept_filter_of"]

_KEPT: Final = 512  # filters


def kept_filter_of(root: bound.Node, decimals: bool) -> dict[str, Any]:
    """The filter of a query. Raises UnsupportedError for what no filter can say with the same meaning."""
    found = shape_of(root, ranked=True)
    plan = None if found is None else _plan(found[0], decimals)
    if found is None or plan is None:
        return filter_of(root, decimals)
    make, filling = plan
    try:
        values = filling.values(found[1])
    except NeedsValueError:
        return filter_of(root, decimals)
    made: dict[str, Any] = make(values)
    return made


_Make: TypeAlias = Callable[[list[Any]], Any]
"""What makes a part of a filter from the values of a :class:`Filling`."""


@lru_cache(maxsize=_KEPT)
def _plan(shape: Shape, decimals: bool) -> tuple[_Make, Filling] | None:
    """What makes the filters of a shape; None where the whole depends on the constants."""
    filling = Filling(shape)
    try:
        return _maker(filter_of(bound_of(shape), decimals), filling), filling
    except Exception:  # whatever is the matter, the query itself tells it, and in its own words
        return None


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
