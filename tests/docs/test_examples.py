"""Every example in the documentation is run as it stands.

- ``console`` blocks: each line after ``$ `` is a command for the shell, run at the project's root; what follows, up to
  the next command, is exactly what it prints, errors included.
- ``python`` blocks of one page share a namespace. One with ``>>>`` is run as a doctest, another one as it stands.
- ``py`` blocks need a server or a session. The pages in ``ON_ENGINES`` have them, and each page has a test that runs
  them there. Those of the pages in ``SERVED`` are apps, and ``http`` blocks are requests to them and their responses:
  ``test_framework_pages.py`` starts and asks them.
- ``sh`` blocks set up an environment first. What they run of it, from ``.venv/bin/qlause`` on, is run here in the
  environment of the tests, and prints the ``text`` block below.
- ``q``, ``sort``, ``fields`` and ``q-error`` blocks stand in the language reference alone, whose tests run them.
- Blocks of other languages are only read. ``SHOWN`` lists what they may be.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

from engines.missing import NotInstalledError, import_optional

from .pages import PAGES, ROOT, blocks, name_of, run

ON_ENGINES: Final = {f"docs/{name}.md" for name in ("mariadb", "mongodb", "mysql", "postgresql", "spark")}
"""The pages with ``py`` blocks: a server or a session is needed to run them."""
SERVED: Final = {
    *("README.md", "docs/index.md"),
    *(f"docs/frameworks/{name}.md" for name in ("django", "drf", "fastapi", "flask", "litestar", "starlette")),
}
"""The pages with an app and requests to it."""
PACKAGES: Final = {
    "docs/clickhouse.md": ("chdb", "clickhouse_connect"),
    "docs/django.md": ("django",),
    "docs/duckdb.md": ("duckdb",),
    "docs/frameworks/fastapi.md": ("fastapi", "httpx"),
    "docs/schemas.md": ("pydantic",),
    "docs/sqlalchemy.md": ("sqlalchemy",),
}
"""The packages that the ``python`` blocks of a page need."""
SHOWN: Final = {"json", "text", "yaml"}
"""Languages of blocks that are only read: data, output and diagrams. SQL is among what engines run."""
_LANGUAGE: Final = {"q", "sort", "fields", "q-error"}


def _commands() -> Iterator[Any]:
    for page in PAGES:
        known = list(blocks(page))
        for block, after in pairwise(known):
            if block.language == "sh" and ".venv/bin/qlause" in block.text and after.language == "text":
                command = "qlause" + block.text.partition(".venv/bin/qlause")[2]
                yield pytest.param(command, after.text, id=f"{name_of(page)}:{block.line} set-up")
        for block in known:
            if block.language != "console":
                continue
            for entry in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
                command, _, output = entry.partition("\n")
                while command.endswith("\\"):
                    more, _, output = output.partition("\n")
                    command = f"{command[:-1]}{more}"
                yield pytest.param(command, output, id=f"{name_of(page)}:{block.line} {command[:40]}")


@pytest.mark.parametrize(("command", "output"), list(_commands()))
def test_command_prints_what_the_page_shows(command: str, output: str) -> None:
    program = command.partition(" ")[0]
    if shutil.which(program) is None and program not in ("qlause", "python"):
        raise NotInstalledError(program, f"apt-get install {program}")
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


def _with_python() -> list[Path]:
    return [page for page in PAGES if any(block.language == "python" for block in blocks(page))]


@pytest.mark.parametrize("page", _with_python(), ids=name_of)
def test_python_examples_do_what_the_page_says(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in PACKAGES.get(name_of(page), ()):
        import_optional(package, page.stem, f"pip install {package.replace('_', '-')}")
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {"__name__": page.stem}
    for block in blocks(page):
        if block.language == "python":
            run(block, namespace)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_block_is_left_out(page: Path) -> None:
    """A test runs the language of each block, or the block is only read."""
    name = name_of(page)
    allowed = {"python", "console", *SHOWN}
    allowed |= {"sh"} if name == "README.md" else set()
    allowed |= _LANGUAGE if name == "grammar/README.md" else set()
    allowed |= {"py", "sql"} if name in ON_ENGINES else set()
    allowed |= {"py", "http", "sql"} if name in SERVED else set()
    allowed |= {"http"} if name == "docs/serve.md" else set()  # test_serve_page.py
    allowed |= {"http"} if name == "docs/contact-assignments.md" else set()  # test_contact_assignments_page.py
    allowed |= {""} if name == "grammar/README.md" else set()  # its grammar in short
    assert {block.language for block in blocks(page)} <= allowed
    fences = re.findall(r"^\s*```", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(fences) == 2 * len(list(blocks(page)))


def test_pages_with_examples_for_engines_and_servers_are_known() -> None:
    with_py = {name_of(page) for page in PAGES if any(block.language == "py" for block in blocks(page))}
    assert with_py == ON_ENGINES | SERVED


def test_pages_have_examples() -> None:
    """The patterns above find something: a page whose fences they miss would pass silently."""
    assert any(True for _ in _commands())
    assert any(block.language == "python" for block in blocks(ROOT / "README.md"))
