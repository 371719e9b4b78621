"""The examples of pages that need a database server are run on it, in the order of the page.

``py`` blocks run as they are, with a ``connect`` that returns a connection to the server of the tests, and ``sql``
blocks on that connection. ``test_examples.py`` runs the ``python`` blocks without a server too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

import qlause
from engines import mariadb, mysql, mysql_protocol, postgresql
from engines.mongodb import server
from engines.spark import session

from .pages import ROOT, blocks, run

_CONNECTIONS: Final[Mapping[str, tuple[str, Callable[[], Any]]]] = {
    "postgresql": ("psycopg", lambda: postgresql.separate_connection("docs")),
    "mariadb": ("pymysql", lambda: mysql_protocol.separate_connection("mariadb", mariadb.server(), "docs")),
    "mysql": ("pymysql", lambda: mysql_protocol.separate_connection("mysql", mysql.server(), "docs")),
}
"""The page of each engine: its driver, and a connection to an empty database."""


@pytest.mark.parametrize("engine", _CONNECTIONS)
def test_examples_do_what_the_page_says(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    driver, connect = _CONNECTIONS[engine]
    connection = connect()
    monkeypatch.setattr(f"{driver}.connect", lambda *_, **__: connection)
    namespace: dict[str, Any] = {}
    for block in blocks(ROOT / "docs" / f"{engine}.md"):
        if block.language in ("python", "py"):
            run(block, namespace)
        elif block.language == "sql":
            with connection.cursor() as cursor:
                cursor.execute(block.text)


@pytest.mark.xdist_group("mongodb")
def test_examples_of_mongodb_do_what_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    database = server.database()
    host, port = database.client.address
    namespace: dict[str, Any] = {"Cursor": qlause.Cursor, "Schema": qlause.Schema, "mongo": qlause.mongo}
    replaced = {"localhost:27017": f"{host}:{port}", "client.shop": f"client.{database.name}"}
    for block in blocks(ROOT / "docs" / "mongodb.md"):
        if block.language == "py":
            text = block.text
            for address, address_here in replaced.items():
                text = text.replace(address, address_here)
            run(block._replace(text=text), namespace)


@pytest.mark.xdist_group("spark")
def test_examples_of_spark_do_what_the_page_says() -> None:
    session()  # the page's getOrCreate returns this session
    namespace: dict[str, Any] = {}
    for block in blocks(ROOT / "docs" / "spark.md"):
        if block.language == "py":
            run(block, namespace)
