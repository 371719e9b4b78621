"""A listing as OpenAPI, a schema as JSON Schema."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engines.missing import import_optional
from qlause import Listing, RequestError, Schema, parse, python, sql

SCHEMA = Schema(
    {
        "id": {"type": "integer", "nullable": False},
        "name": "string",
        '"na|me"': {"type": "string", "operators": {"contains"}},
        "kind": {"type": "enum", "values": ("A", 'B"')},
        "title": {"type": "localized", "languages": ("en", "de")},
        "lines": {"type": "object", "array": True},
        "lines.sku": "string",
        "lines.extra": {"type": "object", "open": True},
        "lines.parts.tags": "string[]",
        "secret": {"filterable": False, "sortable": False, "projectable": False},
    }
)
LISTING = Listing(SCHEMA, equals=["kind"], cursor_secret=b"secret")


def by_name(listing: Listing) -> dict[str, Any]:
    return {parameter["name"]: parameter for parameter in listing.openapi()["parameters"]}


def test_every_parameter_is_described_and_only_those() -> None:
    described = by_name(LISTING)
    assert [name for name in described if described[name]["in"] == "query"] == LISTING.parameters
    assert {name for name in described if described[name]["in"] == "header"} == {"X-Total-Count", "Accept-Language"}
    assert described["kind"]["schema"] == {"type": "string", "enum": ["A", 'B"']}
    assert described["pageSize"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 16}
    assert set(by_name(Listing({"id": "integer"}, total="never"))) == {"q", "sort", "fields", "pageNumber", "pageSize"}


def test_what_is_hidden_is_in_no_part() -> None:
    assert "secret" not in json.dumps(LISTING.openapi())


def test_every_example_is_a_query_that_the_listing_takes() -> None:
    described = by_name(LISTING)
    rows = described["q"]["description"].split("| --- | --- | --- | --- |\n")[1].splitlines()
    assert len(rows) == len([path for path, field in SCHEMA if field.filterable])
    for row in rows:
        example = row.split("`")[3].replace("&#124;", "|")
        assert str(parse(example))
        LISTING.read({"q": example})
    for name in ("q", "sort", "fields"):
        LISTING.read({name: described[name]["example"]})


def test_what_a_field_is_described_as_is_what_a_request_can_do_with_it() -> None:
    fields: dict[str, Any] = {
        "id": "integer",
        "shut": {"type": "string", "operators": ()},
        "mixed": "any[]",
        "tags": "string[]",
        "data": {"type": "object", "open": True},
    }
    listing = Listing(fields)
    described = by_name(listing)
    columns = {"q": described["q"]["description"], "sort": described["sort"]["description"]}
    assert [name for name in fields if f"`{name}`" in columns["q"]] == ["id", "mixed", "tags", "data"]
    assert [name for name in fields if f"`{name}`" in columns["sort"]] == ["id", "shut", "mixed"]
    for name in fields:
        if f"`{name}`" in columns["sort"]:
            listing.read({"sort": name})
        else:
            with pytest.raises(RequestError, match="sort"):
                listing.read({"sort": name})
    with pytest.raises(RequestError, match="the field shut of type string does not take"):
        listing.read({"q": "shut:x"})


def test_the_json_schema_of_what_comes_out() -> None:
    text = {"type": ["string", "null"]}
    several = {"anyOf": [{"type": ["array", "null"], "items": {"type": "string"}}, text]}
    lines = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "extra": {"type": ["object", "null"], "additionalProperties": True},
            "parts": {"type": "object", "additionalProperties": False, "properties": {"tags": several}},
            "sku": text,
        },
    }
    found = SCHEMA.to_json_schema()
    assert found["properties"]["id"] == {"type": "integer"}
    assert found["properties"]["kind"] == {"type": ["string", "null"], "enum": ["A", 'B"', None]}
    assert found["properties"]["lines"] == {"type": ["array", "null"], "items": lines}
    assert "secret" not in found["properties"]
    assert found["additionalProperties"] is False


def test_the_fields_that_are_listed_are_those_that_a_table_gives() -> None:
    of_lines = {"table": "lines", "on": [("order", "id")], "column": "sku"}
    fields: dict[str, Any] = {
        "id": {"type": "integer", "column": "id"},
        "customer.name": {"type": "string", "relation": {**of_lines, "one": True}},
        "lines": {"type": "object", "array": True, "relation": {**of_lines, "column": ["data", "x"]}},
        "lines.sku": "string",
        "tags": "string[]",
    }
    listing = Listing(fields)
    told = by_name(listing)["fields"]["description"].partition("Fields: ")[2].rstrip(".").split(", ")
    shown = listing.openapi()["responses"]["200"]["content"]["application/json"]["schema"]["items"]["properties"]
    assert told == ["`id`", "`tags`"]
    assert list(shown) == ["id", "tags"]
    for name in fields:
        request = listing.read({"fields": name})
        if f"`{name}`" in told:
            sql.statements(request, "orders", "sqlite")
        else:
            with pytest.raises(RequestError, match="related rows"):
                sql.statements(request, "orders", "sqlite")
    assert "`customer.name`" in by_name(listing)["sort"]["description"]


def test_an_item_of_the_callers_own() -> None:
    responses = LISTING.openapi({"$ref": "#/components/schemas/Order"})["responses"]
    content = responses["200"]["content"]["application/json"]["schema"]
    assert content == {"type": "array", "items": {"$ref": "#/components/schemas/Order"}}
    assert "application/problem+json" in responses["400"]["content"]


@pytest.mark.parametrize("kind", ["string", "integer", "number", "boolean", "date-time", "date", "time", "uuid"])
def test_a_schema_of_scalars_reads_its_own_json_schema(kind: str) -> None:
    schema = Schema({"a": kind, "b.c": {"type": kind, "nullable": False}, "d": f"{kind}[]"})
    document = schema.to_json_schema()
    back = Schema.from_json_schema(document)
    assert {str(path): (field.type, field.array) for path, field in back if field.type != "object"} == {
        str(path): (field.type, field.array) for path, field in schema
    }


def test_the_response_in_an_envelope() -> None:
    schema = LISTING.openapi({"type": "object"}, envelope=True)["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    assert schema["properties"]["items"] == {"type": "array", "items": {"type": "object"}}
    assert set(schema["properties"]) == {"items", "total", "next", "previous"}


def test_what_is_hidden_is_not_described() -> None:
    hidden: dict[str, Any] = {"filterable": False, "sortable": False, "projectable": False}
    listing = Listing(
        {
            "id": "integer",
            "secret1": {"type": "string", **hidden},
            "secret2": {"type": "string", **hidden, "filterable": True, "operators": ()},
            "box": {"type": "object", **hidden},
            "box.secret3": "string",
            "name": {"type": "localized", "languages": ("en", "secret4")},
            "draft": {"type": "string", "stored": "name.secret4", **hidden},
            "shown": {"type": "string", "stored": "secret5", "filterable": False},
        }
    )
    described = json.dumps(listing.openapi())
    assert "secret" not in described
    assert "box" not in described
    assert "shown" in described


_DERIVED: Any = {
    "properties": {
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["sku", "tags", "parts"],
                "properties": {
                    "sku": {"type": "string"},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "parts": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {"n": {"type": "array", "items": {"type": "integer"}}},
                        },
                    },
                },
            },
        }
    }
}
_DECLARED: Any = {
    "lines": {"type": "object", "array": True},
    "lines.sku": "string",
    "lines.tags": "string[]",
    "lines.parts": {"type": "object", "array": True},
    "lines.parts.n": "integer[]",
}


@pytest.mark.parametrize("schema", [Schema.from_json_schema(_DERIVED), Schema(_DECLARED)], ids=["derived", "declared"])
def test_arrays_below_arrays_are_described_as_they_come_out(schema: Schema) -> None:
    """What comes out of a document is valid, and a value of another type is not."""
    jsonschema = import_optional("jsonschema", "jsonschema", "pip install jsonschema")
    described = schema.to_json_schema()
    document = {"lines": [{"sku": "a", "tags": ["x", "y"], "parts": [{"n": [1, 2]}, {"n": []}]}]}
    assert python.projector("", schema=schema)(document) == document
    jsonschema.validate(document, described)
    for wrong in ({"sku": ["a"]}, {"tags": [1]}, {"parts": {"n": [1]}}, {"parts": [{"n": ["1"]}]}, {"other": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"lines": [wrong]}, described)
