"""The command in this process, and as a process that never outlives its test."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from qlause.cli import main

COMMAND = [sys.executable, "-m", "qlause"]


class Result(NamedTuple):
    status: int
    out: bytes
    err: str

    def documents(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Result]
Start = Callable[..., "subprocess.Popen[bytes]"]
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
            [*COMMAND, *argv],
            input=stdin,
            capture_output=True,
            timeout=30,
            check=False,
            env=env,
        )
        return Result(done.returncode, done.stdout, done.stderr.decode())

    return command


@pytest.fixture
def start() -> Iterator[Start]:
    """Start the command as a process of its own. Whatever becomes of the test, the process is killed at its end.

    An interrupt ends it, also where the parent of these tests ignores interrupts, unless ``preexec_fn`` says otherwise.
    """
    with ExitStack() as stack:

        def start(*argv: str, command: Sequence[str] = COMMAND, **options: Any) -> subprocess.Popen[bytes]:
            options.setdefault("preexec_fn", lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
            process = stack.enter_context(subprocess.Popen([*command, *argv], **options))
            stack.callback(process.kill)  # runs first; then the process is waited for and its pipes are closed
            return process

        yield start


@pytest.fixture
def shell(tmp_path: Path) -> Run:
    """Run a line of a shell that knows the command ``qlause``, in the directory of the test's files."""
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "qlause"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m qlause "$@"\n')
    program.chmod(0o755)
    env = os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}

    def shell(line: str) -> Result:
        with subprocess.Popen(
            ["/bin/sh", "-c", line],
            cwd=tmp_path,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            try:
                out, err = process.communicate(timeout=30)
            except BaseException:  # an interrupt too; it is raised again
                os.killpg(process.pid, signal.SIGKILL)  # the shell and all that it started
                raise
        return Result(process.returncode, out, err.decode())

    return shell


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
