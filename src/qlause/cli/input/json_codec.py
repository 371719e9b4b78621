"""JSON decoded and encoded with orjson, and numbers that keep the digits they were written with."""

from __future__ import annotations

import json
import re
from typing import Any, Final, TypeAlias

import orjson

__all__ = ["MAX_DEPTH", "Document", "JsonError", "NumberText", "decode_json", "encode_json", "with_exact_numbers"]

Document: TypeAlias = dict[str, Any]
"""An object of JSON."""

MAX_DEPTH: Final = 500
"""The levels of a value that is encoded, or decoded with exact numbers. Without it, the limit would be Python's, which
depends on its version and on what is running. Read are 1,024 levels, orjson's limit."""

# Numbers that orjson may print with other digits: those with more than 15 digits, an exponent or zeros at the end of a
# fraction, those near zero, and -0. Tests of bytes are fast and mostly enough; where they hit, it may be in a string:
# this pattern looks again.
_MAY_CHANGE: Final = re.compile(
    rb"[\s:,\[]-?(?:[0-9.]{17}|[0-9.]+[eE]|0\.0000|[0-9]+\.[0-9]+0[\s,\]}]|(?<=-)0[\s,\]}])"
).search
_NEGATIVE_ZERO: Final = re.compile(rb"-0[\s,\]}]").search
_ENDS_WITH_ZERO: Final = re.compile(rb"\.[0-9]+0[\s,\]}]").search
_NUMBERS: Final = bytes(49 if byte in b"0123456789." else 101 if byte in b"eE" else 32 for byte in range(256))
_LONG: Final = b"1" * 17


class JsonError(Exception):
    """A text cannot be decoded, or a value cannot be encoded. ``line`` is that of the text, from 1."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class NumberText(str):
    """A number as it was written. :func:`encode_json` writes it without quotes."""

    __slots__ = ()


def _check_depth(value: Any) -> None:
    """Raise JsonError if the value has more than MAX_DEPTH levels."""
    level, depth = [value], 0
    while level := [each for each in level if isinstance(each, dict | list)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise JsonError(f"nested in more than {MAX_DEPTH} levels")
        level = [item for each in level for item in (each.values() if isinstance(each, dict) else each)]


_EXACT_DECODER: Final = json.JSONDecoder(parse_float=NumberText, parse_int=NumberText)


def decode_json(text: bytes) -> Any:
    """The value of a JSON text. Raises JsonError."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if "UTF-8:" in error.msg:
            raise JsonError("invalid UTF-8", error.lineno) from error
        raise JsonError(f"invalid JSON: {error.msg} (column {error.colno})", error.lineno) from error


def with_exact_numbers(text: bytes, value: Any) -> Any:
    """``value``, which orjson decoded from ``text``, with the numbers as they are written there, as NumberText.

    Where orjson prints all of them with the same digits, the value itself is returned. Raises JsonError for other texts
    with more than MAX_DEPTH levels.
    """
    numbers = text.translate(_NUMBERS)
    if not (
        b"1e" in numbers or _LONG in numbers or b"0.0000" in text or _NEGATIVE_ZERO(text) or _ENDS_WITH_ZERO(text)
    ) or not _MAY_CHANGE(text):
        return value
    if text.count(b"[") + text.count(b"{") > MAX_DEPTH:  # else no path through it is that long
        _check_depth(value)
    return _EXACT_DECODER.decode(text.decode())


def encode_json(value: Any) -> bytes:
    """The value as JSON on one line. Raises JsonError if it has more than MAX_DEPTH levels."""
    try:
        return orjson.dumps(value, _number, orjson.OPT_PASSTHROUGH_SUBCLASS)
    except orjson.JSONEncodeError:  # nested deeper than 254 levels
        pass
    _check_depth(value)
    chunks: list[bytes] = []
    _encode_deep(value, chunks)
    return b"".join(chunks)


def _number(value: object) -> orjson.Fragment:
    if isinstance(value, NumberText):
        return orjson.Fragment(value.encode())
    raise TypeError(f"{type(value)} is not a type of JSON values")


def _encode_deep(value: Any, chunks: list[bytes]) -> None:
    """Append the texts that the JSON of a value consists of. No more than one frame for each level."""
    if not isinstance(value, dict | list) or not value:
        chunks.append(orjson.dumps(value, _number, orjson.OPT_PASSTHROUGH_SUBCLASS))
        return
    separator = b"{" if isinstance(value, dict) else b"["
    for item in value:
        chunks.append(separator)
        separator = b","
        if isinstance(value, dict):
            chunks += (orjson.dumps(item), b":")
            _encode_deep(value[item], chunks)
        else:
            _encode_deep(item, chunks)
    chunks.append(b"}" if isinstance(value, dict) else b"]")
