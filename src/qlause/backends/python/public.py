"""Stored values as public documents: each declared field under its public name, wherever it is stored (rule 21).

The stored paths make a tree. Each of its inner nodes has an anchor: the public path of the object that it becomes.
Paths are aligned at their ends, so ``items[].s`` for the public ``lines.sku`` becomes ``{"lines": [{"sku": …}]}``, and
the column or object that only holds fields of another level is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from ...bound.fields import outermost
from ...bound.nodes import BoundFields
from ...schema.storage import Column, Target
from ...schema.types import TYPES
from ...values.json_text import json_value
from .access import MISSING, attribute, is_array, is_object, item, plain, require_document
from .projection import below, each_projected, leaving_out, projection

__all__ = ["document_items", "document_projection", "row_items", "row_projection"]

_Keys: TypeAlias = tuple[str, ...]
_Get: TypeAlias = Callable[[Any, str], Any]
_Change: TypeAlias = Callable[[Any], Any]


class _Output(NamedTuple):
    """One field that comes out."""

    stored: _Keys
    public: _Keys
    keep: _Change
    """Makes the public value of the stored one."""


class _Node:
    """A key on the way to stored values."""

    __slots__ = ("at", "children", "fields", "read")

    def __init__(self) -> None:
        self.at: _Keys = ()
        """Where what it becomes is, below what the node above becomes; empty: it becomes the same object."""
        self.children: dict[str, _Node] = {}
        self.fields: list[tuple[_Keys, _Change]] = []
        """The fields that the value itself is: where it is, below what the node above becomes, and what it is then."""
        self.read: _Change | None = None
        """Makes the value of what the storage returns, if that may be text of JSON."""


def document_projection(fields: BoundFields, attributes: bool) -> Callable[[Any], dict[str, Any]]:
    """Make the function from a stored document to the public one."""
    names = fields.names
    if names is None or all(public == target.keys for public, target in names):
        return projection(fields, attributes)
    get = attribute if attributes else item
    places = [(target.keys, public) for public, target in names]
    elsewhere = _elsewhere(places)
    outputs = [
        _Output(stored, public, leaving_out(below(stored, [*fields.exclude, *elsewhere(stored, public)]), attributes))
        for stored, public in places
    ]
    roots = _trees(outputs)
    others = _others(fields, attributes)

    def project(document: Any) -> dict[str, Any]:
        require_document(document, attributes)
        found: dict[str, Any] = others(document)
        for root in roots:
            _filled(found, document, root, get)
        return found

    return project


def row_projection(fields: BoundFields, document: str, get: _Get) -> Callable[[Any], dict[str, Any]]:
    """Make the function from a row to the public document.

    Args:
        fields: The fields.
        document: The column that holds the documents.
        get: Returns the value of a column of a row, or MISSING.

    Returns:
        The function.

    """
    if fields.names is None:
        project_document = projection(fields, False)
        return lambda row: project_document(json_value(get(row, document)))
    hidden = [_place_in_row(target, document) for target in fields.hidden]
    places = [(_place_in_row(target, document), public) for public, target in fields.names]
    elsewhere = _elsewhere(places)
    outputs: list[_Output] = []
    for (stored, public), (_, target) in zip(places, fields.names, strict=True):
        if stored:
            left_out = below(stored, [*hidden, *elsewhere(stored, public)])
            keep = leaving_out(left_out, False)
            outputs.append(_Output(stored, public, _of_json(keep) if left_out else _change(target.column, keep)))
    roots = _trees(outputs)
    for root in roots:
        for node in root.children.values():
            node.read = json_value if node.children else None

    others = _others(fields, attributes=False)

    def project(row: Any) -> dict[str, Any]:
        stored = json_value(get(row, document)) if fields.include is None else None
        found = others(stored) if isinstance(stored, Mapping) else {}
        for root in roots:
            _filled(found, row, root, get, item)
        return found

    return project


_kept_document_projection: Final = lru_cache(maxsize=64)(document_projection)
_kept_row_projection: Final = lru_cache(maxsize=64)(row_projection)


def document_items(fields: BoundFields, attributes: bool) -> Callable[[Any], dict[str, Any]]:
    """``document_projection`` for the page of a request, kept for the next one of the same fields."""
    return (_kept_document_projection if fields.is_small else document_projection)(fields, attributes)


def row_items(fields: BoundFields, document: str, get: _Get) -> Callable[[Any], dict[str, Any]]:
    """``row_projection`` for the page of a request, kept likewise. ``get`` is one function for all requests."""
    return (_kept_row_projection if fields.is_small else row_projection)(fields, document, get)


def _elsewhere(places: Sequence[tuple[_Keys, _Keys]]) -> Callable[[_Keys, _Keys], list[_Keys]]:
    """Make the function that returns what is stored below a field and comes out under a name of its own.

    An open object has it under that name only. ``places`` are the stored and the public path of each field.
    """
    below: dict[_Keys, list[tuple[_Keys, _Keys]]] = {}
    for stored, public in places:
        for length in range(1, len(stored)):
            below.setdefault(stored[:length], []).append((stored, public))

    def elsewhere(stored: _Keys, public: _Keys) -> list[_Keys]:
        return [inner for inner, name in below.get(stored, ()) if name != public + inner[len(stored) :]]

    return elsewhere


def _others(fields: BoundFields, attributes: bool) -> _Change:
    """Make what comes out of a document beside the declared fields: nothing, unless the whole document is open."""
    if fields.include is not None:
        return lambda _: {}
    declared = [target.keys for _, target in fields.names or () if target.keys]
    return projection(BoundFields(None, outermost([*fields.exclude, *declared])), attributes)


def _place_in_row(target: Target, document: str) -> _Keys:
    """The column and the keys in it; empty for related rows, which the row does not hold."""
    column = target.column
    if column is None:
        return (document, *target.keys)
    if column.relation is not None:
        return ()
    return (column.name, *filter(None, column.steps), *(column.keys or ()))


def _change(column: Column | None, keep: _Change) -> _Change:
    """The public value of what a driver returns for a column that is the value itself."""
    if column is None or column.keys is not None:
        return keep
    definition = TYPES[column.type]
    if column.array or column.type == "object" or definition.by_language:
        return _of_json(keep)
    return definition.from_column or keep


def _of_json(keep: _Change) -> _Change:
    return lambda value: keep(json_value(value))


def _trees(outputs: Sequence[_Output]) -> list[_Node]:
    """The trees of the fields, to be filled in one after another.

    An object that comes out whole is there before the fields in it that are stored elsewhere, in whatever order a
    document has its keys. Those that are stored in it are in its tree.
    """
    stored_of = {output.public: output.stored for output in outputs}
    numbers: dict[_Keys, int] = {}
    trees: dict[int, list[_Output]] = {}
    for output in sorted(outputs, key=lambda each: len(each.public)):
        number, comes_out_with_another = 0, False
        for length in range(1, len(output.public)):
            above = output.public[:length]
            if above in numbers:
                depth = len(stored_of[above])
                is_inside = output.stored[:depth] == stored_of[above]
                number = max(number, numbers[above] + (not is_inside))
                comes_out_with_another |= is_inside and output.stored[depth:] == output.public[length:]
        numbers[output.public] = number
        if not comes_out_with_another:
            trees.setdefault(number, []).append(output)
    return [_tree(group) for number in sorted(trees) for group in _apart(trees[number])]


def _apart(outputs: Iterable[_Output]) -> list[list[_Output]]:
    """The fields, in groups in which each stored object stands for one public one."""
    groups: list[list[_Output]] = []
    known: list[dict[_Keys, _Keys]] = []
    for output in outputs:
        anchors = _anchors(output.stored, output.public)
        for number, others in enumerate(known):
            if all(others.get(above, anchor) == anchor for above, anchor in anchors.items()):
                groups[number].append(output)
                others.update(anchors)
                break
        else:
            groups.append([output])
            known.append(anchors)
    return groups


def _tree(outputs: Sequence[_Output]) -> _Node:
    anchors: dict[_Keys, _Keys] = {(): ()}
    for stored, public, _ in outputs:
        anchors.update(_anchors(stored, public))
    root = _Node()
    for stored, public, keep in outputs:
        node = root
        above: _Keys = ()
        for depth, key in enumerate(stored, 1):
            inner = node.children.setdefault(key, _Node())
            here = stored[:depth]
            if depth < len(stored):
                inner.at = anchors[here][len(anchors[above]) :]
            else:
                inner.fields.append((public[len(anchors[above]) :], keep))
            node, above = inner, here
    return root


def _anchors(stored: _Keys, public: _Keys) -> dict[_Keys, _Keys]:
    """For each beginning of a stored path, the beginning of the public path that it stands for."""
    return {stored[:depth]: public[: max(0, depth - len(stored) + len(public))] for depth in range(1, len(stored))}


def _filled(
    public: dict[str, Any], stored: Any, node: _Node, get: _Get, get_inner: _Get | None = None
) -> dict[str, Any]:
    """Put what a node's object holds into the public object that it becomes."""
    get_inner = get_inner or get
    keys: Iterable[str] = node.children
    if isinstance(stored, Mapping):  # the keys stay in their order
        keys = [key for key in stored if key in node.children]
    for key in keys:
        child, value = node.children[key], plain(get(stored, key))
        if value is MISSING:
            continue
        if child.read is not None:
            value = child.read(value)
        for at, keep in child.fields:
            _put(public, at, keep(value))
        if child.children:
            is_open = any(at == child.at for at, _ in child.fields)
            (_enter_open if is_open and is_array(value) else _enter)(public, value, child, get_inner)
    return public


