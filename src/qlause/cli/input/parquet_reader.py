"""Parquet, where pyarrow is installed. Values become those that the same document has in JSON."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any

import orjson

from ...errors import shorten
from .json_codec import Document, NumberText
from .parquet_values import ParquetTable, RowProblem, TableState, UnreadableError
from .reader import ExactDocument, LocatedDocuments, ReadContext

__all__ = ["read_parquet"]


def read_parquet(name: str, context: ReadContext) -> LocatedDocuments:
    """The rows that match, counted from 1. What cannot be read is reported: a row, a column, or the file."""
    if find_spec("pyarrow") is None:
        context.report(None, "Parquet needs pyarrow: pip install pyarrow")
        return
    from .parquet_pyarrow import open_parquet

    try:
        state = TableState(context.report, context.warn)
        with open_parquet(name, state) as table:
            yield from _documents(table, state, context)
    except UnreadableError as error:
        context.report(None, f"cannot read Parquet: {shorten(str(error), 200)}")


def _documents(table: ParquetTable, state: TableState, context: ReadContext) -> LocatedDocuments:
    keys = _distinct(table.names, state)
    converted = [(key, position) for position, key in enumerate(keys) if table.converters[position] is not None]
    converters = [convert for convert in table.converters if convert is not None]
    for state.row, row in enumerate(table.rows, 1):
        if isinstance(row, RowProblem):
            context.report(state.row, row.reason)
            continue
        document: Document = dict(zip(keys, row, strict=True))
        key = ""
        try:
            for (key, position), convert in zip(converted, converters, strict=True):
                if row[position] is not None:
                    document[key] = convert(row[position])
        except ValueError as error:
            context.report(state.row, f"{shorten(key)}: {error}")
            continue
        exact = document
        if state.has_long_numbers:
            state.has_long_numbers = False
            document = {key: _as_doubles(value) for key, value in exact.items()}
        if context.watch is not None and context.watch.unseen:
            context.watch.look_at_document(document)
        if context.matches(document):
            yield state.row, None if document is exact else ExactDocument(exact), document


def _as_doubles(value: Any) -> Any:
    """The value with its long numbers as the readers of JSON decode them."""
    if isinstance(value, NumberText):
        return orjson.loads(value.encode())
    if isinstance(value, dict):
        return {key: _as_doubles(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_doubles(item) for item in value]
    return value


def _distinct(names: Iterable[str], state: TableState) -> list[str]:
    """The names of the columns. One that occurs again gets a number at its end, with a warning."""
    wanted, keys = list(names), dict[str, None]()
    for name in wanted:
        key, number = name, 2
        while key in keys or (number > 2 and key in wanted):
            key, number = f"{name}_{number}", number + 1
        if key != name:
            state.warn(None, f"two columns are named {shorten(name)}; one is named {shorten(key)} here")
        keys[key] = None
    return list(keys)
