"""``qlause explain`` has words for every type, storage and operator, and every backend answers or refuses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from qlause import Field, Schema
from qlause.cli.arguments import Arguments, parse_arguments
from qlause.cli.commands.explain import BACKENDS, explanation
from qlause.cli.request import bind_request
from qlause.schema.field import FieldType, Operator, Storage
from qlause.schema.types import TYPES
from qlause.testing import fields as field_lists
from qlause.testing import queries, schemas, sorts

STORAGES: tuple[Storage | None, ...] = (None, *get_args(Storage))


def attributes(field_type: FieldType) -> dict[str, Any]:
    """What a field of the type needs beside it."""
    return {"type": field_type} | ({"values": ("a", "B")} if field_type == "enum" else {})


def takes(field_type: FieldType, storage: Storage | None) -> bool:
    try:
        Field(**attributes(field_type), storage=storage)
    except ValueError:
        return False
    return True


CASES: list[tuple[FieldType, Storage | None, Operator]] = [
    (field_type, storage, operator)
    for field_type in get_args(FieldType)
    for storage in STORAGES
    if takes(field_type, storage)
    for operator in sorted(Field(**attributes(field_type)).allowed)
]


def test_every_type_storage_and_operator_is_a_case() -> None:
    types, storages, operators = (set(values) for values in zip(*CASES, strict=True))
    assert types == set(get_args(FieldType))
    assert storages == set(STORAGES)
    assert operators == set(get_args(Operator))


def sections(lines: Iterable[str]) -> dict[str, list[str]]:
    """The titles of an explanation, and the lines below each."""
    lines_by_title: dict[str, list[str]] = {}
    for block in "\n".join(lines).removesuffix("\n").split("\n\n"):
        title, *below = block.split("\n")
        assert below, f"nothing is said under {title}"
        assert all(line.startswith("  ") for line in below)
        lines_by_title[title] = below
    return lines_by_title


def assert_explained(arguments: Arguments, schema: Schema | None) -> None:
    """Every part of a request that binds is put into words, and every backend compiles or refuses it."""
    titles = sections(explanation(bind_request(arguments, schema), "all")).keys()
    assert titles >= {"canonical text", "syntax tree", "what it selects", *(f"backend {name}" for name, _ in BACKENDS)}
    assert ("how it sorts" in titles) == bool(arguments.sort and arguments.sort.strip())


@st.composite
def requests(draw: DrawFn, schema: Schema | None) -> Arguments:
    query, sort, fields = draw(queries(schema)), draw(sorts(schema)), draw(field_lists(schema))
    language = [] if schema is None else ["--language=en"]
    return parse_arguments(
        ["explain", f"--sort={sort}", f"--fields={fields}", *language, "--now=2019-01-13", "--", str(query)]
    )


@pytest.mark.parametrize(("field_type", "storage", "operator"), CASES)
@settings(max_examples=5)
@given(data=st.data())
def test_every_type_storage_and_operator_is_explained(
    field_type: FieldType, storage: Storage | None, operator: Operator, data: st.DataObject
) -> None:
    declaration: dict[str, Any] = attributes(field_type) | {"storage": storage, "operators": frozenset({operator})}
    of_text = ("case_sensitive", "ignore_case") if "contains" in TYPES[field_type].operators else ()
    for flag in ("array", "nullable", *of_text):
        declaration[flag] = data.draw(st.booleans(), label=flag)
    schema = Schema({"field": declaration})
    assert_explained(data.draw(requests(schema)), schema)


@given(data=st.data())
def test_every_schema_is_explained(data: st.DataObject) -> None:
    schema = data.draw(st.none() | schemas(native=True))
    assert_explained(data.draw(requests(schema)), schema)
