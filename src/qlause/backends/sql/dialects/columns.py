"""How an engine reads columns: plain values, native arrays, structs, and rows of other tables."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final

from ....bound.nodes import BoundTest, Kind
from ....errors import UnsupportedError
from ....schema.storage import Column
from ....schema.types import TYPES
from ..parts import NOTHING, Sql, join, sql
from .json_access import JsonAccess
from .operands import Emit, Operand, Value

__all__ = ["ColumnAccess"]

_KINDS: Final[Mapping[str, Kind]] = {"integer": "number", "number": "number", "boolean": "boolean"}
"""The kinds of columns that are neither text nor of a type that only some engines have, by type of field."""


class ColumnAccess(JsonAccess):
    """Expressions over columns whose value is not looked for in JSON."""

    natives: ClassVar[frozenset[str]] = frozenset({"date-time", "date", "time", "uuid"})
    """The types of fields that the engine has types of its own for."""
    storages: ClassVar[Mapping[str, str]] = {}
    """How a column of such a type is stored where the schema does not say, if not as ``native``."""

    holds_non_finite: ClassVar[bool] = True
    """Whether a column of numbers can hold an infinity or NaN."""
    sorts_related: ClassVar[bool] = True
    """Whether a subquery that looks at the row may be a value to sort by."""

    # each dialect writes these

    @abstractmethod
    def some_element(self, array: Sql, column: Column, test: BoundTest, emit: Emit) -> Sql:
        """Whether some element of a column that is an array passes a test."""

    @abstractmethod
    def array_size(self, array: Sql) -> Sql:
        """How many elements a column that is an array has; below 0 where it is NULL or none."""

    # these have a default

    def column(self, text: Sql, column: Column, folded: Sql | None = None) -> Value:
        """A column that is the value itself; ``folded`` is one that holds it under the fold."""
        kind, storage = self.kind(column)
        operand = Operand(text, column=True, indexed=True, binary=column.binary, folded=folded, naive=storage == "utc")
        if kind == "number" and column.type == "number":
            operand = operand._replace(non_finite=self.holds_non_finite)
        if kind == "instant" and storage == "native":
            operand = operand._replace(text=self.native_instant(text))
        null = self.is_json_null(text) if column.type in ("object", "localized") else NOTHING
        return Value(
            sql("{} IS NOT NULL", text), null, sql("{} = TRUE", text), sql("{} = FALSE", text), {kind: operand}
        )

    def kind(self, column: Column) -> tuple[Kind, str | None]:
        """The kind of the values of a column, and how they are stored."""
        storage = column.storage
        if storage is None and column.type in self.natives:
            storage = self.storages.get(column.type, "native")
        if storage not in ("native", "utc"):
            return _KINDS.get(column.type, "string"), storage
        native = TYPES[column.type].native
        if column.type not in self.natives or native is None:
            message = f"{self.name} has no type for a column of {column.type}, and the field is declared as native"
            raise UnsupportedError(message, code="no_native_type", hint="say storage, as what text it is stored")
        return native, storage

    def native_instant(self, text: Sql) -> Sql:
        """A column of the native type that knows its zone, as what ``constant`` compares with."""
        return text

    def element(self, text: Sql, column: Column) -> Value:
        """An element of a native array; a NULL among them is a null."""
        value = self.column(text, column)
        operands = {kind: operand._replace(indexed=False) for kind, operand in value.operands.items()}
        return Value(NOTHING, sql("{} IS NULL", text), value.true, value.false, operands)

    def column_has_value(self, text: Sql, column: Column) -> Sql:
        """Whether a column that is the value, or a native array, holds one."""
        return sql("{} IS NOT NULL", text)

    def some_related_row(self, table: Sql, pairs: Sequence[tuple[Sql, Sql]], condition: Sql) -> Sql:
        """Whether a row of another table meets a condition.

        The row is related if its column equals the caller's own column in each of the pairs ``(other, own)``.
        """
        on = join(" AND ", [sql("{} = {}", other, own) for other, own in pairs])
        return sql("EXISTS(SELECT 1 FROM {} WHERE {} AND ({}))", table, on, condition)

    def related_value(self, tables: Sql, pairs: Sequence[tuple[Sql, Sql]], joins: Sequence[Sql], value: Sql) -> Sql:
        """A value of the one row of other tables that is related to the row, to sort by; NULL if there is none.

        Raises UnsupportedError where the engine takes no such subquery.
        """
        if not self.sorts_related:
            raise UnsupportedError(f"{self.name} sorts by no value of a related row", code="not_ordered")
        on = join(" AND ", [*(sql("{} = {}", other, own) for other, own in pairs), *joins])
        return sql("(SELECT {} FROM {} WHERE {})", value, tables, on)

    def struct_field(self, text: Sql, steps: tuple[str | None, ...]) -> Sql:
        """A field in the structs of a column. Raises UnsupportedError where qlause cannot write it."""
        if steps:
            raise UnsupportedError(f"{self.name} takes no path in the structs of a column", code="no_structs")
        return text

    def some_struct_value(self, text: Sql, steps: tuple[str | None, ...], condition: Callable[[Sql], Sql]) -> Sql:
        """Whether a condition holds for some value that steps reach in the structs of a column; None: each element."""
        return condition(self.struct_field(text, steps))
