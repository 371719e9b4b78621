"""A test of one candidate as the set of values that pass it, and that set as operator documents.

MongoDB has no OR inside ``$elemMatch`` over plain values, and an operator document holds each operator once. So a test
becomes a set first: for each type a union of intervals, and one answer for all types that the test does not name. Then
each interval is one operator document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

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
    complement,
)
from ...bound.param import Param, compute, require_value, require_values
from ...bound.visitor import TestVisitor
from ...errors import UnsupportedError
from ...values.datetimes import end_of_second, instant_key, key_of_limit, second_of
from .intervals import Endpoint, Interval, Intervals, Type, intersection, outside, union, whole_type
from .patterns import (
    INSTANT,
    Pattern,
    any_pattern,
    contains,
    end_of,
    equal_folded,
    equal_instants,
    is_whole_second,
    within_second,
)
from .values import is_storable, native, object_id, whole_milliseconds

__all__ = ["documents", "is_positive", "kind_without_type"]

_MOST_PATTERNS: Final = 20  # that one value must all match: each nests two deeper, and a server's limit is 100 levels
_POSITIVE: Final = frozenset({"$eq", "$in", "$gt", "$gte", "$lt", "$lte", "$regex", "$type"})
_TYPES: Final[Mapping[Kind, Type]] = {
    "string": "string",
    "folded": "string",
    "instant_text": "string",
    "instant_or_text": "string",
    "number": "number",
    "boolean": "bool",
    "instant": "date",
    "uuid": "binData",
    "objectid": "objectId",
}
"""The type of a kind's values. A kind that is not here has none in MongoDB."""


class _ValueSet(NamedTuple):
    """Intervals of some types; ``others``: whether all values of all other types are in the set."""

    intervals: Mapping[Type, Intervals]
    others: bool

    def of(self, type_: Type) -> Intervals:
        """The values of one type."""
        intervals = self.intervals.get(type_)
        if intervals is None:
            return whole_type(type_) if self.others else ()
        return intervals


def documents(test: BoundTest, decimals: bool) -> list[dict[str, Any]]:
    """Operator documents: a candidate that passes the test meets one of them at least, and no other candidate any.

    With ``decimals`` a stored Decimal128 is compared with the decimal that was written, and a double with the double.
    Raises UnsupportedError for a test that MongoDB cannot express, or only with too many alternatives.
    """
    passing = _ValueSets(decimals).visit_test(test)
    if not passing.others:
        return _documents(passing)
    failing = _documents(_ValueSets(decimals).visit_test(complement(test)))
    if not failing:
        return [{"$nin": []}]  # not in an empty list: every value passes
    if len(failing) == 1:
        return [_not(failing[0])]
    return [{"$not": {"$type": sorted(passing.intervals)}}, *_documents(passing)]


def kind_without_type(test: BoundTest) -> Kind | None:
    """The kind of all values that could pass, if MongoDB has no values of it."""
    if isinstance(test, AllOf | AnyOf):
        kinds = [kind_without_type(item) for item in test.items]
        return kinds[0] if kinds and None not in kinds else None
    return test.kind if isinstance(test, OneOf | Compare) and test.kind not in _TYPES else None


def is_positive(document: Mapping[str, Any]) -> bool:
    """Whether only a value that is there, and is no array, can meet the operator document."""
    return not _POSITIVE.isdisjoint(document)


