"""The table of field types: each row is complete, and every backend answers a query about the type or refuses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, make_dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest

import qlause
from qlause import Field, Schema, bind, mongo, python, sql
from qlause.backends.sql.dialects import dialect_named
from qlause.bound import nodes as bound
from qlause.bound.sort import bind_sort
from qlause.cli.output.descriptions import describe_meaning, describe_sort
from qlause.errors import UnsupportedError, ValueReadingError
from qlause.schema import types
from qlause.schema.operators import ARRAY, OPERATORS, Operator
from qlause.schema.storage import Storage
from qlause.schema.types import TYPES, FieldType
from qlause.schema.types.definition import TypeDefinition
from qlause.sql import DialectName
from qlause.values.kinds import Kind
from qlause.values.sort_values import sort_value


@dataclass(frozen=True)
class Sample:
    """One value of a type: as a literal (None: no operator takes one), and as the values that may be stored."""

    literal: str | None
    stored: tuple[Any, ...]
    broken: str | None = None
    """A literal that is no value of the type; None where every literal is one."""


ID = "123e4567-e89b-12d3-a456-426614174000"
SAMPLES: dict[str, Sample] = {
    "string": Sample("Milk", ("Milk",)),
    "integer": Sample("20", (20,), "1.5"),
    "number": Sample("1.5", (1.5,), "x"),
    "boolean": Sample("true", (True,), "1"),
    "date-time": Sample(
        "2024-01-06T10:00:00Z", ("2024-01-06T10:00:00Z", datetime(2024, 1, 6, 10, tzinfo=UTC)), "10:00"
    ),
    "date": Sample("2024-01-06", ("2024-01-06", date(2024, 1, 6)), "2024-01-32"),
    "time": Sample("10:30:00", ("10:30:00", time(10, 30)), "24:00"),
    "uuid": Sample(ID, (ID, UUID(ID)), "123e"),
    "objectid": Sample("5c33a3d5e4b0f2a1b2c3d4e5", ("5c33a3d5e4b0f2a1b2c3d4e5",), "5c33"),
    "enum": Sample("OPEN", ("OPEN",), "SHUT"),
    "localized": Sample("Milk", ({"en": "Milk"},)),
    "object": Sample(None, ({"a": 1},)),
    "any": Sample("Milk", ("Milk",)),
}
OWN: dict[str, dict[str, Any]] = {"enum": {"values": ("OPEN", "DONE")}, "localized": {"languages": ("en",)}}
DIALECTS: tuple[DialectName, ...] = get_args(DialectName)
# What MongoDB refuses, as type and storage; each SQL dialect names the types of which it has native columns.
MONGO_CANNOT_FILTER: set[tuple[str, Storage | None]] = {("date", "native"), ("time", "native")}
MONGO_CANNOT_SORT: set[tuple[str, Storage | None]] = {("date-time", None), ("date-time", "instant")}

each_type = pytest.mark.parametrize("definition", TYPES.values(), ids=TYPES)


def schemas(definition: TypeDefinition, **attributes: Any) -> Iterator[tuple[Storage | None, Schema]]:
    """A schema for each way in which a field of the type can be stored."""
    for storage in (None, *definition.storages):
        declared = {"type": definition.name, "storage": storage, **OWN.get(definition.name, {}), **attributes}
        yield storage, Schema({"name": declared, "id": "integer"})


def queries(definition: TypeDefinition, operators: frozenset[Operator] | None = None) -> Iterator[str]:
    """A query with each of some operators that the type has, or with all."""
    for operator in sorted(definition.operators if operators is None else operators):
        yield OPERATORS[operator].written.format(f'"{SAMPLES[definition.name].literal}"')


def value_queries(definition: TypeDefinition) -> Iterator[str]:
    return (q for q in queries(definition) if q != "name:exists")


def sorts(definition: TypeDefinition) -> Iterator[str]:
    if definition.ordered:
        yield "name.en" if definition.by_language else "name"
        yield "name.en:desc" if definition.by_language else "name:desc"


def test_the_table_and_the_alias_for_type_checkers_have_the_same_names() -> None:
    assert list(TYPES) == list(get_args(FieldType))
    assert TYPES.keys() == SAMPLES.keys()


def test_each_type_has_a_file_of_its_name() -> None:
    files = {file.stem for file in Path(types.__file__).parent.glob("*.py")}
    assert files - {"__init__", "definition", "reading"} == {name.replace("-", "_") for name in TYPES}


def test_the_table_of_operators_and_the_alias_have_the_same_names() -> None:
    assert list(OPERATORS) == list(get_args(Operator))
    assert all(definition.words for definition in OPERATORS.values())
    assert all(
        "{}" in definition.written for definition in OPERATORS.values() if definition.name not in ARRAY | {"presence"}
    )


def test_readings_and_the_bound_tree_speak_of_the_same_kinds() -> None:
    assert get_args(bound.Kind) == get_args(Kind)


@each_type
def test_a_row_is_complete(definition: TypeDefinition) -> None:
    sample = SAMPLES[definition.name]
    assert definition.words
    assert definition.operators
    assert definition.attribute is None or definition.attribute in Field.__dataclass_fields__
    takes_a_literal = bool(definition.operators & {"equals", "compare"})
    assert (definition.read is not None) == takes_a_literal == (sample.literal is not None)


@each_type
def test_a_literal_is_read_for_every_storage(definition: TypeDefinition) -> None:
    sample = SAMPLES[definition.name]
    for _, schema in schemas(definition):
        if sample.literal is not None:
            root = bind(f'name:"{sample.literal}"', schema=schema).root
            assert isinstance(root, bound.ValueMatches)
        if sample.broken is not None:
            with pytest.raises(ValueReadingError) as caught:
                bind(f'name:"{sample.broken}"', schema=schema)
            assert caught.value.message.endswith(f'"{sample.broken}" is not {definition.words}')
            assert caught.value.hint


@each_type
def test_a_type_without_an_operator_refuses_it(definition: TypeDefinition) -> None:
    for operator in OPERATORS.keys() - definition.operators:
        with pytest.raises(qlause.OperatorNotAllowedError) as caught:
            bind(OPERATORS[operator].written.format("x"), schema=next(schemas(definition))[1])
        assert caught.value.message.endswith(f"of type {definition.name} does not take {OPERATORS[operator].words}")


@each_type
def test_python_finds_the_stored_values(definition: TypeDefinition) -> None:
    sample = SAMPLES[definition.name]
    _, schema = next(schemas(definition))
    for stored in sample.stored:
        for q in queries(definition, definition.operators - ARRAY):  # none of the samples is empty
            assert python.predicate(q, schema=schema)({"name": stored}), q
            assert not python.predicate(q, schema=schema)({}), q
        for sort in sorts(definition):
            documents = [{"id": 1, "name": stored}, {"id": 2}]
            ordered = sorted(documents, key=python.sort_key(sort, schema=schema))
            assert [document["id"] for document in ordered] == ([1, 2] if sort.endswith("desc") else [2, 1])


@each_type
def test_a_stored_value_has_a_place_in_a_sort(definition: TypeDefinition) -> None:
    if definition.ordered and not definition.by_language:
        for stored in SAMPLES[definition.name].stored:
            assert sort_value(stored, instant=None in definition.sorted_as_instant)[1] != ""


@each_type
def test_mongo_answers_or_refuses(definition: TypeDefinition) -> None:
    for storage, schema in schemas(definition):
        declared = (definition.name, storage)
        assert answers(partial(mongo.filter, "name:exists", schema=schema))
        for q in value_queries(definition):
            assert answers(partial(mongo.filter, q, schema=schema)) == (declared not in MONGO_CANNOT_FILTER)
        for sort in sorts(definition):
            assert answers(partial(mongo.sort, sort, schema=schema)) == (declared not in MONGO_CANNOT_SORT)


@each_type
@pytest.mark.parametrize("dialect", DIALECTS)
def test_sql_answers_or_refuses(definition: TypeDefinition, dialect: DialectName) -> None:
    places: list[dict[str, Any]] = [{}, {"column": ("data", "name")}, {"column": "name"}]
    for place in places[: 2 if definition.untyped else 3]:
        for storage, schema in schemas(definition, **place):
            native = storage in ("native", "utc")
            is_column = isinstance(place.get("column"), str)
            known = is_column and definition.name in dialect_named(dialect, None).natives
            assert answers(partial(sql.where, "name:exists", dialect, schema=schema)) or (native and not known)
            for q in value_queries(definition):
                assert answers(partial(sql.where, q, dialect, schema=schema)) == (known or not native)
            for sort in sorts(definition):  # in JSON a sort compares the text
                assert answers(partial(sql.order_by, sort, dialect, schema=schema)) == (
                    known or not native or not is_column
                )


def answers(ask: Callable[[], object]) -> bool:
    """Whether a backend answers. It may refuse, in no other way than with UnsupportedError."""
    try:
        ask()
    except UnsupportedError:
        return False
    return True


@each_type
def test_explain_has_words_for_it(definition: TypeDefinition) -> None:
    for _, schema in schemas(definition):
        for q in queries(definition):
            assert all(describe_meaning(bind(q, schema=schema)).lines())
        for sort in sorts(definition):
            assert all(describe_sort(bind_sort(sort, schema=schema)))


@each_type
def test_other_declarations_give_the_type(definition: TypeDefinition) -> None:
    if definition.json_schema is not None:
        schema = Schema.from_json_schema({"properties": {"f": definition.json_schema}})
        assert [field.type for _, field in schema] == [definition.name]
    for annotation in definition.annotations:
        schema = Schema.from_dataclass(make_dataclass("Record", [("f", annotation)]))
        assert [field.type for _, field in schema] == [definition.name]


@each_type
def test_a_cell_of_csv_is_a_value_or_is_refused(definition: TypeDefinition) -> None:
    sample = SAMPLES[definition.name]
    if definition.parse is not None:
        assert sample.literal is not None
        assert definition.parse(sample.literal) in sample.stored
        assert sample.broken is not None
        assert definition.parse(sample.broken) is None
