"""``qlause schema infer``: what is inferred, and that every document keeps it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.missing import import_optional
from qlause import Schema, python
from qlause.cli.inference.json_schema import json_schema_of, unreachable_in
from qlause.cli.inference.observation import Observation
from qlause.cli.input import csv_table

from .conftest import File, Run


def inferred(*documents: dict[str, Any]) -> dict[str, Any]:
    observation = Observation()
    for document in documents:
        observation.add(document)
    return json_schema_of(observation)


def field(*values: Any) -> Any:
    return inferred(*({"f": value} for value in values))["properties"]["f"]


CODES = ["OPEN", "DONE"] * 3


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2], {"type": "integer"}),
        ([1, 2.5], {"type": "number"}),
        ([True], {"type": "boolean"}),
        ([True, 1], {}),
        (["a", 1], {}),
        ([None], {}),
        (["a", None], {"type": ["string", "null"]}),
        (
            ["2024-02-29T10:00:00Z", "2024-02-29T10:00:00.123456789+00:00", "2024-02-29T10:00:00-00:00"],
            {"type": "string", "format": "date-time"},
        ),
        (["2024-02-29T10:00:00Z", "2024-02-29T10:00:00.5+02:00"], {"type": "string"}),
        (["2024-02-29T10:00:00Z", "2024-02-29T10:00Z"], {"type": "string"}),
        (["2024-02-29T10:00:00Z", "2024-02-29T10:00:00,5Z"], {"type": "string"}),
        (["2024-02-29T10:00:00Z", "2024-02-29t10:00:00z"], {"type": "string"}),
        (["2024-02-29T10:00:00Z", "2024-02-29T10:00:00"], {"type": "string"}),
        (["2023-02-29T10:00:00Z"], {"type": "string"}),
        (["2024-02-29"], {"type": "string", "format": "date"}),
        (["2023-02-29"], {"type": "string"}),
        (["2024-02-29", "2024-02-29T10:00:00Z"], {"type": "string"}),
        (CODES, {"type": "string", "enum": ["DONE", "OPEN"]}),
        ([*CODES, None], {"type": ["string", "null"], "enum": ["DONE", "OPEN", None]}),
        (["OPEN", "DONE", "OPEN"], {"type": "string"}),
        (["two words"] * 9, {"type": "string"}),
        ([f"C{number % 13}" for number in range(99)], {"type": "string"}),
        ([["a", "b"], []], {"type": "array", "items": {"type": "string"}}),
        ([["a", None]], {"type": "array", "items": {"type": ["string", "null"]}}),
        ([["a"], "a"], {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}),
        ([[["a"]]], {"type": "array", "items": {}}),
        ([[]], {"type": "array", "items": {}}),
    ],
)
def test_types(values: list[Any], expected: dict[str, Any]) -> None:
    assert field(*values) == expected


@pytest.mark.parametrize(
    ("value", "is_localized"),
    [
        ({"en": "Milk", "fr": "Lait"}, True),
        ({"en": "Milk"}, True),
        ({"de-AT": "Milch", "pt_BR": "Leite"}, True),
        ({"id": "1", "en": "Milk"}, True),
        ({"id": "1"}, False),
        ({"id": "1", "to": "x"}, False),
        ({"en": "Milk", "code": "x"}, False),
        ({"en": 1, "fr": "Lait"}, False),
        ({"en": None, "fr": "Lait"}, False),
        ({"en": ["Milk"]}, False),
        ({}, False),
        ({"xx": "no language"}, False),
    ],
)
def test_languages_by_their_shape(value: dict[str, Any], is_localized: bool) -> None:
    schema = Schema.from_json_schema(inferred({"name": value}))
    found = {str(path): each for path, each in schema}["name"]
    assert found.type == ("localized" if is_localized else "object")
    assert found.languages == (tuple(value) if is_localized else ())
    whole = Schema.from_json_schema(inferred(value))  # a document is no text in languages
    assert all(each.type != "localized" for _, each in whole)


def test_what_is_always_there_is_required() -> None:
    schema = inferred({"a": 1, "b": {"c": 1}}, {"a": 2, "b": {"c": 1, "d": None}}, {"a": None, "b": {"c": 3}})
    assert schema["required"] == ["b"]
    assert schema["properties"]["b"]["required"] == ["c"]


def test_an_object_of_many_keys_is_a_map() -> None:
    assert field(*({f"key{number}": number} for number in range(301))) == {
        "type": "object",
        "additionalProperties": True,
    }


def test_numbers_are_judged_as_they_are_written(run: Run, file: File) -> None:
    name = file("n.csv", "id,price,big,code\n1,10.50,12345678901234567890,007\n2,7.00,1,010\n")
    properties = json.loads(run("schema", "infer", name).out)["properties"]
    assert {key: value["type"] for key, value in properties.items()} == {
        "id": "integer",
        "price": "number",
        "big": "integer",
        "code": "string",
    }


def test_a_cell_is_converted_once(run: Run, file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    convert, cells = csv_table._value, list[str]()

    def counted(cell: str) -> Any:
        cells.append(cell)
        return convert(cell)

    monkeypatch.setattr(csv_table, "_value", counted)
    result = run("schema", "infer", file("f.csv", "a,b\n1.5,true\n-2,false\n"))
    assert (result.status, result.err) == (0, "")
    assert json.loads(result.out)["properties"] == {"a": {"type": "number"}, "b": {"type": "boolean"}}
    assert sorted(cells) == ["-2", "1.5", "false", "true"]


def test_several_files_have_one_schema(run: Run, file: File) -> None:
    result = run("schema", "infer", file("a.json", [{"a": 1}]), file("b.ndjson", '{"b": "x", "1": 2}\nnope\n'))
    schema = json.loads(result.out)
    assert schema["properties"].keys() == {"a", "b", "1"}
    assert "required" not in schema
    assert result.status == 2
    assert "b.ndjson:2: " in result.err
    assert 'no query can name the field "1"' in result.err or "no query can name the field 1" in result.err


_KEYS = st.sampled_from(["a", "b", "en", "fr", "id", "1", "", "x y", 'q"'])
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["A", "B", "2024-02-29", "2024-02-29T10:00:00Z", "", "x y"]),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(_KEYS, each, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(_KEYS, _VALUES, max_size=4), max_size=6))
def test_every_document_keeps_the_schema(documents: list[dict[str, Any]]) -> None:
    jsonschema = import_optional("jsonschema", "jsonschema", "pip install jsonschema")
    declared = inferred(*documents)
    for document in documents:
        jsonschema.validate(document, declared)
    schema = Schema.from_json_schema(declared)
    observation = Observation()
    for document in documents:
        observation.add(document)
    if not list(unreachable_in(observation)):
        whole = python.projector("", schema=schema)
        assert [whole(document) for document in documents] == documents
