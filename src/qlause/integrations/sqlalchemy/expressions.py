"""The elements that SQLAlchemy compiles: a condition, the place behind a cursor, and a value to sort by.

SQLAlchemy keeps a compiled statement under the cache key of its elements. The key of ours is the structure of the
query: all that the text depends on. The constants are the value of one parameter, which is no part of the key, so
SQLAlchemy executes a kept statement with the constants of the next query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import BindParameter, Boolean, ColumnElement, FromClause, MetaData
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.sql.cache_key import NO_CACHE
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import NullType, TypeEngine

from ..._record import replace
from ...backends.parameters.structure import Structure
from ...backends.sql.keyset import seek_condition
from ...backends.sql.order_by import is_nullable_column
from ...backends.sql.parts import RelatedColumn, Sql, raw, render
from ...bound.cursor import Cursor
from ...bound.nodes import (
    AllOf,
    AnyOf,
    BoundSort,
    BoundSortKey,
    BoundTest,
    ContainsText,
    Node,
    OneOf,
    SomeElement,
    ValueMatches,
)
from ...bound.param import Deferred
from ...bound.query import BoundQuery
from ...schema.storage import Target
from ...values.sort_values import SortValue as CursorValue
from ..embedding import CONDITIONS, EmbeddedCompiler, embedded_compiler, sort_value, targets_of
from ..orm_dialects import orm_dialect
from .column_types import read_as_shown, shown_value
from .nullability import is_never_null, outer_in_statement
from .schema import Source, metadata_of, picked

__all__ = ["BehindCursor", "Condition", "SortTerm", "SortValue"]

_DISPLAYED: Final = "postgresql"  # what an element without an engine is printed in
_BOOLEAN: Final = Boolean()
_UNTYPED: Final = NullType()


class _Held(NamedTuple):
    """The value of the parameter that an element holds."""

    constants: tuple[Any, ...]
    structure: Any
    """What ``repr`` tells besides, for caches of results whose keys are made of a statement's text and parameters."""


class _Filled(NullType):
    """The type of a parameter in the text: it makes the value of the constants that an element holds."""

    def __init__(self, deferred: Deferred) -> None:  # SQLAlchemy copies a type by the names of its arguments
        super().__init__()
        self.deferred = deferred

    def filled(self, held: _Held) -> Any:
        """The value for these constants."""
        return self.deferred.value(held.constants)

    def bind_processor(self, dialect: Any) -> Callable[[Any], Any]:  # noqa: ARG002  # SQLAlchemy's signature
        """What a driver gets: SQLAlchemy has the constants of another query where it executes a kept statement."""
        filled = self.filled
        return lambda value: filled(value) if value.__class__ is _Held else value


class _Parameter(BindParameter[Any]):
    """The parameter that holds the constants of an element and, as copies of it, each value in the text.

    SQLAlchemy puts in other constants in two ways. When it executes a kept statement, it passes those of the new
    element to ``bind_processor``. When it compiles a condition of a loader option (``selectinload(….and_(…))``) that it
    has kept, it asks the parameter of the old key for a copy with another value.
    """

    inherit_cache = True
    _copies: list[_Parameter] | None = None
    """All that stand in one statement for what the same element holds; None in the element itself."""

    def in_text(self, deferred: Deferred, compiler: SQLCompiler) -> _Parameter:
        """A copy for one value in the text of a statement. Each has a name of its own, and all have one key."""
        last = compiler.binds.get(self.key)
        # Not a clone: clones of an annotated parameter, as in a loader option, are one to SQLAlchemy.
        copy = _Parameter(None, None, type_=_Filled(deferred), unique=True)
        copy._cloned_set.update(self._cloned_set)
        compiler._truncate_bindparam(copy)  # type: ignore[no-untyped-call]  # gives it its name
        copy.key = self.key
        copy._copies = last._copies if isinstance(last, _Parameter) and last._copies is not None else []
        copy._copies.append(copy)
        copy._fill(self.value)
        return copy

    def _fill(self, held: Any) -> None:
        if isinstance(self.type, _Filled):
            self.value = self.type.filled(held)

    def _with_value(self, value: Any, *arguments: Any, **named: Any) -> _Parameter:
        changed: _Parameter = super()._with_value(value, *arguments, **named)  # type: ignore[no-untyped-call]  # private
        if changed._copies is not None:
            changed._copies.append(changed)
            for copy in changed._copies:
                copy._fill(value)
        return changed


