"""List endpoints in Starlette and in what is built on it."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from ...errors import QlauseError
from ...listing.listing import Listing
from ...listing.page import Page
from ...listing.parameters import Context
from ...listing.request import ListRequest
from .body import JSON, ProblemBody, page_body, problem_body

__all__ = ["handle_errors", "listing", "respond"]


def listing(listing: Listing, request: Request, *, context: Context = ()) -> ListRequest:
    """Read the request to a list endpoint.

    Args:
        listing: The listing of the endpoint.
        request: The request of Starlette.
        context: What cursors are good for besides, such as the tenant, see :meth:`qlause.Listing.read`.

    Returns:
        The request, for a ``page`` function.

    Raises:
        RequestError: Parameters are refused. :func:`handle_errors` makes the response.

    """
    return listing.read(request.scope["query_string"], request.headers.items(), context=context)


def respond(page: Page, *, envelope: bool = False) -> Response:
    """Make the response of a page, with its ``Link`` and ``X-Total-Count``.

    Args:
        page: The page.
        envelope: Whether the body is an object with ``items``, ``next``, ``previous`` and the total, instead of an
            array of the items.

    Returns:
        The response.

    """
    return Response(page_body(page, envelope), headers=page.headers(""), media_type=JSON)


def handle_errors(app: Starlette, body: ProblemBody | None = None) -> None:
    """Let an app answer a refused request with status 400 and a problem (RFC 9457).

    Args:
        app: The application.
        body: Makes another body of an error. None: the problem, ``application/problem+json``.

    """

    def answer(_: Request, error: Any) -> Response:
        content, media_type = problem_body(error, body)
        return Response(content, status_code=400, media_type=media_type)

    app.add_exception_handler(QlauseError, answer)
