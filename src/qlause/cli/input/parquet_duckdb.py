"""Parquet read by DuckDB. Times are read as text, as Python's types cannot hold them all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import duckdb

from ...errors import shorten
from .parquet_values import (
    Convert,
    ParquetTable,
    TableState,
    UnreadableError,
    base64_text,
    day_of_text,
    floating,
    interval_of_text,
    list_of,
    map_of,
    moment_of_text,
    number,
    object_of,
    time_of_text,
)

__all__ = ["open_parquet"]

_ROWS: Final = 1_000  # that are read at a time
_MAX_DIGITS: Final = 38  # of a decimal
_PLAIN: Final = frozenset(
    ["boolean", "tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger", "ubigint", "varchar"]
)


class _UnknownTypeError(Exception):
    """There is no way to convert the values of a type."""


@contextmanager
def open_parquet(name: str, state: TableState) -> Iterator[ParquetTable]:
    """The table of a file. A column of an unknown type is left out and reported. Raises UnreadableError."""
    try:
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            described = connection.execute("SELECT * FROM parquet_scan(?) LIMIT 0", [name]).description or ()
            names: list[str] = []
            terms: list[str] = []
            converters: list[Convert | None] = []
            for position, (column, (_, kind, *_)) in enumerate(
                zip(_column_names(connection, name, state), described, strict=True), 1
            ):
                try:
                    read_type, convert = _plan(kind, partial(floating, state, column), state)
                except _UnknownTypeError as error:
                    state.report(None, f"the column {shorten(column)} is left out: {error}")
                else:
                    names.append(column)
                    terms.append(f"#{position}" if read_type == str(kind) else f"CAST(#{position} AS {read_type})")
                    converters.append(convert)
            selected = ", ".join(terms or ["NULL"])
            rows = _rows(connection.execute(f"SELECT {selected} FROM parquet_scan(?)", [name]))  # noqa: S608  # types
            yield ParquetTable(names, converters, rows if terms else ([] for _ in rows))
    except duckdb.Error as error:
        raise UnreadableError(str(error)) from error


def _rows(cursor: Any) -> Iterator[Any]:
    while rows := cursor.fetchmany(_ROWS):
        yield from rows


def _column_names(connection: Any, name: str, state: TableState) -> list[str]:
    """The names of the columns as the file has them. DuckDB changes those that differ in case only."""
    query = "SELECT name, num_children, precision FROM parquet_schema(?)"
    (_, count, _), *elements = connection.execute(query, [name]).fetchall()
    if any((precision or 0) > _MAX_DIGITS for *_, precision in elements):
        state.warn(
            None, f"DuckDB rounds decimals of more than {_MAX_DIGITS} digits; pyarrow does not: pip install pyarrow"
        )
    names: list[str] = []
    position = 0
    for _ in range(count):
        names.append(elements[position][0])
        open_elements = 1
        while open_elements:
            open_elements += (elements[position][1] or 0) - 1
            position += 1
    return names


def _plan(kind: Any, float_of: Any, state: TableState) -> tuple[str, Convert | None]:
    """The type as which values are read, and how they are converted then."""
    plan = partial(_plan, float_of=float_of, state=state)
    match kind.id:
        case "struct":
            plans = {name: plan(child) for name, child in kind.children}
            members = ", ".join(f"{_quoted(name)} {read_type}" for name, (read_type, _) in plans.items())
            return f"STRUCT({members})", object_of({name: convert for name, (_, convert) in plans.items()})
        case "map":
            (_, key_kind), (_, item_kind) = kind.children
            (key_type, key), (item_type, item) = plan(key_kind), plan(item_kind)
            return f"MAP({key_type}, {item_type})", map_of(key, item)
        case "list" | "array":
            read_type, convert = plan(kind.children[0][1])
            size = kind.children[1][1] if kind.id == "array" else ""
            return f"{read_type}[{size}]", list_of(convert)
        case _:
            return _scalar_plan(kind, float_of, state)


def _scalar_plan(kind: Any, float_of: Any, state: TableState) -> tuple[str, Convert | None]:
    name, text = str(kind.id).strip('"'), str(kind)
    plan: tuple[str, Convert | None]
    if name in _PLAIN:
        plan = text, None
    elif name == "null":
        plan = "VARCHAR", None
    elif name in ("float", "double"):
        plan = text, float_of()
    elif name in ("decimal", "hugeint", "uhugeint"):
        plan = text, number(state)
    elif name == "blob":
        plan = text, base64_text
    elif name == "uuid":
        plan = text, str
    elif name == "interval":
        plan = "VARCHAR", interval_of_text
    elif name == "date":
        plan = "VARCHAR", day_of_text
    elif name.startswith("timestamp"):
        plan = "VARCHAR", moment_of_text
    elif name.startswith("time"):
        plan = "VARCHAR", time_of_text
    else:
        raise _UnknownTypeError(f"there is no way to read {shorten(text)}")
    return plan


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
