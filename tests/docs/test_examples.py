"""Every example in the documentation is run as it stands.

- ``console`` blocks: each line after ``$ `` is a command for the shell, run at the project's root; what follows, up to
  the next command, is exactly what it prints, errors included.
- ``python`` blocks of one page share a namespace. One with ``>>>`` is run as a doctest, another one as it stands.
- ``py`` blocks of one page need an engine, which the page is named after, and are run on it as they stand.
- ``sql`` blocks create the tables of the endpoint on PostgreSQL, which must answer as the one on SQLite does.
- ``sh`` blocks set up an environment first. What they run of it, from ``.venv/bin/qlause`` on, is run here in the
  environment of the tests, and prints the ``text`` block below.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import qlause
from engines import postgresql
from engines.missing import import_optional
from engines.mongodb import server
from engines.spark import session

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
DRIVERS = {
    "chdb": ("clickhouse", "pip install chdb"),
    "duckdb": ("duckdb", "pip install duckdb"),
    "psycopg": ("postgresql", "pip install 'psycopg[binary]'"),
    "pyspark": ("spark", "pip install pyspark"),
}
"""Modules of examples that may be missing. A page is run up to the first one that is."""
_IMPORTED = re.compile(r"^(?:>>> )?(?:from|import) (\w+)", re.MULTILINE)
_BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    page: Path
    line: int
    language: str
    text: str


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def _blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for match in _BLOCK.finditer(text):
        yield Block(page, text.count("\n", 0, match.start()) + 2, match[1], match[2])


def _commands() -> Iterator[Any]:
    for page in PAGES:
        blocks = list(_blocks(page))
        for block, after in pairwise(blocks):
            if block.language == "sh" and ".venv/bin/qlause" in block.text and after.language == "text":
                command = "qlause" + block.text.partition(".venv/bin/qlause")[2]
                yield pytest.param(command, after.text, id=f"{_name(page)}:{block.line} set-up")
        for block in blocks:
            if block.language != "console":
                continue
            for entry in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
                command, _, output = entry.partition("\n")
                while command.endswith("\\"):
                    more, _, output = output.partition("\n")
                    command = f"{command[:-1]}{more}"
                yield pytest.param(command, output, id=f"{_name(page)}:{block.line} {command[:40]}")


@pytest.mark.parametrize(("command", "output"), list(_commands()))
def test_command_prints_what_the_page_shows(command: str, output: str) -> None:
    environment = dict(os.environ, COLUMNS="100", PYTHONIOENCODING="utf-8")
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(  # noqa: S602  # commands of the project's own pages, as a reader types them
        command,
        shell=True,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=60,
    )
    assert _trimmed(done.stdout.decode()) == _trimmed(output)


def _trimmed(text: str) -> list[str]:
    """The lines without what no reader sees: blanks at their ends, empty lines around them."""
    return [line.rstrip() for line in text.strip().split("\n")]


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_python_examples_do_what_the_page_says(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    _run_python(page)


def _run_python(page: Path) -> dict[str, Any]:
    """Run the ``python`` blocks of a page, and return the names that they define."""
    namespace: dict[str, Any] = {"__name__": page.stem}
    for block in _blocks(page):
        if block.language != "python":
            continue
        for module in _IMPORTED.findall(block.text):
            if module in DRIVERS:
                import_optional(module, *DRIVERS[module])
        if ">>> " in block.text:
            test = doctest.DocTestParser().get_doctest(block.text, namespace, page.name, str(page), block.line - 1)
            runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
            failures: list[str] = []
            runner.run(test, out=failures.append, clear_globs=False)
            assert not runner.failures, "".join(failures)
            namespace.update(test.globs)
        else:
            text = "\n" * (block.line - 1) + block.text
            exec(compile(text, str(page), "exec", dont_inherit=True), namespace)  # noqa: S102  # the project's own pages
    return namespace


def test_pages_have_examples() -> None:
    """The patterns above find something: a page whose fences they miss would pass silently."""
    assert any(True for _ in _commands())
    for language in ("python", "py", "sql"):
        assert any(block.language == language for page in PAGES for block in _blocks(page)), language


def _on_clickhouse() -> tuple[dict[str, Any], dict[str, str]]:
    import_optional("clickhouse_connect", "clickhouse-connect", "pip install clickhouse-connect")
    import_optional("chdb", "clickhouse", "pip install chdb")
    (page,) = [page for page in PAGES if page.stem == "clickhouse"]
    table = 'client.command("CREATE OR REPLACE TABLE people (id Int64, name String, qty Int64) ENGINE = Memory")'
    return _run_python(page), {'get_client(host="localhost")': f'get_client(dsn="chdb://")\n{table}'}


def _on_spark() -> tuple[dict[str, Any], dict[str, str]]:
    session()  # the page's getOrCreate returns this session
    return {}, {}


def _on_mongodb() -> tuple[dict[str, Any], dict[str, str]]:
    database = server.database()
    host, port = database.client.address
    replaced = {"localhost:27017": f"{host}:{port}", "client.shop": f"client.{database.name}"}
    return {"Cursor": qlause.Cursor, "Schema": qlause.Schema, "mongo": qlause.mongo}, replaced


ENGINES: dict[str, Callable[[], tuple[dict[str, Any], dict[str, str]]]] = {
    "clickhouse": _on_clickhouse,
    "mongodb": _on_mongodb,
    "spark": _on_spark,
}
"""By the name of a page: the names that its examples use, and what replaces the addresses in them."""


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=_name(page), marks=pytest.mark.xdist_group(page.stem))
        for page in PAGES
        if any(block.language == "py" for block in _blocks(page))
    ],
)
def test_examples_on_an_engine_do_what_the_page_says(page: Path) -> None:
    namespace, replaced = ENGINES[page.stem]()
    for block in _blocks(page):
        if block.language == "py":
            code = block.text
            for written, meant in replaced.items():
                code = code.replace(written, meant)
            text = "\n" * (block.line - 1) + code
            exec(compile(text, str(page), "exec", dont_inherit=True), namespace)  # noqa: S102  # the project's own pages


REQUESTS: tuple[dict[str, Any], ...] = (
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


def test_the_endpoint_answers_on_postgresql_as_on_sqlite() -> None:
    (page,) = [page for page in PAGES if any(block.language == "sql" for block in _blocks(page))]
    connection = postgresql.server()
    namespace = _run_python(page)
    connection.execute("CREATE SCHEMA readme")
    connection.execute("SET search_path TO readme, public")
    try:
        for block in _blocks(page):
            if block.language == "sql":
                connection.execute(block.text)
        for row in namespace["database"].execute("SELECT * FROM orders"):
            connection.execute("INSERT INTO orders VALUES (%s, %s, %s, %s, %s)", row)
        for statement in qlause.sql.index_ddl("postgresql", "orders", schema=namespace["orders"]):
            connection.execute(statement)
        for request in REQUESTS:
            on_postgresql = namespace["list_orders_of"](connection, **request)
            assert _with_text_times(on_postgresql) == _with_text_times(namespace["list_orders"](**request)), request
    finally:
        connection.execute("SET search_path TO DEFAULT")
        connection.execute("DROP SCHEMA readme CASCADE")


def _with_text_times(answer: tuple[int, Any]) -> tuple[int, Any]:
    """An answer whose date-times are text."""
    status, body = answer
    for row in body if status == 200 else ():
        if "created" in row and not isinstance(row["created"], str):
            row["created"] = f"{row['created']:%Y-%m-%dT%H:%M:%SZ}"
    return status, body
