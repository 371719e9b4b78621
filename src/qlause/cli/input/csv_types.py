"""The types of CSV cells that are declared, and queries that ask text for a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, assert_never

from ...bound.binder import bind
from ...bound.nodes import (
    AllOf,
    AnyOf,
    BoundTest,
    Compare,
    ContainsText,
    IsNull,
    Node,
    OneOf,
    PathExists,
    SizeMatches,
    SomeElement,
    ValueMatches,
)
from ...errors import UnsupportedError, shorten
from ...schema.schema import Schema
from ...schema.types import TYPES
from ...schema.types.definition import TypeDefinition
from ...syntax.lexical import keys_text
from ...syntax.nodes import Query
from ..request import Request, RequestError
from .csv_table import TEXT_CELLS, CellType

__all__ = ["asked_paths", "declared_cell_types", "refuse_comparisons_with_numbers"]

_Keys: TypeAlias = tuple[str, ...]
_Declared: TypeAlias = Callable[[_Keys], CellType | None]


def declared_cell_types(schema: Schema | None) -> _Declared:
    """Returns how the cells of a column are read whose type the schema declares."""
    cell_types: dict[_Keys, CellType] = {}
    localized: set[_Keys] = set()
    for path, field in schema or ():
        definition, resolved = TYPES[field.type], schema.resolve(path) if schema is not None else None
        if resolved is None:
            continue
        if definition.by_language:
            localized.add(resolved.target.keys)
        elif not definition.untyped:
            cell_types[resolved.target.keys] = _cell_type(definition)

    def cell_type_of(keys: _Keys) -> CellType | None:
        return cell_types.get(keys) or (TEXT_CELLS if keys[:-1] in localized else None)

    return cell_type_of


def asked_paths(request: Request) -> frozenset[_Keys]:
    """The stored paths that the query and the sort ask about."""
    paths: set[_Keys] = set()
    _collect_paths(request.bound_query.root, paths)
    if request.bound_sort is not None:
        paths.update(key.target.keys for key in request.bound_sort.keys)
    return frozenset(paths)


def refuse_comparisons_with_numbers(request: Request) -> None:
    """Raise RequestError for a query that compares a column of text with a number, because that never matches."""
    declared = declared_cell_types(request.schema)
    for clause in request.query.clauses():
        keys = _compared_with_number(bind(Query(clause), **request.query_options).root, declared)
        if keys is None:
            continue
        path = shorten(keys_text(keys))
        start, end = clause.span or (0, 0)
        error = UnsupportedError(
            f"with --text, cells of CSV are text, so {path} cannot be compared with a number",
            code="csv_number",
            text=clause.source,
            offset=start,
            length=end - start,
            hint=f"add --type {path}=number",
        )
        raise RequestError("q", error)


def _cell_type(definition: TypeDefinition) -> CellType:
    """How the cells of a type are read."""
    parse, is_stored = definition.parse, definition.is_stored
    if parse is not None:
        return CellType(_checked(parse, definition), is_text=False)
    if is_stored is not None:
        return CellType(_checked(lambda cell: cell if is_stored(cell) else None, definition), is_text=True)
    return TEXT_CELLS


def _checked(parse: Callable[[str], Any], definition: TypeDefinition) -> Callable[[str], Any]:
    def convert(cell: str) -> Any:
        value = parse(cell)
        if value is None:
            raise ValueError(f"not {definition.words}")
        return value

    return convert


def _collect_paths(node: Node, paths: set[_Keys], above: _Keys = ()) -> None:
    match node:
        case AllOf(items=items) | AnyOf(items=items):
            for item in items:
                _collect_paths(item, paths, above)
        case ValueMatches(target=target) | PathExists(target=target) | SizeMatches(target=target):
            paths.add(above + target.keys)
        case SomeElement(target=target, node=inner):
            paths.add(above + target.keys)
            _collect_paths(inner, paths, above + target.keys)
        case _:
            assert_never(node)


def _compared_with_number(node: Node, declared: _Declared, above: _Keys = ()) -> _Keys | None:
    """The path of a column of text that is compared with a number; None if there is none."""
    match node:
        case AllOf(items=items) | AnyOf(items=items):
            found = (_compared_with_number(item, declared, above) for item in items)
            return next((keys for keys in found if keys is not None), None)
        case ValueMatches(target=target, test=test):
            keys = above + target.keys
            cell_type = declared(keys)
            is_text = cell_type is None or cell_type.is_text
            return keys if is_text and _compares_with_number(test) else None
        case SomeElement(target=target, node=inner):
            return _compared_with_number(inner, declared, above + target.keys)
        case PathExists() | SizeMatches():
            return None
        case _:
            assert_never(node)


def _compares_with_number(test: BoundTest) -> bool:
    match test:
        case AllOf(items=items) | AnyOf(items=items):
            return any(map(_compares_with_number, items))
        case Compare(kind=kind):
            return kind == "number"
        case OneOf() | ContainsText() | IsNull():
            return False
        case _:
            assert_never(test)
