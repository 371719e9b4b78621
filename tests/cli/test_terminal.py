from __future__ import annotations

import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

import pytest

from qlause.cli.arguments import parse_arguments

from .conftest import File, Run

COMMAND = [sys.executable, "-m", "qlause.cli"]
CLEAR = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A pseudo terminal that a process writes to."""

    def __init__(self) -> None:
        self.near, self.far = pty.openpty()
        self.text = b""

    def read(self, until: Callable[[bytes], bool] = lambda _: False, seconds: float = 20) -> bytes:
        """What comes until the other side closes it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not until(self.text):
            if not select.select([self.near], [], [], 0.05)[0]:
                continue
            try:
                piece = os.read(self.near, 65536)
            except OSError:  # the other side is closed
                break
            self.text += piece
        return self.text


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def start(
    terminal: Terminal,
    arguments: Sequence[str],
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int | IO[bytes] | None = None,
    stderr: int | IO[bytes] | None = None,
    term: str = "xterm",
) -> subprocess.Popen[bytes]:
    """Start the command with its output and its messages on the terminal, unless told otherwise."""
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=stdin,
        stdout=terminal.far if stdout is None else stdout,
        stderr=terminal.far if stderr is None else stderr,
        env=os.environ | {"TERM": term, "COLUMNS": "80", "LINES": "24"},
    )
    os.close(terminal.far)
    return process


def test_a_table_on_a_terminal(terminal: Terminal, people: str) -> None:
    process = start(terminal, ["filter", "id:(1,2)", people])
    text = CLEAR.sub(b"", terminal.read()).decode()
    assert process.wait(20) == 0
    lines = [line.split() for line in text.split("\r\n") if line.strip()]
    assert lines[0] == ["id", "name", "age", "address.city"]
    assert lines[2:] == [["1", "John", "30", "Gent"], ["2", "Zoë", "9"]]


def test_ndjson_on_a_terminal_where_it_is_asked_for(terminal: Terminal, people: str) -> None:
    process = start(terminal, ["filter", "id:2", people, "--output", "ndjson"])
    assert terminal.read().decode() == '{"id":2, "name":"Zoë",  "age":9}\r\n'
    assert process.wait(20) == 0


def test_ndjson_in_a_pipe(command: Run, people: str) -> None:
    assert command("filter", "id:2", people).out.decode() == '{"id":2, "name":"Zoë",  "age":9}\n'


def test_no_progress_bar_for_short_input(terminal: Terminal, people: str) -> None:
    process = start(terminal, ["filter", "id:2", people], stdout=subprocess.DEVNULL)
    assert terminal.read() == b""
    assert process.wait(20) == 0


def slow_input(process: subprocess.Popen[bytes], terminal: Terminal) -> None:
    """Two documents, the second one after the bar has been seen."""
    assert process.stdin is not None
    process.stdin.write(b'{"id":1}\n')
    process.stdin.flush()
    terminal.read(lambda text: text.count(b"bytes") >= 2)
    process.stdin.write(b'x\n{"id":2}\n')
    process.stdin.close()


