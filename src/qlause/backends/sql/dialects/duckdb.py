"""DuckDB 1.3 or later.

A path is walked by lists: a key is taken by JSON pointer from each element of a list, and arrays in the list are
replaced by their elements. A test is a lambda over the last list. Text is compared under the collation ``C``: that of a
column, or the default one of a database, would change even the equality of JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar, Final

from ....bound.nodes import BoundTest, Comparand, Kind
from ....bound.param import Deferred
from ....schema.storage import Column
from ..parts import NOTHING, Sql, bind, raw, sql
from .base import Dialect
from .comparison import INLINE
from .instants import is_naive
from .numbers import SAFE, WIDEST, double, is_wide
from .operands import Emit, Operand, Value, Whole

__all__ = ["DuckDB"]

_INSTANT: Final = raw("'[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}[:][0-9]{2}[:][0-9]{2}([.][0-9]{1,9})?(Z|[+-]00[:]00)'")
_NUMBERS: Final = "'UBIGINT', 'BIGINT', 'DOUBLE'"
_CAST: Final = {"date": "DATE", "time": "TIME", "uuid": "UUID"}
_ELEMENT: Final = raw("qv")  # what a lambda names an element of its list


class DuckDB(Dialect):
    """The expressions of DuckDB."""

    name: ClassVar[str] = "duckdb"
    nan_is_greatest: ClassVar[bool] = True
    ascending: ClassVar[str] = " ASC"

    def some_candidate(self, document: Sql, keys: tuple[str, ...], test: BoundTest, emit: Emit) -> Sql:
        condition = emit(test, _value(_ELEMENT))
        candidates = _elements(_values_under(document, keys))
        return _some_in_list(candidates, sql("qv IS NOT NULL AND ({})", condition))

    def path_exists(self, document: Sql, keys: tuple[str, ...]) -> Sql:
        return _some_in_list(_values_under(document, keys), raw("qv IS NOT NULL"))

    def some_whole(self, document: Sql, keys: tuple[str, ...], condition: Callable[[Whole], Sql]) -> Sql:
        size = "(CASE json_type(qv) WHEN 'ARRAY' THEN json_array_length(qv) ELSE -1 END)"
        empty = (
            "(CASE json_type(qv) WHEN 'ARRAY' THEN json_array_length(qv) WHEN 'OBJECT' THEN len(json_keys(qv))"
            " WHEN 'VARCHAR' THEN length(json_extract_string(qv, '$')) ELSE -1 END = 0)"
        )
        return _some_in_list(_values_under(document, keys), condition(Whole(raw(size), raw(empty))))

    def array_size(self, array: Sql) -> Sql:
        return sql("coalesce(len({}), -1)", array)

    # The operands of a literal path can take a list as a subquery, and a lambda takes none.
    literal_in_elements: ClassVar[bool] = False

    def some_object(self, document: Sql, keys: tuple[str, ...], name: str, condition: Callable[[Sql], Sql]) -> Sql:
        element = raw(name)
        is_object = sql("json_type({}) = 'OBJECT'", element)
        return _some_in_list(
            _elements(_values_under(document, keys)), sql("{} AND {}", is_object, condition(element)), name
        )

    def scalar(self, document: Sql, keys: tuple[str, ...]) -> Value:
        pointer = self.literal("".join(f"/{key}" for key in keys))
        extracted, kind = (sql(f"json_{name}({{}}, {{}})", document, pointer) for name in ("extract", "type"))
        value = _value(extracted)
        # The text of whatever value there is, at once and without an error.
        text = sql("json_extract_string({}, {})", document, pointer)
        operands: Mapping[Kind, Operand] = {
            "string": Operand(text, sql("{} = 'VARCHAR'", kind), guard_last=True),
            "number": Operand(
                sql("TRY_CAST({} AS DOUBLE)", text), sql(f"{{}} IN ({_NUMBERS})", kind), guard_last=True, raw=extracted
            ),
        }
        return Value(sql("{} IS NOT NULL", extracted), value.null, value.true, value.false, operands)

    def direct_value(self, document: Sql, keys: tuple[str, ...]) -> tuple[Value, Callable[[Sql], Sql]]:
        values = sql("[{}]", _under(document, keys[0]))
        for key in keys[1:]:
            values = _mapped(values, _under(_ELEMENT, key))
        return _value(_ELEMENT), lambda text: sql("{}[1]", _mapped(values, text))

    def column(self, text: Sql, column: Column, folded: Sql | None = None) -> Value:
        value = super().column(text, column, folded)
        instant = value.operands.get("instant")
        if instant is None or not instant.naive:
            return value
        return replace(value, operands={"instant": instant._replace(text=_microseconds(text), raw=text)})

    def some_element(self, array: Sql, column: Column, test: BoundTest, emit: Emit) -> Sql:
        return _some_in_list(array, emit(test, self.element(_ELEMENT, column)))

    def text_key(self, operand: Operand) -> Sql:
        # An index of a column of any collation answers equality under this collation, and under no other.
        # An ENUM has no collation.
        text = sql("CAST({} AS VARCHAR)", operand.text) if operand.column else operand.text
        return sql("({} COLLATE C)", text)

    def constant(self, kind: Kind, value: Any) -> Sql:
        if kind == "instant":
            return sql(f"CAST({{}} AS {'TIMESTAMP' if is_naive(value) else 'TIMESTAMPTZ'})", bind(value))
        if kind in _CAST:
            return sql(f"CAST({{}} AS {_CAST[kind]})", bind(value))
        return bind(value)  # a cast would cost some hundredths of the time in which an index answers

    def read_once(self, operand: Operand, condition: Callable[[Operand], Sql]) -> Sql:
        inner = condition(operand._replace(text=raw("qx")))
        return sql("list_transform([{}], lambda qx: {})[1]", operand.text, inner)

    def one_of(self, kind: Kind, operand: Operand, values: Sequence[Comparand]) -> Sql:
        if kind == "string" and _is_joined(operand, values):
            return _in_joined(self.text_key(operand), "VARCHAR", list(values))
        if kind == "number" and _is_joined(operand, values) and not any(map(is_wide, values)):
            return _in_joined(operand.text, "DOUBLE", _doubles(values))
        return super().one_of(kind, operand, values)

    def folded_one_of(self, operand: Operand, values: Sequence[Comparand]) -> Sql:
        if _is_joined(operand, values):
            return _in_joined(self.fold_key(operand, *values), "VARCHAR", list(values))
        return super().folded_one_of(operand, values)

    def whole_number_sides(self, operand: Operand, value: float) -> tuple[Sql, Sql] | None:
        return None if abs(value) > 2**64 else (_whole(operand), bind(int(value)))

    def number_keys(self, operand: Operand) -> list[Sql]:
        # Beyond 64 bits it depends on how a number is written, and NULL on how large it is.
        clamped = sql(f"greatest(least({{}}, {WIDEST}), -{WIDEST})", _whole(operand))
        return [operand.text, sql(f"CASE WHEN abs({{}}) <= {WIDEST + 1} THEN {{}} END", operand.text, clamped)]

    def number_constants(self, value: float | Decimal) -> list[Sql]:
        near = double(value)
        constants = [sql("CAST({} AS DOUBLE)", bind(near))]
        if SAFE <= abs(near) <= WIDEST + 1:
            constants.append(bind(max(-WIDEST, min(WIDEST, int(value)))))
        return constants

    def in_long_list(self, key: Sql, kind: Kind, values: Sequence[Any]) -> Sql:
        if kind == "string":
            return sql("list_contains(CAST({} AS VARCHAR[]), {})", bind(list(values)), key)
        return sql("list_contains(CAST({} AS DOUBLE[]), {})", bind(_doubles(values)), key)

    def fold(self, text: Sql) -> Sql:
        return sql("(replace(lower({}), 'ς', 'σ') COLLATE C)", text)  # lower makes i of İ

    def translated(self, text: Sql, letters: Mapping[str, str]) -> Sql:
        return sql("({} COLLATE C)", super().translated(text, letters))

    def like(self, key: Sql, text: str | Deferred, starts: bool, ends: bool) -> Sql:
        if starts and ends:
            return sql("{} = {}", key, bind(text))
        function = "starts_with" if starts else "ends_with" if ends else "contains"
        return sql(f"{function}({{}}, {{}})", key, bind(text))

    def index_terms(self, kind: Kind, operand: Operand, never_null: bool = False) -> list[Sql]:
        return super().index_terms(kind, operand._replace(text=operand.raw) if operand.naive else operand, never_null)

    def is_instant_text(self, text: Sql) -> Sql:
        return sql("regexp_full_match({}, {})", text, _INSTANT)

    def folded_column(self, table: Sql, name: Sql, operand: Operand) -> list[Sql]:
        return []  # DuckDB adds no generated columns


def _value(text: Sql) -> Value:
    """A JSON value as a candidate."""
    kind = sql("json_type({})", text)
    string = Operand(sql("json_extract_string({}, '$')", text), sql("{} = 'VARCHAR'", kind))
    number = Operand(sql("TRY_CAST({} AS DOUBLE)", text), sql(f"{{}} IN ({_NUMBERS})", kind), raw=text)
    true, false = (
        sql(f"({{}} = 'BOOLEAN' AND CAST({{}} AS VARCHAR) = '{name}')", kind, text) for name in ("true", "false")
    )
    return Value(NOTHING, sql("{} = 'NULL'", kind), true, false, {"string": string, "number": number})


def _microseconds(text: Sql) -> Sql:
    """A date-time as the driver gives it, without nanoseconds. Of other types DuckDB makes the plain column of it."""
    nanoseconds = sql("make_timestamp(epoch_ns({}) // 1000)", text)
    return sql("(CASE WHEN typeof({}) = 'TIMESTAMP_NS' THEN {} ELSE {} END)", text, nanoseconds, text)


def _is_joined(operand: Operand, values: Sequence[Comparand]) -> bool:
    """Whether a list is joined to values in JSON. DuckDB knows more of columns; a lambda takes no subquery."""
    return operand.guard_last and len(values) > INLINE


def _in_joined(key: Sql, member_type: str, values: list[Any]) -> Sql:
    """Whether a key is in a list, by its hash: to compare with thousands, one after the other, takes seconds."""
    return sql(f"{{}} IN (SELECT unnest(CAST({{}} AS {member_type}[])))", key, bind(values))


def _doubles(values: Sequence[Any]) -> list[float]:
    return [float(value) for value in values]


def _whole(operand: Operand) -> Sql:
    return sql("TRY_CAST({} AS HUGEINT)", operand.raw)


def _values_under(document: Sql, keys: tuple[str, ...]) -> Sql:
    """The list of the values under the last key, NULL where there is none."""
    values = sql("[{}]", _under(document, keys[0]))
    for key in keys[1:]:
        values = _mapped(_elements(values), _under(_ELEMENT, key))
    return values


def _elements(values: Sql) -> Sql:
    """A list with its arrays replaced by their elements."""
    return sql(
        "flatten({})",
        _mapped(values, raw("CASE WHEN json_type(qv) = 'ARRAY' THEN json_extract(qv, '$[*]') ELSE [qv] END")),
    )


def _mapped(values: Sql, expression: Sql) -> Sql:
    """The list of an expression on each element of a list."""
    return sql("list_transform({}, lambda qv: {})", values, expression)


def _some_in_list(values: Sql, condition: Sql, name: str = "qv") -> Sql:
    """Whether a condition holds for some element of a list, which has a name in it."""
    return sql(f"len(list_filter({{}}, lambda {name}: {{}})) > 0", values, condition)


def _under(text: Sql, key: str) -> Sql:
    """The value under a key of an object. In an array a pointer takes digits for a position."""
    value = sql("json_extract({}, {})", text, bind(_pointer(key)))
    return sql("CASE WHEN json_type({}) = 'OBJECT' THEN {} END", text, value) if key.isdigit() else value


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")
