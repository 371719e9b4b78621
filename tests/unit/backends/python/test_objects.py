"""Objects as documents: attributes, aliases, collections, members of an Enum."""

from __future__ import annotations

import json
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, IntEnum, StrEnum
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import pydantic
import pytest

import qlause
from qlause import Cursor, Field, Schema, python

from .selecting import selects


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
        "colour.value",
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

    assert selects("p:1", {"p": Pair(1)}, attributes=True)


class Aliased(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(validate_by_name=True)

    plain: str = "p"
    both: str = pydantic.Field(default="b", alias="BOTH")
    apart: str = pydantic.Field(default="a", validation_alias="read", serialization_alias="written")
    chosen: str = pydantic.Field(default="c", validation_alias=pydantic.AliasChoices("one", "two"))
    deep: str = pydantic.Field(default="d", validation_alias=pydantic.AliasPath("far", 0))
    swapped: str = pydantic.Field(default="s", alias="other")
    other: str = pydantic.Field(default="o", alias="swapped")
    parts: list[Aliased] = pydantic.Field(default=[], alias="PARTS")

    @pydantic.computed_field(alias="COMPUTED")  # type: ignore[prop-decorator]  # pydantic's own way
    @property
    def computed(self) -> str:
        return self.plain * 2


@pydantic.dataclasses.dataclass(config=pydantic.ConfigDict(alias_generator=str.upper, validate_by_name=True))
class AliasedDataclass:
    name: str
    parts: list[Aliased] = field(default_factory=list)


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_a_model_is_read_by_every_alias(mode: Any) -> None:
    model = Aliased(PARTS=[Aliased()])
    names = {
        *Aliased.model_json_schema(mode=mode)["$defs"]["Aliased"]["properties"],
        "plain",
        "both",
        "apart",
        "chosen",
        "two",
        "deep",
    }
    values = {"one": "c", "two": "c", "read": "a", "written": "a", "computed": "pp", "swapped": "o", "other": "s"}
    for name in names - {"PARTS"}:
        value = values.get(name) or ("pp" if name == "COMPUTED" else name[0].lower())
        for path in (name, f"PARTS.{name}", f"parts.{name}"):
            assert selects(f"{path}:{value}", model, attributes=True), path
        assert python.sort_key(name, attributes=True, unique=None)(model) == (1, (2, value))
        assert python.projector(name, attributes=True)(model) == {name: value}
    assert selects("NAME:n PARTS.written:a", AliasedDataclass(NAME="n", parts=[Aliased()]), attributes=True)  # type: ignore[call-arg]  # by its alias


def test_an_alias_of_two_fields_is_refused() -> None:
    class Crossed(pydantic.BaseModel):
        a: str = pydantic.Field(default="a", validation_alias="x", serialization_alias="y")
        b: str = pydantic.Field(default="b", validation_alias="y", serialization_alias="z")

    assert selects("x:a z:b a:a", Crossed(), attributes=True)
    with pytest.raises(TypeError, match="y is the alias of two fields of Crossed"):
        python.predicate("y:a", attributes=True)(Crossed())


def test_what_is_hidden_by_its_alias_is_hidden() -> None:
    class Account(pydantic.BaseModel):
        id: int = 1
        pin: str = pydantic.Field(default="s3cret", alias="PIN", json_schema_extra={"writeOnly": True})

    for schema in (Schema.from_pydantic(Account), Schema({"id": "integer", "PIN": Field(projectable=False)})):
        assert "s3cret" not in str(python.projector("", schema=schema, attributes=True)(Account()))


@pytest.mark.parametrize("make", [list, tuple, set, frozenset, deque, lambda values: dict.fromkeys(values).keys()])
@pytest.mark.parametrize("attributes", [False, True])
def test_every_collection_is_an_array(make: Callable[[Any], Any], attributes: bool) -> None:
    document = {"id": 1, "a": make(["x", "y"]), "b": {"c": make([3])}, "none": make([])}
    assert selects("a:(x,z) a:y NOT a:z b.c:>2 a:~X none:exists NOT none:null", document, attributes=attributes)
    assert selects("a:(NOT x)", document, attributes=attributes)
    nested = {"a": make([(("b", 1),)])}
    assert not selects("a.maxlen:exists", nested, attributes=attributes)
    assert python.projector("b.c.d", attributes=attributes)(document) == {"b": {"c": []}}


class Odd(Enum):
    NULL = None
    LIST = ("x", "y")
    OBJECT = {"k": "v"}  # noqa: RUF012  # a value as others
    NUMBER = 3


@pytest.mark.parametrize("attributes", [False, True])
def test_a_member_of_an_enum_is_its_value(attributes: bool) -> None:
    document = {
        "colour": Colour.RED,
        "colours": [Colour.BLUE],
        "level": Level.HIGH,
        "size": Size.L,
        **{member.name: member for member in Odd},
    }
    for q in (
        "colour:red colour:~RE colour:>=red NOT colour:>s colours:(blue,x) level:3 size:large",
        "NULL:null NULL:exists LIST:x LIST:(NOT x) OBJECT.k:v NUMBER:>2 NOT NUMBER:NUMBER",
    ):
        assert selects(q, document, attributes=attributes)
        assert selects(q, OrderedDict(document), attributes=attributes)
    plain = {name: value.value for name, value in document.items() if isinstance(value, Enum)}
    for name in plain:
        key = python.sort_key(name, attributes=attributes, unique=None)
        assert key(document) == key(plain)
        assert Cursor.of(name, document, unique=None) == Cursor.of(name, plain, unique=None)


def test_projection_and_sort_of_objects() -> None:
    people = [Person("b"), Person("a", level=Level(3), colour=Colour.BLUE), Person("c", Address("x"))]
    order = sorted(people, key=python.sort_key("colour,name:desc", attributes=True, unique=None))
    assert [each.name for each in order] == ["a", "c", "b"]
    projected = python.projector("address.city,items.qty,colour", attributes=True)(PERSON)
    assert projected == {"address": {"city": "Köln"}, "items": [{"qty": 1}, {"qty": 7}], "colour": Colour.RED}


@pytest.mark.parametrize("sort", ["colour,name:desc", "address.city", "address,address.city:desc", "items"])
def test_pages_of_objects(sort: str) -> None:
    people = [Person(str(number), Address("xyz"[number % 3]), colour=[*Colour][number % 2]) for number in range(7)]
    people[3].address = None
    schema = Schema({name: Field() for name in ("name", "colour", "address", "address.city", "items")})
    listing = qlause.Listing(schema, sort=sort, unique="name", page_size=2, cursor_secret=b"x")
    query: str | None = ""
    names: list[str] = []
    while query is not None:
        page = python.page(people, listing.read(parse_qsl(query)), attributes=True)
        names += [item["name"] for item in page.items]
        query = page.next
    key = python.sort_key(sort, schema=schema, unique="name", attributes=True)
    assert names == [person.name for person in sorted(people, key=key)]


def test_hidden_fields_never_come_out_of_objects() -> None:
    schema = Schema(
        {
            "name": "string",
            "address": "object",
            "address.city": Field(type="string", projectable=False),
            "address.zip": "string",
            "items": "object[]",
            "items.qty": Field(type="integer", array=True, projectable=False),
            "items.name": "string",
        }
    )
    for asked in ("", "address,items", "items,address,name"):
        found = python.projector(asked, attributes=True, schema=schema)(PERSON)
        assert found["address"] == {"zip": None}
        assert found["items"] == [{"name": "bolt"}, {"name": "nut"}]
