"""Bound fields → a function that keeps what was asked for (rule 21)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from ...bound.nodes import BoundFields
from .access import ARRAYS, MISSING, attribute, attribute_names

__all__ = ["projection"]

_Items: TypeAlias = Callable[[Any, "_Shape"], Iterable[tuple[str, Any]] | None]
"""The keys and values of an object that a shape asks for; None for what is no object."""


class _Shape:
    """What becomes of the keys of an object: kept (True), left out (False), or shaped further."""

    __slots__ = ("children", "rest")

    def __init__(self, rest: bool) -> None:
        self.rest = rest
        """What becomes of the keys that ``children`` does not name, and of a value that is no object."""
        self.children: dict[str, bool | _Shape] = {}


def projection(fields: BoundFields, attributes: bool) -> Callable[[Any], Any]:
    """The projector of bound fields; ``attributes`` as in the predicate."""
    shape = _shape(fields)
    if shape.rest and not shape.children and not attributes:
        return lambda document: document
    items = _attribute_items if attributes else _mapping_items
    return lambda document: _object(items(document, shape) or (), shape, items)


def _shape(fields: BoundFields) -> _Shape:
    root = _Shape(rest=fields.include is None)
    for keys in fields.include or ():
        _mark(root, keys, kept=True)
    for keys in fields.exclude:
        _mark(root, keys, kept=False)
    return root


def _mark(shape: _Shape, keys: tuple[str, ...], kept: bool) -> None:
    """Keep or leave out one path. Only what would otherwise come out whole can be left out of."""
    for key in keys[:-1]:
        child = shape.children.get(key, shape.rest)
        if child is False and not kept:
            return
        if isinstance(child, bool):
            child = shape.children[key] = _Shape(rest=child)
        shape = child
    if not isinstance(shape.children.get(keys[-1]), _Shape) and (kept or shape.children.get(keys[-1], shape.rest)):
        shape.children[keys[-1]] = kept


def _object(pairs: Iterable[tuple[str, Any]], shape: _Shape, items: _Items) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in pairs:
        child = shape.children.get(key, shape.rest)
        if child is True:
            kept[key] = value
        elif child is not False:
            shaped = _value(value, child, items)
            if shaped is not MISSING:
                kept[key] = shaped
    return kept


def _value(value: Any, shape: _Shape, items: _Items) -> Any:
    if isinstance(value, ARRAYS):
        return _array(value, shape, items)
    pairs = items(value, shape)
    if pairs is not None:
        return _object(pairs, shape, items)
    return value if shape.rest else MISSING


def _array(values: Iterable[Any], shape: _Shape, items: _Items) -> list[Any]:
    """Each element shaped, arrays in arrays too. A stack, because nothing bounds how deep arrays are nested."""
    whole: list[Any] = []
    stack = [(iter(values), whole)]
    while stack:
        rest, kept = stack[-1]
        for value in rest:
            if isinstance(value, ARRAYS):
                inner: list[Any] = []
                kept.append(inner)
                stack.append((iter(value), inner))
                break
            shaped = _value(value, shape, items)
            if shaped is not MISSING:
                kept.append(shaped)
        else:
            stack.pop()
    return whole


def _mapping_items(value: Any, _: _Shape) -> Iterable[tuple[str, Any]] | None:
    return value.items() if isinstance(value, Mapping) else None


def _attribute_items(value: Any, shape: _Shape) -> Iterable[tuple[str, Any]] | None:
    if isinstance(value, Mapping):
        return value.items()
    stored = attribute_names(value)
    found = [
        (name, attribute(value, name)) for name in dict.fromkeys([*shape.children, *(stored if shape.rest else ())])
    ]
    reached = [(name, each) for name, each in found if each is not MISSING]
    return reached if reached or stored else None
