"""JSON decoded and encoded: fast with orjson, and with the standard library where orjson cannot."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import orjson

__all__ = ["JsonError", "decode_json", "encode_json", "with_exact_integers"]

# orjson makes a double of a whole number that 64 bits cannot hold; such a number has 19 digits or more.
_LONG_INTEGER: Final = re.compile(rb"[\s:,\[-][0-9]{19}").search
_DIGITS_TO_ZERO: Final = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))
_LONG_ZERO: Final = b"0" * 19


class JsonError(Exception):
    """A text cannot be decoded, or a value cannot be encoded. ``line`` is that of the text, from 1."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def decode_json(text: bytes) -> Any:
    """The value of a JSON text. Raises JsonError."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if "UTF-8:" in error.msg:
            raise JsonError("invalid UTF-8", error.lineno) from error
        raise JsonError(f"invalid JSON: {error.msg} (column {error.colno})", error.lineno) from error


def with_exact_integers(text: bytes, value: Any) -> Any:
    """``value``, which orjson decoded from ``text``, with all digits of its integers.

    Raises JsonError if an integer has too many digits, or if a text with long integers is nested too deeply.
    """
    # Replacing all digits and searching for zeros is a fast test, and nearly always the only one.
    if _LONG_ZERO not in text.translate(_DIGITS_TO_ZERO) or _LONG_INTEGER(text) is None:
        return value
    try:
        return json.loads(text)
    except (RecursionError, ValueError) as error:
        raise JsonError(_reason(error)) from error


def encode_json(value: Any) -> bytes:
    """The value as JSON on one line. Raises JsonError if it is nested too deeply."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:  # integers beyond 64 bits, or nested deeper than 254 levels
        pass
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except (RecursionError, ValueError) as error:
        raise JsonError(_reason(error)) from error


def _reason(error: RecursionError | ValueError) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else "a number has too many digits"
