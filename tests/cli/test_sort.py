"""A sort of more than memory holds: the same order as in memory, and a temporary file that never stays."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qlause import python
from qlause.cli.arguments import UsageError
from qlause.cli.output import external_sort
from qlause.cli.output.external_sort import sorted_items

from .conftest import File, Run, Start

DOCUMENTS = [
    {"id": number, "k": [None, 1.5, "x", True, "2024-01-01T00:00:00Z", 10][number % 6], "t": str(number * 7 % 100)}
    for number in range(1_000)
]
SMALL = "from qlause.cli.output import external_sort; external_sort._MAX_MEMORY = 1 << 20;"


@pytest.mark.parametrize("sort", ["k", "k:desc,t", "t:desc,id:desc", "none"])
@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--page", "3", "--page-size", "70"],
        ["--limit", "600"],
        ["--limit", "7", "--fields", "t"],
        ["--output", "json", "--with-filename"],
        ["--output", "csv"],
        ["--output", "table"],
        ["--output", "markdown", "--fields", "k,t"],
    ],
)
def test_the_order_is_that_of_memory(
    run: Run, file: File, monkeypatch: pytest.MonkeyPatch, sort: str, arguments: list[str]
) -> None:
    ndjson = file("f.ndjson", "\n".join(map(json.dumps, DOCUMENTS)))
    csv = file(
        "f.csv", "".join(f"{each}\r\n" for each in ("t,u", *(f"{number % 7},é{number}" for number in range(999))))
    )
    opened: list[Any] = []
    new_file = tempfile.TemporaryFile

    def counted() -> Any:
        opened.append(new_file())
        return opened[-1]

    for files in ([ndjson], [csv], [ndjson, csv]):
        in_memory = run("filter", "", *files, "--sort", sort, *arguments)
        with monkeypatch.context() as patch:
            patch.setattr(external_sort, "_MAX_MEMORY", 20_000)
            patch.setattr(external_sort, "_BLOCK_SIZE", 1_000)
            patch.setattr(tempfile, "TemporaryFile", counted)
            assert run("filter", "", *files, "--sort", sort, *arguments) == in_memory
    assert bool(opened) == (arguments[:2] != ["--limit", "7"])
    assert all(each.closed for each in opened)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.text(max_size=3)), max_size=60),
    st.none() | st.integers(1, 70),
    st.integers(1, 3_000),
    st.sampled_from(("a", "a:desc", "a,b:desc")),
)
def test_any_pairs(values: list[tuple[int, bool, str]], stop: int | None, memory: int, sort: str) -> None:
    key = python.sort_key(sort, unique=None)
    pairs = [(key({"a": a, "b": b}), f"{number} {text}") for number, (a, b, text) in enumerate(values)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(external_sort, "_MAX_MEMORY", memory)
        found = list(sorted_items(pairs, stop))
    assert found[:stop] == [item for _, item in sorted(pairs, key=lambda pair: pair[0])][:stop]
    assert len(found) <= len(pairs)


def test_a_small_sort_writes_nothing(run: Run, people: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", None)
    assert [each["id"] for each in run("filter", "", people, "--sort", "id:desc").documents()] == [4, 3, 2, 1]


def test_what_a_limit_leaves_out_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(external_sort, "_MAX_MEMORY", 100_000)
    monkeypatch.setattr(tempfile, "TemporaryFile", None)
    for numbers in (range(10_000), reversed(range(10_000))):
        assert list(sorted_items(((number, "x") for number in numbers), 3))[:3] == ["x"] * 3


def test_the_disk_is_full(file: File, tmp_path: Path) -> None:
    name = file("f.ndjson", "\n".join(json.dumps({"id": number, "t": "x" * 1_000}) for number in range(5_000)))
    script = SMALL + "from qlause.cli import main; import sys; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", script, "filter", "", name, "--sort", "t"],
        capture_output=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)),
        check=False,
        timeout=30,
    )
    message = b"qlause: the temporary file of the sort: File too large; TMPDIR names another folder for it\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", message)
    assert [each.name for each in tmp_path.iterdir()] == ["f.ndjson"]


def test_a_file_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(external_sort, "_MAX_MEMORY", 1)
    monkeypatch.setattr(tempfile, "TemporaryFile", fail)
    with pytest.raises(UsageError, match="No usable temporary directory found; TMPDIR names another"):
        list(sorted_items([(1, "x")], None))


@pytest.mark.parametrize("end", ["interrupt", "closed pipe"])
def test_nothing_stays_in_the_folder(start: Start, tmp_path: Path, end: str) -> None:
    process = start(
        *("filter", "", "--input", "ndjson", "--sort", "t"),
        command=[sys.executable, "-c", SMALL + "from qlause.cli import main; import sys; sys.exit(main(sys.argv[1:]))"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write(b"".join(b'{"id":%d,"t":"%s"}\n' % (number, b"x" * 1_000) for number in range(5_000)))
    process.stdin.flush()
    if end == "interrupt":
        process.send_signal(signal.SIGINT)
    else:
        process.stdout.close()
        process.stdin.close()
    assert process.wait(20) == (130 if end == "interrupt" else 141)
    assert process.stderr.read() == b""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read there")
def test_memory_does_not_grow_with_what_is_sorted(file: File) -> None:
    script = SMALL + (
        "import sys; from qlause.cli import main; main(sys.argv[1:]);"
        "print(*(line for line in open('/proc/self/status') if line.startswith('VmHWM:')), file=sys.stderr)"
    )

    def peak(count: int, output: str) -> int:
        lines = (json.dumps({"id": number, "k": number % 100, "t": "x" * 1_000}) for number in range(count))
        command = [sys.executable, "-c", script, "filter", "", file("f.ndjson", "\n".join(lines))]
        command += ["--sort", "k:desc", "--output", output, "--fields", "id,t", "--jobs", "1"]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True, timeout=60)
        return int(done.stderr.split()[1])

    for output in ("ndjson", "csv"):
        assert peak(20_000, output) < peak(3_000, output) + 5_000, output  # KiB; all texts together have 20,000
