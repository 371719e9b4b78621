"""Models with instances: a query means the same over an object, over its dict and over its JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, field, make_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any, Literal, NamedTuple, TypeAlias
from uuid import UUID

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from qlause import Schema, parse, python
from qlause.testing import VOCABULARY, queries, sorts
from qlause.testing.vocabulary import DATES, INSTANTS, TIMES, UUIDS

from ..profiles import THOROUGH


class Colour(Enum):
    A = "a"
    B = "b"


class Size(StrEnum):
    SMALL = "a"
    LARGE = "ab"


class Rank(IntEnum):
    LOW = 1
    HIGH = 20


class Kind(NamedTuple):
    """A type with a strategy for its values."""

    annotation: Any
    values: SearchStrategy[Any]


Make: TypeAlias = Callable[[str, dict[str, Kind]], type[Any]]

SCALARS = (
    Kind(str, VOCABULARY.texts),
    Kind(int, st.sampled_from((0, 1, 2, 20, -1, 1000))),
    Kind(float, st.sampled_from((0.0, 1.0, 1.5, -0.5, 20.0))),
    Kind(bool, st.booleans()),
    Kind(datetime, st.sampled_from(INSTANTS).map(datetime.fromisoformat)),
    Kind(date, st.sampled_from(DATES).map(date.fromisoformat)),
    Kind(time, st.sampled_from(TIMES).map(time.fromisoformat)),
    Kind(UUID, st.sampled_from(UUIDS).map(UUID)),
    Kind(Colour, st.sampled_from(Colour)),
    Kind(Size, st.sampled_from(Size)),
    Kind(Rank, st.sampled_from(Rank)),
    Kind(Literal["a", "20"], st.sampled_from(("a", "20"))),
)
EXAMPLES = settings(max_examples=100 if THOROUGH else 10)  # each makes several classes, which takes long
NAMES = ("a", "b", "c", "id_", "first_name")


NATIVE = {datetime, date, time, UUID}
"""Types whose values are text in JSON only: beside str they declare a string, which a native value is not."""
PLAIN = {kind.annotation for kind in SCALARS} - NATIVE
"""Types whose values are alike in JSON, so that no type has to be declared for them."""


def collections_of(kind: Kind, hashable: bool) -> SearchStrategy[Kind]:
    values = kind.values
    text = Kind(str, VOCABULARY.texts)
    second = kind if kind.annotation in NATIVE else text
    undeclared = kind if kind.annotation in PLAIN else text
    found = [
        Kind(list[kind.annotation], st.lists(values, max_size=3)),  # type: ignore[name-defined]  # a type at run time
        Kind(tuple[kind.annotation, ...], st.lists(values, max_size=3).map(tuple)),  # type: ignore[name-defined]  # a type of run time
        Kind(tuple[kind.annotation, second.annotation], st.tuples(values, second.values)),  # type: ignore[name-defined]  # a type of run time
        Kind(dict[str, undeclared.annotation], st.dictionaries(st.sampled_from(NAMES), undeclared.values, max_size=2)),  # type: ignore[name-defined]  # a type of run time
        Kind(dict[Literal["a", "b"], kind.annotation], st.fixed_dictionaries({"a": values})),  # type: ignore[name-defined]  # a type of run time
    ]
    if hashable:
        found += [
            Kind(set[kind.annotation], st.frozensets(values, max_size=3).map(set)),  # type: ignore[name-defined]  # a type of run time
            Kind(frozenset[kind.annotation], st.frozensets(values, max_size=3)),  # type: ignore[name-defined]  # a type of run time
        ]
    return st.sampled_from(found)


@st.composite
def kinds(draw: DrawFn, make: Make, depth: int) -> Kind:
    """A type of an attribute: a scalar, a model, a collection or a union of these."""
    if depth == 0 or draw(st.booleans()):
        kind, hashable = draw(st.sampled_from(SCALARS)), True
    else:
        kind, hashable = draw(models(make, depth - 1)), False
    many = Kind(list[kind.annotation], st.lists(kind.values, max_size=2))  # type: ignore[name-defined]  # a type of run time
    choices: dict[int, SearchStrategy[Kind]] = {
        0: collections_of(kind, hashable),
        3: collections_of(kind, hashable),
        1: st.just(Kind(kind.annotation | None, st.none() | kind.values)),
        2: st.just(Kind(kind.annotation | many.annotation, kind.values | many.values)),
    }
    chosen: Kind = draw(choices.get(draw(st.integers(0, 5)), st.just(kind)))
    return chosen


@st.composite
def models(draw: DrawFn, make: Make, depth: int) -> Kind:
    """A model and its instances."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=4, unique=True))
    attributes = {name: draw(kinds(make, depth)) for name in names}
    model = make(f"Model{draw(st.integers(0, 10**9))}", attributes)
    values = st.fixed_dictionaries({name: kind.values for name, kind in attributes.items()})
    return Kind(model, values.map(lambda each: model(**each)))


