"""Several processes filter a file: the same output, messages and exit status as one, and nothing stays behind."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qlause.cli.commands import filter as filter_command
from qlause.cli.input import byte_stream, json_reader, line_prefilter, ndjson_reader, parallel_ndjson, worker_pool
from qlause.cli.output.terminal import ProgressBar

from .conftest import File, Run, Start

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")

LINES: tuple[str | bytes, ...] = (
    '{"id":1,"name":"Ann","n":1.10,"at":"2024-01-01T00:00:00+01:00"}',
    '{"id":2,"name":"Bob","n":-0,"at":"2024-01-01T00:00:00Z"}',
    '{"name":"ann","tags":["a","b",null]}',
    '{"id":3, "name":"\\u0041nn" , "n":"x"}',
    '{"id":"Zoë","o":{"name":"Ann"},"at":["2024-01-01T00:00:00.5-0130"]}',
    '{"id":4}{"name":"Ann"} {"id":5,"n":7}',
    '{"id":6}{"name":"Ann",}',
    '{"name":"Ann","n":1' + "0" * 400 + "}",
    '{"name":"Ann","n":1' + "0" * 20 + ',"d":' + "[" * 600 + "]" * 600 + "}",
    '{"id":7,"text":"' + "x" * 2_000 + '"}',
    '{"name":"Ann"',
    "{'name':'Ann'}",
    '{"name":"Ann",}',
    "[1]",
    "7",
    "",
    " \t",
    "\ud800".encode("utf-8", "surrogatepass"),
)
QUERIES = ("", "name:Ann", "name:~ann", "n:>0 OR tags:a", "NOT name:Bob", "at:<2025-01-01T00:00:00Z", "nmae:x", "id:99")
OPTIONS = (
    ["--limit", "3"],
    ["--page", "2", "--page-size", "2"],
    ["--strict"],
    ["--validate"],
    ["--count"],
    ["--count-by", "n"],
    ["--count-by", "tags", "--limit", "2"],
    ["--sort", "n:desc,at"],
    ["--sort", "name", "--limit", "4"],
    ["--invert"],
    ["--fields", "id,o.name,nmae"],
    ["--fields", "id,n", "--output", "raw"],
    ["--output", "json"],
    ["--output", "csv"],
    ["--output", "table"],
    ["--with-filename"],
)


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Tiny blocks, so that small files keep several processes busy. The list gets the process of each fork."""
    processes: list[int] = []
    fork = os.fork

    def counted() -> int:
        processes.append(fork())
        return processes[-1]

    monkeypatch.setattr(os, "fork", counted)
    monkeypatch.setattr(worker_pool, "can_fork", lambda: True)
    monkeypatch.setattr(filter_command, "_MIN_PARALLEL_SIZE", 1)
    for module in (worker_pool, parallel_ndjson):
        monkeypatch.setattr(module, "SLOT_SIZE", 1 << 10)
    monkeypatch.setattr(ndjson_reader, "MAX_DOCUMENT_SIZE", 1_800)
    monkeypatch.setattr(line_prefilter, "_MIN_SAMPLED_BLOCK", 1)
    monkeypatch.setattr(line_prefilter, "FIRST_PERIOD", 1)
    # Loaded later, it would keep the size that a test gives the stream.
    monkeypatch.setattr(json_reader, "BUFFER_SIZE", byte_stream.BUFFER_SIZE)
    return processes


