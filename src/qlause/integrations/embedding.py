"""What the ORMs share: SQL whose columns, tables and parameters the library writes itself.

A library knows best how a column is called where a statement uses it (aliases, joins, schemas), and how a parameter is
shown. So columns of the row and other tables stay parts of the expression until the library writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import ClassVar, Final, assert_never

from .._record import new
from ..backends.parameters.kept import Kept
from ..backends.sql.compiler import Compiler
from ..backends.sql.dialects.base import Dialect
from ..backends.sql.order_by import sort_expressions
from ..backends.sql.parts import RelatedColumn, RowColumn, Sql, Table, raw
from ..bound.nodes import (
    AllOf,
    AnyOf,
    BoundSort,
    BoundSortKey,
    Node,
    PathExists,
    SizeMatches,
    SomeElement,
    ValueMatches,
)
from ..bound.param import NeedsValueError
from ..errors import UnsupportedError
from ..schema.storage import Column, Target

__all__ = [
    "CONDITIONS",
    "SORT_VALUES",
    "EmbeddedCompiler",
    "column_names_of",
    "columns_of_query",
    "embedded_compiler",
    "sort_value",
    "targets_of",
]
__all__ += ["unsupported_key", "with_key"]

SORT_VALUES: Final = 4
"""How many expressions one key of a sort has at most in any dialect."""
_MOST_PARTS: Final = 1_000  # of a condition that is kept


class EmbeddedCompiler(Compiler):
    """Leaves columns and tables to the library. Conditions are never NULL: a library negates them by its own NOT."""

    two_valued: ClassVar[bool] = True

    def __init__(self, dialect: Dialect, document: str) -> None:
        super().__init__(dialect, document, alias="")

    def own(self, name: str) -> Sql:
        """A column of the row."""
        return Sql((new(RowColumn, (name,)),))

    def related(self, table: tuple[str, ...], alias: str, name: str) -> Sql:
        """A column of a row of another table."""
        return Sql((new(RelatedColumn, (table, alias, name)),))

    def table(self, names: tuple[str, ...]) -> Sql:
        """Another table."""
        return Sql((new(Table, (names,)),))


embedded_compiler: Final = lru_cache(maxsize=256)(EmbeddedCompiler)
"""The compiler for a dialect and document column: one, by which what it makes can be kept."""


def _condition(root: Node, dialect: Dialect, document: str, for_all_values: bool) -> Sql:
    try:
        return embedded_compiler(dialect, document).query(root)
    except NeedsValueError as error:
        if for_all_values:
            raise AssertionError(f"{dialect.name} wants to see a value, but the text is kept for all values") from error
        raise


CONDITIONS: Final = Kept(_condition, lambda condition: len(condition) <= _MOST_PARTS)
"""Conditions by their structure, dialect and document column, and whether the library keeps them for all values."""


def sort_value(compiler: EmbeddedCompiler, key: BoundSortKey, index: int) -> Sql:
    """One of the ``SORT_VALUES`` expressions of a key; NULL, in a form that PostgreSQL sorts by, where it has fewer."""
    values = sort_expressions(compiler, key)
    return values[index] if index < len(values) else raw("NULLIF(1, 1)")


def with_key(sort: BoundSort, columns: Iterable[Column]) -> BoundSort:
    """A sort that ends in the columns of a primary key, those that it has already aside."""
    keys = list(sort.keys)
    descending = sort.ends_descending
    for column in columns:
        columns_of_keys = [key.target.column for key in keys]
        sorted_columns = [
            other for other in columns_of_keys if other is not None and other.keys is None and other.relation is None
        ]
        if all(other.name != column.name for other in sorted_columns):
            target = Target((column.name,), column=column)
            keys.append(BoundSortKey(target, descending, nulls_last=descending, required=True))
    return BoundSort(tuple(keys))


def unsupported_key() -> UnsupportedError:
    """The error for a page where the primary key is of another type than fields have."""
    message, hint = "the primary key is of a type that no page can go on from", "name another unique field: unique="
    return UnsupportedError(message, code="not_ordered", hint=hint)


def targets_of(node: Node) -> Iterator[Target]:
    """The targets of a bound query."""
    match node:
        case AllOf(items=items) | AnyOf(items=items):
            for item in items:
                yield from targets_of(item)
        case (
            ValueMatches(target=target)
            | PathExists(target=target)
            | SizeMatches(target=target)
            | SomeElement(target=target)
        ):
            yield target
        case _:
            assert_never(node)


def columns_of_query(root: Node, document: str) -> tuple[str, ...]:
    """The columns of the row that a bound query looks at, each once."""
    return column_names_of(targets_of(root), document)


def column_names_of(targets: Iterable[Target], document: str) -> tuple[str, ...]:
    """The columns of the row that conditions on the targets look at, each once."""
    names: dict[str, None] = {}
    for target in targets:
        column = target.column
        if column is None:
            names.setdefault(document)
        elif column.relation is not None:
            names.update(dict.fromkeys(column.relation.parents))
        else:
            names.setdefault(column.name)
            if column.folded is not None:
                names.setdefault(column.folded)
    return tuple(names)
