"""CSV as input: paths in the header, types of cells, invalid rows."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qlause.cli.input.csv_table import CsvOptions, CsvRow, CsvTable, name_keys
from qlause.cli.input.json_codec import encode_json
from qlause.cli.output.rows import _leaves
from qlause.schema.types import TYPES, FieldType

from .conftest import File, Run

SCHEMA = {
    "properties": {
        "id": {"type": "integer"},
        "qty": {"type": ["integer", "null"]},
        "price": {"type": "number"},
        "open": {"type": "boolean"},
        "at": {"properties": {"depth": {"type": "number"}, "name": {"type": "string"}}},
    }
}


def test_names_of_the_header_are_paths(run: Run, file: File) -> None:
    name = file("f.csv", 'id,metadata.createdAt,"a.""x.y"""\r\n1,2019-01,z\r\n2,,\r\n')
    result = run("filter", "", name)
    assert result.documents() == [{"id": 1, "metadata": {"createdAt": "2019-01"}, "a": {"x.y": "z"}}, {"id": 2}]
    assert run("filter", "metadata:missing", name).documents() == [{"id": 2}]
    assert run("filter", 'a."x.y":z', name, "--count").out == b"1\n"


def test_a_name_that_is_no_path_is_one_key(run: Run, file: File) -> None:
    name = file("f.csv", 'First name,Price (EUR),2024,"a,b"\nJo,1,2,3\n')
    result = run("filter", '"First name":Jo', name)
    assert result.documents() == [{"First name": "Jo", "Price (EUR)": 1, "2024": 2, "a,b": 3}]


@pytest.mark.parametrize(
    ("header", "keys", "warning"),
    [
        ("a,b,a", ["a", "b", "a_2"], "two columns are named a; column 3 is named a_2 here"),
        ('a,"""a""",x', ["a", "a_2", "x"], "two columns are named a; column 2 is named a_2 here"),
        ("a,a_2,a", ["a", "a_2", "a_3"], "two columns are named a; column 3 is named a_3 here"),
        (",a,b", ["column_1", "a", "b"], "column 1 has no name; it is named column_1 here"),
        ("column_3,a,", ["column_3", "a", "column_3_2"], "column 3 has no name; it is named column_3_2 here"),
        ("a,a.b,c", ["a", "a.b", "c"], 'a.b cannot be inside the column a; it is named "a.b" here'),
        ("a.b.c,x,a", ["a.b.c", "x", "a"], 'a.b.c cannot be inside the column a; it is named "a.b.c" here'),
    ],
)
def test_columns_that_need_another_name(run: Run, file: File, header: str, keys: list[str], warning: str) -> None:
    name = file("f.csv", f"{header}\n1,2,3\n")
    result = run("filter", "", name)
    assert result == (0, result.out, f"{name}:1: {warning}\n")
    assert result.documents() == [dict(zip(keys, [1, 2, 3], strict=True))]
    assert run("filter", "", name, "--output", "csv", "--strict").out.decode() == f"{header}\n1,2,3\n"


_NAMES = st.sampled_from(["a", "b", "a.b", "a.b.c", "b.a", "", "a_2", '"a"', '"a.b"', "column_1", "x y"])


@given(st.lists(_NAMES, min_size=1, max_size=7))
def test_every_column_has_a_place_of_its_own(names: list[str]) -> None:
    warnings: list[str] = []
    options = CsvOptions(delimiter=None, is_text=True, declared=lambda _: None, asked=frozenset())
    table = CsvTable.of_header("", names, ",", options, warnings.append)
    cells = [f"cell {position}" for position in range(len(names))]
    document = CsvRow(table, cells, "").document()
    found = dict(_leaves(document))
    assert [found[column.keys] for column in table.columns] == cells
    usual = [column.keys for column in table.columns] == [name_keys(name) for name in names]
    assert usual == (not warnings) or "" in names


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (b"a,\xff", "invalid UTF-8; for other encodings, add --encoding, as in --encoding latin-1"),
        (b'a,"b"c', "',' expected after '\"'"),
    ],
)
def test_headers_that_are_refused(run: Run, file: File, header: bytes, reason: str) -> None:
    name, good = file("f.csv", header + b"\n1,2,3\n"), file("g.csv", "a\n1\n")
    assert run("filter", "", name, good) == (2, b'{"a":1}\n', f"{name}:1: {reason}\n")


