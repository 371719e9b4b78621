"""SQLAlchemy keeps compiled statements by the structure of a query: none ever gets the constants of another."""

from __future__ import annotations

import asyncio
import json
import pickle
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Select, bindparam, case, create_engine, exists, func, insert, or_, select, union
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session, aliased

from engines.orm import ORM_DIALECTS, OrmDialect
from qlause import python
from qlause import sqlalchemy as qs
from tests.profiles import THOROUGH

from .databases import engine
from .order_store import order_store
from .sqlalchemy_tables import Base, Order

SCHEMA: Final = qs.schema_of(Order, exclude=["secret"], relations=["lines", "customer"])
_CHANCE: Final = random.Random(7)  # no secrets
_TEXTS: Final = ("", "1", "1.0", "true", "John", "johnny", "a%b", "a'b", "é", "\0", "x\0y", "%(id)s", ":a", "?")
_INTEGERS: Final = ("0", "1", "2", "20", "-1", "9007199254740993", "9223372036854775807")
_NUMBERS: Final = ("0", "1", "2", "20", "-1", "1.0", "1.5", "-0.0", "0.25")
_WIDE: Final = ("9007199254740991", "-9007199254740991", "1e300")
_DATES: Final = ("2019-01-06T10:29:30Z", "2019-01-06T10:29:30.602Z", "2019-01-06", "2020-02-29T23:59:59.999999Z")
# {t} is a text, {s} one that is not empty, {i} an integer, {n} a number, {d} a date-time, {v} any value.
_TEMPLATES: Final = (
    "name:{t}",
    "NOT name:({t},{t})",
    "name:~{s}",
    "name:~^{s}",
    "qty:{i}",
    "qty:(>={i} AND <{i})",
    "price:({n},{n},{n})",
    "qty:>{i} OR name:{t}",
    "at:>={d}",
    "NOT at:(<{d} OR {d})",
    "data.a:{v}",
    "data.a:>{n} OR data.b.a:~{s}",
    "lines.sku:{t}",
    "lines.qty:{i} customer.name:~{s}",
    "active:true qty:{i}",
    "status:(OPEN,DONE) qty:<{i}",
)


def _documents() -> list[dict[str, Any]]:
    values: list[Any] = [None, 1, 1.5, True, False, "1", "true", "John", "", 2**53 + 1, [1, "x"], {"a": "John"}]
    stored: list[dict[str, Any]] = []
    texts = [text for text in _TEXTS if "\0" not in text]
    for number in range(1, 41):
        order: dict[str, Any] = {"id": number, "data": {"a": _CHANCE.choice(values), "b": _CHANCE.choice(values)}}
        choices: dict[str, Any] = {
            "name": _CHANCE.choice(texts),
            "qty": _CHANCE.choice((0, 1, 2, 20, -1, 2**53 + 1)),
            "price": Decimal(_CHANCE.choice(("0.00", "1.00", "1.50", "20.00"))),
            "at": _CHANCE.choice(
                (datetime(2019, 1, 6, 10, 29, 30, tzinfo=UTC), datetime(2019, 1, 6, 10, 29, 30, 602000, UTC))
            ),
            "active": _CHANCE.random() < 0.5,
            "status": _CHANCE.choice(("OPEN", "DONE")),
            "customer": {"name": _CHANCE.choice(texts)},
            "lines": [{"sku": _CHANCE.choice(texts), "qty": _CHANCE.choice((1, 2))}],
        }
        stored.append(order | {name: value for name, value in choices.items() if _CHANCE.random() < 0.8})
    return stored


STORED: Final = _documents()


_POOLS: Final = {
    "{t}": _TEXTS,
    "{s}": _TEXTS[1:],
    "{i}": _INTEGERS,
    "{n}": _NUMBERS,
    "{d}": _DATES,
    "{v}": (*_TEXTS, *_NUMBERS, *_WIDE, "true"),
}


def _query() -> str:
    text = _CHANCE.choice(_TEMPLATES)
    while "{" in text:
        for mark, pool in _POOLS.items():
            value = _CHANCE.choice(pool)
            is_quoted = mark in ("{t}", "{s}") or (mark == "{v}" and value in _TEXTS)
            text = text.replace(mark, json.dumps(value) if is_quoted else f'"{value}"' if mark == "{d}" else value, 1)
    return text


