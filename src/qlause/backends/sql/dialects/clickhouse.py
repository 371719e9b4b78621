r"""ClickHouse 25.8 or later, over JSON in columns of type String, typed columns, ``Array`` and ``Nested``.

A path is followed by lists: a key is taken from each element of a list, and arrays among the values are replaced by
their elements. A test is a lambda over the last list. Elements are JSON texts.

The functions that read JSON change numbers: a whole one beyond 64 bits becomes a string or makes the document
unreadable, and a double loses its point or exponent on the way through an array. So a document that has a number of
sixteen digits or with an exponent is rewritten before it is read: ``15`` becomes ``{"\u0000":"15e0"}``, which no
document holds, because no text holds U+0000 (rule 1). With the exponent each number is read as a double; only one that
was a whole number ends in ``e0``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar, Final

from ....bound.nodes import BoundTest, Comparand, Kind
from ....bound.param import Deferred, compute
from ....schema.storage import Column
from ..parts import NOTHING, Shared, Sql, bind, inlined_shared, join, raw, sql
from .base import Dialect
from .numbers import SAFE, double, is_bigint, is_wide
from .operands import Emit, Operand, Value, Whole
from .text_matching import like_pattern

__all__ = ["ClickHouse"]

# Patterns, as literals of SQL, which take their backslashes doubled once more. A token is a number and what precedes
# it: strings, and all outside of them that is neither digit nor minus.
_STRING: Final = r'"(?:\\\\.|[^"\\\\])*"'
_RISKY: Final = raw(r"'[[:,\\s]-?[0-9.]*([0-9]{16}|[0-9][eE][+0-9])'")
_TOKENS: Final = raw(f"""'((?:{_STRING}|[^"0-9-])*)(-?[0-9][.0-9]*)(?:[eE]([-+]?)([0-9]+))?'""")
_REWRITTEN: Final = raw(r"""'\\1{"\\\\u0000":"\\2e\\30\\4"}'""")
_NUMBER: Final = raw(r"""'^(?:{"\\\\u0000":")?(-?[0-9][^"]*)'""")
_WHOLE_NUMBER: Final = raw("'^(.+)e0$'")
_NUMBERS: Final = raw(r"""'{"\\\\u0000":%'""")
_NO_ARRAY: Final = raw("'^[^[](?s:.*)'")
_INSTANT: Final = raw("'^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}[:][0-9]{2}[:][0-9]{2}([.][0-9]{1,9})?(Z|[+-]00[:]00)$'")

_ELEMENT: Final = raw("qv")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WIDE: Final = float(2**64)  # from here on a sort does not tell numbers of the same double apart
_DECIMAL_DIGITS: Final = 76  # of a Decimal256
_NANOSECONDS: Final = 2**63 // 1000  # microseconds that 64 bits of nanoseconds hold
_TRIGRAMS: Final = "TYPE ngrambf_v1(3, 8192, 3, 0) GRANULARITY 1"

_WORDS: Final = re.compile(r"[\w.]+")


class ClickHouse(Dialect):
    """The expressions of ClickHouse."""

    name: ClassVar[str] = "clickhouse"
    sorts_related: ClassVar[bool] = False
    json_null: ClassVar[str] = "JSONType({}) = 'Null'"
    negation: ClassVar[str] = "not(ifNull({}, 0))"
    # The server takes 262,144 bytes of a statement; the rest is for the caller's own SQL.
    max_length: ClassVar[int | None] = 250_000

    def quoted(self, name: str) -> str:
        return super().quoted(name.replace("\\", "\\\\"))

    # documents

    def some_candidate(self, document: Sql, keys: tuple[str, ...], test: BoundTest, emit: Emit) -> Sql:
        return sql("arrayExists(qv -> {}, {})", emit(test, _value(_ELEMENT)), _candidates(document, keys))

    def path_exists(self, document: Sql, keys: tuple[str, ...]) -> Sql:
        *above, last = keys
        if not above:
            return sql("JSONHas({}, 1, {})", _read(document), bind(last))
        return sql("arrayExists(qv -> JSONHas(qv, {}), {})", bind(last), _candidates(document, tuple(above)))

    def some_whole(self, document: Sql, keys: tuple[str, ...], condition: Callable[[Whole], Sql]) -> Sql:
        *above, last = keys
        path = sql("qv, {}", bind(last)) if above else sql("{}, 1, {}", _read(document), bind(last))
        size = sql("if(JSONType({path}) = 'Array', toInt64(JSONLength({path})), -1)", path=path)
        empty = sql(
            "multiIf(JSONType({path}) IN ('Array', 'Object'), JSONLength({path}) = 0,"
            " JSONType({path}) = 'String', empty(JSONExtractString({path})), 0)",
            path=path,
        )
        met = condition(Whole(size, empty))
        return sql("arrayExists(qv -> {}, {})", met, _candidates(document, tuple(above))) if above else met

    def array_size(self, array: Sql) -> Sql:
        return sql("toInt64(length({}))", array)

    def some_object(self, document: Sql, keys: tuple[str, ...], name: str, condition: Callable[[Sql], Sql]) -> Sql:
        element = _Element((name,))
        return sql(
            f"arrayExists({name} -> {name} LIKE '{{{{%' AND NOT {name} LIKE {{}} AND {{}}, {{}})",
            _NUMBERS,
            condition(element),
            _candidates(document, keys),
        )

    def scalar(self, document: Sql, keys: tuple[str, ...]) -> Value:
        path = join(", ", [_read(document), raw("1"), *map(self.literal, keys)])
        json = sql("JSONExtractRaw({})", path)
        is_string = sql("JSONType({}) = 'String'", path)
        return Value(
            present=sql("JSONHas({})", path),
            null=_is_null(json),
            true=sql("{} = 'true'", json),
            false=sql("{} = 'false'", json),
            operands={"string": Operand(sql("JSONExtractString({})", path), is_string), "number": _number(json)},
        )

    def direct_value(self, document: Sql, keys: tuple[str, ...]) -> tuple[Value, Callable[[Sql], Sql]]:
        path = join(", ", [_read(document), raw("1"), *map(bind, keys)])

        def expression(text: Sql) -> Sql:
            return sql("arrayMap(qv -> {}, [JSONExtractRaw({})])[1]", text, path)

        return _value(_ELEMENT), expression

    # columns

    def kind(self, column: Column) -> tuple[Kind, str | None]:
        kind, storage = super().kind(column)
        return kind, "native" if storage == "utc" else storage  # each date-time here is an instant

    def column(self, text: Sql, column: Column, folded: Sql | None = None) -> Value:
        # An Enum compares by its numbers and has no letters.
        return super().column(sql("toString({})", text) if column.type == "enum" else text, column, folded)

    def column_has_value(self, text: Sql, column: Column) -> Sql:
        if column.array and "." in column.name:  # of a Nested, whose array is the one above
            return sql("notEmpty({})", text)
        return super().column_has_value(text, column)

    def some_element(self, array: Sql, column: Column, test: BoundTest, emit: Emit) -> Sql:
        return sql("arrayExists(qv -> {}, {})", emit(test, self.element(_ELEMENT, column)), array)

    def some_related_row(self, table: Sql, pairs: Sequence[tuple[Sql, Sql]], condition: Sql) -> Sql:
        others, owns = zip(*pairs, strict=True)
        # NULL is in a list with NULL if a setting says so.
        known = join(" AND ", [sql("{} IS NOT NULL", other) for other in others])
        rows = sql("SELECT {} FROM {} WHERE {}", join(", ", others), table, known)
        # The rows are a statement of their own, which knows no names of this one.
        return sql("({}) IN ({} AND ({}))", join(", ", owns), rows, inlined_shared(condition))

    # comparisons

    def text_key(self, operand: Operand) -> Sql:
        return operand.text

    def constant(self, kind: Kind, value: Any) -> Sql:
        if kind == "instant":
            return sql("fromUnixTimestamp64Micro({})", bind(compute(_microseconds, value)))
        if kind == "time":
            return sql("toTime64({}, 6)", bind(compute(str, value)))
        if isinstance(value, Decimal):  # of a cursor
            return _decimal256(value)
        if kind == "number" and isinstance(value, int) and not is_bigint(value):
            return _int256(value) if abs(value) < 2**255 else bind(double(value))
        return bind(value)

    def compare(self, kind: Kind, operand: Operand, comparator: str, value: Comparand) -> Sql:
        if isinstance(value, datetime) and abs(_microseconds(value)) >= _NANOSECONDS:
            # It would become one of the column's unit, which may be nanoseconds.
            operand = operand._replace(text=sql("toDateTime64({}, 6, 'UTC')", operand.text))
        return super().compare(kind, operand, comparator, _double(operand, value))

    def one_of(self, kind: Kind, operand: Operand, values: Sequence[Comparand]) -> Sql:
        return super().one_of(kind, operand, [_double(operand, value) for value in values])

    def whole_number_sides(self, operand: Operand, value: float) -> tuple[Sql, Sql] | None:
        if abs(value) > 2**250:
            return None
        # A number that is written as a double is the constant's double.
        text = sql("ifNull({}, {})", _whole(operand), _int256(int(float(value))))
        return text, _int256(int(value))

    def number_keys(self, operand: Operand) -> list[Sql]:
        whole = sql("ifNull({}, accurateCastOrNull({}, 'Int256'))", _whole(operand), operand.text)
        return [operand.text, sql(f"CASE WHEN abs({{}}) < {_WIDE} THEN {{}} END", operand.text, whole)]

    def number_constants(self, value: float | Decimal) -> list[Sql]:
        near = double(value)
        if SAFE <= abs(near) < _WIDE:
            return [bind(near), _int256(int(value))]
        return [bind(near)]

    def sides(self, kind: Kind, operand: Operand, value: Comparand) -> tuple[Sql, Sql]:
        if kind == "uuid":  # as in a sort
            return self.order_key(kind, operand), bind(compute(str, value))
        return super().sides(kind, operand, value)

    def in_list(self, key: Sql, kind: Kind, values: Sequence[Comparand]) -> Sql:
        if kind in ("instant", "time"):  # IN makes each of the column's type, and not all can be
            return sql("({})", join(" OR ", [self.compare(kind, Operand(key), "=", value) for value in values]))
        return super().in_list(key, kind, values)

    def in_long_list(self, key: Sql, kind: Kind, values: Sequence[Any]) -> Sql:
        return sql("{} IN {}", key, bind(list(values) if kind == "string" else list(map(float, values))))

    def folded_contains(self, operand: Operand, text: str | Deferred, starts: bool, ends: bool) -> Sql:
        return super().folded_contains(_without_null(operand), text, starts, ends)

    def fold(self, text: Sql) -> Sql:
        return sql("replaceAll(lowerUTF8(replaceAll({}, 'İ', 'i')), 'ς', 'σ')", text)

    def translated(self, text: Sql, letters: Mapping[str, str]) -> Sql:
        return sql("translateUTF8({}, {}, {})", text, bind("".join(letters)), bind("".join(letters.values())))

    def like(self, key: Sql, text: str | Deferred, starts: bool, ends: bool) -> Sql:
        if starts and ends:
            return sql("{} = {}", key, bind(text))
        return sql("{} LIKE {}", key, bind(compute(like_pattern, text, starts, ends, "\\")))

    def is_instant_text(self, text: Sql) -> Sql:
        return sql("match({}, {})", text, _INSTANT)

    # sorting

    def order_key(self, kind: Kind, operand: Operand) -> Sql:
        # A UUID compares by its second half.
        return sql("toString({})", operand.text) if kind == "uuid" else super().order_key(kind, operand)

    # index DDL

    indexes_json: ClassVar[bool] = True

    def index_terms(self, kind: Kind, operand: Operand, never_null: bool = False) -> list[Sql]:
        index = "bloom_filter" if kind in ("string", "uuid") else "minmax"
        return [sql(f"({{}}) TYPE {index} GRANULARITY 1", operand.text)]

    def contains_terms(self, operand: Operand) -> list[Sql]:
        return [sql(f"({{}}) {_TRIGRAMS}", self.fold(_without_null(operand).text))]

    def folded_terms(self, name: Sql) -> list[Sql]:
        return [sql(f"({{}}) {_TRIGRAMS}", name)]

    def folded_column(self, table: Sql, name: Sql, operand: Operand) -> list[Sql]:
        text = _without_null(operand).text
        if operand.guard:
            text = sql(r"if({}, {}, '\0')", operand.guard, operand.text)
        return [sql("ALTER TABLE {} ADD COLUMN {} String MATERIALIZED {}", table, name, self.fold(text))]


class _Element(Sql):
    """An element of a document, whose numbers are rewritten already."""

    __slots__ = ()


@lru_cache(maxsize=256)
def _read(document: Sql) -> Sql:
    """The document with its numbers rewritten, as the first item of an array. A statement names it once.

    The array ends in a number, so that the pattern of the tokens always reaches a next one, and never begins inside a
    string.
    """
    if isinstance(document, _Element):
        return sql("concat('[', {}, ',0]')", document)
    text = sql("concat('[', ifNull({}, 'null'), ',0]')", document)
    expression = sql(
        "if(match({text}, {risky}), replaceRegexpAll({text}, {tokens}, {rewritten}), {text})",
        text=text,
        risky=_RISKY,
        tokens=_TOKENS,
        rewritten=_REWRITTEN,
    )
    words = _WORDS.findall("".join([part for part in document if isinstance(part, str)]))
    return Sql((Shared(" ".join(["qlause", *words]), expression),))


def _value(json: Sql) -> Value:
    """A JSON text as a candidate."""
    operands: Mapping[Kind, Operand] = {
        "string": Operand(sql("JSONExtractString({})", json), sql("{} LIKE '\"%'", json)),
        "number": _number(json),
    }
    return Value(NOTHING, _is_null(json), sql("{} = 'true'", json), sql("{} = 'false'", json), operands)


def _is_null(json: Sql) -> Sql:
    """Whether a JSON text is null; NULL for an empty one, which is no value."""
    return sql("nullIf({}, '') = 'null'", json)


def _without_null(operand: Operand) -> Operand:
    """A column with a text that nothing matches in the place of NULL: trigrams make no index of what can be NULL."""
    return operand._replace(text=sql(r"ifNull({}, '\0')", operand.text)) if operand.column else operand


def _number(json: Sql) -> Operand:
    """A JSON text as a number."""
    digits = sql("extract({}, {})", json, _NUMBER)
    # The conversion of a text is exact only if a setting says so; that of JSON always is.
    return Operand(sql("JSONExtract({}, 'Nullable(Float64)')", digits), raw=digits)


def _double(operand: Operand, value: Comparand) -> Comparand:
    """A constant as a double, if it is exactly one and compared with one: an index is used for no other type."""
    return compute(float, value) if operand.raw and is_bigint(value) and not is_wide(value) else value


def _whole(operand: Operand) -> Sql:
    """A number that was written as a whole one, with all its digits; NULL for others."""
    return sql("toInt256OrNull(extract({}, {}))", operand.raw, _WHOLE_NUMBER)


def _decimal256(value: Decimal) -> Sql:
    """A decimal with all its digits, if there are no more than ClickHouse has."""
    places = max(0, -int(value.as_tuple().exponent))
    if places > _DECIMAL_DIGITS or max(0, value.adjusted() + 1) + places > _DECIMAL_DIGITS:
        return bind(double(value))
    return sql(f"toDecimal256({{}}, {places})", bind(f"{value:f}"))


def _int256(value: int) -> Sql:
    """A whole number as a parameter of more than 64 bits."""
    return sql("toInt256({})", bind(str(value)))


def _candidates(document: Sql, keys: tuple[str, ...]) -> Sql:
    """The list of the values under the last key, arrays replaced by their elements."""
    first, *others = keys
    candidates = _elements(sql("{}, 1, {}", _read(document), bind(first)))
    for key in others:
        candidates = sql("arrayFlatten(arrayMap(qv -> {}, {}))", _elements(sql("qv, {}", bind(key))), candidates)
    return candidates


def _elements(path: Sql) -> Sql:
    """The elements of the array under a path, or the other value there, as JSON texts."""
    return sql(r"JSONExtractArrayRaw(replaceRegexpOne(JSONExtractRaw({}), {}, '[\\0]'))", path, _NO_ARRAY)


def _microseconds(value: datetime) -> int:
    """The microseconds since 1970 of an instant; a naive one is in UTC."""
    aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1)
