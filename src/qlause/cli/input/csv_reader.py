"""CSV: the names in the header are paths, each row is a document."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from ...errors import QlauseError, shorten
from ...syntax.lexical import has_surrogate, keys_text
from ...syntax.parser import parse_fields
from .byte_stream import MAX_DOCUMENT_SIZE
from .csv_types import Converter
from .reader import Document, LocatedDocuments, ReportProblem

__all__ = ["read_csv"]

_Keys: TypeAlias = tuple[str, ...]


class _Column(NamedTuple):
    parents: _Keys
    key: str
    convert: Converter


class _InvalidRowError(Exception):
    """The row is no document, or the header names no columns."""


def read_csv(
    stream: io.BufferedReader[Any], report: ReportProblem, converters: Mapping[_Keys, Converter]
) -> LocatedDocuments:
    """The documents of all rows. Invalid rows are reported; an invalid header ends the file.

    ``converters`` are those of the columns that are not text.
    """
    csv.field_size_limit(MAX_DOCUMENT_SIZE)
    # Bytes that are not UTF-8 become surrogates, so that only their row is refused.
    reader = csv.reader(io.TextIOWrapper(stream, "utf-8", "surrogateescape", newline=""), strict=True)
    columns: list[_Column] | None = None
    while True:
        line_number = reader.line_num + 1
        try:
            row = next(reader, None)
            if row is None:
                return
            if any(map(has_surrogate, row)):
                raise _InvalidRowError("invalid UTF-8")
            if not row:
                continue
            if columns is None:
                columns = [_Column(keys[:-1], keys[-1], converters.get(keys, str)) for keys in _column_keys(row)]
                continue
            yield line_number, None, _document(row, columns)
        except (csv.Error, _InvalidRowError) as error:
            report(line_number, str(error))
            if columns is None:
                return


def _column_keys(header: Sequence[str]) -> list[_Keys]:
    paths: dict[_Keys, None] = {}
    for position, name in enumerate(header, 1):
        keys = _keys_of_name(name)
        if not name:
            raise _InvalidRowError(f"column {position} has no name")
        if keys in paths:
            raise _InvalidRowError(f"two columns are named {shorten(keys_text(keys))}")
        paths[keys] = None
    for keys in paths:
        for length in range(1, len(keys)):
            if keys[:length] in paths:
                outer, inner = shorten(keys_text(keys[:length])), shorten(keys_text(keys))
                raise _InvalidRowError(f"the columns {outer} and {inner} cannot both have values")
    return list(paths)


def _keys_of_name(name: str) -> _Keys:
    """The keys of a path. A name that is no path, such as one with blanks, is one key."""
    try:
        paths = parse_fields(name).paths
    except QlauseError:
        return (name,)
    return paths[0].segments if len(paths) == 1 else (name,)


def _document(row: Sequence[str], columns: Sequence[_Column]) -> Document:
    if len(row) > len(columns):
        raise _InvalidRowError(f"the row has {len(row)} cells, but the header has {len(columns)} columns")
    document: Document = {}
    for cell, column in zip(row, columns, strict=False):
        if cell:
            parent = document
            for key in column.parents:
                parent = parent.setdefault(key, {})
            try:
                parent[column.key] = column.convert(cell)
            except ValueError as error:
                name = shorten(keys_text((*column.parents, column.key)))
                raise _InvalidRowError(f'{name}: "{shorten(cell)}" is {error}') from None
    return document
