"""The one order of values (rule 20): what is a number, what an instant, and which rank each type has."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from .datetimes import instant_key, instant_text_key

__all__ = ["SortValue", "is_number", "sort_value", "utc"]

SortValue: TypeAlias = tuple[int, Any]
"""Rank and value of what is neither missing nor null, as :func:`sort_value` gives them: 1 and a number, 2 and a string,
3 and a boolean, 4 and an instant as its key, 5 and text that orders what is left."""


def is_number(value: Any) -> bool:
    """Whether a value is a number: a boolean, an infinity and NaN are none."""
    if isinstance(value, bool):
        return False
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) or (isinstance(value, Decimal) and value.is_finite())


def utc(value: datetime) -> datetime:
    """A native date-time in UTC: a naive one is UTC already (rule 1).

    Across zones, Python holds the hour that a clock goes through twice to be equal to nothing.
    """
    if value.utcoffset() is None:
        return value.replace(tzinfo=UTC)
    try:
        return value.astimezone(UTC)
    except OverflowError:  # the first and last hours of the calendar, in a zone
        return value


def sort_value(value: Any, instant: bool) -> SortValue:
    """Rank and value of what is neither missing nor null: number, string, false, true, date-time, else (rule 20)."""
    if isinstance(value, bool):
        return (3, value)
    if is_number(value):
        return (1, value)
    if isinstance(value, str):
        key = instant_text_key(value) if instant else None
        return (2, value) if key is None else (4, key)
    if isinstance(value, datetime):
        return (4, instant_key(utc(value)))
    if isinstance(value, date):
        return (4, instant_key(datetime.combine(value, time(), UTC)))
    if isinstance(value, UUID) or type(value).__name__ == "ObjectId":
        return (5, str(value))
    # Values of MongoDB by their names: who has none of them need not have the package that they are from.
    if type(value).__name__ == "Decimal128":
        return sort_value(value.to_decimal(), instant)
    if type(value).__name__ == "Binary" and value.subtype == 4:
        return (5, str(UUID(bytes=bytes(value))))
    return (5, "")
