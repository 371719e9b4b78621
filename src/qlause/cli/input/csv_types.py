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
from .csv_table import Converter

__all__ = ["asked_paths", "declared_converters", "refuse_comparisons_with_numbers"]

_Keys: TypeAlias = tuple[str, ...]
_Declared: TypeAlias = Callable[[_Keys], Converter | None]


def declared_converters(schema: Schema | None) -> _Declared:
    """Returns how the cells of a column are read whose type the schema declares."""
    converters: dict[_Keys, Converter] = {}
    localized: set[_Keys] = set()
    for path, field in schema or ():
        definition, resolved = TYPES[field.type], schema.resolve(path) if schema is not None else None
        if resolved is None:
            continue
        if definition.by_language:
            localized.add(resolved.target.keys)
        elif not definition.untyped:
            converters[resolved.target.keys] = _converter(definition)

    def converter_of(keys: _Keys) -> Converter | None:
        return converters.get(keys) or (str if keys[:-1] in localized else None)

    return converter_of


def asked_paths(request: Request) -> frozenset[_Keys]:
    """The stored paths that the query and the sort ask about."""
    paths: set[_Keys] = set()
    _collect_paths(request.bound_query.root, paths)
    if request.bound_sort is not None:
        paths.update(key.target.keys for key in request.bound_sort.keys)
    return frozenset(paths)


def refuse_comparisons_with_numbers(request: Request) -> None:
    """Raise RequestError for a query that compares a column of text with a number, because that never matches."""
    declared = declared_converters(request.schema)
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


def _converter(definition: TypeDefinition) -> Converter:
    """How the cells of a type are read; str: they are text."""
    parse = definition.parse
    if parse is None:
        return str

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
            return keys if declared(keys) in (None, str) and _compares_with_number(test) else None
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
