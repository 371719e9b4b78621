"""What the values of databases become in the JSON of a response."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from qlause.integrations.web.body import json_of


class Color(Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2024, 3, 1, 9, tzinfo=timezone(timedelta(hours=1))), '"2024-03-01T08:00:00Z"'),
        (datetime(2024, 3, 1, 9), '"2024-03-01T09:00:00Z"'),  # such date-times count as UTC
        (datetime(2024, 3, 1, 9, 0, 0, 5, UTC), '"2024-03-01T09:00:00.000005Z"'),
        (date(2024, 3, 1), '"2024-03-01"'),
        (time(10, 30), '"10:30:00"'),
        (Decimal("2.50"), "2.5"),
        (Decimal(2**70), str(2**70)),
        (Decimal("12345678901234567.89"), "12345678901234567.89"),
        (Decimal("0.10000000000000000000"), "0.1"),
        (Decimal("-0.00"), "0"),
        (Decimal("1E-400"), "1E-400"),
        (Decimal("1E+23"), "1" + "0" * 23),
        (Decimal("1.5E+5000"), "1.5E+5000"),
        (b"\x00\xff", '"AP8="'),
        (memoryview(b"ab"), '"YWI="'),
        ({UUID(int=1): Color.RED}, '{"00000000-0000-0000-0000-000000000001":"red"}'),
        (Decimal("NaN"), "null"),
        (Decimal("sNaN"), "null"),
        (Decimal("-Infinity"), "null"),
        ([1.5, float("nan"), {"a": (float("inf"), Decimal(1))}], '[1.5,null,{"a":[null,1]}]'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (Color.RED, '"red"'),
        ({"é": "\ud800"}, '{"é":"?"}'),
        (frozenset({1}), "[1]"),
    ],
)
def test_values_as_json(value: Any, text: str) -> None:
    assert json_of(value).decode() == text


@given(
    st.decimals(allow_nan=False, allow_infinity=False)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
)
def test_numbers_keep_their_digits(number: Any) -> None:
    assert json.loads(json_of([number]), parse_float=Decimal) == [
        Decimal(repr(number)) if isinstance(number, float) else number
    ]


def test_any_depth_is_written() -> None:
    value: Any = 1
    for _ in range(100_000):
        value = [value]
    assert json_of(value) == b"[" * 100_000 + b"1" + b"]" * 100_000


def test_integers_of_any_length_are_written() -> None:
    zeros = "0" * 5_000
    assert json_of([1, -(10**5_000), 1.5, True, "x"]).decode() == f'[1,-1{zeros},1.5,true,"x"]'
    assert json_of(Decimal(f"1{zeros}.5")).decode() == f"1{zeros}.5"


def test_one_value_may_stand_in_several_places_but_not_in_itself() -> None:
    shared: list[Any] = [Decimal("0.12345678901234567890123")]
    assert json_of({"a": shared, "b": [shared, shared]}).count(b"0.12345678901234567890123") == 3
    shared.append({"c": shared})
    with pytest.raises(ValueError, match="holds itself"):
        json_of(shared)


_VALUES = (*(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.decimals(), st.uuids(), st.binary()),)


@given(
    st.recursive(st.one_of(_VALUES), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)
)
def test_any_value_is_json_of_the_standard(value: Any) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    json.loads(json_of(value), parse_constant=refuse)


class Model(BaseModel):
    name: str
    pin: str = Field(default="1234", exclude=True)


@dataclass
class Point:
    x: int


class Plain:
    def __init__(self) -> None:
        self.pin = "1234"


@pytest.mark.parametrize("value", [Model(name="n"), Point(1), Plain()])
def test_an_object_with_attributes_is_not_shown_by_its_text(value: Any) -> None:
    for whole in (value, {"a": [value]}, [Decimal("1E-400"), value]):
        with pytest.raises(TypeError, match=f"a {type(value).__name__} has no form in JSON"):
            json_of(whole)


def test_a_mapping_is_an_object() -> None:
    value: Mapping[str, Any] = MappingProxyType({"a": float("nan")})
    assert json_of({"x": value}) == b'{"x":{"a":null}}'
