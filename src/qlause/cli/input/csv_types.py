"""The types of CSV cells: text, unless a schema declares a number or a boolean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    ValueMatches,
)
from ...errors import UnsupportedError, shorten
from ...schema.schema import Schema
from ...schema.types import TYPES
from ...schema.types.definition import TypeDefinition
from ...syntax.lexical import keys_text
from ...syntax.nodes import Query
from ..request import Request, RequestError

__all__ = ["Converter", "column_converters", "refuse_comparisons_with_numbers"]

Converter: TypeAlias = Callable[[str], Any]
"""Takes the text of a cell and returns its value. Raises ValueError with a message that ends ``"cell" is ...``."""
_Keys: TypeAlias = tuple[str, ...]


def column_converters(schema: Schema | None) -> dict[_Keys, Converter]:
    """The converters of the columns that are not text, by their stored paths."""
    converters: dict[_Keys, Converter] = {}
    if schema is None:
        return converters
    for path, field in schema:
        resolved, converter = schema.resolve(path), _converter(TYPES[field.type])
        if resolved is not None and converter is not None:
            converters[resolved.target.keys] = converter
    return converters


def refuse_comparisons_with_numbers(request: Request) -> None:
    """Raise RequestError for a query that compares a column of text with a number, because that never matches."""
    converters = column_converters(request.schema)
    for clause in request.query.clauses():
        if not _compares_text_with_number(bind(Query(clause), **request.query_options).root, converters):
            continue
        path = shorten(keys_text(clause.path.segments))
        start, end = clause.span or (0, 0)
        error = UnsupportedError(
            f"cells of CSV are text, so {path} cannot be compared with a number",
            code="csv_number",
            text=clause.source,
            offset=start,
            length=end - start,
            hint=f"declare {path} as a number in a JSON Schema, and add --schema FILE",
        )
        raise RequestError("q", error)


def _converter(definition: TypeDefinition) -> Converter | None:
    """How the cells of a type are read; None: they are text."""
    parse = definition.parse
    if parse is None:
        return None

    def convert(cell: str) -> Any:
        value = parse(cell)
        if value is None:
            raise ValueError(f"not {definition.words}")
        return value

    return convert


def _compares_text_with_number(node: Node, converters: Mapping[_Keys, Converter]) -> bool:
    match node:
        case AllOf(items=items) | AnyOf(items=items):
            return any(_compares_text_with_number(item, converters) for item in items)
        case ValueMatches(target=target, test=test):
            return target.keys not in converters and _compares_with_number(test)
        case PathExists():
            return False
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
