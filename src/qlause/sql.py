"""Queries, sorts and fields as SQL, with the meaning of the Python predicate.

``where``, ``order_by``, ``after`` and ``select`` return a :class:`Fragment`, a text and its parameters, for your own
statement. The rows are the documents that the Python backend selects, in the order in which it sorts them: over a
column of JSON with any path, and over what a schema declares (columns, paths in JSON columns, rows of another table).
A text holds no byte of a request: values and undeclared keys are parameters; names and declared keys come from the
schema. The functions raise :class:`qlause.UnsupportedError` rather than approximate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Unpack

from .backends.python.access import item
from .backends.python.public import row_items, row_projection
from .backends.sql.compiler import Compiler, compiler_for, condition_of, fragment_of
from .backends.sql.dialects import DialectName, dialect_named
from .backends.sql.fragment import Fragment
from .backends.sql.index_ddl import index_ddl
from .backends.sql.keyset import seek_condition
from .backends.sql.order_by import order_by as order_by_terms
from .backends.sql.paramstyles import ParamStyle
from .backends.sql.parts import TRUE, Sql, join, raw, sql
from .backends.sql.statements import Statements, column_names, combined, fetched_rows
from .bound.binder import BindOptions, bind
from .bound.cursor import Cursor
from .bound.fields import FieldsOptions, bind_fields
from .bound.nodes import BoundFields, BoundSort
from .bound.query import BoundQuery
from .bound.resolve import use_document_column
from .bound.sort import SortOptions, bind_sort
from .syntax.nodes import Fields, Query, Sort

if TYPE_CHECKING:
    from .listing.page import Page
    from .listing.request import ListRequest

__all__ = [
    "DialectName",
    "Fragment",
    "ParamStyle",
    "Statements",
    "after",
    "index_ddl",
    "order_by",
    "page",
    "projector",
    "select",
    "statements",
    "where",
]

_ALIAS: Final = "t"  # of the table in a whole statement


def where(
    query: str | Query | BoundQuery,
    dialect: DialectName,
    *,
    document: str = "doc",
    alias: str | None = None,
    paramstyle: ParamStyle | None = None,
    **options: Unpack[BindOptions],
) -> Fragment:
    """Write the condition that a row is selected, for WHERE or, in parentheses, for a larger condition.

    NULL counts as false in it. To select the other rows, negate the query (``~query``), not the text.

    Args:
        query: A text, or a query that was parsed or built.
        dialect: The SQL to write.
        document: The column of JSON documents (text or JSON, in PostgreSQL jsonb), for fields without a column.
        alias: The name of the table in your statement. It is written before each column. Related rows need it.
        paramstyle: How the text shows its parameters. None: as the usual driver of the dialect takes them.
        **options: The options of the query, see :class:`qlause.BindOptions`.

    Returns:
        The condition and its parameters.

    Raises:
        QuerySyntaxError: The text is no query (``syntax`` and other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_depth`` and other codes).
        UnknownFieldError: The schema has no such field (``unknown_field``), it cannot be filtered by
            (``not_filterable``), or it needs a language (``language_needed``).
        OperatorNotAllowedError: The field does not take the operator (``operator_not_allowed``).
        ValueReadingError: A literal is no value of the field's type (``value``).
        UnsupportedError: The engine cannot give exactly these rows: a field is stored in a type that it lacks
            (``no_native_type``) or in structs (``no_structs``), or the condition is too deep or too long for it
            (``too_deep``, ``too_long``).
        ValueError: There is no such dialect, the paramstyle is not for it, or related rows are asked without ``alias``.

    Example:
        >>> where("qty:>=2", "sqlite", schema=Schema({"qty": {"type": "integer", "column": "qty"}}))
        Fragment(text='`qty` >= ?', params=(2,), paramstyle='qmark')

    """
    use_document_column(options, document)
    return condition_of(dialect_named(dialect, paramstyle), document, alias, bind(query, **options))


def order_by(
    sort: str | Sort | BoundSort,
    dialect: DialectName,
    *,
    document: str = "doc",
    alias: str | None = None,
    paramstyle: ParamStyle | None = None,
    backward: bool = False,
    **options: Unpack[SortOptions],
) -> Fragment:
    """Write the terms of a sort, for ORDER BY.

    The unique field (``unique``, by default ``id``) is appended, so that the order is total.

    Args:
        sort: A text, or a sort that was parsed.
        dialect: The SQL to write.
        document: The column of JSON documents, for fields without a column.
        alias: The name of the table in your statement. It is written before each column.
        paramstyle: How the text shows its parameters. None: as the usual driver of the dialect takes them.
        backward: Whether to write the exact reverse, for the page before a cursor.
        **options: The options of the sort, see :class:`qlause.SortOptions`.

    Returns:
        The terms and their parameters. The text is ``NULL``, which is no order, if there is nothing to sort by.

    Raises:
        QuerySyntaxError: The text is no sort (``syntax``, ``duplicate_path`` and other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_path``).
        UnknownFieldError: The schema has no such field (``unknown_field``), it cannot be sorted by (``not_sortable``),
            or it needs a language (``language_needed``).
        OperatorNotAllowedError: The field is an array or an object (``not_ordered``).
        UnsupportedError: The field has several values, or is stored in a type that the engine lacks (``not_ordered``,
            ``no_native_type``, ``no_structs``), or the text is too long (``too_long``).
        ValueError: There is no such dialect, the paramstyle is not for it, or ``nulls`` is another word.

    Example:
        >>> columns = Schema({"id": {"type": "integer", "column": "id"}, "qty": {"type": "integer", "column": "qty"}})
        >>> order_by("qty:desc", "postgresql", schema=columns).text
        '"qty" DESC NULLS LAST, "id" DESC'

    """
    use_document_column(options, document)
    compiler = compiler_for(dialect_named(dialect, paramstyle), document, alias)
    bound = bind_sort(sort, **options)
    return fragment_of(compiler.dialect, order_by_terms(compiler, bound.reversed() if backward else bound))


def after(
    sort: str | Sort | BoundSort,
    cursor: Cursor | None,
    dialect: DialectName,
    *,
    document: str = "doc",
    alias: str | None = None,
    paramstyle: ParamStyle | None = None,
    backward: bool = False,
    **options: Unpack[SortOptions],
) -> Fragment:
    """Write the condition that a row is after a cursor in a sort: a seek condition, for keyset pages.

    Combine it with the query's condition by AND, in parentheses, and add ``order_by`` of the same sort, options and
    ``backward``, and a LIMIT. NULL counts as false in it. If the schema declares a column ``nullable=False``, an index
    on that column and the unique one can answer the condition.

    Args:
        sort: A text, or a sort that was parsed.
        cursor: The last row of the page before. None: the first page, so that the condition is always true.
        dialect: The SQL to write.
        document: The column of JSON documents, for fields without a column.
        alias: The name of the table in your statement. It is written before each column.
        paramstyle: How the text shows its parameters. None: as the usual driver of the dialect takes them.
        backward: Whether to select the rows before the cursor instead.
        **options: The options of the sort, see :class:`qlause.SortOptions`. They must be those of the cursor.

    Returns:
        The condition and its parameters.

    Raises:
        QlauseError: The sort is refused, as by :func:`order_by`.
        CursorError: The cursor was made for another sort (``cursor_sort``), or it holds a value that the column cannot
            hold (``cursor_value``).
        UnsupportedError: The sort has too many fields for the engine (``too_deep``), or :func:`order_by` refuses it.
        TypeError: ``cursor`` is not a Cursor; decode the client's text first.
        ValueError: There is no such dialect, the paramstyle is not for it, or ``nulls`` is another word.

    Example:
        >>> columns = Schema({"id": {"type": "integer", "column": "id"}, "qty": {"type": "integer", "column": "qty"}})
        >>> after("qty", Cursor.of("qty", {"id": 3, "qty": 7}, schema=columns), "sqlite", schema=columns)
        Fragment(text='(`qty`, `id`) > (?, ?)', params=(7, 3), paramstyle='qmark')

    """
    use_document_column(options, document)
    compiler = compiler_for(dialect_named(dialect, paramstyle), document, alias)
    bound = bind_sort(sort, **options)
    condition = TRUE if cursor is None else seek_condition(compiler, bound, cursor, backward)
    return fragment_of(compiler.dialect, condition)


def select(
    fields: str | Fields | BoundFields,
    dialect: DialectName,
    *,
    document: str = "doc",
    alias: str | None = None,
    paramstyle: ParamStyle | None = None,
    **options: Unpack[FieldsOptions],
) -> Fragment:
    """Write the columns that hold the asked fields, for SELECT, each once.

    :func:`qlause.python.projector` then cuts objects to the asked parts.

    Args:
        fields: A text, or fields that were parsed. Empty: all that the schema gives out, without related rows.
        dialect: The SQL to write.
        document: The column of JSON documents, for fields without a column.
        alias: The name of the table in your statement. It is written before each column.
        paramstyle: The paramstyle of the Fragment, which has no parameters.
        **options: The options of the fields, see :class:`qlause.FieldsOptions`.

    Returns:
        The columns. Without a schema it is the column of the document. The text is ``NULL`` if nothing may come out.

    Raises:
        QuerySyntaxError: The text is no list of fields (``syntax``, ``empty_part`` and other codes).
        LimitExceededError: The text is larger than the limits (``limit_length``, ``limit_path``).
        UnknownFieldError: The schema has no such field (``unknown_field``), or it is hidden (``not_projectable``).
        UnsupportedError: The field is in related rows, so it is no column of this table (``related_rows``).
        ValueError: There is no such dialect, or a field of ``always`` is below a hidden one.

    Example:
        >>> stock = Schema({"qty": {"type": "integer", "column": "qty"}, "name": "string"})
        >>> select("qty,name", "sqlite", schema=stock).text
        '`qty`, `doc`'

    """
    use_document_column(options, document)
    compiler = compiler_for(dialect_named(dialect, paramstyle), document, alias)
    return fragment_of(compiler.dialect, _select_list(compiler, bind_fields(fields, **options), document))


def projector(
    fields: str | Fields | BoundFields, *, document: str = "doc", **options: Unpack[FieldsOptions]
) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Make the function from a row to the public document: the asked fields by their public names.

    JSON in a column is parsed, if the driver has not done so. Related rows are not in it: no row holds them.

    Args:
        fields: The text of ``fields``, or parsed fields.
        document: The column of JSON documents, for fields without a column.
        **options: The options of the fields, see :class:`qlause.FieldsOptions`.

    Returns:
        A function from a row, by the names of its columns, to a dict. A column that the row lacks is left out.

    Raises:
        QlauseError: The fields are refused, as by :func:`select`.

    Example:
        >>> schema = Schema({"firstName": {"type": "string", "column": "first_name"}, "tags": "string[]"})
        >>> projector("", schema=schema)({"first_name": "Ann", "doc": '{"tags": ["new"], "pin": 1}'})
        {'firstName': 'Ann', 'tags': ['new']}

    """
    use_document_column(options, document)
    return row_projection(bind_fields(fields, **options), document, item)


