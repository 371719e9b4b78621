"""What SEMANTICS says of one value and one literal, for every type of field: the other half of ``reference``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from qlause import Field, Schema
from qlause.syntax.nodes import LiteralValue

from .reference_dates import (
    DAY,
    END_OF_TIME,
    SECOND,
    Span,
    date_math,
    is_date_math,
    of_native,
    read_day,
    read_instant,
    read_moment,
    stamp,
    stamp_of_text,
)

SAFE = 2**53 - 1
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


class UnreadableError(Exception):
    """A literal has no reading (rules 15 and 16)."""


@dataclass(frozen=True)
class Request:
    """What a query is bound with: ``now`` in nanoseconds since the year 1, ``zone`` in minutes."""

    schema: Schema | None = None
    now: int = 0
    zone: int = 0
    language: str | None = None


_LOWER = {
    "İ": "i",
    "ς": "σ",
    # what Unicode got after version 13, the one of the oldest Python
    "\u2c2f": "\u2c5f",
    "\ua7c0": "\ua7c1",
    "\ua7d0": "\ua7d1",
    "\ua7d6": "\ua7d7",
    "\ua7d8": "\ua7d9",
    **{chr(code): chr(code + 39) for code in range(0x10570, 0x10596) if code not in (0x1057B, 0x1058B, 0x10593)},
    "\u1c89": "\u1c8a",
    "\ua7cb": "\u0264",
    "\ua7cc": "\ua7cd",
    "\ua7da": "\ua7db",
    "\ua7dc": "\u019b",
    **{chr(code): chr(code + 32) for code in range(0x10D50, 0x10D66)},
    "\ua7ce": "\ua7cf",
    "\ua7d2": "\ua7d3",
    "\ua7d4": "\ua7d5",
    **{chr(code): chr(code + 27) for code in range(0x16EA0, 0x16EB9)},
}


def fold(text: str) -> str:
    """Rule 8: the simple lower case of each code point in Unicode 17, and one small sigma."""
    return "".join(_LOWER.get(each) or each.lower() for each in text)


def ordered(sign: str, left: Any, right: Any) -> bool:
    """Whether ``left`` stands on that side of ``right``."""
    sides = {":": left == right, ">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right}
    return bool(sides[sign])


def on_side(sign: str, at: Any, start: Any, end: Any) -> bool:
    """The same against an instant, or against a day from ``start`` up to ``end`` (rule 18)."""
    if start == end:
        return ordered(sign, at, start)
    sides = {":": start <= at < end, ">": at >= end, ">=": at >= start, "<": at < start, "<=": at < end}
    return bool(sides[sign])


def is_plain_number(value: Any) -> bool:
    """Rule 6: a boolean is no number; rule 1: nor is what is not finite."""
    if isinstance(value, float):
        return value - value == 0
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, Decimal) and value.is_finite()
    )


def number_holds(value: Any, sign: str, literal: float) -> bool:
    if not is_plain_number(value):
        return False
    # The nearest double is what a literal names; against a decimal, it is the shortest text of that double.
    wanted = Fraction(repr(literal)) if isinstance(value, Decimal) else Fraction(literal)
    return ordered(sign, Fraction(value), wanted)


def text_holds(value: Any, sign: str, text: str, ignore_case: bool = False) -> bool:
    if not isinstance(value, str):
        return False
    if ignore_case and sign == ":":
        return fold(value) == fold(text)
    return ordered(sign, [ord(each) for each in value], [ord(each) for each in text])


def safe_number(text: str) -> float | None:
    """Rule 15."""
    if NUMBER.fullmatch(text) is None:
        return None
    if text.removeprefix("-").isdigit():
        return int(text) if len(text) < 20 and abs(int(text)) <= SAFE else None
    double = float(text)
    return double if double - double == 0 else None


def holds(value: Any, sign: str, literal: LiteralValue, field: Field, request: Request) -> bool:
    """Whether the candidate is on that side of the literal (":" is equality). Raises UnreadableError."""
    return READINGS[field.type](value, sign, literal, field, request)


def undeclared(value: Any, sign: str, literal: LiteralValue, field: Field, request: Request) -> bool:
    """Rules 12 to 15."""
    text, is_number = literal.text, NUMBER.fullmatch(literal.text) is not None
    number = safe_number(text) if literal.bare else None
    if sign != ":" and literal.bare and is_number:
        if number is None:
            raise UnreadableError
        return number_holds(value, sign, number)
    if sign != ":" and not literal.bare:
        return text_compared(value, sign, text, request)
    if isinstance(value, bool):
        return sign == ":" and literal.bare and text == str(value).lower()
    if isinstance(value, datetime):
        instant = read_instant(text, None)
        return instant is not None and ordered(sign, of_native(value), instant)
    if is_plain_number(value):
        return number is not None and number_holds(value, sign, number)
    return text_holds(value, sign, text, field.ignore_case)


def text_compared(value: Any, sign: str, text: str, request: Request) -> bool:
    """Rule 14."""
    instant = read_instant(text, None)
    digits = len(re.match("[0-9]*", re.split("[.,]", text)[-1])[0]) if re.search("[.,]", text) else 0  # type: ignore[index]  # it matches
    if instant is None and is_date_math(text):
        instant = date_math(text, request.zone, request.now)
        if instant is None:
            raise UnreadableError
        digits = 6 if instant % SECOND else 0
    if isinstance(value, datetime):
        return instant is not None and ordered(sign, of_native(value), instant)
    if instant is None:
        return text_holds(value, sign, text)
    at = stamp_of_text(value) if isinstance(value, str) else None
    if at is not None:
        return ordered(sign, at, stamp(instant))
    year, month, day, hour, minute, second, nanoseconds = stamp(instant)
    fraction = f".{nanoseconds:09}"[: digits + 1] if digits else ""
    written = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z"
    return text_holds(value, sign, written)


def string(value: Any, sign: str, literal: LiteralValue, field: Field, request: Request) -> bool:
    return text_holds(value, sign, literal.text, field.ignore_case)


def enum(value: Any, sign: str, literal: LiteralValue, field: Field, request: Request) -> bool:
    if not any(text_holds(each, ":", literal.text, field.ignore_case) for each in field.values):
        raise UnreadableError
    return text_holds(value, sign, literal.text, field.ignore_case)


def integer(value: Any, sign: str, literal: LiteralValue, field: Field, request: Request) -> bool:
    text = literal.text
    if NUMBER.fullmatch(text) is None:
        raise UnreadableError
    if text.removeprefix("-").isdigit():
        whole = Fraction(text)
    else:
        double = safe_number(text)
        if double is None or abs(double) > SAFE or not float(double).is_integer():
            raise UnreadableError
        whole = Fraction(double)
    if not -(2**63) <= whole < 2**63:
        raise UnreadableError
    return is_plain_number(value) and ordered(sign, Fraction(value), whole)


def number(value: Any, sign: str, literal: LiteralValue, field: Field, request: Request) -> bool:
    found = safe_number(literal.text)
    if found is None:
        raise UnreadableError
    return number_holds(value, sign, found)


def boolean(value: Any, sign: str, literal: LiteralValue, field: Field, request: Request) -> bool:
    if literal.text not in ("true", "false"):
        raise UnreadableError
    return isinstance(value, bool) and value == (literal.text == "true")


def uuid(value: Any, sign: str, literal: LiteralValue, field: Field, request: Request) -> bool:
    text = literal.text.lower()
    if re.fullmatch("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", text) is None:
        raise UnreadableError
    if isinstance(value, UUID):
        return field.storage != "text" and str(value) == text
    return field.storage != "native" and value in (text, text.upper())


def objectid(value: Any, sign: str, literal: LiteralValue, field: Field, request: Request) -> bool:
    """Native ones are only held by MongoDB's driver, and tested where it is."""
    text = literal.text.lower()
    if re.fullmatch("[0-9a-f]{24}", text) is None:
        raise UnreadableError
    return field.storage != "native" and value in (text, text.upper())


