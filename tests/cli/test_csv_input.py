"""CSV as input: paths in the header, types of cells, invalid rows."""

from __future__ import annotations

import gzip

import pytest

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
    name = file("f.csv", 'id,metadata.createdAt,"a.""x.y"""\r\n1,2019,z\r\n2,,\r\n')
    result = run("filter", "", name)
    assert result.documents() == [{"id": "1", "metadata": {"createdAt": "2019"}, "a": {"x.y": "z"}}, {"id": "2"}]
    assert run("filter", "metadata:missing", name).documents() == [{"id": "2"}]
    assert run("filter", 'a."x.y":z', name, "--count").out == b"1\n"


def test_a_name_that_is_no_path_is_one_key(run: Run, file: File) -> None:
    name = file("f.csv", 'First name,Price (EUR),2024,"a,b"\nJo,1,2,3\n')
    result = run("filter", '"First name":Jo', name)
    assert result.documents() == [{"First name": "Jo", "Price (EUR)": "1", "2024": "2", "a,b": "3"}]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("a,a.b", "the columns a and a.b cannot both have values"),
        ("a.b.c,a", "the columns a and a.b.c cannot both have values"),
        ("a,b,a", "two columns are named a"),
        ('a,"""a"""', "two columns are named a"),
        ("a,,b", "column 2 has no name"),
        (b"a,\xff", "invalid UTF-8"),
        ('a,"b"c', "',' expected after '\"'"),
    ],
)
def test_headers_that_are_refused(run: Run, file: File, header: str | bytes, reason: str) -> None:
    raw = header if isinstance(header, bytes) else header.encode()
    name, good = file("f.csv", raw + b"\n1,2,3\n"), file("g.csv", "a\n1\n")
    assert run("filter", "", name, good) == (2, b'{"a":"1"}\n', f"{name}:1: {reason}\n")


def test_cells_are_text_without_a_schema(run: Run, file: File) -> None:
    name = file("f.csv", "id,qty,open\n1,20,true\n2,3,false\n")
    assert run("filter", "qty:20 open:true", name).documents() == [{"id": "1", "qty": "20", "open": "true"}]
    assert run("filter", "qty:(NOT 20)", name, "--count").out == b"1\n"
    assert run("filter", "", name, "--sort", "qty", "--fields", "id").documents() == [{"id": "1"}, {"id": "2"}]


def test_cells_of_the_declared_type(run: Run, file: File) -> None:
    schema = file("schema.json", SCHEMA)
    name = file("f.csv", "id,qty,price,open,at.depth,at.name\n1,20,1.5,true,2,2\n2,,-1e3,false,,x\n3,9,7,,0.5,\n")
    result = run("filter", "id:>=1", name, "--schema", schema, "--sort", "qty")
    assert result.documents() == [
        {"id": 2, "price": -1000.0, "open": False, "at": {"name": "x"}},
        {"id": 3, "qty": 9, "price": 7, "at": {"depth": 0.5}},
        {"id": 1, "qty": 20, "price": 1.5, "open": True, "at": {"depth": 2, "name": "2"}},
    ]


def test_cells_that_are_not_of_the_declared_type(run: Run, file: File) -> None:
    schema = file("schema.json", SCHEMA)
    rows = ["1.5,,", "x,,", ",1e999,", ",NaN,", ",1_0,", ",,TRUE", ",,1", "１,,", f"1{'0' * 5000},,"]
    name = file("f.csv", "qty,price,open\n" + "\n".join(rows) + "\n7,7,true\n")
    result = run("filter", "", name, "--schema", schema)
    assert (result.status, result.documents()) == (2, [{"qty": 7, "price": 7, "open": True}])
    problems = result.err.splitlines()
    assert [line.split(": ")[0] for line in problems] == [f"{name}:{number}" for number in range(2, 11)]
    assert problems[0] == f'{name}:2: qty: "1.5" is not a whole number'
    assert problems[2] == f'{name}:4: price: "1e999" is not a number'
    assert problems[5] == f'{name}:7: open: "TRUE" is not true or false'


def test_stored_names_count(run: Run, file: File) -> None:
    schema = file("s.json", {"properties": {"qty": {"type": "integer", "x-qlause": {"stored": "stock.n"}}}})
    assert run("filter", "qty:>5", file("f.csv", "stock.n\n7\n"), "--schema", schema).documents() == [
        {"stock": {"n": 7}}
    ]


@pytest.mark.parametrize("query", ["qty:>5", "NOT (a:1 OR qty:<=5)", "qty:(1 OR (>5 AND <7))", "NOT qty:>5"])
def test_text_is_not_compared_with_numbers(run: Run, file: File, query: str) -> None:
    name = file("f.csv", "qty\n7\n")
    result = run("filter", query, "missing.json", name, name)
    assert (result.status, result.out) == (2, b"")
    assert "cells of CSV are text, so qty cannot be compared with a number." in result.err
    assert result.err.endswith("hint: declare qty as a number in a JSON Schema, and add --schema FILE\n")
    marked = result.err.splitlines()[2]
    assert result.err.splitlines()[1][marked.index("^") :].startswith("qty:")
    assert "missing" not in result.err, "it is refused before any input is read"
    assert run("filter", query, file("f", "qty\n7\n"), "--input", "csv").status == 2


def test_numbers_are_compared_only_where_the_schema_declares_them(run: Run, file: File) -> None:
    schema = file("s.json", {"properties": {"qty": {"type": "integer"}, "other": {}}})
    name = file("f.csv", "qty,other\n7,7\n")
    assert run("filter", "qty:>5", name, "--schema", schema).status == 0
    assert run("filter", "other:>5", name, "--schema", schema).status == 2
    assert run("filter", "qty:>b", file("g.csv", "qty\nc\n")).status == 0, "text is compared with text"


def test_broken_rows(run: Run, file: File) -> None:
    content = b'a,b\n1,2,3\n1\n\n"x\ny",2\n"u"v,1\n\xff,1\n1,"open\n'
    name = file("f.csv", content)
    result = run("filter", "", name)
    assert (result.status, result.documents()) == (2, [{"a": "1"}, {"a": "x\ny", "b": "2"}])
    assert result.err.splitlines() == [
        f"{name}:2: the row has 3 cells, but the header has 2 columns",
        f"{name}:7: ',' expected after '\"'",
        f"{name}:8: invalid UTF-8",
        f"{name}:9: unexpected end of data",
    ]


def test_compressed_csv_with_a_byte_order_mark(command: Run, file: File) -> None:
    content = gzip.compress("\ufeffid,né\r1,é\r".encode())
    expected = [{"id": "1", "né": "é"}]
    assert command("filter", "", file("f.csv.gz", content)).documents() == expected
    assert command("filter", "", "--input", "csv", stdin=content).documents() == expected
