"""The examples of pages that need a database server are run on it, in the order of the page.

``py`` blocks run as they are, with a ``connect`` that returns a connection to the server of the tests, and ``sql``
blocks on that connection. ``test_examples.py`` runs the ``python`` blocks without a server too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from ..sql import servers
from .pages import ROOT, blocks, run

_CONNECTIONS: Final[Mapping[str, tuple[str, Callable[[], Any]]]] = {
    "postgresql": ("psycopg", lambda: servers.postgresql_database("docs")),
    "mariadb": ("pymysql", lambda: servers.mysql_database(servers.mariadb(), "docs")),
    "mysql": ("pymysql", lambda: servers.mysql_database(servers.mysql(), "docs")),
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
