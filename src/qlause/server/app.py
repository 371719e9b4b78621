"""The application: list, item, OpenAPI and the page, all of them read-only."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, Final

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import shorten
from ..integrations.web.body import JSON, PROBLEM_JSON, json_of
from ..integrations.web.starlette import handle_errors, respond
from .collection import Collection, NoSuchItemError, TimedOutError, UnreachableError, UnreadableTextError
from .openapi import openapi_document
from .playground import Describe, page_file, playground_routes

__all__ = ["make_app"]

_LOG: Final = logging.getLogger(__name__)
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def make_app(
    collections: Sequence[Collection], *, version: str, describe: Describe, hosts: frozenset[str] | None = None
) -> Starlette:
    """Make the application.

    Args:
        collections: What it serves.
        version: The version that its OpenAPI document names.
        describe: Says in words what a query selects, and how a sort sorts.
        hosts: The names by which a request may call the server; None: any. On loopback they keep other sites, whose
            names somebody points at this machine, from reading what is served here.

    Returns:
        An ASGI application.

    """
    document = json_of(openapi_document(collections, version))

    def openapi(_: Request) -> Response:
        return Response(document, media_type=JSON)

    routes = [
        Route("/", lambda _: page_file("index.html"), methods=["GET"]),
        Route("/favicon.ico", lambda _: RedirectResponse("/_page/icon.svg"), methods=["GET"]),
        Route("/openapi.json", openapi, methods=["GET"]),
        *playground_routes(collections, describe),
    ]
    for collection in collections:
        routes.append(Route(f"/{collection.name}", _list_endpoint(collection), methods=["GET"]))
        routes.append(Route(f"/{collection.name}/{{id:path}}", _item_endpoint(collection), methods=["GET"]))
    names = ", ".join(f"/{collection.name}" for collection in collections)
    app = Starlette(routes=routes)
    handle_errors(app)
    app.add_exception_handler(HTTPException, lambda _, error: _http_problem(error, names))
    app.add_exception_handler(NoSuchItemError, lambda *_: _problem(404, "there is no such item"))
    app.add_exception_handler(TimedOutError, lambda *_: _problem(503, "the request took too long; narrow it by q"))
    app.add_exception_handler(UnreachableError, _unreachable)
    app.add_exception_handler(UnreadableTextError, _unreadable)
    app.add_exception_handler(Exception, lambda *_: _problem(500, "the server failed; its log says why"))
    app.add_middleware(_Guard, hosts=hosts)
    return app


def _list_endpoint(collection: Collection) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        return respond(collection.list(request.scope["query_string"], request.headers.items()))

    return answer


def _item_endpoint(collection: Collection) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        identifier = request.path_params["id"]
        item = collection.item(identifier, request.scope["query_string"], request.headers.items())
        return Response(json_of(item), media_type=JSON)

    return answer


def _http_problem(error: Any, names: str) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # for mypy
    details = {404: f"there is nothing here; there are {names}", 405: "the server only reads: use GET"}
    return _problem(error.status_code, details.get(error.status_code, str(error.detail)), error.headers)


def _unreachable(_: Request, error: Exception) -> Response:
    _LOG.error("the database does not answer: %s", error)
    return _problem(503, "the database does not answer; try again later")


def _unreadable(_: Request, error: Exception) -> Response:
    _LOG.error("a row cannot be read: %s", shorten(str(error), 200))
    return _problem(500, "a row has text that is not UTF-8; the server's log names the column, leave it out by fields")


def _problem(status: int, detail: str, headers: Any = None) -> Response:
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, "errors": []}
    return Response(json_of(body), status_code=status, media_type=PROBLEM_JSON, headers=headers)


class _Guard:
    """Refuses requests under other names, and adds the headers that keep a browser from more than the page needs."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str] | None) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        if self._hosts is not None and _host_of(scope) not in self._hosts:
            refusal = _problem(400, f"call the server by one of its names: {', '.join(sorted(self._hosts))}")
            await refusal(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


def _host_of(scope: Scope) -> str:
    """The name in the Host header, without the port."""
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    if len(hosts) != 1:
        return ""
    host: str = hosts[0].lower()
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
