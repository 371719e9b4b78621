"""A list endpoint by hand and by a Listing, on SQLAlchemy, psycopg and pymongo: query string to body and headers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlencode

from qlause import Listing
from qlause.integrations.web.body import page_body

from .orders import FOUR, LIMIT, NAMES, SORT, TWO, Request, Requests, mapped, stored, text_of

__all__ = ["on_psycopg", "on_pymongo", "on_sqlalchemy"]

_Found: TypeAlias = Callable[[int, int, int], list[Mapping[str, Any]]]
"""The orders that a query by hand selects: of a number, at most so many, after so many."""


def on_sqlalchemy() -> Requests:
    """An endpoint on a class of SQLAlchemy, over SQLite in memory."""
    from sqlalchemy import select, true

    from qlause import sqlalchemy as qs

    order, _, session = mapped()
    listing = Listing(qs.schema_of(order), page_size=LIMIT)

    def found(conditions: Sequence[Any], limit: int, offset: int) -> list[Mapping[str, Any]]:
        statement = select(order).where(*conditions).order_by(order.name.desc().nulls_last(), order.id.desc())
        rows = session.scalars(statement.limit(limit).offset(offset)).all()
        return [{name: getattr(row, name) for name in NAMES} for row in rows]

    def two(number: int, limit: int, offset: int) -> list[Mapping[str, Any]]:
        return found((order.name == f"n{number}", order.qty > number), limit, offset)

    def four(number: int, limit: int, offset: int) -> list[Mapping[str, Any]]:
        listed = order.status.in_(["OPEN", "DONE", f"s{number}"])
        conditions = (order.qty >= number, order.qty < number + 10, order.active == true(), listed)
        return found((order.name == f"n{number}", *conditions), limit, offset)

    answer = partial(qs.page, session, order)
    return _requests({TWO: two, FOUR: four}, listing, answer), session.get_bind().clear_compiled_cache


def on_psycopg() -> Requests:
    """An endpoint on a table of PostgreSQL. Raises NotInstalledError without a server."""
    from psycopg.rows import dict_row

    from engines import postgresql
    from qlause import sql

    columns = {"id": "integer", "name": "string", "qty": "integer", "active": "boolean", "status": "string"}
    kinds = {"id": "BIGINT PRIMARY KEY", "name": "TEXT", "qty": "BIGINT", "active": "BOOLEAN", "status": "TEXT"}
    rows = [tuple(each[name] for name in kinds) for each in stored()]
    postgresql.open_database().fill_table("bench_orders", kinds, rows)
    connection = postgresql.server()
    listing = Listing({name: {"type": kind, "column": name} for name, kind in columns.items()}, page_size=LIMIT)
    start = "SELECT active, id, name, qty, status FROM bench_orders WHERE name = %s AND "
    end = ' ORDER BY name COLLATE "C" DESC NULLS LAST, id DESC LIMIT %s OFFSET %s'

    def found(condition: str, *parameters: Any) -> list[Mapping[str, Any]]:
        with connection.cursor(row_factory=dict_row) as cursor:
            return list(cursor.execute(f"{start}{condition}{end}", parameters).fetchall())

    def two(number: int, limit: int, offset: int) -> list[Mapping[str, Any]]:
        return found("qty > %s", f"n{number}", number, limit, offset)

    def four(number: int, limit: int, offset: int) -> list[Mapping[str, Any]]:
        condition = "qty >= %s AND qty < %s AND active AND status IN (%s, %s, %s)"
        statuses = ("OPEN", "DONE", f"s{number}")
        return found(condition, f"n{number}", number, number + 10, *statuses, limit, offset)

    def answer(request: Any) -> Any:
        return sql.page(connection, request, "bench_orders", "postgresql")

    return _requests({TWO: two, FOUR: four}, listing, answer), lambda: None


def on_pymongo() -> Requests:
    """An endpoint on a collection of a server of MongoDB's protocol. Raises NotInstalledError without one."""
    from engines.mongodb.server import database
    from qlause import mongo

    collection = database().bench_orders
    collection.drop()
    collection.insert_many(stored())
    fields: dict[str, Any] = {
        "id": "integer",
        "name": "string",
        "qty": "integer",
        "active": "boolean",
        "status": "string",
    }
    listing = Listing(fields, page_size=LIMIT)
    shown = {"_id": 0, **dict.fromkeys(NAMES, 1)}

    def found(conditions: dict[str, Any], limit: int, offset: int) -> list[Mapping[str, Any]]:
        return list(collection.find(conditions, shown).sort([("name", -1), ("id", -1)]).skip(offset).limit(limit))

    def two(number: int, limit: int, offset: int) -> list[Mapping[str, Any]]:
        return found({"name": f"n{number}", "qty": {"$gt": number}}, limit, offset)

    def four(number: int, limit: int, offset: int) -> list[Mapping[str, Any]]:
        conditions = {"name": f"n{number}", "qty": {"$gte": number, "$lt": number + 10}, "active": True}
        return found({**conditions, "status": {"$in": ["OPEN", "DONE", f"s{number}"]}}, limit, offset)

    return _requests({TWO: two, FOUR: four}, listing, partial(mongo.page, collection)), lambda: None


def _requests(
    found: Mapping[str, _Found], listing: Listing, answer: Callable[[Any], Any]
) -> dict[str, tuple[Request, Request]]:
    """For each query the requests by hand and through a listing."""

    def text(query: str, number: int) -> bytes:
        return urlencode({"q": text_of(query, number), "sort": SORT, "pageSize": LIMIT}).encode()

    def by_hand(query: str, number: int) -> object:
        parameters = dict(parse_qsl(text(query, number).decode()))
        size, page = int(parameters["pageSize"]), int(parameters.get("pageNumber", "1"))
        items = found[query](number, size + 1, (page - 1) * size)
        first, following = (urlencode({**parameters, "pageNumber": number}) for number in (page, page + 1))
        links = [f'<?{first}>; rel="first"', *([f'<?{following}>; rel="next"'] if len(items) > size else [])]
        headers = {"Link": ", ".join(links), "Vary": "X-Total-Count"}
        return json.dumps(items[:size], separators=(",", ":")).encode(), headers

    def by_qlause(query: str, number: int) -> object:
        page = answer(listing.read(text(query, number)))
        return page_body(page, envelope=False), page.headers("")

    return {query: (partial(by_hand, query), partial(by_qlause, query)) for query in found}
