"""The orders that requests ask for, and the queries that they ask with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

__all__ = [
    "FOUR",
    "LIMIT",
    "NAMES",
    "QUERIES",
    "ROWS",
    "SORT",
    "TWO",
    "Request",
    "Requests",
    "mapped",
    "stored",
    "text_of",
]

ROWS: Final = 200
LIMIT: Final = 20
SORT: Final = "name:desc"
TWO: Final = "two clauses"
FOUR: Final = "four clauses, a range and a list"
QUERIES: Final = {
    TWO: "name:n{0} qty:>{0}",
    FOUR: "name:n{0} qty:(>={0} AND <{1}) active:true status:(OPEN,DONE,s{0})",
}
NAMES: Final = ("active", "id", "name", "qty", "status")
Request: TypeAlias = Callable[[int], object]
Requests: TypeAlias = tuple[dict[str, tuple[Request, Request]], Callable[[], object]]
"""By query: a request by hand and by qlause, of a number; and what makes a library forget its statements."""


def text_of(query: str, number: int) -> str:
    """The text of ``q`` of one of the queries."""
    return QUERIES[query].format(number, number + 10)


def stored() -> Iterator[dict[str, Any]]:
    """The orders."""
    for number in range(ROWS):
        status = ("OPEN", "DONE", None)[number % 3]
        yield {"id": number, "name": f"n{number}", "qty": number + number % 2, "active": True, "status": status}


def mapped() -> tuple[Any, Any, Any]:
    """The class and the table of orders in SQLAlchemy, and a session of a database with them."""
    from sqlalchemy import Boolean, Column, Integer, MetaData, String, Table, create_engine, insert
    from sqlalchemy.orm import Session, registry

    class Order:
        id: int

    mappers = registry(metadata=MetaData())
    columns: list[Column[Any]] = [
        *(Column("name", String), Column("qty", Integer)),
        *(Column("active", Boolean), Column("status", String)),
    ]
    table = Table("orders", mappers.metadata, Column("id", Integer, primary_key=True), *columns)
    mappers.map_imperatively(Order, table)
    session = Session(create_engine("sqlite://"))
    mappers.metadata.create_all(session.connection())
    session.execute(insert(table), list(stored()))
    return Order, table, session
