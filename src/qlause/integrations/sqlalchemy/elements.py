"""Query, sort and fields → SQLAlchemy 2: elements for Core tables and ORM classes, and a schema derived from these.

``where`` and ``order_by`` give elements that are written when a statement is compiled, in the dialect of its engine;
columns are the real ones, so that aliases, joins and schema translation are SQLAlchemy's own. Values are bound
parameters, and SQLAlchemy keeps compiled statements by the structure of the query, as it does its own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, Unpack, cast

from sqlalchemy import ColumnElement, Table, true

from ...backends.sql.order_by import is_column
from ...backends.sql.statements import column_names
from ...bound.binder import BindOptions, bind
from ...bound.cursor import Cursor, values_for
from ...bound.fields import FieldsOptions, bind_fields
from ...bound.nodes import BoundFields, BoundSort
from ...bound.query import BoundQuery
from ...bound.resolve import refuse_unknown, use_document_column
from ...bound.sort import SortOptions, bind_sort
from ...syntax.nodes import Fields, Query, Sort
from ..embedding import SORT_VALUES, column_names_of, columns_of_query, unsupported_key, with_key
from .column_types import driver_value
from .expressions import BehindCursor, Condition, SortTerm, SortValue
from .schema import Source, picked, primary_key_of, related_attribute, schema_of, sorted_column

__all__ = ["Attributes", "Source", "after", "columns", "cursor_of", "order_by", "schema_of", "where"]


def where(
    query: str | Query | BoundQuery, source: Source, *, document: str = "doc", **options: Unpack[BindOptions]
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
    use_document_column(options, document)
    bound = bind(query, **options)
    names = bound.derived(columns_of_query, document)
    return Condition(bound, source, names, document)


def order_by(
    sort: str | Sort | BoundSort,
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
        ['(CAST(users.name AS text) COLLATE "C") DESC NULLS LAST', '(users.id) DESC']

    """
    refuse_unknown(options, SortOptions)
    use_document_column(options, document)
    is_short = isinstance(sort, BoundSort) or (isinstance(sort, str) and len(sort) <= _KEPT_SORT)
    terms = _kept_terms if is_short and isinstance(source, (type, Table)) else _terms
    return list(terms(sort, source, document, backward, tuple(options.items())))  # type: ignore[arg-type]  # hashable


def _terms(
    sort: str | Sort | BoundSort, source: Source, document: str, backward: bool, options: tuple[tuple[str, Any], ...]
) -> list[ColumnElement[Any]]:
    bound, last = _bound(sort, source, cast("SortOptions", dict(options)))
    terms: list[Any] = []
    for key in (bound.reversed() if backward else bound).keys:
        names = column_names_of([key.target], document)
        indexes = range(1 if is_column(key) else SORT_VALUES)
        terms += [SortTerm(SortValue(key, index, source, names, document), key) for index in indexes]
    descending = bound.ends_descending != backward
    return terms + [column.desc() if descending else column for column in last]


_KEPT_SORT: Final = 64  # characters of a sort whose terms are kept
_kept_terms = lru_cache(maxsize=128)(_terms)  # they hold nothing of a request but the names of fields


def after(
    sort: str | Sort | BoundSort,
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
    use_document_column(options, document)
    bound = _total(sort, source, options)
    if cursor is None:
        return true()
    values_for(cursor, bound)
    return BehindCursor(
        bound, cursor, backward, source, column_names_of([key.target for key in bound.keys], document), document
    )


def cursor_of(
    sort: str | Sort | BoundSort, row: Any, source: Source, *, document: str = "doc", **options: Unpack[SortOptions]
) -> Cursor:
    """Make the cursor of a row: its place in a sort.

    Args:
        sort: The text of ``sort``, or a parsed sort.
        row: An object of the class, or a row of ``select(User)`` or ``select(User.__table__)``. For a field of a
            related row, the object with that row loaded, or a row with a column under the name of the field.
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
    use_document_column(options, document)
    return Cursor.in_bound(_total(sort, source, options), Attributes(row, source), document)


class Attributes:
    """An object or a row, its values by the names of columns, a member of an Enum as what is stored of it."""

    def __init__(self, row: Any, source: Source) -> None:
        self.row = row
        self.source = source

    def __getitem__(self, name: str) -> Any:
        column = related_attribute(self.source, name) if "." in name else None
        if column is None:
            (column,) = picked(self.source, [name])
            value = _attribute(self.row, column.key)
        elif hasattr(self.row, name):  # a column that the statement selects under this label
            value = getattr(self.row, name)
        else:
            value = self.row
            for step in name.split("."):
                value = None if value is None else _attribute(value, step)
        return driver_value(value, column.type)


def _attribute(row: Any, name: str) -> Any:
    try:
        return getattr(row, name)
    except AttributeError as error:
        raise KeyError(name) from error


def _bound(sort: str | Sort | BoundSort, source: Source, options: SortOptions) -> tuple[BoundSort, list[Any]]:
    """The sort, which ends in the primary key unless the caller names a unique field, or none.

    Besides, the columns of the primary key that are of types which only SQLAlchemy can sort by.
    """
    if "unique" in options or isinstance(sort, BoundSort):
        return bind_sort(sort, **options), []
    options["unique"] = None
    primary_key = [(column, sorted_column(column)) for column in primary_key_of(source)]
    bound = with_key(bind_sort(sort, **options), [described for _, described in primary_key if described is not None])
    return bound, [column for column, described in primary_key if described is None]


def _total(sort: str | Sort | BoundSort, source: Source, options: SortOptions) -> BoundSort:
    """The same, for places in it."""
    bound, strange = _bound(sort, source, options)
    if strange:
        raise unsupported_key()
    return bound


def columns(
    fields: str | Fields | BoundFields, source: Source, *, document: str = "doc", **options: Unpack[FieldsOptions]
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
    use_document_column(options, document)
    return picked(source, column_names(bind_fields(fields, **options), document))
