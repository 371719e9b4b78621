"""Pages of list endpoints from SQLAlchemy: statements and sessions, synchronous and asynchronous."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from functools import lru_cache
from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import FromClause, Join, Select, SelectBase, func, inspect, select, tuple_
from sqlalchemy.orm import Bundle, Mapper, load_only
from sqlalchemy.orm.util import AliasedInsp

from ...bound.cursor import Cursor
from ...bound.nodes import BoundFields
from ...listing.page import Page, page_of
from ...listing.request import ListRequest
from ...schema.schema import Schema
from ..derived_schema import refuse_names_apart, refuse_no_document
from .elements import after, columns, order_by, where
from .items import getter_of, item_of, values_of
from .schema import Source, has_column, name_of_column, primary_key_of, words_for

__all__ = ["PageStatements", "apage", "page", "page_statements"]


class PageStatements(NamedTuple):
    """What answers one request."""

    source: Source
    is_entity: bool
    """Whether each row is one object of a class."""
    rows: Select[Any]
    total: Select[Any] | None


def page(session: Any, statement: Any, request: ListRequest, *, source: Source | None = None) -> Page:
    """Answer a request to a list endpoint with the rows of a statement.

    Args:
        session: A Session of SQLAlchemy or SQLModel, or a Connection.
        statement: ``select(User)`` with any conditions and joins of your own, ``select()`` of columns with those of
            the sort, a class, a Core table or a subquery. A sort and a limit of its own do not count.
        request: The request, read by :meth:`qlause.Listing.read`.
        source: Whose columns the request's fields are, if the statement selects from several.

    Returns:
        The page. Its items are public documents. Of a class, only the columns that they need are loaded.

    Raises:
        RequestError: The database cannot answer the request exactly, or the cursor is of another sort.
        TypeError: The statement is neither of one class nor of columns, or is no ``select()``; or ``source`` is another
            class than it selects.
        ValueError: The listing is restricted and the request is not, ``source`` is needed, or a column of the sort is
            not selected.

    Example:
        >>> from sqlalchemy import Column, Integer, MetaData, Table, create_engine
        >>> users = Table("users", MetaData(), Column("id", Integer, primary_key=True))
        >>> with create_engine("sqlite://").connect() as connection:
        ...     users.metadata.create_all(connection)
        ...     _ = connection.execute(users.insert(), [{"id": 1}, {"id": 2}])
        ...     page(connection, users, Listing({"id": {"type": "integer", "column": "id"}}).read("q=id:>1")).items
        [{'id': 2}]

    """
    statements = page_statements(statement, request, source)
    with request.naming():
        total = None if statements.total is None else session.execute(statements.total).scalar_one()
        result = session.execute(statements.rows)
    return _page(request, statements, result, total)


async def apage(session: Any, statement: Any, request: ListRequest, *, source: Source | None = None) -> Page:
    """Answer a request as :func:`page` does, with an AsyncSession or an AsyncConnection.

    Args:
        session: The session or connection.
        statement: ``select(User)`` with any conditions and joins of your own, a class, or a Core table.
        request: The request, read by :meth:`qlause.Listing.read`.
        source: Whose columns the request's fields are, if the statement selects from several.

    Returns:
        The page.

    Raises:
        RequestError: The database cannot answer the request exactly, or the cursor is of another sort.
        TypeError: The statement is neither of one class nor of columns, or is no ``select()``; or ``source`` is another
            class than it selects.
        ValueError: The listing is restricted and the request is not, ``source`` is needed, or a column of the sort is
            not selected.

    """
    statements = page_statements(statement, request, source)
    with request.naming():
        total = None if statements.total is None else (await session.execute(statements.total)).scalar_one()
        result = await session.execute(statements.rows)
    return _page(request, statements, result, total)


def page_statements(statement: Any, request: ListRequest, source: Source | None) -> PageStatements:
    """What :func:`page` asks the database with the same arguments. Raises what it does."""
    if not isinstance(statement, Select):
        source = statement if source is None else source
        statement, entity, is_entity = (_kept_select if isinstance(statement, type) else _select)(statement)
    else:
        entity, is_entity = _entity_of(statement)
    if source is None:
        source = _source_of(statement) if entity is None else entity
    elif is_entity and source is not entity:
        raise TypeError("source is another class than the statement selects: leave it out, or select that class")
    document = request.listing.document
    _check_columns(request.listing.schema, source, document)
    limits = (statement._limit_clause, statement._offset_clause, statement._fetch_clause)
    if statement._order_by_clauses or any(limit is not None for limit in limits):
        statement = statement.order_by(None).limit(None).offset(None)
    if is_entity and _has_join(statement):
        statement = _once(statement, source)
    with request.naming("q"):
        selected = statement.where(where(request.query, source, document=document))
    with request.naming("sort"):
        terms = order_by(request.sort, source, document=document, backward=request.backward)
    rows = selected.order_by(*terms)
    if request.cursor is not None:
        with request.naming("cursor"):
            rows = rows.where(after(request.sort, request.cursor, source, document=document, backward=request.backward))
    with request.naming("fields"):
        fetched = request.fetched
        is_kept = isinstance(source, type) and fetched.is_small
        loading = (_kept_loading if is_kept else _loading)(fetched, source, document)
    if is_entity and loading is not None:
        rows = rows.options(loading)
    rows = rows.limit(request.size + 1)
    if request.offset:
        rows = rows.offset(request.offset)
    total = select(func.count()).select_from(selected.subquery()) if request.wants_total else None
    return PageStatements(source, is_entity, rows, total)


def _select(source: Any) -> tuple[Select[Any], Any, bool]:
    """The statement of all rows of a source, and what ``_entity_of`` says of it. Raises TypeError for another thing."""
    _refuse_other(source)
    statement = select(source)
    return statement, *_entity_of(statement)


_kept_select: Callable[[Any], tuple[Select[Any], Any, bool]] = lru_cache(maxsize=64)(_select)


def _has_join(statement: Select[Any]) -> bool:
    """Whether a statement joins. SQLAlchemy's own ``get_final_froms`` compiles the statement, which takes long."""
    sources = (*statement._from_obj, *statement.columns_clause_froms)
    return bool(statement._setup_joins) or any(isinstance(each, Join) for each in sources)


