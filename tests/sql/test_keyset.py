"""Pages by keyset: put together they are the sorted documents, whatever happens to other rows between two of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from qlause import Cursor, Schema, Sort, python, sql
from qlause.sort import SortOptions
from qlause.testing import sorts

from . import test_columns as columns
from .databases import Database
from .test_same_rows import PAIRS, cases, engines, thorough

SECRET: Final = b"of the tests"
_Documents = list[dict[str, Any]]


def pages(
    engine: Database,
    sort: str | Sort,
    size: int,
    *,
    table: str = "documents",
    names: Iterable[str] = ("id", "doc"),
    where: str = "1 = 1",
    backward: bool = False,
    **options: Any,
) -> Iterator[list[dict[str, Any]]]:
    """The rows of one page after the other, as a service would ask for them: with a cursor as text between two."""
    token: str | None = None
    order = sql.order_by(sort, engine.dialect, backward=backward, **options)
    while True:
        cursor = None if token is None else Cursor.decode(token, SECRET)
        behind = sql.after(sort, cursor, engine.dialect, backward=backward, **options)
        terms = order.renumbered(len(behind.params))
        text = f"SELECT * FROM {table} WHERE {where} AND ({behind.text}) ORDER BY {terms.text} LIMIT {size}"
        params: Any = (*behind.params, *terms.params)
        if isinstance(behind.params, Mapping):
            params = {**behind.params, **dict(terms.params)}
        found = [dict(zip(names, row, strict=True)) for row in engine.execute(text, params)]
        if found:
            yield found
        if len(found) < size:
            return
        token = Cursor.of_row(sort, found[-1], **options).encode(SECRET)


def document_ids(page: list[dict[str, Any]]) -> list[Any]:
    return [(json.loads(row["doc"]) if isinstance(row["doc"], str) else row["doc"])["id"] for row in page]


def check_pages(schema: Schema | None, drawn: list[Sort], stored: _Documents, size: int) -> None:
    for engine in engines():
        engine.documents(stored)
    for place, sort in enumerate(drawn):
        options: SortOptions = {"schema": schema, "nulls": (None, "first", "last")[place % 3]}
        wanted = [document["id"] for document in sorted(stored, key=python.sort_key(sort, **options))]
        for engine in engines():
            for backward in (False, True):
                found = [
                    each
                    for page in pages(engine, sort, size, backward=backward, **options)
                    for each in document_ids(page)
                ]
                assert found == wanted[:: -1 if backward else 1], (engine.dialect, str(sort), options, backward)


@given(cases(False, sorts), st.integers(1, 7))
@thorough(PAIRS // 4)
def test_documents(case: tuple[Schema | None, list[Sort], _Documents], size: int) -> None:
    check_pages(*case, size)


@given(cases(True, sorts), st.integers(1, 7))
@thorough(PAIRS // 4)
def test_declared_paths(case: tuple[Schema | None, list[Sort], _Documents], size: int) -> None:
    check_pages(*case, size)


@given(columns.cases(sorts), st.integers(1, 7))
@thorough(PAIRS // 4)
def test_columns(case: tuple[list[Sort], _Documents], size: int) -> None:
    drawn, stored = case
    for engine in engines():
        columns.fill(engine, stored)
    for place, sort in enumerate(drawn):
        options: SortOptions = {"schema": columns.SCHEMA, "nulls": (None, "first", "last")[place % 3]}
        wanted = [document["id"] for document in sorted(stored, key=python.sort_key(sort, **options))]
        for engine in engines():
            for backward in (False, True):
                rows = pages(
                    engine,
                    sort,
                    size,
                    table="orders",
                    names=columns.COLUMNS,
                    backward=backward,
                    **options,
                )
                found = [row["id"] for page in rows for row in page]
                assert found == wanted[:: -1 if backward else 1], (engine.dialect, str(sort), options, backward)
