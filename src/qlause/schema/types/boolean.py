"""``boolean``: true or false."""

from __future__ import annotations

from typing import Any, Final

from ...syntax.nodes import Comparator, LiteralValue
from ..operators import EQUALITY
from .definition import Declaration, TypeDefinition
from .reading import Clock, Readings

__all__ = ["BOOLEAN"]

_VALUES: Final = {"true": True, "false": False}


def _read(literal: LiteralValue, comparator: Comparator | None, field: Declaration, clock: Clock) -> Readings | None:
    value = _VALUES.get(literal.text)
    return None if value is None else ((("boolean", comparator, value),),)


def _from_column(value: Any) -> Any:
    """The engines without booleans store 0 and 1."""
    return bool(value) if isinstance(value, int) else value


BOOLEAN: Final = TypeDefinition(
    name="boolean",
    words="true or false",
    hint="write true or false",
    operators=EQUALITY,
    read=_read,
    json_schema={"type": "boolean"},
    annotations=(bool,),
    parse=_VALUES.get,
    from_column=_from_column,
)
