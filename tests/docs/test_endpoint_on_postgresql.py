"""The endpoint of the documentation answers on PostgreSQL as it does on SQLite."""

from __future__ import annotations

from typing import Any, Final

import pytest

from engines import postgresql
from qlause import sql

from .pages import ROOT, blocks, run

_REQUESTS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"q": "customer.name:~doe customer.tags:vip", "sort": "total:desc", "fields": "customer.name"},
    {"q": "NOT customer.tags:vip OR total:<20", "sort": "customer.name"},
    {"q": "created:(>=2024-03-02 AND <=2024-03-05)", "sort": "created:desc", "fields": "id,status"},
    {"q": "status:OPEN", "limit": 1, "offset": 1, "fields": "status"},
    {"q": "status:OPNE"},
    {"q": "total:(1"},
    {"sort": "customer"},
    {"fields": "secret"},
)


@pytest.fixture(scope="module")
def on_sqlite() -> dict[str, Any]:
    """What the page of SQLite defines."""
    namespace: dict[str, Any] = {}
    for block in blocks(ROOT / "docs" / "sqlite.md"):
        if block.language == "python":
            run(block, namespace)
    return namespace


def test_the_endpoint_on_postgresql(on_sqlite: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    connection = postgresql.separate_connection("readme")
    monkeypatch.setattr("psycopg.connect", lambda *_, **__: connection)
    on_postgresql: dict[str, Any] = {}
    schema, table, endpoint = [
        block for block in blocks(ROOT / "docs" / "postgresql.md") if block.language in ("python", "sql", "py")
    ][:3]
    run(schema, on_postgresql)
    connection.execute(table.text)
    run(endpoint, on_postgresql)
    for row in on_sqlite["database"].execute("SELECT * FROM orders"):
        connection.execute("INSERT INTO orders VALUES (%s, %s, %s, %s, %s)", row)
    for statement in sql.index_ddl("postgresql", "orders", schema=on_postgresql["orders"]):
        connection.execute(statement)
    for request in _REQUESTS:
        found = plain(on_postgresql["list_orders"](connection, **request))
        assert found == plain(on_sqlite["list_orders"](**request)), request


def plain(answer: tuple[int, Any]) -> tuple[int, Any]:
    """An answer whose date-times are text."""
    status, body = answer
    for row in body if status == 200 else ():
        if "created" in row and not isinstance(row["created"], str):
            row["created"] = f"{row['created']:%Y-%m-%dT%H:%M:%SZ}"
    return status, body
