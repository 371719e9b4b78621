"""Dates and times: literals in ISO 8601, whole days, date math (rules 14, 18, 24), and texts sorted as instants."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final, NamedTuple

__all__ = [
    "END_OF_TIME",
    "SECONDS",
    "Moment",
    "end_of_second",
    "instant_key",
    "instant_text_key",
    "is_date_text",
    "is_instant_text",
    "key_of_limit",
    "may_hold_date_math",
    "read_date",
    "read_dated",
    "read_instant",
    "read_moment",
    "read_time",
    "second_of",
]

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,6})?)?(Z|[+-][0-9]{2}(?::?[0-5][0-9])?)?"
)
# Not 24:00, which Python reads as midnight from 3.14 on.
_TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?")
_MATH: Final = re.compile(r"now((?:[+-][0-9]{1,9}[smhdwMy]|/[smhdwMy])*)")
_MATH_STEP: Final = re.compile(r"([+-][0-9]+|/)([smhdwMy])")
_INSTANT_TEXT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|[+-]00:00)"
)
_FRACTION: Final = re.compile(r"[.,][0-9]+")
SECONDS: Final = len("2019-01-06T10:29:30")
"""The length of a date-time's text up to its seconds."""
_UNITS: Final = {
    "s": "seconds",
    "m": "minutes",
    "h": "hours",
    "d": "days",
    "w": "weeks",
    "M": "months",
    "y": "years",
}


END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)
"""The end of the last day, which nothing is after."""


class Moment(NamedTuple):
    """The time that a literal names: one instant (``end`` is None), or a day from ``start`` to just before ``end``.

    The last day ends with ``END_OF_TIME``, and includes it.
    """

    start: datetime
    end: datetime | None = None


def read_instant(text: str) -> datetime | None:
    """The instant that a date-time with an offset or Z names, in UTC; None for any other text (rule 14)."""
    if text[10:11] != "T":  # excludes most texts at once
        return None
    match = _DATE_TIME.fullmatch(text)
    return _in_utc(text, UTC) if match and match[1] else None


def read_dated(text: str, zone: tzinfo, now: datetime) -> tuple[datetime, str] | None:
    """Read a date-time with Z or an offset, or date math (rule 14). None: the text is neither.

    Returns the instant and its text in UTC, with as many digits after the second as the literal has. Raises
    OverflowError for an instant outside the years 1 to 9999.
    """
    if text.startswith("now"):
        if _MATH.fullmatch(text) is None:
            return None
        moment = read_moment(text, zone, now)
        if moment is None:
            raise OverflowError(text)
        return moment.start, _text_of(moment.start, 6 if moment.start.microsecond else 0)
    instant = read_instant(text)
    if instant is None:
        match = _DATE_TIME.fullmatch(text)
        if match and match[1] and read_instant(f"{text[: match.start(1)]}Z") is not None:  # its offset leads beyond
            raise OverflowError(text)
        return None
    fraction = _FRACTION.match(text, SECONDS)
    return instant, _text_of(instant, len(fraction[0]) - 1 if fraction else 0)


def read_moment(text: str, zone: tzinfo, now: datetime) -> Moment | None:
    """The instant or day that a literal names on a date-time field; None for any other text (rule 18).

    A date is a whole day. A date-time without an offset is in ``zone``; date math starts from ``now`` in ``zone``.
    """
    if _DATE_TIME.fullmatch(text):
        instant = _in_utc(text, zone)
        return None if instant is None else Moment(instant)
    if text.startswith("now"):
        try:
            return _date_math(text, now.astimezone(zone))
        except (OverflowError, ValueError):
            return None
    day = read_date(text, zone, now)
    if day is None:
        return None
    try:
        end = END_OF_TIME if day == date.max else _midnight(day + timedelta(days=1), zone)
        return Moment(_midnight(day, zone), end)
    except OverflowError:
        return None


def read_date(text: str, zone: tzinfo, now: datetime) -> date | None:
    """The date that a literal names on a date field: an ISO date, or the day of date math in ``zone``; or None."""
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    if not text.startswith("now"):
        return None
    moment = read_moment(text, zone, now)
    return None if moment is None else moment.start.astimezone(zone).date()


