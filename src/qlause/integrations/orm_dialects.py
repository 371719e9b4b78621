"""The dialects of the ORMs: where an engine lacks a type, both libraries store texts of the same form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, ClassVar, Final
from uuid import UUID

from ..backends.sql.dialects import DIALECTS, dialect_named
from ..backends.sql.dialects.base import Dialect
from ..backends.sql.dialects.mariadb import MariaDB
from ..backends.sql.dialects.mysql import MySQL
from ..backends.sql.dialects.operands import Operand
from ..backends.sql.dialects.sqlite import SQLite
from ..backends.sql.parts import Sql, bind, join, sql
from ..bound.nodes import Comparand, Kind
from ..bound.param import compute
from ..errors import UnsupportedError

__all__ = ["orm_dialect"]

_ALL: Final = frozenset({"date-time", "date", "time", "uuid"})
_OF_SEVERAL_LENGTHS: Final[frozenset[Kind]] = frozenset({"instant", "time"})


class _OrmSQLite(SQLite):
    """SQLite with date-times as ``YYYY-MM-DD HH:MM:SS[.fraction]`` in UTC, dates and times as ISO text, UUIDs as
    32 digits.
    """

    natives: ClassVar[frozenset[str]] = _ALL
    storages: ClassVar[Mapping[str, str]] = {"date-time": "utc"}
    row_values: ClassVar[bool] = False  # an instant or a time is equal to texts of several lengths

    def constant(self, kind: Kind, value: Any) -> Sql:
        if kind == "date":
            return bind(compute(date.isoformat, value))
        if kind == "time":
            return bind(compute(_greatest_text, value))
        return bind(compute(_digits, value)) if kind == "uuid" else super().constant(kind, value)

    def compare(self, kind: Kind, operand: Operand, comparator: str, value: Comparand) -> Sql:
        if kind not in _OF_SEVERAL_LENGTHS:
            return super().compare(kind, operand, comparator, value)
        if comparator == "=":
            return self.one_of(kind, operand, [value])
        bound = _least_text if comparator in (">=", "<") else _greatest_text
        return self.comparison(operand.text, comparator, bind(compute(bound, value)))

    def one_of(self, kind: Kind, operand: Operand, values: Sequence[Comparand]) -> Sql:
        if kind not in _OF_SEVERAL_LENGTHS:
            return super().one_of(kind, operand, values)
        sides = []
        for value in values:
            least, greatest = bind(compute(_least_text, value)), bind(compute(_greatest_text, value))
            sides.append(sql("{} BETWEEN {} AND {}", operand.text, least, greatest))
        return sql("({})", join(" OR ", sides))


class _OrmMySQL(MySQL):
    """MySQL with UUIDs as 32 digits."""

    natives: ClassVar[frozenset[str]] = _ALL

    def constant(self, kind: Kind, value: Any) -> Sql:
        return bind(compute(_digits, value)) if kind == "uuid" else super().constant(kind, value)


class _OrmMariaDB(MariaDB):
    """MariaDB with UUIDs as 32 digits, for a library that does not know its type. Columns of the type work too."""

    def constant(self, kind: Kind, value: Any) -> Sql:
        return bind(compute(_digits, value)) if kind == "uuid" else super().constant(kind, value)

    def order_key(self, kind: Kind, operand: Operand) -> Sql:
        key = super().order_key(kind, operand)
        return sql("REPLACE({}, '-', '')", key) if kind == "uuid" else key


_OWN: Final[Mapping[str, type[Dialect]]] = {"sqlite": _OrmSQLite, "mysql": _OrmMySQL}
_NAMES: Final = tuple(name for name, row in DIALECTS.items() if row.in_orms)


@lru_cache(maxsize=32)
def orm_dialect(name: str, *, is_mariadb: bool, question_marks: bool, native_uuid: bool) -> Dialect:
    """The dialect of a library's connection. Raises UnsupportedError where there is none.

    ``question_marks``: whether the driver takes ``?`` for a parameter wherever it is. ``native_uuid``: whether the
    library stores UUIDs in the engine's own type.
    """
    engine = "mariadb" if name == "mysql" and is_mariadb else name
    known = next((dialect for dialect in _NAMES if dialect == engine), None)
    if known is None:
        hint = f"qlause writes SQL for {', '.join(_NAMES)}"
        raise UnsupportedError(f"there is no SQL for {name}", code="no_dialect", hint=hint)
    if known == "mariadb" and not native_uuid:
        return _OrmMariaDB(DIALECTS[known].paramstyle)
    if known in _OWN:
        return _OWN[known](DIALECTS[known].paramstyle)
    return dialect_named(known, "qmark" if question_marks else None)


# Whatever is written between the two is the same instant or time, so that texts with fractions of any length compare
# rightly.


def _least_text(value: datetime | time) -> str:
    """The least text: without zeros at the end of its fraction."""
    return _greatest_text(value).rstrip("0").removesuffix(".")


def _greatest_text(value: datetime | time) -> str:
    """The greatest text: with all six digits."""
    if isinstance(value, time):
        return value.isoformat("microseconds")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _digits(value: UUID) -> str:
    return value.hex