def _selected(q: str) -> set[int]:
    matches = python.predicate(q, schema=SCHEMA)
    return {order["id"] for order in STORED if matches(order)}


_ALL: Final = set(range(1, len(STORED) + 1))
_Condition = Callable[[Any], Any]
_Form = Callable[[_Condition, _Condition], Select[Any]]
TABLE: Final = Base.metadata.tables["sa_orders"]
CORE_SCHEMA: Final = qs.schema_of(TABLE, only=["id", "order_name", "qty"])


def _twice(first: _Condition, second: _Condition) -> Select[Any]:
    condition = first(Order)
    return select(Order.id).where(or_(condition, second(Order)), or_(condition, ~second(Order)))


def _two_aliases(first: _Condition, second: _Condition) -> Select[Any]:
    one, other = aliased(Order), aliased(Order)
    return select(one.id).join(other, one.id == other.id).where(first(one), second(other))


def _in_subquery(first: _Condition, second: _Condition) -> Select[Any]:
    inner = aliased(Order)
    return select(Order.id).where(second(Order), Order.id.in_(select(inner.id).where(first(inner))))


def _in_exists(first: _Condition, second: _Condition) -> Select[Any]:
    inner = aliased(Order)
    return select(Order.id).where(exists().where(inner.id == Order.id, first(inner)), second(Order))


def _in_case(first: _Condition, second: _Condition) -> Select[Any]:
    return select(Order.id).where(case((first(Order), case((second(Order), 1), else_=0)), else_=0) == 1)


def _in_having(first: _Condition, second: _Condition) -> Select[Any]:
    flags = [func.max(case((condition(Order), 1), else_=0)) == 1 for condition in (first, second)]
    return select(Order.id).group_by(Order.id).having(flags[0]).having(flags[1])


def _in_cte(first: _Condition, second: _Condition) -> Select[Any]:
    chosen = select(Order.id).where(first(Order)).cte()
    return select(Order.id).join(chosen, chosen.c.id == Order.id).where(second(Order))


def _outer_joined(first: _Condition, second: _Condition) -> Select[Any]:
    other = aliased(Order)
    joined = select(Order.id).outerjoin(other, (other.id == Order.id) & first(other))
    return joined.where(other.id.is_not(None), second(Order))


_BOTH: Final[dict[str, _Form]] = {
    "where": lambda first, second: select(Order.id).where(first(Order)).where(second(Order)),
    "sorted": lambda first, second: (
        select(Order.id).where(first(Order) & second(Order)).order_by(*qs.order_by("data.a,name", Order, schema=SCHEMA))
    ),
    "twice": lambda first, second: _twice(first, second).where(second(Order)),
    "two aliases": _two_aliases,
    "subquery": _in_subquery,
    "exists": _in_exists,
    "case": _in_case,
    "having": _in_having,
    "cte": _in_cte,
    "outer join": _outer_joined,
}
"""Statements for the orders that both conditions select."""
_ONLY_FIRST: Final[dict[str, _Form]] = {
    "not": lambda first, second: select(Order.id).where(first(Order), ~second(Order)),
    "twice": lambda first, second: _twice(first, second).where(~second(Order)),
}
"""Statements for the orders that the first condition selects, and the second does not."""


def _filled(name: OrmDialect) -> Session:
    order_store(f"sqlalchemy {name}").fill(STORED)
    return Session(engine(name))


@pytest.fixture(params=ORM_DIALECTS)
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    with _filled(request.param) as opened:
        yield opened


@pytest.fixture
def on_sqlite() -> Iterator[Session]:
    with _filled("sqlite") as opened:
        yield opened


def _where(q: str) -> _Condition:
    return lambda source: qs.where(q, source, schema=SCHEMA)


def _statement() -> tuple[Any, set[int], tuple[str, ...]]:
    """A random statement, the orders that it selects, and what it is made of."""
    first, second = _query(), _query()
    forms, expected = _CHANCE.choice(
        ((_BOTH, _selected(first) & _selected(second)), (_ONLY_FIRST, _selected(first) - _selected(second)))
    )
    form = _CHANCE.choice(tuple(forms))
    return forms[form](_where(first), _where(second)), expected, (form, first, second)


