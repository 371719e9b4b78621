"""What the Python backend takes for an array, an attribute, a date-time, and the order of values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

from ..dates import instant_key, instant_text_key

__all__ = ["ARRAYS", "MISSING", "attribute", "attribute_names", "is_number", "item", "plain", "sort_value", "utc"]


class _Missing:
    """The value of a path that reaches nothing."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
ARRAYS: Final = (list, tuple)
_PLAIN: Final = (str, bytes, int, float, complex, Decimal, date, time, timedelta, UUID, list, tuple, set, frozenset)


def item(node: Any, key: str) -> Any:
    """A key of a Mapping; else MISSING."""
    return node.get(key, MISSING) if isinstance(node, Mapping) else MISSING


def attribute(node: Any, key: str) -> Any:
    """A key of a Mapping, or a public attribute of another object that is no method; else MISSING."""
    if isinstance(node, Mapping):
        return node.get(key, MISSING)
    if node is None or node is MISSING or isinstance(node, _PLAIN) or key.startswith("_"):
        return MISSING
    try:
        value = getattr(node, key, MISSING)
    except Exception:  # a property may raise anything, and an odd document must not
        return MISSING
    return MISSING if callable(value) else value


def attribute_names(node: Any) -> list[str]:
    """The names of the attributes that an object stores, where it says so."""
    if isinstance(node, _PLAIN):
        return []
    names = [*getattr(node, "__dict__", ())]
    for kind in reversed(type(node).__mro__):
        slots = kind.__dict__.get("__slots__", ())
        names += [slots] if isinstance(slots, str) else slots
    return [name for name in dict.fromkeys(names) if not name.startswith("_")]


def plain(value: Any) -> Any:
    """What an attribute stands for: a member of an Enum for its value."""
    return value.value if isinstance(value, Enum) else value


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


def sort_value(value: Any, instant: bool) -> tuple[int, Any]:
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
    return (5, "")
