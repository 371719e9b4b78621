"""CSV → records: the names of the header are paths, cells are text unless the schema says otherwise."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...bound.binder import bind
from ...bound.nodes import AllOf, AnyOf, BoundTest, Compare, Node, ValueMatches
from ...errors import QlauseError, UnsupportedError, shorten
from ...schema.schema import Schema
from ...schema.types import TYPES
from ...schema.types.definition import TypeDefinition
from ...syntax.lexical import has_surrogate
from ...syntax.nodes import Query
from ...syntax.parser import parse_fields
from ...syntax.printer import keys_text
from ..request import Request, RequestError
from .records import Document, Records, Report
from .streams import LONGEST

__all__ = ["column_types", "csv_records", "refuse_numbers"]

_Keys = tuple[str, ...]


def column_types(schema: Schema | None) -> dict[_Keys, TypeDefinition]:
    """The stored paths whose cells are no text, with their types."""
    types: dict[_Keys, TypeDefinition] = {}
    for path, field in schema or ():
        resolved = schema.resolve(path) if schema is not None else None
        if resolved is not None and TYPES[field.type].parse is not None:
            types[resolved.target.keys] = TYPES[field.type]
    return types


def refuse_numbers(request: Request, types: Mapping[_Keys, TypeDefinition]) -> None:
    """Raise RequestError for a query that compares numbers where cells are text: it would never select anything."""
    for clause in request.query.clauses():
        if not _compares_text(bind(Query(clause), **request.query_options).root, types):
            continue
        start, end = clause.span or (0, 0)
        error = UnsupportedError(
            f"the cells of CSV are text, and {shorten(keys_text(clause.path.segments))} is compared with a number",
            code="csv_number",
            text=clause.source,
            offset=start,
            length=end - start,
            hint="declare it as a number in a JSON Schema and give that with --schema",
        )
        raise RequestError("q", error)


def csv_records(stream: io.BufferedReader[Any], report: Report, types: Mapping[_Keys, TypeDefinition]) -> Records:
    """A record of each row. Broken rows are reported; a broken header ends the file."""
    csv.field_size_limit(LONGEST)
    reader = csv.reader(io.TextIOWrapper(stream, "utf-8", "surrogateescape", newline=""), strict=True)
    columns: list[_Column] | None = None
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
            if row is None:
                return
            if any(map(has_surrogate, row)):
                raise _BrokenRowError("not UTF-8 text")
            if not row:
                continue
            if columns is None:
                columns = _columns(row, types)
                continue
            yield line, None, _document(row, columns)
        except (csv.Error, _BrokenRowError) as error:
            report(line, str(error))
            if columns is None:
                return


class _BrokenRowError(Exception):
    """A row that is no document, or a header that names no columns."""


class _Column:
    def __init__(self, keys: _Keys, convert: Callable[[str], Any]) -> None:
        self.parents, self.key = keys[:-1], keys[-1]
        self.name = shorten(keys_text(keys))
        self.convert = convert


def _columns(header: Sequence[str], types: Mapping[_Keys, TypeDefinition]) -> list[_Column]:
    names: dict[_Keys, None] = {}
    for position, name in enumerate(header, 1):
        keys = _header_keys(name)
        if not name:
            raise _BrokenRowError(f"column {position} has no name")
        if keys in names:
            raise _BrokenRowError(f"two columns are named {shorten(keys_text(keys))}")
        names[keys] = None
    for keys in names:
        for length in range(1, len(keys)):
            if keys[:length] in names:
                above, below = keys_text(keys[:length]), keys_text(keys)
                raise _BrokenRowError(f"the columns {shorten(above)} and {shorten(below)} cannot both have values")
    return [_Column(keys, _converter(types.get(keys))) for keys in names]


def _header_keys(name: str) -> _Keys:
    """The keys of a path; a name that is none, such as one with blanks, is one key as it stands."""
    try:
        paths = parse_fields(name).paths
    except QlauseError:
        return (name,)
    return paths[0].segments if len(paths) == 1 else (name,)


def _document(row: Sequence[str], columns: Sequence[_Column]) -> Document:
    if len(row) > len(columns):
        raise _BrokenRowError(f"{len(row)} cells under {len(columns)} columns")
    document: Document = {}
    for cell, column in zip(row, columns, strict=False):
        if cell:
            place = document
            for key in column.parents:
                place = place.setdefault(key, {})
            try:
                place[column.key] = column.convert(cell)
            except ValueError as error:
                raise _BrokenRowError(f'{column.name}: "{shorten(cell)}" is {error}') from None
    return document


def _converter(definition: TypeDefinition | None) -> Callable[[str], Any]:
    """What makes a value of a cell. Raises ValueError for a cell that is no value of the type."""
    parse = None if definition is None else definition.parse
    if definition is None or parse is None:
        return str

    def convert(cell: str) -> Any:
        value = parse(cell)
        if value is None:
            raise ValueError(f"not {definition.words}")
        return value

    return convert


def _compares_text(node: Node, types: Mapping[_Keys, TypeDefinition]) -> bool:
    """Whether a comparison with a number stands on a path whose cells are text."""
    match node:
        case AllOf(items=items) | AnyOf(items=items):
            return any(_compares_text(item, types) for item in items)
        case ValueMatches(target=target, test=test):
            return target.keys not in types and _compares_numbers(test)
        case _:
            return False


def _compares_numbers(test: BoundTest) -> bool:
    match test:
        case AllOf(items=items) | AnyOf(items=items):
            return any(map(_compares_numbers, items))
        case Compare(kind="number"):
            return True
        case _:
            return False
