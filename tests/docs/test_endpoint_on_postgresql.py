"""The README's endpoint on PostgreSQL, as it stands there, answers as the one on SQLite does."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any, Final

import pytest

from engines import postgresql
from qlause import sql

_README: Final = Path(__file__).parents[2] / "README.md"
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


def blocks(language: str) -> list[str]:
    """The code blocks of the section, of one language."""
    section = re.search(r"^## An endpoint$(.*?)^## ", _README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert section is not None
    return re.findall(rf"^```{language}\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """What the section defines."""
    on_sqlite, on_postgresql = blocks("python")
    namespace: dict[str, Any] = {}
    test = doctest.DocTestParser().get_doctest(on_sqlite, namespace, "README", None, None)
    doctest.DocTestRunner().run(test, out=lambda _: None, clear_globs=False)
    namespace.update(test.globs)
    exec(on_postgresql, namespace)  # noqa: S102  # the project's own page
    return namespace


def test_the_endpoint_on_postgresql(page: dict[str, Any]) -> None:
    connection = postgresql.server()
    connection.execute("CREATE SCHEMA readme")
    connection.execute("SET search_path TO readme, public")
    try:
        for statement in blocks("sql"):
            connection.execute(statement)
        for row in page["database"].execute("SELECT * FROM orders"):
            connection.execute("INSERT INTO orders VALUES (%s, %s, %s, %s, %s)", row)
        for statement in sql.index_ddl("postgresql", "orders", schema=page["orders"]):
            connection.execute(statement)
        for request in _REQUESTS:
            assert plain(page["list_orders_of"](connection, **request)) == plain(page["list_orders"](**request)), (
                request
            )
    finally:
        connection.execute("SET search_path TO DEFAULT")
        connection.execute("DROP SCHEMA readme CASCADE")


def plain(answer: tuple[int, Any]) -> tuple[int, Any]:
    """An answer whose date-times are text."""
    status, body = answer
    for row in body if status == 200 else ():
        if "created" in row and not isinstance(row["created"], str):
            row["created"] = f"{row['created']:%Y-%m-%dT%H:%M:%SZ}"
    return status, body
