"""The rows that every endpoint serves, in a table of SQLAlchemy and in a model of Django."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import BigInteger, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool

__all__ = ["ROWS", "Order", "django_model", "engine"]


def _row(number: int, name: str | None, qty: int | None, status: str, at: str) -> dict[str, Any]:
    return {"id": number, "name": name, "qty": qty, "status": status, "at": at, "secret": f"s{number}"}


ROWS: Final = (
    _row(1, "Ada", 5, "OPEN", "2024-03-01T09:00:00+00:00"),
    _row(2, "Bob", None, "DONE", "2024-03-01T07:00:00+00:00"),
    _row(3, None, 2, "OPEN", "2024-03-01T08:00:00+00:00"),
    _row(4, "Eve", None, "DONE", "2024-03-02T00:00:00+00:00"),
    _row(5, "x' OR '1'='1", 9, "OPEN", "2024-02-29T12:00:00+00:00"),
    _row(6, "Zoe", 2, "DONE", "2024-03-01T07:30:00+00:00"),
)


class _Base(DeclarativeBase):
    pass


class Order(_Base):
    """The table, as an application has it."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    qty: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str]
    at: Mapped[datetime]
    secret: Mapped[str]


engine: Final = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
_Base.metadata.create_all(engine)
with Session(engine) as _session:
    _session.add_all(
        [Order(**{**row, "at": datetime.fromisoformat(row["at"]).replace(tzinfo=None)}) for row in ROWS]  # UTC
    )
    _session.commit()


@cache
def django_model() -> Any:
    """The model, with the rows in a database in memory."""
    from examples.shop import setup

    setup()
    from django.db import connection

    from examples.shop.models import Customer
    from examples.shop.models import Order as ShopOrder

    with connection.schema_editor() as editor:
        for model in (Customer, ShopOrder):
            if model._meta.db_table not in connection.introspection.table_names():
                editor.create_model(model)
    ShopOrder.objects.all().delete()
    ShopOrder.objects.bulk_create([ShopOrder(**row) for row in ROWS])
    return ShopOrder
