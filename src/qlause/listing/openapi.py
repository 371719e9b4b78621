"""A listing as parts of an OpenAPI 3.1 document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from ..schema.operators import OPERATORS
from ..schema.schema import Field, Permission
from ..schema.to_json_schema import json_schema_of, value_json_schema
from ..syntax.lexical import quoted
from ..syntax.nodes import Path
from .settings import TOTAL_HEADER, ListingSettings

__all__ = ["PROBLEM", "openapi_parameters", "openapi_responses"]

_MAX_LISTED: Final = 100  # fields that a description lists
_SAMPLES: Final = {
    "string": '"text"',
    "integer": "20",
    "number": "2.5",
    "boolean": "true",
    "date-time": "2024-02-29T10:00:00Z",
    "date": "2024-02-29",
    "time": "10:30",
    "uuid": "123e4567-e89b-12d3-a456-426614174000",
    "objectid": "507f1f77bcf86cd799439011",
    "localized": '"text"',
}
"""A literal of each type."""
PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "parameter": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "hint": {"type": "string"},
                    "offset": {"type": "integer"},
                    "length": {"type": "integer"},
                    "line": {"type": "integer"},
                    "column": {"type": "integer"},
                    "snippet": {"type": "string"},
                    "expected": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["code", "message"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "errors"],
}
"""The JSON Schema of the body of a refused request."""


def openapi_parameters(listing: ListingSettings, *, related: bool = False) -> list[dict[str, Any]]:
    """The parameters of a listing as OpenAPI 3.1 parameter objects, headers included.

    ``related`` says whether fields of related rows can come out, which is no matter of the table's columns.
    """
    return list(_parameters(listing, related))


def openapi_responses(
    listing: ListingSettings, item: dict[str, Any] | None = None, *, envelope: bool = False
) -> dict[str, Any]:
    """The responses 200 and 400. ``item`` is the JSON Schema of an item; by default that of the listing's schema."""
    links = {"description": "The first, previous, next and last page, as far as known.", "schema": {"type": "string"}}
    headers: dict[str, Any] = {"Link": links}
    if listing.total != "never":
        headers[TOTAL_HEADER] = {"description": "How many items there are.", "schema": {"type": "integer"}}
    body: dict[str, Any] = {"type": "array", "items": _item_schema(listing) if item is None else item}
    if envelope:
        link = {"type": ["string", "null"]}
        properties = {"items": body, "total": {"type": "integer"}, "next": link, "previous": link}
        body = {"type": "object", "properties": properties, "required": ["items", "next", "previous"]}
    return {
        "200": {
            "description": "One page of items.",
            "headers": headers,
            "content": {"application/json": {"schema": body}},
        },
        "400": {
            "description": "The request is refused.",
            "content": {"application/problem+json": {"schema": PROBLEM}},
        },
    }


def _item_schema(listing: ListingSettings) -> dict[str, Any]:
    """The JSON Schema of an item: the fields that can come out. None is required, because a request chooses fields.

    Those of related rows are no part of it, because a page does not hold them.
    """
    fields = ((path, field) for path, field in listing.schema if field.relation is None)
    return json_schema_of(fields, listing.schema.arrays)


def _parameters(listing: ListingSettings, related: bool) -> Iterator[dict[str, Any]]:
    names, limits = listing.names, listing.limits
    yield _parameter(
        names["q"],
        {"type": "string", "maxLength": limits.q_length},
        "Selects items. Clauses after each other must all hold; `OR`, `NOT` and parentheses combine them.\n\n"
        + "\n".join(_filterable(listing)),
        next((_clause(str(path), field) for path, field in _fields(listing, "filterable")), None),
    )
    sortable = [str(path) for path, field in _fields(listing, "sortable") if field.has_order]
    yield _parameter(
        names["sort"],
        {"type": "string", "maxLength": limits.sort_length},
        "Sorts by fields, the most significant first; `:desc` reverses one."
        + (f" Default: `{listing.default_sort}`." if listing.default_sort else "")
        + f" Fields: {_listed(sortable)}.",
        f"{sortable[0]}:desc" if sortable else None,
    )
    projectable = [str(path) for path, field in _fields(listing, "projectable") if related or field.relation is None]
    yield _parameter(
        names["fields"],
        {"type": "string", "maxLength": limits.fields_length},
        f"The fields that come out, separated by commas. Default: all. Fields: {_listed(projectable)}.",
        ",".join(projectable[:2]) or None,
    )
    if listing.page_numbers:
        most = listing.max_offset + 1
        yield _parameter(
            names["page"], {"type": "integer", "minimum": 1, "maximum": most, "default": 1}, "The number of the page."
        )
    size = {"type": "integer", "minimum": 1, "maximum": listing.max_page_size, "default": listing.page_size}
    yield _parameter(names["size"], size, "How many items a page has at most.")
    if listing.cursor_secret is not None:
        yield _parameter(names["after"], {"type": "string"}, "The cursor that the page follows, from a link.")
        yield _parameter(names["before"], {"type": "string"}, "The cursor that the page precedes, from a link.")
    for name, path in listing.equals.items():
        resolved = listing.schema.resolve(path)
        if resolved is not None:
            schema = value_json_schema(replace(resolved.field, nullable=False))
            yield _parameter(name, schema, f"Only items whose field `{path}` equals the value.")
    if listing.total == "on_request":
        yield {
            **_parameter(TOTAL_HEADER, {"type": "boolean", "default": False}, "Whether to count all items."),
            "in": "header",
        }
    if listing.languages:
        languages = f"The language of localized fields: {', '.join(listing.languages)}."
        yield {**_parameter("Accept-Language", {"type": "string"}, languages), "in": "header"}


def _parameter(name: str, schema: dict[str, Any], description: str, example: str | None = None) -> dict[str, Any]:
    parameter = {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
    return parameter if example is None else {**parameter, "example": example}


def _fields(listing: ListingSettings, permission: Permission) -> list[tuple[Path, Field]]:
    return [(path, field) for path, field in listing.schema if field.serves(permission)]


def _filterable(listing: ListingSettings) -> Iterator[str]:
    """The lines of a table of the fields that a filter may use."""
    yield "| field | type | operators | example |"
    yield "| --- | --- | --- | --- |"
    fields = _fields(listing, "filterable")
    for path, field in fields[:_MAX_LISTED]:
        words = [definition.words for definition in OPERATORS.values() if definition.name in field.allowed]
        kind = f"{field.type}: {', '.join(field.values[:12])}" if field.values else field.type
        cells = (f"`{path}`", kind + " (several)" * field.array, ", ".join(words), f"`{_clause(str(path), field)}`")
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
    if len(fields) > _MAX_LISTED:
        yield f"| and {len(fields) - _MAX_LISTED} more | | | |"


def _clause(path: str, field: Field) -> str:
    """A clause about the field, with an operator that it takes."""
    sample = quoted(field.values[0]) if field.values else _SAMPLES.get(field.type, '"text"')
    for name, operator in OPERATORS.items():
        if name in field.allowed and name != "presence":
            return path + operator.written.removeprefix("name").format(sample)
    return f"{path}:exists"


def _listed(paths: list[str]) -> str:
    more = f" and {len(paths) - _MAX_LISTED} more" if len(paths) > _MAX_LISTED else ""
    return ", ".join(f"`{path}`" for path in paths[:_MAX_LISTED]) + more if paths else "none"
