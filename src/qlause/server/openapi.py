"""The OpenAPI 3.1 document of the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from ..listing.openapi import PROBLEM
from ..schema.to_json_schema import value_json_schema
from ..syntax.parser import parse_fields
from .collection import Collection

__all__ = ["openapi_document"]

_NOT_FOUND: Final = "There is no such item."
_NO_ANSWER: Final = "The request took longer than the server allows, or the database does not answer."


def openapi_document(collections: Sequence[Collection], version: str) -> dict[str, Any]:
    """The document: a list endpoint for each collection, and one for an item."""
    paths: dict[str, Any] = {}
    for collection in collections:
        paths[f"/{collection.name}"] = {"get": _list_operation(collection)}
        paths[f"/{collection.name}/{{id}}"] = {"get": _item_operation(collection)}
    names = ", ".join(collection.name for collection in collections)
    return {
        "openapi": "3.1.0",
        "info": {"title": names, "version": version, "summary": "Lists that can be filtered, sorted and projected."},
        "servers": [{"url": "/"}],
        "paths": paths,
    }


def _list_operation(collection: Collection) -> dict[str, Any]:
    operation = collection.listing.openapi()
    return {
        "operationId": f"list {collection.name}",
        "summary": f"A page of {collection.name}.",
        "parameters": operation["parameters"],
        "responses": {**operation["responses"], "503": _problem(_NO_ANSWER)},
    }


def _item_operation(collection: Collection) -> dict[str, Any]:
    listing = collection.listing
    operation = listing.openapi()
    used = [each for each in operation["parameters"] if each["name"] in (listing.names["fields"], "Accept-Language")]
    resolved = listing.schema.resolve(parse_fields(listing.unique).paths[0])
    assert resolved is not None  # noqa: S101  # the listing has checked it
    identifier = {
        "name": "id",
        "in": "path",
        "required": True,
        "description": f"The value of `{listing.unique}`.",
        "schema": value_json_schema(replace(resolved.field, nullable=False)),
    }
    item = {"description": "The item.", "content": {"application/json": {"schema": listing.schema.to_json_schema()}}}
    return {
        "operationId": f"get {collection.name}",
        "summary": f"One of {collection.name}, by `{listing.unique}`.",
        "parameters": [identifier, *used],
        "responses": {
            "200": item,
            "400": operation["responses"]["400"],
            "404": _problem(_NOT_FOUND),
            "503": _problem(_NO_ANSWER),
        },
    }


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/problem+json": {"schema": PROBLEM}}}
