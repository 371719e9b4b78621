from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

from qlause import Listing, ListRequest
from qlause.fastapi import handle_errors, listing, respond, responses
from qlause.sqlalchemy import page, schema_of

from .contacts import Order, engine

orders = Listing(schema_of(Order, exclude=["secret"]), cursor_secret=b"a secret")
app = FastAPI()
handle_errors(app)


@app.get("/orders", responses=responses(orders))
def list_orders(request: Annotated[ListRequest, Depends(listing(orders))]):
    with Session(engine) as session:
        return respond(page(session, Order, request))
