"""``date``: a day without a time, stored natively or as ISO text."""

from __future__ import annotations

from datetime import date
from typing import Final

from ...syntax.nodes import Comparator, LiteralValue
from ...values.datetimes import is_date_text, read_date
from ..operators import ORDERED
from .definition import Declaration, TypeDefinition
from .reading import Clock, Readings, native_or_text

__all__ = ["DATE"]


def _read(literal: LiteralValue, comparator: Comparator | None, field: Declaration, clock: Clock) -> Readings | None:
    day = read_date(literal.text, clock.zone, clock.now)
    if day is None:
        return None
    return native_or_text(field.storage, ("date", comparator, day), ("string", comparator, day.isoformat()))


DATE: Final = TypeDefinition(
    name="date",
    words="a date",
    hint="write it as in 2019-01-06, or now-7d",
    operators=ORDERED,
    read=_read,
    storages=("native", "text"),
    native="date",
    json_schema={"type": "string", "format": "date"},
    annotations=(date,),
    is_stored=is_date_text,
)
