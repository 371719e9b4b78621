"""Stored paths and typed constants in MongoDB's own form."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from ...bound.param import Deferred, Param, compute
from ...bound.resolve import unsupported
from ...schema.storage import Target

__all__ = ["is_storable", "native", "object_id", "path_of", "whole_milliseconds"]

_NEEDED: Final = "MongoDB's own values need the package pymongo: install qlause[mongo]"


def path_of(target: Target) -> str:
    """The dotted path. Raises UnsupportedError for a key that MongoDB would read as an operator or as two keys."""
    for key in target.keys:
        if key.startswith("$") or "." in key:
            message = f"MongoDB cannot be asked for a key with a dot or a leading $, as {target.written} needs"
            raise unsupported(target, message, "key")
    return ".".join(target.keys)


def native(value: Any) -> Any:
    """A constant as pymongo stores it. Raises ImportError if that needs bson and bson is not installed."""
    if value.__class__ is str:  # the most common, in long lists too
        return value
    if isinstance(value, Deferred):
        return compute(native, value) if isinstance(value, Param) and value.known == "uuid" else value
    if isinstance(value, Decimal):
        return _bson().decimal128.Decimal128(value)
    if isinstance(value, UUID):
        return _bson().binary.Binary.from_uuid(value)
    return value


def object_id(digits: str) -> Any:
    """The ObjectId with these 24 hexadecimal digits. Raises ImportError if bson is not installed."""
    return _bson().objectid.ObjectId(digits)


def is_storable(instant: datetime | Param) -> bool:
    """Whether a BSON date can hold an instant: it has whole milliseconds."""
    return instant.known != "microsecond" if isinstance(instant, Param) else instant.microsecond % 1000 == 0


def whole_milliseconds(instant: datetime) -> datetime:
    """The last instant up to this one that a BSON date can hold."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _bson() -> Any:
    try:
        import bson
    except ImportError as error:
        raise ImportError(_NEEDED) from error
    return bson
