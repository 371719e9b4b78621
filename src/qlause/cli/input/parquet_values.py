"""Values of Parquet as JSON has them: exact, or a ValueError that says why not."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any, Final, NamedTuple, TypeAlias

from ...errors import shorten
from .json_codec import NumberText, encode_json
from .reader import Report

__all__ = [
    "Convert",
    "ParquetTable",
    "RowProblem",
    "TableState",
    "UnreadableError",
    "base64_text",
    "day",
    "duration",
    "floating",
    "interval",
    "list_of",
    "map_of",
    "moment",
    "number",
    "object_of",
    "time_of_day",
]

Convert: TypeAlias = Callable[[Any], Any]
"""Takes a value that is not null and returns that of JSON. Raises ValueError with a reason."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_SECONDS: Final = range(int((datetime.min.replace(tzinfo=UTC) - _EPOCH).total_seconds()), 253_402_300_800)
_DAYS: Final = range(date.min.toordinal(), date.max.toordinal() + 1)
_OUTSIDE: Final = "a time outside the years 1 to 9999"
_DIGITS: Final = {"s": 0, "ms": 3, "us": 6, "ns": 9}
_MAX_PLAIN_DIGITS: Final = 15
_INTEGERS: Final = range(-(1 << 63), 1 << 64)
"""The integers that orjson reads and writes as such."""


class UnreadableError(Exception):
    """The file is not Parquet, or broken."""


class RowProblem(NamedTuple):
    """A row that cannot be read."""

    reason: str


class TableState:
    """What reading and converting the rows of a file share."""

    def __init__(self, report: Report, warn: Report) -> None:
        self.report = report
        self.warn = warn
        self.row = 0
        """The number of the row that is converted."""
        self.has_long_numbers = False
        """Whether this row has a NumberText."""


class ParquetTable(NamedTuple):
    """The columns that can be read, and the rows."""

    names: Sequence[str]
    converters: Sequence[Convert | None]
    """How the values of each column are converted; None: not at all."""
    rows: Iterable[Sequence[Any] | RowProblem]


def number(state: TableState) -> Convert:
    """Decimals and integers of any size: NumberText where no integer of 64 bits and no double is the same number."""

    def convert(value: Decimal | int) -> Any:
        text = format(value, "f") if isinstance(value, Decimal) else str(value)
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        if "." not in text and int(text) in _INTEGERS:
            return int(text)
        if "." in text and (len(text) <= _MAX_PLAIN_DIGITS or Decimal(repr(float(text))) == value):
            return float(text)
        state.has_long_numbers = True
        return NumberText(text)

    return convert


def floating(state: TableState, column: str) -> Convert:
    """Doubles. Those that JSON has no number for are null, and the first of a column is told."""
    is_told = False

    def convert(value: float) -> float | None:
        nonlocal is_told
        if isfinite(value):
            return value
        if not is_told:
            is_told = True
            state.warn(state.row, f"{shorten(column)}: NaN and the infinities are null, as JSON has no such numbers")
        return None

    return convert


def moment(unit: str) -> Convert:
    """Moments, counted from 1970 in a unit of time, as ISO 8601 in UTC."""

    def convert(value: int) -> str:
        seconds, fraction = divmod(value, 10 ** _DIGITS[unit])
        if seconds not in _SECONDS:
            raise ValueError(_OUTSIDE)
        text = (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat()
        return f"{text}{_fraction(fraction, unit)}Z"

    return convert


def day(value: int) -> str:
    """A day, counted from 1970."""
    if value + _EPOCH_DAY not in _DAYS:
        raise ValueError(_OUTSIDE)
    return date.fromordinal(value + _EPOCH_DAY).isoformat()


def time_of_day(unit: str) -> Convert:
    """Times of day, counted from midnight."""

    def convert(value: int) -> str:
        seconds, fraction = divmod(value, 10 ** _DIGITS[unit])
        if not 0 <= seconds < 86_400:
            raise ValueError("a time of day outside 00:00 to 24:00")
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{_fraction(fraction, unit)}"

    return convert


def duration(unit: str, state: TableState) -> Convert:
    """Durations as numbers of seconds."""
    convert_number, exponent = number(state), -_DIGITS[unit]
    return lambda value: convert_number(Decimal(value).scaleb(exponent))


def interval(value: bytes) -> str:
    """An interval of Parquet: months, days and milliseconds, as a duration of ISO 8601."""
    months, days, milliseconds = (int.from_bytes(value[start : start + 4], "little") for start in (0, 4, 8))
    seconds = f"{milliseconds / 1000:.3f}".rstrip("0").rstrip(".")
    parts = [f"{months}M" * bool(months), f"{days}D" * bool(days), f"T{seconds}S" * bool(milliseconds)]
    return f"P{''.join(parts) or 'T0S'}"


def base64_text(value: bytes) -> str:
    """Bytes as base64."""
    return b64encode(value).decode()


def list_of(item: Convert | None) -> Convert:
    """Lists, whose items are converted so."""
    if item is None:
        return list
    return lambda values: [None if value is None else item(value) for value in values]


def object_of(members: dict[str, Convert | None]) -> Convert | None:
    """Objects, whose members are converted so."""
    converters = [(key, convert) for key, convert in members.items() if convert is not None]
    if not converters:
        return None

    def convert(value: dict[str, Any]) -> dict[str, Any]:
        converted = {key: convert(value[key]) for key, convert in converters if value[key] is not None}
        return value | converted

    return convert


def map_of(key: Convert | None, value: Convert | None) -> Convert:
    """Maps as objects. Their entries are pairs; keys that are no text are written as JSON."""

    def convert(entries: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
        converted: dict[str, Any] = {}
        for each, item in entries:
            name = each if key is None else key(each)
            text = name if isinstance(name, str) else encode_json(name).decode()
            if text in converted:
                raise ValueError(f"a map has two values for the key {shorten(text)}")
            converted[text] = item if value is None or item is None else value(item)
        return converted

    return convert


def _fraction(fraction: int, unit: str) -> str:
    """The fraction of a second: none, to the microsecond, or to the nanosecond."""
    digits = f"{fraction:0{_DIGITS[unit]}}".rstrip("0") if fraction else ""
    return f".{digits.ljust(6 if len(digits) <= 6 else 9, '0')}" if digits else ""