class _ValueSets(TestVisitor[_ValueSet]):
    """Works out which values pass a test."""

    def __init__(self, decimals: bool) -> None:
        self._decimals = decimals

    def all_of(self, test: AllOf[BoundTest]) -> _ValueSet:
        sets = [self.visit_test(item) for item in test.items]
        return _by_type(sets, intersection, others=all(item.others for item in sets))

    def any_of(self, test: AnyOf[BoundTest]) -> _ValueSet:
        sets = [self.visit_test(item) for item in test.items]
        return _by_type(sets, union, others=any(item.others for item in sets))

    def one_of(self, test: OneOf) -> _ValueSet:
        type_ = _TYPES.get(test.kind)
        if type_ is None:
            return _ValueSet({}, test.negated)
        return _of_type(type_, self._equal(type_, test.kind, test.values), test.negated)

    def compare(self, test: Compare) -> _ValueSet:
        type_ = _TYPES.get(test.kind)
        if type_ is None:
            return _ValueSet({}, test.negated)
        return _of_type(type_, self._compared(type_, test.kind, test.comparator, test.value), test.negated)

    def contains_text(self, test: ContainsText) -> _ValueSet:
        pattern = contains(test.text, starts=test.starts, ends=test.ends, folded=test.folded)
        return _of_type("string", (Interval("string", matching=(pattern,)),), test.negated)

    def is_null(self, test: IsNull) -> _ValueSet:
        return _of_type("null", whole_type("null"), test.negated)

    def _equal(self, type_: Type, kind: Kind, values: Sequence[Any]) -> Intervals:
        match kind:
            case "folded":
                return tuple(Interval(type_, matching=(pattern,)) for pattern in equal_folded(values))
            case "instant_text":
                return tuple(Interval(type_, matching=(pattern,)) for pattern in equal_instants(values))
            case "number" if self._decimals and not all(map(_is_integer, values)):
                values = _with_decimals(*require_values(values))
            case "instant":
                values = list(filter(is_storable, values))
            case "objectid":
                values = [compute(object_id, value) for value in values]
        listed = tuple(dict.fromkeys(values))
        return (Interval(type_, listed),) if listed else ()

    def _compared(self, type_: Type, kind: Kind, comparator: str, value: Any) -> Intervals:
        match kind:
            case "instant_text":
                return _compared_instant_text(comparator, value)
            case "instant_or_text":
                return _compared_instant_or_text(comparator, value)
            case "number" if self._decimals and not _is_integer(value):
                return _compared_decimal(comparator, require_value(value))
            case "instant" if not is_storable(value):  # nothing is stored between it and the millisecond before
                wider = ">" if comparator in (">", ">=") else "<="
                return (_half(type_, wider, compute(whole_milliseconds, value, step=0)),)
        return (_half(type_, comparator, value),)


def _by_type(sets: list[_ValueSet], combine: Callable[[list[Intervals]], Intervals], others: bool) -> _ValueSet:
    """The sets combined type by type."""
    types = dict.fromkeys([type_ for item in sets for type_ in item.intervals])
    return _ValueSet({type_: combine([item.of(type_) for item in sets]) for type_ in types}, others)


def _of_type(type_: Type, intervals: Intervals, negated: bool) -> _ValueSet:
    """The values of one type in the intervals; negated: all other values."""
    return _ValueSet({type_: outside(type_, intervals) if negated else intervals}, negated)


def _half(type_: Type, comparator: str, value: Any) -> Interval:
    endpoint = Endpoint(value, comparator in (">=", "<="))
    return Interval(type_, low=endpoint) if comparator in (">", ">=") else Interval(type_, high=endpoint)


def _is_integer(number: Comparand) -> bool:
    return number.known == "integer" if isinstance(number, Param) else isinstance(number, int)


def _decimal(number: float) -> Decimal | None:
    """The decimal that was written; None if the double is exactly that decimal."""
    written = Decimal(repr(number))
    return None if written == number else written


def _with_decimals(*numbers: float) -> list[float | Decimal]:
    """Each number, followed by the decimal that was written if that is another number."""
    return [value for number in numbers for value in (number, _decimal(number)) if value is not None]


def _compared_decimal(comparator: str, number: float) -> Intervals:
    """Compare decimals with the decimal that was written. Doubles may be too, apart from the nearest one.

    No other double is between the two; the nearest is compared with itself.
    """
    written = _decimal(number)
    if written is None:
        return (_half("number", comparator, number),)
    interval = _half("number", comparator, written)
    is_inside = number > written if comparator in (">", ">=") else number < written
    is_wanted = comparator in (">=", "<=")
    if is_inside and not is_wanted:
        return (interval._replace(excluded=(number,)),)
    return (interval, Interval("number", (number,))) if is_wanted and not is_inside else (interval,)


