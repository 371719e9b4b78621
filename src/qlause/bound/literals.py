"""Literals → typed constants: what a text means where a value of some type is stored (rules 12 to 18)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

from .._record import new
from ..errors import did_you_mean, shorten
from ..schema.schema import Field, FieldType
from ..syntax.lexical import is_number
from ..syntax.nodes import Comparator, LiteralValue
from ..values.datetimes import read_date, read_instant, read_moment
from ..values.fold import fold
from .nodes import FALSE, BoundTest, Compare, Constant, Kind, OneOf, all_of, any_of

__all__ = ["Clock", "UnreadableError", "read"]

_SAFE: Final = 2**53 - 1  # whole numbers that a double tells apart
_INT64: Final = 2**63
_WHOLE: Final = re.compile(r"-?[0-9]+")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_OBJECTID: Final = re.compile(r"[0-9a-fA-F]{24}")
_LOST_PLUS: Final = re.compile(r"T[0-9:.,]+ [0-9]{2}(?::?[0-9]{2})?\Z|now\b.* [0-9]+[smhdwMy]\b")
_BEYOND: Final = "is beyond what every engine holds exactly"
_DIGITS: Final = {"seconds": 0, "milliseconds": 3, "microseconds": 6}


class Clock(NamedTuple):
    """What date math and days stand on: the moment of binding and the zone of the request."""

    now: datetime
    zone: tzinfo


_Reader: TypeAlias = Callable[[str, Comparator | None, Field, Clock], BoundTest]


class UnreadableError(Exception):
    """The literal cannot be read as the type of the field."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def read(literal: LiteralValue, comparator: Comparator | None, field: Field | None, clock: Clock) -> BoundTest:
    """The test that a literal asks for, behind a comparator or (None) by itself.

    A literal that can be read in several ways is met in any of them. Raises UnreadableError where there is none.
    """
    if field is None:
        return _undeclared(literal, comparator, folded=False)
    if field.type == "any":
        return _undeclared(literal, comparator, field.ignore_case)
    return _READERS[field.type](literal.text, comparator, field, clock)


def _undeclared(literal: LiteralValue, comparator: Comparator | None, folded: bool) -> BoundTest:
    text = literal.text
    if not literal.bare:
        string, instant = _string(text, comparator, folded), read_instant(text)
        return string if instant is None else any_of((string, _test("instant", comparator, instant)))
    if text in ("true", "false"):
        string = _string(text, comparator, folded)
        return string if comparator is not None else any_of((string, _test("boolean", None, text == "true")))
    number = _number(text)
    if comparator is None:
        string = _string(text, None, folded)
        return string if number is None else any_of((string, _test("number", None, number)))
    if number is None:
        raise UnreadableError(_BEYOND, f'put quotes around it if text is stored: "{shorten(text, 24)}"')
    return _test("number", comparator, number)


def _test(kind: Kind, comparator: Comparator | None, value: Constant) -> BoundTest:
    if comparator is None:
        return new(OneOf, (kind, (value,), False))  # type: ignore[no-any-return]  # a OneOf
    return new(Compare, (kind, comparator, value, False))  # type: ignore[no-any-return]  # a Compare


def _string(text: str, comparator: Comparator | None, folded: bool) -> BoundTest:
    if folded and comparator is None:
        return _test("folded", None, fold(text))
    return _test("string", comparator, text)


def _read_string(text: str, comparator: Comparator | None, field: Field, clock: Clock) -> BoundTest:
    return _string(text, comparator, field.ignore_case)


def _read_enum(text: str, comparator: Comparator | None, field: Field, clock: Clock) -> BoundTest:
    known = {fold(value): value for value in field.values} if field.ignore_case else {v: v for v in field.values}
    value = known.get(fold(text) if field.ignore_case else text)
    if value is None:
        listed = f"the values are {', '.join(field.values[:12])}{', …' * (len(field.values) > 12)}"
        raise UnreadableError("is none of its values", did_you_mean(text, field.values) or listed)
    return _string(value, comparator, field.ignore_case)


