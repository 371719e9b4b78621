"""Tests of one candidate → conditions. NULL counts as false, also under a negation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import assert_never

from ... import bound
from ...bound import BoundTest, Compare, Constant, ContainsText, IsNull, OneOf
from ...dates import instant_key
from .dialects.base import Dialect, Operand, Value
from .fragment import FALSE, TRUE, Sql, join, sql

__all__ = ["condition", "group", "storable"]

_FLAT = 64  # items of one AND or OR; more are grouped, because engines nest one level for each operator of a chain


def group(operator: str, items: Sequence[Sql], whenever: Sql, never: Sql) -> Sql:
    """The items joined by AND or OR, in a tree whose depth is the logarithm of their number.

    ``whenever`` is what the whole is as soon as one item is it, ``never`` is what an item adds nothing by being.
    """
    if whenever in items:
        return whenever
    parts = [item for item in items if item != never]
    if not parts:
        return never
    while len(parts) > _FLAT:
        parts = [
            sql("({})", join(f" {operator} ", parts[start : start + _FLAT])) for start in range(0, len(parts), _FLAT)
        ]
    return parts[0] if len(parts) == 1 else sql("({})", join(f" {operator} ", parts))


def condition(test: BoundTest, value: Value, dialect: Dialect) -> Sql:
    """The condition that a candidate passes a test."""
    match test:
        case bound.All(items=items):
            found = group("AND", [condition(each, value, dialect) for each in items], FALSE, TRUE)
            return _present(value) if found == TRUE else found
        case bound.Any(items=items):
            return group("OR", [condition(each, value, dialect) for each in items], TRUE, FALSE)
        case OneOf(negated=negated):
            found = _one_of(test, value, dialect)
        case Compare(negated=negated):
            found = _compare(test, value, dialect)
        case ContainsText(negated=negated):
            found = _contains(test, value, dialect)
        case IsNull(negated=negated):
            found = Sql(value.null) if value.null else FALSE
        case _:
            assert_never(test)
    if not negated:
        return found
    if found == FALSE:
        return _present(value)
    other = sql(dialect.negation, found)
    return sql("({} AND {})", Sql(value.present), other) if value.present else other


def _present(value: Value) -> Sql:
    return Sql(value.present) if value.present else TRUE


def _guarded(operand: Operand | None, found: Callable[[Operand], Sql]) -> Sql:
    """A condition on an operand, if the candidate can be of its kind."""
    if operand is None:
        return FALSE
    condition = found(operand)
    return sql("({} AND {})", Sql(operand.guard), condition) if operand.guard and condition != FALSE else condition


def _one_of(test: OneOf, value: Value, dialect: Dialect) -> Sql:
    values = test.values
    match test.kind:
        case "boolean":
            return group("OR", [Sql(value.true if each else value.false) for each in values], TRUE, FALSE)
        case "folded":
            texts = [each for each in values if isinstance(each, str)]
            return _guarded(value.operands.get("string"), lambda operand: dialect.folded_one_of(operand, texts))
        case "instant_text":
            keys = [instant_key(each) for each in values]  # type: ignore[arg-type]  # instants
            return _instant_text(value, dialect, lambda operand: dialect.one_of("string", operand, keys))
        case kind:
            return _guarded(value.operands.get(kind), lambda operand: dialect.one_of(kind, operand, values))


def _compare(test: Compare, value: Value, dialect: Dialect) -> Sql:
    kind, comparator, constant = test.kind, test.comparator, test.value
    if kind == "instant_text":
        key = instant_key(constant)  # type: ignore[arg-type]  # an instant
        return _instant_text(value, dialect, lambda operand: dialect.compare("string", operand, comparator, key))
    return _guarded(value.operands.get(kind), lambda operand: dialect.compare(kind, operand, comparator, constant))


def _contains(test: ContainsText, value: Value, dialect: Dialect) -> Sql:
    how = dialect.folded_contains if test.folded else dialect.contains
    return _guarded(value.operands.get("string"), lambda operand: how(operand, test.text, test.starts, test.ends))


def _instant_text(value: Value, dialect: Dialect, found: Callable[[Operand], Sql]) -> Sql:
    def compared(operand: Operand) -> Sql:
        key = Operand(dialect.instant_text_key(operand.text))
        return sql("{} AND {}", Sql(dialect.is_instant_text(operand.text)), found(key))

    return _guarded(value.operands.get("string"), compared)


def storable(test: BoundTest) -> BoundTest:
    """The same test without U+0000, which no stored text holds (rule 1) and not every engine takes as a parameter."""
    match test:
        case bound.All(items=items):
            return bound.All(tuple(map(storable, items)))
        case bound.Any(items=items):
            return bound.Any(tuple(map(storable, items)))
        case OneOf(values=values, negated=negated) if any(map(_holds_nul, values)):
            left = tuple(value for value in values if not _holds_nul(value))
            return replace(test, values=left) if left else _constant(negated)
        case Compare(value=str() as value, comparator=comparator) if _holds_nul(value):
            # No stored text stands between this one and what precedes its first U+0000.
            return replace(test, value=value.partition("\0")[0], comparator=">" if comparator[0] == ">" else "<=")
        case ContainsText(text=text, negated=negated) if _holds_nul(text):
            return _constant(negated)
        case _:
            return test


def _holds_nul(value: Constant) -> bool:
    return isinstance(value, str) and "\0" in value


def _constant(value: bool) -> BoundTest:
    return bound.All(()) if value else bound.Any(())