class _Embedded(ColumnElement[Any]):
    """An expression over some columns of a source, which SQLAlchemy sees and replaces as it does in its own elements.

    The last of its parts is the parameter that holds the constants.
    """

    inherit_cache = True
    __visit_name__ = "qlause"
    _traverse_internals = [  # noqa: RUF012  # SQLAlchemy's own way
        ("parts", InternalTraversal.dp_clauseelement_tuple),
        ("structure", InternalTraversal.dp_plain_obj),
    ]

    def __init__(
        self,
        kind: TypeEngine[Any],
        source: Source,
        names: tuple[str, ...],
        document: str,
        structure: Any,
        constants: Iterable[Any] = (),
        metadata: MetaData | None = None,
    ) -> None:
        columns = [_element_of(column) for column in picked(source, names, document)]
        # Not in SQLAlchemy's own key of a type.
        variants = [tuple(column.type._variant_mapping.items()) for column in columns]
        self.type = kind
        self.names = names
        self.document = document
        self.metadata = metadata
        self.structure = None if structure is None else (structure, names, document, metadata, *filter(None, variants))
        """All that the text depends on, columns aside; None: SQLAlchemy must not keep the statement."""
        held = _Held(tuple(constants), structure)
        self.parts = (*columns, _Parameter(None, held, type_=_UNTYPED, unique=True))
        for column in columns:
            if column._propagate_attrs:  # by which SQLAlchemy knows a statement of ORM classes
                self._propagate_attrs = column._propagate_attrs
                break

    @property
    def _from_objects(self) -> list[FromClause]:
        return [source for part in self.parts for source in part._from_objects]

    def self_group(self, against: Any = None) -> _Embedded:  # noqa: ARG002  # SQLAlchemy's signature
        return self  # it is in parentheses

    def _gen_cache_key(self, anon_map: Any, bindparams: Any) -> Any:
        if self.structure is None:
            anon_map[NO_CACHE] = True
            return None
        return super()._gen_cache_key(anon_map, bindparams)

    def written(self, compiler: EmbeddedCompiler, statement: _Statement) -> Sql:
        """The expression, over the constants that the element holds."""
        raise NotImplementedError  # each subclass has its own


class Condition(_Embedded):
    """The condition that a row is selected."""

    inherit_cache = True
    _is_implicitly_boolean = True  # else SQLAlchemy would compare it with 1 where an engine has no booleans

    def __init__(self, query: BoundQuery, source: Source, names: tuple[str, ...], document: str) -> None:
        structure = Structure(query)
        is_kept = structure.is_small and structure.folds_ascii_alone and not query.derived(_asks_for_values)
        metadata = metadata_of(source) if query.derived(_has_relation) else None
        key = structure.key if is_kept else None
        super().__init__(_BOOLEAN, source, names, document, key, structure.constants, metadata)
        self.bound = query

    def written(self, compiler: EmbeddedCompiler, statement: _Statement) -> Sql:  # noqa: ARG002  # as of the base
        """The expression."""
        return CONDITIONS.find(self.bound, compiler.dialect, self.document, self.structure is not None)[0]


class BehindCursor(_Embedded):
    """The condition that a row stands behind a cursor in a sort."""

    inherit_cache = True
    _is_implicitly_boolean = True

    def __init__(
        self, sort: BoundSort, cursor: Cursor, backward: bool, source: Source, names: tuple[str, ...], document: str
    ) -> None:
        metadata = _metadata_for([key.target for key in sort.keys], source)
        super().__init__(_BOOLEAN, source, names, document, structure=None, metadata=metadata)
        self.sort = sort
        self.cursor = cursor
        self.backward = backward

    def written(self, compiler: EmbeddedCompiler, statement: _Statement) -> Sql:
        """The expression."""
        keys = [_as_promised(key, statement.never_null) for key in self.sort.keys]
        values = [statement.shown(key, value) for key, value in zip(keys, self.cursor.values, strict=True)]
        cursor = Cursor(self.cursor.sort, tuple(values))
        return seek_condition(compiler, BoundSort(tuple(keys)), cursor, self.backward)


class SortValue(_Embedded):
    """One of the values that a key of a sort is compared by."""

    inherit_cache = True

    def __init__(self, key: BoundSortKey, index: int, source: Source, names: tuple[str, ...], document: str) -> None:
        structure = (key, key.target.declared, index)  # keys are equal whether they are declared or not
        metadata = _metadata_for([key.target], source)
        super().__init__(_UNTYPED, source, names, document, structure, metadata=metadata)
        self.sort_key = key
        self.index = index

    def written(self, compiler: EmbeddedCompiler, statement: _Statement) -> Sql:  # noqa: ARG002  # as of the base
        """The expression."""
        return sort_value(compiler, self.sort_key, self.index)


class SortTerm(UnaryExpression[Any]):
    """A value to sort by with its direction and, where NULL can be among the values, the place of NULL."""

    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012  # SQLAlchemy's own way
        *UnaryExpression._traverse_internals,
        ("sort_key", InternalTraversal.dp_plain_obj),
    ]

    def __init__(self, value: SortValue, key: BoundSortKey) -> None:
        super().__init__(value, modifier=operators.desc_op if key.descending else operators.asc_op)
        self.sort_key = key


def _element_of(column: Any) -> ColumnElement[Any]:
    """The element of an attribute of a class; a column itself."""
    element: ColumnElement[Any] = column.__clause_element__() if hasattr(column, "__clause_element__") else column
    return element


