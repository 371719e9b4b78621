from datetime import datetime

from fastapi import FastAPI, HTTPException
from odata_query.exceptions import ODataException
from odata_query.sqlalchemy import apply_odata_query
from pydantic import BaseModel, ConfigDict
from sqlakeyset import InvalidPage, select_page
from sqlalchemy import select
from sqlalchemy.orm import Session

from .contacts import Order, engine

SORTABLE = {name: getattr(Order, name) for name in ("id", "name", "qty", "status", "at")}


class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    name: str | None
    qty: int | None
    status: str
    at: datetime


class OrderPage(BaseModel):
    items: list[OrderOut]
    next: str | None


app = FastAPI()


@app.get("/orders")
def list_orders(filter: str = "", sort: str = "id", size: int = 50, page: str | None = None) -> OrderPage:
    if sort.removeprefix("-") not in SORTABLE:
        raise HTTPException(400, f"there is no field {sort}")
    column = SORTABLE[sort.removeprefix("-")]
    try:
        statement = apply_odata_query(select(Order), filter) if filter else select(Order)
        statement = statement.order_by(column.desc() if sort.startswith("-") else column, Order.id)
        with Session(engine) as session:
            found = select_page(session, statement, per_page=size, page=page)
            items = [OrderOut.model_validate(order) for (order,) in found]
            return OrderPage(items=items, next=found.paging.bookmark_next if found.paging.has_next else None)
    except (ODataException, InvalidPage) as error:
        raise HTTPException(400, str(error)) from error