def statements(
    request: ListRequest,
    table: str | tuple[str, ...],
    dialect: DialectName,
    *,
    paramstyle: ParamStyle | None = None,
) -> Statements:
    """Write the statements that answer a request to a list endpoint.

    Args:
        request: The request, read by :meth:`qlause.Listing.read`.
        table: The name of the table or view; a tuple if it has several parts, as in ``("sales", "orders")``.
        dialect: The SQL to write.
        paramstyle: How the text shows its parameters. None: as the usual driver of the dialect takes them.

    Returns:
        ``rows``, the SELECT of at most one row more than the page has, and ``total``, the SELECT COUNT(*) if the
        request asks for the total, else None. If the request is ``backward``, the rows come in the reverse order.

    Raises:
        RequestError: The engine cannot answer the request exactly, or the cursor is of another sort.
        ValueError: There is no such dialect, or the listing is restricted and the request is not.

    Example:
        >>> listing = Listing({"id": {"type": "integer", "column": "id"}})
        >>> statements(listing.read("q=id:>2&pageNumber=2"), "orders", "sqlite").rows.text
        'SELECT `t`.`id` FROM `orders` AS `t` WHERE (`t`.`id` > ?) ORDER BY `t`.`id` LIMIT 17 OFFSET 16'

    """
    document = request.listing.document
    compiler = compiler_for(dialect_named(dialect, paramstyle), document, _ALIAS)
    source = _source(compiler, (table,) if isinstance(table, str) else tuple(table))
    with request.naming("q"):
        condition = condition_of(compiler.dialect, document, _ALIAS, request.query)
    with request.naming("sort"):
        order = _order(compiler, request.sort, request.backward)
    with request.naming("fields"):
        fetched = request.fetched
        columns = (_columns if fetched.is_small else _columns.__wrapped__)(compiler, fetched, document)
    parts: list[str | Fragment] = ["SELECT ", columns, " FROM ", source, " WHERE (", condition, ")"]
    if request.cursor is not None:
        with request.naming("cursor"):
            seek = fragment_of(
                compiler.dialect, seek_condition(compiler, request.sort, request.cursor, request.backward)
            )
        parts += [" AND (", seek, ")"]
    parts += [" ORDER BY ", order, f" LIMIT {request.size + 1}", f" OFFSET {request.offset}" * (request.offset > 0)]
    if not request.wants_total:
        return Statements(combined(parts), None)
    return Statements(combined(parts), combined(["SELECT COUNT(*) FROM ", source, " WHERE ", condition]))


