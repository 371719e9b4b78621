"""Query, sort and fields → Django: a ``Q``, lists for ``order_by`` and ``only``, and a schema derived from a model.

Conditions are written when Django compiles a query, for the database that it goes to; columns are resolved by Django,
so that joins and aliases are its own. Values are parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cached_property
from typing import Any, Final, Unpack

from django import conf
from django.db.models import BooleanField, Expression, F, Field, OrderBy, Q

from ..._record import replace
from ...backends.sql.compiler import column_names
from ...backends.sql.fragment import filled_sql
from ...backends.sql.keyset import seek_condition
from ...backends.sql.order_by import is_column, is_nullable_column
from ...backends.sql.parts import Sql, render
from ...bound.binder import BindOptions, bind
from ...bound.cursor import Cursor, values_for
from ...bound.fields import FieldsOptions, bind_fields
from ...bound.nodes import BoundQuery, BoundSort, BoundSortKey
from ...bound.sort import SortOptions, bind_sort
from ...errors import UnsupportedError
from ...schema.storage import Column
from ...syntax.nodes import Fields, Query, Sort
from ..embedding import (
    CONDITIONS,
    SORT_VALUES,
    EmbeddedCompiler,
    column_names_of,
    sort_value,
    targets_of,
    unsupported_key,
    with_key,
)
from ..orm_dialects import orm_dialect
from .schema import described_field, schema_of

__all__ = ["after", "cursor_of", "only", "order_by", "schema_of", "where"]

_PRIMARY_KEY: Final = "pk"
_BOOLEAN: Final = BooleanField()
_UNTYPED: Final = Field()


def where(query: str | Query, *, document: str = "doc", **options: Unpack[BindOptions]) -> Q:
    """Make the condition that an object is selected.

    It is never NULL, so ``~``, ``&``, ``|`` and ``exclude`` are exact on it.

    Args:
        query: The text of ``q``, or a parsed query.
        document: The JSONField that holds every field without a column; without a schema, all fields.
        **options: ``schema`` (see :func:`schema_of`), ``now``, ``timezone``, ``language`` and ``limits``, see
            :class:`qlause.BindOptions`.

    Returns:
        The condition, for ``filter``, ``exclude``, ``When`` and wherever else a ``Q`` goes. A column of the schema is
        what a lookup names: a field of the model, a path through foreign keys (``customer__name``) or an annotation.
        Compiling raises FieldError for a name that the model does not have, and UnsupportedError for a database that
        qlause does not write SQL for (``no_dialect``), that cannot keep the rules, or that keeps date-times in a zone
        other than UTC (``time_zone``).

    Raises:
        QuerySyntaxError: The text is not in the language (``syntax`` and other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_depth``, ``limit_tests``,
            ``limit_list``, ``limit_path``, ``limit_contains``).
        UnknownFieldError: The schema has no such field (``unknown_field``), it cannot be filtered by
            (``not_filterable``), or it is named without a language (``language_needed``).
        OperatorNotAllowedError: The field does not take the operator (``operator_not_allowed``).
        ValueReadingError: A value cannot be read as the type of its field (``value``).

    Example:
        >>> from examples.shop.models import Customer
        >>> schema = schema_of(Customer)
        >>> str(Customer.objects.filter(where("id:1", schema=schema)).only("id").query)
        'SELECT "shop_customer"."id" FROM "shop_customer" WHERE (("shop_customer"."id" = 1 ...))'

    """
    bound = bind(query, **options)
    return Q(_Condition(bound, column_names_of(targets_of(bound.root), document), document))


def order_by(
    sort: str | Sort, *, document: str = "doc", backward: bool = False, **options: Unpack[SortOptions]
) -> list[Any]:
    """Make what to sort by, for ``order_by(*...)``.

    The primary key is appended, so that the order is total, unless ``unique`` names another field, or None.

    Args:
        sort: The text of ``sort``, or a parsed sort.
        document: The JSONField that holds every field without a column.
        backward: Whether to reverse the order exactly, for the page before a cursor.
        **options: ``schema``, ``unique``, ``nulls``, ``language``, ``strict`` and ``limits``, see
            :class:`qlause.SortOptions`.

    Returns:
        The terms, the most significant first.

    Raises:
        QuerySyntaxError: The sort is not in the language (``syntax`` and other codes).
        LimitExceededError: The sort is larger than the limits (``limit_length``, ``limit_path``).
        UnknownFieldError: The schema has no such field (``unknown_field``), or it cannot be sorted by
            (``not_sortable``), or it is named without a language (``language_needed``).
        OperatorNotAllowedError: The field is an array or an object (``not_ordered``).
        UnsupportedError: The field has several values (``not_ordered``), when a query is compiled.

    Example:
        >>> from examples.shop.models import Customer
        >>> schema = schema_of(Customer)
        >>> len(order_by("name:desc", schema=schema))
        2

    """
    bound = _bound(sort, options)
    terms: list[Any] = []
    for key in (bound.reversed() if backward else bound).keys:
        names = column_names_of([key.target], document)
        indexes = range(1 if is_column(key) else SORT_VALUES)
        nulls = {"nulls_last": True} if key.nulls_last else {"nulls_first": True}
        terms += [
            OrderBy(
                _SortValue(key, index, names, document), key.descending, **(nulls if is_nullable_column(key) else {})
            )
            for index in indexes
        ]
    return terms


def after(
    sort: str | Sort,
    cursor: Cursor | None,
    *,
    document: str = "doc",
    backward: bool = False,
    **options: Unpack[SortOptions],
) -> Q:
    """Make the condition that an object comes after a cursor in a sort.

    Use it beside the condition of the query, with :func:`order_by` of the same sort, options and ``backward``, and a
    limit. NULL counts as false in it.

    Args:
        sort: The text of ``sort``, or a parsed sort.
        cursor: The cursor of the last row of the page before. None: the first page, and the condition is always true.
        document: The JSONField that holds every field without a column.
        backward: Whether to select what comes before the cursor.
        **options: ``schema``, ``unique``, ``nulls``, ``language``, ``strict`` and ``limits``, see
            :class:`qlause.SortOptions`.

    Returns:
        The condition, for ``filter``.

    Raises:
        QuerySyntaxError: The sort is not in the language (``syntax`` and other codes).
        LimitExceededError: The sort is larger than the limits (``limit_length``, ``limit_path``).
        UnknownFieldError: The schema has no such field (``unknown_field``), or it cannot be sorted by
            (``not_sortable``), or it is named without a language (``language_needed``).
        OperatorNotAllowedError: The field is an array or an object (``not_ordered``).
        CursorError: The cursor is of another sort (``cursor_sort``) or, when a query is compiled, its values are not of
            the types of the columns (``cursor_value``).
        UnsupportedError: A field has several values, or the primary key is of a type that fields do not have
            (``not_ordered``).
        TypeError: ``cursor`` is not a Cursor; decode the client's text first.

    Example:
        >>> from examples.shop.models import Customer
        >>> schema = schema_of(Customer)
        >>> after("name", None, schema=schema)
        <Q: (AND: )>

    """
    bound = _bound(sort, options)
    if cursor is None:
        return Q()
    values_for(cursor, bound)
    names = column_names_of([key.target for key in bound.keys], document)
    return Q(_BehindCursor(bound, cursor, backward, names, document))


def cursor_of(sort: str | Sort, row: Any, *, document: str = "doc", **options: Unpack[SortOptions]) -> Cursor:
    """Make the cursor of a row: its place in a sort.

    Args:
        sort: The text of ``sort``, or a parsed sort.
        row: An object, or a dict as ``values()`` gives it, with ``pk`` among its keys.
        document: The JSONField that holds every field without a column.
        **options: ``schema``, ``unique``, ``nulls``, ``language``, ``strict`` and ``limits``, see
            :class:`qlause.SortOptions`.

    Returns:
        The cursor. Encode it before a client gets it.

    Raises:
        QuerySyntaxError: The sort is not in the language (``syntax`` and other codes).
        LimitExceededError: The sort is larger than the limits (``limit_length``, ``limit_path``).
        UnknownFieldError: The schema has no such field (``unknown_field``), or it cannot be sorted by
            (``not_sortable``), or it is named without a language (``language_needed``).
        OperatorNotAllowedError: The field is an array or an object (``not_ordered``).
        UnsupportedError: The primary key is of a type that fields do not have (``not_ordered``).
        ValueError: The row lacks a column of the sort.

    Example:
        >>> from examples.shop.models import Customer
        >>> schema = schema_of(Customer)
        >>> cursor_of("name", {"pk": 1, "name": "Ada"}, schema=schema).values
        ((2, 'Ada'), (1, 1))

    """
    return Cursor.in_bound(_bound(sort, options), _Attributes(row), document)


class _Attributes:
    """An object or a dict, its values by lookups of columns."""

    def __init__(self, row: Any) -> None:
        self.row = row

    def __getitem__(self, name: str) -> Any:
        if isinstance(self.row, Mapping):
            return self.row[name]
        value = self.row
        for part in name.split("__"):
            try:
                value = None if value is None else getattr(value, part)
            except AttributeError as error:
                raise KeyError(name) from error
        return value.value if isinstance(value, Enum) else value


def _bound(sort: str | Sort, options: SortOptions) -> BoundSort:
    """The sort, which ends in the primary key unless the caller names a unique field, or none."""
    if "unique" in options:
        return bind_sort(sort, **options)
    options["unique"] = None
    # Whose key it is, and of which type, is known when a query is compiled.
    return with_key(bind_sort(sort, **options), [Column(_PRIMARY_KEY, None, "any", None, array=False)])


def only(fields: str | Fields, *, document: str = "doc", **options: Unpack[FieldsOptions]) -> list[str]:
    """Name the fields of the model that hold the asked fields, each once.

    ``python.projector`` shapes what comes back.

    Args:
        fields: The text of ``fields``, or parsed fields. If it is empty: all that the schema lets out, except related
            rows.
        document: The JSONField that holds every field without a column.
        **options: ``schema``, ``always`` and others, see :class:`qlause.FieldsOptions`.

    Returns:
        Their names, for ``only(*...)`` or ``values(*...)``.

    Raises:
        QuerySyntaxError: The text is not in the language (``syntax`` and other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_path``).
        UnknownFieldError: The schema has no such field (``unknown_field``), or it must not come out
            (``not_projectable``).
        UnsupportedError: A field is of related rows (``related_rows``).

    Example:
        >>> from examples.shop.models import Customer
        >>> schema = schema_of(Customer)
        >>> only("name", schema=schema, always=["id"])
        ['name', 'id']

    """
    return list(column_names(bind_fields(fields, **options), document))


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

    def written(self, compiler: EmbeddedCompiler) -> Sql:
        """The expression."""
        raise NotImplementedError  # each subclass has its own

    def typed(self, key: BoundSortKey) -> BoundSortKey | None:
        """A key of a sort; that of the primary key with the type that it has in the query, None for a strange one."""
        column = key.target.column
        if column is None or column.name != _PRIMARY_KEY:
            return key
        described = described_field(self.columns[self.names.index(_PRIMARY_KEY)].output_field)
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
        )
        return f"({text})", params


class _Condition(_Embedded):
    conditional = True

    def __init__(self, query: BoundQuery, names: Sequence[str], document: str) -> None:
        super().__init__(names, document, _BOOLEAN, (query,))
        self.bound = query

    def written(self, compiler: EmbeddedCompiler) -> Sql:
        condition, constants = CONDITIONS.find(self.bound.root, compiler.dialect, self.document, False)
        return filled_sql(condition, constants)


class _BehindCursor(_Embedded):
    conditional = True

    def __init__(self, sort: BoundSort, cursor: Cursor, backward: bool, names: Sequence[str], document: str) -> None:
        super().__init__(names, document, _BOOLEAN, (sort, cursor, backward))
        self.sort = sort
        self.cursor = cursor
        self.backward = backward

    def written(self, compiler: EmbeddedCompiler) -> Sql:
        keys = [self.typed(key) for key in self.sort.keys]
        if None in keys:
            raise unsupported_key()
        return seek_condition(
            compiler, BoundSort(tuple(key for key in keys if key is not None)), self.cursor, self.backward
        )


class _SortValue(_Embedded):
    def __init__(self, key: BoundSortKey, index: int, names: Sequence[str], document: str) -> None:
        super().__init__(names, document, _UNTYPED, (key, index))
        self.key = key
        self.index = index

    def written(self, compiler: EmbeddedCompiler) -> Sql:
        key = self.typed(self.key)
        return compiler.own(_PRIMARY_KEY) if key is None else sort_value(compiler, key, self.index)


def _compiler(connection: Any, document: str) -> EmbeddedCompiler:
    is_mariadb: bool = getattr(connection, "mysql_is_mariadb", False)
    dialect = orm_dialect(connection.vendor, is_mariadb=is_mariadb, question_marks=False)
    if conf.settings.USE_TZ and connection.vendor != "postgresql" and connection.timezone_name != "UTC":
        message = f"the database {connection.alias} keeps date-times in {connection.timezone_name}"
        raise UnsupportedError(
            message, code="time_zone", hint="qlause reads them in UTC: take TIME_ZONE out of DATABASES"
        )
    return EmbeddedCompiler(dialect, document)


def _escaped(text: str) -> str:
    return text.replace("%", "%%")