def test_cells_are_numbers_and_booleans_of_json(run: Run, file: File) -> None:
    texts = ["007", "+8", ".097", "1.", "1e5x", "True", "FALSE", "NaN", "-", "1_0", "１", "1e999", "null", " 1", "0x1F"]
    values = ["1.10", "-0", "20", "1E5", "-1.5e-3", "123456789012345678901234567890", "true", "false"]
    name = file("f.csv", "id,v\n" + "".join(f"{at},{text}\n" for at, text in enumerate(values + texts)))
    lines = [f'{{"id":{at},"v":{text}}}' for at, text in enumerate(values)]
    lines += [f'{{"id":{at},"v":"{text}"}}' for at, text in enumerate(texts, len(values))]
    result = run("filter", "", name)
    assert result == (0, ("\n".join(lines) + "\n").encode(), "")
    assert run("filter", "v:(20 OR true)", name, "--fields", "id").documents() == [{"id": 2}, {"id": 6}]
    assert run("filter", "v:>19 v:<21", name, "--fields", "v").out == b'{"v":20}\n'
    assert run("filter", "v:1.1", name, "--output", "table").out.split()[-1] == b"1.10"
    as_text = run("filter", "", name, "--text", "--fields", "v").documents()
    assert as_text == [{"v": text} for text in values + texts]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**60), 2**60), min_size=1))
def test_a_cell_means_what_it_means_in_ndjson(numbers: list[float]) -> None:
    options = CsvOptions(delimiter=None, is_text=False, declared=lambda _: None, asked=frozenset({("v",)}))
    table = CsvTable.of_header("", ["v"], ",", options, pytest.fail)
    for number in numbers:
        text = json.dumps(number)
        assert table.asked_document([text]) == orjson.loads(f'{{"v":{text}}}')
        assert encode_json(CsvRow(table, [text], "").document()).decode() == f'{{"v":{text}}}'


def test_cells_of_the_declared_type(run: Run, file: File) -> None:
    schema = file("schema.json", SCHEMA)
    name = file("f.csv", "id,qty,price,open,at.depth,at.name\n1,20,1.50,true,2,2\n2,,-1e3,false,,x\n3,9,7,,0.5,\n")
    result = run("filter", "id:>=1", name, "--schema", schema, "--sort", "qty")
    assert result.documents() == [
        {"id": 2, "price": -1000.0, "open": False, "at": {"name": "x"}},
        {"id": 3, "qty": 9, "price": 7, "at": {"depth": 0.5}},
        {"id": 1, "qty": 20, "price": 1.5, "open": True, "at": {"depth": 2, "name": "2"}},
    ]
    assert b'"price":1.50' in result.out


BROKEN = ["1.5,,", "x,,", ",1e999,", ",NaN,", ",1_0,", ",,TRUE", ",,1", "１,,", f"1{'0' * 5000},,"]


def test_cells_that_are_not_of_the_declared_type(run: Run, file: File) -> None:
    schema = file("schema.json", SCHEMA)
    name = file("f.csv", "qty,price,open\n" + "\n".join(BROKEN) + "\n7,7,true\n")
    result = run("filter", "qty:>=0 OR price:>=0 OR open:true", name, "--schema", schema)
    assert (result.status, result.documents()) == (2, [{"qty": 7, "price": 7, "open": True}])
    problems = result.err.splitlines()
    assert [line.split(": ")[0] for line in problems] == [f"{name}:{number}" for number in range(2, 11)]
    assert problems[0] == f'{name}:2: qty: "1.5" is not a whole number'
    assert problems[2] == f'{name}:4: price: "1e999" is not a number'
    assert problems[5] == f'{name}:7: open: "TRUE" is not true or false'


