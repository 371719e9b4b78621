"""Literals → tests of one candidate: what the reading of a field's type means in a bound query (rules 12 to 18)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .._record import new
from ..schema.schema import Field
from ..schema.types import TYPES
from ..schema.types.any import read_undeclared
from ..schema.types.definition import Reader
from ..schema.types.reading import Clock, Reading, UnreadableError
from ..syntax.nodes import Comparator, LiteralValue
from .nodes import BoundTest, Compare, OneOf, all_of, any_of

__all__ = ["read"]

_READERS: Final[Mapping[str, Reader]] = {
    name: definition.read for name, definition in TYPES.items() if definition.read is not None
}


def read(literal: LiteralValue, comparator: Comparator | None, field: Field | None, clock: Clock) -> BoundTest:
    """The test that a literal means after a comparator, or after none (None).

    A literal that can be read in several ways matches in any of them. Raises UnreadableError if it can be read in none.
    """
    if field is None:
        readings = read_undeclared(literal, comparator, ignore_case=False)
    else:
        declared = _READERS[field.type](literal, comparator, field, clock)
        if declared is None:
            definition = TYPES[field.type]
            raise UnreadableError(f"is not {definition.words}", definition.hint)
        readings = declared
    if len(readings) == 1 and len(readings[0]) == 1:
        return _test(readings[0][0])
    return any_of([all_of([_test(reading) for reading in group]) for group in readings])


def _test(reading: Reading) -> BoundTest:
    kind, comparator, value = reading
    if comparator is None:
        return new(OneOf, (kind, (value,), False))  # type: ignore[no-any-return]  # a OneOf
    return new(Compare, (kind, comparator, value, False))  # type: ignore[no-any-return]  # a Compare
