"""Bound query → SQL for SQLite, PostgreSQL, MariaDB, MySQL and DuckDB.

``where``, ``order_by`` and ``select`` give a :class:`Fragment`, a text and its parameters, to stand in a caller's own
statement. The rows are the documents that the Python backend selects, in the order that it sorts them: over a column of
JSON with any path, and over what a schema declares (columns, paths in JSON columns, rows of another table).

``fragment.py`` holds text with parameters, ``emitter.py`` and ``tests.py`` write conditions, ``ordering.py`` sorts,
``dialects/`` says what differs. A text holds no byte of a request: values and undeclared keys are parameters, names and
declared keys come from the schema.
"""

from __future__ import annotations

from typing import TypedDict, Unpack

from ...ast import Fields, Query, Sort
from ...bind import BindOptions, bind
from ...errors import UnsupportedError
from ...fields import FieldsOptions, bind_fields
from ...sort import SortOptions, bind_sort
from .dialects import DialectName, dialect_named
from .emitter import Emitter
from .fragment import Fragment, ParamStyle, Sql, join, rendered
from .indexes import index_ddl
from .ordering import order

__all__ = ["DialectName", "Fragment", "ParamStyle", "index_ddl", "order_by", "select", "where"]


class SqlOptions(TypedDict, total=False):
    """What a fragment is written for; every function takes the same."""

    document: str
    """The column of the document: text or JSON, in PostgreSQL jsonb. ``doc`` unless told otherwise."""
    alias: str | None
    """The name of the table in the caller's statement, before each column. Related rows need it."""
    paramstyle: ParamStyle | None
    """How parameters are shown. None: as the dialect's usual driver takes them, which is qmark for sqlite3 and duckdb and
    format for psycopg and PyMySQL."""


class WhereOptions(BindOptions, SqlOptions, total=False):
    """The options of ``where``."""


class OrderOptions(SortOptions, SqlOptions, total=False):
    """The options of ``order_by``."""


class SelectOptions(FieldsOptions, SqlOptions, total=False):
    """The options of ``select``."""


def where(query: str | Query, dialect: DialectName, **options: Unpack[WhereOptions]) -> Fragment:
    """The condition that a row is selected, to stand after WHERE or, in parentheses, in a condition.

    NULL counts as false in it: to select the other rows, negate the query (``~query``), not the text. Options and
    errors are those of :func:`qlause.bind`; UnsupportedError where the dialect cannot keep the promise.

    >>> where("qty:>=2", "sqlite", schema=Schema({"qty": {"type": "integer", "column": "qty"}}))
    Fragment(text='"qty" >= ?', params=(2,), paramstyle='qmark')
    """
    emitter, style = _emitter(dialect, options)
    return rendered(emitter.query(bind(query, **options)), style)


def order_by(sort: str | Sort, dialect: DialectName, **options: Unpack[OrderOptions]) -> Fragment:
    """The terms of a sort, to stand after ORDER BY; ``NULL``, which is no order, where there is nothing to sort by.

    A unique field is appended (``unique="id"``), so that the order is total. Options and errors are those of
    :func:`qlause.sort.bind_sort`; UnsupportedError for a field of several values.
    """
    emitter, style = _emitter(dialect, options)
    return rendered(order(emitter, bind_sort(sort, **options)), style)


def select(fields: str | Fields, dialect: DialectName, **options: Unpack[SelectOptions]) -> Fragment:
    """The columns that hold the asked fields, to stand after SELECT, each once; ``python.projector`` shapes them.

    Where nothing is asked for it is all that the schema lets out, related rows aside; without a schema it is the
    document column. Options and errors are those of :func:`qlause.fields.bind_fields`; UnsupportedError for a field of
    related rows, which is no column of this table.
    """
    emitter, style = _emitter(dialect, options)
    bound = bind_fields(fields, **options)
    names: dict[str, None] = {}
    for column in bound.columns:
        if column is None:
            names.setdefault(emitter.document)
        elif column.relation is None:
            names.setdefault(emitter.table + emitter.dialect.identifier(column.name))
        elif bound.include is not None:
            raise UnsupportedError("a field of related rows is no column", code="related_rows")
    return rendered(join(", ", map(Sql, names)), style)


def _emitter(dialect: DialectName, options: SqlOptions) -> tuple[Emitter, ParamStyle]:
    spoken = dialect_named(dialect, options.get("paramstyle"))
    return Emitter(spoken, options.get("document", "doc"), options.get("alias")), spoken.style