STORED: dict[FieldType, tuple[str, str, str]] = {
    "date": ("2024-01-06", "06/01/2024", ">=2024-01-01"),
    "date-time": ("2024-01-06T10:30:00Z", "2024-01-06 10:30:00", ">2024-01-01"),
    "time": ("10:30:00", "24:00", ">10:00"),
    "uuid": ("123e4567-e89b-12d3-a456-426614174000", "123e4567", "123e4567-e89b-12d3-a456-426614174000"),
    "objectid": ("1" * 24, "1" * 23, "1" * 24),
}


def test_every_type_of_text_with_a_form_has_cells() -> None:
    assert {name for name, definition in TYPES.items() if definition.is_stored is not None} == set(STORED)


@pytest.mark.parametrize("name", STORED)
def test_cells_of_text_that_is_not_of_the_declared_type(run: Run, file: File, name: FieldType) -> None:
    stored, other, test = STORED[name]
    table = file("f.csv", f"id,v\n1,{stored}\n2,{other}\n3,\n")
    result = run("filter", f"v:{test}", table, "--type", f"v={name}")
    assert result.documents() == [{"id": 1, "v": stored}]
    assert (result.status, result.err) == (2, f'{table}:3: v: "{other}" is not {TYPES[name].words}\n')
    assert run("filter", "", table, "--type", f"v={name}").documents()[1]["v"] == other, "nobody asked for it"


def test_date_times_with_an_offset_are_told_once(run: Run, file: File) -> None:
    name = file("f.csv", "id,at\n1,2024-01-06T10:30:00+02:00\n2,2024-01-06T10:30:00+01:00\n3,2024-01-06T10:30:00Z\n")
    result = run("filter", "at:>2024-01-01", name, "--type", "at=date-time", "-rf", "id")
    assert (result.status, result.out) == (0, b"3\n")
    told = "at: 2 date-times with an offset, such as 2024-01-06T10:30:00+02:00, not compared by time"
    assert result.err == f"qlause: {told}: only text in UTC (Z, +00:00) is\n"


def test_cells_break_their_row_only_where_the_query_asks(run: Run, file: File) -> None:
    schema = file("schema.json", SCHEMA)
    name = file("f.csv", "qty,price,open\nNA,1,true\n+8,.097,True\n3,4,false\n")
    result = run("filter", "", name, "--schema", schema)
    assert result.out.decode().splitlines() == [
        '{"qty":"NA","price":1,"open":true}',
        '{"qty":"+8","price":".097","open":"True"}',
        '{"qty":3,"price":4,"open":false}',
    ]
    assert (result.status, result.err) == (0, "")
    assert run("filter", "price:>0", name, "--type", "price=number,qty=integer,open=boolean") == (
        2,
        b'{"qty":"NA","price":1,"open":true}\n{"qty":3,"price":4,"open":false}\n',
        f'{name}:3: price: ".097" is not a number\n',
    )
    assert run("filter", "", name, "--type", "qty=integer", "--sort", "qty:desc", "--fields", "qty") == (
        2,
        b'{"qty":3}\n',
        f'{name}:2: qty: "NA" is not a whole number\n{name}:3: qty: "+8" is not a whole number\n',
    )


