"""``enum``: one of the texts that the schema lists."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from ...errors import Vocabulary, did_you_mean
from ...syntax.nodes import Comparator, LiteralValue
from ...values.fold import fold
from ..operators import TEXT
from .definition import Declaration, TypeDefinition
from .reading import Clock, Readings, UnreadableError
from .string import read_string

__all__ = ["ENUM", "EnumValues"]

_LISTED: Final = 12  # values that a hint lists


class EnumValues(tuple[str, ...]):
    """The values of an enum, with what each literal is looked up in."""

    @cached_property
    def known(self) -> frozenset[str]:
        """The values."""
        return frozenset(self)

    @cached_property
    def folded(self) -> frozenset[str]:
        """The values under the fold."""
        return frozenset(map(fold, self))

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The values, for hints."""
        return Vocabulary(self)


def _read(literal: LiteralValue, comparator: Comparator | None, field: Declaration, clock: Clock) -> Readings:
    text, values = literal.text, field.values
    assert isinstance(values, EnumValues)  # noqa: S101  # for mypy: Field makes them
    if text in values.known or (field.ignore_case and fold(text) in values.folded):
        return read_string(literal, comparator, field, clock)
    listed = f"the values are {', '.join(values[:_LISTED])}{', …' * (len(values) > _LISTED)}"
    raise UnreadableError(f"is not {ENUM.words}", did_you_mean(text, values.vocabulary) or listed)


ENUM: Final = TypeDefinition(
    name="enum",
    words="one of its values",
    operators=TEXT,
    read=_read,
    attribute="values",
    attribute_needed=True,
)
