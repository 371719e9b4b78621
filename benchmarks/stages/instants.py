"""What it costs that a comparison without a schema is by time: beside the same literal without Z, which is text.

All stored texts are of one form, so both select the same documents. The work is that of Python, and of SQLite over the
documents as JSON.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from qlause import python, sql

from ..measure import Row, is_quick, ratio, side_by_side

__all__ = ["run"]

_DOCUMENTS: Final = 20_000
_QUERIES: Final = {
    "from an instant on": 'at:>="2024-06-02T03:04:05.678Z"',
    "a day": 'at:(>="2024-06-02T00:00:00.000Z" AND <"2024-06-03T00:00:00.000Z")',
}


def run() -> list[Row]:
    """One row an engine and query: microseconds as instants and as text, and their ratio."""
    stored = list(_documents(_DOCUMENTS // 20 if is_quick() else _DOCUMENTS))
    rows = []
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE t (doc TEXT)")
        connection.executemany("INSERT INTO t VALUES (?)", [(json.dumps(document),) for document in stored])
        for engine, select in (("Python", partial(_python, stored)), ("SQLite", partial(_sqlite, connection))):
            for name, text in _QUERIES.items():
                calls = {"instants": select(text), "text": select(text.replace("Z", ""))}
                assert calls["instants"]() == calls["text"]()
                spent = side_by_side(calls)
                rows.append(
                    {
                        "engine": engine,
                        "query": name,
                        "as instants µs": round(spent["instants"] * 1e6, 1),
                        "as text µs": round(spent["text"] * 1e6, 1),
                        "as instants : as text": ratio(spent["instants"], spent["text"]),
                    }
                )
    return rows


def _documents(count: int) -> Iterator[dict[str, Any]]:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    for number in range(count):
        moment = start + timedelta(milliseconds=number * 7_919_000 % 31_536_000_000)
        yield {"id": number, "at": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")}


def _python(stored: list[dict[str, Any]], text: str) -> Callable[[], object]:
    matches = python.predicate(text)
    return lambda: sum(map(matches, stored))


def _sqlite(connection: sqlite3.Connection, text: str) -> Callable[[], object]:
    condition = sql.where(text, "sqlite")
    statement = f"SELECT count(*) FROM t WHERE {condition.text}"  # of qlause, with parameters
    return lambda: connection.execute(statement, condition.params).fetchone()[0]
