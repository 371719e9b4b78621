"""Literals → typed constants: what a text means where a value of some type is stored (rules 12 to 18)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, NamedTuple
from uuid import UUID

from .ast import Comparator, Literal
from .bound import Constant, Kind
from .dates import read_date, read_instant, read_moment
from .errors import did_you_mean, shorten
from .fold import fold
from .schema import Field, FieldType
from .words import is_number

__all__ = ["Clock", "Reading", "UnreadableError", "readings"]

_SAFE: Final = 2**53 - 1  # whole numbers that a double tells apart
_INT64: Final = 2**63
_WHOLE: Final = re.compile(r"-?[0-9]+")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_OBJECTID: Final = re.compile(r"[0-9a-fA-F]{24}")
_LOST_PLUS: Final = re.compile(r"T[0-9:.,]+ [0-9]{2}(?::?[0-9]{2})?\Z|now\b.* [0-9]+[smhdwMy]\b")
_BEYOND: Final = "is beyond what every engine holds exactly"
_DIGITS: Final = {"seconds": 0, "milliseconds": 3, "microseconds": 6}


@dataclass(frozen=True, slots=True)
class Clock:
    """What date math and days stand on: the moment of binding and the zone of the request."""

    now: datetime
    zone: tzinfo


class Reading(NamedTuple):
    """One way to read a literal: the candidate is of the kind, and ``comparator`` (None: equal) holds."""

    kind: Kind
    comparator: Comparator | None
    value: Constant


class UnreadableError(Exception):
    """The literal cannot be read as the type of the field."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def readings(
    literal: Literal, comparator: Comparator | None, field: Field | None, clock: Clock
) -> Iterator[tuple[Reading, ...]]:
    """Every way to read the literal. The test holds if all readings of some way hold.

    Raises UnreadableError where there is none.
    """
    if field is None or field.type == "any":
        return _undeclared(literal, comparator, folded=field is not None and field.ignore_case)
    return _READERS[field.type](literal.text, comparator, field, clock)


def _undeclared(literal: Literal, comparator: Comparator | None, folded: bool) -> Iterator[tuple[Reading, ...]]:
    number = _number(literal.text) if literal.bare else None
    if comparator is not None and literal.bare and is_number(literal.text):
        if number is None:
            raise UnreadableError(*_beyond(literal.text))
        yield (Reading("number", comparator, number),)
        return
    yield _string(literal.text, comparator, folded)
    if number is not None:
        yield (Reading("number", comparator, number),)
    if comparator is None and literal.bare and literal.text in ("true", "false"):
        yield (Reading("boolean", None, literal.text == "true"),)
    instant = read_instant(literal.text)
    if instant is not None:
        yield (Reading("instant", comparator, instant),)


def _string(text: str, comparator: Comparator | None, folded: bool) -> tuple[Reading, ...]:
    if folded and comparator is None:
        return (Reading("folded", None, fold(text)),)
    return (Reading("string", comparator, text),)


def _read_string(text: str, comparator: Comparator | None, field: Field, clock: Clock) -> Iterator[tuple[Reading, ...]]:
    yield _string(text, comparator, field.ignore_case)


def _read_enum(text: str, comparator: Comparator | None, field: Field, clock: Clock) -> Iterator[tuple[Reading, ...]]:
    known = {fold(value): value for value in field.values} if field.ignore_case else {v: v for v in field.values}
    value = known.get(fold(text) if field.ignore_case else text)
    if value is None:
        listed = f"the values are {', '.join(field.values[:12])}{', …' * (len(field.values) > 12)}"
        raise UnreadableError("is none of its values", did_you_mean(text, field.values) or listed)
    yield _string(value, comparator, field.ignore_case)


def _read_integer(
    text: str, comparator: Comparator | None, field: Field, clock: Clock
) -> Iterator[tuple[Reading, ...]]:
    if not is_number(text):
        raise UnreadableError("is not a whole number", "write it as in 20")
    if _WHOLE.fullmatch(text):
        value = int(text) if len(text) <= 20 else _INT64
    else:
        double = float(text)
        if not double.is_integer():
            raise UnreadableError("is not a whole number", "write it as in 20")
        value = int(double) if abs(double) <= _SAFE else _INT64
    if not -_INT64 <= value < _INT64:
        raise UnreadableError("is beyond 64 bits")
    yield (Reading("number", comparator, value),)


def _read_number(text: str, comparator: Comparator | None, field: Field, clock: Clock) -> Iterator[tuple[Reading, ...]]:
    if not is_number(text):
        raise UnreadableError("is not a number", "write it as in 20 or -1.5e3")
    value = _number(text)
    if value is None:
        raise UnreadableError(_BEYOND)
    yield (Reading("number", comparator, value),)


