"""Query, sort and fields → SQLAlchemy 2: elements for Core tables and ORM classes, and a schema derived from these.

``where`` and ``order_by`` give elements that are written when a statement is compiled, in the dialect of its engine;
columns are the real ones, so that aliases, joins and schema translation are SQLAlchemy's own. Values are bound
parameters, and SQLAlchemy keeps compiled statements by the structure of the query, as it does its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any, Final, Unpack

from sqlalchemy import BindParameter, Boolean, ColumnElement, Uuid, true
from sqlalchemy.dialects.postgresql import ENUM, JSONB
from sqlalchemy.dialects.postgresql import JSON as POSTGRESQL_JSON
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.sql.cache_key import NO_CACHE
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import NullType

from ...backends.parameters.structure import Structure
from ...backends.sql.compiler import column_names
from ...backends.sql.keyset import seek_condition
from ...backends.sql.order_by import is_column, is_nullable_column
from ...backends.sql.parts import Sql, raw, render
from ...bound.binder import BindOptions, bind
from ...bound.cursor import Cursor, values_for
from ...bound.fields import FieldsOptions, bind_fields
from ...bound.nodes import (
    AllOf,
    AnyOf,
    BoundQuery,
    BoundSort,
    BoundSortKey,
    BoundTest,
    ContainsText,
    Node,
    OneOf,
    ValueMatches,
)
from ...bound.param import Deferred
from ...bound.sort import SortOptions, bind_sort
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
from .schema import Source, columns_of, metadata_of, primary_key_of, schema_of, sorted_column

__all__ = ["Source", "after", "columns", "cursor_of", "order_by", "schema_of", "where"]

_DISPLAYED: Final = "postgresql"  # what an element without an engine is printed in


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
    return _Condition(bound, source, names, document)


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
    bound, last = _bound(sort, source, options)
    found: list[Any] = []
    for key in (bound.reversed() if backward else bound).keys:
        names = column_names_of([key.target], document)
        places = range(1 if is_column(key) else SORT_VALUES)
        found += [_Placed(_SortValue(key, place, source, names, document), key) for place in places]
    return found + [column.desc() if backward else column for column in last]


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
    return _After(
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
        (column,) = _picked(self.source, [name])
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
    return _picked(source, column_names(bind_fields(fields, **options), document))


def _picked(source: Source, names: Iterable[str]) -> list[Any]:
    there = columns_of(source)
    for name in names:
        if name not in there:
            raise ValueError(f"{source} has no column {name}; it has {', '.join(there)}")
    return [there[name] for name in names]


def _keyed_by(element: type[Any], attribute: str) -> list[Any]:
    """What a cache key is made of: that of the element, and an attribute that is compared as it is."""
    return [*element._traverse_internals, (attribute, InternalTraversal.dp_plain_obj)]


class _Embedded(FunctionElement[Any]):
    """An expression over some columns: SQLAlchemy sees and replaces them as it does the arguments of a function.

    The last argument is a parameter that holds all the constants of the query. What stands in the text in its stead are
    copies of it, one for each value that the text needs, whose types say how the value is made of the constants. So
    SQLAlchemy keeps the compiled statement by ``structure``, and puts in the constants of the next query.
    """

    inherit_cache = True
    name = "qlause"
    _traverse_internals = _keyed_by(FunctionElement, "structure")

    def __init__(
        self, source: Source, names: Sequence[str], document: str, structure: Any, constants: Sequence[Any] = ()
    ) -> None:
        held: BindParameter[Any] = BindParameter(None, tuple(constants), type_=NullType(), unique=True)
        super().__init__(*_picked(source, names), held)
        self.names = names
        self.document = document
        self.metadata = metadata_of(source)
        self.structure = None if structure is None else (structure, tuple(names), document)
        """All that the text depends on, columns aside; None: more than is kept."""

    def _gen_cache_key(self, anon_map: Any, bindparams: Any) -> Any:
        if self.structure is None:
            anon_map[NO_CACHE] = True
            return None
        return super()._gen_cache_key(anon_map, bindparams)

    def written(self, compiler: EmbeddedCompiler) -> Sql:
        """The expression, over the constants that the last argument holds."""
        raise NotImplementedError  # each subclass has its own


class _Condition(_Embedded):
    inherit_cache = True
    _is_implicitly_boolean = True  # else SQLAlchemy would compare it with 1 where an engine has no booleans

    def __init__(self, query: BoundQuery, source: Source, names: Sequence[str], document: str) -> None:
        structure = Structure(query.root)
        is_kept = structure.is_small and not _asks_for_values(query.root)
        super().__init__(source, names, document, structure.key if is_kept else None, structure.constants)
        self.type = Boolean()
        self.bound = query

    def self_group(self, against: Any = None) -> _Condition:  # noqa: ARG002  # SQLAlchemy's signature
        return self  # it is in parentheses

    def written(self, compiler: EmbeddedCompiler) -> Sql:
        return CONDITIONS.find(self.bound.root, compiler.dialect, self.document)[0]


class _After(_Embedded):
    inherit_cache = True
    _is_implicitly_boolean = True

    def __init__(
        self, sort: BoundSort, cursor: Cursor, backward: bool, source: Source, names: Sequence[str], document: str
    ) -> None:
        super().__init__(source, names, document, structure=None)
        self.type = Boolean()
        self.place = (sort, cursor, backward)

    def self_group(self, against: Any = None) -> _After:  # noqa: ARG002  # SQLAlchemy's signature
        return self  # it is in parentheses

    def written(self, compiler: EmbeddedCompiler) -> Sql:
        return seek_condition(compiler, *self.place)


class _SortValue(_Embedded):
    inherit_cache = True

    def __init__(self, key: BoundSortKey, place: int, source: Source, names: Sequence[str], document: str) -> None:
        super().__init__(source, names, document, structure=(key, place))
        self.type = NullType()
        self.sort_key = key
        self.place = place

    def written(self, compiler: EmbeddedCompiler) -> Sql:
        return sort_value(compiler, self.sort_key, self.place)


class _Placed(UnaryExpression[Any]):
    """A value to sort by with its direction and, where NULL can be among the values, the place of NULL."""

    inherit_cache = True
    _traverse_internals = _keyed_by(UnaryExpression, "sort_key")

    def __init__(self, value: _SortValue, key: BoundSortKey) -> None:
        super().__init__(value, modifier=operators.desc_op if key.descending else operators.asc_op)
        self.sort_key = key


class _Filled(NullType):
    """The type of a parameter that holds the constants of a query and stands for a value made of them."""

    def __init__(self, deferred: Deferred) -> None:  # SQLAlchemy copies a type by the names of its arguments
        super().__init__()
        self.deferred = deferred

    def bind_processor(self, dialect: Any) -> Callable[[Any], Any]:  # noqa: ARG002  # SQLAlchemy's signature
        """What a driver gets."""
        return self.deferred.value


def _asks_for_values(node: Node | BoundTest) -> bool:
    """Whether a dialect may need the value of a constant: SQLite makes ranges of the start of a folded text."""
    match node:
        case ValueMatches(test=test):
            return _asks_for_values(test)
        case AllOf(items=items) | AnyOf(items=items):
            return any(map(_asks_for_values, items))
        case ContainsText(starts=starts, folded=folded):
            return starts and folded
        case OneOf(kind=kind):
            return kind == "folded"
        case _:
            return False


@compiles(_Condition)
@compiles(_After)
@compiles(_SortValue)
def _write_embedded(element: _Embedded, compiler: SQLCompiler, **passed: Any) -> str:
    *columns, held = element.clauses
    by_name = dict(zip(element.names, columns, strict=True))
    nested = {**passed, "within_columns_clause": False, "add_to_result_map": None}
    text: Callable[[str], str] = compiler.post_process_text
    embedded = _embedded_compiler(compiler, element.document)

    def table(names: tuple[str, ...]) -> str:
        other = element.metadata.tables.get(".".join(names)) if element.metadata is not None else None
        if other is None:
            return text(".".join(map(embedded.dialect.quoted, names)))
        return compiler.process(other, asfrom=True)

    def mark(value: Any) -> str:
        if isinstance(value, Deferred):
            parameter = held._clone()  # SQLAlchemy knows it for the one that it is a copy of
            parameter.type = _Filled(value)
        else:
            parameter = BindParameter(None, value, type_=NullType(), unique=True)
        return compiler.process(parameter, **nested)

    expression = render(
        element.written(embedded),
        mark,
        text=text,
        column=lambda name: _own(by_name[name], compiler, nested),
        table=table,
    )
    return f"({expression})"


@compiles(_Placed)
def _write_placed(element: _Placed, compiler: SQLCompiler, **passed: Any) -> str:
    term, key = raw(compiler.process(element.element, **passed)), element.sort_key
    dialect = _embedded_compiler(compiler, "").dialect
    placed = (
        dialect.nullable_sort_term(term, key.descending, key.nulls_last)
        if is_nullable_column(key)
        else dialect.sort_term(term, key.descending)
    )
    return render(placed, mark=repr)


def _embedded_compiler(compiler: SQLCompiler, document: str) -> EmbeddedCompiler:
    dialect = compiler.dialect
    name = _DISPLAYED if dialect.name == "default" else dialect.name
    is_mariadb: bool = getattr(dialect, "is_mariadb", False)
    question_marks = dialect.paramstyle == "qmark"
    return EmbeddedCompiler(orm_dialect(name, is_mariadb=is_mariadb, question_marks=question_marks), document)


def _own(column: ColumnElement[Any], compiler: SQLCompiler, passed: dict[str, Any]) -> str:
    """A column as what the expressions take."""
    text = compiler.process(column.self_group(against=operators.eq), **passed)
    kind = column.type.dialect_impl(compiler.dialect)
    if isinstance(kind, POSTGRESQL_JSON) and not isinstance(kind, JSONB):
        return f"CAST({text} AS jsonb)"
    if isinstance(kind, ENUM):
        return f"CAST({text} AS text)"
    if isinstance(column.type, Uuid) and not column.type.native_uuid and compiler.dialect.supports_native_uuid:
        return f"CAST({text} AS uuid)"
    return text
