"""``date-time``: an instant, stored natively or as ISO text in UTC (rule 18)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from ...syntax.nodes import Comparator, LiteralValue
from ...values.datetimes import END_OF_TIME, is_instant_text, read_instant, read_moment
from ...values.kinds import Kind
from ..operators import ORDERED
from ..storage import Storage
from .definition import Declaration, TypeDefinition
from .reading import DIGITS, Clock, Reading, Readings, UnreadableError, in_digits

__all__ = ["DATE_TIME"]

_LOST_PLUS: Final = re.compile(r"T[0-9:.,]+ [0-9]{2}(?::?[0-9]{2})?\Z|now\b.* [0-9]+[smhdwMy]\b")
_MANY_DIGITS: Final = re.compile(r"([0-9-]{10}T[0-9:]{8}[.,][0-9]{6})[0-9]{1,12}(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?")
_KINDS: Final[Mapping[Storage | None, tuple[Kind, ...]]] = {
    None: ("instant", "instant_text"),
    "native": ("instant",),
    "utc": ("instant",),
    "instant": ("instant_text",),
}


def _read(literal: LiteralValue, comparator: Comparator | None, field: Declaration, clock: Clock) -> Readings | None:
    moment = read_moment(literal.text, clock.zone, clock.now)
    if moment is None:
        finer = _MANY_DIGITS.fullmatch(literal.text)
        if finer is not None and read_moment("".join(finer.groups("")), clock.zone, clock.now) is not None:
            hint = f"write up to six digits of a fraction, as in {''.join(finer.groups(''))}"
            raise UnreadableError("has more than six digits of a fraction", hint)
        if _LOST_PLUS.search(literal.text[-80:]):
            raise UnreadableError(f"is not {DATE_TIME.words}", "write + as %2B in the URL")
        return None
    groups = _bounds(comparator, moment.start, moment.end)
    digits = DIGITS.get(field.storage)
    if digits is None:
        return tuple(
            [
                tuple([(kind, sign, instant) for sign, instant in bounds])
                for kind in _KINDS[field.storage]
                for bounds in groups
            ]
        )
    texts = [[_as_text(sign, instant, digits) for sign, instant in bounds] for bounds in groups]
    return tuple([tuple([text for text in group if text is not None]) for group in texts if None not in group])


def _bounds(
    comparator: Comparator | None, start: datetime, end: datetime | None
) -> tuple[tuple[tuple[Comparator | None, datetime], ...], ...]:
    """A comparison with an instant or with a whole day, as comparisons with instants: all those of some group hold."""
    if end is None:
        return (((comparator, start),),)
    match comparator:
        case None:
            return (((">=", start),),) if end == END_OF_TIME else (((">=", start), ("<", end)),)
        case ">":
            return () if end == END_OF_TIME else (((">=", end),),)
        case "<=":
            return (((">=", start),), (("<", start),)) if end == END_OF_TIME else ((("<", end),),)
        case _:
            return (((comparator, start),),)


def _as_text(sign: Comparator | None, instant: datetime, digits: int) -> Reading | None:
    """The comparison with stored text of that many digits; None where it can never hold."""
    comparison = in_digits(sign, instant.astimezone(UTC).replace(tzinfo=None), digits)
    if comparison is None:
        return None
    comparator, text = comparison
    return "string", comparator, f"{text}Z"


DATE_TIME: Final = TypeDefinition(
    name="date-time",
    words="a date-time",
    hint="write it as in 2019-01-06T10:29:30.602Z, 2019-01-06 or now-7d",
    operators=ORDERED,
    read=_read,
    storages=("native", "utc", "instant", "seconds", "milliseconds", "microseconds"),
    native="instant",
    json_schema={"type": "string", "format": "date-time"},
    annotations=(datetime,),
    sorted_as_instant=frozenset({None, "instant"}),
    is_stored=lambda text: is_instant_text(text) or read_instant(text),  # with an offset too, though no test finds it
)
