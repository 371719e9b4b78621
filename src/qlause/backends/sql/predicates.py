"""Tests of one candidate as conditions. NULL counts as false, also under NOT."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from ...bound.nodes import (
    AllOf,
    AnyOf,
    BoundTest,
    Comparand,
    Compare,
    ContainsText,
    IsNull,
    Kind,
    OneOf,
)
from ...bound.param import compute
from ...bound.sizes import Sizes
from ...bound.visitor import TestVisitor
from ...values.datetimes import end_of_second, instant_key, key_of_limit, second_of
from .dialects.base import Dialect
from .dialects.operands import NO_ARRAY, Operand, Value
from .parts import FALSE, NOTHING, TRUE, Sql, join, sql

__all__ = ["depth_of", "group", "predicate", "size_condition"]

_FEW = 3  # groups: what one literal can mean has no more
_FLAT = 64  # items of one AND or OR; more are grouped, because engines nest one level for each operator of a chain


def predicate(test: BoundTest, value: Value, dialect: Dialect) -> Sql:
    """The condition that a candidate passes a test."""
    return _Predicate(value, dialect).visit_test(test)


def depth_of(test: BoundTest) -> int:
    """How deep the groups of a test are nested; 0 where they are few, so that these keep the order of the text."""
    depth = _depth(test)
    return depth if depth > _FEW else 0


def _depth(test: BoundTest) -> int:
    return 1 + max(map(_depth, test.items), default=0) if isinstance(test, (AllOf, AnyOf)) else 0


def group(operator: str, items: Sequence[Sql], absorbing: Sql, neutral: Sql) -> Sql:
    """The items joined by AND or OR, in a tree whose depth is the logarithm of their number.

    ``absorbing`` decides the whole group (FALSE for AND); ``neutral`` items are dropped (TRUE for AND).
    """
    if absorbing in items:
        return absorbing
    parts = [item for item in items if item != neutral]
    if not parts:
        return neutral
    while len(parts) > _FLAT:
        parts = [_joined(operator, parts[start : start + _FLAT]) for start in range(0, len(parts), _FLAT)]
    return parts[0] if len(parts) == 1 else _joined(operator, parts)


def _joined(operator: str, parts: Sequence[Sql]) -> Sql:
    return sql("({})", join(f" {operator} ", parts))


def size_condition(dialect: Dialect, size: Sql, sizes: Sizes) -> Sql:
    """The condition that a number of elements is in some interval. It is never NULL, as the number is not."""
    if size == NO_ARRAY:
        return FALSE

    def number(value: int) -> Sql:
        return dialect.constant("number", value)

    single = [low for low, high in sizes if low == high]
    parts = [dialect.in_list(size, "number", single)] if single else []
    for low, high in sizes:
        if high is None:
            parts.append(sql("{} >= {}", size, number(low)))
        elif low != high:
            parts.append(sql("{} BETWEEN {} AND {}", size, number(low), number(high)))
    return group("OR", parts, TRUE, FALSE)


class _Predicate(TestVisitor[Sql]):
    """Writes the tests of one candidate."""

    def __init__(self, value: Value, dialect: Dialect) -> None:
        self.value = value
        self.dialect = dialect

    def all_of(self, test: AllOf[BoundTest]) -> Sql:
        kind = _common_kind(test.items)
        if kind is not None and self.value.guard(kind):
            return self._guarded(self.value.operands[kind], lambda operand: self._range(test, kind, operand))
        condition = group("AND", self._members(test.items), FALSE, TRUE)
        return self._present() if condition == TRUE else condition

    def any_of(self, test: AnyOf[BoundTest]) -> Sql:
        return group("OR", self._members(test.items), TRUE, FALSE)

    def _members(self, tests: Sequence[BoundTest]) -> list[Sql]:
        """The conditions of the members of a group, the deepest first, as in the compiler."""
        return list(map(self.visit_test, sorted(tests, key=depth_of, reverse=True)))

    def one_of(self, test: OneOf) -> Sql:
        return self._negated(self._one_of(test), test.negated)

    def compare(self, test: Compare) -> Sql:
        return self._negated(self._compare(test), test.negated)

    def contains_text(self, test: ContainsText) -> Sql:
        contains = self.dialect.folded_contains if test.folded else self.dialect.contains
        operand = self._foldable() if test.folded else self.value.operands.get("string")
        condition = self._guarded(operand, lambda operand: contains(operand, test.text, test.starts, test.ends))
        return self._negated(condition, test.negated)

    def is_null(self, test: IsNull) -> Sql:
        return self._negated(self.value.null or FALSE, test.negated)

    def _negated(self, condition: Sql, negated: bool) -> Sql:
        if not negated:
            return condition
        if condition == FALSE:
            return self._present()
        other = sql(self.dialect.negation, condition)
        return sql("({} AND {})", self.value.present, other) if self.value.present else other

    def _range(self, test: BoundTest, kind: Kind, operand: Operand) -> Sql:
        """The condition of tests of one kind, where the guard of the kind holds."""

        def condition(operand: Operand) -> Sql:
            return predicate(test, self.value.unguarded(kind, operand), self.dialect)

        return self.dialect.read_once(operand, condition) if operand.guard_last else condition(operand)

    def _present(self) -> Sql:
        return self.value.present or TRUE

    def _guarded(self, operand: Operand | None, condition_on: Callable[[Operand], Sql]) -> Sql:
        """A condition on an operand, with its guard; false if the candidate is never of its kind."""
        if operand is None:
            return FALSE
        condition = condition_on(operand)
        if not operand.guard or condition == FALSE:
            return condition
        if operand.guard_last:  # CASE fixes the order: an engine evaluates the members of an AND in any order
            return sql("(CASE WHEN {} THEN {} END)", condition, operand.guard)
        return sql("({} AND {})", operand.guard, condition)

    def _one_of(self, test: OneOf) -> Sql:
        values, dialect = test.values, self.dialect
        match test.kind:
            case "boolean":
                conditions = [self.value.true if value else self.value.false for value in values]
                return group("OR", conditions, TRUE, FALSE)
            case "folded":
                return self._guarded(self._foldable(), lambda operand: dialect.folded_one_of(operand, values))
            case "instant_text":
                keys = [compute(instant_key, value) for value in values]
                return self._instant_text("=", keys, lambda operand: dialect.one_of("string", operand, keys))
            case kind:
                return self._guarded(
                    self.value.operands.get(kind), lambda operand: dialect.one_of(kind, operand, values)
                )

    def _compare(self, test: Compare) -> Sql:
        kind, comparator, constant = test.kind, test.comparator, test.value
        if kind == "instant_text":
            key = compute(instant_key, constant)
            return self._instant_text(
                comparator, [key], lambda operand: self.dialect.compare("string", operand, comparator, key)
            )
        if kind == "instant_or_text":
            return self._instant_or_text(comparator, constant)
        return self._guarded(
            self.value.operands.get(kind), lambda operand: self.dialect.compare(kind, operand, comparator, constant)
        )

    def _foldable(self) -> Operand | None:
        """The operand to compare under the fold. A column of folded texts needs no guard: it holds nothing else."""
        operand = self.value.operands.get("string")
        if operand is not None and operand.folded is not None:
            return operand._replace(guard=NOTHING)
        return self.value.operands.get("folded", operand)

    def _instant_text(self, comparator: str, keys: Sequence[Comparand], condition_on: Callable[[Operand], Sql]) -> Sql:
        def condition(operand: Operand) -> Sql:
            is_text, key = _instant_texts(self.dialect, operand.text)
            exact = sql("{} AND {}", is_text, condition_on(key))
            return (
                join(" AND ", [*_index_bounds(operand, self.dialect, comparator, keys), exact])
                if operand.indexed
                else exact
            )

        return self._guarded(self.value.operands.get("string"), condition)

    def _instant_or_text(self, comparator: str, text: Comparand) -> Sql:
        """Texts outside of the limit's second compare as texts. Within it, those that are instants compare as such."""
        dialect, second = self.dialect, compute(second_of, text)
        is_greater = comparator[0] == ">"
        outer, inner = (">=", second), (">=", compute(end_of_second, second))
        if not is_greater:
            outer, inner = ("<", inner[1]), ("<", second)

        def condition(operand: Operand) -> Sql:
            is_text, key = _instant_texts(dialect, operand.text)
            within = sql(
                "CASE WHEN {} THEN {} ELSE {} END",
                is_text,
                dialect.compare("string", key, comparator, compute(key_of_limit, text)),
                dialect.compare("string", operand, comparator, text),
            )
            bounds = [dialect.compare("string", operand, *bound) for bound in (outer, inner)]
            return sql("({} AND ({} OR {}))", *bounds, within)

        def read_once(operand: Operand) -> Sql:
            return dialect.read_once(operand, condition) if operand.guard and operand.guard_last else condition(operand)

        return self._guarded(self.value.operands.get("string"), read_once)


def _common_kind(items: Sequence[BoundTest]) -> Kind | None:
    """The kind that all of the tests compare, if there is one: then its guard is written once."""
    kinds = {item.kind if isinstance(item, Compare) and not item.negated else None for item in items}
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    return "string" if kind in ("instant_text", "instant_or_text") else kind


@lru_cache(maxsize=1_024)
def _instant_texts(dialect: Dialect, text: Sql) -> tuple[Sql, Operand]:
    """Whether a text is an instant, and its sort key. There are only as many texts as columns and declared paths."""
    return dialect.is_instant_text(text), Operand(dialect.instant_text_key(text))


def _index_bounds(operand: Operand, dialect: Dialect, comparator: str, keys: Sequence[Comparand]) -> Iterator[Sql]:
    """Bounds that an index can use: texts of the same second start alike."""
    if comparator[0] != "<":
        yield dialect.compare("string", operand, ">=", compute(_first_second, *keys))
    if comparator[0] != ">":
        yield dialect.compare("string", operand, "<", compute(_last_second, *keys))


def _first_second(*keys: str) -> str:
    return second_of(min(keys))


def _last_second(*keys: str) -> str:
    # Texts of this second continue at most with "Z". "[" is the character after it.
    return second_of(max(keys)) + "["
