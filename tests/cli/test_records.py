"""Where documents are: in objects, on one line, in sequences, in compressed files, in folders, in Parquet."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from .conftest import File, Run

ROWS = [{"id": 1, "t": "é\n]"}, {"id": 2, "t": {"results": [{"id": 7}]}}, {"id": 3}]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    ("whole", "path"),
    [
        ({"next": None, "results": ROWS, "count": 3}, "results"),
        ({"type": "FeatureCollection", "bbox": [1, [2]], "features": ROWS}, "features"),
        ({"data": {"x": {"items": [{"id": 9}]}, "items": ROWS}, "items": [{"id": 8}]}, "data.items"),
        ([{"results": ROWS[:1]}, {"results": ROWS[1:]}], "results"),
        ({"pages": [{"rows": ROWS[:2]}, {"rows": []}, {"rows": ROWS[2:]}]}, "pages.rows"),
        ({"a b": ROWS}, '"a b"'),
        ({"r\u00e9": ROWS}, "ré"),
        (ROWS, ""),
    ],
)
def test_records_in_an_object(run: Run, file: File, whole: object, path: str, indent: int | None) -> None:
    name = file("f.json", json.dumps(whole, indent=indent))
    records = ("--records", path) if path else ()
    assert run("filter", "", name, *records) == (0, run("filter", "", file("g.json", ROWS)).out, "")
    assert run("filter", "id:>=2", name, *records, "--fields", "id").documents() == [{"id": 2}, {"id": 3}]


def test_records_of_each_line(run: Run, file: File) -> None:
    lines = "".join(json.dumps({"results": [row], "page": at}) + "\n" for at, row in enumerate(ROWS))
    for name in ("f.ndjson", "f"):
        assert run("filter", "", file(name, lines), "--records", "results", "--count").out == b"3\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"a":1,\n"b":[]}', "1: the object has no results with records"),
        ('{"results":[5]}', "1: expected an object, not a number"),
        ('{"results":"x"}', "1: expected an object, not a string"),
        ('[\n[{"results":[]}]]', "2: expected an object, not an array"),
        ('{"results":[{"id":1}', "1: expected a comma or the end of the array"),
        ('{"results":[]', "1: expected a comma or the end of the object"),
        ('{"a":', "1: expected a value"),
        ('{"a" 1}', "1: expected a colon"),
        ("{a:1}", "1: expected a key in quotes"),
        ('{"a":1,}', "1: expected a key in quotes"),
        ('{"\\ud800":1}', "1: invalid JSON"),
        ("[" * 2000, "1: "),
    ],
)
def test_records_that_are_not_there(run: Run, file: File, text: str, problem: str) -> None:
    name = file("f.json", text)
    result = run("filter", "", name, "--records", "results")
    assert result.status == 2
    assert result.err.startswith(f"{name}:{problem}")


_OBJECT = st.dictionaries(
    st.text(max_size=4), st.integers() | st.text(max_size=6) | st.lists(st.integers(), max_size=2)
)


@given(st.lists(_OBJECT, min_size=1, max_size=5), st.sampled_from(["", " ", "\t"]))
def test_several_objects_on_a_line(documents: list[dict[str, object]], blank: str) -> None:
    from qlause.cli.input.json_reader import split_objects

    text = blank.join(map(json.dumps, documents))
    parts = split_objects(text.encode())
    assert parts is not None
    # Beyond 64 bits an integer is a double (rule 15), which orjson reads.
    assert [document for _, document in parts] == [orjson.loads(json.dumps(each)) for each in documents]
    assert blank.join(part.decode() for part, _ in parts) == text


@pytest.mark.parametrize("name", ["f", "f.json", "f.ndjson"])
def test_objects_on_one_line(run: Run, file: File, name: str) -> None:
    content = '{"id":1,"n":1.10}{"id":2} {"id":3}\n\n{"id":4}\n{"id":5}{"id":6}'
    path = file(name, content)
    result = run("filter", "id:(1,3,4,6)", path)
    assert (result.status, [each["id"] for each in result.documents()], result.err) == (0, [1, 3, 4, 6], "")
    assert result.out.startswith(b'{"id":1,"n":1.10}\n')
    assert run("filter", "id:6", path, "--count").out == b"1\n"


def test_json_text_sequences(run: Run, file: File) -> None:
    content = "".join(f"\x1e{json.dumps(row, indent=2)}\n" for row in ROWS)
    assert run("filter", "", file("f.json-seq", content)).documents() == ROWS
    broken = file("f", "\x1e[1\x1e,2]")
    assert run("filter", "", broken).status == 2


def test_a_file_that_is_one_object(run: Run, file: File) -> None:
    for text in ('{"id":1}', '{"id":1}\n', '{\n"id":1}'):
        assert run("filter", "id:1", file("f.json", text)) == (0, b'{"id":1}\n', "")


def _zstandard(content: bytes) -> bytes:
    zstd = pytest.importorskip("backports.zstd")
    compressed: bytes = zstd.compress(content)
    return compressed


COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": _zstandard,
}


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_compressed_files(run: Run, file: File, suffix: str) -> None:
    compress = COMPRESSIONS[suffix]
    ndjson = b"".join(b'{"id":%d,"text":"some text"}\n' % number for number in range(20_000))
    compressed = compress(ndjson)
    for name in (f"f.ndjson{suffix}", "f"):
        result = run("filter", "id:>=10000", file(name, compressed), "--count")
        assert result == (0, b"10000\n", "")
    assert run("filter", "b:2", file(f"f.csv{suffix}", compress(b"a,b\n1,2\n"))).out == b'{"a":1,"b":2}\n'
    assert run("filter", "", file("two", compress(b'{"id":1}\n') * 2)).out == b'{"id":1}\n' * 2
    cut = run("filter", "", file("cut", compressed[: len(compressed) // 2]), "--count")
    assert cut.status == 2
    assert cut.err.count("\n") == 1
    corrupt = bytearray(compressed)
    corrupt[len(corrupt) // 2 :] = b"\xff" * (len(corrupt) // 2)
    assert run("filter", "", file("corrupt", bytes(corrupt)), "--count").status == 2


def test_parquet(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    name = str(tmp_path / "f.parquet")
    duckdb.execute(
        f"""COPY (SELECT i AS id, 'n' || i AS name, CASE WHEN i % 2 = 0 THEN i / 4.0 END AS half, [i, i] AS list,
        {{'city': 'Gent', 'at': TIMESTAMPTZ '2024-01-01 12:00:00+02'}} AS address, DATE '2024-01-02' AS day,
        TIMESTAMP '2024-01-01 10:30:00.5' AS created, 1.5::DECIMAL(9,2) AS price, 'x'::BLOB AS raw
        FROM range(2500) t(i)) TO '{name}' (FORMAT parquet)"""
    )
    result = run("filter", "id:>=2499 address.at:<2024-01-01T11:00:00Z day:>=2024-01-02 price:1.5", name)
    assert result.err == ""
    assert result.documents() == [
        {
            "id": 2499,
            "name": "n2499",
            "half": None,
            "list": [2499, 2499],
            "address": {"city": "Gent", "at": "2024-01-01T10:00:00Z"},
            "day": "2024-01-02",
            "created": "2024-01-01T10:30:00.500000Z",
            "price": 1.5,
            "raw": "eA==",
        }
    ]
    assert run("filter", "half:null", name, "--count").out == b"1250\n"
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 and more")
    assert run("filter", "", str(broken)).err.startswith(f"{broken}: cannot read Parquet: ")
    monkeypatch.setattr("qlause.cli.input.parquet_reader.find_spec", lambda _: None)
    assert run("filter", "", name).err == f"{name}: Parquet needs pyarrow: pip install pyarrow\n"


def test_patterns_and_folders(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs" / "deep").mkdir(parents=True)
    for name, number in (("b.ndjson", 2), ("a.json", 1), ("deep/c.csv", 3), ("note.txt", 9), ("[x].json", 4)):
        content = f"id\n{number}\n" if name.endswith(".csv") else f'{{"id":{number}}}\n'
        (tmp_path / "logs" / name).write_text(content)

    def ids(*names: str) -> list[int]:
        return [each["id"] for each in run("filter", "", *names).documents()]

    assert ids("logs") == [4, 1, 2, 3]
    assert ids("logs/*.json") == [4, 1]
    assert ids("logs/**/*.csv") == [3]
    assert ids("logs/[ab].*") == [1, 2]
    assert ids("logs/[x].json") == [4], "a file that is there is no pattern"
    assert run("filter", "", "none*.json").err == "none*.json: No such file or directory\n"
    (tmp_path / "empty").mkdir()
    assert (
        run("filter", "", "empty").err
        == "qlause: empty: this folder has no file that ends in .json, .csv or the like\n"
    )


def test_with_filename(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.ndjson").write_text('{"id":1.10,"filename":"x"}\n')
    Path("b.csv").write_text("id\n7\n")
    result = run("filter", "", "a.ndjson", "b.csv", "--with-filename")
    assert result.out == b'{"filename":"a.ndjson","id":1.10}\n{"filename":"b.csv","id":7}\n'
    for arguments in ((), ("--fields", "id")):
        csv = run("filter", "", "a.ndjson", "b.csv", "--with-filename", "-o", "csv", *arguments).out
        assert csv == b"filename,id\r\na.ndjson,1.10\r\nb.csv,7\r\n"
    assert run("filter", "", "b.csv", "--with-filename", "-o", "csv").out == b"filename,id\r\nb.csv,7\r\n"