def pydantic_model(mode: str) -> Make:
    """What makes pydantic models, with aliases of that mode for some attributes."""
    alias = "alias" if mode == "both" else f"{mode}_alias"

    def make(name: str, attributes: dict[str, Kind]) -> type[Any]:
        declared: dict[str, Any] = {
            attribute: (kind.annotation, pydantic.Field(**{alias: attribute.upper()} if attribute != "a" else {}))  # type: ignore[call-overload]  # alias
            for attribute, kind in attributes.items()
        }
        config = pydantic.ConfigDict(validate_by_name=True, validate_by_alias=True)
        model: type[Any] = pydantic.create_model(name, __config__=config, **declared)
        return model

    return make


def dataclass_of(name: str, attributes: dict[str, Kind]) -> type[Any]:
    return make_dataclass(name, [(attribute, kind.annotation, field()) for attribute, kind in attributes.items()])


def check(data: st.DataObject, schema: Schema, instance: Any, documents: list[Any]) -> None:
    """A query and its opposite select the object if and only if they select each of the documents."""
    presence = [parse(f"{path}:{test}") for path, _ in schema for test in ("exists", "null")]
    for asked in (*presence, *data.draw(st.lists(queries(schema), min_size=5, max_size=5))):
        expected = python.predicate(asked, schema=schema, attributes=True)(instance)
        for document in documents:
            assert python.predicate(asked, schema=schema)(document) is expected, (str(asked), document)
            assert python.predicate(~asked, schema=schema)(document) is not expected, (str(asked), document)
    sort = data.draw(sorts(schema))
    key = python.sort_key(sort, schema=schema, unique=None, attributes=True)(instance)
    assert all(python.sort_key(sort, schema=schema, unique=None)(document) == key for document in documents[:1])


@pytest.mark.parametrize("mode", ["both", "serialization"])
@EXAMPLES
@given(data=st.data())
def test_a_pydantic_model_its_dict_and_its_json(mode: str, data: st.DataObject) -> None:
    kind = data.draw(models(pydantic_model(mode), 2))
    instance = data.draw(kind.values)
    schema = Schema.from_pydantic(kind.annotation, mode="validation" if mode == "both" else "serialization")
    dumped = instance.model_dump(by_alias=True)
    check(data, schema, instance, [dumped, json.loads(instance.model_dump_json(by_alias=True))])


@EXAMPLES
@given(data=st.data())
def test_a_dataclass_its_dict_and_its_json(data: st.DataObject) -> None:
    kind = data.draw(models(dataclass_of, 2))
    instance = data.draw(kind.values)
    written = pydantic.TypeAdapter(kind.annotation).dump_json(instance)
    check(data, Schema.from_dataclass(kind.annotation), instance, [asdict(instance), json.loads(written)])


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-1000, max_value=1000))
def test_a_decimal_is_a_number(value: Decimal) -> None:
    class Priced(pydantic.BaseModel):
        price: Decimal
        prices: list[Decimal] = []

    priced = Priced(price=value, prices=[value])
    matches = python.predicate(
        f"price:{value} prices:(>={value} AND <={value})", schema=Schema.from_pydantic(Priced), attributes=True
    )
    assert matches(priced)
    assert matches(priced.model_dump())
