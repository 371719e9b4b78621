"""Statements of SQLAlchemy with elements of qlause: their texts, their parameters, their drivers."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import (
    insert,
    make_url,
    select,
)
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

from engines import postgresql
from engines.missing import import_optional
from engines.orm import OrmDialect
from qlause import sqlalchemy as qs

from .hostile_texts import HOSTILE
from .sqlalchemy_orders import SCHEMA, ids
from .sqlalchemy_tables import Base, Order


def test_an_element_prints_without_an_engine() -> None:
    assert str(qs.where("qty:1", Order, schema=SCHEMA)).startswith("((sa_orders.qty = CAST(:param_1 AS bigint)")


_DIALECTS = {
    url: make_url(f"{url}://").get_dialect()()
    for url in ("sqlite", "postgresql+psycopg", "postgresql+asyncpg", "mysql+pymysql", "mariadb+pymysql")
}


@pytest.mark.parametrize("dialect", _DIALECTS.values(), ids=_DIALECTS)
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_request_is_in_the_statement(dialect: Any, text: str) -> None:
    def compiled(value: str) -> str:
        written = json.dumps(value)
        condition = qs.where(f"data.{written}:{written} name:~{written} lines.sku:>{written}", Order, schema=SCHEMA)
        order = qs.order_by(f"data.{written}", Order, schema=SCHEMA)
        return str(select(Order.id).where(condition).order_by(*order).compile(dialect=dialect))

    # MariaDB looks for keys that JSON may escape in another way, and SQLite folds letters beyond ASCII one by one.
    letters = "".join(letter for letter in text if not letter.isascii())
    assert compiled(text) in map(compiled, ("harmless", "it's harmless", f"harmless{letters}"))


def test_many_tests_long_lists_and_depth(session: Session) -> None:
    many = " OR ".join(f"qty:{number}" for number in range(999))
    deep = "(" * 30 + "id:1" + ")" * 30
    listed = ",".join(f"n{number}" for number in range(2_000))
    for q, expected in ((many, [1, 2, 3]), (f"NOT NOT {deep}", [1]), (f'name:({listed},"John")', [1])):
        assert ids(session, qs.where(q, Order, schema=SCHEMA)) == expected


_ASYNC = {
    "name:~john": True,
    "name:(John,Jack)": True,
    "qty:>=4": True,
    "price:<4.5": False,
    f"qty:({','.join(map(str, range(100)))})": True,
    f"name:({','.join(f'n{number}' for number in range(100))},John)": True,
    "data.a:x": True,
    "data.a:~X": True,
    "data.a:1": True,
    "at:>2020-01-01T00:00:00Z": False,
    "day:2020-01-10": False,
    "ref:00000000-0000-0000-0000-000000000000": False,
    "NOT price:0.5 NOT status:OPEN active:missing": True,
}


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_asyncio_drivers_take_the_parameters(name: OrmDialect) -> None:
    """aiosqlite and asyncpg, whose parameters have the types that the server says."""
    if name == "sqlite":
        url = "sqlite+aiosqlite://"
    else:
        import_optional("asyncpg", "asyncpg", "pip install asyncpg")
        info = postgresql.server().info
        url = f"postgresql+asyncpg://{info.user}:{info.password}@{info.host}:{info.port}/{info.dbname}"

    async def run() -> list[list[int]]:
        opened = create_async_engine(url)
        found = []
        async with opened.connect() as connection:
            await connection.run_sync(Base.metadata.drop_all)
            await connection.run_sync(Base.metadata.create_all)
            await connection.execute(
                insert(Order), [{"id": 1, "order_name": "John", "qty": 5, "data": {"a": [1, "x"]}}]
            )
            for q in _ASYNC:
                statement = select(Order.id).where(qs.where(q, Order, schema=SCHEMA))
                found.append(list((await connection.scalars(statement)).all()))
            order = qs.order_by("data.a:desc,name", Order, schema=SCHEMA)
            found.append(list((await connection.scalars(select(Order.id).order_by(*order))).all()))
            await connection.rollback()
        await opened.dispose()
        return found

    assert asyncio.run(run()) == [*([1] if selected else [] for selected in _ASYNC.values()), [1]]
