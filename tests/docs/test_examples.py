"""Every example in the documentation is run as it stands.

- ``console`` blocks: each line after ``$ `` is a command for the shell, run at the project's root; what follows, up to
  the next command, is exactly what it prints, errors included.
- ``python`` blocks of one page share a namespace. One with ``>>>`` is run as a doctest, another one as it stands.
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
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    page: Path
    line: int
    language: str
    text: str


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
                yield pytest.param(command, after.text, id=f"{page.name}:{block.line} set-up")
        for block in blocks:
            if block.language != "console":
                continue
            for entry in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
                command, _, output = entry.partition("\n")
                while command.endswith("\\"):
                    more, _, output = output.partition("\n")
                    command = f"{command[:-1]}{more}"
                yield pytest.param(command, output, id=f"{page.name}:{block.line} {command[:40]}")


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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_examples_do_what_the_page_says(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {"__name__": page.stem}
    for block in _blocks(page):
        if block.language != "python":
            continue
        if ">>> " in block.text:
            test = doctest.DocTestParser().get_doctest(block.text, namespace, page.name, str(page), block.line - 1)
            runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
            report: list[str] = []
            runner.run(test, out=report.append, clear_globs=False)
            assert not runner.failures, "".join(report)
            namespace.update(test.globs)
        else:
            text = "\n" * (block.line - 1) + block.text
            exec(compile(text, str(page), "exec", dont_inherit=True), namespace)  # noqa: S102  # the project's own pages


def test_pages_have_examples() -> None:
    """The patterns above find something: a page whose fences they miss would pass silently."""
    assert any(True for _ in _commands())
    assert any(block.language == "python" for block in _blocks(ROOT / "README.md"))
