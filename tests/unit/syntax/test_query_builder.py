"""Queries built in code."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any
from uuid import UUID

import pytest

import qlause
from qlause import Path, field, python


class Colour(Enum):
    RED = "red"


class Size(StrEnum):
    L = "large"


class Old(str, Enum):  # noqa: UP042  # the older spelling prints as its name
    X = "x"


class Level(IntEnum):
    HIGH = 3


class Mixed(int, Enum):
    TWO = 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", '"x"'),
        ("", '""'),
        ("1", '"1"'),
        ("true", '"true"'),
        ("null", '"null"'),
        ('5" \\ nail\n', '"5\\" \\\\ nail\\n"'),
        ("a) OR b:(c", '"a) OR b:(c"'),
        ("~x", '"~x"'),
        (1, "1"),
        (-0.5, "-0.5"),
        (1e16, "1e+16"),
        (1e-7, "1e-07"),
        (10**30, "1" + "0" * 30),
        (True, "true"),
        (False, "false"),
        (Decimal("1.50"), "1.50"),
        (Decimal("1E+5"), "1e+5"),
        (Decimal("-0"), "-0"),
        (date(2024, 2, 29), '"2024-02-29"'),
        (datetime(2024, 1, 2, 3, 4, 5), '"2024-01-02T03:04:05Z"'),
        (datetime(2024, 1, 2, 3, 4, 5, 6000, tzinfo=UTC), '"2024-01-02T03:04:05.006000Z"'),
        (datetime(2024, 1, 2, 1, tzinfo=timezone(timedelta(hours=2))), '"2024-01-01T23:00:00Z"'),
        (datetime(1, 1, 1), '"0001-01-01T00:00:00Z"'),
        (UUID(int=10), '"00000000-0000-0000-0000-00000000000a"'),
        (Colour.RED, '"red"'),
        (Size.L, '"large"'),
        (Old.X, '"x"'),
        (Level.HIGH, "3"),
        (Mixed.TWO, "2"),
    ],
)
def test_values(value: Any, text: str) -> None:
    query = field("a").equals(value)
    assert str(query) == f"a:{text}"
    assert qlause.parse(str(query)) == query
    assert str(field("a") >= value) == f"a:>={text}"


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity")]
)
def test_what_is_no_number_of_a_query_is_refused(value: Any) -> None:
    for build in (field("a").equals, field("a").__gt__, lambda each: field("a").one_of([1, each])):
        with pytest.raises(ValueError, match="not a number that a query can hold"):
            build(value)


@pytest.mark.parametrize("value", [None, [1], (1,), {"$gt": 1}, b"x", 1j, object(), qlause.Query()])
def test_other_types_are_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="cannot be a"):
        field("a") > value  # noqa: B015  # it raises
    if value is not None:
        with pytest.raises(TypeError, match="cannot be a"):
            field("a").equals(value)


def test_half_a_surrogate_pair_is_refused() -> None:
    for build in (field("a").equals, field("a").contains):
        with pytest.raises(qlause.QuerySyntaxError):
            build("\ud800")


def test_operators() -> None:
    a = field("a")
    built = [
        (a.equals(None), "a:null"),
        (a.one_of([1, None, "x"]), 'a:(1,null,"x")'),
        (a.one_of([]), "a:()"),
        (a.one_of([1]), "a:1"),
        (a.one_of(each for each in (True, 2)), "a:(true,2)"),
        (a.contains("x"), 'a:~"x"'),
        (a.starts_with("^x"), 'a:~^"^x"'),
        (a.ends_with("x$"), 'a:~"x$"$'),
        (a.between(1, 5), "a:(>=1 AND <=5)"),
        (a.exists(), "a:exists"),
        (a.missing(), "a:missing"),
        (a.null(), "a:null"),
        (a > 1, "a:>1"),
        (a < 1, "a:<1"),
        (a <= 1, "a:<=1"),
        (1 < a, "a:>1"),  # noqa: SIM300  # the other way round
        (~(a > 1) & field("b").exists() | field("c").missing(), "NOT a:>1 AND b:exists OR c:missing"),
    ]
    for query, text in built:
        assert str(query) == text
        assert qlause.parse(text) == query


def test_names() -> None:
    assert str(field("a.b").exists()) == "a.b:exists"
    assert str(field('"a.b".c').exists()) == '"a.b".c:exists'
    assert str(field(Path(("a.b", 'q"', "NOT", "x y"))).exists()) == '"a.b"."q\\""."NOT"."x y":exists'
    assert str(field("AND").exists()) == '"AND":exists'
    assert repr(field("a.b")) == "field('a.b')"
    for name in ("", "a,b", "a:desc", "a b", "a.0"):
        with pytest.raises(ValueError, match="field"):
            field(name)


def test_one_text_is_not_several_values() -> None:
    with pytest.raises(TypeError, match="several values"):
        field("a").one_of("abc")


def test_no_value_changes_the_query() -> None:
    hostile = ['x" OR b:exists', "x) OR (b:exists", "'; DROP TABLE t; --", "$where", ".*", "%", "_", "\x00", "\u202e"]
    for text in hostile:
        for query in (field("a").equals(text), field("a").contains(text), field("a").one_of([text, "y"])):
            again = qlause.parse(str(query))
            assert again == query
            assert [str(clause.path) for clause in again.clauses()] == ["a"]
            assert python.predicate(query)({"a": text})
            assert not python.predicate(query)({"a": "z", "b": 1})
