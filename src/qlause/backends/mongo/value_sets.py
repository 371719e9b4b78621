"""A test of one candidate → alternatives, each of which one operator document says of one value.

MongoDB has no OR inside ``$elemMatch`` over plain values, and one place for each operator. So a test is worked out as
the set of values that pass it: for each type of value a union of :class:`Piece`, an interval or a list with patterns,
and one word for all types that the test does not name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Any, Final, Literal, NamedTuple, TypeAlias, TypeVar, assert_never

from ...bound import nodes as bound
from ...bound.nodes import BoundTest, Compare, ContainsText, IsNull, Kind, OneOf, complement
from ...errors import UnsupportedError
from ...values.datetimes import instant_key
from ..parameters.placeholder import made, made_in_order, sort_of
from .patterns import (
    INSTANT,
    Pattern,
    any_pattern,
    contains,
    dot_of,
    end_of,
    equal_folded,
    equal_instants,
    is_whole_second,
    second_of,
    within_second,
)
from .values import is_storable, native, object_id, whole_milliseconds

__all__ = ["documents", "is_positive"]

_T = TypeVar("_T")
_MOST: Final = 10_000  # pairs of alternatives that one AND inside a test may have
_MOST_PATTERNS: Final = 20  # that one value must all match: each nests two deeper, and a server's limit is 100 levels
_Type: TypeAlias = Literal["null", "bool", "number", "string", "date", "binData", "objectId"]
"""A type as ``$type`` names it."""
_POSITIVE: Final = frozenset({"$eq", "$in", "$gt", "$gte", "$lt", "$lte", "$regex", "$type"})


class _Bound(NamedTuple):
    value: Any
    inclusive: bool


class Piece(NamedTuple):
    """Values of one type that are within the bounds or among those listed, not excluded, and as the patterns say."""

    type: _Type
    among: tuple[Any, ...] | None = None
    low: _Bound | None = None
    high: _Bound | None = None
    excluded: tuple[Any, ...] = ()
    needs: tuple[Pattern, ...] = ()
    """Patterns that all match."""
    forbids: tuple[Pattern, ...] = ()
    """Patterns of which none matches."""


class _Values(NamedTuple):
    """Pieces of some types; ``others``: whether the values of all other types pass."""

    pieces: Mapping[_Type, tuple[Piece, ...]]
    others: bool

    def of(self, type_: _Type) -> tuple[Piece, ...]:
        found = self.pieces.get(type_)
        if found is None:
            return _full(type_) if self.others else ()
        return found


def documents(test: BoundTest, decimals: bool) -> list[dict[str, Any]]:
    """Operator documents of which a candidate that passes meets at least one, and no other candidate any.

    With ``decimals`` a stored Decimal128 is compared with the decimal that was written, and a double with the double.
    Raises UnsupportedError for a test that is an OR of too many alternatives.
    """
    values = _values(test, decimals)
    if not values.others:
        return _written(values)
    rest = _written(_values(complement(test), decimals))
    if not rest:
        return [{"$nin": []}]
    if len(rest) == 1:
        return [_not(rest[0])]
    return [{"$not": {"$type": sorted(values.pieces)}}, *_written(values)]


def is_positive(document: Mapping[str, Any]) -> bool:
    """Whether only a value that is there, and no array, can meet the operator document."""
    return not _POSITIVE.isdisjoint(document)


def _values(test: BoundTest, decimals: bool) -> _Values:
    match test:
        case OneOf(kind=kind, negated=negated):
            type_ = _TYPES[kind]
            return _Values({}, negated) if type_ is None else _leaf(type_, _one_of(type_, test, decimals), negated)
        case Compare(kind=kind, negated=negated):
            type_ = _TYPES[kind]
            return _Values({}, negated) if type_ is None else _leaf(type_, _compare(type_, test, decimals), negated)
        case ContainsText(text=text, starts=starts, ends=ends, folded=folded, negated=negated):
            pattern = contains(text, starts=starts, ends=ends, folded=folded)
            return _leaf("string", (Piece("string", needs=(pattern,)),), negated)
        case IsNull(negated=negated):
            return _leaf("null", (Piece("null"),), negated)
        case bound.AllOf(items=items):
            return _combined([_values(each, decimals) for each in items], True)
        case bound.AnyOf(items=items):
            return _combined([_values(each, decimals) for each in items], False)
        case _:
            assert_never(test)


def _leaf(type_: _Type, pieces: tuple[Piece, ...], negated: bool) -> _Values:
    return _Values({type_: _complement(type_, pieces) if negated else pieces}, negated)


# No value of MongoDB is a date without a time.
_TYPES: Final[Mapping[Kind, _Type | None]] = {
    "string": "string",
    "folded": "string",
    "instant_text": "string",
    "number": "number",
    "boolean": "bool",
    "instant": "date",
    "date": None,
    "uuid": "binData",
    "objectid": "objectId",
}


def _one_of(type_: _Type, test: OneOf, decimals: bool) -> tuple[Piece, ...]:
    values: Sequence[Any] = test.values
    match test.kind:
        case "folded":
            return tuple(Piece("string", needs=(pattern,)) for pattern in equal_folded(values))
        case "instant_text":
            return tuple(Piece("string", needs=(pattern,)) for pattern in equal_instants(values))
        case "number" if decimals:
            values = [each for value in values for each in (value, _decimal(value)) if each is not None]
        case "instant":
            values = list(filter(is_storable, values))
        case "objectid":
            values = [made(object_id, value) for value in values]
    among = tuple(dict.fromkeys(values))
    return (Piece(type_, among),) if among else ()


def _compare(type_: _Type, test: Compare, decimals: bool) -> tuple[Piece, ...]:
    value: Any = test.value
    match test.kind:
        case "instant_text":
            return _compare_instant_text(test)
        case "number" if decimals:
            return _compare_decimal(test)
        case "instant":
            if not is_storable(value):  # nothing is stored between it and the one before
                comparator = ">" if test.comparator in (">", ">=") else "<="
                return (_half("date", comparator, made_in_order(whole_milliseconds, value)),)
            return (_half("date", test.comparator, value),)
    return (_half(type_, test.comparator, value),)


def _half(type_: _Type, comparator: str, value: Any) -> Piece:
    limit = _Bound(value, comparator in (">=", "<="))
    return Piece(type_, None, limit) if comparator in (">", ">=") else Piece(type_, None, None, limit)


def _decimal(number: float) -> Decimal | None:
    """The decimal that was written, where it is not the very number that the double is."""
    if sort_of(number) == "integer":
        return None
    written = Decimal(repr(number))
    return None if written == number else written


def _compare_decimal(test: Compare) -> tuple[Piece, ...]:
    """Decimals compare with the decimal that was written, and so may all doubles but the nearest.

    No other double is between the two; the nearest compares with itself.
    """
    number: Any = test.value
    written = _decimal(number)
    if written is None:
        return (_half("number", test.comparator, number),)
    found = _half("number", test.comparator, written)
    inside = number > written if test.comparator in (">", ">=") else number < written
    wanted = test.comparator in (">=", "<=")
    if inside and not wanted:
        return (found._replace(excluded=(number,)),)
    return (found, Piece("number", (number,))) if wanted and not inside else (found,)


def _compare_instant_text(test: Compare) -> tuple[Piece, ...]:
    """Other seconds by the order of the text (``Z`` stands after the dot), the same second by a pattern."""
    instant: Any = test.value
    key = made_in_order(instant_key, instant)
    second, dot, end = [made_in_order(each, key, step) for step, each in enumerate((second_of, dot_of, end_of))]
    if test.comparator == ">=" and is_whole_second(instant):
        return (Piece("string", low=_Bound(second, True), needs=(INSTANT,)),)
    if test.comparator in (">", ">="):
        others = Piece("string", low=_Bound(end, False), needs=(INSTANT,))
    else:
        others = Piece("string", high=_Bound(second, False), needs=(INSTANT,))
    if test.comparator == "<" and is_whole_second(instant):  # nothing in the second is before it
        return (others,)
    within = within_second(test.comparator, key)
    return others, Piece("string", low=_Bound(dot, True), high=_Bound(end, True), needs=(within,))


def _combined(parts: list[_Values], every: bool) -> _Values:
    types = dict.fromkeys([type_ for part in parts for type_ in part.pieces])
    combine: Callable[[list[tuple[Piece, ...]]], tuple[Piece, ...]] = _meet_all if every else _join
    others = [part.others for part in parts].count(True)
    return _Values(
        {type_: combine([part.of(type_) for part in parts]) for type_ in types},
        others == len(parts) if every else others > 0,
    )


@cache
def _full(type_: _Type) -> tuple[Piece, ...]:
    return (Piece(type_, (False, True) if type_ == "bool" else None),)


def _join(unions: list[tuple[Piece, ...]]) -> tuple[Piece, ...]:
    filled = [union for union in unions if union]
    if len(filled) == 1:
        return filled[0]
    return tuple(dict.fromkeys([piece for union in filled for piece in union]))


def _either(left: tuple[_T, ...], right: tuple[_T, ...]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(left + right)) if left and right else left or right


def _meet_all(unions: list[tuple[Piece, ...]]) -> tuple[Piece, ...]:
    found = unions[0]
    pairs = 0
    for union in unions[1:]:
        pairs += len(found) * len(union)
        if pairs > _MOST:
            hint = "write fewer ORs under one AND inside the parentheses"
            raise UnsupportedError("this test of one value is too much for MongoDB", code="alternatives", hint=hint)
        met = [each for left, right in product(found, union) if (each := _meet(left, right)) is not None]
        found = tuple(dict.fromkeys(met)) if len(met) > 1 else tuple(met)
    return found


def _meet(left: Piece, right: Piece) -> Piece | None:
    """The values in both pieces; None where there is none."""
    among = left.among
    if among is None:
        among = right.among
    elif right.among is not None:
        known = frozenset(right.among)
        among = tuple(value for value in among if value in known)
    return _normal(
        Piece(
            left.type,
            among,
            _tighter(left.low, right.low, 1),
            _tighter(left.high, right.high, -1),
            _either(left.excluded, right.excluded),
            _without_wider(_either(left.needs, right.needs)),
            _either(left.forbids, right.forbids),
        )
    )


def _tighter(left: _Bound | None, right: _Bound | None, sign: int) -> _Bound | None:
    if left is None or right is None:
        return left or right
    if left.value == right.value:
        return left if right.inclusive else right
    return left if (left.value > right.value) == (sign > 0) else right


def _without_wider(patterns: tuple[Pattern, ...]) -> tuple[Pattern, ...]:
    if len(patterns) < 2:
        return patterns
    implied = {pattern.wider for pattern in patterns}
    return tuple(pattern for pattern in patterns if pattern.text not in implied)


def _normal(piece: Piece) -> Piece | None:
    """The piece with its list within its bounds, or None where it holds no value."""
    low, high = piece.low, piece.high
    if piece.forbids and not frozenset(piece.needs).isdisjoint(piece.forbids):
        return None
    if piece.among is None and low and high and low.value == high.value and low.inclusive and high.inclusive:
        piece = piece._replace(among=(low.value,))
    if piece.among is not None:
        excluded = frozenset(piece.excluded)
        among = tuple(value for value in piece.among if value not in excluded and _within(value, low, high))
        return piece._replace(among=among, low=None, high=None, excluded=()) if among else None
    if low and high and low.value >= high.value:
        return None
    return piece


def _within(value: Any, low: _Bound | None, high: _Bound | None) -> bool:
    return (low is None or value > low.value or (low.inclusive and value == low.value)) and (
        high is None or value < high.value or (high.inclusive and value == high.value)
    )


def _complement(type_: _Type, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The values of the type that are in none of the pieces."""
    return _meet_all([_full(type_), *map(_outside, pieces)])


