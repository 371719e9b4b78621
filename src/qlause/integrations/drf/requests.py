"""A request to a view with a listing: read one time, refused in the manner of Django REST framework."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.versioning import QueryParameterVersioning
from rest_framework.views import exception_handler as default_exception_handler

from ...bound.fields import outermost
from ...bound.nodes import BoundFields
from ...errors import QlauseError
from ...listing.listing import Listing
from ...listing.request import ListRequest
from ..web.body import PROBLEM_JSON
from ..web.django import query_string

__all__ = ["RefusedError", "exception_handler", "list_request", "listing_of", "public_fields", "refusing", "request_of"]

_ATTRIBUTE: Final = "_qlause_list_request"


class RefusedError(APIException):  # type: ignore[misc]  # Django REST framework has no types
    """A request that was refused, as an exception of Django REST framework: status 400.

    Attributes:
        error: The error, for an exception handler that makes a body of another shape.

    """

    status_code = 400

    def __init__(self, error: QlauseError) -> None:
        super().__init__(str(error), error.code)
        self.error = error


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer a refused request with a problem (RFC 9457), everything else as Django REST framework does.

    Name it in the settings: ``REST_FRAMEWORK = {"EXCEPTION_HANDLER": "qlause.drf.exception_handler"}``. Without it the
    status is 400 too, and the body is ``{"detail": …}``.

    Args:
        error: The exception that the view raised.
        context: The view and the request.

    Returns:
        The response; None for an exception that is no answer to a client.

    """
    if isinstance(error, QlauseError):
        error = RefusedError(error)
    response = default_exception_handler(error, context)
    if isinstance(error, RefusedError):
        response.data = error.error.to_problem()
        if isinstance(getattr(context["request"], "accepted_renderer", None), JSONRenderer):
            response.content_type = PROBLEM_JSON
    return response


@contextmanager
def refusing() -> Iterator[None]:
    """Turn a QlauseError that is raised inside into a RefusedError."""
    try:
        yield
    except QlauseError as error:
        raise RefusedError(error) from error


def listing_of(view: Any) -> Listing:
    """The listing of a view."""
    listing = getattr(view, "listing", None)
    if not isinstance(listing, Listing):
        raise ImproperlyConfigured(f"{type(view).__name__} needs an attribute listing, a qlause.Listing")
    return listing


def list_request(request: Any, view: Any) -> ListRequest:
    """Read the request to a list, with the server's own condition. Raises RefusedError."""
    read = request_of(request)
    if read is None:
        listing = listing_of(view)
        with refusing():
            context = view.get_cursor_context() if hasattr(view, "get_cursor_context") else ()
            ignored = _read_by_the_framework(request)
            read = listing.read(query_string(request), request.headers, ignore=ignored, context=context)
        read = restricted(read, view)
        setattr(request, _ATTRIBUTE, read)
    return read


def request_of(request: Any) -> ListRequest | None:
    """The request to a list, if it has been read."""
    return getattr(request, _ATTRIBUTE, None)


def restricted(read: ListRequest, view: Any) -> ListRequest:
    """The request with the condition of the view's ``get_restriction``."""
    if hasattr(view, "get_restriction"):
        return read.restricted(view.get_restriction())
    if read.listing.restricted:
        raise ImproperlyConfigured(f"{type(view).__name__} needs a method get_restriction: its listing is restricted")
    return read


def public_fields(read: ListRequest) -> BoundFields:
    """The fields to keep and to leave out by their public names, which are those of a serializer."""
    fields = read.fields
    asked = [public for public, _ in fields.names or ()]
    hidden = [path.segments for path in read.listing.schema.hidden()]
    if fields.include is None:  # everything, so what is hidden is in there under its name in a row, too
        hidden += fields.exclude
    include = None if fields.include is None else outermost(asked)
    return BoundFields(include, tuple(keys for keys in hidden if keys not in asked))


def _read_by_the_framework(request: Any) -> list[str]:
    """The names of the parameters that Django REST framework reads itself."""
    names = [api_settings.URL_FORMAT_OVERRIDE] if api_settings.URL_FORMAT_OVERRIDE else []
    scheme = getattr(request, "versioning_scheme", None)
    return [*names, scheme.version_param] if isinstance(scheme, QueryParameterVersioning) else names
