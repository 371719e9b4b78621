"""The one order of all values (rule 20): numbers, instants, and the rank of each type."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final, TypeAlias
from uuid import UUID

from .datetimes import instant_key, instant_text_key

__all__ = ["NON_FINITE", "SortValue", "is_number", "non_finite", "sort_value", "utc"]

SortValue: TypeAlias = tuple[int, Any]
"""The rank of a type, and a key that orders values of this rank: 1 and a number, 2 and a string or a native time of day
as text, 3 and a boolean, 4 and the text of :func:`instant_key`, 5 and a text for all other values (of a number in a
column that is none, its name in ``NON_FINITE``). Missing and null have no sort value."""


def is_number(value: Any) -> bool:
    """Whether a value is a number. Booleans, infinities and NaN are not."""
    if isinstance(value, bool):
        return False
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) or (isinstance(value, Decimal) and value.is_finite())


NON_FINITE: Final[Mapping[str, float]] = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
"""What a column of numbers can hold beside numbers. Engines order them; rule 20 does not."""


def non_finite(value: Any) -> str | None:
    """The name of an infinity or NaN; None for all other values."""
    if not isinstance(value, (float, Decimal)) or math.isfinite(value):
        return None
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def utc(value: datetime) -> datetime:
    """Convert a native date-time to UTC; a naive one is taken for UTC (rule 1).

    Without it, equal instants in different zones would be unequal in the hour that a clock passes twice.
    """
    if value.utcoffset() is None:
        return value.replace(tzinfo=UTC)
    try:
        return value.astimezone(UTC)
    except OverflowError:  # within hours of the first or last instant that Python knows
        return value


def sort_value(value: Any, instant: bool) -> SortValue:
    """The sort value of a value that is neither missing nor null.

    With ``instant``, text of the form ``YYYY-MM-DDTHH:MM:SS[.fraction]Z`` is a date-time and not a string. A new class
    of native values gets its rank and key here.
    """
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
    if isinstance(value, time) and value.tzinfo is None:
        return (2, value.isoformat())  # the text of a time sorts by time, and so beside times that are stored as text
    if isinstance(value, UUID) or type(value).__name__ == "ObjectId":
        return (5, str(value))
    # Values of MongoDB are recognised by the names of their classes, so that the bson package need not be installed.
    if type(value).__name__ == "Decimal128":
        return sort_value(value.to_decimal(), instant)
    if type(value).__name__ == "Binary" and value.subtype == 4:
        return (5, str(UUID(bytes=bytes(value))))
    return (5, "")
