"""JSON text ↔ values: one place that knows what the fast library cannot do."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import orjson

__all__ = ["NotJsonError", "decode", "encode", "exact"]

# What may be a whole number that 64 bits do not hold: the decoder makes a double of it.
_LONG_NUMBER: Final = re.compile(rb"[\s:,\[-][0-9]{19}").search
_DIGITS_ALIKE: Final = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))
_LONG_DIGITS: Final = b"0" * 19


class NotJsonError(Exception):
    """The text is not JSON that can be handled: why, and in which of its lines, from 1."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def decode(text: bytes) -> Any:
    """The value of a JSON text. Raises NotJsonError."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        reason = "not UTF-8 text" if "UTF-8:" in error.msg else f"not JSON: {error.msg} (column {error.colno})"
        raise NotJsonError(reason, error.lineno) from error


def exact(text: bytes, value: Any) -> Any:
    """The value of a JSON text, ``value`` as the decoder gave it, with every digit of its whole numbers.

    Raises NotJsonError where one is too long, or where such a text is nested too deeply.
    """
    if _LONG_DIGITS not in text.translate(_DIGITS_ALIKE) or _LONG_NUMBER(text) is None:  # the first test is fast
        return value
    try:
        return json.loads(text)
    except (RecursionError, ValueError) as error:
        raise NotJsonError(_too_much(error), 1) from error


def encode(value: Any) -> bytes:
    """The value as JSON text in one line. Raises NotJsonError for what is nested too deeply."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:  # it takes 64 bits and a depth of 254
        pass
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except (RecursionError, ValueError) as error:
        raise NotJsonError(_too_much(error), 1) from error


def _too_much(error: RecursionError | ValueError) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else "it holds a number that is too long"
