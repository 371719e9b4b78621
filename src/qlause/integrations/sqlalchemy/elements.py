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
    """The condition that a row of a table, an ORM class or an alias of these is selected.

    It is never NULL, so ``~``, ``&`` and ``|`` of SQLAlchemy are exact on it. With a schema (see :func:`schema_of`) a
    field is the column or attribute that the schema names; what has no column lies in the JSON column ``document``, and
    so does every field where there is no schema. Options and errors are those of :func:`qlause.bind`; ValueError for a
    column that the source does not have; when a statement is compiled, UnsupportedError for a database that qlause does
    not speak, or that cannot keep the promise.
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
    """What to sort by, for ``statement.order_by(*order_by(...))``; empty where there is nothing to sort by.

    The primary key is appended, so that the order is total, or the field that ``unique`` names. With ``backward`` it is
    the exact reverse, for the page before a cursor. Options and errors are those of :func:`qlause.sort.bind_sort` and
    of :func:`where`; UnsupportedError for a field of several values.
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
    """The condition that a row stands behind a cursor in a sort; with ``backward``, before it.

    It is for ``statement.where(...)`` beside that of the query, above :func:`order_by` of the same sort, options and
    ``backward``, and a limit; NULL counts as false in it. Without a cursor (None) it is always true: the first page.
    Options and errors as there; UnsupportedError for a primary key of another type than fields have; CursorError with
    the code ``cursor_sort`` for a cursor of another sort and, when a statement is compiled, ``cursor_value`` for one
    whose values are not of the columns' types; TypeError for what is no Cursor, as its text is not.
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
    """The place of an object or of a row (``select(User)``, ``select(User.__table__)``) in a sort.

    Options and errors are those of :func:`order_by`; ValueError where the row lacks a column of the sort.
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
    known = [(column, sorted_column(column)) for column in primary_key_of(source)]
    bound = with_key(bind_sort(sort, **options), [found for _, found in known if found is not None])
    return bound, [column for column, found in known if found is None]


def _total(sort: str | Sort, source: Source, options: SortOptions) -> BoundSort:
    """The same, for places in it."""
    bound, strange = _bound(sort, source, options)
    if strange:
        raise unsupported_key()
    return bound


def columns(
    fields: str | Fields, source: Source, *, document: str = "doc", **options: Unpack[FieldsOptions]
) -> list[Any]:
    """The columns or attributes that hold the asked fields, each once: for ``select(...)`` or ``load_only(...)``.

    Where nothing is asked for it is all that the schema lets out, related rows aside. ``python.projector`` shapes what
    comes back. Options and errors are those of :func:`qlause.fields.bind_fields` and of :func:`where`; UnsupportedError
    for a field of related rows.
    """
    return picked(source, column_names(bind_fields(fields, **options), document))
