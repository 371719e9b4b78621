"""The same tables as ``examples.shop`` has for Django, as ORM classes and Core tables of SQLAlchemy."""

from __future__ import annotations

import enum
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import JSON, BigInteger, DateTime, Enum, ForeignKey, Interval, MetaData, Numeric, String, Time
from sqlalchemy.dialects.mysql import DATETIME, TIME
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

__all__ = ["Base", "Customer", "Document", "Line", "Order", "Status"]

ANY_JSON: Final = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    metadata = MetaData()
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy's own way
        str: String(40),
        datetime: DateTime(timezone=True).with_variant(DATETIME(fsp=6), "mysql", "mariadb"),
        time: Time().with_variant(TIME(fsp=6), "mysql", "mariadb"),
    }


class Status(enum.Enum):
    OPEN = "open"
    DONE = "done"


class Document(Base):
    __tablename__ = "sa_documents"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    doc: Mapped[Any] = mapped_column(ANY_JSON)


class Customer(Base):
    __tablename__ = "sa_customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Order(Base):
    __tablename__ = "sa_orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column("order_name")
    qty: Mapped[int | None] = mapped_column(BigInteger)
    price: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    active: Mapped[bool | None]
    at: Mapped[datetime | None]
    day: Mapped[date | None]
    opens: Mapped[time | None]
    ref: Mapped[UUID | None]
    status: Mapped[Status | None] = mapped_column(Enum(Status))
    data: Mapped[Any] = mapped_column(JSON, nullable=True)  # in PostgreSQL json, not jsonb
    secret: Mapped[str] = mapped_column(default="hush")
    wait: Mapped[timedelta | None] = mapped_column(Interval)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("sa_customers.id"))
    customer: Mapped[Customer | None] = relationship()
    lines: Mapped[list[Line]] = relationship(back_populates="order")


class Line(Base):
    __tablename__ = "sa_lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("sa_orders.id"))
    sku: Mapped[str]
    qty: Mapped[int | None]
    order: Mapped[Order] = relationship(back_populates="lines")
