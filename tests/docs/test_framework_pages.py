"""Each page of a web framework is a whole app: it is started as the page says, and asked what the page shows.

The first ``py`` block of a page is the app, the ``text`` block after it the command that starts it. A ``sql`` block
makes the database, ``shop.db``. An ``http`` block is a request and its response: the status, some of the headers, and
the body.
"""

from __future__ import annotations

import re
import shlex
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from engines.missing import import_optional
from engines.server_process import connect_patiently, free_port

from ..web.client import Server
from .http_blocks import compare
from .pages import ROOT, Block, blocks, name_of

SERVED: Final = {
    "README.md": ("fastapi", "uvicorn"),
    "docs/frameworks/django.md": ("django", "uvicorn"),
    "docs/frameworks/drf.md": ("rest_framework", "uvicorn"),
    "docs/frameworks/fastapi.md": ("fastapi", "sqlalchemy", "uvicorn"),
    "docs/frameworks/flask.md": ("flask",),
    "docs/frameworks/litestar.md": ("litestar", "uvicorn"),
    "docs/frameworks/starlette.md": ("starlette", "uvicorn"),
    "docs/index.md": ("fastapi", "uvicorn"),
}
"""The pages, and what their apps need."""
_MOST_LINES: Final = 30

_ORDERS: Final = """
import app
from django.db import connection
from examples.shop.models import Customer, Line, Order

with connection.schema_editor() as editor:
    for model in (Customer, Order, Line):
        editor.create_model(model)
acme = Customer.objects.create(name="ACME")
Order.objects.create(id=1, name="Ada", qty=5, status="OPEN", active=True, customer=acme)
Order.objects.create(id=2, name="Grace", qty=7, status="DONE", active=True)
Order.objects.create(id=3, name="Alan", qty=9, active=False)
"""
_PREPARED: Final = {f"docs/frameworks/{name}.md": _ORDERS for name in ("django", "drf")}
"""What is run before the server, for a page whose app finds its tables."""


def app_of(page: Path) -> tuple[Block, str]:
    """The block of the app, and the command that starts it."""
    for block, after in pairwise(blocks(page)):
        if block.language == "py" and after.language == "text":
            return block, after.text.strip()
    raise AssertionError(f"{page} has no app")


@contextmanager
def started(page: Path, folder: Path) -> Iterator[Server]:
    """The page's app, served by the page's command."""
    block, command = app_of(page)
    (folder / "app.py").write_text(block.text, encoding="utf-8")
    shutil.copytree(ROOT / "examples", folder / "examples")
    for each in blocks(page):
        if each.language == "sql":
            with closing(sqlite3.connect(folder / "shop.db")) as connection:
                connection.executescript(each.text)
    if name_of(page) in _PREPARED:
        subprocess.run([sys.executable, "-c", _PREPARED[name_of(page)]], cwd=folder, check=True)
    port = free_port()
    arguments = [sys.executable, "-m", *shlex.split(command), "--port", str(port)]
    with subprocess.Popen(arguments, cwd=folder, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            connect_patiently(lambda: socket.create_connection(("127.0.0.1", port)), OSError).close()
            yield Server(port)
        finally:
            process.terminate()


@pytest.mark.parametrize("page", SERVED)
def test_the_app_of_a_page_answers_as_the_page_says(page: str, tmp_path: Path) -> None:
    for package in SERVED[page]:
        import_optional(package, package, f"pip install {package}")
    shown = [block for block in blocks(ROOT / page) if block.language == "http"]
    assert shown
    with started(ROOT / page, tmp_path) as server:
        for block in shown:
            compare(server, block)


@pytest.mark.parametrize("page", SERVED)
def test_the_app_of_a_page_is_short(page: str) -> None:
    block, _ = app_of(ROOT / page)
    assert len(block.text.splitlines()) <= _MOST_LINES


@pytest.mark.parametrize(
    ("page", "first", "most"),
    [("docs/frameworks/fastapi.md", "engine = ", 12), ("docs/frameworks/drf.md", "class OrderList", 10)],
)
def test_an_endpoint_takes_few_lines(page: str, first: str, most: int) -> None:
    """What is written for the endpoint, models and serializers aside: imports of qlause, and all from a line on."""
    block, _ = app_of(ROOT / page)
    imports = re.findall(r"^from qlause", block.text, re.MULTILINE)
    endpoint = block.text[block.text.index(first) :].splitlines()
    assert len(imports) + len([line for line in endpoint if line.strip()]) <= most


def test_every_page_of_a_framework_is_known() -> None:
    pages = {name_of(page) for page in (ROOT / "docs" / "frameworks").glob("*.md")}
    assert pages - {"docs/frameworks/index.md"} <= set(SERVED)
