"""Dates of the slow evaluator, by arithmetic on whole numbers: no library reads or adds a date here.

An instant is a number of nanoseconds since 0001-01-01T00:00Z. A zone is an offset in minutes.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import NamedTuple

SECOND = 10**9
DAY = 86_400 * SECOND
_LENGTHS = {"s": SECOND, "m": 60 * SECOND, "h": 3_600 * SECOND, "d": DAY, "w": 7 * DAY}


class Span(NamedTuple):
    """What a literal names: from ``start`` up to, not including, ``end``; for an instant both are the same."""

    start: int
    end: int


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    return [31, 29 if is_leap(year) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]


def day_number(year: int, month: int, day: int) -> int:
    """Days since 0001-01-01."""
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400
    return days + sum(month_length(year, each) for each in range(1, month)) + day - 1


def civil(number: int) -> tuple[int, int, int]:
    """Year, month and day of a day number."""
    year = number // 366 + 1
    while day_number(year + 1, 1, 1) <= number:
        year += 1
    left, month = number - day_number(year, 1, 1), 1
    while left >= month_length(year, month):
        left, month = left - month_length(year, month), month + 1
    return year, month, left + 1


LAST_DAY = day_number(9999, 12, 31)
END_OF_TIME = (LAST_DAY + 1) * DAY


def in_range(instant: int) -> bool:
    return 0 <= instant < (LAST_DAY + 1) * DAY


def read_day(text: str) -> int | None:
    """The day number of a real date ``YYYY-MM-DD``."""
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:])
    if year == 0 or not 1 <= month <= 12 or not 1 <= day <= month_length(year, month):
        return None
    return day_number(year, month, day)


def read_instant(text: str, zone: int | None) -> int | None:
    """The instant of an ISO date-time; one without an offset stands in ``zone``, or is none where that is None."""
    match = re.fullmatch(r"([0-9-]{10})T([0-9:]{5,8})([.,][0-9]{1,6})?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?", text)
    if match is None:
        return None
    day, parts = read_day(match[1]), match[2].split(":")
    if day is None or any(len(part) != 2 for part in parts) or (match[3] and len(parts) != 3):
        return None
    hour, minute, second = map(int, [*parts, "0"][:3])
    fraction = int(match[3][1:].ljust(9, "0")) if match[3] else 0
    midnight = hour == 24 and minute == second == fraction == 0
    if minute > 59 or second > 59 or (hour > 23 and not midnight):
        return None
    offset = zone
    if match[4] == "Z":
        offset = 0
    elif match[4]:
        digits = match[4][1:].replace(":", "").ljust(4, "0")
        if int(digits[:2]) > 23 or int(digits[2:]) > 59:
            return None
        offset = (int(digits[:2]) * 60 + int(digits[2:])) * (-1 if match[4][0] == "-" else 1)
    if offset is None:
        return None
    found = day * DAY + (hour * 3600 + minute * 60 + second - offset * 60) * SECOND + fraction
    return found if in_range(found) else None


def read_moment(text: str, zone: int, now: int) -> Span | None:
    """What a literal names on a date-time field (rule 18)."""
    instant = read_instant(text, zone)
    if instant is None and text.startswith("now"):
        instant = date_math(text, zone, now)
    if instant is not None:
        return Span(instant, instant)
    day = read_day(text)
    if day is None or not in_range(day * DAY - zone * 60 * SECOND):
        return None
    start = day * DAY - zone * 60 * SECOND
    return Span(start, END_OF_TIME if day == LAST_DAY else start + DAY)


def is_date_math(text: str) -> bool:
    return re.fullmatch("now([+-][0-9]{1,9}[smhdwMy]|/[smhdwMy])*", text) is not None


def date_math(text: str, zone: int, now: int) -> int | None:
    if not is_date_math(text):
        return None
    shift = zone * 60 * SECOND
    local = now + shift
    for step in re.findall(r"[+-][0-9]+[a-zA-Z]|/[a-zA-Z]", text):
        unit = step[-1]
        if step[0] == "/":
            local = _rounded(local, unit)
        elif unit in _LENGTHS:
            local += int(step[:-1]) * _LENGTHS[unit]
        else:
            year, month, day = civil(local // DAY)
            months = year * 12 + month - 1 + int(step[:-1]) * (12 if unit == "y" else 1)
            if not 12 <= months < 120_000:
                return None
            year, month = months // 12, months % 12 + 1
            local = day_number(year, month, min(day, month_length(year, month))) * DAY + local % DAY
        if not (in_range(local) and in_range(local - shift)):
            return None
    return local - shift


def _rounded(local: int, unit: str) -> int:
    if unit in "smhd":
        return local - local % _LENGTHS[unit]
    number = local // DAY
    year, month, _ = civil(number)
    if unit == "w":
        return (number - number % 7) * DAY  # 0001-01-01 is a Monday
    return day_number(year, month if unit == "M" else 1, 1) * DAY


def of_native(value: date) -> int:
    """The instant of a native date-time (a naive one is UTC), or of the first moment of a native date."""
    midnight = day_number(value.year, value.month, value.day) * DAY
    if not isinstance(value, datetime):
        return midnight
    time = (value.hour * 3600 + value.minute * 60 + value.second) * SECOND + value.microsecond * 1000
    offset = value.utcoffset()
    if offset is None:
        return midnight + time
    return midnight + time - ((offset.days * 86_400 + offset.seconds) * SECOND + offset.microseconds * 1000)


Stamp = tuple[int, int, int, int, int, int, int]


def stamp_of_text(text: str) -> Stamp | None:
    """Year to nanosecond of stored text ``YYYY-MM-DDTHH:MM:SS[.fraction]`` in UTC, if there is such a day or not."""
    form = r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]{1,9})?"
    match = re.fullmatch(form, text[: -1 if text.endswith("Z") else -6])
    if not text.endswith(("Z", "+00:00", "-00:00")):
        return None
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(match[number]) for number in range(1, 7))
    return year, month, day, hour, minute, second, int((match[7] or ".")[1:].ljust(9, "0"))


def stamp(instant: int) -> Stamp:
    """Year to nanosecond of an instant, in UTC."""
    seconds, nanoseconds = divmod(instant, SECOND)
    days, left = divmod(seconds, 86_400)
    return (*civil(days), left // 3600, left // 60 % 60, left % 60, nanoseconds)
