"""One request through SQLAlchemy and Django: a query with a sort and a limit, beside conditions written by hand.

Each request has other constants. It is measured from the text of the request to the rows of an in-memory SQLite, for a
structure that was met before, and for the first of a structure: then nothing is kept of it by qlause or the library.
An endpoint is measured from the query string to the body and the headers of the response.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from qlause.integrations.embedding import CONDITIONS

from ..measure import Row, in_pairs, ratio
from ..packages import MISSING, installed

__all__ = ["run"]

_ROWS: Final = 200
_LIMIT: Final = 20
_ROUNDS: Final = 200  # some microseconds are looked for
_SORT: Final = "name:desc"
_TWO: Final = "two clauses"
_FOUR: Final = "four clauses, a range and a list"
_QUERIES: Final = {
    _TWO: "name:n{0} qty:>{0}",
    _FOUR: "name:n{0} qty:(>={0} AND <{1}) active:true status:(OPEN,DONE,s{0})",
}
_Request = Callable[[int], object]
_Requests = tuple[dict[str, tuple[_Request, _Request]], Callable[[], object]]


class _Library(NamedTuple):
    """A library, the requests through it by query: by hand and by qlause; and how it forgets its statements."""

    name: str
    requests: dict[str, tuple[_Request, _Request]]
    forget: Callable[[], object]


def run() -> list[Row]:
    """One row a library, query, and whether its structure was met: microseconds by hand and by qlause."""
    libraries: tuple[tuple[str, str, Callable[[], _Requests]], ...] = (
        ("sqlalchemy", "SQLAlchemy ORM", partial(_sqlalchemy, is_orm=True)),
        ("sqlalchemy", "SQLAlchemy Core", partial(_sqlalchemy, is_orm=False)),
        ("sqlalchemy", "an endpoint on SQLAlchemy ORM", _endpoint),
        ("django", "Django", _django),
    )
    rows: list[Row] = []
    for distribution, name, load in libraries:
        if installed(distribution):
            rows += _rows(_Library(name, *load()))
        else:
            rows += [_row(name, query, structure, None) for query in _QUERIES for structure in ("met before", "first")]
    return rows


def _rows(library: _Library) -> Iterator[Row]:
    for query, (by_hand, by_qlause) in library.requests.items():
        assert [by_hand(number) for number in range(_ROWS)] == [by_qlause(number) for number in range(_ROWS)]
        hand, ours = _in_turns(by_hand), _in_turns(by_qlause)
        yield _row(library.name, query, "met before", in_pairs(hand, ours, _ROUNDS))
        hand, ours = _forgotten(hand, library.forget), _forgotten(ours, library.forget)
        yield _row(library.name, query, "first", in_pairs(hand, ours, _ROUNDS))


def _row(library: str, query: str, structure: str, spent: tuple[float, float] | None) -> Row:
    names = {"library": library, "query": query, "structure": structure}
    if spent is None:
        figures = dict.fromkeys(["by hand µs", "qlause µs", "added µs", "qlause : by hand"])
        return {**names, **figures, "note": MISSING}
    by_hand, by_qlause = spent
    return {
        **names,
        "by hand µs": round(by_hand * 1e6, 1),
        "qlause µs": round(by_qlause * 1e6, 1),
        "added µs": round((by_qlause - by_hand) * 1e6, 1),
        "qlause : by hand": ratio(by_qlause, by_hand),
        "note": "",
    }


def _in_turns(request: _Request) -> Callable[[], object]:
    following = cycle(range(_ROWS)).__next__
    return lambda: request(following())


def _forgotten(request: Callable[[], object], forget: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        forget()
        CONDITIONS.clear()
        return request()

    return run


def _text(query: str, number: int) -> str:
    return _QUERIES[query].format(number, number + 10)


def _stored() -> Iterator[dict[str, Any]]:
    for number in range(_ROWS):
        status = ("OPEN", "DONE", None)[number % 3]
        yield {"id": number, "name": f"n{number}", "qty": number + number % 2, "active": True, "status": status}


def _orders() -> tuple[Any, Any, Any]:
    """The class and the table of orders, and a session of a database with them."""
    from sqlalchemy import Boolean, Column, Integer, MetaData, String, Table, create_engine, insert
    from sqlalchemy.orm import Session, registry

    class Order:
        id: int

    mapped = registry(metadata=MetaData())
    columns: list[Column[Any]] = [
        *(Column("name", String), Column("qty", Integer)),
        *(Column("active", Boolean), Column("status", String)),
    ]
    table = Table("orders", mapped.metadata, Column("id", Integer, primary_key=True), *columns)
    mapped.map_imperatively(Order, table)
    session = Session(create_engine("sqlite://"))
    mapped.metadata.create_all(session.connection())
    session.execute(insert(table), list(_stored()))
    return Order, table, session


def _sqlalchemy(*, is_orm: bool) -> _Requests:
    from sqlalchemy import select, true

    from qlause import sqlalchemy as qs

    mapped, table, session = _orders()
    source: Any = mapped if is_orm else table
    fields: Any = mapped if is_orm else table.c
    schema = qs.schema_of(source)

    def ids(*conditions: Any, order: list[Any]) -> list[int]:
        statement = select(source).where(*conditions).order_by(*order).limit(_LIMIT)
        rows = session.scalars(statement) if is_orm else session.execute(statement)
        return [row.id for row in rows]

    def by_hand(*conditions: Any) -> list[int]:
        return ids(*conditions, order=[fields.name.desc().nulls_last(), fields.id])

    def two(number: int) -> list[int]:
        return by_hand(fields.name == f"n{number}", fields.qty > number)

    def four(number: int) -> list[int]:
        return by_hand(
            fields.name == f"n{number}",
            fields.qty >= number,
            fields.qty < number + 10,
            fields.active == true(),
            fields.status.in_(["OPEN", "DONE", f"s{number}"]),
        )

    def by_qlause(query: str) -> _Request:
        return lambda number: ids(
            qs.where(_text(query, number), source, schema=schema), order=qs.order_by(_SORT, source, schema=schema)
        )

    forget = session.get_bind().clear_compiled_cache
    return {_TWO: (two, by_qlause(_TWO)), _FOUR: (four, by_qlause(_FOUR))}, forget


def _endpoint() -> _Requests:
    from sqlalchemy import select, true

    from qlause import Listing
    from qlause import sqlalchemy as qs
    from qlause.integrations.web.body import page_body

    order, _, session = _orders()
    listing = Listing(qs.schema_of(order), page_size=_LIMIT)
    names = ("active", "id", "name", "qty", "status")

    def text(query: str, number: int) -> bytes:
        return urlencode({"q": _text(query, number), "sort": _SORT, "pageSize": _LIMIT}).encode()

    def by_hand(query: str, number: int, *conditions: Any) -> tuple[bytes, dict[str, str]]:
        parameters = dict(parse_qsl(text(query, number).decode()))
        size, page = int(parameters["pageSize"]), int(parameters.get("pageNumber", "1"))
        statement = select(order).where(*conditions).order_by(order.name.desc().nulls_last(), order.id)
        rows = session.scalars(statement.limit(size + 1).offset((page - 1) * size)).all()
        items = [{name: getattr(row, name) for name in names} for row in rows[:size]]
        first, following = (urlencode({**parameters, "pageNumber": number}) for number in (page, page + 1))
        links = [f'<?{first}>; rel="first"', *([f'<?{following}>; rel="next"'] if len(rows) > size else [])]
        headers = {"Link": ", ".join(links), "Vary": "X-Total-Count"}
        return json.dumps(items, separators=(",", ":")).encode(), headers

    def two(number: int) -> object:
        return by_hand(_TWO, number, order.name == f"n{number}", order.qty > number)

    def four(number: int) -> object:
        listed = order.status.in_(["OPEN", "DONE", f"s{number}"])
        limits = (order.qty >= number, order.qty < number + 10)
        return by_hand(_FOUR, number, order.name == f"n{number}", *limits, order.active == true(), listed)

    def by_qlause(query: str) -> _Request:
        def answer(number: int) -> object:
            page = qs.page(session, order, listing.read(text(query, number)))
            return page_body(page, envelope=False), page.headers("")

        return answer

    forget = session.get_bind().clear_compiled_cache
    return {_TWO: (two, by_qlause(_TWO)), _FOUR: (four, by_qlause(_FOUR))}, forget


def _django() -> _Requests:
    from examples.shop import setup

    setup()
    from django.db import connection
    from django.db.models import F

    from examples.shop.models import Customer, Order
    from qlause import Field
    from qlause import django as qd

    schema = qd.schema_of(Order, fields={"status": Field(type="string", column="status")})
    with connection.schema_editor() as editor:
        for model in (Customer, Order):
            if model._meta.db_table not in connection.introspection.table_names():
                editor.create_model(model)
    Order.objects.all().delete()
    Order.objects.bulk_create([Order(**row) for row in _stored()])

    def ids(orders: Any, order: list[Any]) -> list[int]:
        return [found.id for found in orders.order_by(*order)[:_LIMIT]]

    def by_hand(**lookups: Any) -> list[int]:
        return ids(Order.objects.filter(**lookups), [F("name").desc(nulls_last=True), "pk"])

    def two(number: int) -> list[int]:
        return by_hand(name=f"n{number}", qty__gt=number)

    def four(number: int) -> list[int]:
        statuses = ["OPEN", "DONE", f"s{number}"]
        return by_hand(name=f"n{number}", qty__gte=number, qty__lt=number + 10, active=True, status__in=statuses)

    def by_qlause(query: str) -> _Request:
        return lambda number: ids(
            Order.objects.filter(qd.where(_text(query, number), schema=schema)), qd.order_by(_SORT, schema=schema)
        )

    return {_TWO: (two, by_qlause(_TWO)), _FOUR: (four, by_qlause(_FOUR))}, lambda: None
