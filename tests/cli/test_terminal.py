"""The command and the terminal: tables, progress, interrupts, closed streams."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

import pytest

from .conftest import COMMAND, File, Run, Start

CONTROL = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A pseudo terminal, and the command that writes to it."""

    def __init__(self, start: Start) -> None:
        self.text = b""
        """What was written so far."""
        self._start = start
        self._ours, self._theirs = pty.openpty()

    def start(
        self,
        arguments: Sequence[str],
        *,
        stdin: int = subprocess.DEVNULL,
        stdout: int | IO[bytes] | None = None,
        stderr: int | IO[bytes] | None = None,
        term: str = "xterm",
        on_interrupt: signal.Handlers = signal.SIG_DFL,
    ) -> subprocess.Popen[bytes]:
        """Start the command with its output and its messages on the terminal by default.

        ``on_interrupt`` is what its parent process has set for SIGINT. The parent of these tests may ignore it, as a
        shell does for what it runs in the background.
        """
        return self._start(
            *arguments,
            stdin=stdin,
            stdout=self._theirs if stdout is None else stdout,
            stderr=self._theirs if stderr is None else stderr,
            env=os.environ | {"TERM": term, "COLUMNS": "80", "LINES": "24"},
            preexec_fn=lambda: signal.signal(signal.SIGINT, on_interrupt),
        )

    def read(self, until: Callable[[bytes], bool] = lambda _: False, seconds: float = 20) -> bytes:
        """What is written until a condition holds or the command closes the terminal."""
        if self._theirs >= 0:
            os.close(self._theirs)  # the command alone keeps it open
            self._theirs = -1
        end = time.monotonic() + seconds
        while time.monotonic() < end and not until(self.text):
            if not select.select([self._ours], [], [], 0.05)[0]:
                continue
            try:
                written = os.read(self._ours, 65536)
            except OSError:  # the other side is closed
                break
            self.text += written
        return self.text

    def close(self) -> None:
        for descriptor in (self._ours, self._theirs):
            if descriptor >= 0:
                os.close(descriptor)


@pytest.fixture
def terminal(start: Start) -> Iterator[Terminal]:
    terminal = Terminal(start)
    yield terminal
    terminal.close()


def test_a_table_on_a_terminal(terminal: Terminal, people: str) -> None:
    process = terminal.start(["filter", "id:(1,2)", people])
    text = CONTROL.sub(b"", terminal.read()).decode()
    assert process.wait(20) == 0
    lines = [line.split() for line in text.split("\r\n") if line.strip()]
    assert lines[0] == ["id", "name", "age", "address.city"]
    assert lines[2:] == [["1", "John", "30", "Gent"], ["2", "Zoë", "9"]]


def test_ndjson_on_a_terminal_where_it_is_asked_for(terminal: Terminal, people: str) -> None:
    process = terminal.start(["filter", "id:2", people, "--output", "ndjson"])
    assert terminal.read().decode() == '{"id":2, "name":"Zoë",  "age":9}\r\n'
    assert process.wait(20) == 0


def test_ndjson_in_a_pipe(command: Run, people: str) -> None:
    assert command("filter", "id:2", people).out.decode() == '{"id":2, "name":"Zoë",  "age":9}\n'


def test_no_progress_bar_for_short_input(terminal: Terminal, people: str) -> None:
    process = terminal.start(["filter", "id:2", people], stdout=subprocess.DEVNULL)
    assert terminal.read() == b""
    assert process.wait(20) == 0


def write_slowly(process: subprocess.Popen[bytes], terminal: Terminal) -> None:
    """Write two documents, the second one after the bar has been seen."""
    assert process.stdin is not None
    process.stdin.write(b'{"id":1}\n')
    process.stdin.flush()
    terminal.read(lambda text: text.count(b"bytes") >= 2)
    process.stdin.write(b'x\n{"id":2}\n')
    process.stdin.close()