def _read_integer(text: str, comparator: Comparator | None, field: Field, clock: Clock) -> BoundTest:
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
    return _test("number", comparator, value)


def _read_number(text: str, comparator: Comparator | None, field: Field, clock: Clock) -> BoundTest:
    if not is_number(text):
        raise UnreadableError("is not a number", "write it as in 20 or -1.5e3")
    value = _number(text)
    if value is None:
        raise UnreadableError(_BEYOND)
    return _test("number", comparator, value)


def _read_boolean(text: str, comparator: Comparator | None, field: Field, clock: Clock) -> BoundTest:
    if text not in ("true", "false"):
        raise UnreadableError("is neither true nor false", "write true or false")
    return _test("boolean", None, text == "true")


def _read_uuid(text: str, comparator: Comparator | None, field: Field, clock: Clock) -> BoundTest:
    if not _UUID.fullmatch(text):
        raise UnreadableError("is not a UUID", "write it as in 123e4567-e89b-12d3-a456-426614174000")
    return _stored(field, _test("uuid", comparator, UUID(text)), _test("string", comparator, text.lower()))


def _read_objectid(text: str, comparator: Comparator | None, field: Field, clock: Clock) -> BoundTest:
    if not _OBJECTID.fullmatch(text):
        raise UnreadableError("is not an ObjectId", "write its 24 hexadecimal digits")
    digits = text.lower()
    return _stored(field, _test("objectid", comparator, digits), _test("string", comparator, digits))


def _read_date(text: str, comparator: Comparator | None, field: Field, clock: Clock) -> BoundTest:
    day = read_date(text, clock.zone, clock.now)
    if day is None:
        raise UnreadableError("is not a date", "write it as in 2019-01-06, or now-7d")
    return _stored(field, _test("date", comparator, day), _test("string", comparator, day.isoformat()))


def _stored(field: Field, native: BoundTest, text: BoundTest) -> BoundTest:
    """The test of what is stored, as its own type or as text; both where the schema does not say which."""
    if field.storage is None:
        return any_of((native, text))
    return native if field.storage == "native" else text


def _read_date_time(text: str, comparator: Comparator | None, field: Field, clock: Clock) -> BoundTest:
    moment = read_moment(text, clock.zone, clock.now)
    if moment is None:
        hint = "write it as in 2019-01-06T10:29:30.602Z, 2019-01-06 or now-7d"
        if _LOST_PLUS.search(text[-80:]):
            hint = "write + as %2B in the URL"
        raise UnreadableError("is not a date-time", hint)
    bounds = _bounds(comparator, moment.start, moment.end)
    digits = _DIGITS.get(field.storage or "")
    if digits is not None:
        return all_of([_as_text(sign, instant, digits) for sign, instant in bounds])
    ways: list[BoundTest] = []
    if field.storage != "instant":
        ways.append(all_of([_test("instant", sign, instant) for sign, instant in bounds]))
    if field.storage is None or field.storage == "instant":
        ways.append(all_of([_test("instant_text", sign, instant) for sign, instant in bounds]))
    return any_of(ways)


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


def _as_text(sign: Comparator | None, instant: datetime, digits: int) -> BoundTest:
    """The comparison with stored text of that many digits: false where it can never hold.

    Between two texts that can be stored lies no third, so an instant between them is moved down to the lower one.
    """
    below = instant - timedelta(microseconds=instant.microsecond % 10 ** (6 - digits))
    if below != instant:
        if sign is None:
            return FALSE
        sign = ">" if sign in (">", ">=") else "<="
    timespec = {0: "seconds", 3: "milliseconds", 6: "microseconds"}[digits]
    return _test("string", sign, below.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=timespec) + "Z")


def _number(text: str) -> int | float | None:
    """The number that a JSON number is on every engine; None for one that no double holds (rule 15)."""
    if _WHOLE.fullmatch(text):
        value = int(text) if len(text) <= 17 else _INT64
        return value if abs(value) <= _SAFE else None
    double = float(text)
    return double if math.isfinite(double) else None


_READERS: Final[Mapping[FieldType, _Reader]] = {
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
