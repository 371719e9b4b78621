"""The command in this process and as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from qlause.cli import main


class Result(NamedTuple):
    status: int
    out: bytes
    err: str

    def documents(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Result]
File = Callable[..., str]


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run the command in this process."""

    def run(*argv: str) -> Result:
        status = main(argv)
        out, err = capsysbinary.readouterr()
        return Result(status, out, err.decode())

    return run


@pytest.fixture
def command() -> Run:
    """Run the command as a process of its own."""

    def command(*argv: str | bytes, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "qlause.cli", *argv],
            input=stdin,
            capture_output=True,
            timeout=30,
            check=False,
            env=env,
        )
        return Result(done.returncode, done.stdout, done.stderr.decode())

    return command


@pytest.fixture
def file(tmp_path: Path) -> File:
    """Write a file; text is written as UTF-8, anything else as JSON."""

    def file(name: str, content: Any) -> str:
        path = tmp_path / name
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return str(path)

    return file


@pytest.fixture
def people(file: File) -> str:
    return file(
        "people.ndjson",
        '{"id":1,"name":"John","age":30,"address":{"city":"Gent"}}\n'
        '{"id":2, "name":"Zoë",  "age":9}\n'
        '{"age":41,"name":"Johnny","id":3,"tags":["a","b"]}\n'
        '{"id":4,"name":null}\n',
    )
