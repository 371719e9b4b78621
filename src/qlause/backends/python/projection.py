"""Bound fields as a function that keeps what a request asks for (rule 21)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from ...bound.nodes import BoundFields
from .access import MISSING, attribute, attribute_names, is_array, own_name, plain, require_document

__all__ = ["below", "each_projected", "leaving_out", "projection"]

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
    items = _attribute_items if attributes else _mapping_items
    if selection.rest and not selection.children and not attributes:

        def project(document: Any) -> Any:
            if type(document) is not dict:
                require_document(document, attributes)
            return plain(document)

    else:

        def project(document: Any) -> Any:
            pairs = items(document, selection)
            if pairs is None:
                require_document(document, attributes)
                pairs = ()
            return _object(pairs, selection, items)

    return project


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
    value = plain(value)
    if is_array(value):
        return each_projected(value, lambda element: _value(element, selection, items))
    pairs = items(value, selection)
    if pairs is not None:
        return _object(pairs, selection, items)
    return value if selection.rest else MISSING


def each_projected(values: Iterable[Any], project: Callable[[Any], Any]) -> list[Any]:
    """Each element projected, arrays in arrays too. Uses a stack, because arrays can be nested to any depth.

    An array is projected once, so that one that holds itself has an end, and its projection holds itself too.

    Args:
        values: The array.
        project: Projects an element that is no array. It returns MISSING for one that is left out.

    Returns:
        The projected array.

    """
    outermost: list[Any] = []
    stack = [(iter(values), outermost)]
    known = {id(values): (values, outermost)}  # with the array, whose id is its own as long as it is there
    while stack:
        remaining, kept = stack[-1]
        for value in map(plain, remaining):
            if is_array(value):
                if id(value) in known:
                    kept.append(known[id(value)][1])
                    continue
                inner: list[Any] = []
                known[id(value)] = value, inner
                kept.append(inner)
                stack.append((iter(value), inner))
                break
            projected = project(value)
            if projected is not MISSING:
                kept.append(projected)
        else:
            stack.pop()
    return outermost


def below(place: tuple[str, ...], paths: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The paths that are below a place, from there on."""
    return [keys[len(place) :] for keys in paths if len(keys) > len(place) and keys[: len(place)] == place]


def leaving_out(paths: Iterable[tuple[str, ...]], attributes: bool) -> Callable[[Any], Any]:
    """Make the function that leaves these paths out of a value."""
    excluded = tuple(paths)
    if not excluded:
        return lambda value: value
    selection = _selection_of(BoundFields(None, excluded))
    items = _attribute_items if attributes else _mapping_items
    return lambda value: _value(value, selection, items)


def _mapping_items(value: Any, _: _Selection) -> Iterable[tuple[str, Any]] | None:
    value = plain(value)
    return value.items() if isinstance(value, Mapping) else None


def _attribute_items(value: Any, selection: _Selection) -> Iterable[tuple[str, Any]] | None:
    value = plain(value)
    if isinstance(value, Mapping):
        return value.items()
    stored = attribute_names(value)
    named = {own_name(value, key) for key in selection.children} if stored else set()
    rest = [name for name in stored if name not in named] if selection.rest else []
    names = [*selection.children, *rest]
    pairs = [(name, attribute(value, name)) for name in names]
    present = [(name, child) for name, child in pairs if child is not MISSING]
    return present if present or stored else None
