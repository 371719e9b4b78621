"""The Python backend where documents are not plain JSON: other mappings, odd values, native values, threads."""

from __future__ import annotations

import threading
from collections import OrderedDict, UserDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType, SimpleNamespace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from qlause import Field, Schema, python

from .selecting import selects


@pytest.mark.parametrize("make", [dict, OrderedDict, UserDict, MappingProxyType])
def test_any_mapping_is_an_object(make: Callable[[Any], Any]) -> None:
    document = make({"id": 1, "a": make({"b": (make({"c": 1}), 5)})})
    assert selects("a.b.c:1 a.b:5", document)
    assert python.projector("a.b.c")(document) == {"a": {"b": [{"c": 1}]}}
    assert python.sort_key("id")(document) == python.sort_key("id")({"id": 1})


class Hostile:
    """A value that cannot be compared, hashed or shown."""

    __hash__ = None  # type: ignore[assignment]  # that is the point

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("compared")

    def __repr__(self) -> str:
        raise RuntimeError("shown")

    def __bool__(self) -> bool:
        raise RuntimeError("asked")


ODD: list[Any] = [
    Hostile(),
    float("nan"),
    float("inf"),
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("-Infinity"),
    10**400,
    b"x",
    {1, 2},
    complex(1),
    object(),
    range(3),
    [[[]]],
    {"a": {"a": []}},
    datetime.min,
    datetime.max,
    datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    datetime.max.replace(tzinfo=timezone(-timedelta(hours=14))),
    date.min,
    "\ud800",
    "",
    None,
    lambda: None,
    SimpleNamespace(a=1),
]
TESTS = [
    "x",
    "(x,y)",
    "1",
    "(1,2)",
    ">1",
    "<=x",
    '>="2024-01-01T00:00:00Z"',
    "2024-01-01T00:00:00Z",
    "true",
    "~a",
    "~^a$",
    "null",
    "exists",
    "(NOT 1)",
]


@pytest.mark.parametrize("attributes", [False, True])
def test_odd_values_never_raise(attributes: bool) -> None:
    every = [
        Schema({"a": kind, "a.b": "any"}) for kind in ("date-time", "date", "uuid", "number", "integer", "boolean")
    ]
    texts = [f"{path}:{test}" for test in TESTS for path in ("a", "a.b")]
    predicates = [python.predicate(text, attributes=attributes) for text in texts]
    for schema in every:
        for text in ("a:exists", "a.b:x", "NOT a:null"):
            predicates.append(python.predicate(text, attributes=attributes, schema=schema))
    predicates.append(python.predicate("a:2024-01-01", schema=every[0], attributes=attributes))
    key, project = python.sort_key("a,a.b:desc", attributes=attributes), python.projector("a.b", attributes=attributes)
    documents = [*({"a": value, "id": 1} for value in ODD), *({"a": [value], "id": 2} for value in ODD)]
    for document in documents:
        for predicate in predicates:
            assert predicate(document) in (True, False)
        project(document)
    sorted(documents, key=key)


def test_what_is_no_finite_number_passes_no_test_of_numbers() -> None:
    for value in (
        float("nan"),
        float("inf"),
        -float("inf"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        True,
    ):
        assert not selects("a:(>0 OR <=0 OR 1)", {"a": value})
    for value in (Decimal("0.1"), 0.1):
        assert selects("a:0.1 a:(0.1,0.2) a:>=0.1 a:<=0.1", {"a": value})
    assert selects("a:>1", {"a": 10**400})


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "native",
    [
        datetime(2024, 10, 27, 0, 30, tzinfo=UTC),
        datetime(2024, 10, 27, 0, 30),
        datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN),  # the first of two hours that the clock calls so
        datetime(2024, 10, 26, 20, 30, tzinfo=timezone(-timedelta(hours=4))),
    ],
)
def test_native_instants_are_equal_across_zones(native: datetime) -> None:
    document = {"at": native, "id": 1}
    for q in (
        "2024-10-27T00:30:00Z",
        '"2024-10-27T02:30:00+02:00"',
        "(2024-10-27T00:30:00Z,x)",
        "(>=2024-10-27T00:30Z AND <=2024-10-27T00:30Z)",
    ):
        assert selects(f"at:{q}", document), q
    assert not selects("at:2024-10-27T01:30:00Z", document)
    utc = {"at": datetime(2024, 10, 27, 0, 30, tzinfo=UTC), "id": 1}
    assert python.sort_key("at")(document) == python.sort_key("at")(utc)


def test_the_second_hour_of_an_overlap_is_an_instant_of_its_own() -> None:
    second = {"at": datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN, fold=1)}
    assert selects("at:2024-10-27T01:30:00Z", second)
    assert not selects("at:2024-10-27T00:30:00Z", second)


def test_types_stay_apart() -> None:
    day, uuid = date(2024, 1, 1), UUID(int=1)
    schema = Schema({"d": "date", "u": "uuid", "t": "date-time"})
    assert selects("d:2024-01-01 d:>=2024-01-01", {"d": day}, schema=schema)
    assert not selects("d:2024-01-01", {"d": datetime(2024, 1, 1, tzinfo=UTC)}, schema=schema)
    assert not selects("t:2024-01-01", {"t": day}, schema=schema)
    assert selects(f"u:{uuid}", {"u": uuid}, schema=schema)
    assert selects(f"u:{str(uuid).upper()}", {"u": str(uuid)}, schema=schema)
    assert not selects(f"d:2024-01-01 OR u:{uuid}", {"d": day, "u": uuid})


def test_a_projection_without_loss_is_the_document_itself() -> None:
    document = {"id": 1}
    assert python.projector("")(document) is document
    schema = Schema({"id": "integer", "x": Field(projectable=False)})
    assert python.projector("", schema=schema)(document) == document


def test_a_predicate_is_safe_to_share_between_threads() -> None:
    matches = python.predicate("name:~jo qty:(>1 AND <5) NOT tags:(x,y)")
    documents = [{"name": "John", "qty": number % 7, "tags": ["x"] * (number % 2)} for number in range(200)]
    expected = [matches(document) for document in documents]
    barrier = threading.Barrier(4)

    def work(_: int) -> list[bool]:
        barrier.wait()
        return [matches(document) for document in documents]

    with ThreadPoolExecutor(4) as pool:
        assert all(found == expected for found in pool.map(work, range(4)))