def _enter(public: dict[str, Any], value: Any, node: _Node, get: _Get) -> None:
    """Put what is below a value into the public object."""
    if is_array(value):

        def element(each: Any) -> Any:
            return _filled({}, each, node, get) if is_object(each, get is attribute) else MISSING

        elements = each_projected(value, element)
        if node.at:
            _add(public, node.at, elements)
        else:  # values of several objects for a field that is in none
            for each in _objects(elements):
                for key, found in each.items():
                    public.setdefault(key, []).append(found)
    elif is_object(value, get is attribute):
        inner = _own_object(public, node.at)
        if inner is not None:
            _filled(inner, value, node, get)


def _enter_open(public: dict[str, Any], value: Any, node: _Node, get: _Get) -> None:
    """Put what is below the elements of an array into the elements that came out as they are."""
    known: dict[int, list[Any]] = {}  # an array may hold itself

    def entered(element: Any, kept: Any) -> Any:
        element = plain(element)
        if is_array(element):
            if id(element) not in known:
                made: list[Any] = []
                known[id(element)] = made
                made += map(entered, element, kept)
            return known[id(element)]
        is_entered = isinstance(kept, dict) and is_object(element, get is attribute)
        return _filled(dict(kept), element, node, get) if is_entered else kept

    inner = _own_object(public, node.at[:-1])
    if inner is not None:
        inner[node.at[-1]] = entered(value, inner[node.at[-1]])


def _add(public: dict[str, Any], at: Sequence[str], elements: list[Any]) -> None:
    """Put the elements of an array at a path, after those of other arrays that are stored elsewhere."""
    inner = _own_object(public, at[:-1])
    if inner is not None:
        known = inner.get(at[-1])
        before = known if isinstance(known, list | None) else [known]
        inner[at[-1]] = [*before, *elements] if before else elements


def _objects(elements: Iterable[Any]) -> Iterator[dict[str, Any]]:
    return (each for each in elements if isinstance(each, dict))


def _put(public: dict[str, Any], at: Sequence[str], value: Any) -> None:
    inner = _own_object(public, at[:-1])
    if inner is not None:
        inner[at[-1]] = value


def _own_object(public: dict[str, Any], at: Sequence[str]) -> dict[str, Any] | None:
    """The object at a path, made if there is none. It is copied, as it may be a stored one. None: another value.

    Where other values came out as an array, the object is one more element of it.
    """
    for key in at:
        below = public.get(key, {})
        if isinstance(below, list):
            inner: dict[str, Any] = {}
            public[key] = [*below, inner]
            public = inner
        elif isinstance(below, dict):
            public[key] = public = dict(below)
        else:
            return None
    return public
