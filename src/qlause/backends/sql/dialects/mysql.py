"""MySQL 8.0.17 or later: MariaDB's expressions over JSON that is parsed when it is stored, with MySQL's collations."""

from __future__ import annotations

from typing import ClassVar

from ....bound.param import Deferred
from ..parts import Sql, bind, raw, sql
from .mariadb import JSON, MariaDB
from .operands import Value

__all__ = ["MySQL"]


class MySQL(MariaDB):
    """The expressions of MySQL."""

    name: ClassVar[str] = "mysql"
    natives: ClassVar[frozenset[str]] = frozenset({"date-time", "date", "time"})
    by_code_point: ClassVar[str] = "utf8mb4_0900_bin"
    with_letters: ClassVar[str] = "utf8mb4_0900_ai_ci"
    number_types: ClassVar[str] = "'INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL'"
    # CAST of an unsigned number of JSON to DECIMAL is wrong from 2^63.
    whole_numbers: ClassVar[str] = "WHEN json_type({raw}) = 'UNSIGNED INTEGER' THEN CAST({raw} AS UNSIGNED)"
    # MySQL may compute the rows of a semijoin once for all rows of the table, although json_table depends on the row.
    # It makes no semijoin of a subquery with STRAIGHT_JOIN.
    select: ClassVar[str] = "SELECT STRAIGHT_JOIN"

    def elements(self, value: Sql, name: str) -> Sql:
        # A value that is no array is taken for an array of it.
        return sql(f"json_table({{}}, '$[0 to last]' {JSON}) {name}", value)

    def element_of(self, name: str) -> Value:
        value = super().element_of(name)
        # json_table has NULL for the null of JSON.
        return Value(value.present, raw(f"{name}.qv IS NULL"), value.true, value.false, value.operands)

    def path_finds(self, key: str) -> bool:
        return True

    def json_boolean(self, name: str) -> Sql:
        return raw(f"CAST('{name}' AS JSON)")

    def position(self, key: Sql, text: str | Deferred) -> Sql:
        return sql("LOCATE({}, {})", bind(text), key)

    def fold(self, text: Sql) -> Sql:
        # LOWER cuts a text behind these two: their small letters, in UTF-8, are longer.
        for letter, small in (("0xC8BA", "0xE2B1A5"), ("0xC8BE", "0xE2B1A6")):
            text = sql(f"REPLACE({{}}, _utf8mb4 {letter}, _utf8mb4 {small})", self.exact(text))
        return super().fold(text)
