"""Dates and date math: every form, every unit, the ends of the calendar, and clocks that jump."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz

import qlause
from qlause import Schema, python
from qlause.values.datetimes import (
    END_OF_TIME,
    Moment,
    instant_key,
    instant_text_key,
    read_date,
    read_instant,
    read_moment,
)

NOW = datetime(2024, 3, 31, 14, 45, 50, 123456, tzinfo=UTC)
BERLIN, HAVANA, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Havana"), ZoneInfo("Pacific/Apia")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def moment(text: str, zone: tzinfo = UTC, now: datetime = NOW) -> Moment | None:
    return read_moment(text, zone, now)


def at(text: str, zone: tzinfo = UTC, now: datetime = NOW) -> str | None:
    """The instant of a literal that names one, in short."""
    found = moment(text, zone, now)
    if found is None:
        return None
    assert found.end is None
    assert found.start.tzinfo is UTC
    return found.start.replace(tzinfo=None).isoformat()


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2019-01-06T10:29:30Z", "2019-01-06T10:29:30"),
        ("2019-01-06T10:29Z", "2019-01-06T10:29:00"),
        ("2019-01-06T10:29:30.6Z", "2019-01-06T10:29:30.600000"),
        ("2019-01-06T10:29:30.602Z", "2019-01-06T10:29:30.602000"),
        ("2019-01-06T10:29:30,602Z", "2019-01-06T10:29:30.602000"),
        ("2019-01-06T10:29:30.123456Z", "2019-01-06T10:29:30.123456"),
        ("2019-01-06T10:29:30+02:00", "2019-01-06T08:29:30"),
        ("2019-01-06T10:29:30-0530", "2019-01-06T15:59:30"),
        ("2019-01-06T10:29:30+14", "2019-01-05T20:29:30"),
        ("2019-01-06T00:00:00+00:00", "2019-01-06T00:00:00"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00"),
        ("2019-01-06T24:00:00Z", "2019-01-07T00:00:00"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999"),
    ],
)
def test_date_times(text: str, instant: str) -> None:
    assert read_instant(text) == utc(instant)
    assert at(text, BERLIN) == instant


@pytest.mark.parametrize(
    "text",
    [
        "2019-01-06 10:29:30Z",
        "2019-01-06T10Z",
        "2019-01-06T10:29:30.1234567Z",
        "2019-01-06T10:29:30z",
        "2019-01-06t10:29:30Z",
        "2019-1-6T10:29:30Z",
        "19-01-06T10:29:30Z",
        "2019-02-29T00:00:00Z",
        "2019-02-30T00:00:00Z",
        "2019-13-01T00:00:00Z",
        "2019-01-06T25:00:00Z",
        "2019-01-06T10:60:00Z",
        "2019-01-06T10:29:60Z",
        "2019-01-06T10:29:30+24:00",
        "2019-01-06T10:29:30 02:00",
        "0001-01-01T00:00:00+02:00",
        "9999-12-31T23:00:00-02:00",
        "9999-12-31T24:00:00Z",
        "0000-01-01T00:00:00Z",
        "+2019-01-06T10:29:30Z",
        "20190106T102930Z",
        "2019-W01-1T00:00:00Z",
        "2019-006T00:00:00Z",
        "２０１９-01-06T10:29:30Z",
        "2019-01-06T10:29:30Z\n",
        "",
    ],
)
def test_what_is_no_date_time(text: str) -> None:
    assert read_instant(text) is None
    assert moment(text) is None


def test_a_date_time_without_offset_stands_in_the_zone() -> None:
    assert read_instant("2024-07-01T12:00:00") is None
    assert at("2024-07-01T12:00:00") == "2024-07-01T12:00:00"
    for zone in (BERLIN, tz.gettz("Europe/Berlin")):
        assert zone is not None
        assert at("2024-07-01T12:00", zone) == "2024-07-01T10:00:00"
        assert at("2024-03-31T02:30:00", zone) == "2024-03-31T01:30:00"  # the clock jumps from 2 to 3
        assert at("2024-10-27T02:30:00", zone) == "2024-10-27T00:30:00"  # the first of the two


@pytest.mark.parametrize(
    ("text", "zone", "start", "end"),
    [
        ("2019-01-06", UTC, "2019-01-06T00:00", "2019-01-07T00:00"),
        ("2024-02-29", UTC, "2024-02-29T00:00", "2024-03-01T00:00"),
        ("2019-12-31", UTC, "2019-12-31T00:00", "2020-01-01T00:00"),
        ("2019-01-06", timezone(timedelta(hours=5, minutes=30)), "2019-01-05T18:30", "2019-01-06T18:30"),
        ("2024-03-31", BERLIN, "2024-03-30T23:00", "2024-03-31T22:00"),
        ("2024-10-27", BERLIN, "2024-10-26T22:00", "2024-10-27T23:00"),
        ("2024-03-10", HAVANA, "2024-03-10T05:00", "2024-03-11T04:00"),  # midnight is jumped over
        ("2024-11-03", HAVANA, "2024-11-03T04:00", "2024-11-04T05:00"),  # midnight comes twice
        ("2011-12-30", APIA, "2011-12-30T10:00", "2011-12-30T10:00"),  # a day that never was
        ("0001-01-01", UTC, "0001-01-01T00:00", "0001-01-02T00:00"),
        ("9999-12-30", UTC, "9999-12-30T00:00", "9999-12-31T00:00"),
    ],
)
def test_a_date_is_a_whole_day(text: str, zone: tzinfo, start: str, end: str) -> None:
    assert moment(text, zone) == Moment(utc(start), utc(end))


def test_the_last_day_ends_with_time() -> None:
    assert moment("9999-12-31") == Moment(utc("9999-12-31T00:00"), END_OF_TIME)
    assert moment("9999-12-31", BERLIN) == Moment(utc("9999-12-30T23:00"), END_OF_TIME)
    assert moment("9999-12-31", HAVANA) == Moment(utc("9999-12-31T05:00"), END_OF_TIME)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("2019-02-29", UTC),
        ("2019-1-6", UTC),
        ("0001-01-01", BERLIN),
        ("2019-01-06Z", UTC),
        ("2019-01", UTC),
        ("0000-01-01", UTC),
    ],
)
def test_what_is_no_day(text: str, zone: tzinfo) -> None:
    assert moment(text, zone) is None


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("now", "2024-03-31T14:45:50.123456"),
        ("now-10s", "2024-03-31T14:45:40.123456"),
        ("now+15m", "2024-03-31T15:00:50.123456"),
        ("now-15h", "2024-03-30T23:45:50.123456"),
        ("now+1d", "2024-04-01T14:45:50.123456"),
        ("now-2w", "2024-03-17T14:45:50.123456"),
        ("now-1M", "2024-02-29T14:45:50.123456"),
        ("now+1M", "2024-04-30T14:45:50.123456"),
        ("now-13M", "2023-02-28T14:45:50.123456"),
        ("now-1y", "2023-03-31T14:45:50.123456"),
        ("now/s", "2024-03-31T14:45:50"),
        ("now/m", "2024-03-31T14:45:00"),
        ("now/h", "2024-03-31T14:00:00"),
        ("now/d", "2024-03-31T00:00:00"),
        ("now/w", "2024-03-25T00:00:00"),
        ("now/M", "2024-03-01T00:00:00"),
        ("now/y", "2024-01-01T00:00:00"),
        ("now-1y/d", "2023-03-31T00:00:00"),
        ("now/d-1s", "2024-03-30T23:59:59"),
        ("now/M+1M-1d", "2024-03-31T00:00:00"),
        ("now+1M+1M", "2024-05-30T14:45:50.123456"),  # step by step: 30 April, then 30 May
        ("now+2M", "2024-05-31T14:45:50.123456"),
        ("now-0d", "2024-03-31T14:45:50.123456"),
    ],
)
def test_date_math(text: str, instant: str) -> None:
    assert at(text) == instant


def test_leap_years() -> None:
    leap = utc("2024-02-29T12:00")
    assert at("now+1y", now=leap) == "2025-02-28T12:00:00"
    assert at("now+4y", now=leap) == "2028-02-29T12:00:00"
    assert at("now-100y", now=leap) == "1924-02-29T12:00:00"
    assert at("now+76y", now=leap) == "2100-02-28T12:00:00"


@pytest.mark.parametrize("zone", [BERLIN, tz.gettz("Europe/Berlin")])
def test_days_count_on_the_wall_clock_and_hours_in_time(zone: tzinfo) -> None:
    before = datetime(2024, 3, 30, 12, 0, tzinfo=BERLIN)
    assert at("now+1d", zone, before) == "2024-03-31T10:00:00"  # 12:00 again, 23 hours later
    assert at("now+24h", zone, before) == "2024-03-31T11:00:00"
    assert at("now+1d", zone, before.replace(hour=2, minute=30)) == "2024-03-31T01:30:00"  # 2:30 is jumped over
    assert at("now/d", zone, datetime(2024, 3, 31, 12, 0, tzinfo=BERLIN)) == "2024-03-30T23:00:00"
    second = datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN, fold=1)
    assert at("now", zone, second) == "2024-10-27T01:30:00"
    assert at("now/h", zone, second) == "2024-10-27T01:00:00"
    assert at("now-1h", zone, second) == "2024-10-27T00:30:00"


def test_a_day_starts_where_a_day_literal_starts() -> None:
    for zone, now in (
        (HAVANA, datetime(2024, 11, 3, 0, 30, tzinfo=HAVANA, fold=1)),
        (HAVANA, datetime(2024, 11, 3, 12, tzinfo=HAVANA)),
        (HAVANA, datetime(2024, 3, 10, 12, tzinfo=HAVANA)),
        (BERLIN, datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN, fold=1)),
    ):
        day = moment(now.date().isoformat(), zone, now)
        rounded = moment("now/d", zone, now)
        assert day is not None
        assert rounded is not None
        assert rounded.start == day.start


@pytest.mark.parametrize(
    "text",
    [
        "now+1", "now+d", "now 7d", "now+ 7d", "now-7D", "now--7d", "now/", "now/1d", "now/q", "nowadays", "Now", "NOW",
        "now+1x", "+1d", "now+1234567890d", "now+10000y", "now-3000y", "now+999999999w", "now+999999999M",
        "now+999999999h", "now-999999999s-999999999s-999999999d",
    ],
)  # fmt: skip
def test_what_is_no_date_math(text: str) -> None:
    assert moment(text) is None
    assert read_date(text, UTC, NOW) is None


def test_the_ends_of_the_calendar() -> None:
    last, first = utc("9999-12-31T23:00"), utc("0001-01-01T01:00")
    for zone in (UTC, BERLIN, APIA, timezone(timedelta(hours=-12))):
        for text in (
            "now",
            "now/d",
            "now/w",
            "now+1d",
            "now-1d",
            "now+2h",
            "now-2h",
            "now/y",
            "9999-12-31",
            "0001-01-01",
        ):
            for now in (last, first):
                found = moment(text, zone, now)
                assert found is None or found.start.tzinfo is UTC


def test_dates() -> None:
    assert read_date("2024-02-29", BERLIN, NOW) == date(2024, 2, 29)
    assert read_date("9999-12-31", UTC, NOW) == date(9999, 12, 31)
    assert read_date("now", BERLIN, utc("2024-03-30T23:30")) == date(2024, 3, 31)
    assert read_date("now-1d/M", UTC, NOW) == date(2024, 3, 1)
    for text in ("2023-02-29", "2024-02-29T00:00:00Z", "20240229", "today", ""):
        assert read_date(text, UTC, NOW) is None


def test_keys_sort_as_time_does() -> None:
    texts = ["0001-01-01T00:00:00Z", "2019-01-06T10:29:30Z", "2019-01-06T10:29:30.000000001Z", "2019-01-06T10:29:30.5Z"]
    keys = [instant_text_key(text) or "" for text in texts]
    assert keys == sorted(keys)
    assert instant_text_key("2019-01-06T10:29:30.602Z") == instant_key(utc("2019-01-06T10:29:30.602"))
    for text in ("2019-01-06T10:29:30.602+00:00", "2019-01-06T10:29:30.602000-00:00"):
        assert instant_text_key(text) == instant_text_key("2019-01-06T10:29:30.602Z")
    for text in (
        "2019-01-06",
        "2019-01-06T10:29:30+01:00",
        "2019-01-06T10:29:30+0000",
        "2019-01-06T10:29:30+00",
        "2019-01-06T10:29:30.Z",
        "2019-01-06T10:29:30.1234567890Z",
        "",
    ):
        assert instant_text_key(text) is None


STORED = [
    "2019-01-05T23:59:59.999Z",
    "2019-01-06T00:00:00.000Z",
    "2019-01-06T23:59:59.999Z",
    "2019-01-07T00:00:00.000Z",
]


@pytest.mark.parametrize("storage", ["milliseconds", "instant", "native", None])
@pytest.mark.parametrize(
    ("test", "selected"),
    [
        ("2019-01-06", [1, 2]),
        (">2019-01-06", [3]),
        (">=2019-01-06", [1, 2, 3]),
        ("<2019-01-06", [0]),
        ("<=2019-01-06", [0, 1, 2]),
        ("(NOT 2019-01-06)", [0, 3]),
        ("2019-01-06T00:00:00Z", [1]),
        ("2019-01-06T01:00:00+01:00", [1]),
        (">2019-01-06T00:00:00Z", [2, 3]),
        (">=2019-01-06T00:00:00.0005Z", [2, 3]),
        ("<2019-01-06T00:00:00.0005Z", [0, 1]),
        ("<=2019-01-06T00:00:00.0005Z", [0, 1]),
        (">2019-01-05T23:59:59.9985Z", [0, 1, 2, 3]),
        ("2019-01-06T00:00:00.0005Z", []),
        ("(2019-01-06T00:00:00Z,2019-01-07)", [1, 3]),
        ("(>=now-1d AND <now)", [1, 2]),
    ],
)
def test_a_day_and_an_instant_in_each_storage(storage: Any, test: str, selected: list[int]) -> None:
    schema = Schema({"at": {"type": "date-time", "storage": storage}})
    values: list[Any] = [datetime.fromisoformat(text) for text in STORED] if storage == "native" else list(STORED)
    matches = python.predicate(f"at:{test}", schema=schema, now=utc("2019-01-07T00:00"))
    assert [index for index, value in enumerate(values) if matches({"at": value})] == selected


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2019-02-30", "write it as in 2019-01-06T10:29:30.602Z, 2019-01-06 or now-7d"),
        ("yesterday", "write it as in 2019-01-06T10:29:30.602Z, 2019-01-06 or now-7d"),
        ("2019-01-06T10:00:00 02:00", "write + as %2B in the URL"),
        ("now 7d", "write + as %2B in the URL"),
    ],
)
def test_a_refused_date_says_how_to_write_one(text: str, hint: str) -> None:
    with pytest.raises(qlause.ValueReadingError) as caught:
        qlause.bind(f'x:1 at:("{text}")', schema=Schema({"at": "date-time", "x": "any"}))
    error = caught.value
    assert (error.code, error.hint, error.offset, error.length) == ("value", hint, 8, len(text) + 2)
    assert error.message == f'the field at is of type date-time, and "{text}" is not a date-time'
