"""Tests of one candidate → conditions. NULL counts as false, also under a negation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from typing import assert_never

from ..._record import replace
from ...bound import nodes as bound
from ...bound.nodes import BoundTest, Compare, Constant, ContainsText, IsNull, Kind, OneOf
from ...values.datetimes import instant_key
from ..parameters.placeholder import is_known, made
from .dialects.base import Dialect, Operand, Value
from .fragment import FALSE, TRUE, Sql, join, sql

__all__ = ["condition", "group", "is_native", "storable"]

_NATIVE = frozenset({"instant", "date", "uuid", "objectid"})
_SECONDS = 19  # characters of an instant's text up to its seconds
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
        parts = [_joined(operator, parts[start : start + _FLAT]) for start in range(0, len(parts), _FLAT)]
    return parts[0] if len(parts) == 1 else _joined(operator, parts)


def _joined(operator: str, parts: Sequence[Sql]) -> Sql:
    found = join(f" {operator} ", parts)
    return Sql(f"({found.text})", found.params)


def condition(test: BoundTest, value: Value, dialect: Dialect) -> Sql:
    """The condition that a candidate passes a test."""
    match test:
        case bound.AllOf(items=items) if (kind := _ranged(items)) is not None and value.guard(kind):
            return _guarded(value.operands[kind], lambda operand: _range(test, kind, operand, value, dialect))
        case bound.AllOf(items=items):
            found = group("AND", [condition(each, value, dialect) for each in items], FALSE, TRUE)
            return _present(value) if found == TRUE else found
        case bound.AnyOf(items=items):
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


def _range(test: BoundTest, kind: Kind, operand: Operand, value: Value, dialect: Dialect) -> Sql:
    """Tests of one kind alone, whose guard holds."""

    def found(known: Operand) -> Sql:
        return condition(test, value.known(kind, known), dialect)

    return dialect.once(operand, found) if operand.guard_last else found(operand)


def _ranged(items: Sequence[BoundTest]) -> Kind | None:
    """The kind of operand that all of the tests compare, so that it need not be asked for in each."""
    kinds = {each.kind if isinstance(each, Compare) and not each.negated else None for each in items}
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    return "string" if kind == "instant_text" else kind


def _present(value: Value) -> Sql:
    return Sql(value.present) if value.present else TRUE


def _guarded(operand: Operand | None, found: Callable[[Operand], Sql]) -> Sql:
    """A condition on an operand, if the candidate can be of its kind."""
    if operand is None:
        return FALSE
    condition = found(operand)
    if not operand.guard or condition == FALSE:
        return condition
    if operand.guard_last:  # an engine asks what stands in AND in an order of its own
        return Sql(f"(CASE WHEN {condition.text} THEN {operand.guard} END)", condition.params)
    return Sql(f"({operand.guard} AND {condition.text})", condition.params)


def _one_of(test: OneOf, value: Value, dialect: Dialect) -> Sql:
    values = test.values
    match test.kind:
        case "boolean":
            return group("OR", [Sql(value.true if each else value.false) for each in values], TRUE, FALSE)
        case "folded":
            return _guarded(_foldable(value), lambda operand: dialect.folded_one_of(operand, values))  # type: ignore[arg-type]  # texts
        case "instant_text":
            keys = [made(instant_key, each) for each in values]
            return _instant_text(value, dialect, "=", keys, lambda operand: dialect.one_of("string", operand, keys))
        case kind:
            return _guarded(value.operands.get(kind), lambda operand: dialect.one_of(kind, operand, values))


def _compare(test: Compare, value: Value, dialect: Dialect) -> Sql:
    kind, comparator, constant = test.kind, test.comparator, test.value
    if kind == "instant_text":
        key = made(instant_key, constant)
        how = partial(dialect.compare, "string", comparator=comparator, value=key)
        return _instant_text(value, dialect, comparator, [key], how)
    return _guarded(value.operands.get(kind), lambda operand: dialect.compare(kind, operand, comparator, constant))


def _contains(test: ContainsText, value: Value, dialect: Dialect) -> Sql:
    how = dialect.folded_contains if test.folded else dialect.contains
    found = _foldable(value) if test.folded else value.operands.get("string")
    return _guarded(found, lambda operand: how(operand, test.text, test.starts, test.ends))


def _foldable(value: Value) -> Operand | None:
    """A text to be compared under the fold; the column that holds it so holds nothing else."""
    operand = value.operands.get("string")
    if operand is not None and operand.folded is not None:
        return operand._replace(guard="")
    return value.operands.get("folded", operand)


def _instant_text(
    value: Value, dialect: Dialect, comparator: str, keys: Sequence[str], found: Callable[[Operand], Sql]
) -> Sql:
    def compared(operand: Operand) -> Sql:
        is_text, key = _instant_texts(dialect, operand.text)
        on_key = found(key)
        exact = Sql(f"{is_text} AND {on_key.text}", on_key.params)
        return join(" AND ", [*_within(operand, dialect, comparator, keys), exact]) if operand.indexed else exact

    return _guarded(value.operands.get("string"), compared)


@lru_cache(maxsize=1_024)
def _instant_texts(dialect: Dialect, text: str) -> tuple[str, Operand]:
    """Whether a text is an instant, and the instant as what compares: there are as many texts as columns and paths."""
    return dialect.is_instant_text(text), Operand(dialect.instant_text_key(text))


def _within(operand: Operand, dialect: Dialect, comparator: str, keys: Sequence[str]) -> Iterator[Sql]:
    """What an index can find: the texts of the same seconds begin alike, and go on with a dot or with Z."""
    if comparator[0] != "<":
        yield dialect.compare("string", operand, ">=", made(_first_second, *keys))
    if comparator[0] != ">":
        yield dialect.compare("string", operand, "<", made(_last_second, *keys))


def _first_second(*keys: str) -> str:
    return min(keys)[:_SECONDS]


def _last_second(*keys: str) -> str:
    return max(keys)[:_SECONDS] + "["


def is_native(test: BoundTest) -> bool:
    """Whether only a native value can pass a test."""
    if isinstance(test, (bound.AllOf, bound.AnyOf)):
        return bool(test.items) and all(map(is_native, test.items))
    return isinstance(test, (OneOf, Compare)) and test.kind in _NATIVE


def storable(test: BoundTest) -> BoundTest:
    """The same test without U+0000, which no stored text holds (rule 1) and not every engine takes as a parameter."""
    match test:
        case bound.AllOf(items=items):
            return bound.AllOf(tuple([storable(each) for each in items]))
        case bound.AnyOf(items=items):
            return bound.AnyOf(tuple([storable(each) for each in items]))
        case OneOf(kind="string" | "folded", values=values, negated=negated) if any(map(_holds_nul, values)):
            left = tuple(value for value in values if not _holds_nul(value))
            return replace(test, values=left) if left else _constant(negated)
        case Compare(kind="string", value=value, comparator=comparator) if _holds_nul(value):
            # No stored text stands between this one and what precedes its first U+0000.
            start = str(value).partition("\0")[0]
            return replace(test, value=start, comparator=">" if comparator[0] == ">" else "<=")
        case ContainsText(text=text, negated=negated) if _holds_nul(text):
            return _constant(negated)
        case _:
            return test


def _holds_nul(value: Constant) -> bool:
    return is_known(value) and "\0" in value  # type: ignore[operator]  # it is asked of texts


def _constant(value: bool) -> BoundTest:
    return bound.AllOf(()) if value else bound.AnyOf(())