def _read_boolean(
    text: str, comparator: Comparator | None, field: Field, clock: Clock
) -> Iterator[tuple[Reading, ...]]:
    if text not in ("true", "false"):
        raise UnreadableError("is neither true nor false", "write true or false")
    yield (Reading("boolean", None, text == "true"),)


def _read_uuid(text: str, comparator: Comparator | None, field: Field, clock: Clock) -> Iterator[tuple[Reading, ...]]:
    if not _UUID.fullmatch(text):
        raise UnreadableError("is not a UUID", "write it as in 123e4567-e89b-12d3-a456-426614174000")
    if field.storage != "text":
        yield (Reading("uuid", comparator, UUID(text)),)
    if field.storage != "native":
        yield (Reading("string", comparator, text.lower()),)


def _read_objectid(
    text: str, comparator: Comparator | None, field: Field, clock: Clock
) -> Iterator[tuple[Reading, ...]]:
    if not _OBJECTID.fullmatch(text):
        raise UnreadableError("is not an ObjectId", "write its 24 hexadecimal digits")
    if field.storage != "text":
        yield (Reading("objectid", comparator, text.lower()),)
    if field.storage != "native":
        yield (Reading("string", comparator, text.lower()),)


def _read_date(text: str, comparator: Comparator | None, field: Field, clock: Clock) -> Iterator[tuple[Reading, ...]]:
    day = read_date(text, clock.zone, clock.now)
    if day is None:
        raise UnreadableError("is not a date", "write it as in 2019-01-06, or now-7d")
    if field.storage != "text":
        yield (Reading("date", comparator, day),)
    if field.storage != "native":
        yield (Reading("string", comparator, day.isoformat()),)


def _read_date_time(
    text: str, comparator: Comparator | None, field: Field, clock: Clock
) -> Iterator[tuple[Reading, ...]]:
    moment = read_moment(text, clock.zone, clock.now)
    if moment is None:
        hint = "write it as in 2019-01-06T10:29:30.602Z, 2019-01-06 or now-7d"
        if _LOST_PLUS.search(text[-80:]):
            hint = "write the + of a URL parameter as %2B"
        raise UnreadableError("is not a date-time", hint)
    bounds = _bounds(comparator, moment.start, moment.end)
    if field.storage in (None, "native", "utc"):
        yield tuple(Reading("instant", sign, instant) for sign, instant in bounds)
    if field.storage is None or field.storage == "instant":
        yield tuple(Reading("instant_text", sign, instant) for sign, instant in bounds)
    elif field.storage in _DIGITS:
        as_text = [_as_text(sign, instant, _DIGITS[field.storage]) for sign, instant in bounds]
        if None not in as_text:
            yield tuple(each for each in as_text if each is not None)


def _bounds(
    comparator: Comparator | None, start: datetime, end: datetime | None
) -> list[tuple[Comparator | None, datetime]]:
    """A comparison with an instant or with a whole day, as comparisons with instants (rule 18)."""
    if end is None:
        return [(comparator, start)]
    match comparator:
        case None:
            return [(">=", start), ("<", end)]
        case ">":
            return [(">=", end)]
        case "<=":
            return [("<", end)]
        case _:
            return [(comparator, start)]


def _as_text(sign: Comparator | None, instant: datetime, digits: int) -> Reading | None:
    """The comparison with stored text of that many digits; None where it can never hold.

    Between two texts that can be stored lies no third, so an instant between them is moved down to the lower one.
    """
    below = instant - timedelta(microseconds=instant.microsecond % 10 ** (6 - digits))
    if below != instant:
        if sign is None:
            return None
        sign = ">" if sign in (">", ">=") else "<="
    timespec = {0: "seconds", 3: "milliseconds", 6: "microseconds"}[digits]
    return Reading("string", sign, below.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=timespec) + "Z")


def _number(text: str) -> int | float | None:
    """The number that a JSON number is on every engine; None for one that no double holds (rule 15)."""
    if not is_number(text):
        return None
    if _WHOLE.fullmatch(text):
        value = int(text) if len(text) <= 17 else _INT64
        return value if abs(value) <= _SAFE else None
    double = float(text)
    return double if math.isfinite(double) else None


def _beyond(text: str) -> tuple[str, str]:
    hint = f'put quotes around it if text is stored: "{shorten(text, 24)}"'
    return _BEYOND, hint


_READERS: Final[Mapping[FieldType, Callable[[str, Comparator | None, Field, Clock], Iterator[tuple[Reading, ...]]]]] = {
    "string": _read_string,
    "localized": _read_string,
    "enum": _read_enum,
    "integer": _read_integer,
    "number": _read_number,
    "boolean": _read_boolean,
    "uuid": _read_uuid,
    "objectid": _read_objectid,
    "date": _read_date,
    "date-time": _read_date_time,
}
