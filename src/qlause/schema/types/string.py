"""``string``: text."""

from __future__ import annotations

from typing import Final

from ...syntax.nodes import Comparator, LiteralValue
from ...values.fold import fold
from ..operators import EMPTY, ORDERED, TEXT
from .definition import Declaration, TypeDefinition
from .reading import Clock, Readings

__all__ = ["STRING", "read_string"]


def read_string(literal: LiteralValue, comparator: Comparator | None, field: Declaration, clock: Clock) -> Readings:
    """Any literal is text. Equality may be under the fold, order never is."""
    if comparator is None and field.ignore_case:
        return ((("folded", None, fold(literal.text)),),)
    return ((("string", comparator, literal.text),),)


STRING: Final = TypeDefinition(
    name="string",
    words="text",
    operators=TEXT | ORDERED | EMPTY,
    read=read_string,
    json_schema={"type": "string"},
    annotations=(str,),
)
