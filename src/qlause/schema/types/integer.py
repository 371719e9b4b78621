"""``integer``: a whole number of 64 bits."""

from __future__ import annotations

from typing import Final

from ...syntax.lexical import is_number
from ...syntax.nodes import Comparator, LiteralValue
from ..operators import ORDERED
from .definition import Declaration, TypeDefinition
from .number import BEYOND, INT64, SAFE, WHOLE, parse_whole
from .reading import Clock, Readings, UnreadableError

__all__ = ["INTEGER"]


def _read(literal: LiteralValue, comparator: Comparator | None, field: Declaration, clock: Clock) -> Readings | None:
    text = literal.text
    if not is_number(text):
        return None
    if WHOLE.fullmatch(text):
        value = int(text) if len(text) <= 20 else INT64
    else:  # 1.0 and 2e1 are whole numbers too
        double = float(text)
        if not double.is_integer():
            return None
        if SAFE < abs(double) < INT64:
            raise UnreadableError(BEYOND, "write all of its digits")
        value = int(double) if abs(double) <= SAFE else INT64
    if not -INT64 <= value < INT64:
        raise UnreadableError("is beyond 64 bits")
    return ((("number", comparator, value),),)


INTEGER: Final = TypeDefinition(
    name="integer",
    words="a whole number",
    hint="write it as in 20",
    operators=ORDERED,
    read=_read,
    json_schema={"type": "integer"},
    annotations=(int,),
    parse=parse_whole,
)
