"""Tests of one candidate as Python functions. None of them raises, whatever the candidate is (rules 6 to 9)."""

from __future__ import annotations

import operator
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, TypeAlias
from uuid import UUID

from ...bound.nodes import AllOf, AnyOf, BoundTest, Compare, Constant, ContainsText, IsNull, Kind, OneOf
from ...bound.param import require_value
from ...bound.sizes import Sizes
from ...bound.visitor import TestVisitor
from ...values.datetimes import instant_key, instant_text_key, key_of_limit
from ...values.fold import fold
from ...values.sort_values import is_number, utc
from .access import MISSING, is_array, plain

__all__ = ["CompiledTest", "compile_test", "size_test"]

CompiledTest: TypeAlias = Callable[[Any], bool]
"""Returns whether a candidate passes."""

_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def compile_test(test: BoundTest) -> CompiledTest:
    """Make the function that returns whether a candidate passes the test."""
    return _CLOSURES.visit_test(test)


def size_test(sizes: Sizes, or_empty: bool) -> CompiledTest:
    """Make the function that returns whether a whole value is an array of one of these sizes, or empty (rule 25)."""
    starts = [low for low, _ in sizes]

    def passes(value: Any) -> bool:
        value = plain(value)
        if not is_array(value):
            return or_empty and isinstance(value, (str, Mapping)) and not len(value)
        size = len(value)
        at = bisect_right(starts, size) - 1
        if at < 0:
            return False
        end = sizes[at][1]
        return end is None or size <= end

    return passes


class _Closures(TestVisitor[CompiledTest]):
    """Makes a closure for each test."""

    def all_of(self, test: AllOf[BoundTest]) -> CompiledTest:
        members = [self.visit_test(item) for item in test.items]
        return lambda candidate: all(passes(candidate) for passes in members)

    def any_of(self, test: AnyOf[BoundTest]) -> CompiledTest:
        members = [self.visit_test(item) for item in test.items]
        return lambda candidate: any(passes(candidate) for passes in members)

    def one_of(self, test: OneOf) -> CompiledTest:
        return _complement_if(test.negated, _one_of(test))

    def compare(self, test: Compare) -> CompiledTest:
        return _complement_if(test.negated, _compare(test))

    def contains_text(self, test: ContainsText) -> CompiledTest:
        return _complement_if(test.negated, _contains_text(test))

    def is_null(self, test: IsNull) -> CompiledTest:
        return _complement_if(test.negated, lambda candidate: candidate is None)


_CLOSURES: Final = _Closures()


def _complement_if(negated: bool, passes: CompiledTest) -> CompiledTest:
    return (lambda candidate: not passes(candidate)) if negated else passes


def _one_of(test: OneOf) -> CompiledTest:
    if test.kind == "number":
        return _one_of_numbers([require_value(value) for value in test.values])
    comparable = _COMPARABLE[test.kind]
    wanted = frozenset(map(_CONSTANT.get(test.kind, _same), test.values))
    if test.kind == "string" and len(wanted) == 1:
        (only,) = wanted
        return lambda candidate: isinstance(candidate, str) and candidate == only
    return lambda candidate: comparable(candidate) in wanted


def _one_of_numbers(values: Sequence[Constant]) -> CompiledTest:
    numbers = frozenset(values)
    decimals = frozenset(map(_decimal, values))

    def passes(candidate: Any) -> bool:
        return is_number(candidate) and candidate in (decimals if isinstance(candidate, Decimal) else numbers)

    return passes


def _compare(test: Compare) -> CompiledTest:
    holds = _COMPARE[test.comparator]
    if test.kind == "number":
        number = require_value(test.value)
        decimal = _decimal(number)

        def passes_as_number(candidate: Any) -> bool:
            return is_number(candidate) and holds(candidate, decimal if isinstance(candidate, Decimal) else number)

        return passes_as_number
    if test.kind == "instant_or_text":
        return _compare_instant_or_text(holds, require_value(test.value))
    comparable = _COMPARABLE[test.kind]
    limit = _CONSTANT.get(test.kind, _same)(test.value)

    def passes(candidate: Any) -> bool:
        value = comparable(candidate)
        return value is not MISSING and holds(value, limit)

    return passes


def _compare_instant_or_text(holds: Callable[[Any, Any], bool], limit: Any) -> CompiledTest:
    limit_key = key_of_limit(limit)

    def passes(candidate: Any) -> bool:
        if not isinstance(candidate, str):
            return False
        key = instant_text_key(candidate)
        return holds(candidate, limit) if key is None else holds(key, limit_key)

    return passes


def _contains_text(test: ContainsText) -> CompiledTest:
    text, comparable = test.text, _COMPARABLE["folded" if test.folded else "string"]

    def passes(candidate: Any) -> bool:
        string = comparable(candidate)
        if string is MISSING:
            return False
        if test.starts and test.ends:
            return bool(string == text)
        if test.starts:
            return bool(string.startswith(text))
        return bool(string.endswith(text)) if test.ends else text in string

    return passes


def _same(value: Constant) -> Constant:
    return value


def _decimal(number: Constant) -> Decimal:
    """The decimal that the shortest text of a constant spells: a stored Decimal is compared with that."""
    return Decimal(repr(number))


def _string(candidate: Any) -> Any:
    return candidate if isinstance(candidate, str) else MISSING


def _folded(candidate: Any) -> Any:
    return fold(candidate) if isinstance(candidate, str) else MISSING


def _boolean(candidate: Any) -> Any:
    return candidate if isinstance(candidate, bool) else MISSING


def _instant(candidate: Any) -> Any:
    return utc(candidate) if isinstance(candidate, datetime) else MISSING


def _instant_text(candidate: Any) -> Any:
    key = instant_text_key(candidate) if isinstance(candidate, str) else None
    return MISSING if key is None else key


def _date(candidate: Any) -> Any:
    return candidate if isinstance(candidate, date) and not isinstance(candidate, datetime) else MISSING


def _time(candidate: Any) -> Any:
    return candidate if isinstance(candidate, time) and candidate.tzinfo is None else MISSING


def _uuid(candidate: Any) -> Any:
    return candidate if isinstance(candidate, UUID) else MISSING


def _objectid(candidate: Any) -> Any:
    """Looks at the name of the class, so that the bson package need not be installed."""
    return str(candidate) if type(candidate).__name__ == "ObjectId" else MISSING


_COMPARABLE: Final[Mapping[Kind, Callable[[Any], Any]]] = {
    "string": _string,
    "folded": _folded,
    "boolean": _boolean,
    "instant": _instant,
    "instant_text": _instant_text,
    "date": _date,
    "time": _time,
    "uuid": _uuid,
    "objectid": _objectid,
}
"""What a candidate of each kind is compared as; MISSING, which equals no constant, for candidates of another kind."""
_CONSTANT: Final[Mapping[Kind, Callable[[Any], Any]]] = {"instant_text": instant_key}
"""What a constant of each kind is compared as, where that is not the constant itself."""
