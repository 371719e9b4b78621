"""Parquet with values that JSON or Python have no type for: they come out exactly, or the row or column is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from .conftest import Result, Run

pa = pytest.importorskip("pyarrow")
write_table = pytest.importorskip("pyarrow.parquet").write_table

Filter = Callable[..., Result]

LONG = Decimal("1234567890123456789012345678.0123456789")
NANOSECONDS = 1_700_000_000_123_456_789


@pytest.fixture
def read(run: Run, tmp_path: Path) -> Filter:
    """Filter a file whose column v has these values."""

    def read(values: list[Any], kind: Any, query: str = "", *options: str) -> Result:
        name = str(tmp_path / "f.parquet")
        write_table(pa.table({"v": pa.array(values, kind)}), name)
        result = run("filter", query, name, *options)
        return result._replace(err=result.err.replace(name, "f"))

    return read


def test_decimals_keep_every_digit(read: Filter) -> None:
    kind = pa.decimal128(38, 10)
    values = [LONG, Decimal("0.1"), Decimal(1), Decimal("0E-10"), Decimal(12345678901234567890123), None]
    written = ["1234567890123456789012345678.0123456789", "0.1", "1", "0", "12345678901234567890123", "null"]
    result = read(values, kind)
    assert result.err == ""
    assert result.out.decode().split() == [f'{{"v":{text}}}' for text in written]
    nested = pa.list_(pa.struct([("x", kind)]))
    assert read([[{"x": LONG}, None]], nested).out == f'{{"v":[{{"x":{LONG}}},null]}}\n'.encode()
    assert read(values, kind, "v:>1000000", "-o", "csv").out.decode().split() == ["v", written[0], written[4]]
    assert read(values, kind, "", "--count-by", "v").out.count(b"\n") == 6
    assert read(values, kind, "", "--sort", "v:desc", "-n", "1").out == f'{{"v":{LONG}}}\n'.encode()


def test_decimals_of_the_most_digits(read: Filter) -> None:
    result = read([Decimal("1" * 70 + ".25")], pa.decimal256(76, 2))
    assert result.out == b'{"v":' + b"1" * 70 + b".25}\n"


def test_numbers_that_json_has_not_are_null_and_told(read: Filter) -> None:
    result = read([1.5, float("nan"), float("inf"), -float("inf"), 5e-324], pa.float64())
    assert [each["v"] for each in result.documents()] == [1.5, None, None, None, 5e-324]
    assert (result.status, result.err) == (
        0,
        "f:2: v: NaN and the infinities are null, as JSON has no such numbers\n",
    )


@pytest.mark.parametrize("zone", [None, "Europe/Brussels", "Nowhere/At_all"])
def test_moments_to_the_nanosecond(read: Filter, zone: str | None) -> None:
    result = read([NANOSECONDS, NANOSECONDS // 1000 * 1000, 0, -1], pa.timestamp("ns", zone))
    expected = [
        "2023-11-14T22:13:20.123456789Z",
        "2023-11-14T22:13:20.123456Z",
        "1970-01-01T00:00:00Z",
        "1969-12-31T23:59:59.999999999Z",
    ]
    assert ([each["v"] for each in result.documents()], result.err) == (expected, "")


def test_times_that_cannot_be_written_are_told_by_their_row(read: Filter) -> None:
    problem = "v: a time outside the years 1 to 9999\n"
    ends = [datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999_999)]
    for values, kind in (
        ([2**62, *ends, -(2**62)], pa.timestamp("us")),
        ([2**62, *ends, -(2**62)], pa.timestamp("us", "Asia/Tokyo")),
        ([2**31 - 1, date(1, 1, 1), date(9999, 12, 31), -(2**30)], pa.date32()),
    ):
        result = read(values, kind)
        assert result.status == 2
        assert [each["v"][:10] for each in result.documents()] == ["0001-01-01", "9999-12-31"]
        assert result.err == f"f:1: {problem}f:4: {problem}"
    nested = read([[{"at": 2**48}], [{"at": 0}]], pa.list_(pa.struct([("at", pa.timestamp("ms"))])))
    assert (nested.out, nested.err) == (b'{"v":[{"at":"1970-01-01T00:00:00Z"}]}\n', f"f:1: {problem}")


def test_one_bad_row_of_many(read: Filter) -> None:
    values = [253_402_300_800_000 if number == 1500 else number for number in range(3000)]
    result = read(values, pa.timestamp("ms"), "", "--count")
    assert result == (2, b"2999\n", "f:1501: v: a time outside the years 1 to 9999\n")


def test_times_of_day_and_durations(read: Filter) -> None:
    times = read([0, 1, 86_399_999_999_999, 1_500_000_000], pa.time64("ns"))
    shown = [each["v"] for each in times.documents()]
    assert shown == ["00:00:00", "00:00:00.000000001", "23:59:59.999999999", "00:00:01.500000"]
    assert read([86_399_999], pa.time32("ms")).documents() == [{"v": "23:59:59.999000"}]
    assert read([2**62 + 1], pa.duration("us")).out == b'{"v":4611686018427.387905}\n'
    assert read([2**62], pa.duration("s")).out == b'{"v":4611686018427387904}\n'


def test_intervals_keep_their_months(run: Run, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    name = str(tmp_path / "f.parquet")
    intervals = "'1 year 2 months 40 days 25 hours 3.5 seconds', '0 days', '1 day'"
    duckdb.execute(f"COPY (SELECT unnest([{intervals}])::INTERVAL AS v, [v] AS list) TO '{name}' (FORMAT parquet)")
    found = [each["list"][0] for each in run("filter", "", name).documents() if [each["v"]] == each["list"]]
    assert found == ["P14M40DT90003.5S", "PT0S", "P1D"]


def test_maps_are_objects(read: Filter) -> None:
    texts = read([[("a", 1), ("b", 0)], [], None], pa.map_(pa.string(), pa.timestamp("s")), "v.a:exists")
    assert texts.documents() == [{"v": {"a": "1970-01-01T00:00:01Z", "b": "1970-01-01T00:00:00Z"}}]
    assert read([[(1, "x")]], pa.map_(pa.int64(), pa.string())).documents() == [{"v": {"1": "x"}}]
    twice = read([[("a", 1), ("a", 2)], [("a", 3)]], pa.map_(pa.string(), pa.int64()))
    assert twice.status == 2
    assert "two values for the key a" in twice.err


def test_other_types(read: Filter) -> None:
    assert read([b"\x00\xff", b""], pa.binary()).documents() == [{"v": "AP8="}, {"v": ""}]
    assert read([b"abcd"], pa.binary(4)).documents() == [{"v": "YWJjZA=="}]
    assert read([None], pa.null()).documents() == [{"v": None}]
    assert read([2**64 - 1], pa.uint64()).documents() == [{"v": 2**64 - 1}]
    assert read(["a", "b"], pa.dictionary(pa.int8(), pa.string())).documents() == [{"v": "a"}, {"v": "b"}]
    assert read([[1.5, 2.5]], pa.list_(pa.float32(), 2)).documents() == [{"v": [1.5, 2.5]}]
    assert read([[datetime(2024, 1, 1)]], pa.large_list(pa.timestamp("us"))).documents() == [
        {"v": ["2024-01-01T00:00:00Z"]}
    ]


def test_text_that_is_not_utf_8(read: Filter) -> None:
    bad = pa.array([b"fine", b"\xff"]).view(pa.string())
    result = read(bad, pa.string())
    assert result.status == 2
    assert (result.out, result.err) == (b'{"v":"fine"}\n', "f:2: invalid UTF-8: invalid start byte\n")


def test_names_of_columns_are_those_of_the_file(run: Run, tmp_path: Path) -> None:

    name = str(tmp_path / "f.parquet")
    structs = pa.array([{"x": 1, "y": {"z": 2}}])
    columns = [structs, *(pa.array([number]) for number in range(4))]
    write_table(pa.Table.from_arrays(columns, ["s", "a", "A", "a", ""]), name)
    result = run("filter", "", name)
    assert result.documents() == [{"s": {"x": 1, "y": {"z": 2}}, "a": 0, "A": 1, "a_2": 2, "": 3}]
    assert result.err == f"{name}: two columns are named a; one is named a_2 here\n"


@pytest.mark.parametrize("count", [0, 3])
def test_rows_of_nulls(run: Run, tmp_path: Path, count: int) -> None:

    name = str(tmp_path / "f.parquet")
    write_table(pa.table({"v": pa.array([None] * count, pa.list_(pa.decimal128(38, 2)))}), name)
    assert run("filter", "", name, "--count").out == b"%d\n" % count