def texts() -> st.SearchStrategy[bytes]:
    lines = st.lists(st.tuples(st.sampled_from(LINES), st.sampled_from((b"\n", b"\n", b"\r\n"))), max_size=40)
    parts = lines.map(
        lambda each: b"".join((line.encode() if isinstance(line, str) else line) + end for line, end in each)
    )
    return st.tuples(
        st.sampled_from((b"", b"", b"\xef\xbb\xbf")), parts, st.sampled_from((b"", b'{"name":"Ann"}'))
    ).map(b"".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    texts=st.lists(texts(), min_size=1, max_size=2),
    query=st.sampled_from(QUERIES),
    options=st.lists(st.sampled_from(OPTIONS), max_size=2, unique_by=lambda each: each[0]),
    jobs=st.sampled_from(("2", "3")),
    chunk=st.integers(1, 300),
    blocks=st.sampled_from((1, 100, 900)),
    is_compressed=st.booleans(),
)
def test_as_one_process_does(
    run: Run,
    tmp_path: Path,
    forks: list[int],
    texts: list[bytes],
    query: str,
    options: list[list[str]],
    jobs: str,
    chunk: int,
    blocks: int,
    is_compressed: bool,
) -> None:
    names = []
    for number, text in enumerate(texts):
        path = tmp_path / f"{number}.ndjson"
        path.write_bytes(gzip.compress(text) if is_compressed else text)
        names.append(str(path))
    arguments = ["filter", query, *names, *(argument for option in options for argument in option)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(byte_stream, "_CHUNK_SIZE", chunk)
        patch.setattr(byte_stream, "BUFFER_SIZE", chunk)
        patch.setattr(parallel_ndjson, "_BLOCKS_SIZE", blocks)
        expected = run(*arguments, "--jobs", "1")
        assert not forks
        assert run(*arguments, "--jobs", jobs) == expected
    is_refused = expected.err.startswith(("qlause: --", "usage", "qlause filter:", "qlause: -r"))
    assert len(forks) == (int(jobs) if any(Path(name).stat().st_size for name in names) and not is_refused else 0)
    for process in forks:
        with pytest.raises(ChildProcessError):
            os.waitpid(process, os.WNOHANG)
    forks.clear()


@pytest.mark.parametrize("options", [["--count"], ["--limit", "250"], ["--fields", "id"]])
def test_what_comes_before_an_unreadable_part_is_not_lost(
    run: Run, tmp_path: Path, forks: list[int], options: list[str]
) -> None:
    text = b"".join(b'{"id":%d,"name":"%s"}\n' % (number, b"x" * (number % 50)) for number in range(300))
    cut, mixed = tmp_path / "cut.ndjson.gz", tmp_path / "mixed.ndjson"
    cut.write_bytes(gzip.compress(text)[:-30])
    mixed.write_bytes(text + b'{"id":"\xe9"}\n')
    for arguments in ([str(cut)], [str(mixed), "--encoding", "ascii"]):
        expected = run("filter", "", *arguments, *options, "--jobs", "1")
        assert not forks
        assert run("filter", "", *arguments, *options, "--jobs", "2") == expected
        assert forks
        forks.clear()
    assert run("filter", "", str(mixed), "--encoding", "ascii", "--count") == (
        2,
        b"300\n",
        f"{mixed}: invalid ascii: ordinal not in range(128)\n",
    )


def test_other_formats_are_read_by_one_process(run: Run, file: File, forks: list[int]) -> None:
    array, table = file("f.json", [{"id": 1}]), file("f.csv", "id\n1\n")
    assert run("filter", "id:1", table, "--jobs", "2").documents() == [{"id": 1}]
    assert not forks
    assert run("filter", "id:1", table, array, "--jobs", "2").documents() == [{"id": 1}] * 2


def test_small_files_are_filtered_by_one_process(run: Run, people: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fork", None)
    assert run("filter", "id:1", people, "--jobs", "2").status == 0


def test_other_threads_make_forks_unsafe(
    run: Run, people: str, forks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_pool, "can_fork", lambda: False)
    assert run("filter", "id:1", people, "--jobs", "2").status == 0
    assert not forks


def test_where_no_process_can_be_started_this_one_does_all(
    run: Run, people: str, forks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = os.fork

    def fork() -> int:
        if forks:
            raise BlockingIOError
        return first()

    monkeypatch.setattr(os, "fork", fork)
    assert run("filter", "id:1", people, "--jobs", "2").status == 0
    assert len(forks) == 1
    with pytest.raises(ChildProcessError):
        os.waitpid(forks[0], os.WNOHANG)


@pytest.mark.parametrize("jobs", ["0", "x", "257", "-1"])
def test_numbers_of_processes_that_are_refused(run: Run, people: str, jobs: str) -> None:
    result = run("filter", "id:1", people, f"--jobs={jobs}")
    assert (result.status, result.out) == (2, b"")
    assert "argument --jobs: " in result.err


def test_a_limit_stops_reading(run: Run, big: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(worker_pool, "can_fork", lambda: True)
    monkeypatch.setattr(ProgressBar, "advance", lambda _, size: sizes.append(size))
    assert run("filter", "", big, "--limit", "3", "--jobs", "2").out.count(b"\n") == 3
    assert sum(sizes) < Path(big).stat().st_size / 2


def test_a_mistake_in_a_process_is_one_here(
    run: Run, people: str, forks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise LookupError("on purpose")

    monkeypatch.setattr(parallel_ndjson, "documents_of_blocks", fail)
    with pytest.raises(RuntimeError, match="LookupError: on purpose"):
        run("filter", "id:1", people, "--jobs", "2")
    for process in forks:
        with pytest.raises(ChildProcessError):
            os.waitpid(process, os.WNOHANG)


@pytest.fixture
def big(file: File) -> str:
    """Large enough for several processes, and for what they find to fill all pipes."""
    line = json.dumps({"id": 1, "text": "x" * 1_000}) + "\n"
    return file("big.ndjson", line * 20_000)


@pytest.fixture
def busy(start: Start, big: str) -> Iterator[tuple[subprocess.Popen[bytes], list[int]]]:
    """The command with two processes that wait, because nobody reads the output."""
    command = start(
        *("filter", "", big, "--jobs", "2"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert command.stdout is not None
    assert command.stdout.read(10)
    yield command, children(command.pid)
    with suppress(ProcessLookupError):
        os.killpg(command.pid, signal.SIGKILL)


def children(process: int) -> list[int]:
    found = [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    assert len(found) == 2
    return found


def are_gone(processes: list[int]) -> bool:
    for _ in range(200):
        if not any(Path(f"/proc/{each}").exists() for each in processes):
            return True
        time.sleep(0.05)
    return False


Busy = tuple["subprocess.Popen[bytes]", list[int]]
on_linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the processes are found there")


@on_linux
def test_a_process_is_killed(busy: Busy) -> None:
    command, processes = busy
    os.kill(processes[1], signal.SIGKILL)
    out, err = command.communicate(timeout=20)
    message = b"qlause: a process that filters a part of the input was killed; --jobs 1 does without\n"
    assert (command.returncode, err) == (2, message)
    assert 0 < out.count(b"\n") < 20_000
    assert are_gone(processes)


@on_linux
@pytest.mark.parametrize("everywhere", [True, False])
def test_an_interrupt_ends_all(busy: Busy, everywhere: bool) -> None:
    command, processes = busy
    if everywhere:
        os.killpg(command.pid, signal.SIGINT)
    else:
        os.kill(command.pid, signal.SIGINT)
    assert command.wait(20) == 130
    assert command.stderr is not None
    assert command.stderr.read() == b""
    assert are_gone(processes)


@on_linux
def test_a_closed_pipe_ends_all(busy: Busy) -> None:
    command, processes = busy
    assert command.stdout is not None
    assert command.stderr is not None
    command.stdout.close()
    assert command.wait(20) == 141
    assert command.stderr.read() == b""
    assert are_gone(processes)


@on_linux
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_process_outlives_the_command(busy: Busy, number: int) -> None:
    command, processes = busy
    command.send_signal(number)
    assert command.wait(20) == -number
    assert are_gone(processes)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk(start: Start, big: str) -> None:
    with Path("/dev/full").open("wb") as full:
        command = start("filter", "", big, "--jobs", "2", stdout=full, stderr=subprocess.PIPE)
        _, err = command.communicate(timeout=20)
    assert (command.returncode, err) == (2, b"qlause: cannot write: No space left on device\n")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read there")
def test_memory_does_not_grow_with_the_input(file: File) -> None:
    script = (
        "import sys; from qlause.cli import main; main(sys.argv[1:]);"
        "print(*(line for line in open('/proc/self/status') if line.startswith('VmHWM:')), file=sys.stderr)"
    )

    def peak(count: int) -> int:
        name = file("f.ndjson", (json.dumps({"id": 1, "text": "x" * 1_000}) + "\n") * count)
        command: list[Any] = [sys.executable, "-c", script, "filter", "", name, "--jobs", "2"]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True, timeout=60)
        return int(done.stderr.split()[1])

    assert peak(80_000) < peak(20_000) + 5_000  # KiB; the larger file has 80,000
