"""Bound sort and cursor to a seek condition: the rows after the cursor in the order that ``order_by.py`` writes.

A key of a sort is one or more terms. For each term the cursor has a constant, or none if the value is NULL. If all
terms go the same way and the dialect compares row values, the condition is ``(a, b) > (?, ?)``. Otherwise it says term
by term that a row is after the cursor, or equal to it and after it in the next terms. Then a bound on the first term is
added, so that an index knows where to start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ...bound.cursor import Cursor, unicode_values_for
from ...bound.nodes import BoundSort, BoundSortKey, Constant, Kind
from ...errors import CursorError, UnsupportedError
from ...schema.storage import Column
from ...values.datetimes import read_time
from ...values.sort_values import NON_FINITE, SortValue
from .compiler import Compiler
from .dialects.base import Dialect
from .order_by import INSTANT_MARK, TEXT_MARK, column_operand, is_column, rank_of, sort_expressions
from .parts import FALSE, Sql, join, raw, sql

__all__ = ["seek_condition"]


@dataclass(frozen=True, slots=True)
class _Term:
    """One term of a sort, and the cursor's value of it."""

    expression: Sql
    constant: Sql | None
    """None: the cursor's value is NULL."""
    compare: Callable[[str], Sql]
    """The comparison of the two by a comparator."""
    comparator: str
    """``>`` if the rows after the cursor have greater values, ``<`` if they have lesser ones."""
    nulls_after: bool
    """Whether the expression may be NULL, and NULL comes after every value."""

    def at_or_after(self) -> Sql | None:
        """The range of the rows at the cursor and after it; None if it is no single range."""
        return None if self.constant is None or self.nulls_after else self.compare(f"{self.comparator}=")

    def after(self) -> Sql:
        """Whether a row is after the cursor by this term."""
        if self.constant is None:
            return FALSE if self.nulls_after else sql("{} IS NOT NULL", self.expression)
        condition = self.compare(self.comparator)
        return sql("({} OR {} IS NULL)", condition, self.expression) if self.nulls_after else condition

    def equal(self) -> Sql:
        """Whether a row has the cursor's value."""
        return sql("{} IS NULL", self.expression) if self.constant is None else self.compare("=")


def seek_condition(compiler: Compiler, sort: BoundSort, cursor: Cursor, backward: bool) -> Sql:
    """The condition that a row is after the cursor in a sort; with ``backward``, before it.

    Raises what :func:`qlause.bound.cursor.unicode_values_for` does, CursorError for a cursor whose values are not of
    the columns' types (``cursor_value``), and UnsupportedError for a field of several values and for too many fields.
    """
    values = unicode_values_for(cursor, sort)
    keys = (sort.reversed() if backward else sort).keys
    terms = [term for key, value in zip(keys, values, strict=True) for term in _terms(compiler, key, value)]
    if len(terms) > compiler.dialect.max_depth:
        message = f"{compiler.dialect.name} takes no page of a sort by so many fields"
        raise UnsupportedError(message, code="too_deep")
    if not terms:
        return FALSE  # all rows are equal in the sort, so none is after another
    constants = [term.constant for term in terms if term.constant is not None and not term.nulls_after]
    same_direction = len({term.comparator for term in terms}) == 1
    if compiler.dialect.row_values and same_direction and len(constants) == len(terms) > 1:
        row = join(", ", [term.expression for term in terms])
        return sql(f"({{}}) {terms[0].comparator} ({{}})", row, join(", ", constants))
    condition = _lexicographic(terms)
    bound = terms[0].at_or_after() if is_column(keys[0]) and len(terms) > 1 else None
    return condition if bound is None else sql("{} AND {}", bound, condition)