def day(value: Any, sign: str, literal: LiteralValue, field: Field, request: Request) -> bool:
    text, wanted = literal.text, read_day(literal.text)
    if wanted is None and text.startswith("now"):
        moment = read_moment(text, request.zone, request.now)
        wanted = None if moment is None else (moment.start + request.zone * 60 * SECOND) // DAY
    if wanted is None:
        raise UnreadableError
    if isinstance(value, date) and not isinstance(value, datetime):
        return field.storage != "text" and ordered(sign, of_native(value) // DAY, wanted)
    year, month, of_month, *_ = stamp(wanted * DAY)
    return field.storage != "native" and text_holds(value, sign, f"{year:04}-{month:02}-{of_month:02}")


def time_of_day(value: Any, sign: str, literal: LiteralValue, field: Field, request: Request) -> bool:
    """Rule 24, in microseconds since midnight."""
    found = re.fullmatch(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?", literal.text)
    if found is None:
        raise UnreadableError
    hour, minute, second = (int(each or 0) for each in found.groups()[:3])
    if hour > 23 or minute > 59 or second > 59:
        raise UnreadableError
    fraction = f"{found[4] or '':0<6}"
    if isinstance(value, time):
        if value.tzinfo is not None or field.storage not in (None, "native"):
            return False
        at = (value.hour, value.minute, value.second, value.microsecond)
        return ordered(sign, at, (hour, minute, second, int(fraction)))
    if field.storage == "native":
        return False
    canonical = 6 if int(fraction) else 0
    digits = {"seconds": 0, "milliseconds": 3, "microseconds": 6}.get(field.storage or "", canonical)
    written = f"{hour:02}:{minute:02}:{second:02}" + (f".{fraction[:digits]}" if digits else "")
    if int(fraction[digits:] or 0):  # it lies behind what the text can say
        return sign != ":" and text_holds(value, ">" if sign[0] == ">" else "<=", written)
    return text_holds(value, sign, written)


def date_time(value: Any, sign: str, literal: LiteralValue, field: Field, request: Request) -> bool:
    moment = read_moment(literal.text, request.zone, request.now)
    if moment is None:
        raise UnreadableError
    if isinstance(value, datetime):
        return field.storage in (None, "native") and on_side(sign, of_native(value), moment.start, moment.end)
    if not isinstance(value, str) or field.storage == "native":
        return False
    if field.storage in (None, "instant"):
        at = stamp_of_text(value)
        return at is not None and on_side(sign, at, stamp(moment.start), stamp(moment.end))
    return canonical_text_holds(
        value, sign, moment, {"seconds": 0, "milliseconds": 3, "microseconds": 6}[field.storage or ""]
    )


def canonical_text_holds(value: str, sign: str, moment: Span, digits: int) -> bool:
    """Text with that many digits after the second is an instant; other text is compared with the literal's text."""
    at = stamp_of_text(value)
    form = r"[0-9T:-]{19}" + (rf"\.[0-9]{{{digits}}}" if digits else "") + "Z"
    real = at is not None and re.fullmatch(form, value) and read_instant(value, None) is not None
    if real and at is not None:
        return on_side(sign, at, stamp(moment.start), stamp(moment.end))

    def compared(sign: str, instant: int) -> bool:
        year, month, of_month, hour, minute, second, nanoseconds = stamp(instant)
        fraction = f"{nanoseconds:09}"
        written = f"{year:04}-{month:02}-{of_month:02}T{hour:02}:{minute:02}:{second:02}"
        written += f".{fraction[:digits]}Z" if digits else "Z"
        if int(fraction[digits:]):  # it lies behind what the text can say
            return sign != ":" and text_holds(value, ">" if sign[0] == ">" else "<=", written)
        return text_holds(value, sign, written)

    if moment.start == moment.end:
        return compared(sign, moment.start)
    if moment.end == END_OF_TIME and sign != "<":
        return {":": compared(">=", moment.start), ">=": compared(">=", moment.start), ">": False, "<=": True}[sign]
    if sign == ":":
        return compared(">=", moment.start) and compared("<", moment.end)
    return compared({">": ">=", "<=": "<"}.get(sign, sign), moment.end if sign in (">", "<=") else moment.start)


READINGS: dict[str, Callable[[Any, str, LiteralValue, Field, Request], bool]] = {
    "any": undeclared,
    "string": string,
    "localized": string,
    "enum": enum,
    "integer": integer,
    "number": number,
    "boolean": boolean,
    "uuid": uuid,
    "objectid": objectid,
    "date": day,
    "time": time_of_day,
    "date-time": date_time,
}
