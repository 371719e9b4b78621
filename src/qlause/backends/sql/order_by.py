"""Bound sort to the terms of ORDER BY (rule 20)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from ...bound.nodes import BoundSort, BoundSortKey, Kind
from ...schema.storage import Column
from ...values.sort_values import SortValue
from .compiler import Compiler
from .dialects.base import Dialect
from .dialects.operands import Operand, Value, is_literal
from .parts import Sql, join, raw, sql

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

__all__ = ["INSTANT_MARK", "TEXT_MARK", "column_operand", "is_column", "is_nullable_column", "order_by", "rank_of"]
__all__ += ["sort_expressions"]

_LruCache: TypeAlias = "_lru_cache_wrapper[list[Sql]]"
_KEPT: Final = 256
"""For how many keys of a sort what is made of them is kept."""
_LEAST, _GREATEST = 0, 9  # ranks of missing and null
_NUMBER, _STRING, _FALSE, _TRUE, _INSTANT, _ELSE = 1, 2, 3, 4, 5, 6
TEXT_MARK: Final = "0"
INSTANT_MARK: Final = "1"
"""What precedes other text, and instants, in the sort key of a column of both."""


def order_by(compiler: Compiler, sort: BoundSort) -> Sql:
    """The terms of a sort, the most significant first; NULL, which is no order, if there are none."""
    terms = [term for key in sort.keys for term in _kept(_terms, key)(compiler, key)]
    return join(", ", terms) if terms else raw("NULL")


@lru_cache(maxsize=_KEPT)
def _terms(compiler: Compiler, key: BoundSortKey) -> list[Sql]:
    dialect, expressions = compiler.dialect, sort_expressions(compiler, key)
    if is_nullable_column(key):
        return [dialect.nullable_sort_term(term, key.descending, key.nulls_last) for term in expressions]
    return [dialect.sort_term(term, key.descending) for term in expressions]


def is_column(key: BoundSortKey) -> bool:
    """Whether a key is a column that is the value itself: then it has one expression, and no rank for NULL."""
    column = key.target.column
    return column is not None and column.keys is None


def is_nullable_column(key: BoundSortKey) -> bool:
    """Whether a key is a column with NULLs, whose place among the values the term has to say."""
    return is_column(key) and not key.required


def sort_expressions(compiler: Compiler, key: BoundSortKey) -> list[Sql]:
    """The expressions to sort by for one key, the most significant first, without their direction.

    Raises UnsupportedError for a field of several values.
    """
    return _kept(_expressions, key)(compiler, key)


def _kept(make: _LruCache, key: BoundSortKey) -> Callable[[Compiler, BoundSortKey], list[Sql]]:
    """What makes something of a key: with its cache, if the schema names the key.

    A client can name any number of paths that are not declared; equal keys may differ in that, and in their texts.
    """
    return make if key.target.declared else make.__wrapped__


@lru_cache(maxsize=_KEPT)
def _expressions(compiler: Compiler, key: BoundSortKey) -> list[Sql]:
    target, dialect = key.target, compiler.dialect
    column, document = target.column, compiler.document
    keys = target.keys
    if column is not None:
        document = compiler.value_of(column)
        if column.keys is None:
            kind, operand = column_operand(dialect, document, column, key.instant)
            # An instant with a zone is compared in a form that no index has, but its order is that of the column.
            is_column = kind == "instant" and not operand.naive
            return [document if is_column else dialect.order_key(kind, operand)]
        keys = column.keys
    if is_literal(target):
        return _json_expressions(dialect, dialect.scalar(document, keys), key)
    value, in_subquery = dialect.direct_value(document, keys)
    rank, *others = map(in_subquery, _json_expressions(dialect, value, key))
    # Where a path reaches nothing, the subquery may have no row, and so no rank.
    return [sql(f"COALESCE({{}}, {rank_of(key, None)})", rank), *others]


def column_operand(dialect: Dialect, name: Sql, column: Column, instant: bool) -> tuple[Kind, Operand]:
    """What a column is sorted as; with ``instant``, its text gets a mark that puts instants after other text."""
    ((kind, operand),) = dialect.column(name, column).operands.items()
    if kind != "string" or not instant:
        return kind, operand
    as_instant = dialect.concat(raw(f"'{INSTANT_MARK}'"), dialect.instant_text_key(operand.text))
    as_text = dialect.concat(raw(f"'{TEXT_MARK}'"), operand.text)
    is_text = dialect.is_instant_text(operand.text)
    return kind, Operand(sql("(CASE WHEN {} THEN {} ELSE {} END)", is_text, as_instant, as_text))


def rank_of(key: BoundSortKey, value: SortValue | None) -> int:
    """The rank of a value of JSON. Missing and null have the rank that their place and the direction ask for."""
    match value:
        case None:
            return _GREATEST if key.nulls_last != key.descending else _LEAST
        case (3, boolean):
            return _TRUE if boolean else _FALSE
        case (rank, _):
            return {1: _NUMBER, 2: _STRING, 4: _INSTANT}.get(rank, _ELSE)


def _json_expressions(dialect: Dialect, value: Value, key: BoundSortKey) -> list[Sql]:
    """A JSON value as expressions: its rank, then the number, then the text, which are NULL for other values."""
    number, string = value.operands["number"], value.operands["string"]
    is_number, is_string = (operand.guard or sql("{} IS NOT NULL", operand.text) for operand in (number, string))
    text, instant = string.text, Sql()
    if key.instant:
        is_instant = dialect.is_instant_text(string.text)
        instant = sql(f" WHEN {{}} AND {{}} THEN {_INSTANT}", is_string, is_instant)
        text = sql("CASE WHEN {} THEN {} ELSE {text} END", is_instant, dialect.instant_text_key(text), text=text)
    rank = sql(
        f"CASE WHEN {{is_number}} THEN {_NUMBER}{{instant}} WHEN {{is_string}} THEN {_STRING}"
        f" WHEN {{false}} THEN {_FALSE} WHEN {{true}} THEN {_TRUE}"
        f" WHEN NOT ({{null}}) THEN {_ELSE} ELSE {rank_of(key, None)} END",
        is_number=is_number,
        instant=instant,
        is_string=is_string,
        false=value.false,
        true=value.true,
        null=value.null,
    )
    numbers = [sql("CASE WHEN {} THEN {} END", is_number, number_key) for number_key in dialect.number_keys(number)]
    return [
        rank,
        *numbers,
        dialect.text_order_key(string._replace(text=sql("(CASE WHEN {} THEN {} END)", is_string, text))),
    ]