def _lexicographic(terms: list[_Term]) -> Sql:
    """After by the first half of the terms, or equal in it and after by the second half.

    Halves keep the depth of the condition at the logarithm of the number of terms.
    """
    if len(terms) == 1:
        return terms[0].after()
    middle = len(terms) // 2
    after_by_first = _lexicographic(terms[:middle])
    after_by_second = join(" AND ", [*(term.equal() for term in terms[:middle]), _lexicographic(terms[middle:])])
    return after_by_second if after_by_first == FALSE else sql("({} OR ({}))", after_by_first, after_by_second)


def _terms(compiler: Compiler, key: BoundSortKey, value: SortValue | None) -> Iterator[_Term]:
    """The terms of one key, as far as they are needed to compare with the cursor's value."""
    expressions = sort_expressions(compiler, key)
    comparator = "<" if key.descending else ">"
    if is_column(key):
        yield _column_term(compiler, key, value, expressions[0], comparator)
        return
    constants = [raw(str(rank_of(key, value)))]
    rank, *numbers, text = expressions
    compared = [rank]
    match value:
        case (1, number):
            compared += numbers
            constants += compiler.dialect.number_constants(number)
        case (2 | 4, string):
            compared.append(text)
            constants.append(compiler.dialect.constant("string", string))
    for expression, constant in zip(compared, constants, strict=False):
        yield _Term(expression, constant, _comparison(expression, constant), comparator, nulls_after=False)


def _comparison(expression: Sql, constant: Sql) -> Callable[[str], Sql]:
    return lambda comparator: sql(f"{{}} {comparator} {{}}", expression, constant)


def _column_term(
    compiler: Compiler, key: BoundSortKey, value: SortValue | None, expression: Sql, comparator: str
) -> _Term:
    """The term of a column that is the value itself."""
    dialect, column = compiler.dialect, key.target.column
    assert column is not None  # noqa: S101  # for mypy: is_column
    nulls_after = key.nulls_last and not key.required
    if value is None:
        return _Term(expression, None, lambda _: FALSE, comparator, nulls_after)
    kind, operand = column_operand(dialect, compiler.value_of(column), column, key.instant)
    operand = operand._replace(non_finite=False)  # NaN and the infinities have their places in the order
    if column.type == "boolean" and value[0] == 3:
        boolean = raw("TRUE" if value[1] else "FALSE")
        return _Term(expression, boolean, _comparison(expression, boolean), comparator, nulls_after)
    constant = _constant(dialect, key, column, kind, value)
    left, right = dialect.sides(kind, operand, constant)
    return _Term(left, right, lambda sign: dialect.compare(kind, operand, sign, constant), comparator, nulls_after)


def _constant(dialect: Dialect, key: BoundSortKey, column: Column, kind: Kind, value: SortValue) -> Constant:
    """The value of a cursor as a constant of the column's kind."""
    try:
        match kind, value:
            case "number", (1 | 5, number) if (constant := _number(dialect, number)) is not None:
                return constant
            case "string", (2 | 4 as rank, str(text)) if key.instant:
                return (INSTANT_MARK if rank == 4 else TEXT_MARK) + text
            case "string", (2, str(text)):
                return text
            case "string", (4, str(text)) if column.type == "date":
                return text[:10]
            case "string", (5, str(text)) if text:
                return text
            case "instant", (4, str(text)):
                return datetime.fromisoformat(f"{text[:26]}+00:00")
            case "date", (2 | 4, str(text)):
                return date.fromisoformat(text[:10])
            case "time", (2, str(text)) if (moment := read_time(text)) is not None:
                return moment
            case "uuid", (2 | 5, str(text)):
                return UUID(text)
    except ValueError:  # the error is raised below
        pass
    message = f"the cursor's value of {key.target.written} is none that its column holds"
    raise CursorError(message, code="cursor_value", hint="ask for the first page again")


def _number(dialect: Dialect, value: Any) -> float | None:
    """A number, an infinity or NaN by its name, as a constant; None for what the engine has no place for."""
    if value == "NaN" and not dialect.nan_is_greatest:
        return None
    number: float | None = NON_FINITE.get(value) if isinstance(value, str) else value
    return number
