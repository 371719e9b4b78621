"""Literals → tests of one candidate: what the reading of a field's type means in a bound query (rules 12 to 18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from .._record import new
from ..schema.schema import Field
from ..schema.types import TYPES
from ..schema.types.any import read_undeclared
from ..schema.types.definition import Declaration, Reader
from ..schema.types.reading import Clock, Reading, Readings, UnreadableError
from ..syntax.nodes import Comparator, LiteralValue
from .nodes import AnyOf, BoundTest, Compare, Constant, Kind, OneOf, all_of, any_of

__all__ = ["merged", "reader_of", "readings_of", "test_of"]

_READERS: Final[Mapping[str, Reader]] = {
    name: definition.read for name, definition in TYPES.items() if definition.read is not None
}


def reader_of(field: Field | None) -> Reader:
    """The function that reads the literals of a field; of an undeclared one for None."""
    return _read_undeclared if field is None else _READERS[field.type]


def readings_of(literal: LiteralValue, comparator: Comparator | None, field: Field | None, clock: Clock) -> Readings:
    """What a literal means after a comparator, or after none (None).

    Raises UnreadableError if it can be read in no way.
    """
    readings = reader_of(field)(literal, comparator, field, clock)  # type: ignore[arg-type]  # None for its own reader
    if readings is None and field is not None:
        definition = TYPES[field.type]
        raise UnreadableError(f"is not {definition.words}", definition.hint)
    return readings  # type: ignore[return-value]  # an undeclared field reads everything


def test_of(readings: Readings, comparator: Comparator | None, constants: list[Constant]) -> BoundTest:
    """The test that readings ask for, with places in the list of constants, where they are added.

    A literal that can be read in several ways matches in any of them.
    """
    test: BoundTest = any_of([all_of([_test(reading, constants) for reading in group]) for group in readings])
    return merged(test, constants) if comparator is None and len(readings) > 1 else test


def merged(test: BoundTest, constants: Sequence[Constant]) -> BoundTest:
    """The test with all plain values of one kind in one leaf, so that a list is one look-up, however long."""
    if not isinstance(test, AnyOf):
        return test
    values: dict[Kind, list[Any]] = {}
    others: list[BoundTest] = []
    for leaf in test.items:
        if not isinstance(leaf, OneOf) or leaf.negated:
            others.append(leaf)
        elif leaf.kind in values:
            values[leaf.kind] += leaf.values
        else:
            values[leaf.kind] = [*leaf.values]
    lists: list[BoundTest] = [OneOf(kind, _different(kind, places, constants)) for kind, places in values.items()]
    return any_of(lists + others)


def _different(kind: Kind, places: Sequence[Any], constants: Sequence[Constant]) -> tuple[Any, ...]:
    """The places of different constants: the first of equal ones."""
    if kind == "boolean":
        return tuple(dict.fromkeys(places))
    first: dict[Constant, Any] = {}
    for place in places:
        first.setdefault(constants[place], place)
    return tuple(first.values())


def _test(reading: Reading, constants: list[Constant]) -> BoundTest:
    kind, comparator, value = reading
    if kind != "boolean":  # a boolean stays: no backend has parameters of this kind
        constants.append(value)
        value = len(constants) - 1
    if comparator is None:
        return new(OneOf, (kind, (value,), False))
    return new(Compare, (kind, comparator, value, False))


def _read_undeclared(
    literal: LiteralValue,
    comparator: Comparator | None,
    field: Declaration,  # noqa: ARG001  # a Reader takes it
    clock: Clock,
) -> Readings:
    return read_undeclared(literal, comparator, ignore_case=False, clock=clock)
