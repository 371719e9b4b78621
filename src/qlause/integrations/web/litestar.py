"""List endpoints in Litestar."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response
from litestar.openapi.spec import Operation
from litestar.types import ExceptionHandlersMap

from ...errors import QlauseError
from ...listing.listing import Listing
from ...listing.page import Page
from ...listing.parameters import Context
from ...listing.request import ListRequest
from .body import JSON, ProblemBody, page_body, problem_body

__all__ = ["error_handlers", "listing", "operation", "respond"]


def listing(listing: Listing, request: Request[Any, Any, Any], *, context: Context = ()) -> ListRequest:
    """Read the request to a list endpoint.

    Args:
        listing: The listing of the endpoint.
        request: The request of Litestar.
        context: What cursors are good for besides, such as the tenant, see :meth:`qlause.Listing.read`.

    Returns:
        The request, for a ``page`` function.

    Raises:
        RequestError: Parameters are refused. :func:`error_handlers` makes the response.

    """
    return listing.read(request.scope["query_string"], request.headers.items(), context=context)


def respond(page: Page, *, envelope: bool = False) -> Response[bytes]:
    """Make the response of a page, with its ``Link`` and ``X-Total-Count``.

    Args:
        page: The page.
        envelope: Whether the body is an object with ``items``, ``next``, ``previous`` and the total, instead of an
            array of the items.

    Returns:
        The response.

    """
    return Response(page_body(page, envelope), headers=page.headers(""), media_type=JSON)


def operation(listing: Listing, item: dict[str, Any] | None = None, *, envelope: bool = False) -> type[Operation]:
    """Describe a list endpoint in the OpenAPI document: ``@get("/orders", operation_class=operation(orders))``.

    Args:
        listing: The listing of the endpoint.
        item: The JSON Schema of an item. None: that of the listing's schema.
        envelope: Whether the body is an object with the items, as :func:`respond` with ``envelope`` makes it.

    Returns:
        The class of the operation, with the parameters and the responses.

    """
    described = listing.openapi(item, envelope=envelope)

    class ListOperation(Operation):
        def to_schema(self) -> dict[str, Any]:
            made = super().to_schema()
            parameters = [*made.get("parameters", ()), *described["parameters"]]
            return {
                **made,
                "parameters": parameters,
                "responses": {**made.get("responses", {}), **described["responses"]},
            }

    return ListOperation


def error_handlers(body: ProblemBody | None = None) -> ExceptionHandlersMap:
    """Make the ``exception_handlers`` of an app: a refused request is status 400 and a problem (RFC 9457).

    Args:
        body: Makes another body of an error. None: the problem, ``application/problem+json``.

    Returns:
        The handlers by the class of the exception.

    """

    def answer(_: Request[Any, Any, Any], error: Any) -> Response[bytes]:
        content, media_type = problem_body(error, body)
        return Response(content, status_code=400, media_type=media_type)

    return {QlauseError: answer}
