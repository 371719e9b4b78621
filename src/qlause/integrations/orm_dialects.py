"""The dialects of the hosts: where an engine lacks a type, both libraries store texts of the same form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from ..backends.sql.dialects import DialectName, dialect_named
from ..backends.sql.dialects.base import Dialect, Operand
from ..backends.sql.dialects.mysql import MySQL
from ..backends.sql.dialects.sqlite import SQLite
from ..backends.sql.fragment import P, Sql, join, sql
from ..bound.nodes import Constant, Kind
from ..errors import UnsupportedError

__all__ = ["host_dialect"]

_ALL: Final = frozenset({"date-time", "date", "uuid"})


class _HostSQLite(SQLite):
    """SQLite with date-times as ``YYYY-MM-DD HH:MM:SS[.fraction]`` in UTC, dates as ISO text, UUIDs as 32 digits."""

    natives: ClassVar[frozenset[str]] = _ALL
    storages: ClassVar[Mapping[str, str]] = {"date-time": "utc", "date": "native", "uuid": "native"}
    row_values: ClassVar[bool] = False  # an instant is equal to texts of several lengths

    def constant(self, kind: Kind, value: Any) -> Sql:
        if kind == "date":
            return Sql(P, (value.isoformat(),))
        return Sql(P, (value.hex,)) if kind == "uuid" else super().constant(kind, value)

    def compare(self, kind: Kind, operand: Operand, comparator: str, value: Constant) -> Sql:
        if not isinstance(value, datetime):
            return super().compare(kind, operand, comparator, value)
        if comparator == "=":
            return self.one_of(kind, operand, [value])
        least, greatest = _bounds(value)
        return self.side(operand.text, comparator, Sql(P, (least if comparator in (">=", "<") else greatest,)))

    def one_of(self, kind: Kind, operand: Operand, values: Sequence[Constant]) -> Sql:
        instants = [_bounds(value) for value in values if isinstance(value, datetime)]
        if not instants:
            return super().one_of(kind, operand, values)
        return sql("({})", join(" OR ", [Sql(f"{operand.text} BETWEEN {P} AND {P}", each) for each in instants]))


class _HostMySQL(MySQL):
    """MySQL with UUIDs as 32 digits."""

    natives: ClassVar[frozenset[str]] = _ALL

    def constant(self, kind: Kind, value: Any) -> Sql:
        return Sql(P, (value.hex,)) if kind == "uuid" else super().constant(kind, value)


_NAMES: Final[Mapping[str, DialectName]] = {"postgresql": "postgresql", "mariadb": "mariadb", "duckdb": "duckdb"}


def host_dialect(name: str, *, is_mariadb: bool, question_marks: bool) -> Dialect:
    """The dialect of a host's connection. Raises UnsupportedError where there is none.

    ``question_marks``: whether the driver takes ``?`` for a parameter wherever it stands.
    """
    if name == "sqlite":
        return _HostSQLite()
    if name == "mysql" and not is_mariadb:
        return _HostMySQL()
    known = _NAMES.get("mariadb" if name == "mysql" else name)
    if known is None:
        hint = f"there is for {', '.join(('sqlite', 'mysql', *_NAMES))}"
        raise UnsupportedError(f"there is no SQL for {name}", code="no_dialect", hint=hint)
    return dialect_named(known, "qmark" if question_marks else None)


def _bounds(value: datetime) -> tuple[str, str]:
    """The least and the greatest text of an instant, without zeros at the end of its fraction and with all six digits.

    Whatever is written between them is the same instant, so that texts with fractions of any length compare rightly.
    """
    text = value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return text.rstrip("0").removesuffix("."), text