def _as_promised(key: BoundSortKey, never_null: frozenset[str]) -> BoundSortKey:
    """The key of a sort, required only if the statement has its column in every row."""
    column = key.target.column
    required = key.required and column is not None and column.name in never_null
    return key if required == key.required else replace(key, required=False)


class _Statement:
    """What the statement that is being compiled says of the columns of an element."""

    def __init__(self, element: _Embedded, compiler: SQLCompiler) -> None:
        self._dialect = compiler.dialect
        self._metadata = element.metadata
        self._columns = dict(zip(element.names, element.parts[:-1], strict=True))
        outer = outer_in_statement(compiler)
        self.never_null = frozenset([name for name, column in self._columns.items() if is_never_null(column, outer)])
        """The columns that hold a value in every row."""

    def shown(self, key: BoundSortKey, value: CursorValue | None) -> CursorValue | None:
        """A value of a cursor as what the column of a key is read as."""
        column = key.target.column
        if column is None or column.keys is not None:
            return value
        if column.relation is not None:
            kind = _type_there(column.relation.table, column.name, self._metadata)  # type: ignore[arg-type]  # a tuple
        else:
            kind = self._columns[column.name].type
        return shown_value(value, kind, self._dialect)


def _metadata_for(targets: Iterable[Target], source: Source) -> MetaData | None:
    """The metadata that other tables are found in; None where no target is in one."""
    return metadata_of(source) if _leads_elsewhere(targets) else None


def _leads_elsewhere(targets: Iterable[Target]) -> bool:
    return any(target.column is not None and target.column.relation for target in targets)


def _has_relation(root: Node) -> bool:
    return _leads_elsewhere(targets_of(root))


def _type_there(table: tuple[str, ...], name: str, metadata: MetaData | None) -> TypeEngine[Any]:
    """The type of a column of another table, as far as the metadata knows it."""
    other = None if metadata is None else metadata.tables.get(".".join(table))
    columns = () if other is None else other.c
    return next((column.type for column in columns if column.name == name), _UNTYPED)


def _asks_for_values(node: Node | BoundTest) -> bool:
    """Whether a dialect may need the value of a constant.

    SQLite makes ranges of the start of a folded text, and folds the letters beyond ASCII that a text has.
    """
    match node:
        case ValueMatches(test=inner) | SomeElement(node=inner):
            return _asks_for_values(inner)
        case AllOf(items=items) | AnyOf(items=items):
            return any(map(_asks_for_values, items))
        case ContainsText(starts=starts, folded=folded):
            return folded and starts
        case OneOf(kind=kind):
            return kind == "folded"
        case _:
            return False


@compiles(Condition)
@compiles(BehindCursor)
@compiles(SortValue)
def _write_embedded(element: _Embedded, compiler: SQLCompiler, **passed: Any) -> str:
    *columns, held = element.parts
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
            parameter: BindParameter[Any] = held.in_text(value, compiler)
        else:
            parameter = BindParameter(None, value, type_=_UNTYPED, unique=True)
        return compiler.process(parameter, **nested)

    def related(part: RelatedColumn) -> str:
        column = f"{part.alias}.{text(embedded.dialect.quoted(part.name))}"
        return read_as_shown(column, _type_there(part.names, part.name, element.metadata), compiler.dialect)

    expression = render(
        element.written(embedded, _Statement(element, compiler)),
        mark,
        text=text,
        column=lambda name: _own(by_name[name], compiler, nested),
        table=table,
        related=related,
    )
    return f"({expression})"


@compiles(SortTerm)
def _write_term(element: SortTerm, compiler: SQLCompiler, **passed: Any) -> str:
    value = raw(compiler.process(element.element, **passed))
    key, inner = element.sort_key, element.element
    if isinstance(inner, _Embedded):  # around a subquery with a limit, SQLAlchemy sorts by its columns instead
        key = _as_promised(key, _Statement(inner, compiler).never_null)
    dialect = _embedded_compiler(compiler, "").dialect
    term = (
        dialect.nullable_sort_term(value, key.descending, key.nulls_last)
        if is_nullable_column(key)
        else dialect.sort_term(value, key.descending)
    )
    return render(term, mark=repr)


def _embedded_compiler(compiler: SQLCompiler, document: str) -> EmbeddedCompiler:
    dialect = compiler.dialect
    name = _DISPLAYED if dialect.name == "default" else dialect.name
    is_mariadb: bool = getattr(dialect, "is_mariadb", False)
    own = orm_dialect(
        name,
        is_mariadb=is_mariadb,
        question_marks=dialect.paramstyle == "qmark",
        native_uuid=dialect.supports_native_uuid,
    )
    return embedded_compiler(own, document)


def _own(column: ColumnElement[Any], compiler: SQLCompiler, passed: dict[str, Any]) -> str:
    """A column as what the expressions take: the value that the driver gives."""
    text = compiler.process(column.self_group(against=operators.eq), **passed)
    return read_as_shown(text, column.type, compiler.dialect)
