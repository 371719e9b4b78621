"""The orders in SQLAlchemy, and the ids that a condition selects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    delete,
    select,
)
from sqlalchemy.orm import Session

from engines.orm import ORM_DIALECTS
from qlause import sqlalchemy as qs

from .databases import engine
from .sqlalchemy_tables import Base, Customer, Line, Order, Status

__all__ = ["SCHEMA", "ids", "session"]

SCHEMA = qs.schema_of(Order, exclude=["secret"], relations=["lines", "customer"])


@pytest.fixture(params=ORM_DIALECTS)
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    with Session(engine(request.param)) as found:
        for table in reversed(Base.metadata.sorted_tables):
            found.execute(delete(table))
        found.add_all(
            [
                Customer(id=7, name="ACME"),
                Order(id=1, name="John", qty=5, status=Status.OPEN, customer_id=7, data={"a": [1, {"b": "x"}]}),
                Order(id=2, name="JOHNNY", qty=3, status=Status.DONE, data=["x"]),
                Order(id=3, qty=5),
                Order(id=4, name="Jane", data={"a": None}),
            ]
        )
        found.flush()
        found.add_all(
            [Line(id=1, order_id=1, sku="A", qty=1), Line(id=2, order_id=1, sku="A2"), Line(id=3, order_id=3, sku="B")]
        )
        found.flush()
        yield found
        found.rollback()


def ids(session: Session, condition: Any, entity: Any = Order) -> list[int]:
    return list(session.scalars(select(entity.id).where(condition).order_by(entity.id)))