def _compared_instant_text(comparator: str, instant: Any) -> Intervals:
    """Compare other seconds by the order of their texts (``Z`` comes after the dot), the same second by a pattern."""
    key = compute(instant_key, instant, step=0)
    second, end = compute(second_of, key, step=0), compute(end_of, key, step=1)
    if comparator == ">=" and is_whole_second(instant):
        return (Interval("string", low=Endpoint(second, True), matching=(INSTANT,)),)
    if comparator in (">", ">="):
        other_seconds = Interval("string", low=Endpoint(end, False), matching=(INSTANT,))
    else:
        other_seconds = Interval("string", high=Endpoint(second, False), matching=(INSTANT,))
    if comparator == "<" and is_whole_second(instant):  # nothing in the second is before it
        return (other_seconds,)
    pattern = within_second(comparator, key)
    return other_seconds, Interval("string", low=Endpoint(second, True), high=Endpoint(end, True), matching=(pattern,))


def _compared_instant_or_text(comparator: str, text: Any) -> Intervals:
    """Compare other seconds by the order of their texts; in the same second instants by a pattern, others as texts."""
    second, limit, end = [
        compute(part, text, step=step) for step, part in enumerate((second_of, _itself, _end_of_second))
    ]
    inclusive = comparator in (">=", "<=")
    if comparator in (">", ">="):
        other_seconds = Interval("string", low=Endpoint(end, True))
        other_texts = Interval("string", low=Endpoint(limit, inclusive), high=Endpoint(end, False))
    else:
        other_seconds = Interval("string", high=Endpoint(second, False))
        other_texts = Interval("string", low=Endpoint(second, True), high=Endpoint(limit, inclusive))
    intervals = other_seconds, other_texts._replace(not_matching=(INSTANT,))
    if comparator == "<" and is_whole_second(text):  # no instant in the second is before it
        return intervals
    pattern = within_second(comparator, compute(key_of_limit, text))
    in_second = Interval("string", low=Endpoint(second, True), high=Endpoint(end, False), matching=(pattern,))
    return (*intervals, in_second)


def _itself(text: str) -> str:
    return text


def _end_of_second(text: str) -> str:
    return end_of_second(second_of(text))


def _documents(values: _ValueSet) -> list[dict[str, Any]]:
    """One operator document for each interval; plain lists become one list, whatever their types."""
    listed: list[Any] = []
    written: list[dict[str, Any]] = []
    for intervals in values.intervals.values():
        for interval in intervals:
            if interval.listed is not None and not interval.matching and not interval.not_matching:
                listed += map(native, interval.listed)
            else:
                written.append(_document(interval))
    if listed:
        written.insert(0, {"$eq": listed[0]} if len(listed) == 1 else {"$in": listed})
    return written


def _document(interval: Interval) -> dict[str, Any]:
    document: dict[str, Any] = {}
    if interval.listed is not None:
        document["$in"] = list(map(native, interval.listed))
    if interval.low is not None:
        document["$gte" if interval.low.inclusive else "$gt"] = native(interval.low.value)
    if interval.high is not None:
        document["$lte" if interval.high.inclusive else "$lt"] = native(interval.high.value)
    if not document and not interval.matching:
        document["$type"] = interval.type
    if len(interval.excluded) == 1:
        document["$ne"] = native(interval.excluded[0])
    elif interval.excluded:
        document["$nin"] = list(map(native, interval.excluded))
    return document | _patterns(interval.matching, interval.not_matching)


def _patterns(matching: tuple[Pattern, ...], not_matching: tuple[Pattern, ...]) -> dict[str, Any]:
    """All of the patterns in one operator document: each further one is nested under two NOTs."""
    if len(matching) > _MOST_PATTERNS:
        message = f"MongoDB cannot be asked for more than {_MOST_PATTERNS} texts in one value"
        raise UnsupportedError(message, code="patterns", hint="write clauses, name:~a name:~b: each is about any value")
    if not matching:
        return {"$not": {"$regex": any_pattern(not_matching)}} if not_matching else {}
    document: dict[str, Any] = {"$regex": matching[0].text}
    rest = _patterns(matching[1:], not_matching)
    if len(matching) > 1:
        rest = {"$not": {"$not": rest}}
    return document | rest


def _not(document: dict[str, Any]) -> dict[str, Any]:
    match document:
        case {"$eq": value} if len(document) == 1:
            return {"$ne": value}
        case {"$in": values} if len(document) == 1:
            return {"$nin": values}
        case _:
            return {"$not": document}
