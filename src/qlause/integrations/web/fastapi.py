"""List endpoints in FastAPI: the parameters are in the OpenAPI page, typed, with descriptions and examples."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import Parameter, Signature
from typing import Any

from fastapi import Depends, Header, Query, Request
from pydantic import BaseModel

from ...listing.listing import Listing
from ...listing.openapi import openapi_parameters, openapi_responses
from ...listing.parameters import Context
from ...listing.request import ListRequest
from .models import envelope_of, partial
from .starlette import handle_errors, respond
from .starlette import listing as read

__all__ = ["Envelope", "Page", "handle_errors", "listing", "respond", "responses"]


def listing(listing: Listing, *, context: Callable[..., Any] | None = None) -> Callable[..., Awaitable[ListRequest]]:
    """Make the dependency that reads the request to a list endpoint.

    Args:
        listing: The listing of the endpoint.
        context: A dependency that gives what cursors are good for besides, such as the tenant of the user, see
            :meth:`qlause.Listing.read`.

    Returns:
        A dependency, ``Annotated[ListRequest, Depends(listing(orders))]``. It raises RequestError, of which
        :func:`handle_errors` makes a response.

    """

    async def dependency(request: Request, context: Context = (), **_: Any) -> ListRequest:
        return read(listing, request, context=context)

    # FastAPI describes the parameters that it sees; their texts are read by the listing alone, from the query string.
    described = [
        Parameter(f"parameter_{number}", Parameter.KEYWORD_ONLY, annotation=Any, default=_parameter(parameter))
        for number, parameter in enumerate(openapi_parameters(listing))
    ]
    request = Parameter("request", Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    if context is not None:
        described.append(Parameter("context", Parameter.KEYWORD_ONLY, annotation=Any, default=Depends(context)))
    dependency.__signature__ = Signature([request, *described], return_annotation=ListRequest)  # type: ignore[attr-defined]  # what inspect reads
    return dependency


class _PageOf(type):
    def __getitem__(cls, model: type[BaseModel]) -> Any:
        """The type of a page of items that a model describes."""
        return list[partial(model)]  # type: ignore[misc]  # a class that is made here


class _EnvelopeOf(type):
    def __getitem__(cls, model: type[BaseModel]) -> Any:
        """The type of a page in an envelope, of items that a model describes."""
        return envelope_of(model)


class Page(metaclass=_PageOf):
    """``Page[Order]`` is the type of a page of items as a pydantic model describes them, with no field required.

    Use it as the ``response_model`` of an endpoint that returns what :func:`respond` makes. Models in the model are
    partial too. Computed fields are not in it, because what they are computed from may be missing.

    Example:
        >>> from pydantic import BaseModel
        >>> from qlause.fastapi import Page
        >>> class Order(BaseModel):
        ...     id: int
        ...     name: str
        >>> Page[Order]
        list[...PartialOrder]

    """


class Envelope(metaclass=_EnvelopeOf):
    """``Envelope[Order]`` is the type of a page in an envelope, as :func:`respond` with ``envelope`` makes it."""


def responses(
    listing: Listing, item: dict[str, Any] | type[BaseModel] | None = None, *, envelope: bool = False
) -> dict[int | str, dict[str, Any]]:
    """The responses of a list endpoint for its OpenAPI page, ``@app.get("/orders", responses=responses(orders))``.

    Args:
        listing: The listing of the endpoint.
        item: A pydantic model of an item, described with no field required, or a JSON Schema. None: that of the
            listing's schema.
        envelope: Whether the body is an object with the items, as :func:`respond` with ``envelope`` makes it.

    Returns:
        The responses 200 and 400.

    """
    described = openapi_responses(listing, None if isinstance(item, type) else item, envelope=envelope)
    if isinstance(item, type):
        del described["200"]["content"]
        described["200"]["model"] = Envelope[item] if envelope else Page[item]
    return {int(status): response for status, response in described.items()}


def _parameter(parameter: dict[str, Any]) -> Any:
    kind = Query if parameter["in"] == "query" else Header
    return kind(
        parameter["schema"].get("default"),
        alias=parameter["name"],
        description=parameter["description"],
        json_schema_extra=parameter["schema"],
        openapi_examples={"example": {"value": parameter["example"]}} if "example" in parameter else None,
    )