def test_random_statements_of_few_structures(session: Session) -> None:
    kept: dict[Any, Any] = {}
    for _ in range(1_500 if THOROUGH and session.get_bind().dialect.name == "sqlite" else 400):
        statement, expected, made_of = _statement()
        for cache in (kept, kept, None):  # the same statement again, and one that is compiled for these constants
            found = session.scalars(statement, execution_options={"compiled_cache": cache}).all()
            assert sorted(found) == sorted(expected), (made_of, cache is None)
    assert kept, "SQLAlchemy keeps them"


def test_union_and_a_column(session: Session) -> None:
    for _ in range(40):
        first, second = _query(), _query()
        both = union(*(select(Order.id).where(_where(q)(Order)) for q in (first, second)))
        assert set(session.scalars(both)) == _selected(first) | _selected(second), (first, second)
        shown = select(Order.id, _where(first)(Order).label("is_first"), _where(second)(Order))
        rows = session.execute(shown).all()
        assert {row[0] for row in rows if row[1]} == _selected(first), first
        assert {row[0] for row in rows if row[2]} == _selected(second), second


def test_core_tables_and_aliases(session: Session) -> None:
    queries = [f"order_name:{json.dumps(text)} OR qty:{number}" for text in _TEXTS for number in ("1", "1.0", "20")]
    for source in (TABLE, TABLE.alias("one"), select(TABLE).subquery()):
        for q in queries:
            matches = python.predicate(q.replace("order_name", "name"), schema=SCHEMA)
            statement = select(source.c.id).where(qs.where(q, source, schema=CORE_SCHEMA))
            assert set(session.scalars(statement)) == {order["id"] for order in STORED if matches(order)}, q


def test_threads(tmp_path: Path) -> None:
    opened = create_engine(f"sqlite:///{tmp_path / 'orders'}")
    Base.metadata.create_all(opened)
    with opened.begin() as connection:
        connection.execute(insert(Order), [{"id": number, "order_name": f"n{number}"} for number in range(50)])

    def ask(start: int) -> None:
        with Session(opened) as session:
            for number in range(start, start + 300):
                q = f"name:n{number % 50} OR id:{(number + 1) % 50}"
                statement = select(Order.id).where(qs.where(q, Order, schema=SCHEMA)).order_by(Order.id)
                assert session.scalars(statement).all() == sorted((number % 50, (number + 1) % 50))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(ask, range(0, 1_200, 300)))
    opened.dispose()


def test_async_engine() -> None:
    async def run() -> None:
        opened = create_async_engine("sqlite+aiosqlite://")
        async with opened.connect() as connection:
            await connection.run_sync(Base.metadata.create_all)
            await connection.execute(insert(Order), [{"id": number, "order_name": f"n{number}"} for number in range(9)])
            for number in range(9):
                statement = select(Order.id).where(qs.where(f"name:n{number}", Order, schema=SCHEMA))
                assert (await connection.scalars(statement)).all() == [number]
            await connection.rollback()
        await opened.dispose()

    asyncio.run(run())


def test_updates_of_several_rows(on_sqlite: Session) -> None:
    connection = on_sqlite.connection()
    for text in ("John", "johnny"):
        condition = qs.where(f"order_name:{text}", TABLE, schema=CORE_SCHEMA)
        connection.execute(
            TABLE.update().where(condition).values(qty=bindparam("changed")), [{"changed": 98}, {"changed": 99}]
        )
        changed = connection.scalars(select(TABLE.c.id).where(TABLE.c.qty == 99)).all()
        assert set(changed) == _selected(f"name:{text}") != set()
        connection.execute(TABLE.update().values(qty=0))
    on_sqlite.rollback()


def test_a_statement_that_was_pickled(on_sqlite: Session) -> None:
    for text in ("John", "johnny"):  # SQLAlchemy pickles those of Core
        condition = qs.where(f"order_name:{text}", TABLE, schema=CORE_SCHEMA)
        statement = select(TABLE.c.id).where(condition).order_by(*qs.order_by("qty", TABLE, schema=CORE_SCHEMA))
        loaded = pickle.loads(pickle.dumps(statement))  # noqa: S301  # our own
        assert on_sqlite.scalars(loaded).all() == on_sqlite.scalars(statement).all()
        assert set(on_sqlite.scalars(loaded)) == _selected(f"name:{text}")
