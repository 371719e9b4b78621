"""Parquet read by pyarrow. Times are read as the integers that are stored, as Python's types cannot hold them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, TypeAlias

import pyarrow as pa
from pyarrow import ArrowException, types
from pyarrow.parquet import ParquetFile

from ...errors import shorten
from .parquet_values import (
    Convert,
    ParquetTable,
    RowProblem,
    TableState,
    UnreadableError,
    base64_text,
    day,
    duration,
    floating,
    interval,
    list_of,
    map_of,
    moment,
    number,
    object_of,
    time_of_day,
)

__all__ = ["open_parquet"]

_ROWS: Final = 1_000  # that are read at a time
_Leaves: TypeAlias = Iterator[Any]
"""The columns of Parquet that the parts of a column's type are stored in, in order."""


class _UnknownTypeError(Exception):
    """There is no way to convert the values of a type."""


@contextmanager
def open_parquet(name: str, state: TableState) -> Iterator[ParquetTable]:
    """The table of a file. A column of an unknown type is left out and reported. Raises UnreadableError."""
    try:
        with ParquetFile(name) as file:
            leaves = (file.schema.column(number) for number in range(len(file.schema)))
            columns: list[tuple[int, Any, Convert | None]] = []
            names: list[str] = []
            for position, field in enumerate(file.schema_arrow):
                try:
                    read_type, convert = _plan(field.type, leaves, partial(floating, state, field.name), state)
                except _UnknownTypeError as error:
                    state.report(None, f"the column {shorten(field.name)} is left out: {error}")
                else:
                    names.append(field.name)
                    columns.append((position, read_type if read_type != field.type else None, convert))
            yield ParquetTable(names, [convert for *_, convert in columns], _rows(file, columns))
    except (ArrowException, OSError) as error:
        raise UnreadableError(str(error)) from error


def _rows(file: Any, columns: Sequence[tuple[int, Any, Convert | None]]) -> Iterator[Sequence[Any] | RowProblem]:
    for batch in file.iter_batches(batch_size=_ROWS):
        arrays = [
            batch.column(position) if read_type is None else batch.column(position).view(read_type)
            for position, read_type, _ in columns
        ]
        try:
            rows: Sequence[Any] = list(zip(*(array.to_pylist() for array in arrays), strict=True))
        except ValueError:  # such as text that is not UTF-8
            rows = [_row(arrays, position) for position in range(batch.num_rows)]
        yield from rows or [()] * batch.num_rows


def _row(arrays: Sequence[Any], position: int) -> Sequence[Any] | RowProblem:
    try:
        return [array[position].as_py() for array in arrays]
    except UnicodeDecodeError as error:
        return RowProblem(f"invalid UTF-8: {error.reason}")
    except ValueError as error:
        return RowProblem(shorten(str(error), 200))


def _plan(kind: Any, leaves: _Leaves, float_of: Any, state: TableState) -> tuple[Any, Convert | None]:
    """The type as which values are read, and how they are converted then."""
    plan = partial(_plan, leaves=leaves, float_of=float_of, state=state)
    if types.is_struct(kind):
        fields = list(kind)
        plans = [plan(field.type) for field in fields]
        members = {field.name: convert for field, (_, convert) in zip(fields, plans, strict=True)}
        if len(members) < len(fields):
            raise _UnknownTypeError("two members of its objects have one name")
        read_fields = [field.with_type(read_type) for field, (read_type, _) in zip(fields, plans, strict=True)]
        return pa.struct(read_fields), object_of(members)
    if types.is_map(kind):
        (key_type, key), (item_type, item) = plan(kind.key_type), plan(kind.item_type)
        return pa.map_(kind.key_field.with_type(key_type), kind.item_field.with_type(item_type)), map_of(key, item)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        read_type, convert = plan(kind.value_type)
        field = kind.value_field.with_type(read_type)
        if types.is_fixed_size_list(kind):
            return pa.list_(field, kind.list_size), list_of(convert)
        return pa.large_list(field) if types.is_large_list(kind) else pa.list_(field), list_of(convert)
    if types.is_dictionary(kind):
        read_type, convert = plan(kind.value_type)
        if read_type != kind.value_type:
            raise _UnknownTypeError(f"there is no way to read {kind}")
        return kind, convert
    if isinstance(kind, pa.BaseExtensionType):
        if kind.extension_name == "arrow.uuid":
            next(leaves)
            return kind, str
        return plan(kind.storage_type)
    return _scalar_plan(kind, next(leaves), float_of, state)


def _scalar_plan(kind: Any, leaf: Any, float_of: Any, state: TableState) -> tuple[Any, Convert | None]:
    plan: tuple[Any, Convert | None]
    if any(each(kind) for each in (types.is_null, types.is_boolean, types.is_integer)) or "string" in str(kind):
        plan = kind, None
    elif types.is_floating(kind):
        plan = kind, float_of()
    elif types.is_decimal(kind):
        plan = kind, number(state)
    elif types.is_timestamp(kind):
        plan = pa.int64(), moment(kind.unit)
    elif types.is_date32(kind):
        plan = pa.int32(), day
    elif types.is_date64(kind):
        plan = pa.int64(), lambda milliseconds: day(milliseconds // 86_400_000)
    elif types.is_time(kind):
        plan = pa.int32() if types.is_time32(kind) else pa.int64(), time_of_day(kind.unit)
    elif types.is_duration(kind):
        plan = pa.int64(), duration(kind.unit, state)
    elif "binary" in str(kind):
        plan = kind, interval if leaf.converted_type == "INTERVAL" else base64_text
    else:
        raise _UnknownTypeError(f"there is no way to read {kind}")
    return plan