def test_messages_are_capped(run: Run, file: File) -> None:
    rows = "NA,1\n" * 2000 + "7,8,9\n" + "True,1\n" * 3000
    name, other = file("f.csv", "qty,x\n" + rows), file("g.csv", "qty,x\nNA,1\n")
    result = run("filter", "qty:>5", name, other, "--type", "qty=integer")
    lines = result.err.splitlines()
    assert lines[9] == f'{name}:11: qty: "NA" is not a whole number'
    assert lines[10:] == [
        f"{name}:2002: the row has 3 cells, but the header has 2 columns",
        f"{name}: and 4,990 more; --validate prints all",
        f'{other}:2: qty: "NA" is not a whole number',
    ]
    assert len(run("filter", "qty:>5", name, "--type", "qty=integer", "--validate").err.splitlines()) == 5001
    part = file("h.csv", "qty\n" + "NA\n" * 30 + "9\n9\n")
    limited = run("filter", "qty:>5", part, "--type", "qty=integer", "-n", "1")
    assert limited.err.endswith(": and 20 more; --validate prints all\n")


def test_declared_types_without_a_schema(run: Run, file: File) -> None:
    name = file("f.csv", "id,zip,createdAt,First name\n1,01234,2024-01-01T12:00:00Z,007\n2,99,2024-01-02T12:00:00Z,8\n")
    day = run("filter", "createdAt:2024-01-02", name, "--type", "createdAt=date-time", "--fields", "id")
    assert day.documents() == [{"id": 2}]
    types = ("--type", 'zip=string,"First name"=string')
    assert run("filter", 'zip:99 "First name":8', name, *types).out == (
        b'{"id":2,"zip":"99","createdAt":"2024-01-02T12:00:00Z","First name":"8"}\n'
    )
    assert run("filter", "id:>1", name, *types, "--count").out == b"1\n", "other columns are numbers where they look so"
    documents = file("f.ndjson", '{"at":"2024-01-01T00:00:00Z","n":[1]}\n{"at":"2024-01-02T01:00:00Z","n":[2,"3"]}\n')
    assert run("filter", "at:2024-01-02 n:>1", documents, "--type", "at=date-time").status == 0
    assert run("filter", "n:3", documents, "--type", "n=integer", "--count").out == b"0\n"


@pytest.mark.parametrize(
    ("types", "message"),
    [
        ("qty=integr", '--type: there is no type "integr"; did you mean integer?'),
        ("qty", '--type: "qty" has no type; write it as in qty=integer'),
        ("qty=integer,qty=number", "--type: qty is declared twice"),
        ("=integer", "--type"),
        ("qty=enum", "there is no type"),
        (",", "--type"),
    ],
)
def test_types_that_cannot_be_used(run: Run, file: File, types: str, message: str) -> None:
    result = run("filter", "", file("f.csv", "qty\n1\n"), "--type", types)
    assert (result.status, result.out) == (2, b"")
    assert result.err.startswith("qlause: ")
    assert message in result.err
    schema = file("s.json", SCHEMA)
    assert "cannot be combined" in run("filter", "", "--schema", schema, "--type", "qty=integer").err


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("header", ["a{0}b{0}c", '"x,y;z\tw"{0}b{0}"c"', "\n\na{0}b{0}c"])
def test_delimiters_are_found(run: Run, file: File, delimiter: str, header: str) -> None:
    name = file("f.csv", header.format(delimiter) + f"\n1{delimiter}2{delimiter}3\n")
    (document,) = run("filter", "b:2 c:3", name).documents()
    assert list(document.values()) == [1, 2, 3]


def test_delimiters_that_are_given(run: Run, file: File) -> None:
    expected = b'{"a":1,"b,c":"2;3"}\n'
    assert run("filter", "", file("f.csv", "a|b,c\n1|2;3\n"), "--delimiter", "|").out == expected
    assert run("filter", "", file("f.tsv", "a\tb,c\n1\t2;3\n")).out == expected
    assert run("filter", "", file("f.tsv.gz", gzip.compress(b"a\tb,c\n1\t2;3\n"))).out == expected
    assert run("filter", "", file("f", "a\tb,c\n1\t2;3\n"), "--delimiter", "tab").out == expected
    assert run("filter", "", file("g", "a\tb,c\n1\t2;3\n"), "--input", "tsv").out == expected
    assert "is not one character" in run("filter", "", "--delimiter", "ab").err


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-16-le", "cp1252", "shift_jis"])
def test_encodings(run: Run, file: File, encoding: str) -> None:
    text = "東京" if encoding == "shift_jis" else "é€"[: 1 if encoding == "latin-1" else 2]
    content = f"id,né\n1,{text}\n" if encoding != "shift_jis" else f"id,n\n1,{text}\n"
    name = file("f.csv", content.encode(encoding))
    (document,) = run("filter", "", name, "--encoding", encoding).documents()
    assert list(document.values()) == [1, text]
    ndjson = file("f.ndjson", f'{{"t":"{text}"}}\n'.encode(encoding))
    assert run("filter", f"t:{text}", ndjson, "--encoding", encoding).status == 0