def _refuse_other(statement: Any) -> None:
    """Raise TypeError for what no page can be of."""
    if isinstance(statement, FromClause) and not isinstance(statement, SelectBase):
        return
    inspected = None if isinstance(statement, FromClause) else inspect(statement, raiseerr=False)
    if isinstance(inspected, Mapper | AliasedInsp):
        return
    # Such as a union, or text with columns.
    hint = "; write .subquery() after it, and declare its columns" if isinstance(statement, SelectBase) else ""
    raise TypeError(f"a page is of a select(), a class or a table, not of a {type(statement).__name__}{hint}")


def _entity_of(statement: Select[Any]) -> tuple[Any, bool]:
    """The class of the first column, if it is of one, and whether each row is one object of it.

    Raises TypeError if rows are neither objects nor columns.
    """
    described = statement.column_descriptions
    if any(isinstance(each["expr"], Bundle) for each in described):
        raise TypeError("a page cannot be of a Bundle: select its columns")
    entities = [each.get("entity") is not None and each["expr"] is each["entity"] for each in described]
    if any(entities) and len(entities) > 1:
        names = ", ".join(str(each["name"]) for each in described)
        hint = "select one class, and join the others, or select only columns"
        raise TypeError(f"a page is of one class or of columns, and the statement selects {names}: {hint}")
    return described[0].get("entity"), any(entities)


_MAX_KEPT: Final = 64  # schemas of one source
_checked: MutableMapping[Any, set[tuple[Schema, str]]] = WeakKeyDictionary()
"""The schemas that were checked, of each source that is still in use: a subquery may be made for one request."""


def _check_columns(schema: Schema, source: Source, document: str) -> None:
    """Raise ValueError where a schema does not fit a source. It takes long, so it is done once.

    It does not fit if it hides a column under one name only, or has a field that is stored nowhere.
    """
    checked = _checked.setdefault(source, set())
    if (schema, document) in checked:
        return

    def known_as(name: str) -> str:
        try:
            return name_of_column(source, name)
        except ValueError:  # of another source
            return name

    refuse_names_apart(schema, known_as)
    if not has_column(source, document):
        refuse_no_document(schema, document, words_for(source))
    if len(checked) >= _MAX_KEPT:
        checked.clear()
    checked.add((schema, document))


def _once(statement: Select[Any], source: Source) -> Select[Any]:
    """The statement with each object once: a join repeats it for every row on the other side."""
    keys = primary_key_of(source)
    joined = statement.with_only_columns(*keys)
    key = keys[0] if len(keys) == 1 else tuple_(*keys)
    return select(source).where(key.in_(joined.correlate(None))).options(*statement._with_options)


def _loading(fields: BoundFields, source: Source, document: str) -> Any:
    """The option that loads only the columns of some fields; None if all are, or if rows are no objects of a class."""
    loaded = columns(fields, source, document=document)
    mapper = inspect(source, raiseerr=False)
    if not loaded or not isinstance(mapper, Mapper):
        return None
    others = set(mapper.column_attrs.keys()) - {column.key for column in loaded}
    if not others and not any(attribute.deferred for attribute in mapper.column_attrs):
        return None  # an option costs SQLAlchemy time with every statement
    return load_only(*loaded)


_kept_loading: Callable[..., Any] = lru_cache(maxsize=256)(_loading)


def _source_of(statement: Select[Any]) -> Source:
    """The table that a statement selects from. Raises ValueError if there are several."""
    selectables = statement.get_final_froms()
    if len(selectables) != 1:
        number = "several tables" if selectables else "no table"
        raise ValueError(f"the statement selects from {number}: say with source= whose columns the fields are")
    return selectables[0]


def _page(request: ListRequest, statements: PageStatements, result: Any, total: int | None) -> Page:
    document, source, is_entity = request.listing.document, statements.source, statements.is_entity
    get = getter_of(source)
    return page_of(
        request,
        result.unique().scalars().all() if is_entity else result.all(),
        total,
        item=item_of(request.fields, document, source, is_entity=is_entity),
        cursor=lambda row: Cursor.in_bound(request.sort, values_of(row, get), document),
    )