def read_time(text: str) -> time | None:
    """The time of day that a text ``HH:MM[:SS[.fraction]]`` names, which has no zone; None where it names none."""
    if not _TIME.fullmatch(text):
        return None
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


def may_hold_date_math(text: str) -> bool:
    """Whether the text of a request may contain date math: the word ``now``, or an escape that can spell it."""
    return "now" in text or "\\u" in text


@lru_cache(maxsize=32)
def instant_key(instant: datetime) -> str:
    """An instant in UTC as text that sorts by time: seconds, a dot, nine digits."""
    return f"{instant.isoformat('T', 'microseconds')[:26]}000"


def instant_text_key(text: str) -> str | None:
    """The same key for stored text ``YYYY-MM-DDTHH:MM:SS[.fraction]Z``; None for any other text.

    Z may be ``+00:00`` or ``-00:00`` too.
    """
    match = _INSTANT_TEXT.fullmatch(text)
    return None if match is None else f"{match[1]}.{match[2] or '':0<9}"


is_date_text: Final = _DATE.fullmatch
"""Returns a match if a text is of the form ``YYYY-MM-DD``, else None."""
is_instant_text: Final = _INSTANT_TEXT.fullmatch
"""Returns a match if a text is of this form, else None."""


def key_of_limit(text: str) -> str:
    """The key of text that is known to be of this form."""
    key = instant_text_key(text)
    if key is None:
        raise ValueError(f"{text!r} is no date-time")
    return key


def second_of(text: str) -> str:
    """The text of a date-time up to its seconds."""
    return text[:SECONDS]


def end_of_second(second: str) -> str:
    """The least text that is greater than all that start with the text of a second.

    Texts outside of the second stand in the order of time, as do these two: only within it a fraction decides.
    """
    return second[:-1] + chr(ord(second[-1]) + 1)


def _text_of(instant: datetime, digits: int) -> str:
    """An instant in UTC as text with so many digits of a fraction."""
    return f"{instant.isoformat('T', 'microseconds')[: SECONDS + (digits and digits + 1)]}Z"


def _in_utc(text: str, zone: tzinfo) -> datetime | None:
    try:
        if text[11:13] == "24":  # only dateutil reads 24:00, and it is slower
            from dateutil.parser import isoparse

            instant = isoparse(text)
        else:
            instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            instant = _existing(instant.replace(tzinfo=zone))
        return instant.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _existing(local: datetime) -> datetime:
    """The local time; if the clocks of its zone skip it, the time that they jump to."""
    if local.tzinfo is UTC:
        return local
    from dateutil.tz import resolve_imaginary

    return resolve_imaginary(local)


def _midnight(day: date, zone: tzinfo) -> datetime:
    """The first instant of a day, in UTC. If the clock skips midnight, the day starts later."""
    return _existing(datetime.combine(day, time(), zone)).astimezone(UTC)


def _date_math(text: str, now: datetime) -> Moment | None:
    match = _MATH.fullmatch(text)
    if match is None:
        return None
    local = now
    for step, unit in _MATH_STEP.findall(match[1]):
        if step == "/":
            local = _rounded_down(local, unit)
        elif unit in "smh":
            # These are durations, so they are added in UTC; the other units are steps on the calendar.
            local = (local.astimezone(UTC) + timedelta(**{_UNITS[unit]: int(step)})).astimezone(local.tzinfo)
        else:
            from dateutil.relativedelta import relativedelta

            local = _existing(local + relativedelta(**{_UNITS[unit]: int(step)}))  # type: ignore[arg-type]  # one unit by its name
    return Moment(local.astimezone(UTC))


def _rounded_down(local: datetime, unit: str) -> datetime:
    local = local.replace(microsecond=0)
    if unit != "s":
        local = local.replace(second=0)
        local = local if unit == "m" else local.replace(minute=0)
    if unit not in "smh":
        local = local.replace(hour=0, fold=0)  # if the clock passes midnight twice, the day starts at the first
    if unit == "w":
        local -= timedelta(days=local.weekday())
    elif unit == "M":
        local = local.replace(day=1)
    elif unit == "y":
        local = local.replace(month=1, day=1)
    return _existing(local)
