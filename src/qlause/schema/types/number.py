"""``number``: a JSON number that every engine holds exactly."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Final

from ...syntax.lexical import is_number
from ...syntax.nodes import Comparator, LiteralValue
from ..operators import ORDERED
from .definition import Declaration, TypeDefinition
from .reading import Clock, Readings, UnreadableError

__all__ = ["BEYOND", "INT64", "NUMBER", "SAFE", "WHOLE", "exact_number", "parse_whole"]

SAFE: Final = 2**53 - 1
"""The largest whole number up to which doubles hold all whole numbers exactly."""
INT64: Final = 2**63
"""The first whole number beyond 64 bits."""
WHOLE: Final = re.compile(r"-?[0-9]+")
BEYOND: Final = "is beyond what every engine holds exactly"
_WHOLE_CELL: Final = re.compile(r"-?[0-9]{1,4000}")  # Python reads no more digits than about these


def exact_number(text: str) -> int | float | None:
    """The number that a JSON number is on every engine; None for one that no double holds (rule 15)."""
    if WHOLE.fullmatch(text):
        value = int(text) if len(text) <= 17 else INT64
        return value if abs(value) <= SAFE else None
    double = float(text)
    return double if math.isfinite(double) else None


def parse_whole(text: str) -> int | None:
    """The whole number that a text is, however long; None for any other text."""
    return int(text) if _WHOLE_CELL.fullmatch(text) else None


def _read(literal: LiteralValue, comparator: Comparator | None, field: Declaration, clock: Clock) -> Readings | None:
    if not is_number(literal.text):
        return None
    value = exact_number(literal.text)
    if value is None:
        raise UnreadableError(BEYOND)
    return ((("number", comparator, value),),)


def _parse(text: str) -> int | float | None:
    whole = parse_whole(text)
    if whole is not None:
        return whole
    return float(text) if is_number(text) and math.isfinite(float(text)) else None


NUMBER: Final = TypeDefinition(
    name="number",
    words="a number",
    hint="write it as in 20 or -1.5e3",
    operators=ORDERED,
    read=_read,
    json_schema={"type": "number"},
    annotations=(float, Decimal),
    parse=_parse,
)