def test_a_progress_bar_for_long_input(terminal: Terminal) -> None:
    started = time.monotonic()
    process = start(terminal, ["filter", "", "--input", "ndjson"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    slow_input(process, terminal)
    assert time.monotonic() - started > 1
    terminal.read()
    assert process.stdout is not None
    with process.stdout as out:
        assert out.read() == b'{"id":1}\n{"id":2}\n'
    assert process.wait(20) == 2
    assert b"9/? bytes" in terminal.text
    # The bar is erased before a message is written, and at the end: nothing of it stays on the screen.
    assert screen(terminal.text) == [
        "(standard input):2: not JSON: unexpected character, expected a JSON value (column 1)"
    ]


def test_the_bar_does_not_mix_with_output_on_the_same_terminal(terminal: Terminal) -> None:
    process = start(terminal, ["filter", "", "--input", "ndjson", "--output", "ndjson"], stdin=subprocess.PIPE)
    slow_input(process, terminal)
    terminal.read()
    assert process.wait(20) == 2
    assert b"bytes" in terminal.text
    assert screen(terminal.text)[0::2] == ['{"id":1}', '{"id":2}']


@pytest.mark.parametrize("case", ["messages elsewhere", "dumb terminal"])
def test_no_bar_where_nobody_would_see_it(terminal: Terminal, case: str) -> None:
    elsewhere = subprocess.DEVNULL if case == "messages elsewhere" else None
    term = "dumb" if case == "dumb terminal" else "xterm"
    process = start(terminal, ["filter", "", "--output", "ndjson"], stdin=subprocess.PIPE, stderr=elsewhere, term=term)
    assert process.stdin is not None
    process.stdin.write(b'{"id":1}\n')
    process.stdin.flush()
    time.sleep(1.8)
    process.stdin.close()
    assert terminal.read() == b'{"id":1}\r\n'
    assert process.wait(20) == 0


def screen(text: bytes) -> list[str]:
    """The lines that stay on a screen: of the controls, those that the bar uses."""
    lines, row, column = [""], 0, 0
    for part in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", text.decode()):
        if part == "\r":
            column = 0
        elif part == "\n":
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        elif part.endswith("K") and part.startswith("\x1b"):
            lines[row] = ""
        elif part.endswith("A") and part.startswith("\x1b"):
            row -= int(part[2:-1] or 1)
        elif not part.startswith("\x1b"):
            lines[row] = lines[row][:column].ljust(column) + part + lines[row][column + len(part) :]
            column += len(part)
    return [line.rstrip() for line in lines if line.strip()]


def test_an_interrupt_ends_quietly(terminal: Terminal) -> None:
    process = start(terminal, ["filter", "", "--input", "ndjson"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    terminal.read(lambda text: b"bytes" in text)  # until the bar stands, so that it has to be erased
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    terminal.read(seconds=2)
    assert screen(terminal.text) == []
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        pipe.close()


def test_a_broken_pipe_ends_quietly(file: File) -> None:
    name = file("long.ndjson", '{"id":1,"text":"some text that fills buffers"}\n' * 20_000)
    for output in ("ndjson", "json", "csv", "table"):
        process = subprocess.Popen(
            [*COMMAND, "filter", "", name, "--output", output], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(10)
        process.stdout.close()
        with process.stderr as messages:
            assert messages.read() == b""
        assert process.wait(20) == 141


def test_a_broken_pipe_at_the_very_end(people: str) -> None:
    for arguments in (["filter", "", people], ["check", "a:1"], ["explain", "a:1"]):
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run([*COMMAND, *arguments], stdout=write, stderr=subprocess.PIPE, check=False, timeout=20)
        os.close(write)
        assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk(people: str) -> None:
    for arguments in (["filter", "", people], ["check", "a:1"]):
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run([*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, check=False, timeout=20)
        assert (done.returncode, done.stderr) == (2, b"qlause: cannot write: No space left on device\n")


def test_closed_streams(people: str) -> None:
    def closing(descriptor: int) -> Callable[[], None]:
        return lambda: os.close(descriptor)

    done = subprocess.run(
        [*COMMAND, "filter", "", people], stderr=subprocess.PIPE, preexec_fn=closing(1), check=False, timeout=20
    )
    assert (done.returncode, done.stderr) == (2, b"qlause: the standard output is closed\n")
    done = subprocess.run([*COMMAND, "filter", ""], capture_output=True, preexec_fn=closing(0), check=False, timeout=20)
    assert (done.returncode, done.stderr) == (2, b"(standard input): the standard input is closed\n")
    done = subprocess.run(
        [*COMMAND, "filter", "", people, "none"],
        stdout=subprocess.PIPE,
        preexec_fn=closing(2),
        check=False,
        timeout=20,
    )
    assert (done.returncode, done.stdout) == (2, Path(people).read_bytes())


@pytest.mark.parametrize("absent", ["orjson", "rich"])
def test_without_the_extra(absent: str, people: str) -> None:
    script = f"import sys; sys.modules[{absent!r}] = None; from qlause.cli import main; sys.exit(main(sys.argv[1:]))"

    def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, check=False, timeout=20)

    done = run("filter", "a:1", people)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b'qlause: qlause filter needs the cli extra: pip install "qlause[cli]"\n'
    assert run("check", "a:1").stdout == b"q: a:1\n"
    assert run("explain", "a:1").returncode == 0


def test_help_teaches(run: Run) -> None:
    overview = run("--help")
    assert overview.status == 0
    for each in (b"filter", b"explain", b"check", b"examples:", b"COMMAND --help"):
        assert each in overview.out
    about_filter: str = run("filter", "--help").out.decode()
    for word in ("input:", "CSV:", "exit status:", "examples:", "gzip", "file:line: reason", "--page-size", "--strict"):
        assert word in about_filter
    assert "examples:" in run("explain", "--help").out.decode()
    assert "exit status: 0, or 2" in run("check", "--help").out.decode()


def test_examples_of_the_help_are_accepted(run: Run) -> None:
    found = 0
    for command in ("filter", "explain", "check"):
        for line in run(command, "--help").out.decode().splitlines():
            if line.startswith("  qlause ") or " | qlause " in line:
                arguments = shlex.split(line.partition("qlause ")[2])
                query = parse_arguments(arguments).q
                assert run("check", query).status == (2 if query == "name: John" else 0), line
                found += 1
    assert found == 10


def test_version_and_nothing(run: Run) -> None:
    assert re.fullmatch(rb"qlause \S.*\n", run("--version").out)
    nothing = run()
    assert nothing.status == 2
    assert "COMMAND" in nothing.err
    assert run("filter").status == 2
    assert run("flter", "a:1").status == 2
