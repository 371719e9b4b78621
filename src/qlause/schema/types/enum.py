"""``enum``: one of the texts that the schema lists."""

from __future__ import annotations

from typing import Final

from ...errors import did_you_mean
from ...syntax.nodes import Comparator, LiteralValue
from ...values.fold import fold
from ..operators import TEXT
from .definition import Declaration, TypeDefinition
from .reading import Clock, Readings, UnreadableError
from .string import read_string

__all__ = ["ENUM"]

_LISTED: Final = 12  # values that a hint lists


def _read(literal: LiteralValue, comparator: Comparator | None, field: Declaration, clock: Clock) -> Readings:
    text, values = literal.text, field.values
    if text in values or (field.ignore_case and fold(text) in map(fold, values)):
        return read_string(literal, comparator, field, clock)
    listed = f"the values are {', '.join(values[:_LISTED])}{', …' * (len(values) > _LISTED)}"
    raise UnreadableError(f"is not {ENUM.words}", did_you_mean(text, values) or listed)


ENUM: Final = TypeDefinition(
    name="enum",
    words="one of its values",
    operators=TEXT,
    read=_read,
    attribute="values",
    attribute_needed=True,
)