def test_encodings_that_are_wrong(run: Run, file: File) -> None:
    name = file("f.csv", b"a\n\x81\n")
    assert (
        run("filter", "", name, "--encoding", "cp1252").err
        == f"{name}: invalid charmap: character maps to <undefined>\n"
    )
    for encoding in ("klingon", "base64", "a\0b"):
        assert run("filter", "", name, "--encoding", encoding).err.startswith("qlause: there is no encoding ")


def test_csv_into_csv_keeps_everything(run: Run, file: File) -> None:
    text = 'First name,,"a.""x.y""",b.c,d,b.e,d\nJo,,"1.10",007,"x,\ny",,2\n"Zoë",1,,,,,\nshort\n'
    for content in (text, text.replace("\n", "\r\n"), text.rstrip("\n")):
        name = file("f.csv", content)
        assert run("filter", "", name, "--output", "csv").out.decode().rstrip("\n") == content.rstrip("\n")
    name = file("f.csv", text)
    assert run("filter", '"First name":Jo', name, "-o", "csv").out.decode() == text[: text.index('"Zoë"')]
    assert run("filter", '"First name":none', name, "-o", "csv").out.decode() == text.splitlines()[0] + "\n"
    assert (
        run("filter", "", name, "-o", "csv", "--sort", '"First name":desc', "-n", "1").out.decode().endswith("short\n")
    )
    converted = run("filter", "", file("f.csv", "First name;b;a\n1,5;;007\n"), "-o", "csv").out
    assert converted == b'First name,b,a\r\n"1,5",,007\r\n'
    both = run("filter", "", file("f.csv", "b.x,a,b.y\n1.0,,\n"), file("g.csv", "c,a\n2,3\n"), "-o", "csv").out
    assert both == b"b.x,a,b.y,c\r\n1.0,,,\r\n,3,,2\r\n"


def test_columns_that_are_hidden_stay_hidden_in_csv(run: Run, file: File) -> None:
    schema = file("s.json", {"properties": {"id": {"type": "integer"}, "pin": {"type": "string", "writeOnly": True}}})
    name = file("f.csv", "pin,id,other\n1234,1,x\n")
    for output in ("csv", "tsv", "table", "markdown"):
        out = run("filter", "", name, "--schema", schema, "--output", output).out
        assert b"id" in out
        assert not any(text in out for text in (b"pin", b"1234"))


def test_stored_names_count(run: Run, file: File) -> None:
    schema = file("s.json", {"properties": {"qty": {"type": "integer", "x-qlause": {"stored": "stock.n"}}}})
    assert run("filter", "qty:>5", file("f.csv", "stock.n\n7\n"), "--schema", schema).documents() == [{"qty": 7}]