def _outside(piece: Piece) -> tuple[Piece, ...]:
    type_ = piece.type
    found: list[Piece] = []
    if piece.among is not None:
        found.append(Piece(type_, excluded=piece.among))
    if piece.low is not None:
        found.append(Piece(type_, high=_Bound(piece.low.value, not piece.low.inclusive)))
    if piece.high is not None:
        found.append(Piece(type_, low=_Bound(piece.high.value, not piece.high.inclusive)))
    if piece.excluded:
        found.append(Piece(type_, piece.excluded))
    found += [Piece(type_, forbids=(pattern,)) for pattern in piece.needs]
    found += [Piece(type_, needs=(pattern,)) for pattern in piece.forbids]
    return tuple(found)


def _written(values: _Values) -> list[dict[str, Any]]:
    """One operator document a piece; plain lists, whatever their type, as one."""
    listed: list[Any] = []
    found: list[dict[str, Any]] = []
    for pieces in values.pieces.values():
        for piece in pieces:
            if piece.among is not None and not piece.needs and not piece.forbids:
                listed += map(native, piece.among)
            else:
                found.append(_document(piece))
    if listed:
        found.insert(0, {"$eq": listed[0]} if len(listed) == 1 else {"$in": listed})
    return found


def _document(piece: Piece) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if piece.among is not None:
        found["$in"] = list(map(native, piece.among))
    if piece.low is not None:
        found["$gte" if piece.low.inclusive else "$gt"] = native(piece.low.value)
    if piece.high is not None:
        found["$lte" if piece.high.inclusive else "$lt"] = native(piece.high.value)
    if not found and not piece.needs:
        found["$type"] = piece.type
    if len(piece.excluded) == 1:
        found["$ne"] = native(piece.excluded[0])
    elif piece.excluded:
        found["$nin"] = list(map(native, piece.excluded))
    return found | _patterns(piece.needs, piece.forbids) if piece.needs or piece.forbids else found


def _patterns(needs: tuple[Pattern, ...], forbids: tuple[Pattern, ...]) -> dict[str, Any]:
    """All of the patterns in one document: what has no place beside another goes under two NOTs."""
    if len(needs) > _MOST_PATTERNS:
        message = f"MongoDB cannot be asked for more than {_MOST_PATTERNS} texts in one value"
        raise UnsupportedError(message, code="patterns", hint="write clauses, name:~a name:~b: each is about any value")
    if not needs:
        return {"$not": {"$regex": any_pattern(forbids).text}} if forbids else {}
    found: dict[str, Any] = {"$regex": needs[0].text}
    rest = _patterns(needs[1:], forbids)
    if len(needs) > 1:
        rest = {"$not": {"$not": rest}}
    return found | rest


def _not(document: dict[str, Any]) -> dict[str, Any]:
    match document:
        case {"$eq": value} if len(document) == 1:
            return {"$ne": value}
        case {"$in": values} if len(document) == 1:
            return {"$nin": values}
        case _:
            return {"$not": document}
