"""The Python backend where documents are not plain JSON: objects, native values, odd values, threads."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict, UserDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from types import MappingProxyType, SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import pydantic
import pytest

import qlause
from qlause import Field, Schema, python


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Size(StrEnum):
    L = "large"


class Level(IntEnum):
    HIGH = 3


@dataclass
class Address:
    city: str
    zip: str | None = None


@dataclass(slots=True)
class Slotted:
    name: str
    qty: int = 1


@dataclass
class Person:
    name: str
    address: Address | None = None
    items: list[Slotted] = field(default_factory=list)
    colour: Colour = Colour.RED
    colours: tuple[Colour, ...] = (Colour.BLUE,)
    level: Level = Level.HIGH
    _hidden: str = "hush"
    born: datetime = datetime(2000, 1, 2, tzinfo=UTC)

    def method(self) -> str:
        return "called"

    @property
    def upper(self) -> str:
        return self.name.upper()

    @property
    def broken(self) -> str:
        raise RuntimeError("no document may make the predicate raise")


class Model(pydantic.BaseModel):
    name: str
    parts: list[Model] = []
    size: Size = Size.L


PERSON = Person("John", Address("Köln"), [Slotted("bolt"), Slotted("nut", 7)])


def selects(q: str, document: object, **options: Any) -> bool:
    found = python.predicate(q, **options)(document)
    assert isinstance(found, bool)
    assert python.predicate(~qlause.parse(q), **options)(document) is not found
    return found


@pytest.mark.parametrize(
    "q",
    [
        "name:John",
        "address.city:~KÖLN",
        "address.zip:null",
        "items.qty:7",
        "items.name:~^nu",
        "upper:JOHN",
        "colour:red",
        "colour:(blue,red)",
        "colours:blue",
        "colour:~RE",
        "level:>2",
        "level:(3,4)",
        "born:2000-01-02T00:00:00Z",
        "NOT method:exists",
        "NOT items.append:exists",
    ],
)
def test_objects_are_entered_by_their_attributes(q: str) -> None:
    assert selects(q, PERSON, attributes=True)
    assert selects(f"p.{q.removeprefix('NOT ')}", {"p": [PERSON]}, attributes=True) is not q.startswith("NOT ")


@pytest.mark.parametrize(
    "name",
    [
        "method",
        "broken",
        "_hidden",
        "__class__",
        "__class__.__name__",
        "__dict__",
        "__dict__.name",
        "__doc__",
        "name.upper",
        "name.__len__",
        "born.year",
        "born.tzinfo",
        "items.__len__",
        "level.numerator",
        "level.real",
        "method.__globals__",
        "colour._name_",
        "address.__init__.__globals__",
        "_Person__hidden",
    ],
)
def test_no_method_private_name_or_attribute_of_a_scalar_is_reached(name: str) -> None:
    path = ".".join(json.dumps(each) for each in name.split("."))
    assert selects(f"{path}:missing", PERSON, attributes=True)
    assert python.sort_key(path, attributes=True, unique=None)(PERSON) == (0,)
    kept = python.projector(path, attributes=True)(PERSON)
    if name.startswith("address."):
        assert kept == {"address": {}}  # an object on the way stays, even empty (rule 21)
    else:
        assert kept in ({}, {"items": []}, {"items": [{}, {}]})


def test_without_attributes_no_object_is_entered() -> None:
    assert not selects("p.name:exists", {"p": PERSON})
    assert selects("p:exists", {"p": PERSON})
    assert not selects("name:exists", PERSON)
    assert python.projector("p.name")({"p": PERSON}) == {}


def test_attributes_of_pydantic_models_slots_and_tuples() -> None:
    model = Model(name="a", parts=[Model(name="b")])
    assert selects("parts.name:b size:large size:(large,small)", model, attributes=True)
    assert python.projector("parts.name", attributes=True)(model) == {"parts": [{"name": "b"}]}
    assert python.projector("", attributes=True)(Model(name="x")) == {"name": "x", "parts": [], "size": Size.L}

    class Base:
        __slots__ = ("a", "b")

    class Derived(Base):
        __slots__ = "c"

    derived = Derived()
    derived.a, derived.c = 1, 3  # type: ignore[attr-defined]  # mypy does not read __slots__
    assert python.projector("", attributes=True)(derived) == {"a": 1, "c": 3}
    hidden = Schema({"a": Field(projectable=False), "c": "integer"})
    assert python.projector("", attributes=True, schema=hidden)(derived) == {"c": 3}

    class Pair(NamedTuple):
        left: int

    assert not selects("left:1", Pair(1), attributes=True)
    assert selects("p:1", {"p": Pair(1)}, attributes=True)


def test_projection_and_sort_of_objects() -> None:
    people = [Person("b"), Person("a", level=Level(3), colour=Colour.BLUE), Person("c", Address("x"))]
    order = sorted(people, key=python.sort_key("colour,name:desc", attributes=True, unique=None))
    assert [each.name for each in order] == ["a", "c", "b"]
    projected = python.projector("address.city,items.qty,colour", attributes=True)(PERSON)
    assert projected == {"address": {"city": "Köln"}, "items": [{"qty": 1}, {"qty": 7}], "colour": Colour.RED}


def test_hidden_fields_never_come_out_of_objects() -> None:
    schema = Schema(
        {
            "name": "string",
            "address": "object",
            "address.city": Field(type="string", projectable=False),
            "items": "object[]",
            "items.qty": Field(type="integer", array=True, projectable=False),
        }
    )
    for asked in ("", "address,items", "items,address,name"):
        found = python.projector(asked, attributes=True, schema=schema)(PERSON)
        assert found["address"] == {"zip": None}
        assert found["items"] == [{"name": "bolt"}, {"name": "nut"}]


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
    documents = [*ODD, *({"a": value, "id": 1} for value in ODD), *({"a": [value], "id": 2} for value in ODD)]
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