@pytest.mark.parametrize("query", ["qty:>5", "NOT (a:1 OR qty:<=5)", "qty:(1 OR (>5 AND <7))", "NOT qty:>5"])
def test_text_is_not_compared_with_numbers(run: Run, file: File, query: str) -> None:
    name = file("f.csv", "qty,a\n7,1\n")
    result = run("filter", query, "missing.json", name, name, "--text")
    assert (result.status, result.out) == (2, b"")
    assert "with --text, cells of CSV are text, so qty cannot be compared with a number." in result.err
    assert result.err.endswith("hint: add --type qty=number\n")
    marked = result.err.splitlines()[2]
    assert result.err.splitlines()[1][marked.index("^") :].startswith("qty:")
    assert "missing.json" not in result.err, "it is refused before any input is read"
    assert run("filter", query, file("f", "qty\n7\n"), "--input", "csv", "--text").status == 2
    with_delimiter = run("filter", query, file("data.txt", "qty;a\n7;1\n"), "--delimiter", ";", "--text")
    assert with_delimiter == (2, b"", result.err), "a delimiter says that it is CSV"
    assert run("filter", query, name, "--text", "--type", "qty=number").err == ""
    assert run("filter", "qty:>b", file("g.csv", "qty\nc\n"), "--text").status == 0, "text is compared with text"


def test_objects_of_columns_with_dots_meet_an_elem_match(run: Run, file: File) -> None:
    name, query = file("f.csv", "id,line.sku,line.n\n1,A,1\n2,A,7\n"), "line:elemMatch(sku:A n:<5)"
    for options in ([], ["--type", "line.n=integer"], ["--text", "--type", "line.n=number"]):
        result = run("filter", query, name, "-f", "id", *options)
        assert (result.documents(), result.err) == ([{"id": "1" if "--text" in options else 1}], ""), options
    refused = run("filter", query, name, "--text")
    assert (refused.status, refused.err.splitlines()[-1]) == (2, "hint: add --type line.n=number")


def test_broken_rows(run: Run, file: File) -> None:
    content = b'a,b\n1,2,3\n1\n\n"x\ny",2\n"u"v,1\n\xff,1\n1,"open\n'
    name = file("f.csv", content)
    result = run("filter", "", name)
    assert (result.status, result.documents()) == (2, [{"a": 1}, {"a": "x\ny", "b": 2}])
    assert result.err.splitlines() == [
        f"{name}:2: the row has 3 cells, but the header has 2 columns",
        f"{name}:7: ',' expected after '\"'",
        f"{name}:8: invalid UTF-8; for other encodings, add --encoding, as in --encoding latin-1",
        f"{name}:9: unexpected end of data",
    ]


def test_compressed_csv_with_a_byte_order_mark(command: Run, file: File) -> None:
    content = gzip.compress("\ufeffid,né\r1,é\r".encode())
    expected = [{"id": 1, "né": "é"}]
    assert command("filter", "", file("f.csv.gz", content)).documents() == expected
    assert command("filter", "", "--input", "csv", stdin=content).documents() == expected


def test_a_row_takes_little_memory(file: File) -> None:
    """Some kilobytes that are one row of many megabytes."""
    name = file("f.csv.gz", gzip.compress(b"a,b\n1,2\n" + b"x," * (20 << 20) + b"\n3,4\n"))
    limited = f"ulimit -v 600000; exec {sys.executable} -m qlause filter '' {name}"
    done = subprocess.run(["/bin/sh", "-c", limited], capture_output=True, check=False, timeout=60)
    assert done.stderr.decode() == f"{name}:3: the row is longer than 16 MiB; is a quote missing?\n"
    assert (done.returncode, done.stdout) == (2, b'{"a":1,"b":2}\n{"a":3,"b":4}\n')


def test_rows_that_are_too_long(run: Run, file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qlause.cli.input.csv_reader._MAX_ROW_SIZE", 1 << 20)
    lines = ["a,b", "1,2", "x" * (1 << 21), "3,4", '5,"' + "y" * 1000, *["y" * 1000] * 1050, '6"', "7,8"]
    for end in ("\n", "\r\n", "\r"):
        name = file("f.csv", end.join(lines))
        result = run("filter", "a:<100", name)
        assert result.documents() == [{"a": 1, "b": 2}, {"a": 3, "b": 4}, {"a": 7, "b": 8}]
        assert result.err.splitlines()[:2] == [
            f"{name}:{line}: the row is longer than 1 MiB; is a quote missing?" for line in (3, 5)
        ]