def test_a_progress_bar_for_long_input(terminal: Terminal) -> None:
    started = time.monotonic()
    process = terminal.start(["filter", "", "--input", "ndjson"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    write_slowly(process, terminal)
    assert time.monotonic() - started > 1
    terminal.read()
    assert process.stdout is not None
    assert process.stdout.read() == b'{"id":1}\n{"id":2}\n'
    assert process.wait(20) == 2
    assert b"9/? bytes" in terminal.text
    # The bar is erased before a message is written, and at the end: nothing of it stays on the screen.
    assert screen(terminal.text) == [
        "(standard input):2: invalid JSON: unexpected character, expected a JSON value (column 1)"
    ]


def test_the_bar_does_not_mix_with_output_on_the_same_terminal(terminal: Terminal) -> None:
    process = terminal.start(["filter", "", "--input", "ndjson", "--output", "ndjson"], stdin=subprocess.PIPE)
    write_slowly(process, terminal)
    terminal.read()
    assert process.wait(20) == 2
    assert b"bytes" in terminal.text
    assert screen(terminal.text)[0::2] == ['{"id":1}', '{"id":2}']


@pytest.mark.parametrize("case", ["messages elsewhere", "dumb terminal"])
def test_no_bar_where_nobody_would_see_it(terminal: Terminal, case: str) -> None:
    elsewhere = subprocess.DEVNULL if case == "messages elsewhere" else None
    term = "dumb" if case == "dumb terminal" else "xterm"
    process = terminal.start(["filter", "", "--output", "ndjson"], stdin=subprocess.PIPE, stderr=elsewhere, term=term)
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
    process = terminal.start(["filter", "", "--input", "ndjson"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    terminal.read(lambda text: b"bytes" in text)  # until the bar is there, so that it has to be erased
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    terminal.read(seconds=2)
    assert screen(terminal.text) == []


def test_an_interrupt_ends_what_nobody_reads(start: Start, file: File) -> None:
    name = file("big.ndjson", (json.dumps({"id": 1, "text": "x" * 1_000}) + "\n") * 5_000)
    process = start("filter", "", name, "--output", "ndjson", stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.read(10)
    time.sleep(0.5)  # until it waits, all buffers full
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130


def test_interrupts_stay_ignored_in_the_background(terminal: Terminal) -> None:
    """A shell has its background jobs ignore SIGINT, so that Ctrl-C ends only what runs in the foreground."""
    process = terminal.start(
        ["filter", "", "--input", "ndjson", "--output", "ndjson"],
        stdin=subprocess.PIPE,
        on_interrupt=signal.SIG_IGN,
    )
    assert process.stdin is not None
    process.stdin.write(b'{"id":1}\n')
    process.stdin.flush()
    terminal.read(lambda text: b'{"id":1}' in text)
    process.send_signal(signal.SIGINT)
    process.stdin.write(b'{"id":2}\n')
    process.stdin.close()
    terminal.read()
    assert process.wait(20) == 0
    assert screen(terminal.text)[:2] == ['{"id":1}', '{"id":2}']


@pytest.mark.parametrize("output", ["ndjson", "json", "csv", "table"])
def test_a_broken_pipe_ends_quietly(start: Start, file: File, output: str) -> None:
    name = file("long.ndjson", '{"id":1,"text":"some text that fills buffers"}\n' * 20_000)
    process = start("filter", "", name, "--output", output, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(20) == 141


def test_a_broken_pipe_at_the_very_end(people: str) -> None:
    for arguments in (["filter", "", people], ["check", "a:1"], ["explain", "a:1"]):
        read, write = os.pipe()
        os.close(read)
        try:
            done = subprocess.run([*COMMAND, *arguments], stdout=write, stderr=subprocess.PIPE, check=False, timeout=20)
        finally:
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


HOSTILE = "\x7f\x9b31m\u202e\u2028"


@pytest.mark.parametrize("output", ["ndjson", "json", "csv", "tsv", "table", "markdown", "raw"])
@pytest.mark.parametrize("name", ["f.ndjson", "f.json", "f.csv"])
def test_nothing_of_a_document_controls_the_terminal(terminal: Terminal, file: File, output: str, name: str) -> None:
    text = f'{{"t":"a{HOSTILE}b","{HOSTILE}":1}}'
    content = {"f.ndjson": f"{text}\t\n", "f.json": f"[{text}]", "f.csv": f't,"{HOSTILE}"\n"a{HOSTILE}\x1b[2Jb",1\n'}[
        name
    ]
    process = terminal.start(["filter", "", file(name, content), "-o", output, "-f", f't,"{HOSTILE}"'])
    written = terminal.read().decode()
    assert process.wait(20) == 0
    assert "\\u202e" in written
    styled = re.sub(r"\x1b\[[012]?m", "", written) if output == "table" else written
    assert not any(character in styled for character in HOSTILE.replace("31m", "") + "\x1b")
    if output in ("ndjson", "json"):
        documents = json.loads(written) if output == "json" else [json.loads(written)]
        assert documents[0]["t"].startswith(f"a{HOSTILE}")


def test_whole_lines_are_escaped_on_a_terminal_only(terminal: Terminal, command: Run, file: File) -> None:
    line = f'{{"t":"{HOSTILE}😀\\n"}}'
    name = file("f.ndjson", line + "\n")
    assert command("filter", "", name).out.decode() == line + "\n"
    process = terminal.start(["filter", "", name, "-o", "ndjson"])
    written = terminal.read().decode()
    assert process.wait(20) == 0
    assert json.loads(written) == json.loads(line)
    assert written == '{"t":"\\u007f\\u009b31m\\u202e\\u2028😀\\n"}\r\n'


@pytest.mark.parametrize(
    ("arguments", "lines", "expected"),
    [
        (["--input", "ndjson"], [b'{"id":1}\n', b'{"id":2}\n'], [b'{"id":1}\n', b'{"id":2}\n']),
        ([], [b'{"id":1}\n', b'{"id":2}\n'], [b'{"id":1}\n', b'{"id":2}\n']),
        (["-o", "csv", "-f", "id"], [b'{"id":1}\n', b'{"id":2}\n'], [b"id\r\n1\r\n", b"2\r\n"]),
        (["-r", "-f", "id"], [b'{"id":1}\n', b'{"id":2}\n'], [b"1\n", b"2\n"]),
        (["--input", "csv", "-o", "csv"], [b"id,x\n1,\n", b"2,y\n"], [b"id,x\n1,\n", b"2,y\n"]),
        (["--input", "csv"], [b"id,x\n1,\n", b"2,y\n"], [b'{"id":1}\n', b'{"id":2,"x":"y"}\n']),
        (["--input", "json", "-o", "json"], [b'{"id":1}', b'{"id":2}'], [b'[\n{"id":1}', b',\n{"id":2}']),
    ],
)
def test_each_line_comes_when_it_is_there(
    start: Start, arguments: list[str], lines: list[bytes], expected: list[bytes]
) -> None:
    """As with ``tail -f log | qlause filter``."""
    process = start("filter", "id:>0", *arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    for line, answer in zip(lines, expected, strict=True):
        process.stdin.write(line)
        process.stdin.flush()
        written = b""
        while len(written) < len(answer):
            assert select.select([process.stdout], [], [], 20)[0], written
            written += os.read(process.stdout.fileno(), 1000)
        assert written == answer
    process.stdin.close()
    assert process.wait(20) == 0


def test_a_table_grows_with_the_input(terminal: Terminal) -> None:
    process = terminal.start(["filter", "id:>0", "--input", "ndjson"], stdin=subprocess.PIPE)
    assert process.stdin is not None
    for line in (b'{"id":100,"x":"a"}\n', b'{"id":2,"x":"b"}\n', b'{"id":3000,"x":"c"}\n'):
        process.stdin.write(line)
        process.stdin.flush()
        value = line.split(b'"')[-2]
        terminal.read(lambda text, value=value: text.rstrip().endswith(value))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
    process.stdin.close()
    lines = CONTROL.sub(b"", terminal.read()).decode().split("\r\n")
    assert process.wait(20) == 0
    assert [line.split() for line in lines if line.strip() and "─" not in line] == [
        ["id", "x"],
        ["100", "a"],
        ["2", "b"],
        ["id", "x"],
        ["3000", "c"],
    ]
