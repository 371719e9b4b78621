"""Bodies of responses as JSON, the same from every framework."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import is_dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any, Final, NamedTuple, TypeAlias

from ...errors import QlauseError
from ...listing.page import Page

__all__ = ["JSON", "PROBLEM_JSON", "ProblemBody", "json_of", "page_body", "problem_body"]

JSON: Final = "application/json"
PROBLEM_JSON: Final = "application/problem+json"
_LONG: Final = 10**600  # Python may refuse to write integers that are longer
_WRITTEN_OUT: Final = 400  # zeros of a number without an exponent
ProblemBody: TypeAlias = Callable[[QlauseError], Mapping[str, Any]]
"""Makes the body of an error. The default makes a problem of RFC 9457."""


class _NoShortFormError(ValueError):
    """A number has digits that no float shows."""


def json_of(value: Any) -> bytes:
    """The value as JSON in UTF-8.

    Date-times are in UTC, numbers have all their digits, bytes are Base64, UUIDs and other values are their text. What
    JSON has not, NaN and the infinities, is null.

    Raises TypeError for an object with attributes, whose text might show what a schema hides.
    """
    try:
        text = _ENCODER.encode(value)
    except (RecursionError, TypeError, ValueError):  # depths, keys and numbers that the encoder of Python refuses
        text = _written(value)
    return text.encode("utf-8", "replace")


def page_body(page: Page, envelope: bool) -> bytes:
    """The body of a page: its items as an array, or an object with the total and the other pages."""
    return json_of(page.envelope() if envelope else page.items)


def problem_body(error: QlauseError, body: ProblemBody | None) -> tuple[bytes, str]:
    """The body of an error and its media type: a problem, or JSON of the shape that ``body`` makes."""
    if body is None:
        return json_of(error.to_problem()), PROBLEM_JSON
    return json_of(body(error)), JSON


def _written(value: Any) -> str:
    """The JSON of any value. Slower than the encoder of Python, but it writes every number, at any depth.

    Raises ValueError for an array or object that holds itself.
    """
    parts: list[str] = []
    around: set[int] = set()  # the arrays and objects that are open
    stack: list[Any] = [value]  # values that are still to write, and JSON text that is ready, in a _Raw
    while stack:
        each = stack.pop()
        match each:
            case _Raw(text, closed):
                parts.append(text)
                around.discard(closed)
            case None | bool() | str():
                parts.append(_ENCODER.encode(each))
            case int():
                parts.append(f"{int(each)}" if abs(each) < _LONG else str(Decimal(each)))
            case float():
                parts.append(repr(float(each)) if isfinite(each) else "null")
            case Decimal():
                parts.append(_digits(each))
            case Mapping() | list() | tuple():
                if id(each) in around:
                    raise ValueError("an array or object that holds itself has no form in JSON")
                around.add(id(each))
                stack += reversed(list(_opened(each)))
            case _:
                stack.append(_plain(each))
    return "".join(parts)


class _Raw(NamedTuple):
    """Text of JSON, and the id of the array or object that it closes."""

    text: str
    closed: int = 0


def _opened(value: Mapping[Any, Any] | Sequence[Any]) -> Iterator[Any]:
    """What an array or object is written as: text of JSON, and the values in it."""
    is_object = isinstance(value, Mapping)
    yield _Raw("{" if is_object else "[")
    for number, each in enumerate(value):
        comma = "," if number else ""
        yield _Raw(f"{comma}{_ENCODER.encode(str(each))}:" if is_object else comma)
        yield value[each] if isinstance(value, Mapping) else each
    yield _Raw("}" if is_object else "]", id(value))


def _digits(value: Decimal) -> str:
    """A number with all its digits, without zeros at the end that say nothing."""
    if not value.is_finite():
        return "null"
    if not value:
        return "0"
    has_zeros = -1 < value.adjusted() <= _WRITTEN_OUT
    text = f"{value:f}" if has_zeros else str(value)
    return text.rstrip("0").rstrip(".") if "." in text and "E" not in text else text


def _short(value: Decimal) -> int | float | None:
    """A number that has the same digits in JSON. Raises _NoShortFormError where there is none."""
    if not value.is_finite():
        return None
    if value.adjusted() > _WRITTEN_OUT:
        raise _NoShortFormError
    if value == value.to_integral_value():
        return int(value)
    short = float(value)
    if Decimal(repr(short)) != value:
        raise _NoShortFormError
    return short


def _plain(value: Any) -> Any:
    """What stands for a value that is none of JSON. Raises what :func:`_short` does."""
    if isinstance(value, datetime):
        try:
            instant = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        except OverflowError:  # in UTC it would be in the year 0 or 10000
            instant = value
        return instant.isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return _short(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes | bytearray | memoryview):
        return b64encode(value).decode()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence | AbstractSet):
        return list(value)
    if is_dataclass(value) or getattr(value, "__dict__", None) or hasattr(value, "__attrs_attrs__"):
        raise TypeError(f"a {type(value).__name__} has no form in JSON: make it a dict, or declare its fields")
    return str(value)


_ENCODER: Final = json.JSONEncoder(default=_plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
