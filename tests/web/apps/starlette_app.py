"""Starlette."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qlause import python
from qlause.starlette import handle_errors, listing, respond

from ..contacts import DOCUMENTS, LISTINGS


async def contacts(request: Request) -> Response:
    return respond(python.page(DOCUMENTS, listing(LISTINGS["/contacts"], request)))


async def numbered(request: Request) -> Response:
    return respond(python.page(DOCUMENTS, listing(LISTINGS["/numbered"], request)), envelope=True)


app = Starlette(routes=[Route("/contacts", contacts), Route("/numbered", numbered)])
handle_errors(app)
