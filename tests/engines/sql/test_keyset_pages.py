"""Pages by keyset: put together they are the sorted documents, whatever happens to other rows between two of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from random import Random
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines import postgresql
from engines.database import Database
from engines.missing import NotInstalledError
from engines.sql import DIALECTS, database
from qlause import Cursor, Field, Schema, Sort, python, sql
from qlause.bound.sort import SortOptions
from qlause.sql import DialectName
from qlause.testing import documents, schemas, sorts

from . import orders_table
from .comparison import PAIRS, available_databases, thorough
from .keyset_pages import document_ids, pages


@cache
def all_engines() -> tuple[Database, ...]:
    """The engines, and PostgreSQL through asyncpg where it is installed."""
    try:
        return (*available_databases(), postgresql.through_asyncpg())
    except NotInstalledError:
        return available_databases()


everywhere = pytest.mark.parametrize("dialect", DIALECTS)
_Documents = list[dict[str, Any]]


def check_pages(schema: Schema | None, drawn: list[Sort], stored: _Documents, size: int) -> None:
    for engine in all_engines():
        engine.fill_documents(stored)
    for place, sort in enumerate(drawn):
        options: SortOptions = {"schema": schema, "nulls": (None, "first", "last")[place % 3]}
        wanted = [document["id"] for document in sorted(stored, key=python.sort_key(sort, **options))]
        for engine in all_engines():
            for backward in (False, True):
                found = [
                    each
                    for page in pages(engine, sort, size, backward=backward, **options)
                    for each in document_ids(page)
                ]
                assert found == wanted[:: -1 if backward else 1], (engine.dialect, str(sort), options, backward)


@st.composite
def walks(draw: st.DrawFn, schemas: Any, documents_of: Any) -> tuple[Any, list[Sort], _Documents, int]:
    """A schema, sorts by it, documents with ids, and how many a page holds."""
    schema = draw(schemas)
    drawn = draw(st.lists(sorts(schema), min_size=2, max_size=2))
    stored = draw(st.lists(documents_of(schema), min_size=12, max_size=12))
    return schema, drawn, [{**document, "id": number} for number, document in enumerate(stored, 1)], draw(_SIZES)


_SIZES: Final = st.integers(2, 5)


@given(walks(st.none(), documents))
@thorough(PAIRS // 3)
def test_pages_of_documents_are_the_sorted_documents(walk: tuple[None, list[Sort], _Documents, int]) -> None:
    check_pages(*walk)


@given(walks(schemas(), documents))
@thorough(PAIRS // 3)
def test_pages_of_declared_paths_are_the_sorted_documents(walk: tuple[Schema, list[Sort], _Documents, int]) -> None:
    check_pages(*walk)


@given(walks(st.just(orders_table.SCHEMA), lambda _: orders_table.documents))
@thorough(PAIRS // 3)
def test_pages_of_columns_are_the_sorted_rows(walk: tuple[Schema, list[Sort], _Documents, int]) -> None:
    check_columns(*walk)


def check_columns(schema: Schema, drawn: list[Sort], stored: _Documents, size: int) -> None:
    for engine in all_engines():
        orders_table.fill(engine, stored)
    for place, sort in enumerate(drawn):
        options: SortOptions = {"schema": schema, "nulls": (None, "first", "last")[place % 3]}
        wanted = [document["id"] for document in sorted(stored, key=python.sort_key(sort, **options))]
        for engine in all_engines():
            for backward in (False, True):
                rows = pages(
                    engine,
                    sort,
                    size,
                    table="orders",
                    names=orders_table.COLUMNS,
                    backward=backward,
                    **options,
                )
                found = [row["id"] for page in rows for row in page]
                assert found == wanted[:: -1 if backward else 1], (engine.dialect, str(sort), options, backward)


# columns that are never NULL, where an index answers

_REQUIRED: Final = {
    "name": "n",
    "code": "c",
    "status": "a",
    "qty": 0,
    "price": 0.5,
    "active": False,
    "at": datetime(2019, 1, 6, tzinfo=UTC),
    "day": date(2019, 1, 6),
    "ref": UUID(int=0),
}
"""What stands in the place of null."""
REQUIRED: Final = Schema(
    {str(path): replace(field, nullable=str(path) not in _REQUIRED) for path, field in orders_table.SCHEMA}
)


@given(walks(st.just(REQUIRED), lambda _: orders_table.documents.map(lambda document: {**_REQUIRED, **document})))
@thorough(PAIRS // 3)
def test_pages_of_columns_that_are_never_null_are_the_sorted_rows(
    walk: tuple[Schema, list[Sort], _Documents, int],
) -> None:
    check_columns(*walk)


INDEXED: Final = Schema(
    {
        "id": Field(type="integer", column="id"),
        "name": Field(type="string", column="name", nullable=False, binary=True),
        "qty": Field(type="integer", column="qty", nullable=False),
        "day": Field(type="date", column="day", nullable=False),
    }
)
_PLANS: Final[Mapping[str, str]] = {
    "sqlite": "SEARCH paged USING INDEX paged_{} (({},id)",
    "postgresql": "Index Cond: (ROW({}, id)",
    "mariadb": "'range', 'PRIMARY,",
    "mysql": "'range', 'PRIMARY,",
}
_EXPLAIN: Final = {"sqlite": "EXPLAIN QUERY PLAN", "mysql": "EXPLAIN FORMAT=TRADITIONAL"}
_BY_CODE_POINT: Final = {"mariadb": " COLLATE utf8mb4_nopad_bin", "mysql": " COLLATE utf8mb4_0900_bin"}
_SORTED: Final = ("filesort", "Sort", "TEMP B-TREE")


@pytest.fixture(scope="module")
def paged() -> Callable[[DialectName], Database]:
    @cache
    def filled(dialect: DialectName) -> Database:
        engine = database(dialect)
        bytewise = {"postgresql": ' COLLATE "C"', **_BY_CODE_POINT}.get(dialect, "")
        text = "VARCHAR(40)" if dialect in _BY_CODE_POINT else "TEXT"
        kinds = {"name": f"{text}{bytewise} NOT NULL", "qty": "BIGINT NOT NULL"}
        rows = [(n, f"n{n % 7}", n % 5, f"2019-01-0{n % 9 + 1}", "x" * 50) for n in range(3_000)]
        described = {"id": "BIGINT PRIMARY KEY", **kinds, "day": "DATE NOT NULL", "other": "VARCHAR(60)"}
        engine.fill_table("paged", described, rows)
        for name in ("name", "qty", "day"):
            engine.execute(f"CREATE INDEX paged_{name} ON paged ({name}, id)", ())
        analyze = {"sqlite": "ANALYZE", "postgresql": "ANALYZE paged"}.get(dialect, "ANALYZE TABLE paged")
        engine.execute(analyze, ())
        return engine

    return filled


@pytest.mark.parametrize("dialect", _PLANS)
@pytest.mark.parametrize("name", ["name", "qty", "day"])
@pytest.mark.parametrize("backward", [False, True])
def test_an_index_on_column_and_id_serves_a_page(
    dialect: DialectName, name: str, backward: bool, paged: Callable[[DialectName], Database]
) -> None:
    engine = paged(dialect)
    cursor = Cursor.of_row(name, {"id": 1500, "name": "n2", "qty": 3, "day": date(2019, 1, 6)}, schema=INDEXED)
    behind = sql.after(name, cursor, dialect, schema=INDEXED, backward=backward)
    order = sql.order_by(name, dialect, schema=INDEXED, backward=backward)
    text = f"{_EXPLAIN.get(dialect, 'EXPLAIN')} SELECT * FROM paged WHERE {behind.text} ORDER BY {order.text} LIMIT 10"
    plan = "\n".join(map(str, engine.execute(text, (*behind.params, *order.params))))
    assert _PLANS[dialect].format(name, name) in plan, (behind.text, plan)
    assert not any(word in plan for word in _SORTED), (behind.text, plan)


# what happens between two pages


@everywhere
@pytest.mark.parametrize("sort", ["v", "v:desc", "w:desc,v", ""])
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("in_columns", [False, True])
def test_what_stays_comes_once_though_rows_come_and_go(
    dialect: DialectName, sort: str, backward: bool, in_columns: bool
) -> None:
    random = Random(7)
    schema = Schema({name: Field(type="integer", column=name) for name in ("id", "v", "w")}) if in_columns else None
    engine = database(dialect)

    def row(number: int) -> tuple[Any, ...]:
        document = {"id": number, "v": random.choice((None, *range(5))), "w": random.choice((None, 0, 1))}
        return (number, document["v"], document["w"], json.dumps(document))

    stored = {number: row(number) for number in range(1, 61)}
    kinds = {"id": "BIGINT", "v": "BIGINT", "w": "BIGINT", "doc": engine.json_type}
    engine.fill_table("moving", kinds, list(stored.values()))
    insert = f"INSERT INTO moving VALUES ({', '.join([engine.placeholder] * 4)})"
    stayed, fresh = set(stored), iter(range(1_000, 2_000))
    seen: list[int] = []
    for page in pages(engine, sort, 4, table="moving", names=kinds, backward=backward, schema=schema):
        seen += [found["id"] for found in page]
        gone, moved = random.sample(sorted(stayed), 2)  # what was the last of the page may be among them
        stayed -= {gone, moved}
        engine.execute(f"DELETE FROM moving WHERE id IN ({gone}, {moved})", ())
        engine.execute_many(insert, [row(moved), row(next(fresh)), row(next(fresh))])
        if len(seen) > 200:  # rows come behind for as long as pages are asked for
            break
    assert [number for number, count in Counter(seen).items() if count > 1 and number in stayed] == []
    assert stayed <= set(seen)


@everywhere
def test_pages_by_offset(dialect: DialectName) -> None:
    """LIMIT and OFFSET are spelt alike everywhere, and the order is total: over rows that stay, pages never overlap."""
    engine = database(dialect)
    stored = [{"id": number, "v": number % 3} for number in range(20)]
    engine.fill_documents(stored)
    order = sql.order_by("v:desc", dialect)
    found = [
        row[0]
        for offset in range(0, 20, 6)
        for row in engine.execute(
            f"SELECT id FROM documents ORDER BY {order.text} LIMIT 6 OFFSET {offset}", order.params
        )
    ]
    assert found == [document["id"] for document in sorted(stored, key=python.sort_key("v:desc"))]
