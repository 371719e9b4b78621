"""FastAPI, with an endpoint that is a coroutine and one that runs in a thread."""

# FastAPI reads annotations when the app is made, so they are not postponed.
from typing import Annotated, Any

from fastapi import Depends, FastAPI

from qlause import ListRequest, python
from qlause.fastapi import handle_errors, listing, respond, responses

from ..contacts import DOCUMENTS, LISTINGS

CONTACTS = LISTINGS["/contacts"]
NUMBERED = LISTINGS["/numbered"]
app = FastAPI()
handle_errors(app)


@app.get("/contacts", responses=responses(CONTACTS))
async def contacts(request: Annotated[ListRequest, Depends(listing(CONTACTS))]) -> Any:
    return respond(python.page(DOCUMENTS, request))


@app.get("/numbered", responses=responses(NUMBERED, envelope=True))
def numbered(request: Annotated[ListRequest, Depends(listing(NUMBERED))]) -> Any:
    return respond(python.page(DOCUMENTS, request), envelope=True)
