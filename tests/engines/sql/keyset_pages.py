"""Pages by keyset, asked for as a service would."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

import pytest

from engines.database import Database, joined_params
from qlause import Cursor, Sort, sql

SECRET: Final = b"of the tests"
_ALL: Final = {
    ("duckdb", "orders"): '* REPLACE ("at" AT TIME ZONE \'UTC\' AS "at")'
}  # with its zone it needs another package


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
    style = engine.paramstyle
    for _ in range(100):
        cursor = None if token is None else Cursor.decode(token, SECRET)
        behind = sql.after(sort, cursor, engine.dialect, paramstyle=style, backward=backward, **options)
        order = sql.order_by(sort, engine.dialect, paramstyle=style, backward=backward, **options)
        order = order.renumbered(len(behind.params))
        source = f"{_ALL.get((engine.dialect, table), '*')} FROM {table}"
        text = f"SELECT {source} WHERE {where} AND ({behind.text}) ORDER BY {order.text} LIMIT {size}"
        found = [dict(zip(names, row, strict=True)) for row in engine.execute(text, joined_params(behind, order))]
        if found:
            yield found
        if len(found) < size:
            return
        token = Cursor.of_row(sort, found[-1], **options).encode(SECRET)
    pytest.fail(f"pages without end: {behind}")


def document_ids(page: list[dict[str, Any]]) -> list[Any]:
    return [(json.loads(row["doc"]) if isinstance(row["doc"], str) else row["doc"])["id"] for row in page]
