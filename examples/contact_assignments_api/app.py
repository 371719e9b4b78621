"""The endpoints."""

# FastAPI reads annotations when the app is made, so they are not postponed.
import secrets
from collections.abc import Sequence
from typing import Annotated, Any, Final, TypeAlias

from fastapi import APIRouter, Depends, FastAPI, Path, Request, Response, Security
from fastapi.responses import JSONResponse
from pydantic import BaseModel

import qlause.starlette
from qlause import ListRequest
from qlause.starlette import respond

from .documents import LISTINGS, PARAMETERS, Id, NewAssignment, PutAssignment
from .errors import ApiError, NotFoundError, handle_errors, known_parameters, responses
from .store import Draft, Store
from .tokens import MANAGE, READ, Caller, Tokens, caller, token_router

__all__ = ["make_app"]

PATH: Final = "/customer-management/{tenant}/contact-assignments"
ONE: Final = f"{PATH}/{{contactAssignmentId}}"
_LIST: Final = LISTINGS["en"].openapi()
_ITEM: Final = _LIST["responses"]["200"]["content"]["application/json"]["schema"]["items"]
AssignmentId: TypeAlias = Annotated[Id, Path(alias="contactAssignmentId")]


class Created(BaseModel):
    """The id of what was created."""

    id: str


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def _asked(request: Request, reader: Annotated[Caller, Security(caller, scopes=[READ])]) -> ListRequest:
    """Read the parameters. Whatever they select, it is of the tenant."""
    read = qlause.starlette.listing(LISTINGS[reader.language], request)
    return read.restricted({"tenant": reader.tenant})


def _asked_for_one(
    request: Request, reader: Annotated[Caller, Security(caller, scopes=[READ])], assignment: AssignmentId
) -> ListRequest:
    """Read the parameter ``fields``."""
    _refuse_others(request, ["fields"])
    return _asked(request, reader).restricted({"id": assignment})


def _writer(request: Request, manager: Annotated[Caller, Security(caller, scopes=[MANAGE])]) -> Caller:
    """Who may write. There are no parameters."""
    _refuse_others(request, [])
    return manager


Stored: TypeAlias = Annotated[Store, Depends(_store)]
Writer: TypeAlias = Annotated[Caller, Depends(_writer)]
router: Final = APIRouter()


@router.get(
    PATH,
    responses={200: _LIST["responses"]["200"], **responses(400, 401, 403, 500)},
    openapi_extra={"parameters": _LIST["parameters"]},
)
def list_assignments(request: Annotated[ListRequest, Depends(_asked)], store: Stored) -> Any:
    """List contact assignments."""
    return respond(store.page(request))


@router.get(
    ONE,
    responses={
        200: {"description": "The contact assignment.", "content": {"application/json": {"schema": _ITEM}}},
        **responses(400, 401, 403, 404, 500),
    },
    openapi_extra={"parameters": [PARAMETERS["fields"]]},
)
def get_assignment(
    request: Annotated[ListRequest, Depends(_asked_for_one)], assignment: AssignmentId, store: Stored
) -> Any:
    """Return one contact assignment."""
    items = store.page(request).items
    if not items:
        raise NotFoundError(assignment)
    return JSONResponse(items[0])


@router.post(PATH, status_code=201, responses=responses(400, 401, 403, 409, 500))
def create_assignment(writer: Writer, body: NewAssignment, store: Stored) -> Created:
    """Create a contact assignment."""
    assignment = body.id or secrets.token_hex(12)
    store.create(writer.tenant, assignment, _draft(body))
    return Created(id=assignment)


@router.put(
    ONE,
    status_code=204,
    response_model=None,
    responses={201: {"model": Created, "description": "It was created."}, **responses(400, 401, 403, 404, 409, 500)},
)
def put_assignment(writer: Writer, assignment: AssignmentId, body: PutAssignment, store: Stored) -> Response:
    """Replace a contact assignment, or create it. With metadata.version only this version is replaced."""
    if body.id not in (None, assignment):
        raise ApiError("the id in the body is another one than in the path", [f"body.id: {body.id}"], assignment)
    version = None if body.metadata is None else body.metadata.version
    if store.put(writer.tenant, assignment, _draft(body), version):
        return JSONResponse({"id": assignment}, 201)
    return Response(status_code=204)


@router.delete(ONE, status_code=204, response_model=None, responses=responses(400, 401, 403, 404, 500))
def delete_assignment(writer: Writer, assignment: AssignmentId, store: Stored) -> Response:
    """Delete a contact assignment."""
    store.delete(writer.tenant, assignment)
    return Response(status_code=204)


def make_app(store: Store, tokens: Tokens) -> FastAPI:
    """Make the application."""
    app = FastAPI(title="Contact assignments", version="1", redirect_slashes=False)
    app.state.store, app.state.tokens = store, tokens
    handle_errors(app, [*token_router.routes, *router.routes])
    app.include_router(token_router)
    app.include_router(router)
    make_document = app.openapi

    def openapi() -> dict[str, Any]:
        """The document of FastAPI, without its status 422: this service answers 400."""
        document = make_document()
        for operations in document["paths"].values():
            for operation in operations.values():
                operation["responses"].pop("422", None)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI documents it
    return app


def _refuse_others(request: Request, known: Sequence[str]) -> None:
    """Refuse a parameter that is not known, as the list does: what a client misspells must not be ignored."""
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        details = [f"{name}: there is no such parameter" for name in unknown]
        raise ApiError("a parameter is refused", [*details, known_parameters(known)])


def _draft(body: NewAssignment) -> Draft:
    draft = {
        "legalEntity": body.legalEntity.id,
        "customer": body.customer.id,
        "type": body.type,
        "primary": body.primary,
    }
    if body.mixins is not None:
        draft["mixins"] = body.mixins
    if body.metadata is not None and body.metadata.mixins is not None:
        draft["metadata_mixins"] = body.metadata.mixins
    return draft
