"""What the properties found once, each as the smallest example."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from qlause import Schema, python


@pytest.mark.parametrize(("fold", "literal"), [(0, "2019-10-27T00:30:00Z"), (1, "2019-10-27T01:30:00Z")])
def test_a_time_of_an_hour_that_comes_twice_equals_its_instant(fold: int, literal: str) -> None:
    """Python holds such a time to be equal to no time of another zone."""
    stored = {"a": datetime(2019, 10, 27, 2, 30, tzinfo=ZoneInfo("Europe/Paris"), fold=fold)}
    assert python.predicate(f"a:{literal}")(stored)
    assert python.predicate(f"a:({literal},2000-01-01T00:00:00Z)")(stored)
    assert not python.predicate(f"NOT a:{literal}")(stored)


def test_a_value_that_cannot_be_compared_is_no_string() -> None:
    class Incomparable:
        def __eq__(self, other: object) -> bool:
            raise RuntimeError

        __hash__ = None  # type: ignore[assignment]  # unhashable, as arrays of numbers are

    assert not python.predicate("a:x")({"a": Incomparable()})
    assert not python.predicate("a:(x,y)")({"a": Incomparable()})


@dataclass
class Name:
    first: str


@dataclass
class Person:
    name: Any


def test_an_object_that_lacks_what_was_asked_for_stays_as_an_empty_one() -> None:
    """Rule 21, for objects with attributes as for mappings."""
    assert python.projector("name.last", attributes=True)(Person(Name("x"))) == {"name": {}}
    assert python.projector("name.last")({"name": {"first": "x"}}) == {"name": {}}
    assert python.projector("name.last", attributes=True)(Person([Name("x"), "x"])) == {"name": [{}]}


class Shouted(str):
    def __init__(self, text: str) -> None:
        self.last = text


def test_a_text_is_no_object_whatever_its_class_stores() -> None:
    assert python.projector("name.last", attributes=True)(Person(Shouted("x"))) == {}


def test_what_lies_below_an_open_object_may_be_null_though_the_object_may_not() -> None:
    schema = Schema({"b": {"type": "object", "open": True, "nullable": False}})
    assert python.predicate("b.a:null", schema=schema)({"b": {"a": None}})
    assert not python.predicate("b.a:null", schema=schema)({"b": {"a": 1}})
