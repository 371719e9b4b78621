r"""ClickHouse, over JSON in columns of type String, typed columns, ``Array`` and ``Nested``.

A path is walked by lists: what stands under a key is taken from each element of a list, and arrays in the list are
replaced by their elements. A test is a lambda over the last list. Elements are JSON texts.

The functions that read JSON do not give numbers back as they stood: a whole one beyond 64 bits becomes a string or
makes the document unreadable, and a double loses its point or exponent on the way through an array. So the numbers of a
document that has one of sixteen digits or with an exponent are put aside before it is read: ``15`` becomes
``{"\u0000":"15e0"}``, which no document can hold, because no text holds U+0000 (rule 1). With the exponent each is
read as a double; only one that was written as a whole number ends in ``e0``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Final

from ....bound.nodes import BoundTest, Constant, Kind
from ....schema.storage import Column
from ...parameters.placeholder import is_known, made
from ..fragment import P, ParamStyle, Sql, join, sql
from .base import Dialect, Emit, Operand, Value
from .numbers import SAFE, double, is_bigint, is_wide
from .writing import like_pattern, quoted

__all__ = ["ClickHouse"]

# What is no number: strings, and all outside of them that is neither digit nor minus. The backslashes are doubled once
# more for the literal of SQL that holds the pattern.
_STRING: Final = r'"(?:\\\\.|[^"\\\\])*"'
_RISKY: Final = r"[[:,\\s]-?[0-9.]*([0-9]{16}|[0-9][eE][+0-9])"
_TOKENS: Final = f'((?:{_STRING}|[^"0-9-])*)(-?[0-9][.0-9]*)(?:[eE]([-+]?)([0-9]+))?'
_AS_WRITTEN: Final = r'^(?:{"\\\\u0000":")?(-?[0-9][^"]*)'
_ASIDE: Final = r'\\1{"\\\\u0000":"\\2e\\30\\4"}'
_INSTANT: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}[:][0-9]{2}[:][0-9]{2}([.][0-9]{1,9})?Z$"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WIDE: Final = float(2**64)  # a double beyond which sorts do not tell numbers apart that are the same one
_NANOSECONDS: Final = 2**63 // 1000  # microseconds that 64 bits of nanoseconds hold


class ClickHouse(Dialect):
    """The texts of ClickHouse."""

    name: ClassVar[str] = "clickhouse"
    paramstyle: ClassVar[ParamStyle] = "clickhouse"
    json_null: ClassVar[str] = "JSONType({}) = 'Null'"
    negation: ClassVar[str] = "not(ifNull({}, 0))"
    # The server takes 262,144 bytes of a statement; the rest is for what the fragment stands in.
    max_length: ClassVar[int | None] = 250_000

    def identifier(self, name: str) -> str:
        return quoted(name.replace("\\", "\\\\"), '"')

    def condensed(self, found: Sql) -> Sql:
        # A name that an expression gives itself holds for the whole statement, where the same may be said again. Only
        # rows of other tables, which stand in statements of their own, have the prefix.
        text = found.text
        for document in dict.fromkeys(_READING.findall(text)):
            if not document.startswith("qr."):
                read, name = _read(document), self.identifier("qlause " + _ODD.sub(" ", document).strip())
                first, rest = text.split(read, 1)
                text = f"{first}({read} AS {name}){rest.replace(read, name)}"
        return Sql(text, found.params)

    # documents

    def some(self, document: str, keys: tuple[str, ...], test: BoundTest, emit: Emit) -> Sql:
        found = emit(test, _value("qv"))
        return sql("arrayExists(qv -> {}, {})", found, _candidates(document, keys))

    def reached(self, document: str, keys: tuple[str, ...]) -> Sql:
        *above, last = keys
        if not above:
            return Sql(f"JSONHas({_read(document)}, 1, {P})", (last,))
        return sql("arrayExists(qv -> {}, {})", Sql(f"JSONHas(qv, {P})", (last,)), _candidates(document, tuple(above)))

    def scalar(self, document: str, keys: tuple[str, ...]) -> Value:
        at = ", ".join([_read(document), "1", *map(self.literal, keys)])
        kind, raw = f"JSONType({at})", f"JSONExtractRaw({at})"
        return Value(
            present=f"JSONHas({at})",
            null=_is_null(raw),
            true=f"{raw} = 'true'",
            false=f"{raw} = 'false'",
            operands={"string": Operand(f"JSONExtractString({at})", f"{kind} = 'String'"), "number": _number(raw)},
        )

    def at(self, document: str, keys: tuple[str, ...]) -> tuple[Value, Callable[[str], Sql]]:
        path = f", {P}" * len(keys)

        def expression(text: str) -> Sql:
            return Sql(f"arrayMap(qv -> {text}, [JSONExtractRaw({_read(document)}, 1{path})])[1]", keys)

        return _value("qv"), expression

    # columns

    def kind(self, column: Column) -> tuple[Kind, str | None]:
        kind, storage = super().kind(column)
        return kind, "native" if storage == "utc" else storage  # each date-time here is an instant

    def column(self, text: str, column: Column, folded: str | None = None) -> Value:
        # An Enum compares by its numbers and has no letters.
        return super().column(f"toString({text})" if column.type == "enum" else text, column, folded)

    def reached_column(self, text: str, column: Column) -> str:
        if column.array and "." in column.name:  # of a Nested, whose array is the one above
            return f"notEmpty({text})"
        return super().reached_column(text, column)

    def some_element(self, text: str, column: Column, test: BoundTest, emit: Emit) -> Sql:
        found = emit(test, self.element("qv", column))
        return Sql(f"arrayExists(qv -> {found.text}, {text})", found.params)

    def some_row(self, table: str, joined: Sequence[tuple[str, str]], found: Sql) -> Sql:
        others, owns = zip(*joined, strict=True)
        # NULL is in a list with NULL if a setting says so.
        known = " AND ".join([f"{other} IS NOT NULL" for other in others])
        source = Sql(f"SELECT {', '.join(others)} FROM {table} WHERE {known}")
        return sql("({}) IN ({} AND ({}))", Sql(", ".join(owns)), source, found)

    # comparisons

    def text_key(self, operand: Operand) -> str:
        return operand.text

    def constant(self, kind: Kind, value: Any) -> Sql:
        if kind == "instant":
            return Sql(f"fromUnixTimestamp64Micro({P})", (made(_microseconds, value),))
        return Sql(P, (value,))

    def compare(self, kind: Kind, operand: Operand, comparator: str, value: Constant) -> Sql:
        if is_known(value) and isinstance(value, datetime) and abs(_microseconds(value)) >= _NANOSECONDS:
            # It would be made one of the column's unit, which may be nanoseconds.
            operand = operand._replace(text=f"toDateTime64({operand.text}, 6, 'UTC')")
        return super().compare(kind, operand, comparator, _double(operand, value))

    def one_of(self, kind: Kind, operand: Operand, values: Sequence[Constant]) -> Sql:
        return super().one_of(kind, operand, [_double(operand, value) for value in values])

    def whole(self, operand: Operand, value: float) -> tuple[Sql, Sql] | None:
        if abs(value) > 2**250:
            return None
        # What is written as a double is that one.
        text = Sql(f"ifNull({_whole(operand)}, toInt256({P}))", (str(int(float(value))),))
        return text, Sql(f"toInt256({P})", (str(int(value)),))

    def number_keys(self, operand: Operand) -> list[str]:
        whole = f"ifNull({_whole(operand)}, accurateCastOrNull({operand.text}, 'Int256'))"
        return [operand.text, f"CASE WHEN abs({operand.text}) < {_WIDE} THEN {whole} END"]

    def number_constants(self, value: float | Decimal) -> list[Sql]:
        near = double(value)
        found = [Sql(P, (near,))]
        if SAFE <= abs(near) < _WIDE:
            found.append(Sql(f"toInt256({P})", (str(int(value)),)))
        return found

    def compared(self, kind: Kind, operand: Operand, value: Constant) -> tuple[str, Sql]:
        if kind == "uuid":  # as in a sort
            return self.key(kind, operand), Sql(P, (made(str, value),))
        return super().compared(kind, operand, value)

    def member(self, key: str, kind: Kind, values: Sequence[Constant]) -> Sql:
        if kind == "instant":  # IN makes each of the column's type, and not all can be
            return sql("({})", join(" OR ", [self.compare(kind, Operand(key), "=", value) for value in values]))
        return super().member(key, kind, values)

    def array_member(self, key: str, kind: Kind, values: Sequence[Constant]) -> Sql:
        members = list(values) if kind == "string" else [float(value) for value in values]  # type: ignore[arg-type]  # numbers
        return Sql(f"{key} IN {P}", (members,))

    def folded_contains(self, operand: Operand, text: str, starts: bool, ends: bool) -> Sql:
        return super().folded_contains(_filled(operand), text, starts, ends)

    def fold(self, text: str) -> str:
        return f"replaceAll(lowerUTF8(replaceAll({text}, 'İ', 'i')), 'ς', 'σ')"

    def like(self, key: str, text: str, starts: bool, ends: bool) -> Sql:
        if starts and ends:
            return Sql(f"{key} = {P}", (text,))
        return Sql(f"{key} LIKE {P}", (made(like_pattern, text, starts, ends, "\\"),))

    def is_instant_text(self, text: str) -> str:
        return f"match({text}, '{_INSTANT}')"

    # sorting

    def key(self, kind: Kind, operand: Operand) -> str:
        # A UUID compares by its second half.
        return f"toString({operand.text})" if kind == "uuid" else super().key(kind, operand)

    # index DDL

    indexes_json: ClassVar[bool] = True

    def index_terms(self, kind: Kind, operand: Operand, never_null: bool = False) -> list[str]:
        return [f"({operand.text}) TYPE {'bloom_filter' if kind in ('string', 'uuid') else 'minmax'} GRANULARITY 1"]

    def contains_terms(self, operand: Operand) -> list[str]:
        return [f"({self.fold(_filled(operand).text)}) {_TRIGRAMS}"]

    def folded_terms(self, name: str) -> list[str]:
        return [f"({name}) {_TRIGRAMS}"]

    def folded_column(self, table: str, name: str, operand: Operand) -> list[str]:
        text = f"if({operand.guard}, {operand.text}, '\\0')" if operand.guard else _filled(operand).text
        return [f"ALTER TABLE {table} ADD COLUMN {name} String MATERIALIZED {self.fold(text)}"]


_TRIGRAMS: Final = "TYPE ngrambf_v1(3, 8192, 3, 0) GRANULARITY 1"


def _read(document: str) -> str:
    """The document with its numbers put aside, as the first item of an array.

    That array ends in a number, so that there always is a next one for the pattern to reach, and none begins inside a
    string.
    """
    text = f"concat('[', ifNull({document}, 'null'), ',0]')"
    return f"if(match({text}, '{_RISKY}'), replaceRegexpAll({text}, '{_TOKENS}', '{_ASIDE}'), {text})"


_ODD: Final = re.compile(r"[^\w.]+")
_READING: Final = re.compile(r"if\(match\(concat\('\[', ifNull\((.+?), 'null'\)")  # as _read begins


def _value(text: str) -> Value:
    """What a JSON text is."""
    string = Operand(f"JSONExtractString({text})", f"{text} LIKE '\"%'")
    operands: Mapping[Kind, Operand] = {"string": string, "number": _number(text)}
    return Value("", _is_null(text), f"{text} = 'true'", f"{text} = 'false'", operands)


def _is_null(text: str) -> str:
    """Whether a JSON text is null; NULL for an empty one, which is nothing."""
    return f"nullIf({text}, '') = 'null'"


def _filled(operand: Operand) -> Operand:
    """A column with a text that finds nothing for NULL, of which trigrams make no index."""
    return operand._replace(text=rf"ifNull({operand.text}, '\0')") if operand.column else operand


def _number(text: str) -> Operand:
    raw = f"extract({text}, '{_AS_WRITTEN}')"
    # The conversion of a text is exact only if a setting says so; that of JSON is.
    return Operand(f"JSONExtract({raw}, 'Nullable(Float64)')", raw=raw)


def _double(operand: Operand, value: Constant) -> Constant:
    """A constant as a double, where it is exactly one and compared with one: an index knows no other."""
    return made(float, value) if operand.raw and is_bigint(value) and not is_wide(value) else value


def _whole(operand: Operand) -> str:
    """A number that was written as a whole one, all its digits; NULL for others."""
    return f"toInt256OrNull(extract({operand.raw}, '^(.+)e0$'))"


def _candidates(document: str, keys: tuple[str, ...]) -> Sql:
    """The list of what stands under the last key, arrays replaced by their elements."""
    found = Sql(_elements(f"{_read(document)}, 1, {P}"), keys[:1])
    for key in keys[1:]:
        found = sql("arrayFlatten(arrayMap(qv -> {}, {}))", Sql(_elements(f"qv, {P}"), (key,)), found)
    return found


def _elements(at: str) -> str:
    """The elements of the array at a place, or what else is there, as JSON texts."""
    return rf"JSONExtractArrayRaw(replaceRegexpOne(JSONExtractRaw({at}), '^[^[](?s:.*)', '[\\0]'))"


def _microseconds(value: datetime) -> int:
    """The microseconds since 1970 of an instant; a naive one is in UTC."""
    known = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return (known - _EPOCH) // timedelta(microseconds=1)
