"""Errors, and the bodies of the contract that answer them."""

# FastAPI reads annotations when the app is made, so they are not postponed.
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match

import qlause.fastapi
from qlause import QlauseError, RequestError

from .documents import PARAMETERS

__all__ = [
    "AlreadyAssignedError",
    "ApiError",
    "ForbiddenError",
    "IdTakenError",
    "NotFoundError",
    "StaleVersionError",
    "UnauthorizedError",
    "UnknownReferenceError",
    "UnstorableError",
    "handle_errors",
    "known_parameters",
    "responses",
]


class ApiError(Exception):
    """A request is answered with an error."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self, message: str, details: Sequence[str] = (), resource_id: str | None = None) -> None:
        super().__init__(message)
        self.details = details
        self.resource_id = resource_id


class ForbiddenError(ApiError):
    """The token does not allow this."""

    status = HTTPStatus.FORBIDDEN


class NotFoundError(ApiError):
    """There is no such assignment."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self, assignment: str) -> None:
        super().__init__("there is no such contact assignment", resource_id=assignment)


class IdTakenError(ApiError):
    """There is an assignment with this id."""

    status = HTTPStatus.CONFLICT

    def __init__(self, assignment: str) -> None:
        super().__init__("there is a contact assignment with this id", resource_id=assignment)


class AlreadyAssignedError(ApiError):
    """The customer is assigned to the legal entity by another assignment."""

    status = HTTPStatus.CONFLICT

    def __init__(self, other: str) -> None:
        super().__init__("the customer is already assigned to the legal entity", resource_id=other)


class StaleVersionError(ApiError):
    """The assignment has another version than the writer has read."""

    status = HTTPStatus.CONFLICT

    def __init__(self, assignment: str, version: int) -> None:
        details = [f"metadata.version: {version} is not its version; read it again"]
        super().__init__("the contact assignment was changed meanwhile", details, assignment)


class UnknownReferenceError(ApiError):
    """The body names an unknown legal entity or customer."""

    def __init__(self, field: str, identifier: str) -> None:
        super().__init__(f"{field}.id: there is no such {'customer' if field == 'customer' else 'legal entity'}")
        self.details = [f"{field}.id: {identifier}"]


class UnstorableError(ApiError):
    """The database cannot hold the document."""

    def __init__(self, assignment: str) -> None:
        super().__init__("the mixins hold something that the database cannot store", resource_id=assignment)


class UnauthorizedError(Exception):
    """There is no token, or it is not good any more. A gateway would answer this, with a body of its own."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class Error(BaseModel):
    """The body of an error."""

    code: int = Field(description="The HTTP status.")
    status: str
    message: str
    details: list[str]
    resourceId: str | None = None  # noqa: N815  # as the contract has it


class FaultDetail(BaseModel):
    """The code of a gateway."""

    errorcode: str


class Fault(BaseModel):
    """What a gateway says."""

    faultstring: str
    detail: FaultDetail


class GatewayError(BaseModel):
    """The body of status 401, which comes from a gateway."""

    fault: Fault


_DESCRIPTIONS: Final = {
    400: "The request is wrong; the details say where.",
    401: "The token is missing, invalid or expired.",
    403: "The token is of another tenant, or a scope is missing.",
    404: "There is no such contact assignment.",
    409: "The id is taken, the customer is already assigned to the legal entity, or the version is stale.",
    500: "The server failed.",
}


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The responses of an endpoint for OpenAPI."""
    return {
        status: {"description": _DESCRIPTIONS[status], "model": GatewayError if status == 401 else Error}
        for status in statuses
    }


def _answer(
    status: int, message: str, details: Sequence[str] = (), resource_id: str | None = None, headers: Any = None
) -> JSONResponse:
    return JSONResponse(_body(status, message, details, resource_id), status, headers)


def _body(status: int, message: str, details: Sequence[str], resource_id: str | None = None) -> dict[str, Any]:
    body = {"code": status, "status": HTTPStatus(status).phrase, "message": message, "details": list(details)}
    return body if resource_id is None else {**body, "resourceId": resource_id}


def _of_qlause(error: QlauseError) -> dict[str, Any]:
    """A parameter of the listing is refused. An unknown one is answered with those that there are."""
    assert isinstance(error, RequestError)  # noqa: S101  # a listing raises nothing else
    problem = error.to_problem()
    details = [
        (f"{each['parameter']}: " if "parameter" in each else "")  # it is about none if there are too many
        + each["message"]
        + (f"; {each['hint']}" if "hint" in each else "")
        for each in problem["errors"]
    ]
    if any(each["code"] == "unknown_parameter" for each in problem["errors"]):
        details.append(known_parameters(PARAMETERS))
    return _body(400, "a parameter is refused", details)


def known_parameters(names: Iterable[str]) -> str:
    """Say which parameters there are."""
    return f"there are the parameters: {', '.join(names) or 'none'}"


def _methods(request: Request, routes: Sequence[BaseRoute]) -> str:
    """The methods that the path of a request takes: each has a route of its own."""
    matching = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for route in matching for method in getattr(route, "methods", ())}))


def handle_errors(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Let an app of these routes answer every error with a body of the contract."""
    qlause.fastapi.handle_errors(app, body=_of_qlause)

    @app.exception_handler(ApiError)
    def _(_: Request, error: ApiError) -> JSONResponse:
        return _answer(error.status, str(error), error.details, error.resource_id)

    @app.exception_handler(UnauthorizedError)
    def _(_: Request, error: UnauthorizedError) -> JSONResponse:
        fault = {"faultstring": str(error), "detail": {"errorcode": error.code}}
        return JSONResponse({"fault": fault}, 401, {"WWW-Authenticate": "Bearer"})

    @app.exception_handler(RequestValidationError)
    def _(_: Request, error: RequestValidationError) -> JSONResponse:
        details = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        return _answer(400, "the request is wrong", details)

    @app.exception_handler(HTTPException)
    def _(request: Request, error: HTTPException) -> JSONResponse:
        headers = {"Allow": _methods(request, routes)} if error.status_code == 405 else error.headers
        return _answer(error.status_code, str(error.detail), headers=headers)

    @app.exception_handler(Exception)
    def _(_: Request, __: Exception) -> JSONResponse:
        return _answer(500, "the server failed; its log says why")
