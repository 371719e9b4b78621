"""What reading a literal gives: tests of one stored value, in terms that are neither of the schema nor of a backend."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, tzinfo
from typing import Final, NamedTuple, TypeAlias, TypeVar

from ...syntax.nodes import Comparator
from ...values.kinds import Constant, Kind
from ..storage import Storage

__all__ = ["DIGITS", "Clock", "Reading", "Readings", "UnreadableError", "in_both_cases", "in_digits"]
__all__ += ["native_or_text"]

Reading: TypeAlias = tuple[Kind, Comparator | None, Constant]
"""One test of a stored value: its kind, how it is compared (None: for equality), and the constant."""
Readings: TypeAlias = tuple[tuple[Reading, ...], ...]
"""What a literal asks of a stored value: all tests of one of the groups hold.

``20`` is ``((("number", None, 20),),)``. A whole day is one group of two tests, from its start and before its end. A
date that may be stored natively or as text is two groups. No group: no value can pass.

These are plain tuples because a bound query makes one for every literal."""


DIGITS: Final[Mapping[Storage | None, int]] = {"seconds": 0, "milliseconds": 3, "microseconds": 6}
"""The storages as text with so many digits of a fraction after the second, no more and no fewer."""
_TIMESPECS: Final = {0: "seconds", 3: "milliseconds", 6: "microseconds"}
_T = TypeVar("_T", datetime, time)


class Clock(NamedTuple):
    """What date math and whole days depend on: the moment of binding and the zone of the request."""

    now: datetime
    zone: tzinfo


class UnreadableError(Exception):
    """A literal cannot be read, for a reason that the words of its type do not tell."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def in_digits(comparator: Comparator | None, value: _T, digits: int) -> tuple[Comparator | None, str] | None:
    """A comparison with stored text of that many digits after the second, in ISO 8601; None where it never holds.

    Between two texts that can be stored lies no third, so a value between them is moved down to the lower one.
    """
    below = value.replace(microsecond=value.microsecond - value.microsecond % 10 ** (6 - digits))
    if below != value:
        if comparator is None:
            return None
        comparator = ">" if comparator in (">", ">=") else "<="
    return comparator, below.isoformat(timespec=_TIMESPECS[digits])


def native_or_text(storage: Storage | None, native: Reading, *texts: Reading) -> Readings:
    """The readings of a type that is stored natively or as text: all where the schema does not say which."""
    natives = ((native,),) if storage in (None, "native") else ()
    return natives if storage == "native" else (*natives, *[(text,) for text in texts])


def in_both_cases(comparator: Comparator | None, digits: str) -> tuple[Reading, Reading]:
    """The readings of hexadecimal digits as text. Both writings are common, and both use an index."""
    return ("string", comparator, digits.lower()), ("string", comparator, digits.upper())
