"""One request through SQLAlchemy and Django: a query with a sort and a limit, beside conditions written by hand.

Each request has other constants. It is measured from the text of the request to the rows of an in-memory SQLite, for a
structure that was met before, and for the first of a structure: then nothing is kept of it by qlause or the library.
An endpoint is measured from the query string to the body and the headers of the response. Only the time of this process
counts, not that of a server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from typing import Any, Final, NamedTuple

from engines.missing import NotInstalledError
from qlause.backends.mongo.filters import TEMPLATES
from qlause.backends.sql.compiler import STATEMENTS
from qlause.integrations.embedding import CONDITIONS

from ..measure import Row, in_pairs, ratio
from ..packages import MISSING, installed
from . import endpoints
from .orders import FOUR, LIMIT, QUERIES, ROWS, SORT, TWO, Request, Requests, mapped, stored, text_of

__all__ = ["run"]

_ROUNDS: Final = 200  # some microseconds are looked for


class _Library(NamedTuple):
    """A library, the requests through it by query: by hand and by qlause; and how it forgets its statements."""

    name: str
    requests: dict[str, tuple[Request, Request]]
    forget: Callable[[], object]


def run() -> list[Row]:
    """One row a library, query, and whether its structure was met: microseconds by hand and by qlause."""
    libraries: tuple[tuple[str, str, Callable[[], Requests]], ...] = (
        ("sqlalchemy", "SQLAlchemy ORM", partial(_sqlalchemy, is_orm=True)),
        ("sqlalchemy", "SQLAlchemy Core", partial(_sqlalchemy, is_orm=False)),
        ("django", "Django", _django),
        ("sqlalchemy", "an endpoint on SQLAlchemy ORM", endpoints.on_sqlalchemy),
        ("psycopg", "an endpoint on psycopg", endpoints.on_psycopg),
        ("pymongo", "an endpoint on pymongo", endpoints.on_pymongo),
    )
    rows: list[Row] = []
    for distribution, name, load in libraries:
        try:
            rows += _rows(_Library(name, *load())) if installed(distribution) else _missing(name, MISSING)
        except NotInstalledError as error:
            rows += _missing(name, str(error))
    return rows


def _missing(library: str, note: str) -> Iterator[Row]:
    for query in QUERIES:
        for structure in ("met before", "first"):
            yield _row(library, query, structure, None, note)


def _rows(library: _Library) -> Iterator[Row]:
    for query, (by_hand, by_qlause) in library.requests.items():
        assert [by_hand(number) for number in range(ROWS)] == [by_qlause(number) for number in range(ROWS)]
        hand, ours = _in_turns(by_hand), _in_turns(by_qlause)
        yield _row(library.name, query, "met before", in_pairs(hand, ours, _ROUNDS))
        hand, ours = _forgotten(hand, library.forget), _forgotten(ours, library.forget)
        yield _row(library.name, query, "first", in_pairs(hand, ours, _ROUNDS))


def _row(library: str, query: str, structure: str, spent: tuple[float, float] | None, note: str = "") -> Row:
    names = {"library": library, "query": query, "structure": structure}
    if spent is None:
        figures = dict.fromkeys(["by hand µs", "qlause µs", "added µs", "qlause : by hand"])
        return {**names, **figures, "note": note}
    by_hand, by_qlause = spent
    return {
        **names,
        "by hand µs": round(by_hand * 1e6, 1),
        "qlause µs": round(by_qlause * 1e6, 1),
        "added µs": round((by_qlause - by_hand) * 1e6, 1),
        "qlause : by hand": ratio(by_qlause, by_hand),
        "note": note,
    }


def _in_turns(request: Request) -> Callable[[], object]:
    following = cycle(range(ROWS)).__next__
    return lambda: request(following())


def _forgotten(request: Callable[[], object], forget: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        forget()
        for kept in (CONDITIONS, STATEMENTS, TEMPLATES):
            kept.clear()
        return request()

    return run


def _sqlalchemy(*, is_orm: bool) -> Requests:
    from sqlalchemy import select, true

    from qlause import sqlalchemy as qs

    order, table, session = mapped()
    source: Any = order if is_orm else table
    fields: Any = order if is_orm else table.c
    schema = qs.schema_of(source)

    def ids(*conditions: Any, order: list[Any]) -> list[int]:
        statement = select(source).where(*conditions).order_by(*order).limit(LIMIT)
        rows = session.scalars(statement) if is_orm else session.execute(statement)
        return [row.id for row in rows]

    def by_hand(*conditions: Any) -> list[int]:
        return ids(*conditions, order=[fields.name.desc().nulls_last(), fields.id.desc()])

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

    def by_qlause(query: str) -> Request:
        return lambda number: ids(
            qs.where(text_of(query, number), source, schema=schema), order=qs.order_by(SORT, source, schema=schema)
        )

    forget = session.get_bind().clear_compiled_cache
    return {TWO: (two, by_qlause(TWO)), FOUR: (four, by_qlause(FOUR))}, forget


def _django() -> Requests:
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
    Order.objects.bulk_create([Order(**row) for row in stored()])

    def ids(orders: Any, order: list[Any]) -> list[int]:
        return [found.id for found in orders.order_by(*order)[:LIMIT]]

    def by_hand(**lookups: Any) -> list[int]:
        return ids(Order.objects.filter(**lookups), [F("name").desc(nulls_last=True), "-pk"])

    def two(number: int) -> list[int]:
        return by_hand(name=f"n{number}", qty__gt=number)

    def four(number: int) -> list[int]:
        statuses = ["OPEN", "DONE", f"s{number}"]
        return by_hand(name=f"n{number}", qty__gte=number, qty__lt=number + 10, active=True, status__in=statuses)

    def by_qlause(query: str) -> Request:
        return lambda number: ids(
            Order.objects.filter(qd.where(text_of(query, number), schema=schema)), qd.order_by(SORT, schema=schema)
        )

    return {TWO: (two, by_qlause(TWO)), FOUR: (four, by_qlause(FOUR))}, lambda: None
