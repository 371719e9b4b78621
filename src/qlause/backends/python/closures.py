"""Tests of one candidate → Python functions. None raises, whatever the candidate is (rules 6 to 9)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, TypeAlias, assert_never
from uuid import UUID

from ...bound import nodes as bound
from ...bound.nodes import BoundTest, Compare, Constant, ContainsText, IsNull, OneOf
from ...bound.param import require_value
from ...values.datetimes import instant_key, instant_text_key
from ...values.fold import fold
from ...values.sort_values import is_number, utc
from .access import MISSING

__all__ = ["Passes", "compile_test"]

Passes: TypeAlias = Callable[[Any], bool]
"""Whether one candidate passes."""
_Read: TypeAlias = Callable[[Any], Any]

_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def compile_test(test: BoundTest) -> Passes:
    """A function that tells whether one candidate passes."""
    match test:
        case bound.AllOf(items=items):
            return _every([compile_test(each) for each in items])
        case bound.AnyOf(items=items):
            return _some([compile_test(each) for each in items])
        case OneOf(negated=negated):
            passes = _one_of(test)
        case Compare(negated=negated):
            passes = _compare(test)
        case ContainsText(negated=negated):
            passes = _contains(test)
        case IsNull(negated=negated):
            passes = _is_null
        case _:
            assert_never(test)
    return (lambda value: not passes(value)) if negated else passes


def _every(parts: list[Passes]) -> Passes:
    return lambda value: all(part(value) for part in parts)


def _some(parts: list[Passes]) -> Passes:
    return lambda value: any(part(value) for part in parts)


def _is_null(value: Any) -> bool:
    return value is None


def _one_of(test: OneOf) -> Passes:
    if test.kind == "number":
        return _one_of_numbers([require_value(value) for value in test.values])
    read = _READERS[test.kind]
    wanted = frozenset(map(_WRITERS.get(test.kind, _same), test.values))
    if test.kind == "string" and len(wanted) == 1:
        (only,) = wanted
        return lambda value: isinstance(value, str) and value == only
    return lambda value: read(value) in wanted


def _one_of_numbers(values: Sequence[Constant]) -> Passes:
    wanted = frozenset(values)
    decimals = frozenset(map(_decimal, values))

    def passes(value: Any) -> bool:
        return is_number(value) and value in (decimals if isinstance(value, Decimal) else wanted)

    return passes


def _compare(test: Compare) -> Passes:
    holds = _COMPARE[test.comparator]
    if test.kind == "number":
        number = require_value(test.value)
        decimal = _decimal(number)

        def passes(value: Any) -> bool:
            return is_number(value) and holds(value, decimal if isinstance(value, Decimal) else number)

        return passes
    read = _READERS[test.kind]
    limit = _WRITERS.get(test.kind, _same)(test.value)

    def compares(value: Any) -> bool:
        found = read(value)
        return found is not MISSING and holds(found, limit)

    return compares


def _contains(test: ContainsText) -> Passes:
    text, read = test.text, _READERS["folded" if test.folded else "string"]

    def passes(value: Any) -> bool:
        found = read(value)
        if found is MISSING:
            return False
        if test.starts and test.ends:
            return bool(found == text)
        if test.starts:
            return bool(found.startswith(text))
        return bool(found.endswith(text)) if test.ends else text in found

    return passes


def _same(value: Constant) -> Constant:
    return value


def _decimal(number: Constant) -> Decimal:
    """A constant as the decimal that its shortest text is: a stored Decimal is compared as such."""
    return Decimal(repr(number))


def _string(value: Any) -> Any:
    return value if isinstance(value, str) else MISSING


def _folded(value: Any) -> Any:
    return fold(value) if isinstance(value, str) else MISSING


def _boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else MISSING


def _instant(value: Any) -> Any:
    return utc(value) if isinstance(value, datetime) else MISSING


def _instant_text(value: Any) -> Any:
    key = instant_text_key(value) if isinstance(value, str) else None
    return MISSING if key is None else key


def _date(value: Any) -> Any:
    return value if isinstance(value, date) and not isinstance(value, datetime) else MISSING


def _time(value: Any) -> Any:
    return value if isinstance(value, time) and value.tzinfo is None else MISSING


def _uuid(value: Any) -> Any:
    return value if isinstance(value, UUID) else MISSING


def _objectid(value: Any) -> Any:
    """By its name: who has no ObjectIds need not have the package that they are from."""
    return str(value) if type(value).__name__ == "ObjectId" else MISSING


# What a candidate of the kind is compared as, and what a constant is: MISSING is equal to no constant.
_READERS: Final[Mapping[bound.Kind, _Read]] = {
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
_WRITERS: Final[Mapping[bound.Kind, Callable[[Any], Any]]] = {"instant_text": instant_key}
