"""Litestar."""

from __future__ import annotations

from typing import Any

from litestar import Litestar, Request, Response, get

from qlause import python
from qlause.litestar import error_handlers, listing, operation, respond

from ..contacts import DOCUMENTS, LISTINGS


@get("/contacts", operation_class=operation(LISTINGS["/contacts"]), sync_to_thread=False)
def contacts(request: Request[Any, Any, Any]) -> Response[bytes]:
    return respond(python.page(DOCUMENTS, listing(LISTINGS["/contacts"], request)))


@get("/numbered", operation_class=operation(LISTINGS["/numbered"], envelope=True), sync_to_thread=False)
def numbered(request: Request[Any, Any, Any]) -> Response[bytes]:
    return respond(python.page(DOCUMENTS, listing(LISTINGS["/numbered"], request)), envelope=True)


app = Litestar([contacts, numbered], exception_handlers=error_handlers())
