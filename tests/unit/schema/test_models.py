"""Schemas from pydantic models and dataclasses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, ClassVar, Final, Generic, Literal, NewType, Optional, TypeVar
from uuid import UUID

import pydantic
import pytest

from qlause import Schema, python

UserId = NewType("UserId", UUID)
T = TypeVar("T")


class Status(Enum):
    OPEN = "OPEN"
    DONE = "DONE"


class Rank(Enum):
    LOW = 1
    HIGH = 2


def kinds(schema: Schema) -> dict[str, str]:
    return {str(path): each.type + "[]" * each.array + "*" * each.open + "?" * each.nullable for path, each in schema}


class Address(pydantic.BaseModel):
    city: str
    zip_code: str | None = pydantic.Field(default=None, alias="zipCode")


class Customer(pydantic.BaseModel):
    id: UUID
    name: Annotated[str, pydantic.Field(min_length=1)]
    created: datetime = pydantic.Field(alias="createdAt")
    born: date | None = None
    balance: Decimal = Decimal(0)
    score: float = 0
    visits: int = 0
    active: bool = True
    status: Status = Status.OPEN
    rank: Rank | None = None
    kind: Literal["person", "company"] = "person"
    fixed: Literal["x"] = "x"
    tags: list[str] = []
    unique: set[int] = set()
    pair: tuple[int, str] = (1, "")
    address: Address | None = None
    addresses: list[Address] = []
    texts: dict[str, str] = {}
    numbers: dict[str, int] = {}
    anything: Any = None
    parent: Optional[Customer] = None  # noqa: UP045  # both spellings of it are under test
    password: pydantic.SecretStr | None = None
    hidden: str = pydantic.Field(default="", json_schema_extra={"x-qlause": {"projectable": False, "sortable": False}})


def test_a_pydantic_model() -> None:
    found = kinds(Schema.from_pydantic(Customer))
    assert {name: kind for name, kind in found.items() if not name.startswith("parent.")} == {
        "id": "uuid",
        "name": "string",
        "createdAt": "date-time",
        "born": "date?",
        "balance": "number?",
        "score": "number?",
        "visits": "integer?",
        "active": "boolean?",
        "status": "enum?",
        "rank": "integer?",
        "kind": "enum?",
        "fixed": "enum?",
        "tags": "string[]?",
        "unique": "integer[]?",
        "pair": "any[]?",
        "address": "object?",
        "address.city": "string?",
        "address.zipCode": "string?",
        "addresses": "object[]?",
        "addresses.city": "string[]?",
        "addresses.zipCode": "string[]?",
        "texts": "object*?",
        "numbers": "object*?",
        "anything": "any?",
        "parent": "object?",  # once more, because it has a password
        "password": "string?",
        "hidden": "string?",
    }
    assert found["parent.name"] == "string?"
    assert found["parent.parent"] == "object*?"


class Written(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(validate_by_name=True)

    first_name: str = pydantic.Field(validation_alias="first", serialization_alias="firstName")
    price: Decimal = Decimal("1.50")
    prices: list[Decimal | None] = [Decimal(2)]
    texts: dict[Literal["en", "fr"], str] = {"en": "Milk"}
    labels: dict[str, str] = pydantic.Field(default={"a": "b"}, json_schema_extra={"x-qlause": {"type": "localized"}})

    @pydantic.computed_field(alias="lastWord")  # type: ignore[prop-decorator]  # pydantic's own way
    @property
    def last_word(self) -> str:
        return self.first_name.split()[-1]


def test_what_a_model_reads_and_what_it_writes() -> None:
    common = {"texts": "object?", "texts.en": "string?", "texts.fr": "string?", "labels": "localized?"}
    read = {"first": "string", "price": "number?", "prices": "number[]?", **common}
    assert kinds(Schema.from_pydantic(Written)) == kinds(Schema.from_pydantic(Written, mode="validation")) == read
    schema = Schema.from_pydantic(Written, mode="serialization")
    assert {name: kind.rstrip("?") for name, kind in kinds(schema).items()} == {
        "firstName": "string",
        "price": "string",
        "prices": "string[]",
        "lastWord": "string",
        **{name: kind.rstrip("?") for name, kind in common.items()},
    }
    model = Written(first_name="Ada Lovelace")
    written = model.model_dump(mode="json", by_alias=True)
    for q in ("firstName:~ada lastWord:Lovelace texts.en:Milk NOT texts.fr:exists labels.a:b", "NOT lastWord:Ada"):
        matches = python.predicate(q, schema=schema, attributes=True)
        assert matches(model)
        assert matches(written)
    assert python.predicate("price:1.50 prices:2", schema=schema)(written)
    assert python.predicate("price:1.5 prices:>1 first:~ada", schema=Schema.from_pydantic(Written), attributes=True)(
        model
    )


@pytest.mark.parametrize("model", [int, dict, None, "Customer", Address(city="x")], ids=repr)
def test_what_is_no_model_is_refused(model: Any) -> None:
    with pytest.raises(TypeError, match="is not a pydantic model class"):
        Schema.from_pydantic(model)
    mode: Any = "json"
    with pytest.raises(ValueError, match="mode must be 'validation' or 'serialization', not 'json'"):
        Schema.from_pydantic(Customer, mode=mode)


def test_a_map_of_texts_is_localized_only_where_it_is_declared_so() -> None:
    schema = Schema.from_pydantic(Customer)
    matches = python.predicate("texts:exists texts.env:~prod NOT texts.x:exists", schema=schema)
    assert matches({"texts": {"env": "production"}})


def test_what_a_model_hides() -> None:
    schema = Schema.from_pydantic(Customer)
    allowed = {str(path): (declared.filterable, declared.sortable, declared.projectable) for path, declared in schema}
    assert {name: found for name, found in allowed.items() if not all(found)} == {
        "password": (False, False, False),
        "hidden": (True, False, False),
        "parent.password": (False, False, False),
        "parent.hidden": (True, False, False),
        "parent.parent": (False, False, False),  # it holds a password, at any depth
    }


class Cat(pydantic.BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(pydantic.BaseModel):
    kind: Literal["dog"]
    lives: str


class Owner(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")
    pet: Annotated[Cat | Dog, pydantic.Field(discriminator="kind")]
    box: Box[Cat]


class Box(pydantic.BaseModel, Generic[T]):
    content: T


def test_unions_generics_and_extra_fields_of_models() -> None:
    schema = Schema.from_pydantic(Owner)
    assert schema.open
    assert python.predicate("nick:x", schema=schema, attributes=True)(Owner.model_construct(nick="x"))
    assert kinds(schema) == {
        "pet": "object",
        "pet.kind": "enum",
        "pet.lives": "any",
        "box": "object",
        "box.content": "object",
        "box.content.kind": "enum",
        "box.content.lives": "integer",
    }
    owner = Owner(pet=Dog(kind="dog", lives="1"), box=Box(content=Cat(kind="cat", lives=9)))
    assert python.predicate("pet.kind:dog pet.lives:1 box.content.lives:>8", schema=schema, attributes=True)(owner)


@dataclass
class Place:
    city: str
    zip: str | None = None


@dataclass
class Base:
    id: UserId
    created: datetime
    secret: str = field(default="", metadata={"qlause": {"filterable": False, "projectable": False}})


@dataclass
class Person(Base):
    constant: ClassVar[int] = 1
    name: Annotated[str, "who"] = ""
    born: date | None = None
    balance: Decimal = Decimal(0)
    score: float = 0
    active: bool = True
    status: Status = Status.OPEN
    rank: Rank = Rank.LOW
    kind: Literal["person", "company"] | None = "person"
    unset: str = None  # type: ignore[assignment]  # a habit of old code
    tags: list[str] = field(default_factory=list)
    words: Sequence[str] = ()
    pair: tuple[int, ...] = ()
    bare: list = field(default_factory=list)  # type: ignore[type-arg]  # without its elements
    place: Place | None = None
    places: list[Place] = field(default_factory=list)
    texts: Mapping[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    either: int | str = 0
    anything: Any = None
    parent: Person | None = None
    friends: list[Person] = field(default_factory=list)
    settled: Final[int] = 1


def test_a_dataclass() -> None:
    found = kinds(Schema.from_dataclass(Person))
    assert {name: kind for name, kind in found.items() if not name.startswith(("parent", "friends"))} == {
        "id": "uuid",
        "created": "date-time",
        "secret": "string?",
        "name": "string?",
        "born": "date?",
        "balance": "number?",
        "score": "number?",
        "active": "boolean?",
        "status": "enum?",
        "rank": "integer?",
        "kind": "enum?",
        "unset": "string?",
        "tags": "string[]?",
        "words": "string[]?",
        "pair": "integer[]?",
        "bare": "any[]?",
        "place": "object?",
        "place.city": "string?",
        "place.zip": "string?",
        "places": "object[]?",
        "places.city": "string[]?",
        "places.zip": "string[]?",
        "texts": "object*?",
        "numbers": "object*?",
        "either": "any?",
        "anything": "any?",
        "settled": "integer?",
    }
    assert found["parent"] == "object?"  # once more, because it has a secret
    assert found["friends"] == "object[]?"
    assert found["parent.name"] == "string?"
    assert found["friends.parent"] == "object[]*?"


def test_a_dataclass_hides_at_any_depth() -> None:
    schema = Schema.from_dataclass(Person)
    document = {"secret": "s3", "parent": {"secret": "s3", "parent": {"secret": "s3"}}, "friends": [{"secret": "s3"}]}
    for asked in ("", *(str(path) for path, declared in schema if declared.projectable)):
        assert "s3" not in str(python.projector(asked, schema=schema)(document))


def test_maps_of_a_dataclass() -> None:
    @dataclass
    class Texts:
        listed: dict[Literal["en", "fr"], str]
        free: dict[str, str]
        localized: dict[Literal["en", "fr"], str] = field(metadata={"qlause": {"type": "localized"}})

    schema = Schema.from_dataclass(Texts)
    assert kinds(schema) == {
        "listed": "object",
        "listed.en": "string?",
        "listed.fr": "string?",
        "free": "object*",
        "localized": "localized",
    }
    assert {str(path): declared for path, declared in schema}["localized"].languages == ("en", "fr")


@dataclass
class Tree:
    name: str
    children: list[Tree] = field(default_factory=list)


def test_a_dataclass_that_holds_itself_is_open_inside_itself() -> None:
    schema = Schema.from_dataclass(Tree)
    tree = Tree("a", [Tree("b", [Tree("c", [Tree("d")])])])
    assert python.predicate("children.children.children.name:d", schema=schema, attributes=True)(tree)


def test_enums_of_a_dataclass_are_found_by_their_values() -> None:
    @dataclass
    class Ticket:
        status: Status
        history: list[Status]
        rank: Rank

    ticket = Ticket(Status.OPEN, [Status.DONE], Rank.HIGH)
    schema = Schema.from_dataclass(Ticket)
    assert python.predicate("status:OPEN history:DONE rank:>1", schema=schema, attributes=True)(ticket)


@dataclass
class Odd:
    value: complex


@dataclass
class Lost:
    value: Nowhere  # type: ignore[name-defined]  # noqa: F821  # that is the point


@pytest.mark.parametrize(
    ("kind", "error", "problem"),
    [
        (Odd, TypeError, "complex.* is no type of a document"),
        (int, TypeError, "is not a dataclass"),
        (Place("x"), TypeError, "is not a dataclass"),
        (Lost, NameError, "Nowhere"),
    ],
)
def test_what_cannot_be_declared_is_refused(kind: Any, error: type[Exception], problem: str) -> None:
    with pytest.raises(error, match=problem):
        Schema.from_dataclass(kind)
