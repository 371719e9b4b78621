"""``any``: a value whose type is not known. A literal is then read by its text, as without a schema."""

from __future__ import annotations

from typing import Final

from ...errors import shorten
from ...syntax.nodes import Comparator, LiteralValue
from ...values.datetimes import read_dated, read_instant
from ...values.fold import fold
from ..operators import ARRAY, ORDERED, TEXT
from .definition import Declaration, TypeDefinition
from .number import BEYOND, exact_number
from .reading import Clock, Reading, Readings, UnreadableError

__all__ = ["ANY", "read_undeclared"]


def read_undeclared(literal: LiteralValue, comparator: Comparator | None, ignore_case: bool, clock: Clock) -> Readings:
    """Everything that a literal can mean where no type is declared (rules 12 to 15)."""
    text = literal.text
    if comparator is not None and not literal.bare:
        return _compared(text, comparator, clock)
    string: Reading = ("string", comparator, text)
    if ignore_case and comparator is None:
        string = ("folded", None, fold(text))
    if not literal.bare:
        instant = read_instant(text)
        return ((string,),) if instant is None else ((string,), (("instant", None, instant),))
    if text in ("true", "false"):
        return ((string,),) if comparator is not None else ((string,), (("boolean", None, text == "true"),))
    number = exact_number(text)
    if comparator is None:
        return ((string,),) if number is None else ((string,), (("number", None, number),))
    if number is None:
        raise UnreadableError(BEYOND, f'put quotes around it if text is stored: "{shorten(text, 24)}"')
    return ((("number", comparator, number),),)


def _compared(text: str, comparator: Comparator, clock: Clock) -> Readings:
    """What a literal means after a comparator: a date-time with an offset, or date math, is an instant (rule 14)."""
    try:
        dated = read_dated(text, clock.zone, clock.now)
    except OverflowError:
        raise UnreadableError("is beyond the years 1 to 9999", "write a nearer date") from None
    if dated is None:
        return ((("string", comparator, text),),)
    instant, in_utc = dated
    return (("instant_or_text", comparator, in_utc),), (("instant", comparator, instant),)


def _read(literal: LiteralValue, comparator: Comparator | None, field: Declaration, clock: Clock) -> Readings:
    return read_undeclared(literal, comparator, field.ignore_case, clock)


ANY: Final = TypeDefinition(
    name="any",
    words="a value",
    operators=TEXT | ORDERED | ARRAY,
    read=_read,
    untyped=True,
)
