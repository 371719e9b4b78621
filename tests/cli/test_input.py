"""JSON and NDJSON as input: formats, invalid text, files that cannot be read."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qlause.cli.input.json_reader import read_json
from qlause.cli.input.reader import LocatedDocument, ReadContext

from .conftest import COMMAND, File, Run

A, B, C = {"id": 1, "a": "x"}, {"id": 2, "a": {'é\n"]}': [{}, "{[,"]}}, {"id": 3}
NDJSON = "".join(json.dumps(each) + "\n" for each in (A, B, C))
ARRAY = json.dumps([A, B, C])
PRETTY_ARRAY = json.dumps([A, B, C], indent=2, ensure_ascii=False)
CONCATENATED = "\n".join(json.dumps(each, indent=4) for each in (A, B, C))
TIGHT = "".join(json.dumps(each, separators=(",", ":")) for each in (A, B, C))


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("text", [NDJSON, ARRAY, PRETTY_ARRAY, CONCATENATED, "\n \n" + ARRAY, "\n\n" + CONCATENATED])
@pytest.mark.parametrize("name", ["f", "f.json", "f.txt", "f.json.gz"])
def test_content_tells_the_format(run: Run, file: File, name: str, text: str, compressed: bool) -> None:
    content = gzip.compress(text.encode()) if compressed else text.encode()
    result = run("filter", "id:exists", file(name, content))
    assert (result.status, result.documents(), result.err) == (0, [A, B, C], "")


@pytest.mark.parametrize("name", ["f.ndjson", "f.jsonl", "F.NDJSON", "f.ndjson.gz", "f.2024.jsonl.gz"])
def test_name_tells_ndjson(run: Run, file: File, name: str) -> None:
    result = run("filter", "", file(name, '{"id":1\n{"id":2}\n'))
    assert result.documents() == [{"id": 2}]
    assert result.err.endswith(f"{name}:1: invalid JSON: unexpected end of data (column 8)\n")


def test_an_option_decides_against_the_name(run: Run, file: File) -> None:
    assert run("filter", "", file("a.csv", ARRAY), "--input", "json").documents() == [A, B, C]
    assert run("filter", "", file("a.ndjson", "id\n7\n"), "--input", "csv").documents() == [{"id": 7}]
    assert run("filter", "", file("a.json", "x\n" + NDJSON), "--input", "ndjson").documents() == [A, B, C]
    assert run("filter", "", file("b.json", TIGHT), "--input", "json").documents() == [A, B, C]


@pytest.mark.parametrize("arguments", [(), ("-",)])
@pytest.mark.parametrize("content", [NDJSON.encode(), PRETTY_ARRAY.encode(), gzip.compress(ARRAY.encode(), mtime=0)])
def test_standard_input(command: Run, content: bytes, arguments: tuple[str, ...]) -> None:
    result = command("filter", "", *arguments, stdin=content)
    assert (result.status, result.documents(), result.err) == (0, [A, B, C], "")


def test_standard_input_among_files(command: Run, file: File) -> None:
    one = file("one.json", [A])
    result = command("filter", "", one, "-", one, stdin=b'{"id":9}\n5\n')
    assert result.documents() == [A, {"id": 9}, A]
    assert result.err == "(standard input):2: expected an object, not a number\n"
    assert result.status == 2


def test_content_of_no_known_format(run: Run, file: File) -> None:
    result = run("filter", "", file("data", "id,name\n1,x\n"))
    assert result.status == 2
    assert result.err.endswith("data:1: this is neither a JSON array nor an object; for CSV, add --input csv\n")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
@pytest.mark.parametrize("name", ["f", "f.ndjson", "f.csv.gz"])
def test_utf_16_is_recognized(run: Run, file: File, name: str, encoding: str) -> None:
    path = file(name, '\ufeff{"id":1}\n'.removeprefix("\ufeff" * (encoding == "utf-16")).encode(encoding))
    assert run("filter", "", path, "--input", "ndjson") == (0, b'{"id":1}\n', "")


@pytest.mark.parametrize(("name", "text"), [("f", '{"a":1}\n'), ("f.json", '[{"a":1}]'), ("f.csv", "a\n1\n")])
def test_text_that_is_not_in_its_encoding(run: Run, file: File, name: str, text: str) -> None:
    path = file(name, text.encode("utf-16-le"))
    assert run("filter", "", path, "--encoding", "utf-16-le").documents() == [{"a": 1}]
    hint = "there is no byte order mark; name the order, as in --encoding utf-16-le or utf-16-be"
    assert run("filter", "", path, "--encoding", "utf_16") == (2, b"", f"{path}: invalid utf_16: {hint}\n")
    assert run("schema", "infer", path, "--encoding", "utf-16").err == f"{path}: invalid utf-16: {hint}\n"
    punycode = run("filter", "", path, "--encoding", "punycode")
    assert (punycode.status, punycode.out) == (2, b"")
    assert punycode.err.startswith(f"{path}: invalid punycode: ")
    undefined = run("filter", "", path, "--encoding", "undefined").err
    assert undefined == "qlause: there is no encoding undefined; write one like latin-1, cp1252, utf-16\n"


def test_what_follows_a_text_that_is_not_in_its_encoding_is_told_to_be_missing(run: Run, file: File) -> None:
    path = file("f.csv", b"a\n" + b"1\n" * 50_000 + b"\xe9\n" + b"2\n" * 50_000)
    result = run("filter", "", path, "--encoding", "ascii", "--count")
    assert (result.status, result.err) == (2, f"{path}: invalid ascii: ordinal not in range(128)\n")


@pytest.mark.parametrize("content", ["", "\n\n  \n", "\ufeff", "[]", " [ ]\n", gzip.compress(b"", mtime=0)])
@pytest.mark.parametrize("name", ["f", "f.json"])
def test_empty_files(run: Run, file: File, name: str, content: str | bytes) -> None:
    assert run("filter", "", file(name, content)) == (1, b"", "")
    if "[" not in str(content):
        assert run("filter", "", file("f.ndjson", content)) == (1, b"", "")
        assert run("filter", "", file("f.csv", content)) == (1, b"", "")


@pytest.mark.parametrize("name", ["f", "f.ndjson"])
def test_byte_order_mark_windows_line_ends_and_empty_lines(run: Run, file: File, name: str) -> None:
    result = run("filter", "", file(name, '\ufeff\r\n{"id":1}\r\n\r\n  \n{"id":2}'))
    assert (result.out, result.err) == (b'{"id":1}\r\n{"id":2}\n', "")


def test_invalid_lines_are_reported_and_skipped(run: Run, file: File) -> None:
    lines = [
        (b'{"id":1}', None),
        (b"{'id':2}", "invalid JSON: expected a string or '}' (column 2)"),
        (b'{"id":NaN}', None),
        (b'{"id":1e999}', None),
        (b'{"id":"\xff"}', "invalid UTF-8"),
        (b'{"id":"\\ud800"}', None),
        (b"[1]", "expected an object, not an array"),
        (b'"x"', "expected an object, not a string"),
        (b"12", "expected an object, not a number"),
        (b"true", "expected an object, not a boolean"),
        (b"null", "expected an object, not null"),
        (b"[" * 5000 + b"]" * 5000, None),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, None),
        (b'{"id":1} {"id":2', None),
        (b"\x00\x01\xfe", None),
        (b'{"id":2}', None),
    ]
    name = file("f.ndjson", b"\n".join(line for line, _ in lines) + b"\n")
    result = run("filter", "", name)
    assert (result.status, result.out) == (2, b'{"id":1}\n{"id":2}\n')
    problems = result.err.splitlines()
    assert [line.split(": ")[0] for line in problems] == [f"{name}:{number}" for number in range(2, 16)]
    for _, reason in lines:
        if reason is not None and "expected" not in reason:
            assert any(line.endswith(f": {reason}") for line in problems), reason


def test_invalid_json_ends_an_array_but_not_the_run(run: Run, file: File) -> None:
    broken = file("broken.json", '[\n{"id":1},\n{"id":2}\n{"id":3}\n]')
    result = run("filter", "", broken, file("good.json", [C]))
    assert result.documents() == [{"id": 1}, {"id": 2}, C]
    assert result.err == f"{broken}:4: expected a comma or the end of the array\n"
    assert result.status == 2


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('[\n{"id":1},\n\n]', 4, "expected a value"),
        ('[\n{"id":1},\n', 3, "the file ends inside an array"),
        ("[", 1, "the file ends inside an array"),
        ('[{"id":1}\n', 2, "expected a comma or the end of the array"),
        ('[{"id":1},\n{"id":\n2', 2, "the object or array that begins here has no end"),
        ('[{"id":1},\n"x', 2, "the string that begins here has no end"),
        ('[{"id":1}, {\n"id":\n2,}]', 3, "invalid JSON: "),
        ('[{"id":1}, {\n"id": [2}]]', 2, "invalid JSON: "),
        ('[{"id":1}, {"id":"\\udc00"}]', 1, "invalid JSON: "),
        ('[{"id":1}, {"id":1e999}]', 1, "invalid JSON: "),
        ('[{"id":1}, nul]', 1, "invalid JSON: "),
        ('[{"id":1}]\n]', 2, "expected a value"),
        ('[{"id":1}]\nx', 2, "invalid JSON: "),
        ('[{"id":1}, ' + "[" * 100_000, 1, "nested in more than 1024 levels"),
        ('[{"id":1}, ' + "[" * 100_000 + "]" * 100_000 + "]", 1, "nested in more than 1024 levels"),
        ('[{"id":1}, ' + '{"a":' * 2000 + "1" + "}" * 2000 + "]", 1, "nested in more than 1024 levels"),
        ('[{"id":1}, {"a":1' + "0" * 5000 + "}]", 1, ""),
    ],
)
def test_broken_arrays(run: Run, file: File, text: str, line: int, reason: str) -> None:
    name = file("f.json", text)
    result = run("filter", "id:1", name)
    assert (result.status, result.documents()) == (2, [] if text == "[" else [{"id": 1}])
    assert result.err.startswith(f"{name}:{line}: {reason}")
    assert result.err.count("\n") == 1


def test_elements_that_are_no_objects(run: Run, file: File) -> None:
    name = file("f.json", '[1, {"id":1},\n"a,]", [], null,\n[{"id":2}], -1.5e3, true, {"id":3}]')
    result = run("filter", "", name)
    assert result.documents() == [{"id": 1}, {"id": 3}]
    problems = [(1, "a number"), (2, "a string"), (2, "an array"), (2, "null")]
    problems += [(3, "an array"), (3, "a number"), (3, "a boolean")]
    assert result.err.splitlines() == [f"{name}:{line}: expected an object, not {kind}" for line, kind in problems]


def test_arrays_and_objects_one_after_another(run: Run, file: File) -> None:
    assert run("filter", "", file("f", f"{ARRAY}\n{PRETTY_ARRAY}{TIGHT}")).documents() == [A, B, C] * 3


def test_the_same_meaning_in_every_format(run: Run, file: File) -> None:
    numbers = ["1", "1.0", "-0.0", "1E5", "1e-400", "0.1", "9007199254740993", "18446744073709551615"]
    lines = [f'{{"id":{position},"n":{number}}}' for position, number in enumerate(numbers)]
    for query in ("n:1", "n:>1", "n:<=0", "n:100000", "n:0.1", "n:>9007199254740991"):
        ndjson = run("filter", query, file("f.ndjson", "\n".join(lines)), "--fields", "id")
        array = run("filter", query, file("f.json", f"[{','.join(lines)}]"), "--fields", "id")
        assert ndjson == array
        assert ndjson.status == 0


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


class _SmallReads(io.BytesIO):
    """A stream whose reads return few bytes."""

    def __init__(self, content: bytes, size: int) -> None:
        super().__init__(content)
        self.size = size

    def read1(self, _: int | None = -1, /) -> bytes:
        return super().read1(self.size)


@given(
    documents=st.lists(st.dictionaries(st.text(max_size=5), _JSON, max_size=3), max_size=4),
    indent=st.sampled_from([None, 0, 2]),
    ascii_only=st.booleans(),
    size=st.integers(1, 9),
)
def test_arrays_are_cut_wherever_reads_end(
    documents: list[dict[str, Any]], indent: int | None, ascii_only: bool, size: int
) -> None:
    text = json.dumps(documents, indent=indent, ensure_ascii=ascii_only)

    def report(line: int | None, reason: str) -> None:
        raise AssertionError(f"{line}: {reason}")

    context = ReadContext(report, report, lambda _: True, None, None, lambda _: None)
    located: list[LocatedDocument] = list(read_json(_SmallReads(text.encode(errors="surrogatepass"), size), context))
    # Beyond 64 bits an integer is a double (rule 15), which orjson reads.
    assert [document for _, _, document in located] == orjson.loads(text)
    starts = [text.index("{")] if documents else []
    assert [line for line, _, _ in located][:1] == [text.count("\n", 0, start) + 1 for start in starts]


def test_files_that_cannot_be_read(run: Run, file: File, tmp_path: Path) -> None:
    good = file("good.ndjson", NDJSON)
    missing = str(tmp_path / "missing")
    result = run("filter", "", missing, f"{tmp_path}/*.none", good, "bad\0name")
    assert (result.status, result.documents()) == (2, [A, B, C])
    assert result.err.splitlines()[:2] == [
        f"{missing}: No such file or directory",
        f"{tmp_path}/*.none: No such file or directory",
    ]
    assert result.err.splitlines()[2].startswith("bad\\u0000name: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission(run: Run, file: File) -> None:
    name = file("f.json", ARRAY)
    Path(name).chmod(0)
    assert run("filter", "", name) == (2, b"", f"{name}: Permission denied\n")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file here fails when it is read")
def test_a_file_that_fails_when_it_is_read(run: Run, people: str) -> None:
    result = run("filter", "id:1", "/proc/self/mem", people, "--count")
    assert result == (2, b"1\n", "/proc/self/mem: Input/output error\n")


def test_names_are_escaped(run: Run) -> None:
    assert run("filter", "", "a\x1b[31m\n").err == "a\\u001b[31m\\n: No such file or directory\n"


def test_truncated_and_corrupt_gzip(run: Run, file: File) -> None:
    content = gzip.compress("".join(f'{{"id":{number}}}\n' for number in range(100_000)).encode())
    result = run("filter", "", file("cut.ndjson.gz", content[: len(content) // 2]), "--count")
    assert result.status == 2
    assert 20_000 < int(result.out) < 80_000
    assert result.err.endswith("cut.ndjson.gz: Compressed file ended before the end-of-stream marker was reached\n")
    corrupt = content[:5000] + b"\xff" * 50 + content[5050:]
    assert run("filter", "", file("corrupt.gz", corrupt)).status == 2
    assert run("filter", "", file("junk.gz", gzip.compress(b'{"id":1}\n') + b"junk")).out == b'{"id":1}\n'
    assert run("filter", "", file("short.gz", b"\x1f\x8b")).status == 2
    assert run("filter", "", file("two.gz", gzip.compress(b'{"id":1}\n') * 2)).out == b'{"id":1}\n' * 2


def test_the_same_file_twice(run: Run, people: str) -> None:
    assert run("filter", "age:exists", people, people, "--count").out == b"6\n"


def test_the_output_is_no_input(tmp_path: Path, people: str) -> None:
    with Path(people).open("ab") as out:
        done = subprocess.run(
            [*COMMAND, "filter", "", people], stdout=out, stderr=subprocess.PIPE, check=False, timeout=20
        )
    assert done.returncode == 2
    assert done.stderr.decode() == f"{people}: the output goes to this file\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "shift_jis", "utf-8-sig", "utf-32"])
def test_text_before_bytes_of_another_encoding_is_read(
    run: Run, file: File, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "".join(f'{{"id":{number},"name":"あ"}}\n' for number in range(50))
    bad = {"shift_jis": b"\x81\x00", "utf-8-sig": b"\xff"}.get(
        encoding, b"\x00\xd8" if encoding[-1] != "e" else b"\xd8\x00"
    )
    name = file("f.ndjson", text.encode(encoding) + bad + b"\0\0\0\0")
    for size in (1, 3, 64, 10_000):
        monkeypatch.setattr("qlause.cli.input.byte_stream._CHUNK_SIZE", size)
        result = run("filter", "", name, "--encoding", encoding, "--input", "ndjson")
        assert [each["id"] for each in result.documents()] == list(range(50)), size
        assert result.status == 2


def test_too_little_memory_is_told(run: Run, people: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("qlause.cli.commands.filter.read_items", fail)
    assert run("filter", "", people) == (2, b"", "qlause: there is not enough memory\n")


def test_long_lines(run: Run, file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    long = json.dumps({"id": 1, "text": 'é\\"[{' * 400_000})
    assert run("filter", "id:1", file("f.ndjson", long)).out.decode() == long + "\n"
    assert run("filter", "id:1", file("f.json", f"[{long}]")).documents() == [json.loads(long)]
    monkeypatch.setattr("qlause.cli.input.ndjson_reader.MAX_DOCUMENT_SIZE", 1 << 20)
    monkeypatch.setattr("qlause.cli.input.json_reader.MAX_DOCUMENT_SIZE", 1 << 20)
    name = file("f.ndjson", f'{{"id":1}}\n{long}\n{{"id":2}}\n')
    assert run("filter", "", name) == (2, b'{"id":1}\n{"id":2}\n', f"{name}:2: the line is longer than 1 MiB\n")
    name = file("f.json", f'[{{"id":1}},\n{long}]\n')
    assert run("filter", "", name) == (2, b'{"id":1}\n', f"{name}:2: the document is larger than 1 MiB\n")
