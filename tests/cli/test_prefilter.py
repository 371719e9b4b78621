"""Lines that cannot match are not parsed. The same documents are selected, and visibly invalid lines are reported."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qlause import python
from qlause.backends.python.prefilter import Prefilter
from qlause.bound.binder import bind
from qlause.cli.input import line_prefilter, ndjson_reader
from qlause.cli.input.byte_stream import ByteStream
from qlause.cli.input.line_prefilter import LinePrefilter
from qlause.cli.input.ndjson_reader import read_ndjson
from qlause.cli.input.reader import ReadContext
from qlause.testing import collections, queries

from .conftest import File, Run

COUNT = 2_000
QUERIES = (
    "name:n77",
    "name:~N77$",
    "group:g3 name:~7",
    "name:(n1,n20,n300)",
    "name:(>=n77 AND <n79)",
    "group:~ü OR name:n5",
    "name:x",
    "odd:true",
)


def line_of(number: int) -> str:
    document = {"id": number, "name": f"n{number}", "group": f"g{number % 9}", "odd": number == 1111, "t": "é\\" * 9}
    return json.dumps(document, ensure_ascii=number % 2 == 0)


def parsed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """A list that gets every line that is parsed from now on."""
    lines: list[bytes] = []

    def loads(line: bytes) -> Any:
        lines.append(line)
        return orjson.loads(line)

    patched = type("", (), {"loads": loads, "JSONDecodeError": orjson.JSONDecodeError})
    monkeypatch.setattr(ndjson_reader, "orjson", patched)
    return lines


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("compressed", [False, True])
def test_most_lines_are_not_parsed(
    run: Run, file: File, monkeypatch: pytest.MonkeyPatch, query: str, compressed: bool
) -> None:
    text = "\n".join(map(line_of, range(COUNT))).encode()
    name = file("f.ndjson", gzip.compress(text) if compressed else text)
    lines = parsed(monkeypatch)
    fast = run("filter", query, name)
    assert 0 < len(lines) < COUNT / 2 or query == "name:x"
    lines.clear()
    whole = run("filter", query, name, "--validate")
    assert len(lines) == COUNT
    assert fast == whole
    matches = python.predicate(query)
    assert fast.documents() == [
        document for document in map(json.loads, text.decode().splitlines()) if matches(document)
    ]
    assert run("filter", query, name, "--invert", "--count").out == b"%d\n" % (COUNT - len(fast.documents()))


def test_each_condition_keeps_lines_out(run: Run, file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    name = file("f.ndjson", "\n".join(map(line_of, range(COUNT))))
    lines = parsed(monkeypatch)
    selected = run("filter", "group:g3 name:~77", name).documents()
    assert 0 < len(selected) == len(lines)


def test_escapes_are_found_among_lines_without(run: Run, file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line_of(number) for number in range(COUNT)]
    lines[500] = r'{"\u006e\u0061me":"\u004E\u0037\u0037"}'
    lines[900] = r'{"name":"N\u0037x\u0037"}'
    name = file("f.ndjson", "\n".join(lines))
    read = parsed(monkeypatch)
    assert [each["name"] for each in run("filter", "name:~^n77$", name).documents()] == ["n77", "N77"]
    assert len(read) < 50


def test_lines_are_counted_behind_one_that_is_too_long(run: Run, file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ndjson_reader, "MAX_DOCUMENT_SIZE", 1 << 20)
    name = file("f.ndjson", f'{{"id":1}}\n{{"id":"{"x" * (1 << 21)}"}}\n{{"id":2}}\n7')
    problems = [line.removeprefix(f"{name}:") for line in run("filter", "id:1", name).err.splitlines()]
    assert problems == ["2: the line is longer than 1 MiB", "4: expected an object, not a number"]


BROKEN = [
    ('{"id":1,"name":"n1"', True),
    ('"id":1}', True),
    ("[1]", True),
    ("12", True),
    ("", None),
    (" \t", None),
    ('{"id":1} x', True),
    ("{'id':1}", False),
    ('{"id":1}{"id":2,}', False),
    ('{"id":"\\ud800"}', False),
    ('{"name":"n77",}', True),
]
"""Lines, and whether one is reported without being parsed; None: it is valid."""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("position", [0, 1, 40, 1999, 2000])
@pytest.mark.parametrize(("broken", "shows"), BROKEN)
def test_broken_lines(run: Run, file: File, broken: str, shows: bool | None, position: int, end: str) -> None:
    lines = [line_of(number) for number in range(COUNT)]
    lines.insert(position, broken)
    for last in ("", end):
        name = file("f.ndjson", end.join(lines) + last)
        fast, whole = run("filter", "name:n77", name, "--fields", "id"), run("filter", "", name, "--count")
        assert fast.out == b'{"id":77}\n'
        assert (fast.status, bool(fast.err)) == ((2, True) if shows else (0, False))
        validated = run("filter", "name:n77", name, "--fields", "id", "--validate")
        assert (validated.out, validated.err) == (fast.out, whole.err)
        assert validated.status == whole.status == (0 if shows is None else 2)
        if shows:
            assert fast.err == whole.err
            assert fast.err.startswith(f"{name}:{position + 1}: ")


def test_strict_reads_every_line(run: Run, file: File) -> None:
    name = file("f.ndjson", "\n".join(map(line_of, range(COUNT))) + "\n{'id':1}\n" + line_of(77))
    assert run("filter", "name:n77", name, "--count") == (0, b"2\n", "")
    result = run("filter", "name:n77", name, "--count", "--strict")
    assert (result.status, result.out) == (2, b"1\n")
    assert result.err.startswith(f"{name}:{COUNT + 1}: invalid JSON")


def test_numbers_of_lines_behind_those_that_are_passed_over(run: Run, file: File) -> None:
    filler = "\n".join(map(line_of, range(30_000)))
    name = file("f.ndjson", f"{filler}\n[\n{filler}\n\n{filler}\n]")
    result = run("filter", "name:n29999", name, "--count")
    assert result.out == b"3\n"
    assert [line.split(": ")[0] for line in result.err.splitlines()] == [f"{name}:30001", f"{name}:90003"]


def test_what_is_written_as_it_stands_tells_its_line(run: Run, file: File) -> None:
    long = '{"id":1,"name":"n1","x":1' + "0" * 5000 + "}"
    name = file("f.ndjson", "\n".join([*map(line_of, range(2, COUNT)), long]))
    assert run("filter", "name:n1", name, "--fields", "id").err.startswith(f"{name}:{COUNT - 1}: ")


class _SmallReads:
    """A stream whose reads return few bytes."""

    def __init__(self, content: bytes, sizes: list[int]) -> None:
        self.left, self.sizes = content, sizes

    def read(self, _: int) -> bytes:
        size = self.sizes.pop() if self.sizes else 9_999
        piece, self.left = self.left[:size], self.left[size:]
        return piece


@given(st.data())
def test_the_same_lines_wherever_reads_end(data: st.DataObject) -> None:
    query = data.draw(queries())
    documents = data.draw(collections())
    blanks = st.sampled_from(("", "", "", " ", "\r", "\n", "\n\n"))
    ascii_only = data.draw(st.booleans())
    text = "\n".join(
        data.draw(blanks) + json.dumps(each, ensure_ascii=ascii_only) + data.draw(blanks) for each in documents
    ).encode()
    sizes = data.draw(st.lists(st.integers(1, 99), max_size=20))
    problems: list[tuple[int | None, str]] = []
    matches = python.predicate(query)

    def context(prefilter: Prefilter | None) -> ReadContext:
        def report(line: int | None, reason: str) -> None:
            problems.append((line, reason))

        return ReadContext(report, report, matches, prefilter, None, lambda _: None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_prefilter, "_MIN_SAMPLED_BLOCK", 1)
        patch.setattr(line_prefilter, "FIRST_PERIOD", 1)
        prefiltered, every = (
            list(read_ndjson(ByteStream(_SmallReads(text, sizes[:]).read), context(prefilter)))
            for prefilter in (Prefilter(bind(query).root), None)
        )
    assert prefiltered == every
    assert [document for _, _, document in prefiltered] == list(filter(matches, documents))
    assert not problems


def test_conditions_are_chosen_again_after_a_while() -> None:
    """The first part of a file may not be like the rest."""
    prefilter = LinePrefilter(Prefilter(bind("name:~abc").root))
    common, rare = b'{"name":"abc"}\n' * 1_000, b'{"name":"xyz"}\n' * 1_000
    assert prefilter.cascade_for(common) == ()
    assert [prefilter.cascade_for(rare) for _ in range(9)][-1] == (0,)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read there")
def test_memory_does_not_grow(file: File) -> None:
    script = (
        "import sys; from qlause.cli import main; main(sys.argv[1:]);"
        "print(*(line for line in open('/proc/self/status') if line.startswith('VmHWM:')), file=sys.stderr)"
    )

    def peak(count: int) -> int:
        name = file("f.ndjson", "\n".join(f'{line_of(number)[:-1]}, "x": "{"x" * 1000}"}}' for number in range(count)))
        command = [sys.executable, "-c", script, "filter", "name:~7 group:g3", name, "--count", "--jobs", "1"]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True, timeout=60)
        return int(done.stderr.split()[1])

    assert peak(20_000) < peak(2_000) + 5_000  # KiB; the larger file has 22,000
