"""Spark SQL 4.0 or later, for ``spark.sql`` and ``DataFrame.where``.

A column of JSON holds text or VARIANT: the statement asks the column which, and Spark settles it when it plans. A path
is followed by lambdas: ``qk0`` is the value under the first key, ``qe0`` an element of it if it is an array, else the
value itself. Keys are bound: plain ones in a path of VARIANT, others as keys of a map.

A text of a request is bound as its bytes: since 4.1 Spark writes parameters into the statement, and under one setting
it escapes quoted texts once too often; digits are the same under any. For the same reason the SQL holds no backslash,
and no braces, which ``spark.sql`` fills when it is given DataFrames. Nothing in it raises an error in ANSI mode. A
constant text names its collation, which the comparison then has too: so the filter on a column is still pushed down.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Final

from ....bound.nodes import BoundTest, Comparand, Kind
from ....bound.param import Deferred, compute
from ....schema.storage import Column
from ..parts import NOTHING, Sql, bind, raw, sql
from .base import Dialect
from .instants import is_naive
from .numbers import SAFE, double, is_bigint
from .operands import Emit, Operand, Value, Whole, is_plain_key

__all__ = ["Spark"]

_BY_CODE_POINT: Final = "COLLATE UTF8_BINARY"
_INSTANT: Final = "^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]"
_FRACTION: Final = f"([.][0-9]{'[0-9]?' * 8})?"
_DIGITS: Final = 38  # of a DECIMAL
_HALF: Final = 2**63
_TYPES: Final[Mapping[Kind, str]] = {"date": "DATE", "instant": "TIMESTAMP_LTZ"}
_ELEMENT: Final = raw("qv")


class Spark(Dialect):
    """The expressions of Spark SQL."""

    name: ClassVar[str] = "spark"
    sorts_related: ClassVar[bool] = False
    holds_non_finite: ClassVar[bool] = False  # it does, but a filter that is pushed down has one comparison
    natives: ClassVar[frozenset[str]] = frozenset({"date-time", "date"})
    null_is_least: ClassVar[bool] = True
    quote: ClassVar[str] = "`"

    def inlined(self, value: Any) -> str:
        # The bytes of a text are written as digits; a str is a date of ours.
        if isinstance(value, bytes):
            return f"X'{value.hex()}'"
        if isinstance(value, str):
            return f"'{value}'"
        if isinstance(value, Decimal):
            return f"{value:f}BD"
        return str(value) if isinstance(value, int) else f"{value!r}D"

    # documents

    def some_candidate(self, document: Sql, keys: tuple[str, ...], test: BoundTest, emit: Emit) -> Sql:
        last = _element(len(keys) - 1)
        return _some_candidate(document, keys, sql("{} IS NOT NULL AND ({})", last, emit(test, _value(last))))

    def path_exists(self, document: Sql, keys: tuple[str, ...]) -> Sql:
        *above, last = keys
        holder = _element(len(above) - 1) if above else _variant(document)
        return _some_candidate(document, tuple(above), sql("{} IS NOT NULL", _under(holder, last)))

    def some_whole(self, document: Sql, keys: tuple[str, ...], condition: Callable[[Whole], Sql]) -> Sql:
        *above, last = keys
        holder = _element(len(above) - 1) if above else _variant(document)
        size = raw("coalesce(array_size(try_cast(qw AS ARRAY<VARIANT>)), -1)")
        empty = (
            "(schema_of_variant(qw) = 'OBJECT<>' OR array_size(try_cast(qw AS ARRAY<VARIANT>)) = 0"
            " OR (schema_of_variant(qw) = 'STRING' AND length(try_cast(qw AS STRING)) = 0))"
        )
        met = condition(Whole(size, raw(empty)))
        return _some_candidate(
            document, tuple(above), sql("exists(array({}), qw -> qw IS NOT NULL AND {})", _under(holder, last), met)
        )

    def array_size(self, array: Sql) -> Sql:
        return sql("coalesce(array_size({}), -1)", array)

    def some_object(self, document: Sql, keys: tuple[str, ...], name: str, condition: Callable[[Sql], Sql]) -> Sql:
        element = _Element((name,))
        is_object = sql("startswith(schema_of_variant({}), 'OBJECT')", element)
        return _some_candidate(document, keys, sql("{} AND {}", is_object, condition(element)), element)

    def scalar(self, document: Sql, keys: tuple[str, ...]) -> Value:
        path = self.literal("$" + "".join([f'["{key}"]' for key in keys]))
        variant = sql("try_variant_get({}, {}, 'variant')", _variant(document), path)
        return _value(variant, present=sql("{} IS NOT NULL", variant))

    def as_document(self, column: Sql, keys: tuple[str, ...]) -> tuple[Sql, tuple[str, ...]]:
        text = sql(
            "CASE WHEN typeof({column}) = 'variant' THEN to_json(CAST({column} AS VARIANT))"
            " ELSE CAST({column} AS STRING) END",
            column=column,
        )
        return self.concat(raw("char(123)"), raw("'\"c\":'"), text, raw("char(125)")), ("c", *keys)

    def direct_value(self, document: Sql, keys: tuple[str, ...]) -> tuple[Value, Callable[[Sql], Sql]]:
        variant = _variant(document)
        for key in keys:
            variant = _under(variant, key)
        return _value(_ELEMENT), lambda text: sql("transform(array({}), qv -> {})[0]", variant, text)

    # columns

    def is_json_null(self, column: Sql) -> Sql:
        return sql("schema_of_variant({}) = 'VOID'", _variant(column))

    def some_element(self, array: Sql, column: Column, test: BoundTest, emit: Emit) -> Sql:
        return sql("exists({}, qv -> {})", array, emit(test, self.element(_ELEMENT, column)))

    def struct_field(self, text: Sql, steps: tuple[str | None, ...]) -> Sql:
        for step in steps:
            if step is not None:
                text = sql("{}.{}", text, self.identifier(step))
        return text

    def some_struct_value(self, text: Sql, steps: tuple[str | None, ...], condition: Callable[[Sql], Sql]) -> Sql:
        if None not in steps:
            return condition(self.struct_field(text, steps))
        array = steps.index(None)
        element = raw(f"qs{len(steps)}")
        passes = self.some_struct_value(element, steps[array + 1 :], condition)
        return sql("exists({}, {} -> {})", self.struct_field(text, steps[:array]), element, passes)

    # texts

    def text_key(self, operand: Operand) -> Sql:
        return operand.text

    def text_order_key(self, operand: Operand) -> Sql:
        return _by_code_point(operand.text)

    def fold(self, text: Sql) -> Sql:
        return sql("replace(lower(replace({}, 'İ', 'i')), 'ς', 'σ')", _by_code_point(text))

    def like(self, key: Sql, text: str | Deferred, starts: bool, ends: bool) -> Sql:
        constant = self.constant("string", text)
        if starts and ends:
            return self.comparison(key, "=", constant)
        function = "startswith" if starts else "endswith" if ends else "contains"
        return sql(f"{function}({{}}, {{}})", key, constant)

    def is_instant_text(self, text: Sql) -> Sql:
        # The end of a pattern also matches before a line feed at the end.
        return sql(f"{{}} RLIKE '{_INSTANT}{_FRACTION}(Z|[+-]00:00)(?![^Z]|Z)'", _by_code_point(text))

    # constants

    def constant(self, kind: Kind, value: Any) -> Sql:
        match kind:
            case "string":
                return sql("({})", _by_code_point(_text(value)))
            case "number":
                return bind(compute(_exact, value))
            case "instant" if is_naive(value):
                return sql("CAST({} AS TIMESTAMP_NTZ)", bind(compute(_iso, value)))
            case _:
                return sql(f"CAST({{}} AS {_TYPES[kind]})", bind(compute(_iso, value)))

    def sides(self, kind: Kind, operand: Operand, value: Comparand) -> tuple[Sql, Sql]:
        key, constant = super().sides(kind, operand, value)
        return (self.text_key(operand) if kind == "string" else key), constant

    def whole_number_sides(self, operand: Operand, value: float) -> tuple[Sql, Sql] | None:
        return None if abs(value) >= 10 ** (_DIGITS - 1) else (_whole(operand), bind(Decimal(int(value))))

    def number_keys(self, operand: Operand) -> list[Sql]:
        return [operand.text, _whole(operand)]

    def number_constants(self, value: float | Decimal) -> list[Sql]:
        near = double(value)
        if SAFE <= abs(near) < 10 ** (_DIGITS - 1):
            return [bind(near), bind(Decimal(int(value)))]
        return [bind(near)]

    def in_long_list(self, key: Sql, kind: Kind, values: Sequence[Any]) -> Sql:
        # Made of one text, an array is a literal before the first row is read; made of many parameters, it takes
        # seconds to be handed over.
        written = _text(json.dumps(values, ensure_ascii=False))
        if kind == "string":
            return sql("array_contains(from_json({}, 'array<string>'), {})", written, _by_code_point(key))
        return sql("array_contains(from_json({}, 'array<double>'), CAST({} AS DOUBLE))", written, key)

    # there are no indexes

    def index_terms(self, kind: Kind, operand: Operand, never_null: bool = False) -> list[Sql]:
        return []

    def folded_column(self, table: Sql, name: Sql, operand: Operand) -> list[Sql]:
        return []


def _value(variant: Sql, present: Sql = NOTHING) -> Value:
    """A VARIANT as a candidate."""
    kind = sql("schema_of_variant({})", variant)
    is_number = sql("({kind} IN ('BIGINT', 'DOUBLE', 'FLOAT') OR startswith({kind}, 'DECIMAL'))", kind=kind)
    boolean = sql("try_cast({} AS BOOLEAN)", variant)
    return Value(
        present=present,
        null=sql("{} = 'VOID'", kind),
        true=sql("({} = 'BOOLEAN' AND {})", kind, boolean),
        false=sql("({} = 'BOOLEAN' AND NOT {})", kind, boolean),
        operands={
            "string": Operand(sql("try_cast({} AS STRING)", variant), sql("{} = 'STRING'", kind)),
            "number": Operand(sql("try_cast({} AS DOUBLE)", variant), is_number, raw=variant),
        },
    )


class _Element(Sql):
    """An element of a document: VARIANT already."""

    __slots__ = ()


def _variant(column: Sql) -> Sql:
    """A column of JSON as VARIANT; NULL where its text is no JSON."""
    if isinstance(column, _Element):
        return column
    return sql(
        "CASE WHEN typeof({column}) = 'variant' THEN CAST({column} AS VARIANT)"
        " ELSE try_parse_json(CAST({column} AS STRING)) END",
        column=column,
    )


def _element(step: int) -> Sql:
    """The candidate that a path has reached with the key of a step."""
    return raw(f"qe{step}")


def _some_candidate(document: Sql, keys: tuple[str, ...], condition: Sql, last: Sql | None = None) -> Sql:
    """Whether a condition on the element of the last key holds for some candidate of the keys. ``last`` names it."""
    for step in reversed(range(len(keys))):
        holder = _element(step - 1) if step else _variant(document)
        condition = sql(
            "exists(array({}), {key} -> exists(coalesce(try_cast({key} AS ARRAY<VARIANT>), array({key})), {} -> {}))",
            _under(holder, keys[step]),
            _element(step) if last is None or step < len(keys) - 1 else last,
            condition,
            key=raw(f"qk{step}"),
        )
    return condition


def _under(holder: Sql, key: str) -> Sql:
    """The value under a key of an object; NULL where there is none."""
    if is_plain_key(key):
        return sql("try_variant_get({}, {}, 'variant')", holder, _text(f'$["{key}"]'))
    return sql("try_element_at(try_cast({} AS MAP<STRING, VARIANT>), {})", holder, _text(key))


def _text(value: str | Deferred) -> Sql:
    """A text as a parameter."""
    return sql("CAST({} AS STRING)", bind(compute(str.encode, value)))


def _by_code_point(text: Sql) -> Sql:
    """A text that compares and sorts by code point."""
    return sql(f"{{}} {_BY_CODE_POINT}", text)


def _iso(value: date) -> str:
    return value.isoformat()


def _whole(operand: Operand) -> Sql:
    """A number of JSON as a whole one, where doubles are; Spark's own cast takes a double for its shortest digits."""
    high = f"CAST(try_cast({{near}} / {_HALF}D AS BIGINT) AS DECIMAL(19, 0)) * {_HALF}BD"
    low = f"CAST(try_cast({{near}} % {_HALF}D AS BIGINT) AS DECIMAL(19, 0))"
    return sql(
        f"CASE WHEN abs({{near}}) < {SAFE}D THEN 0BD"
        f" WHEN {{kind}} = 'BIGINT' OR endswith({{kind}}, ',0)') THEN try_cast({{variant}} AS DECIMAL({_DIGITS}, 0))"
        f" ELSE {high} + {low} END",
        near=operand.text,
        kind=sql("schema_of_variant({})", operand.raw),
        variant=operand.raw,
    )


def _exact(value: float | Decimal) -> float | Decimal:
    """A number as what compares exactly with decimals too, if it has so few digits."""
    if is_bigint(value) or (isinstance(value, float) and not math.isfinite(value)):
        return value
    exact = value if isinstance(value, (int, Decimal)) else repr(value)
    decimal = Decimal(f"{Decimal(exact):f}")
    _, digits, exponent = decimal.as_tuple()
    return decimal if len(digits) <= _DIGITS and -int(exponent) <= _DIGITS else double(value)
