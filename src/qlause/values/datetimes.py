"""Dates and date-times as literals: ISO 8601, whole days, and date math (rules 14 and 18)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

__all__ = [
    "Moment",
    "instant_key",
    "instant_text_key",
    "is_instant_text",
    "may_hold_date_math",
    "read_date",
    "read_instant",
    "read_moment",
]

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,6})?)?(Z|[+-][0-9]{2}(?::?[0-5][0-9])?)?"
)
_MATH: Final = re.compile(r"now((?:[+-][0-9]{1,9}[smhdwMy]|/[smhdwMy])*)")
_MATH_STEP: Final = re.compile(r"([+-][0-9]+|/)([smhdwMy])")
_INSTANT_TEXT: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?Z")
_UNITS: Final = {
    "s": "seconds",
    "m": "minutes",
    "h": "hours",
    "d": "days",
    "w": "weeks",
    "M": "months",
    "y": "years",
}


class Moment(NamedTuple):
    """What a literal names: one instant (``end`` is None), or a day from ``start`` up to, not including, ``end``."""

    start: datetime
    end: datetime | None = None


def read_instant(text: str) -> datetime | None:
    """The instant that a date-time with an offset or Z names, in UTC; None for any other text (rule 14)."""
    if text[10:11] != "T":  # tells most texts apart
        return None
    match = _DATE_TIME.fullmatch(text)
    return _in_utc(text, UTC) if match and match[1] else None


def read_moment(text: str, zone: tzinfo, now: datetime) -> Moment | None:
    """The instant or day that a literal names on a date-time field; None where it names none (rule 18).

    A date is a whole day, and a date-time without an offset stands in ``zone``; date math counts there
    from ``now``.
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
        return Moment(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))
    except OverflowError:
        return None


def read_date(text: str, zone: tzinfo, now: datetime) -> date | None:
    """The date that a literal names on a date field: an ISO date, or the day of date math in ``zone``."""
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    if not text.startswith("now"):
        return None
    moment = read_moment(text, zone, now)
    return None if moment is None else moment.start.astimezone(zone).date()


def may_hold_date_math(text: str) -> bool:
    """Whether a value in a text of the language may be date math: its one word stands there, perhaps as escapes."""
    return "now" in text or "\\u" in text


def instant_key(instant: datetime) -> str:
    """An instant in UTC as text whose order is that of time: seconds, a dot, nine digits."""
    return f"{instant.isoformat('T', 'microseconds')[:26]}000"


def instant_text_key(text: str) -> str | None:
    """The same key for stored text ``YYYY-MM-DDTHH:MM:SS[.fraction]Z``; None for any other text."""
    match = _INSTANT_TEXT.fullmatch(text)
    return None if match is None else f"{match[1]}.{match[2] or '':0<9}"


is_instant_text: Final = _INSTANT_TEXT.fullmatch
"""Whether text is of that form: a match, or None."""


def _in_utc(text: str, zone: tzinfo) -> datetime | None:
    try:
        # The end of a day is known to the slower one of the two alone.
        if text[11:13] == "24":
            from dateutil.parser import isoparse

            found = isoparse(text)
        else:
            found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            found = _on_the_clock(found.replace(tzinfo=zone))
        return found.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _on_the_clock(found: datetime) -> datetime:
    """A time that the clocks of its zone skip, put forward as they are."""
    from dateutil.tz import resolve_imaginary

    return resolve_imaginary(found)


def _midnight(day: date, zone: tzinfo) -> datetime:
    """The first instant of a day, in UTC: where the clock skips midnight, the day starts later."""
    return _on_the_clock(datetime.combine(day, time(), zone)).astimezone(UTC)


def _date_math(text: str, found: datetime) -> Moment | None:
    match = _MATH.fullmatch(text)
    if match is None:
        return None
    for step, unit in _MATH_STEP.findall(match[1]):
        if step == "/":
            found = _rounded_down(found, unit)
        elif unit in "smh":
            # These are lengths of time, so they count in UTC; the others are steps of the calendar on the wall clock.
            zone = found.tzinfo
            found = (found.astimezone(UTC) + timedelta(**{_UNITS[unit]: int(step)})).astimezone(zone)
        else:
            from dateutil.relativedelta import relativedelta

            found = _on_the_clock(found + relativedelta(**{_UNITS[unit]: int(step)}))  # type: ignore[arg-type]  # one unit by its name
    return Moment(found.astimezone(UTC))


def _rounded_down(found: datetime, unit: str) -> datetime:
    found = found.replace(microsecond=0)
    if unit != "s":
        found = found.replace(second=0)
        found = found if unit == "m" else found.replace(minute=0)
    if unit not in "smh":
        found = found.replace(hour=0, fold=0)  # where the clock goes through midnight twice, a day starts at the first
    if unit == "w":
        found -= timedelta(days=found.weekday())
    elif unit == "M":
        found = found.replace(day=1)
    elif unit == "y":
        found = found.replace(month=1, day=1)
    return _on_the_clock(found)
