"""Query, sort and fields → SQLAlchemy 2: elements for Core tables and ORM classes, and a schema derived from these.

``where`` and ``order_by`` give elements that are written when a statement is compiled, in the dialect of its engine;
columns are the real ones, so that aliases, joins and schema translation are SQLAlchemy's own. Values are bound
parameters, and SQLAlchemy keeps compiled statements by the structure of the query, as it does its own.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import Any, Unpack, cast

from sqlalchemy import ColumnElement, Table, true

from ...backends.sql.compiler import column_names
from ...backends.sql.order_by import is_column
from ...bound.binder import BindOptions, bind
from ...bound.cursor import Cursor, values_for
from ...bound.fields import FieldsOptions, bind_fields
from ...bound.nodes import BoundSort
from ...bound.resolve import refuse_unknown
from ...bound.sort import SortOptions, bind_sort
from ...syntax.nodes import Fields, Query, Sort
from ..embedding import SORT_VALUES, column_names_of, targets_of, unsupported_key, with_key
from .expressions import BehindCursor, Condition, SortTerm, SortValue
from .schema import Source, picked, primary_key_of, schema_of, sorted_column

__all__ = ["Source", "after", "columns", "cursor_of", "order_by", "schema_of", "where"]


def where(
    query: str | Query, source: Source, *, document: str = "doc", **options: Unpack[BindOptions]
) -> ColumnElement[bool]:
    """Make the condition that a row of a source is selected.

    It is never NULL, so ``~``, ``&`` and ``|`` of SQLAlchemy are exact on it.

    Args:
        query: The text of ``q``, or a parsed query.
        source: Whose columns are meant: a class, ``aliased()`` of one, a Core table, an alias or a subquery.
        document: The JSON column that holds every field without a column; without a schema, all fields.
        **options: ``schema`` (see :func:`schema_of`), ``now``, ``timezone``, ``language`` and ``limits``, see
            :class:`qlause.BindOptions`.

    Returns:
        The condition, for ``where``, ``join``, ``update`` and wherever else a condition goes. Its text is written when
        a statement is compiled. Compiling raises UnsupportedError for a database that qlause does not write SQL for
        (``no_dialect``) or that cannot keep the rules.

    Raises:
        QuerySyntaxError: The text is not in the language (``syntax`` and other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_depth``, ``limit_tests``,
            ``limit_list``, ``limit_path``, ``limit_contains``).
        UnknownFieldError: The schema has no such field (``unknown_field``), it cannot be filtered by
            (``not_filterable``), or it is named without a language (``language_needed``).
        OperatorNotAllowedError: The field does not take the operator (``operator_not_allowed``).
        ValueReadingError: A value cannot be read as the type of its field (``value``).
        ValueError: The source does not have a column that the schema names.

    Example:
        >>> from sqlalchemy import Column, Integer, MetaData, String, Table
        >>> users = Table("users", MetaData(), Column("id", Integer, primary_key=True), Column("name", String))
        >>> schema = schema_of(users)
        >>> str(where("id:1", users, schema=schema))
        '((users.id = CAST(:param_1 AS bigint) AND users.id IS NOT NULL))'

    """
    bound = bind(query, **options)
    names = column_names_of(targets_of(bound.root), document)
    return Condition(bound, source, names, document)


def order_by(
    sort: str | Sort,
    source: Source,
    *,
    document: str = "doc",
    backward: bool = False,
    **options: Unpack[SortOptions],
) -> list[ColumnElement[Any]]:
    """Make what to sort by, for ``order_by(*...)``.

    The primary key is appended, so that the order is total, unless ``unique`` names another field, or None.

    Args:
        sort: The text of ``sort``, or a parsed sort.
        source: Whose columns are meant: a class, ``aliased()`` of one, a Core table, an alias or a subquery.
        document: The JSON column that holds every field without a column.
        backward: Whether to reverse the order exactly, for the page before a cursor.
        **options: ``schema``, ``unique``, ``nulls``, ``language``, ``strict`` and ``limits``, see
            :class:`qlause.SortOptions`.

    Returns:
        The terms, the most significant first; empty if there is nothing to sort by.

    Raises:
        QuerySyntaxError: The sort is not in the language (``syntax`` and other codes).
        LimitExceededError: The sort is larger than the limits (``limit_length``, ``limit_path``).
        UnknownFieldError: The schema has no such field (``unknown_field``), or it cannot be sorted by
            (``not_sortable``), or it is named without a language (``language_needed``).
        OperatorNotAllowedError: The field is an array or an object (``not_ordered``).
        UnsupportedError: The field has several values (``not_ordered``), when a statement is compiled.
        ValueError: The source does not have a column that the schema names.

    Example:
        >>> from sqlalchemy import Column, Integer, MetaData, String, Table
        >>> users = Table("users", MetaData(), Column("id", Integer, primary_key=True), Column("name", String))
        >>> schema = schema_of(users)
        >>> [str(term) for term in order_by("name:desc", users, schema=schema)]
        ['(users.name COLLATE "C") DESC NULLS LAST', '(users.id)']

    """
    refuse_unknown(options, SortOptions)
    terms = _kept_terms if isinstance(sort, str) and isinstance(source, (type, Table)) else _terms
    return list(terms(sort, source, document, backward, tuple(options.items())))  # type: ignore[arg-type]  # hashable


def _terms(
    sort: str | Sort, source: Source, document: str, backward: bool, options: tuple[tuple[str, Any], ...]
) -> list[ColumnElement[Any]]:
    bound, last = _bound(sort, source, cast("SortOptions", dict(options)))
    terms: list[Any] = []
    for key in (bound.reversed() if backward else bound).keys:
        names = column_names_of([key.target], document)
        indexes = range(1 if is_column(key) else SORT_VALUES)
        terms += [SortTerm(SortValue(key, index, source, names, document), key) for index in indexes]
    return terms + [column.desc() if backward else column for column in last]


_kept_terms = lru_cache(maxsize=256)(_terms)  # they hold nothing of a request but the names of fields


def after(
    sort: str | Sort,
    cursor: Cursor | None,
    source: Source,
    *,
    document: str = "doc",
    backward: bool = False,
    **options: Unpack[SortOptions],
) -> ColumnElement[bool]:
    """Make the condition that a row comes after a cursor in a sort.

    Use it beside the condition of the query, with :func:`order_by` of the same sort, options and ``backward``, and a
    limit. NULL counts as false in it.

    Args:
        sort: The text of ``sort``, or a parsed sort.
        cursor: The cursor of the last row of the page before. None: the first page, and the condition is always true.
        source: Whose columns are meant: a class, ``aliased()`` of one, a Core table, an alias or a subquery.
        document: The JSON column that holds every field without a column.
        backward: Whether to select what comes before the cursor.
        **options: ``schema``, ``unique``, ``nulls``, ``language``, ``strict`` and ``limits``, see
            :class:`qlause.SortOptions`.

    Returns:
        The condition, for ``statement.where(...)``.

    Raises:
        QuerySyntaxError: The sort is not in the language (``syntax`` and other codes).
        LimitExceededError: The sort is larger than the limits (``limit_length``, ``limit_path``).
        UnknownFieldError: The schema has no such field (``unknown_field``), or it cannot be sorted by
            (``not_sortable``), or it is named without a language (``language_needed``).
        OperatorNotAllowedError: The field is an array or an object (``not_ordered``).
        CursorError: The cursor is of another sort (``cursor_sort``) or, when a statement is compiled, its values are
            not of the types of the columns (``cursor_value``).
        UnsupportedError: A field has several values, or the primary key is of a type that fields do not have
            (``not_ordered``).
        TypeError: ``cursor`` is not a Cursor; decode the client's text first.
        ValueError: The source does not have a column that the schema names.

    Example:
        >>> from sqlalchemy import Column, Integer, MetaData, String, Table
        >>> users = Table("users", MetaData(), Column("id", Integer, primary_key=True), Column("name", String))
        >>> schema = schema_of(users)
        >>> str(after("name", None, users, schema=schema))
        'true'

    """
    bound = _total(sort, source, options)
    if cursor is None:
        return true()
    values_for(cursor, bound)
    return BehindCursor(
        bound, cursor, backward, source, column_names_of([key.target for key in bound.keys], document), document
    )


def cursor_of(
    sort: str | Sort, row: Any, source: Source, *, document: str = "doc", **options: Unpack[SortOptions]
) -> Cursor:
    """Make the cursor of a row: its place in a sort.

    Args:
        sort: The text of ``sort``, or a parsed sort.
        row: An object of the class, or a row of ``select(User)`` or ``select(User.__table__)``.
        source: Whose columns are meant: a class, ``aliased()`` of one, a Core table, an alias or a subquery.
        document: The JSON column that holds every field without a column.
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
        >>> from sqlalchemy import Column, Integer, MetaData, String, Table
        >>> users = Table("users", MetaData(), Column("id", Integer, primary_key=True), Column("name", String))
        >>> schema = schema_of(users)
        >>> from types import SimpleNamespace
        >>> cursor_of("name", SimpleNamespace(id=1, name="Ada"), users, schema=schema).values
        ((2, 'Ada'), (1, 1))

    """
    return Cursor.in_bound(_total(sort, source, options), _Attributes(row, source), document)


class _Attributes:
    """An object or a row, its values by the names of columns, a member of an Enum as what is stored of it."""

    def __init__(self, row: Any, source: Source) -> None:
        self.row = row
        self.source = source

    def __getitem__(self, name: str) -> Any:
        (column,) = picked(self.source, [name])
        try:
            value = getattr(self.row, column.key)
        except AttributeError as error:
            raise KeyError(name) from error
        if not isinstance(value, Enum):
            return value
        return column.type.enums[list(type(value).__members__).index(value.name)]


def _bound(sort: str | Sort, source: Source, options: SortOptions) -> tuple[BoundSort, list[Any]]:
    """The sort, which ends in the primary key unless the caller names a unique field, or none.

    Besides, the columns of the primary key that are of types which only SQLAlchemy can sort by.
    """
    if "unique" in options:
        return bind_sort(sort, **options), []
    options["unique"] = None
    primary_key = [(column, sorted_column(column)) for column in primary_key_of(source)]
    bound = with_key(bind_sort(sort, **options), [described for _, described in primary_key if described is not None])
    return bound, [column for column, described in primary_key if described is None]


def _total(sort: str | Sort, source: Source, options: SortOptions) -> BoundSort:
    """The same, for places in it."""
    bound, strange = _bound(sort, source, options)
    if strange:
        raise unsupported_key()
    return bound


def columns(
    fields: str | Fields, source: Source, *, document: str = "doc", **options: Unpack[FieldsOptions]
) -> list[Any]:
    """Name the columns or attributes that hold the asked fields, each once.

    ``python.projector`` shapes what comes back.

    Args:
        fields: The text of ``fields``, or parsed fields. If it is empty: all that the schema lets out, except related
            rows.
        source: Whose columns are meant: a class, ``aliased()`` of one, a Core table, an alias or a subquery.
        document: The JSON column that holds every field without a column.
        **options: ``schema``, ``always`` and others, see :class:`qlause.FieldsOptions`.

    Returns:
        The columns or attributes, for ``select(...)`` or ``load_only(...)``.

    Raises:
        QuerySyntaxError: The text is not in the language (``syntax`` and other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_path``).
        UnknownFieldError: The schema has no such field (``unknown_field``), or it must not come out
            (``not_projectable``).
        UnsupportedError: A field is of related rows (``related_rows``).
        ValueError: The source does not have a column that the schema names.

    Example:
        >>> from sqlalchemy import Column, Integer, MetaData, String, Table
        >>> users = Table("users", MetaData(), Column("id", Integer, primary_key=True), Column("name", String))
        >>> schema = schema_of(users)
        >>> [column.name for column in columns("name", users, schema=schema, always=["id"])]
        ['name', 'id']

    """
    return picked(source, column_names(bind_fields(fields, **options), document))
