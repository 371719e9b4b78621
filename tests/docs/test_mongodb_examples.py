"""The ``py`` blocks of docs/mongodb.md, which need a server, are run on it (``tests/docs`` runs the others)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from engines.mongodb.server import database
from qlause import Cursor, Schema, mongo

_PAGE = Path(__file__).parents[2] / "docs" / "mongodb.md"
_BLOCK = re.compile(r"^```py\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_examples_do_what_the_page_says() -> None:
    client = database().client
    host, port = client.address
    blocks = _BLOCK.findall(_PAGE.read_text("utf-8"))
    assert len(blocks) == 5
    namespace: dict[str, Any] = {"Cursor": Cursor, "Schema": Schema, "mongo": mongo}
    name = database().name
    for block in blocks:
        code = block.replace("localhost:27017", f"{host}:{port}").replace("client.shop", f"client.{name}")
        exec(compile(code, str(_PAGE), "exec"), namespace)  # noqa: S102  # the project's own page
