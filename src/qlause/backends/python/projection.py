"""Bound fields as a function that keeps what a request asks for (rule 21)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from ...bound.nodes import BoundFields
from .access import ARRAYS, MISSING, attribute, attribute_names

__all__ = ["projection"]

_Items: TypeAlias = Callable[[Any, "_Selection"], Iterable[tuple[str, Any]] | None]
"""Returns the keys and values of an object that a selection needs; None if the value is no object."""


class _Selection:
    """Which keys of an object are kept (True) or left out (False), and which have a selection of their own."""

    __slots__ = ("children", "rest")

    def __init__(self, rest: bool) -> None:
        self.rest = rest
        """Whether keys that are not in ``children`` are kept, and values that are no objects."""
        self.children: dict[str, bool | _Selection] = {}


def projection(fields: BoundFields, attributes: bool) -> Callable[[Any], Any]:
    """Make the projector; ``attributes`` as in the predicate."""
    selection = _selection_of(fields)
    if selection.rest and not selection.children and not attributes:
        return lambda document: document
    items = _attribute_items if attributes else _mapping_items
    return lambda document: _object(items(document, selection) or (), selection, items)


def _selection_of(fields: BoundFields) -> _Selection:
    root = _Selection(rest=fields.include is None)
    for keys in fields.include or ():
        _mark(root, keys, kept=True)
    for keys in fields.exclude:
        _mark(root, keys, kept=False)
    return root


def _mark(selection: _Selection, keys: tuple[str, ...], kept: bool) -> None:
    """Keep or leave out one path. A path is left out only if it would be kept otherwise."""
    for key in keys[:-1]:
        child = selection.children.get(key, selection.rest)
        if child is False and not kept:
            return
        if isinstance(child, bool):
            child = selection.children[key] = _Selection(rest=child)
        selection = child
    last = selection.children.get(keys[-1], selection.rest)
    if not isinstance(last, _Selection) and (kept or last):
        selection.children[keys[-1]] = kept


def _object(pairs: Iterable[tuple[str, Any]], selection: _Selection, items: _Items) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in pairs:
        child = selection.children.get(key, selection.rest)
        if child is True:
            kept[key] = value
        elif child is not False:
            projected = _value(value, child, items)
            if projected is not MISSING:
                kept[key] = projected
    return kept


def _value(value: Any, selection: _Selection, items: _Items) -> Any:
    if isinstance(value, ARRAYS):
        return _array(value, selection, items)
    pairs = items(value, selection)
    if pairs is not None:
        return _object(pairs, selection, items)
    return value if selection.rest else MISSING


def _array(values: Iterable[Any], selection: _Selection, items: _Items) -> list[Any]:
    """Each element projected, arrays in arrays too. Uses a stack, because arrays can be nested to any depth."""
    outermost: list[Any] = []
    stack = [(iter(values), outermost)]
    while stack:
        remaining, kept = stack[-1]
        for value in remaining:
            if isinstance(value, ARRAYS):
                inner: list[Any] = []
                kept.append(inner)
                stack.append((iter(value), inner))
                break
            projected = _value(value, selection, items)
            if projected is not MISSING:
                kept.append(projected)
        else:
            stack.pop()
    return outermost


def _mapping_items(value: Any, _: _Selection) -> Iterable[tuple[str, Any]] | None:
    return value.items() if isinstance(value, Mapping) else None


def _attribute_items(value: Any, selection: _Selection) -> Iterable[tuple[str, Any]] | None:
    if isinstance(value, Mapping):
        return value.items()
    stored = attribute_names(value)
    names = dict.fromkeys([*selection.children, *(stored if selection.rest else ())])
    pairs = [(name, attribute(value, name)) for name in names]
    present = [(name, child) for name, child in pairs if child is not MISSING]
    return present if present or stored else None