def page(
    connection: Any,
    request: ListRequest,
    table: str | tuple[str, ...],
    dialect: DialectName,
    *,
    paramstyle: ParamStyle | None = None,
) -> Page:
    """Answer a request to a list endpoint with the rows of a table or view.

    Args:
        connection: A connection of DB-API 2.0 (sqlite3, psycopg, duckdb, PyMySQL), whatever its kind of rows, or a
            client of clickhouse-connect. It is neither committed nor closed.
        request: The request, read by :meth:`qlause.Listing.read`.
        table: The name of the table or view; a tuple if it has several parts, as in ``("sales", "orders")``.
        dialect: The SQL to write.
        paramstyle: How the text shows its parameters. None: as the usual driver of the dialect takes them.

    Returns:
        The page. Its items are public documents.

    Raises:
        RequestError: The engine cannot answer the request exactly, or the cursor is of another sort.
        ValueError: There is no such dialect, or the listing is restricted and the request is not.

    Example:
        >>> import sqlite3
        >>> connection = sqlite3.connect(":memory:")
        >>> _ = connection.execute("CREATE TABLE orders AS SELECT 1 AS id, 'Ann' AS first_name UNION SELECT 2, 'Bob'")
        >>> orders = {"id": {"type": "integer", "column": "id"}, "name": {"type": "string", "column": "first_name"}}
        >>> page(connection, Listing(orders).read("q=name:~bo"), "orders", "sqlite").items
        [{'id': 2, 'name': 'Bob'}]

    """
    from .listing.page import page_of

    written = statements(request, table, dialect, paramstyle=paramstyle)
    rows = fetched_rows(connection, written.rows)
    total = None if written.total is None else next(iter(fetched_rows(connection, written.total)[0].values()))
    document = request.listing.document
    return page_of(
        request,
        rows,
        total,
        item=row_items(request.fields, document, item),
        cursor=lambda row: Cursor.of_row(request.sort, row, document=document),
    )


@lru_cache(maxsize=256)
def _source(compiler: Compiler, table: tuple[str, ...]) -> Fragment:
    """A table under the name that its columns have in a statement."""
    source = sql("{} AS {}", compiler.table(table), compiler.dialect.identifier(_ALIAS))
    return fragment_of(compiler.dialect, source)


@lru_cache(maxsize=64)
def _order(compiler: Compiler, sort: BoundSort, backward: bool) -> Fragment:
    """The order of a page."""
    return fragment_of(compiler.dialect, order_by_terms(compiler, sort.reversed() if backward else sort))


@lru_cache(maxsize=64)
def _columns(compiler: Compiler, fields: BoundFields, document: str) -> Fragment:
    """The columns that hold the fields of a page."""
    return fragment_of(compiler.dialect, _select_list(compiler, fields, document))


def _select_list(compiler: Compiler, fields: BoundFields, document: str) -> Sql:
    """The columns that hold the fields; NULL if there is none."""
    names = column_names(fields, document)
    return join(", ", map(compiler.own, names)) if names else raw("NULL")
