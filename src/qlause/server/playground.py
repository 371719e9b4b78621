"""What the page needs: its files, the fields for completion, and what a query means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from typing import Any, Final, TypeAlias

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..integrations.web.body import JSON, json_of
from ..listing.request import ListRequest
from ..schema.operators import OPERATORS
from ..schema.schema import Field
from ..schema.types import TYPES
from .collection import Collection

__all__ = ["Describe", "page_file", "playground_routes"]

Describe: TypeAlias = Callable[[ListRequest, str], dict[str, Any]]
"""From a request and its SQL to what the page shows of them: ``selects`` and ``sorts``, lines of words, and ``sql``."""

_MEDIA_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FILES: Final = {
    file.name: (file.read_bytes(), _MEDIA_TYPES[suffix])
    for file in files("qlause.server").joinpath("page").iterdir()
    if (suffix := f".{file.name.rpartition('.')[2]}") in _MEDIA_TYPES
}
"""The content and the media type of each file of the page."""


def page_file(name: str) -> Response:
    """One file of the page. Raises HTTPException if there is none of the name."""
    if name not in _FILES:
        raise HTTPException(404)
    content, media_type = _FILES[name]
    return Response(content, media_type=media_type)


def playground_routes(collections: Sequence[Collection], describe: Describe) -> list[Route]:
    """The routes under ``/_page``."""
    described = json_of([_described(collection) for collection in collections])
    by_name = {collection.name: collection for collection in collections}

    def collections_json(_: Request) -> Response:
        return Response(described, media_type=JSON)

    def meaning(request: Request) -> Response:
        collection = by_name.get(request.path_params["name"])
        if collection is None:
            raise HTTPException(404)
        read = collection.listing.read(request.scope["query_string"], request.headers.items())
        statement = collection.source.statement(read)
        return Response(
            json_of({**describe(read, statement.text), "parameters": statement.parameters}), media_type=JSON
        )

    return [
        Route("/_page/collections", collections_json, methods=["GET"]),
        Route("/_page/meaning/{name}", meaning, methods=["GET"]),
        Route("/_page/{file}", lambda request: page_file(request.path_params["file"]), methods=["GET"]),
    ]


def _described(collection: Collection) -> dict[str, Any]:
    listing = collection.listing
    return {
        "name": collection.name,
        "id": listing.unique,
        "pageSize": listing.page_size,
        "maxPageSize": listing.max_page_size,
        "fields": list(_fields(collection)),
    }


def _fields(collection: Collection) -> Iterator[dict[str, Any]]:
    """The fields that a client may know of, with what the completion offers for each."""
    for path, field in collection.listing.schema:
        if not field.public:
            continue
        ordered = TYPES[field.type].ordered and not field.array
        yield {
            "path": str(path),
            "type": field.type,
            "several": field.array,
            "operators": [_operator(name) for name in OPERATORS if field.filterable and name in field.allowed],
            "values": _values(field),
            "sortable": field.sortable and ordered,
            "projectable": field.projectable,
        }
        for language in field.languages:
            yield {
                "path": f"{path}.{language}",
                "type": "string",
                "several": field.array,
                "operators": [_operator(name) for name in OPERATORS if field.filterable and name in field.allowed],
                "values": [],
                "sortable": field.sortable and not field.array,
                "projectable": field.projectable,
            }


def _operator(name: Any) -> dict[str, str]:
    """An operator as the completion writes it: what stands before the value, and after it."""
    before, _, after = OPERATORS[name].written.removeprefix("name").partition("{}")
    return {"before": before, "after": after, "words": OPERATORS[name].words}


def _values(field: Field) -> list[str]:
    return ["true", "false"] if field.type == "boolean" else list(field.values)
