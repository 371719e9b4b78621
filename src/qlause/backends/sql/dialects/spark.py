"""Spark SQL 4.0 or later, for ``spark.sql`` and ``DataFrame.where``.

A column of JSON holds text or VARIANT: which, is asked of the column and settled when a statement is planned. A path is
walked by lambdas: ``qk0`` is the value under the first key, ``qe0`` an element of it where it is an array, or else the
value itself. Keys are bound, in a path of VARIANT where they are plain, and otherwise as the keys of a map.

A text of a request is bound as its bytes: since 4.1 Spark writes parameters into the statement, and under one setting
escapes what stands in quotes once too often; digits are the same under any. For the same reason a text for Spark holds
no backslash, and no braces, which ``spark.sql`` fills when it is given DataFrames. Nothing in it raises an error in
ANSI mode. A constant text says its collation, which then is that of the comparison too: so the filter on a column is
still pushed down.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Final

from ....bound.nodes import BoundTest, Constant, Kind
from ....schema.storage import Column
from ...parameters.placeholder import made
from ..fragment import P, ParamStyle, Sql, filled, sql
from .base import Dialect, Emit, Operand, Value, is_plain_key
from .instants import is_naive
from .numbers import SAFE, double
from .writing import quoted

__all__ = ["Spark"]

_VARIANT: Final = (
    "CASE WHEN typeof({0}) = 'variant' THEN CAST({0} AS VARIANT) ELSE try_parse_json(CAST({0} AS STRING)) END"
)
_JSON: Final = "CASE WHEN typeof({0}) = 'variant' THEN to_json(CAST({0} AS VARIANT)) ELSE CAST({0} AS STRING) END"
_BY_CODE_POINT: Final = "COLLATE UTF8_BINARY"
_INSTANT: Final = "^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]"
_FRACTION: Final = f"([.][0-9]{'[0-9]?' * 8})?"
_DIGITS: Final = 38  # of a DECIMAL
_HALF: Final = 2**63
_TYPES: Final[Mapping[Kind, str]] = {"date": "DATE", "instant": "TIMESTAMP_LTZ"}


class Spark(Dialect):
    """The texts of Spark SQL."""

    name: ClassVar[str] = "spark"
    paramstyle: ClassVar[ParamStyle] = "named"
    storages: ClassVar[Mapping[str, str]] = {"date-time": "native", "date": "native"}
    natives: ClassVar[frozenset[str]] = frozenset({"date-time", "date"})
    json_null: ClassVar[str] = f"schema_of_variant({_VARIANT}) = 'VOID'"
    least_null: ClassVar[bool] = True

    def identifier(self, name: str) -> str:
        return quoted(name, "`")

    def inlined(self, piece: Sql) -> Sql:
        return Sql(filled(piece, _literal))

    # documents

    def some(self, document: str, keys: tuple[str, ...], test: BoundTest, emit: Emit) -> Sql:
        last = f"qe{len(keys) - 1}"
        return _walked(document, keys, sql("{} IS NOT NULL AND ({})", Sql(last), emit(test, _value(last))))

    def reached(self, document: str, keys: tuple[str, ...]) -> Sql:
        *above, last = keys
        inside = Sql(f"qe{len(above) - 1}" if above else _variant(document))
        return _walked(document, tuple(above), sql("{} IS NOT NULL", _under(inside, last)))

    def scalar(self, document: str, keys: tuple[str, ...]) -> Value:
        path = "".join([f'["{self.literal(key)[1:-1]}"]' for key in keys])
        text = f"try_variant_get({_variant(document)}, '${path}', 'variant')"
        value = _value(text)
        return Value(f"{text} IS NOT NULL", value.null, value.true, value.false, value.operands)

    def within(self, column: str, keys: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        return self.concat("char(123)", "'\"c\":'", _JSON.format(column), "char(125)"), ("c", *keys)

    def at(self, document: str, keys: tuple[str, ...]) -> tuple[Value, Callable[[str], Sql]]:
        found = Sql(_variant(document))
        for key in keys:
            found = _under(found, key)
        return _value("qv"), lambda text: sql("transform(array({}), qv -> {})[0]", found, Sql(text))

    # columns

    def some_element(self, text: str, column: Column, test: BoundTest, emit: Emit) -> Sql:
        return sql("exists({}, qv -> {})", Sql(text), emit(test, self.element("qv", column)))

    def inside(self, text: str, steps: tuple[str | None, ...]) -> str:
        return ".".join([text, *[self.identifier(step) for step in steps if step is not None]])

    def some_inside(self, text: str, steps: tuple[str | None, ...], found: Callable[[str], Sql]) -> Sql:
        if None not in steps:
            return found(self.inside(text, steps))
        array = steps.index(None)
        element = f"qs{len(steps)}"
        condition = self.some_inside(element, steps[array + 1 :], found)
        return sql("exists({}, {} -> {})", Sql(self.inside(text, steps[:array])), Sql(element), condition)

    # texts

    def text_key(self, operand: Operand) -> str:
        return operand.text

    def sort_key(self, operand: Operand) -> str:
        return f"{operand.text} {_BY_CODE_POINT}"

    def fold(self, text: str) -> str:
        return f"replace(lower(replace({text} {_BY_CODE_POINT}, 'İ', 'i')), 'ς', 'σ')"

    def like(self, key: str, text: str, starts: bool, ends: bool) -> Sql:
        if starts and ends:
            return self.side(key, "=", self.constant("string", text))
        function = "startswith" if starts else "endswith" if ends else "contains"
        return sql("{}({}, {})", Sql(function), Sql(key), self.constant("string", text))

    def is_instant_text(self, text: str) -> str:
        # The end of a pattern also stands before a line feed at the end.
        return f"{text} {_BY_CODE_POINT} RLIKE '{_INSTANT}{_FRACTION}Z(?![^Z]|Z)'"

    # constants

    def constant(self, kind: Kind, value: Any) -> Sql:
        match kind:
            case "string":
                return sql("({} {})", _text(value), Sql(_BY_CODE_POINT))
            case "number":
                return Sql(P, (made(_exact, value),))
            case "instant" if is_naive(value):
                return Sql(f"CAST({P} AS TIMESTAMP_NTZ)", (made(_iso, value),))
            case _:
                return Sql(f"CAST({P} AS {_TYPES[kind]})", (made(_iso, value),))

    def compared(self, kind: Kind, operand: Operand, value: Constant) -> tuple[str, Sql]:
        key, constant = super().compared(kind, operand, value)
        return (self.text_key(operand) if kind == "string" else key), constant

    def whole(self, operand: Operand, value: float) -> tuple[Sql, Sql] | None:
        return None if abs(value) >= 10 ** (_DIGITS - 1) else (Sql(_whole(operand)), Sql(P, (Decimal(int(value)),)))

    def number_keys(self, operand: Operand) -> list[str]:
        return [operand.text, _whole(operand)]

    def number_constants(self, value: float | Decimal) -> list[Sql]:
        near = double(value)
        found = [Sql(P, (near,))]
        if SAFE <= abs(near) < 10 ** (_DIGITS - 1):
            found.append(Sql(P, (Decimal(int(value)),)))
        return found

    def array_member(self, key: str, kind: Kind, values: Sequence[Constant]) -> Sql:
        # Made of one text, an array is a literal before the first row is read; made of many parameters, it takes
        # seconds to be handed over.
        written = _text(json.dumps(values, ensure_ascii=False))
        if kind == "string":
            return sql("array_contains(from_json({}, 'array<string>'), {})", written, Sql(f"{key} {_BY_CODE_POINT}"))
        return sql("array_contains(from_json({}, 'array<double>'), {})", written, Sql(f"CAST({key} AS DOUBLE)"))

    # there are no indexes

    def index_terms(self, kind: Kind, operand: Operand, never_null: bool = False) -> list[str]:
        return []

    def folded_column(self, table: str, name: str, operand: Operand) -> list[str]:
        return []


def _value(text: str) -> Value:
    kind = f"schema_of_variant({text})"
    number = f"({kind} IN ('BIGINT', 'DOUBLE', 'FLOAT') OR startswith({kind}, 'DECIMAL'))"
    boolean = f"try_cast({text} AS BOOLEAN)"
    return Value(
        present="",
        null=f"{kind} = 'VOID'",
        true=f"({kind} = 'BOOLEAN' AND {boolean})",
        false=f"({kind} = 'BOOLEAN' AND NOT {boolean})",
        operands={
            "string": Operand(f"try_cast({text} AS STRING)", f"{kind} = 'STRING'"),
            "number": Operand(f"try_cast({text} AS DOUBLE)", number, raw=text),
        },
    )


def _variant(text: str) -> str:
    """A column of JSON as VARIANT; NULL where its text is no JSON."""
    return _VARIANT.format(text)


def _walked(document: str, keys: tuple[str, ...], found: Sql) -> Sql:
    """Whether there is a way along the keys at whose end, ``qe`` and its place, a condition holds."""
    for place in reversed(range(len(keys))):
        inside = Sql(f"qe{place - 1}" if place else _variant(document))
        key, element = f"qk{place}", f"qe{place}"
        elements = f"coalesce(try_cast({key} AS ARRAY<VARIANT>), array({key}))"
        found = sql(
            f"exists(array({{}}), {key} -> exists({elements}, {element} -> {{}}))", _under(inside, keys[place]), found
        )
    return found


def _under(inside: Sql, key: str) -> Sql:
    """What stands under a key of an object, NULL for nothing."""
    if is_plain_key(key):
        return sql("try_variant_get({}, {}, 'variant')", inside, _text(f'$["{key}"]'))
    return sql("try_element_at(try_cast({} AS MAP<STRING, VARIANT>), {})", inside, _text(key))


def _text(value: str) -> Sql:
    """A text as a parameter."""
    return Sql(f"CAST({P} AS STRING)", (made(str.encode, value),))


def _iso(value: date) -> str:
    return value.isoformat()


def _whole(operand: Operand) -> str:
    """A number of JSON as a whole one, where doubles are; Spark's own cast takes a double for its shortest digits."""
    kind, near = f"schema_of_variant({operand.raw})", operand.text
    high = f"CAST(try_cast({near} / {_HALF}D AS BIGINT) AS DECIMAL(19, 0)) * {_HALF}BD"
    exact = f"{high} + CAST(try_cast({near} % {_HALF}D AS BIGINT) AS DECIMAL(19, 0))"
    whole = f"WHEN {kind} = 'BIGINT' OR endswith({kind}, ',0)') THEN try_cast({operand.raw} AS DECIMAL({_DIGITS}, 0))"
    return f"CASE WHEN abs({near}) < {SAFE}D THEN 0BD {whole} ELSE {exact} END"


def _exact(value: float) -> float | Decimal:
    """A number as what compares exactly with decimals too, if it has so few digits."""
    if isinstance(value, int):
        return value
    found = Decimal(f"{Decimal(repr(value)):f}")
    _, digits, exponent = found.as_tuple()
    return found if len(digits) <= _DIGITS and -int(exponent) <= _DIGITS else value


def _literal(value: bytes | str | float | Decimal) -> str:
    """A parameter as a literal: bytes, which a text of a request is bound as, by digits; a str is a date of ours."""
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, Decimal):
        return f"{value:f}BD"
    return str(value) if isinstance(value, int) else f"{value!r}D"
