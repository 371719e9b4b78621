"""List endpoints in Flask."""

from __future__ import annotations

from flask import Flask, Response, request

from ...errors import QlauseError
from ...listing.listing import Listing
from ...listing.page import Page
from ...listing.parameters import Context
from ...listing.request import ListRequest
from .body import JSON, ProblemBody, page_body, problem_body

__all__ = ["handle_errors", "listing", "respond"]


def listing(listing: Listing, *, context: Context = ()) -> ListRequest:
    """Read the request that Flask is answering.

    Args:
        listing: The listing of the endpoint.
        context: What cursors are good for besides, such as the tenant, see :meth:`qlause.Listing.read`.

    Returns:
        The request, for a ``page`` function.

    Raises:
        RequestError: Parameters are refused. :func:`handle_errors` makes the response.

    """
    return listing.read(request.query_string, request.headers.items(), context=context)


def respond(page: Page, *, envelope: bool = False) -> Response:
    """Make the response of a page, with its ``Link`` and ``X-Total-Count``.

    Args:
        page: The page.
        envelope: Whether the body is an object with ``items``, ``next``, ``previous`` and the total, instead of an
            array of the items.

    Returns:
        The response.

    """
    return Response(page_body(page, envelope), headers=page.headers(""), mimetype=JSON)


def handle_errors(app: Flask, body: ProblemBody | None = None) -> None:
    """Let an app answer a refused request with status 400 and a problem (RFC 9457).

    Args:
        app: The application.
        body: Makes another body of an error. None: the problem, ``application/problem+json``.

    """

    @app.errorhandler(QlauseError)
    def answer(error: QlauseError) -> Response:
        content, media_type = problem_body(error, body)
        return Response(content, status=400, content_type=media_type)
