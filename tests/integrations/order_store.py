"""The tables of orders on each database, through SQLAlchemy and through Django, with one face."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

from sqlalchemy import delete, insert, null, select
from sqlalchemy.orm import Session

from engines.orm import ORM_DIALECTS, OrmDialect
from qlause import Query, Schema, Sort
from qlause import sqlalchemy as of_sqlalchemy
from qlause.bound.sort import SortOptions

from . import sqlalchemy_tables as tables
from .databases import django_alias, engine

__all__ = ["ORDER_STORES", "OrderStore", "order_store"]

_RELATIONS: Final = ("lines", "customer")
_HIDDEN: Final = ("secret", "lines.id", "lines.order_id", "customer.id", "customer_id")
_Documents = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class OrderStore:
    """Orders, as documents of ``schema``, in the tables of one database."""

    schema: Schema
    fill: Callable[[_Documents], None]
    """Put these orders in the place of all."""
    selected: Callable[[Query, bool], list[int]]
    """The ids of the orders that a query selects or, under the library's own NOT, does not select."""
    ordered: Callable[[Sort, SortOptions], list[int]]
    """The ids of all orders, sorted."""


@cache
def order_store(name: str) -> OrderStore:
    """The orders of a library on a database. Raises NotInstalledError without a server or its driver."""
    return _OPEN[name]()


def _rows(stored: _Documents) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    customers, orders, lines = [], [], []
    columns = ("id", "name", "qty", "price", "active", "at", "day", "opens", "ref", "status", "data")
    for document in stored:
        order = {column: document.get(column) for column in columns}
        if "customer" in document:
            customers.append({"id": document["id"], "name": document["customer"]["name"]})
        orders.append({**order, "customer_id": document["id"] if "customer" in document else None})
        lines += [
            {"order_id": document["id"], "sku": line["sku"], "qty": line.get("qty")}
            for line in document.get("lines", ())
        ]
    return customers, orders, lines


def _with_data(stored: _Documents) -> set[int]:
    """The orders whose JSON is there, be it null."""
    return {document["id"] for document in stored if "data" in document}


def _sqlalchemy(database: OrmDialect) -> OrderStore:
    opened, order = engine(database), tables.Order
    schema = of_sqlalchemy.schema_of(order, relations=_RELATIONS, exclude=_HIDDEN)

    def fill(stored: _Documents) -> None:
        customers, orders, lines = _rows(stored)
        orders = [{**row, "status": row["status"] and tables.Status[row["status"]]} for row in orders]
        orders = [{**row, "data": row["data"] if row["id"] in _with_data(stored) else null()} for row in orders]
        with Session(opened) as session, session.begin():
            kinds: list[tuple[type[tables.Base], list[dict[str, Any]]]]
            kinds = [(tables.Customer, customers), (order, orders), (tables.Line, lines)]
            for kind, _ in reversed(kinds):
                session.execute(delete(kind))
            for kind, rows in kinds:
                if rows:
                    session.execute(insert(kind), rows)

    def selected(query: Query, negated: bool) -> list[int]:
        condition = of_sqlalchemy.where(query, order, schema=schema)
        with Session(opened) as session:
            return list(session.scalars(select(order.id).where(~condition if negated else condition)))

    def ordered(sort: Sort, options: SortOptions) -> list[int]:
        with Session(opened) as session:
            terms = of_sqlalchemy.order_by(sort, order, **options)
            return list(session.scalars(select(order.id).order_by(*terms)))

    return OrderStore(schema, fill, selected, ordered)


def _django(database: OrmDialect) -> OrderStore:
    alias = django_alias(database)
    from django.db.models import JSONField, Value

    from examples.shop.models import Customer, Line, Order
    from qlause import django as of_django

    schema = of_django.schema_of(Order, relations=_RELATIONS, exclude=_HIDDEN)
    orders_there = Order.objects.using(alias)

    def fill(stored: _Documents) -> None:
        models: tuple[Any, ...] = (Customer, Order, Line)
        for model in reversed(models):
            model.objects.using(alias).all().delete()
        for model, rows in zip(models, _rows(stored), strict=True):
            model.objects.using(alias).bulk_create([model(**row) for row in rows])
        with_null = [document["id"] for document in stored if document.get("data", "") is None]
        orders_there.filter(id__in=with_null).update(data=Value(None, JSONField()))

    def selected(query: Query, negated: bool) -> list[int]:
        condition = of_django.where(query, schema=schema)
        found = orders_there.exclude(condition) if negated else orders_there.filter(condition)
        return list(found.values_list("id", flat=True))

    def ordered(sort: Sort, options: SortOptions) -> list[int]:
        terms = of_django.order_by(sort, **options)
        return list(orders_there.order_by(*terms).values_list("id", flat=True))

    return OrderStore(schema, fill, selected, ordered)


_OPEN: Final[Mapping[str, Callable[[], OrderStore]]] = {
    **{f"sqlalchemy {database}": partial(_sqlalchemy, database) for database in ORM_DIALECTS},
    **{f"django {database}": partial(_django, database) for database in ORM_DIALECTS},
}
ORDER_STORES: Final = tuple(_OPEN)
