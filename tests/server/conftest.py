"""Servers that never outlive their test, and files for them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from .process import ORDERS, Serve, Server, need_packages

File = Callable[[str, Any], str]


@pytest.fixture(scope="module")
def orders_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server of the orders for all tests of a module."""
    need_packages()
    server = Server([ORDERS], tmp_path_factory.mktemp("server"))
    yield server
    server.stop()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start a server with these arguments, on a free port."""
    need_packages()
    folder = tmp_path / "temporary"
    folder.mkdir()
    with ExitStack() as stack:

        def serve(*argv: str) -> Server:
            server = Server(list(argv), folder)
            stack.callback(server.stop)
            return server

        yield serve


@pytest.fixture
def file(tmp_path: Path) -> File:
    """Write a file of the test; what is no text is written as JSON."""

    def file(name: str, content: Any) -> str:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
            path.write_text(text, encoding="utf-8")
        return str(path)

    return file
