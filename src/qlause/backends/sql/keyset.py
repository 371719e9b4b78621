"""Bound sort + cursor → the condition that a row stands behind it, over the very terms that ``ordering.py`` sorts by.

Every key of a sort is some terms, and a cursor has a constant for each of them or, for NULL, none. Where a dialect
compares rows as a whole, and all terms go the same way, that is the condition; else it says, term by term, that a row
stands behind, or equal and behind in the next. The first term also bounds the whole, for an index to start from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ...bound.cursor import Cursor, values_for
from ...bound.nodes import BoundSort, BoundSortKey, Constant, Kind
from ...errors import CursorError, UnsupportedError, shorten
from ...schema.storage import Column
from ...values.datetimes import read_time
from ...values.sort_values import SortValue
from .compiler import Compiler
from .order_by import INSTANT_MARK, TEXT_MARK, column_operand, is_column, rank_of, sort_values
from .parts import FALSE, Sql, join, raw, sql

__all__ = ["behind"]


@dataclass(frozen=True, slots=True)
class _Place:
    """One term of a sort and where a cursor stands in it."""

    key: Sql
    constant: Sql | None
    """None: the cursor stands among NULLs."""
    compared: Callable[[str], Sql]
    """The comparison of the two."""
    comparator: str
    """On which side of the constant the rows behind are."""
    null_behind: bool
    """Whether NULL can be there and stands behind every value."""

    def bound(self) -> Sql | None:
        """What holds for the rows here and behind, where that is one range."""
        return None if self.constant is None or self.null_behind else self.compared(f"{self.comparator}=")

    def behind(self) -> Sql:
        """Whether a row stands behind."""
        if self.constant is None:
            return FALSE if self.null_behind else sql("{} IS NOT NULL", self.key)
        found = self.compared(self.comparator)
        return sql("({} OR {} IS NULL)", found, self.key) if self.null_behind else found

    def equal(self) -> Sql:
        """Whether a row stands here."""
        return sql("{} IS NULL", self.key) if self.constant is None else self.compared("=")


def behind(compiler: Compiler, sort: BoundSort, cursor: Cursor, backward: bool) -> Sql:
    """The condition that a row stands behind the cursor in a sort; with ``backward``, before it.

    Raises what :func:`qlause.cursor.values_for` does, CursorError for a cursor whose values are not of the columns'
    types (``cursor_value``), and UnsupportedError for a field of several values and for too many fields.
    """
    values = values_for(cursor, sort)
    keys = (sort.reversed() if backward else sort).keys
    places = [place for key, value in zip(keys, values, strict=True) for place in _places(compiler, key, value)]
    if len(places) > compiler.dialect.max_depth:
        message = f"{compiler.dialect.name} takes no page of a sort by so many fields"
        raise UnsupportedError(message, code="too_deep")
    if not places:
        return FALSE  # nothing tells rows apart, so none stands behind another
    constants = [place.constant for place in places if place.constant is not None and not place.null_behind]
    same_way = len({place.comparator for place in places}) == 1 and len(constants) == len(places)
    if compiler.dialect.row_values and same_way and len(places) > 1:
        left = join(", ", [place.key for place in places])
        return sql(f"({{}}) {places[0].comparator} ({{}})", left, join(", ", constants))
    found = _nested(places)
    bound = places[0].bound() if is_column(keys[0]) and len(places) > 1 else None
    return found if bound is None else sql("{} AND {}", bound, found)


def _nested(places: list[_Place]) -> Sql:
    """Behind in the first half, or equal in it and behind in the second: as deep as the logarithm of their number."""
    if len(places) == 1:
        return places[0].behind()
    middle = len(places) // 2
    found = _nested(places[:middle])
    here = join(" AND ", [*(place.equal() for place in places[:middle]), _nested(places[middle:])])
    return here if found == FALSE else sql("({} OR ({}))", found, here)


def _places(compiler: Compiler, key: BoundSortKey, value: SortValue | None) -> Iterator[_Place]:
    terms = sort_values(compiler, key)
    comparator = "<" if key.descending else ">"
    if is_column(key):
        yield _in_column(compiler, key, value, terms[0], comparator)
        return
    constants = [raw(str(rank_of(key, value)))]
    rank, *numbers, text = terms
    terms = [rank]
    match value:
        case (1, number):
            terms += numbers
            constants += compiler.dialect.number_constants(number)
        case (2 | 4, string):
            terms.append(text)
            constants.append(compiler.dialect.constant("string", string))
    for term, constant in zip(terms, constants, strict=False):
        yield _Place(term, constant, _sides(term, constant), comparator, null_behind=False)


def _sides(key: Sql, constant: Sql) -> Callable[[str], Sql]:
    return lambda comparator: sql(f"{{}} {comparator} {{}}", key, constant)


def _in_column(compiler: Compiler, key: BoundSortKey, value: SortValue | None, term: Sql, comparator: str) -> _Place:
    """The place in a column that is the value itself."""
    dialect, column = compiler.dialect, key.target.column
    assert column is not None  # noqa: S101  # for mypy: is_column
    null_behind = key.nulls_last and not key.required
    if value is None:
        return _Place(term, None, lambda _: FALSE, comparator, null_behind)
    text = dialect.inside(compiler.own(column.name), column.steps)
    kind, operand = column_operand(dialect, text, column, key.instant)
    if column.type == "boolean" and value[0] == 3:
        constant = raw("TRUE" if value[1] else "FALSE")
        return _Place(term, constant, _sides(term, constant), comparator, null_behind)
    held = _constant(key, column, kind, value)
    left, right = dialect.compared(kind, operand, held)
    return _Place(left, right, lambda sign: dialect.compare(kind, operand, sign, held), comparator, null_behind)


def _constant(key: BoundSortKey, column: Column, kind: Kind, value: SortValue) -> Constant:
    """The value of a cursor as a constant of the column's kind."""
    try:
        match kind, value:
            case "number", (1, number):
                return number  # type: ignore[no-any-return]  # a number by its rank
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
    except ValueError:  # told below
        pass
    message = f"the cursor's value of {shorten('.'.join(key.target.keys))} is none that its column holds"
    raise CursorError(message, code="cursor_value", hint="ask for the first page again")
