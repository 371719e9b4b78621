"""Which documents ``filter`` selects, in which order, and what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import qlause

from .conftest import File, Run, Start

SCHEMA = {
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": ["string", "null"]},
        "age": {"type": "integer"},
        "at": {"type": "string", "format": "date-time"},
        "title": {"type": "object", "x-qlause": {"type": "localized"}},
        "secret": {"type": "string", "writeOnly": True},
    }
}


def ids(run: Run, *argv: str) -> list[int]:
    return [document["id"] for document in run("filter", *argv).documents()]


def numbered(file: File, count: int = 100) -> str:
    return file("n.ndjson", "".join(f'{{"id":{number},"k":{number * 37 % 100}}}\n' for number in range(1, count + 1)))


def test_exit_status(run: Run, people: str, file: File) -> None:
    assert run("filter", "name:~john", people).status == 0
    assert run("filter", "name:~jack", people).status == 1
    assert run("filter", "name:~john", people, "missing.json").status == 2
    assert run("filter", "name:", people).status == 2
    assert run("filter", "name:~jack", file("f.ndjson", "x")).status == 2


@pytest.mark.parametrize("arguments", [["name: John"], ["a:1", "--sort", "a,a"], ["a:1", "--fields", "a..b"]])
def test_refusals_come_before_any_input_is_read(run: Run, arguments: list[str]) -> None:
    result = run("filter", *arguments, "missing.json")
    assert (result.status, result.out) == (2, b"")
    assert "missing" not in result.err
    assert "^" in result.err


def test_a_refusal_is_pretty(run: Run) -> None:
    with pytest.raises(qlause.QuerySyntaxError) as refused:
        qlause.parse("name: John")
    assert run("filter", "name: John").err == f"{refused.value.pretty()}\n"


def test_sort(run: Run, people: str) -> None:
    assert ids(run, "", people, "--sort", "age") == [4, 2, 1, 3]
    assert ids(run, "", people, "--sort", "name:desc,age") == [2, 3, 1, 4]
    assert ids(run, "", people, "--sort", "") == [1, 2, 3, 4]


def test_a_sort_is_stable_without_ids(run: Run, file: File) -> None:
    name = file("f.ndjson", '{"a":1,"x":1}\n{"x":2}\n{"a":1,"x":3}\n{"x":4}\n{"a":0,"x":5}\n')
    for arguments in ((), ("--limit", "5")):
        result = run("filter", "", name, "--sort", "a", *arguments)
        assert [each["x"] for each in result.documents()] == [2, 4, 5, 1, 3]


def test_limit(run: Run, file: File) -> None:
    name = numbered(file)
    assert ids(run, "k:exists", name, "--limit", "3") == [1, 2, 3]
    everything = ids(run, "", name, "--sort", "k:desc")
    assert len(everything) == 100
    assert ids(run, "", name, "--sort", "k:desc", "--limit", "7") == everything[:7]
    assert run("filter", "", name, "--limit", "7", "--count").out == b"7\n"


def test_a_limit_stops_reading(start: Start, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # Open for reading too, or this would wait for the command to open it. It stays open until the command has ended:
    # only a reader that stops early does.
    writer = os.open(pipe, os.O_RDWR)
    try:
        process = start("filter", "", str(pipe), "--limit", "2", "--input", "ndjson", stdout=subprocess.PIPE)
        os.write(writer, b'{"id":1}\n{"id":2}\n{"id":3}\n')
        out, _ = process.communicate(timeout=20)
    finally:
        os.close(writer)
    assert (process.returncode, out) == (0, b'{"id":1}\n{"id":2}\n')


def test_what_comes_through_a_pipe_is_filtered_at_once(start: Start) -> None:
    process = start(
        "filter", "", "--input", "ndjson", "--limit", "1", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    process.stdin.write(b'{"id":1}\n')
    process.stdin.flush()
    assert process.wait(timeout=20) == 0
    assert process.stdout is not None
    assert process.stdout.read() == b'{"id":1}\n'


def test_pages(run: Run, file: File) -> None:
    name = numbered(file)
    assert ids(run, "", name, "--page", "1") == list(range(1, 17))
    assert ids(run, "", name, "--page", "2") == list(range(17, 33))
    assert ids(run, "", name, "--page", "7") == list(range(97, 101))
    assert ids(run, "", name, "--page-size", "3") == [1, 2, 3]
    everything = ids(run, "", name, "--sort", "k")
    assert ids(run, "", name, "--sort", "k", "--page", "3", "--page-size", "30") == everything[60:90]
    assert run("filter", "", name, "--page", "8") == (1, b"", "")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--limit", "0"], "'0' is not a whole number of 1 or more"),
        (["--limit", "x"], "'x' is not a whole number of 1 or more"),
        (["--page", "-1"], "'-1' is not a whole number of 1 or more"),
        (["--page-size", "１"], "is not a whole number of 1 or more"),
        (["--page", "1", "--limit", "2"], "--limit cannot be combined with --page or --page-size"),
        (["--output", "xml"], "invalid choice: 'xml'"),
        (["--lim", "1"], "unrecognized arguments: --lim"),
    ],
)
def test_arguments_that_are_refused(run: Run, people: str, arguments: list[str], problem: str) -> None:
    result = run("filter", "", people, *arguments)
    assert (result.status, result.out) == (2, b"")
    assert problem in result.err


def test_options_may_stand_anywhere(run: Run, people: str) -> None:
    expected = b'{"id":1}\n'
    for arguments in (
        ["--fields", "id", "id:1", people],
        ["id:1", "--fields", "id", people],
        ["id:1", people, "--fields", "id"],
        ["--fields=id", "--", "id:1", people],
    ):
        assert run("filter", *arguments).out == expected


@pytest.mark.parametrize("command", ["filter", "explain", "check"])
def test_a_query_that_looks_like_an_option(run: Run, command: str) -> None:
    for arguments in ([], ["-name:x"]):
        assert "the query is missing; put -- before a query that starts with -\n" in run(command, *arguments).err
    assert "NOT name:x" in run(command, "--", "-name:x").err


def test_files_that_look_like_options(run: Run) -> None:
    messages = run("filter", "a:1", "--", "-f.json", "--sort").err
    assert messages == "-f.json: No such file or directory\n--sort: No such file or directory\n"


def test_count(run: Run, people: str) -> None:
    assert run("filter", "name:~john", people, "--count") == (0, b"2\n", "")
    assert run("filter", "name:~jack", people, "--count") == (1, b"0\n", "")
    assert run("filter", "name:~john", people, people, "--count", "--output", "csv", "--sort", "id").out == b"4\n"


def test_invert(run: Run, people: str) -> None:
    assert ids(run, "name:~john", people, "--invert") == [2, 4]
    assert ids(run, "age:>10 OR age:<10", people, "--invert") == [4]
    assert run("filter", "", people, "--invert").status == 1


def test_fields(run: Run, people: str) -> None:
    assert run("filter", "id:(1,2)", people, "--fields", "address.city, id").documents() == [
        {"id": 1, "address": {"city": "Gent"}},
        {"id": 2},
    ]
    assert run("filter", "id:3", people, "--fields", "").out == run("filter", "id:3", people).out


def test_schema(run: Run, people: str, file: File) -> None:
    schema = file("schema.json", SCHEMA)
    assert ids(run, "age:30", people, "--schema", schema) == [1]
    for arguments, problem in (
        (["ages:30"], "did you mean age?"),
        (["age:x"], "the field age is of type integer"),
        (["", "--sort", "secret"], "there is no field secret"),
        (["", "--fields", "secret"], "there is no field secret"),
    ):
        result = run("filter", *arguments, people, "--schema", schema)
        assert result.status == 2
        assert problem in result.err


@pytest.mark.parametrize("output", ["ndjson", "json", "csv", "table"])
def test_what_must_not_come_out_does_not(run: Run, file: File, output: str) -> None:
    schema = file("schema.json", SCHEMA)
    name = file("f.ndjson", '{"id":1,"secret":"hidden"}\n')
    result = run("filter", "id:1", name, "--schema", schema, "--output", output)
    assert result.status == 0
    assert b"hidden" not in result.out


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "invalid JSON: "),
        ("[1]", "a JSON Schema must be a JSON object"),
        ({"properties": {"a": {"$ref": "http://example.com/a"}}}, "leads out of the JSON Schema"),
        ({"properties": {"a": {"type": "string", "x-qlause": {"type": "text"}}}}, "is not a field type"),
        ({"properties": []}, "unusable JSON Schema: "),
        ({"properties": {"a": 5}}, "unusable JSON Schema: "),
        ("[" * 100_000, "invalid JSON: "),
        (b"\xff", "invalid JSON: "),
    ],
)
def test_schemas_that_are_refused(run: Run, file: File, content: object, problem: str) -> None:
    name = file("schema.json", content)
    result = run("filter", "a:1", "missing.json", "--schema", name)
    assert (result.status, result.out) == (2, b"")
    assert result.err.startswith(f"qlause: {name}: ")
    assert problem in result.err
    assert result.err.count("\n") == 1


def test_a_schema_that_is_not_there(run: Run, tmp_path: Path) -> None:
    for name, reason in (("none", "No such file or directory"), ("", "Is a directory")):
        path = str(tmp_path / name).rstrip("/")
        assert run("filter", "a:1", "--schema", path).err == f"qlause: {path}: {reason}\n"


def test_strict(run: Run, file: File, people: str) -> None:
    broken = file("broken.ndjson", '{"id":1}\nx\n{"id":2}\n')
    assert run("filter", "", broken, people).documents()[1] == {"id": 2}
    result = run("filter", "", broken, people, "--strict")
    assert (result.status, result.out) == (2, b'{"id":1}\n')
    assert result.err.count("\n") == 1
    assert run("filter", "", "missing.json", people, "--strict").out == b""
    assert run("filter", "", people, "--sort", "id:down").status == 0
    assert run("filter", "", people, "--sort", "id:down", "--strict").status == 2


def test_clock_and_zone(run: Run, file: File) -> None:
    schema = file("schema.json", SCHEMA)
    times = ["2024-05-31T21:59:00Z", "2024-05-31T22:01:00Z", "2024-06-01T12:00:00.5Z", "2024-06-01T23:00:00Z"]
    name = file("f.json", [{"id": number, "at": time} for number, time in enumerate(times)])
    common = (name, "--schema", schema)
    assert ids(run, "at:2024-06-01", *common) == [2, 3]
    assert ids(run, "at:2024-06-01", *common, "--timezone", "Europe/Brussels") == [1, 2]
    assert ids(run, "at:>now", *common, "--now", "2024-06-01T12:00:00Z") == [2, 3]
    assert ids(run, "at:>now", *common, "--now", "2024-06-01T12:00:01+00:00") == [3]
    assert ids(run, "at:>now", *common, "--now", "2024-06-01", "--timezone", "Europe/Brussels") == [1, 2, 3]
    assert ids(run, "at:>now-1d", *common) == [], "the clock is the system's"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--timezone", "Europe/Brussel"], 'unknown time zone "Europe/Brussel"; did you mean Europe/Brussels?'),
        (["--timezone", "Europe"], 'unknown time zone "Europe"; '),
        (["--timezone", "../../etc/passwd"], 'unknown time zone "../../etc/passwd"; '),
        (["--timezone", "/etc/localtime"], 'unknown time zone "/etc/localtime"; '),
        (["--timezone", ""], 'unknown time zone ""; '),
        (["--timezone", "a\0b"], 'unknown time zone "a\\u0000b"; '),
        (["--now", "yesterday"], '--now "yesterday" is not a date-time; write one like 2024-06-01T12:00:00Z'),
        (["--now", ""], '--now "" is not a date-time; '),
    ],
)
def test_clocks_and_zones_that_are_refused(run: Run, arguments: list[str], problem: str) -> None:
    result = run("filter", "a:now", "missing.json", *arguments)
    assert (result.status, result.out) == (2, b"")
    assert result.err.startswith(f"qlause: {problem}")
    assert result.err.count("\n") == 1


def test_language(run: Run, file: File) -> None:
    schema = file("schema.json", SCHEMA)
    name = file("f.json", [{"id": 1, "title": {"en": "Yes", "fr": "Oui"}}, {"id": 2, "title": {"en": "Oui"}}])
    assert ids(run, "title:Oui", name, "--schema", schema, "--language", "fr") == [1]
    assert ids(run, "", name, "--schema", schema, "--language", "en", "--sort", "title:desc") == [1, 2]
    assert run("filter", "title:Oui", name, "--schema", schema).status == 2
    result = run("filter", "title:Oui", name, "--language", "fr")
    assert (result.status, result.err) == (
        2,
        "qlause: --language needs --schema, which says which fields are localized\n",
    )


def test_arguments_that_are_no_text(command: Run) -> None:
    result = command("filter", b"a:\xff", b"missing\xff")
    assert (result.status, result.out) == (2, b"")
    assert "half of a surrogate pair" in result.err
    assert command("filter", "a:1", b"missing\xff").err == "missing\\udcff: No such file or directory\n"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read there")
def test_memory_does_not_grow_with_the_input(file: File) -> None:
    # Not getrusage: its peak is that of this process where a new one begins as a copy of it.
    script = (
        "import sys; from qlause.cli import main; main(sys.argv[1:]);"
        "print(*(line for line in open('/proc/self/status') if line.startswith('VmHWM:')), file=sys.stderr)"
    )

    def peak(name: str, *arguments: str) -> int:
        done = subprocess.run(
            [sys.executable, "-c", script, "filter", "k:>50", name, "--jobs", "1", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=True,
            timeout=60,
        )
        return int(done.stderr.split()[1])

    lines = [json.dumps({"id": number, "k": number % 100, "text": "x" * 1000}) for number in range(20_000)]
    for form, arguments in (
        ("ndjson", ["--output", "csv"]),
        ("ndjson", ["--sort", "text,k", "--count"]),
        ("ndjson", ["--sort", "text,k:desc", "--limit", "5"]),
        ("json", ["--sort", "text,k:desc", "--limit", "5"]),
    ):
        texts = ["\n".join(some) if form == "ndjson" else f"[{','.join(some)}]" for some in (lines[:2_000], lines)]
        small, large = (peak(file(f"f.{form}", text), *arguments) for text in texts)
        assert large < small + 5_000, (form, arguments)  # KiB; all documents together have 20,000


OFFSETS = (
    '{"id":1,"at":"2024-01-01T00:30:00+02:00"}\n'
    '{"id":2,"at":["2024-01-01T00:00:00.5-0130","2024-01-01T00:00:00+00:00","x"]}\n'
    '{"id":3,"at":"2024-01-01T00:00:00Z","o":[{"at":"2024-01-01T00:00:00+01"},{}],"t":"2024-01-01T00:00:00+01:00"}\n'
)


@pytest.mark.parametrize(
    ("argv", "field", "count"),
    [
        (["at:>=2023-01-01T00:00:00Z"], "at", 2),
        (["NOT at:(>now-7d OR ~x)"], "at", 2),
        (["o.at:<2025-01-01T00:00:00Z"], "o.at", 1),
        (["o:elemMatch(at:<2025-01-01T00:00:00Z)"], "o.at", 1),
        (["at:>2023-01-01", "--type", "at=date-time"], "at", 2),
        (["at:2024-01-01T00:00:00Z"], "", 0),
        (["at:>2023-01-01"], "", 0),
        (["o.at:>now-7d", "--type", "o.at=string"], "", 0),
    ],
)
def test_date_times_with_an_offset_are_counted_once(
    run: Run, file: File, argv: list[str], field: str, count: int
) -> None:
    name = file("f.ndjson", OFFSETS)
    lines = run("filter", *argv, name).err.splitlines()
    assert len(lines) == bool(count)
    if count:
        assert lines[0].startswith(
            f"qlause: {field}: {count} date-time{'s' * (count > 1)} with an offset, such as 2024-"
        )
    assert run("filter", *argv, file("g.ndjson", '{"at":"2024-01-01T00:00:00Z","o":{"at":"x+02:00"}}')).err == ""


def test_date_times_with_an_offset_are_counted_where_they_are_sorted_by(run: Run, file: File) -> None:
    schema = file("schema.json", {"properties": {"t": {"type": "string", "format": "date-time"}}})
    err = run("filter", "", "--schema", schema, "--sort", "t", file("f.ndjson", OFFSETS)).err
    assert err.startswith(
        "qlause: t: 1 date-time with an offset, such as 2024-01-01T00:00:00+01:00, not compared by time"
    )
