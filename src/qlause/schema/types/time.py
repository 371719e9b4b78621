"""``time``: a time of day without a zone, stored natively or as text with 0, 3 or 6 digits after the second."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Final

from ...syntax.nodes import Comparator, LiteralValue
from ...values.datetimes import read_time
from ..operators import ORDERED
from .definition import Declaration, TypeDefinition
from .reading import DIGITS, Clock, Readings, in_digits

__all__ = ["TIME"]


def _read(literal: LiteralValue, comparator: Comparator | None, field: Declaration, clock: Clock) -> Readings | None:
    value = read_time(literal.text)
    if value is None:
        return None
    native: Readings = ((("time", comparator, value),),)
    if field.storage == "native":
        return native
    comparison = in_digits(comparator, value, DIGITS[field.storage or "seconds"])
    text: Readings = () if comparison is None else ((("string", *comparison),),)
    return text if field.storage else (*native, *text)


def _from_column(value: Any) -> Any:
    """Drivers of MariaDB, MySQL and ClickHouse give a timedelta: their type also holds durations, which stay such."""
    if isinstance(value, timedelta) and timedelta() <= value < timedelta(days=1):
        return (datetime.min + value).time()
    return value


TIME: Final = TypeDefinition(
    name="time",
    words="a time of day",
    hint="write it as in 10:30, 10:30:00 or 10:30:00.5, without a zone",
    operators=ORDERED,
    read=_read,
    storages=("native", "seconds", "milliseconds", "microseconds"),
    native="time",
    json_schema={"type": "string", "format": "time"},
    annotations=(time,),
    from_column=_from_column,
)
