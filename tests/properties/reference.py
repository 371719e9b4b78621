"""What SEMANTICS says, once more, as slowly and plainly as can be: on the AST, one test and one value at a time.

It shares no code with qlause but the records of the AST and of the schema, so that where it agrees with the predicate,
the sort key and the projector, both have read the rules the same way. Rule numbers are those of SEMANTICS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from qlause import Field, Query, Schema
from qlause.ast import And, Clause, Compare, Contains, Equals, Exists, Literal, Missing, Node, Not, Null, Or, Path, Test

from .reference_dates import (
    DAY,
    SECOND,
    Span,
    of_native,
    read_day,
    read_instant,
    read_moment,
    stamp,
    stamp_of_text,
)

SAFE = 2**53 - 1
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
TEXT_OPERATORS = {"equals", "contains", "starts_with", "ends_with", "presence"}
OPERATORS = {
    "string": TEXT_OPERATORS | {"compare"},
    "localized": TEXT_OPERATORS | {"compare"},
    "any": TEXT_OPERATORS | {"compare"},
    "enum": TEXT_OPERATORS,
    "integer": {"equals", "compare", "presence"},
    "number": {"equals", "compare", "presence"},
    "date-time": {"equals", "compare", "presence"},
    "date": {"equals", "compare", "presence"},
    "boolean": {"equals", "presence"},
    "uuid": {"equals", "presence"},
    "objectid": {"equals", "presence"},
    "object": {"presence"},
}


class UnreadableError(Exception):
    """A literal has no reading (rules 15 and 16)."""


@dataclass(frozen=True)
class Request:
    """What a query is bound with: ``now`` in nanoseconds since the year 1, ``zone`` in minutes."""

    schema: Schema | None = None
    now: int = 0
    zone: int = 0
    language: str | None = None


# ── queries ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def selects(query: Query, document: Any, request: Request) -> bool:
    """Whether the query selects the document. Only for a query without refusals."""
    return query.root is None or node_holds(query.root, document, request)


def node_holds(node: Node, document: Any, request: Request) -> bool:
    if isinstance(node, And):
        return all(node_holds(each, document, request) for each in node.items)
    if isinstance(node, Or):
        return any(node_holds(each, document, request) for each in node.items)
    if isinstance(node, Not):
        return not node_holds(node.item, document, request)
    field, places = located(node.path, "filterable", request)
    values = [value for keys in places for value in values_at(document, keys)]
    return clause_holds(node.test, values, field, request)


def clause_holds(test: Test, values: list[Any], field: Field, request: Request) -> bool:
    """Rules 4, 10 and 11: about the values that are reached, and the candidates among and in them (rule 3)."""
    candidates = [each for value in values for each in (value if isinstance(value, (list, tuple)) else [value])]
    if isinstance(test, Or):
        return any(clause_holds(each, values, field, request) for each in test.items)
    if isinstance(test, Exists):
        return len(values) > 0
    if isinstance(test, Missing):
        return len(values) == 0
    if isinstance(test, Null):
        return len(values) == 0 or (field.nullable and any(each is None for each in candidates))
    return any(passes(test, each, field, request) for each in candidates)


def passes(test: Test, value: Any, field: Field, request: Request) -> bool:
    """Whether one candidate passes (rule 5)."""
    if isinstance(test, And):
        return all(passes(each, value, field, request) for each in test.items)
    if isinstance(test, Or):
        return any(passes(each, value, field, request) for each in test.items)
    if isinstance(test, Not):
        return not passes(test.item, value, field, request)
    if isinstance(test, Contains):
        return isinstance(value, str) and contains(test, value, not field.case_sensitive)
    if isinstance(test, Equals):
        return holds(value, ":", test.literal, field, request)
    assert isinstance(test, Compare)
    return holds(value, test.comparator, test.literal, field, request)


def values_at(document: Any, keys: tuple[str, ...]) -> list[Any]:
    """Rule 2."""
    found = [document]
    for number, key in enumerate(keys):
        entered: list[Any] = []
        for value in found:
            entered += list(value) if number > 0 and isinstance(value, (list, tuple)) else [value]
        found = [value[key] for value in entered if isinstance(value, Mapping) and key in value]
    return found


def fold(text: str) -> str:
    """Rule 8: the simple lower case of each code point, and one small sigma."""
    return "".join({"İ": "i", "ς": "σ"}.get(each, each.lower()) for each in text)


def contains(test: Contains, value: str, folded: bool) -> bool:
    text, needle = (fold(value), fold(test.text)) if folded else (value, test.text)
    places = [at for at in range(len(text) - len(needle) + 1) if text[at : at + len(needle)] == needle]
    if test.starts and test.ends:
        return text == needle
    if test.starts:
        return 0 in places
    return len(text) - len(needle) in places if test.ends else len(places) > 0


# ── fields and what may be done with them ────────────────────────────────────────────────────────────────────────────


def located(path: Path, permission: str, request: Request) -> tuple[Field, list[tuple[str, ...]]]:
    """The field that a path names and the stored paths it stands for; none where the path is refused (17, 19)."""
    keys, schema = path.segments, request.schema
    if schema is None:
        return Field(), [keys]
    for known, field in schema:
        stored = known.segments if field.stored is None else tuple(field.stored)
        below = keys[len(known.segments) :]
        if keys[: len(known.segments)] != known.segments:
            continue
        languages = field.languages or ((below[0],) if len(below) == 1 else ())
        allowed = getattr(field, permission)
        if field.type == "localized" and not below:
            spoken = field.languages if request.language is None else (request.language,)
            if field.languages and request.language not in (None, *field.languages):
                spoken = ()
            return field, [(*stored, language) for language in spoken] if allowed else []
        if field.type == "localized" and len(below) == 1 and below[0] in languages:
            return field, [stored + below] if allowed else []
        if not below:
            return field, [stored] if allowed else []
        if field.open:
            return Field(array=True, ignore_case=field.ignore_case, case_sensitive=field.case_sensitive), (
                [stored + below] if allowed else []
            )
    return Field(), []


def refusals(query: Query, request: Request) -> set[str]:
    """What is wrong with a query that parses: "field", "operator" and "value" (rules 15 to 17)."""
    found: set[str] = set()
    for clause in query.clauses():
        field, places = located(clause.path, "filterable", request)
        if not places:
            found.add("field")
            continue
        for test in leaves(clause):
            if operator(test) not in (OPERATORS[field.type] if field.operators is None else field.operators):
                found.add("operator")
            elif isinstance(test, (Equals, Compare)):
                try:
                    holds(None, test.comparator if isinstance(test, Compare) else ":", test.literal, field, request)
                except UnreadableError:
                    found.add("value")
    return found


def leaves(clause: Clause) -> Iterator[Test]:
    tests: list[Test] = [clause.test]
    while tests:
        test = tests.pop()
        if isinstance(test, (And, Or)):
            tests += test.items
        elif isinstance(test, Not):
            tests.append(test.item)
        else:
            yield test


def operator(test: Test) -> str:
    if isinstance(test, Contains):
        return "starts_with" if test.starts else "ends_with" if test.ends else "contains"
    names: dict[type, str] = {Equals: "equals", Compare: "compare"}
    return names.get(type(test), "presence")


# ── values and literals ──────────────────────────────────────────────────────────────────────────────────────────────


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


def holds(value: Any, sign: str, literal: Literal, field: Field, request: Request) -> bool:
    """Whether the candidate is on that side of the literal (":" is equality). Raises UnreadableError."""
    return READINGS[field.type](value, sign, literal, field, request)


def undeclared(value: Any, sign: str, literal: Literal, field: Field, request: Request) -> bool:
    """Rules 12 to 15."""
    text, is_number = literal.text, NUMBER.fullmatch(literal.text) is not None
    number = safe_number(text) if literal.bare else None
    if sign != ":" and literal.bare and is_number:
        if number is None:
            raise UnreadableError
        return number_holds(value, sign, number)
    if isinstance(value, bool):
        return sign == ":" and literal.bare and text == str(value).lower()
    if isinstance(value, datetime):
        instant = read_instant(text, None)
        return instant is not None and ordered(sign, of_native(value), instant)
    if is_plain_number(value):
        return number is not None and number_holds(value, sign, number)
    return text_holds(value, sign, text, field.ignore_case)


def string(value: Any, sign: str, literal: Literal, field: Field, request: Request) -> bool:
    return text_holds(value, sign, literal.text, field.ignore_case)


def enum(value: Any, sign: str, literal: Literal, field: Field, request: Request) -> bool:
    if not any(text_holds(each, ":", literal.text, field.ignore_case) for each in field.values):
        raise UnreadableError
    return text_holds(value, sign, literal.text, field.ignore_case)


def integer(value: Any, sign: str, literal: Literal, field: Field, request: Request) -> bool:
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


def number(value: Any, sign: str, literal: Literal, field: Field, request: Request) -> bool:
    found = safe_number(literal.text)
    if found is None:
        raise UnreadableError
    return number_holds(value, sign, found)


def boolean(value: Any, sign: str, literal: Literal, field: Field, request: Request) -> bool:
    if literal.text not in ("true", "false"):
        raise UnreadableError
    return isinstance(value, bool) and value == (literal.text == "true")


def uuid(value: Any, sign: str, literal: Literal, field: Field, request: Request) -> bool:
    text = literal.text.lower()
    if re.fullmatch("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", text) is None:
        raise UnreadableError
    if isinstance(value, UUID):
        return field.storage != "text" and str(value) == text
    return field.storage != "native" and text_holds(value, sign, text)


def objectid(value: Any, sign: str, literal: Literal, field: Field, request: Request) -> bool:
    """Native ones are only held by MongoDB's driver, and tested where it is."""
    text = literal.text.lower()
    if re.fullmatch("[0-9a-f]{24}", text) is None:
        raise UnreadableError
    return field.storage != "native" and text_holds(value, sign, text)


def day(value: Any, sign: str, literal: Literal, field: Field, request: Request) -> bool:
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


def date_time(value: Any, sign: str, literal: Literal, field: Field, request: Request) -> bool:
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
    if sign == ":":
        return compared(">=", moment.start) and compared("<", moment.end)
    return compared({">": ">=", "<=": "<"}.get(sign, sign), moment.end if sign in (">", "<=") else moment.start)


READINGS: dict[str, Callable[[Any, str, Literal, Field, Request], bool]] = {
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
    "date-time": date_time,
}
