"""Bound query → filter, by way of its shape: it is worked out once for all queries that differ in constants only."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple

from .. import bound
from ..placeholder import NeedsValue, Unknown
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
    template, filling = plan
    try:
        filled: dict[str, Any] = _filled(template, filling.values(found[1]))
    except NeedsValue:
        return filter_of(root, decimals)
    return filled


class _Place(NamedTuple):
    place: int


@lru_cache(maxsize=_KEPT)
def _plan(shape: Shape, decimals: bool) -> tuple[dict[str, Any], Filling] | None:
    """The filter with places for what the constants become; None where all of it depends on them."""
    filling = Filling(shape)
    try:
        return _template(filter_of(bound_of(shape), decimals), filling), filling
    except Exception:  # noqa: BLE001  # whatever is the matter, the query itself tells it, and in its own words
        return None


def _template(node: Any, filling: Filling) -> Any:
    if type(node) is dict:
        return {key: _template(each, filling) for key, each in node.items()}
    if type(node) is list:
        return [_template(each, filling) for each in node]
    return _Place(filling.place(node)) if isinstance(node, Unknown) else node


def _filled(node: Any, values: list[Any]) -> Any:
    """A copy with the values in their places."""
    kind = type(node)
    if kind is dict:
        return {key: _filled(each, values) for key, each in node.items()}
    if kind is list:
        return [_filled(each, values) for each in node]
    return values[node.place] if kind is _Place else node
