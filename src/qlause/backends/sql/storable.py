"""Tests of one candidate as JSON and text of an engine can pass them."""

from __future__ import annotations

from ..._record import replace
from ...bound.nodes import AllOf, AnyOf, BoundTest, Comparand, Compare, ContainsText, OneOf
from ...values.kinds import NATIVE_KINDS

__all__ = ["is_native", "storable"]


def is_native(test: BoundTest) -> bool:
    """Whether only a native value can pass a test."""
    if isinstance(test, (AllOf, AnyOf)):
        return bool(test.items) and all(map(is_native, test.items))
    return isinstance(test, (OneOf, Compare)) and test.kind in NATIVE_KINDS


def storable(test: BoundTest) -> BoundTest:
    """The same test without U+0000, which no stored text holds (rule 1) and not every engine takes as a parameter."""
    match test:
        case AllOf(items=items):
            return AllOf(tuple([storable(item) for item in items]))
        case AnyOf(items=items):
            return AnyOf(tuple([storable(item) for item in items]))
        case OneOf(kind="string" | "folded", values=values, negated=negated):
            others = tuple([value for value in values if value.__class__ is not str or "\0" not in value])
            if len(others) == len(values):
                return test
            return replace(test, values=others) if others else _constant(negated)
        case Compare(kind="string", value=value, comparator=comparator) if _holds_nul(value):
            # No stored text lies between this one and its start before the first U+0000.
            start = str(value).partition("\0")[0]
            return replace(test, value=start, comparator=">" if comparator[0] == ">" else "<=")
        case ContainsText(text=text, negated=negated) if _holds_nul(text):
            return _constant(negated)
        case _:
            return test


def _holds_nul(value: Comparand) -> bool:
    return isinstance(value, str) and "\0" in value


def _constant(value: bool) -> BoundTest:
    """The test that every candidate passes, or none."""
    return AllOf(()) if value else AnyOf(())
