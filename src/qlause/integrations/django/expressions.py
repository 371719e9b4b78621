"""The expressions that Django resolves and compiles: a condition, the place behind a cursor, and a value to sort by."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

from django import conf
from django.db.models import BooleanField, DecimalField, Expression, F, Field

from ..._record import replace
from ...backends.sql.fragment import filled_sql
from ...backends.sql.keyset import seek_condition
from ...backends.sql.parts import Sql, render
from ...bound.cursor import Cursor
from ...bound.nodes import BoundSort, BoundSortKey
from ...bound.query import BoundQuery
from ...errors import UnsupportedError
from ..embedding import CONDITIONS, EmbeddedCompiler, embedded_compiler, sort_value, unsupported_key
from ..orm_dialects import orm_dialect
from .relations import refuse_several
from .schema import described_field

__all__ = ["PRIMARY_KEY", "BehindCursor", "Condition", "SortValue"]

PRIMARY_KEY: Final = "pk"
_BOOLEAN: Final = BooleanField()
_DIGITS_OF_DOUBLES: Final = 15
_UNTYPED: Final = Field()


class _Embedded(Expression):  # type: ignore[misc]  # Django has no types
    """An expression over some columns, which Django resolves."""

    def __init__(
        self, names: Sequence[str], document: str, output_field: Field[Any, Any], meaning: tuple[Any, ...]
    ) -> None:
        super().__init__(output_field=output_field)
        self.names = tuple(names)
        self.document = document
        self.meaning = meaning
        """All else that the expression is made of."""
        self.columns: list[Any] = [F(name) for name in self.names]

    @cached_property
    def identity(self) -> tuple[Any, ...]:
        """By this Django tells expressions apart. It would take a condition for another of the same constants."""
        return (self.__class__, self.names, self.document, self.meaning)

    def get_source_expressions(self) -> list[Any]:
        return self.columns

    def set_source_expressions(self, expressions: list[Any]) -> None:
        self.columns = list(expressions)

    def resolve_expression(self, query: Any = None, *arguments: Any, **named: Any) -> Any:
        """What Django asks of every expression. Raises ValueError for a column that leads to several rows."""
        for name in self.names:
            if query is not None and query.model is not None and name not in query.annotations:
                refuse_several(query.model, name)
        return super().resolve_expression(query, *arguments, **named)

    def written(self, compiler: EmbeddedCompiler) -> Sql:
        """The expression."""
        raise NotImplementedError  # each subclass has its own

    def refuse_inexact(self, compiler: EmbeddedCompiler) -> None:
        """Raise UnsupportedError for a decimal that SQLite keeps as a double of other digits than Django shows."""
        for name, column in zip(self.names, self.columns, strict=True):
            field = column.output_field
            if not isinstance(field, DecimalField) or compiler.dialect.name != "sqlite":
                continue
            if field.max_digits is None or field.max_digits > _DIGITS_OF_DOUBLES:
                message = f"SQLite keeps {_DIGITS_OF_DOUBLES} digits of a decimal, and {name} may have more"
                hint = f"declare max_digits={_DIGITS_OF_DOUBLES} or less, or sort by another field"
                raise UnsupportedError(message, code="not_ordered", hint=hint)

    def typed(self, key: BoundSortKey) -> BoundSortKey | None:
        """A key of a sort; that of the primary key with the type that it has in the query, None for a strange one."""
        column = key.target.column
        if column is None or column.name != PRIMARY_KEY:
            return key
        described = described_field(self.columns[self.names.index(PRIMARY_KEY)].output_field)
        if described is None:
            return None
        column = replace(column, type=described["type"], storage=described.get("storage"))
        return replace(key, target=replace(key.target, column=column))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """What Django asks of every expression."""
        columns = dict(zip(self.names, self.columns, strict=True))
        params: list[Any] = []

        def column(name: str) -> str:
            text, own_params = compiler.compile(columns[name])
            params.extend(own_params)
            field = columns[name].output_field
            if connection.vendor == "sqlite" and isinstance(field, DecimalField):
                return f"ROUND({text}, {field.decimal_places})"  # Django shows no more, and SQLite may hold more
            return str(text)

        def mark(value: Any) -> str:
            params.append(value)
            return "%s"

        text = render(
            self.written(_compiler(connection, self.document)),
            mark,
            text=_escaped,
            column=column,
            table=lambda names: _escaped(connection.ops.quote_name(".".join(names))),
            related=lambda part: f"{part.alias}.{_escaped(connection.ops.quote_name(part.name))}",
        )
        return f"({text})", params


class Condition(_Embedded):
    """The condition that an object is selected."""

    conditional = True

    def __init__(self, query: BoundQuery, names: Sequence[str], document: str) -> None:
        super().__init__(names, document, _BOOLEAN, (query,))
        self.bound = query

    def written(self, compiler: EmbeddedCompiler) -> Sql:
        """The expression."""
        condition, constants = CONDITIONS.find(self.bound, compiler.dialect, self.document, False)
        return filled_sql(condition, constants)


class BehindCursor(_Embedded):
    """The condition that an object stands behind a cursor in a sort."""

    conditional = True

    def __init__(self, sort: BoundSort, cursor: Cursor, backward: bool, names: Sequence[str], document: str) -> None:
        super().__init__(names, document, _BOOLEAN, (sort, cursor, backward))
        self.sort = sort
        self.cursor = cursor
        self.backward = backward

    def written(self, compiler: EmbeddedCompiler) -> Sql:
        """The expression."""
        self.refuse_inexact(compiler)
        keys = [self.typed(key) for key in self.sort.keys]
        if None in keys:
            raise unsupported_key()
        return seek_condition(
            compiler, BoundSort(tuple(key for key in keys if key is not None)), self.cursor, self.backward
        )


class SortValue(_Embedded):
    """One of the values that a key of a sort is compared by."""

    def __init__(self, key: BoundSortKey, index: int, names: Sequence[str], document: str) -> None:
        super().__init__(names, document, _UNTYPED, (key, index))
        self.key = key
        self.index = index

    def written(self, compiler: EmbeddedCompiler) -> Sql:
        """The expression."""
        self.refuse_inexact(compiler)
        key = self.typed(self.key)
        return compiler.own(PRIMARY_KEY) if key is None else sort_value(compiler, key, self.index)


def _compiler(connection: Any, document: str) -> EmbeddedCompiler:
    is_mariadb: bool = getattr(connection, "mysql_is_mariadb", False)
    native_uuid: bool = connection.features.has_native_uuid_field
    vendor = connection.vendor
    dialect = orm_dialect(vendor, is_mariadb=is_mariadb, question_marks=False, native_uuid=native_uuid)
    if conf.settings.USE_TZ and vendor != "postgresql" and connection.timezone_name != "UTC":
        message = f"the database {connection.alias} keeps date-times in {connection.timezone_name}"
        raise UnsupportedError(
            message, code="time_zone", hint="qlause reads them in UTC: take TIME_ZONE out of DATABASES"
        )
    return embedded_compiler(dialect, document)


def _escaped(text: str) -> str:
    return text.replace("%", "%%")
