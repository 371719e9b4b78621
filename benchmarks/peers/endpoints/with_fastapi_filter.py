from datetime import datetime

from fastapi import FastAPI
from fastapi_filter import FilterDepends
from fastapi_filter.contrib.sqlalchemy import Filter
from fastapi_pagination import Page, add_pagination
from fastapi_pagination.ext.sqlalchemy import paginate
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import Session

from .contacts import Order, engine


class OrderFilter(Filter):
    id: int | None = None
    id__in: list[int] | None = None
    name: str | None = None
    name__ilike: str | None = None
    qty: int | None = None
    qty__gt: int | None = None
    qty__lt: int | None = None
    status: str | None = None
    status__in: list[str] | None = None
    at__gte: datetime | None = None
    at__lt: datetime | None = None
    order_by: list[str] | None = None

    class Constants(Filter.Constants):
        model = Order


class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    name: str | None
    qty: int | None
    status: str
    at: datetime


app = FastAPI()


@app.get("/orders")
def list_orders(filters: OrderFilter = FilterDepends(OrderFilter)) -> Page[OrderOut]:
    with Session(engine) as session:
        return paginate(session, filters.sort(filters.filter(select(Order))))


add_pagination(app)
