"""Stored paths and typed constants as MongoDB has them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from ...errors import UnsupportedError, shorten
from ...schema.storage import Target
from ..parameters.placeholder import is_known, made, sort_of

__all__ = ["is_storable", "located", "native", "object_id", "path_of", "whole_milliseconds"]

_NEEDED: Final = "MongoDB's own values need the package pymongo: install qlause[mongo]"


def path_of(target: Target) -> str:
    """The dotted path. Raises UnsupportedError for a key that MongoDB would take for an operator or for two keys."""
    for key in target.keys:
        if key.startswith("$") or "." in key:
            message = f"MongoDB cannot be asked for a key with a dot or a leading $, as in {shorten(key)}"
            raise located(target, message, "key")
    return ".".join(target.keys)


def located(target: Target, message: str, code: str, hint: str | None = None) -> UnsupportedError:
    """The error, at the path in the text that was read, as far as that is known."""
    if target.origin is None:
        return UnsupportedError(message, code=code, hint=hint)
    text, (start, end) = target.origin
    return UnsupportedError(message, code=code, hint=hint, text=text, offset=start, length=end - start)


def native(value: Any) -> Any:
    """A constant as pymongo stores it. Raises ImportError where that needs bson and it is not installed."""
    if not is_known(value):
        return made(native, value) if sort_of(value) == "uuid" else value
    if isinstance(value, Decimal):
        return _bson().decimal128.Decimal128(value)
    if isinstance(value, UUID):
        return _bson().binary.Binary.from_uuid(value)
    return value


def object_id(digits: str) -> Any:
    """An ObjectId by its 24 hexadecimal digits. Raises ImportError as :func:`native`."""
    return _bson().objectid.ObjectId(digits)


def is_storable(instant: datetime) -> bool:
    """Whether a BSON date can hold an instant: whole milliseconds."""
    sort = sort_of(instant)
    return sort != "microsecond" if sort else instant.microsecond % 1000 == 0


def whole_milliseconds(instant: datetime) -> datetime:
    """The last instant up to this one that a BSON date can hold."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _bson() -> Any:
    try:
        import bson
    except ImportError as error:
        raise ImportError(_NEEDED) from error
    return bson
