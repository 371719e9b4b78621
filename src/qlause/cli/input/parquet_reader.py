"""Parquet, where pyarrow or DuckDB is installed. Values become those that the same document has in JSON."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from importlib.util import find_spec
from math import isfinite
from typing import Any, Final
from uuid import UUID

from ...errors import shorten
from .reader import Document, LocatedDocuments, ReadContext

__all__ = ["read_parquet"]

_ROWS: Final = 1_000  # that are read at a time


def read_parquet(name: str, context: ReadContext) -> LocatedDocuments:
    """The rows that match. What cannot be read is reported."""
    if find_spec("pyarrow") is not None:
        rows = _rows_of_pyarrow(name)
    elif find_spec("duckdb") is not None:
        rows = _rows_of_duckdb(name)
    else:
        context.report(None, "Parquet needs pyarrow or DuckDB: pip install pyarrow")
        return
    try:
        for number, row in enumerate(rows, 1):
            document = {key: _json_value(value) for key, value in row.items()}
            if context.watch is not None and context.watch.unseen:
                context.watch.look_at_document(document)
            if context.matches(document):
                yield number, None, document
    except _UnreadableError as error:
        context.report(None, f"cannot read Parquet: {shorten(str(error), 200)}")


class _UnreadableError(Exception):
    """The file is not Parquet, or broken."""


def _rows_of_pyarrow(name: str) -> Iterator[Document]:
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(name) as file:
            for batch in file.iter_batches(batch_size=_ROWS):
                yield from batch.to_pylist()
    except (ArrowException, OSError) as error:
        raise _UnreadableError(str(error)) from error


def _rows_of_duckdb(name: str) -> Iterator[Document]:
    import duckdb

    with duckdb.connect() as connection:
        try:
            connection.execute("SET TimeZone = 'UTC'")
            cursor = connection.execute("SELECT * FROM parquet_scan(?)", [name])
            names = [column[0] for column in cursor.description or ()]
            while rows := cursor.fetchmany(_ROWS):
                for row in rows:
                    yield dict(zip(names, row, strict=True))
        except duckdb.Error as error:
            raise _UnreadableError(str(error)) from error


def _json_value(value: Any) -> Any:
    """The value as JSON has it: moments as ISO text in UTC, decimals as numbers, bytes as base64."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if isfinite(value) else None
        case dict():
            return {str(key): _json_value(item) for key, item in value.items()}
        case list():
            return [_json_value(item) for item in value]
        case tuple():  # the pairs of a map are such
            return [_json_value(item) for item in value]
        case datetime():
            moment = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
            return moment.isoformat() + "Z"
        case date() | time() | UUID():
            return str(value)
        case timedelta():
            return value.total_seconds()
        case Decimal():
            return _number(value)
        case bytes() | bytearray():
            return b64encode(value).decode()
        case _:
            return str(value)


def _number(value: Decimal) -> int | float | None:
    if not value.is_finite():
        return None
    return int(value) if value == value.to_integral_value() else float(value)
