"""DuckDB 1.3 or later.

A path is walked by lists: a key is taken by JSON pointer from each element of a list, and arrays in the list are
replaced by their elements. A test is a lambda over the last list. Text is compared under the collation ``C``: that of a
column, or the default one of a database, would change even the equality of JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Final

from ....bound.nodes import BoundTest, Constant, Kind
from ....schema.storage import Column
from ..fragment import P, ParamStyle, Sql
from .base import INLINE, Dialect, Emit, Operand, Value
from .instants import is_naive
from .numbers import SAFE, WIDEST, double, is_wide

__all__ = ["DuckDB"]

_INSTANT: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}[:][0-9]{2}[:][0-9]{2}([.][0-9]{1,9})?Z"
_NUMBERS: Final = "'UBIGINT', 'BIGINT', 'DOUBLE'"
_CAST: Final = {"date": "DATE", "uuid": "UUID"}


class DuckDB(Dialect):
    """The texts of DuckDB."""

    name: ClassVar[str] = "duckdb"
    paramstyle: ClassVar[ParamStyle] = "qmark"
    ascending: ClassVar[str] = " ASC"

    def some(self, document: str, keys: tuple[str, ...], test: BoundTest, emit: Emit) -> Sql:
        found = emit(test, _value("qv"))
        kept = f"list_filter({_elements(_values(document, keys))}, lambda qv: qv IS NOT NULL AND ({found.text}))"
        return Sql(f"len({kept}) > 0", (*map(_pointer, keys), *found.params))

    def reached(self, document: str, keys: tuple[str, ...]) -> Sql:
        kept = f"list_filter({_values(document, keys)}, lambda qv: qv IS NOT NULL)"
        return Sql(f"len({kept}) > 0", tuple(map(_pointer, keys)))

    def scalar(self, document: str, keys: tuple[str, ...]) -> Value:
        place = f"({document}, {self.literal(''.join(f'/{key}' for key in keys))})"
        text = f"json_extract{place}"
        value = _value(text)
        found = f"json_extract_string{place}"  # text of whatever is there, at once and without an error
        operands: Mapping[Kind, Operand] = {
            "string": Operand(found, f"json_type{place} = 'VARCHAR'", guard_last=True),
            "number": Operand(
                f"TRY_CAST({found} AS DOUBLE)", f"json_type{place} IN ({_NUMBERS})", guard_last=True, raw=text
            ),
        }
        return Value(f"{text} IS NOT NULL", value.null, value.true, value.false, operands)

    def at(self, document: str, keys: tuple[str, ...]) -> tuple[Value, Callable[[str], Sql]]:
        found = f"[{_under(document, keys[0])}]"
        for key in keys[1:]:
            found = f"list_transform({found}, lambda qv: {_under('qv', key)})"

        def expression(text: str) -> Sql:
            return Sql(f"list_transform({found}, lambda qv: {text})[1]", tuple(map(_pointer, keys)))

        return _value("qv"), expression

    def some_element(self, text: str, column: Column, test: BoundTest, emit: Emit) -> Sql:
        found = emit(test, self.element("qv", column))
        return Sql(f"len(list_filter({text}, lambda qv: {found.text})) > 0", found.params)

    def text_key(self, operand: Operand) -> str:
        # In a column of whatever collation an index finds what is equal so, and by no other collation than this.
        return f"({operand.text} COLLATE C)"

    def constant(self, kind: Kind, value: Any) -> Sql:
        if kind == "instant":
            return Sql(f"CAST({P} AS {'TIMESTAMP' if is_naive(value) else 'TIMESTAMPTZ'})", (value,))
        if kind in _CAST:
            return Sql(f"CAST({P} AS {_CAST[kind]})", (value,))
        return Sql(P, (value,))  # a cast would cost some hundredths of the time in which an index answers

    def once(self, operand: Operand, found: Callable[[Operand], Sql]) -> Sql:
        inner = found(operand._replace(text="qx"))
        return Sql(f"list_transform([{operand.text}], lambda qx: {inner.text})[1]", inner.params)

    def one_of(self, kind: Kind, operand: Operand, values: Sequence[Constant]) -> Sql:
        if kind == "string" and _joins(operand, values):
            return _joined(self.text_key(operand), "VARCHAR", list(values))
        if kind == "number" and _joins(operand, values) and not any(map(is_wide, values)):
            return _joined(operand.text, "DOUBLE", [float(value) for value in values])  # type: ignore[arg-type]  # numbers
        return super().one_of(kind, operand, values)

    def folded_one_of(self, operand: Operand, values: Sequence[str]) -> Sql:
        if _joins(operand, values):
            return _joined(self.fold_key(operand), "VARCHAR", list(values))
        return super().folded_one_of(operand, values)

    def whole(self, operand: Operand, value: float) -> tuple[Sql, Sql] | None:
        return None if abs(value) > 2**64 else (Sql(_whole(operand)), Sql(P, (int(value),)))

    def number_keys(self, operand: Operand) -> list[str]:
        # Beyond 64 bits it depends on how a number is written, and NULL on how large it is.
        near = f"abs({operand.text}) <= {WIDEST + 1}"
        return [operand.text, f"CASE WHEN {near} THEN greatest(least({_whole(operand)}, {WIDEST}), -{WIDEST}) END"]

    def number_constants(self, value: float | Decimal) -> list[Sql]:
        found = [Sql(f"CAST({P} AS DOUBLE)", (double(value),))]
        if SAFE <= abs(double(value)) <= WIDEST + 1:
            found.append(Sql(P, (max(-WIDEST, min(WIDEST, int(value))),)))
        return found

    def array_member(self, key: str, kind: Kind, values: Sequence[Constant]) -> Sql:
        if kind == "string":
            return Sql(f"list_contains(CAST({P} AS VARCHAR[]), {key})", (list(values),))
        return Sql(f"list_contains(CAST({P} AS DOUBLE[]), {key})", ([float(value) for value in values],))  # type: ignore[arg-type]  # numbers

    def fold(self, text: str) -> str:
        return f"(replace(lower({text}), 'ς', 'σ') COLLATE C)"  # lower makes i of İ

    def like(self, key: str, text: str, starts: bool, ends: bool) -> Sql:
        if starts and ends:
            return Sql(f"{key} = {P}", (text,))
        function = "starts_with" if starts else "ends_with" if ends else "contains"
        return Sql(f"{function}({key}, {P})", (text,))

    def is_instant_text(self, text: str) -> str:
        return f"regexp_full_match({text}, '{_INSTANT}')"

    def folded_column(self, table: str, name: str, operand: Operand) -> list[str]:
        return []  # DuckDB adds no generated columns


def _value(text: str) -> Value:
    kind = f"json_type({text})"
    number = Operand(f"TRY_CAST({text} AS DOUBLE)", f"{kind} IN ({_NUMBERS})", raw=text)
    string = Operand(f"json_extract_string({text}, '$')", f"{kind} = 'VARCHAR'")
    true, false = (f"({kind} = 'BOOLEAN' AND CAST({text} AS VARCHAR) = '{name}')" for name in ("true", "false"))
    return Value("", f"{kind} = 'NULL'", true, false, {"string": string, "number": number})


def _joins(operand: Operand, values: Sequence[Constant]) -> bool:
    """Whether a list is joined to the values in JSON. Of columns DuckDB knows more; a lambda takes no subquery."""
    return operand.guard_last and len(values) > INLINE


def _joined(key: str, kind: str, values: list[Any]) -> Sql:
    """Whether a key is in a list, by its hash: compared with one after the other, a list of thousands takes seconds."""
    return Sql(f"{key} IN (SELECT unnest(CAST({P} AS {kind}[])))", (values,))


def _whole(operand: Operand) -> str:
    return f"TRY_CAST({operand.raw} AS HUGEINT)"


def _values(document: str, keys: tuple[str, ...]) -> str:
    """The list of what stands under the last key, NULL for nothing."""
    found = f"[{_under(document, keys[0])}]"
    for key in keys[1:]:
        found = f"list_transform({_elements(found)}, lambda qv: {_under('qv', key)})"
    return found


def _elements(found: str) -> str:
    """A list with its arrays replaced by their elements."""
    inner = "CASE WHEN json_type(qv) = 'ARRAY' THEN json_extract(qv, '$[*]') ELSE [qv] END"
    return f"flatten(list_transform({found}, lambda qv: {inner}))"


def _under(text: str, key: str) -> str:
    """What stands under a key of an object; in an array a pointer takes digits for a place."""
    found = f"json_extract({text}, {P})"
    return f"CASE WHEN json_type({text}) = 'OBJECT' THEN {found} END" if key.isdigit() else found


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")
