"""``time``: a time of day without a zone, stored natively or as ISO text (rule 24)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Final

from ...syntax.nodes import Comparator, LiteralValue
from ...values.datetimes import read_time
from ..operators import ORDERED
from .definition import Declaration, TypeDefinition
from .reading import DIGITS, Clock, Readings, in_digits, native_or_text

__all__ = ["TIME"]


def _read(literal: LiteralValue, comparator: Comparator | None, field: Declaration, clock: Clock) -> Readings | None:
    value = read_time(literal.text)
    if value is None:
        return None
    digits = DIGITS.get(field.storage)
    if digits is None:
        # The text has no fraction or six digits of one, so that its order is that of time.
        return native_or_text(field.storage, ("time", comparator, value), ("string", comparator, value.isoformat()))
    comparison = in_digits(comparator, value, digits)
    return () if comparison is None else ((("string", *comparison),),)


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
    storages=("native", "text", "seconds", "milliseconds", "microseconds"),
    native="time",
    json_schema={"type": "string", "format": "time"},
    annotations=(time,),
    from_column=_from_column,
    is_stored=read_time,
)
