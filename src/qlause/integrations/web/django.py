"""List endpoints in views of Django."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from ...errors import QlauseError
from ...listing.listing import Listing
from ...listing.page import Page
from ...listing.parameters import Context
from ...listing.request import ListRequest
from .body import JSON, page_body, problem_body

__all__ = ["ErrorMiddleware", "listing", "query_string", "respond"]


def listing(listing: Listing, request: HttpRequest, *, context: Context = ()) -> ListRequest:
    """Read the request to a list endpoint.

    Args:
        listing: The listing of the endpoint.
        request: The request of Django.
        context: What cursors are good for besides, such as the tenant, see :meth:`qlause.Listing.read`.

    Returns:
        The request, for a ``page`` function.

    Raises:
        RequestError: Parameters are refused. :class:`ErrorMiddleware` makes the response.

    """
    return listing.read(query_string(request), request.headers, context=context)


def respond(page: Page, *, envelope: bool = False) -> HttpResponse:
    """Make the response of a page, with its ``Link`` and ``X-Total-Count``.

    Args:
        page: The page.
        envelope: Whether the body is an object with ``items``, ``next``, ``previous`` and the total, instead of an
            array of the items.

    Returns:
        The response.

    """
    return HttpResponse(page_body(page, envelope), headers=page.headers(""), content_type=JSON)


class ErrorMiddleware(MiddlewareMixin):  # type: ignore[misc]  # Django has no types
    """Answers a refused request with status 400 and a problem (RFC 9457), ``application/problem+json``.

    Name it in ``MIDDLEWARE``: ``"qlause.django.ErrorMiddleware"``. It works with synchronous and asynchronous views.
    """

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:  # noqa: ARG002  # Django gives it
        """Answer an error of a request; Django calls this when a view raises an exception."""
        return self.respond(exception) if isinstance(exception, QlauseError) else None

    def respond(self, error: QlauseError) -> HttpResponse:
        """Make the response. Override this for a body of another shape.

        Args:
            error: The error.

        Returns:
            The response.

        """
        content, media_type = problem_body(error, None)
        return HttpResponse(content, status=400, content_type=media_type)


def query_string(request: HttpRequest) -> bytes:
    """The query string byte by byte: a WSGI server gives its bytes as Latin-1, an ASGI server as they are."""
    scope = getattr(request, "scope", None)
    raw = request.META.get("QUERY_STRING", "") if scope is None else scope.get("query_string", b"")
    return raw if isinstance(raw, bytes) else raw.encode("latin-1")
