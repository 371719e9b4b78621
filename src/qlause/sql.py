"""Bound query → SQL for SQLite, PostgreSQL, MariaDB, MySQL, DuckDB, ClickHouse and Spark.

``where``, ``order_by``, ``after`` and ``select`` give a :class:`Fragment`, a text and its parameters, to stand in a
caller's own statement. The rows are the documents that the Python backend selects, in the order that it sorts them:
over a column of JSON with any path, and over what a schema declares (columns, paths in JSON columns, rows of another
table).

``fragment.py`` holds text with parameters, ``emitter.py`` and ``tests.py`` write conditions, ``ordering.py`` sorts,
``keyset.py`` goes on from a place in a sort, ``plan.py`` keeps what was written, ``dialects/`` says what differs. A
text holds no byte of a request: values and undeclared keys are parameters, names and declared keys come from the
schema.

All take the same three words: ``document`` is the column of the document (text or JSON, in PostgreSQL jsonb);
``alias`` the name of the table in the caller's statement, put before each column, without which no related rows can be
found; ``paramstyle`` how parameters are shown, which is by default what the dialect's usual driver takes (qmark for
sqlite3 and duckdb, format for psycopg and PyMySQL, named for ``spark.sql``,
clickhouse for clickhouse-connect).
"""

from __future__ import annotations

from typing import Unpack

from .backends.sql.compiler import Compiler, column_names, condition_of, fragment_of
from .backends.sql.dialects import DialectName, dialect_named
from .backends.sql.fragment import Fragment
from .backends.sql.index_ddl import index_ddl
from .backends.sql.keyset import behind
from .backends.sql.order_by import order
from .backends.sql.paramstyles import ParamStyle
from .backends.sql.parts import TRUE, join
from .bound.binder import BindOptions, bind
from .bound.cursor import Cursor
from .bound.fields import FieldsOptions, bind_fields
from .bound.sort import SortOptions, bind_sort
from .syntax.nodes import Fields, Query, Sort

__all__ = ["DialectName", "Fragment", "ParamStyle", "after", "index_ddl", "order_by", "select", "where"]


def where(
    query: str | Query,
    dialect: DialectName,
    *,
    document: str = "doc",
    alias: str | None = None,
    paramstyle: ParamStyle | None = None,
    **options: Unpack[BindOptions],
) -> Fragment:
    """The condition that a row is selected, to stand after WHERE or, in parentheses, in a condition.

    NULL counts as false in it: to select the other rows, negate the query (``~query``), not the text. Options and
    errors are those of :func:`qlause.bind`; UnsupportedError where the dialect cannot keep the promise.

    >>> where("qty:>=2", "sqlite", schema=Schema({"qty": {"type": "integer", "column": "qty"}}))
    Fragment(text='`qty` >= ?', params=(2,), paramstyle='qmark')
    """
    return condition_of(dialect_named(dialect, paramstyle), document, alias, bind(query, **options))


def order_by(
    sort: str | Sort,
    dialect: DialectName,
    *,
    document: str = "doc",
    alias: str | None = None,
    paramstyle: ParamStyle | None = None,
    backward: bool = False,
    **options: Unpack[SortOptions],
) -> Fragment:
    """The terms of a sort, to stand after ORDER BY; ``NULL``, which is no order, where there is nothing to sort by.

    A unique field is appended (``unique="id"``), so that the order is total. With ``backward`` it is the exact reverse,
    for the page before a cursor. Options and errors are those of :func:`qlause.sort.bind_sort`; UnsupportedError for a
    field of several values.
    """
    compiler = Compiler(dialect_named(dialect, paramstyle), document, alias)
    bound = bind_sort(sort, **options)
    return fragment_of(compiler.dialect, order(compiler, bound.reversed() if backward else bound))


def after(
    sort: str | Sort,
    cursor: Cursor | None,
    dialect: DialectName,
    *,
    document: str = "doc",
    alias: str | None = None,
    paramstyle: ParamStyle | None = None,
    backward: bool = False,
    **options: Unpack[SortOptions],
) -> Fragment:
    """The condition that a row stands behind a cursor in a sort; with ``backward``, before it.

    It stands beside that of the query, in parentheses, above ``order_by`` of the same sort, options and ``backward``,
    and a LIMIT; NULL counts as false in it. Without a cursor (None) it is always true: the first page. A column that
    the schema declares ``nullable=False`` gets a condition that an index on it and the unique column answers.

    Options and errors are those of :func:`order_by`; CursorError with the code ``cursor_sort`` for a cursor of another
    sort, and ``cursor_value`` for one whose values are not of the columns' types; TypeError for what is no Cursor, as
    its text is not.

    >>> columns = Schema({"id": {"type": "integer", "column": "id"}, "qty": {"type": "integer", "column": "qty"}})
    >>> after("qty", Cursor.of("qty", {"id": 3, "qty": 7}, schema=columns), "sqlite", schema=columns)
    Fragment(text='(`qty`, `id`) > (?, ?)', params=(7, 3), paramstyle='qmark')
    """
    compiler = Compiler(dialect_named(dialect, paramstyle), document, alias)
    bound = bind_sort(sort, **options)
    return fragment_of(compiler.dialect, TRUE if cursor is None else behind(compiler, bound, cursor, backward))


def select(
    fields: str | Fields,
    dialect: DialectName,
    *,
    document: str = "doc",
    alias: str | None = None,
    paramstyle: ParamStyle | None = None,
    **options: Unpack[FieldsOptions],
) -> Fragment:
    """The columns that hold the asked fields, to stand after SELECT, each once; ``python.projector`` shapes them.

    Where nothing is asked for it is all that the schema lets out, related rows aside; without a schema it is the
    document column. Options and errors are those of :func:`qlause.fields.bind_fields`; UnsupportedError for a field of
    related rows, which is no column of this table.
    """
    compiler = Compiler(dialect_named(dialect, paramstyle), document, alias)
    names = column_names(bind_fields(fields, **options), document)
    return fragment_of(compiler.dialect, join(", ", map(compiler.own, names)))
