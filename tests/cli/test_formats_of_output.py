"""TSV, Markdown, raw values, counts by value, digits of numbers, formulas and the speed of tables."""

from __future__ import annotations

import csv
import io
import json
import resource
import subprocess
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qlause.cli.input.json_codec import JsonError, encode_json, with_exact_numbers
from qlause.cli.output.row_writers import _FORMULA

from .conftest import COMMAND, File, Run

NUMBERS = ["1.10", "0.12345678901234567890123", "1E5", "-0", "-0.0", "123456789012345678901234567890", "7e-2", "7"]


@pytest.mark.parametrize("name", ["f.ndjson", "f.json", "f.csv"])
@pytest.mark.parametrize("arguments", [("--fields", "n,m"), (), ("--sort", "n")])
def test_numbers_keep_their_digits(run: Run, file: File, name: str, arguments: tuple[str, ...]) -> None:
    for number in NUMBERS:
        text = f'{{"n":{number},"m":{{"k":{number}}},"x":"1.0"}}'
        content = {"f.ndjson": text, "f.json": f"[{text}]", "f.csv": f"n,m.k,x\n{number},{number},\n"}[name]
        path = file(name, content)
        for output in ("ndjson", "json", "csv", "tsv", "table", "markdown"):
            out = run("filter", "", path, "-o", output, *arguments).out.decode()
            assert out.count(number) >= 2, (output, out)
        assert run("filter", "", path, "-r", "-f", "n").out.decode() == f"{number}\n"
        assert run("filter", "", path, "--count-by", "n").out.decode() == f'{{"n":{number},"count":1}}\n'


_NUMBER = st.from_regex(r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)
_VALUE = st.recursive(
    _NUMBER | st.text().map(json.dumps),
    lambda inner: (
        st.lists(inner).map(lambda items: f"[{','.join(items)}]")
        | st.lists(st.tuples(st.text().map(json.dumps), inner), unique_by=lambda item: json.loads(item[0])).map(
            lambda items: f"{{{','.join(f'{key}:{value}' for key, value in items)}}}"
        )
    ),
)


@given(_VALUE)
def test_any_json_comes_out_as_it_is_written(text: str) -> None:
    text = f"[{text}]"  # a number is never a whole document
    value = orjson.loads(text)
    exact = encode_json(with_exact_numbers(f"{text}\n".encode(), value)).decode()
    assert json.loads(exact, parse_int=str, parse_float=str) == json.loads(text, parse_int=str, parse_float=str)


@given(st.lists(_NUMBER, min_size=1), st.sampled_from(["[{}]", "[ {} ]", "[1,{}]", '["1e5 0.10",{}]']))
@settings(max_examples=500)
def test_any_number_keeps_its_digits(numbers: list[str], around: str) -> None:
    """Where the fast tests see nothing, orjson writes the same digits."""
    for number in numbers:
        text = around.format(number)
        assert number in encode_json(with_exact_numbers(text.encode(), orjson.loads(text))).decode()


def test_numbers_in_deep_documents() -> None:
    deep = "[" * 400 + "1.10" + "]" * 400
    assert encode_json(with_exact_numbers(deep.encode(), json.loads(deep))).decode() == deep
    nested: list[object] = []
    for _ in range(5_000):
        nested = [nested]
    with pytest.raises(JsonError):
        encode_json(nested)


def test_raw_values(run: Run, file: File) -> None:
    name = file("f.json", [{"id": 1, "t": 'a"b\\c\n', "l": ["x", 2], "o": {"a": None}}, {"id": True}])
    assert run("filter", "", name, "-r", "-f", "t").out == b'a"b\\c\n\n\n'
    assert run("filter", "", name, "-r", "-f", "id,l,o").out == b'1\t["x",2]\t{"a":null}\ntrue\t\t\n'
    refused = run("filter", "", name, "-r")
    assert (refused.status, refused.out) == (2, b"")
    assert "add --fields" in refused.err
    assert run("filter", "id:9", name, "-r", "-f", "id") == (1, b"", "")


def test_tsv_goes_round(run: Run, file: File) -> None:
    documents = [{"a": "x\ty", "b": 'q"\n'}, {"a": "", "c": "1"}, {"c": 1.5}]
    out = run("filter", "", file("f.json", documents), "-o", "tsv").out
    assert list(csv.reader(io.StringIO(out.decode(), newline=""), delimiter="\t")) == [
        ["a", "b", "c"],
        ["x\ty", 'q"\n', ""],
        ["", "", "1"],
        ["", "", "1.5"],
    ]
    assert run("filter", "", file("f.tsv", out), "-o", "tsv").out == out


def test_markdown(run: Run, file: File) -> None:
    documents = [{"id": 1, "t": "a|b\n<b>*x*</b> [l](javascript:x) `c` \\"}, {"id": 2, "l": ["x"]}]
    assert run("filter", "", file("f.json", documents), "-o", "markdown").out.decode() == (
        "| id | t | l |\n"
        "| --- | --- | --- |\n"
        "| 1 | a\\|b<br>\\<b\\>\\*x\\*\\</b\\> \\[l\\](javascript:x) \\`c\\` \\\\ |  |\n"
        '| 2 |  | \\["x"\\] |\n'
    )
    assert run("filter", "id:9", file("f.json", documents), "-o", "markdown").out == b""


def test_counts_by_value(run: Run, file: File) -> None:
    documents = [
        {"t": "b", "a": {"c": [1, 2]}},
        {"t": "a", "a": [{"c": 1.0}, {"c": "1"}]},
        {"t": "b", "a": {"c": True}},
        {"t": None, "a": {"c": {"x": 1}}},
        {},
        {"t": "c", "a": {"c": []}},
    ]
    name = file("f.ndjson", "".join(json.dumps(each) + "\n" for each in documents))
    assert run("filter", "", name, "--count-by", "t").documents() == [
        {"t": None, "count": 2},
        {"t": "b", "count": 2},
        {"t": "a", "count": 1},
        {"t": "c", "count": 1},
    ]
    assert [(each["a"]["c"], each["count"]) for each in run("filter", "", name, "--count-by", "a.c").documents()] == [
        (None, 2),
        (1, 2),
        (2, 1),
        ("1", 1),
        (True, 1),
        ({"x": 1}, 1),
    ]
    assert run("filter", "t:exists", name, "--count-by", "t", "-n", "1", "-o", "csv").out == b"t,count\r\nb,2\r\n"
    assert run("filter", "t:b", name, "--count-by", "t", "-o", "table").out.split()[-2:] == [b"b", b"2"]
    assert run("filter", "t:zz", name, "--count-by", "t").status == 1
    counted = file("g.ndjson", '{"count":3}\n')
    assert run("filter", "", counted, "--count-by", "count").out == b'{"count":3,"documents":1}\n'
    for other in (("-c",), ("-s", "t"), ("-f", "t")):
        assert run("filter", "", name, "--count-by", "t", *other).status == 2
    assert run("filter", "", name, "--count-by", "t,a").err == "qlause: --count-by takes one field\n"


def test_counts_obey_the_schema(run: Run, file: File) -> None:
    schema = file("s.json", {"properties": {"id": {"type": "integer"}, "pin": {"type": "string", "writeOnly": True}}})
    name = file("f.ndjson", '{"id":1,"pin":"1234"}\n')
    for field in ("pin", "other"):
        result = run("filter", "", name, "--schema", schema, "--count-by", field)
        assert (result.status, result.out) == (2, b"")
    assert run("filter", "", name, "--schema", schema, "--count-by", "id").status == 0


@pytest.mark.parametrize("output", ["csv", "tsv"])
@pytest.mark.parametrize("source", ["f.json", "f.csv"])
def test_formulas_are_escaped_where_it_is_asked_for(run: Run, file: File, output: str, source: str) -> None:
    texts = ["=cmd|' /C calc'!A0", "+1", "-1+2", "@x", "\tx", "＝x", "-1.5", "-", "x=", "a@b", "-2e3"]
    if source == "f.json":
        name = file(source, [{"=k": text} for text in texts])
    else:
        name = file(source, "=k\n" + "".join(f'"{text}"\n' for text in texts))
    plain = run("filter", "", name, "-o", output)
    escaped = run("filter", "", name, "-o", output, "--escape-formulas")
    delimiter = "\t" if output == "tsv" else ","

    def cells(out: bytes) -> list[str]:
        return [row[0] for row in csv.reader(io.StringIO(out.decode(), newline=""), delimiter=delimiter)]

    assert cells(plain.out) == ["=k", *texts]
    assert cells(escaped.out) == ["'=k", *(f"'{text}" for text in texts[:6]), "-1.5", "'-", "x=", "a@b", "-2e3"]
    assert run("filter", "", name, "-o", "json", "--escape-formulas").status == 2


@given(st.text(min_size=1))
def test_no_cell_begins_like_a_formula(text: str) -> None:
    cell = "'" + text if _FORMULA(text) else text
    assert cell[0] not in "=+@\t\r\n＝＋－＠"
    if cell[0] == "-":
        float(cell)


def test_a_table_of_many_rows_costs_little(file: File) -> None:
    row = '{{"id":{0},"name":"name {0}","price":{0}.50,"address":{{"city":"Gent","zip":"90{0}"}},"tags":["a","b"]}}\n'
    name = file("f.ndjson", "".join(row.format(number) for number in range(20_000)))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([*COMMAND, "filter", "", name, "-o", "table"], capture_output=True, check=True, timeout=120)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.stdout.count(b"\n") > 20_000
    # Half a second where this was written; a slow machine may take longer.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2


def test_limits_at_the_prompt(run: Run, file: File) -> None:
    ids = ",".join(f'"{number:032x}-{number:04x}"' for number in range(500))
    name = file("f.ndjson", f'{{"id":"{7:032x}-{7:04x}"}}\n')
    assert run("filter", f"id:({ids})", name, "-c").out == b"1\n"
    assert run("check", f"id:({ids})").status == 0
    refused = run("check", f"id:({ids})", "--limits", "default")
    assert refused.status == 2
    assert "16" in refused.err
    assert run("check", "a:1 b:2", "--limits", "tests=1").status == 2
    assert run("check", "a:1 b:2", "--limits", "tests=2,depth=3").status == 0
    for limits, problem in (("test=1", "did you mean tests?"), ("tests", "tests=50"), ("depth=999", "at most 100")):
        assert problem in run("check", "a:1", "--limits", limits).err


def test_the_deepest_queries_of_the_prompt(run: Run, file: File) -> None:
    query = "a:1"
    for number in range(48):
        query = f"b:{number} OR (a:1 AND ({query}))" if number % 2 else f"NOT ({query})"
    name = file("f.ndjson", '{"a":1,"b":2}\n')
    assert run("filter", query, name).status == 0
    assert run("filter", "(" * 99 + "a:1" + ")" * 99, name).status == 0
    assert run("explain", query, "--backend", "all").status == 0
    assert run("filter", "(" * 101 + "a:1" + ")" * 101, name).status == 2


def test_short_options(run: Run, people: str) -> None:
    assert (
        run("filter", "age:>=9", people, "-s", "age:desc", "-f", "id", "-n", "2", "-o", "csv").out
        == b"id\r\n3\r\n1\r\n"
    )
    assert run("filter", "-vc", "age:exists", people).out == b"1\n"
    assert run("filter", "", people, "-rf", "id", "-sid:desc").out == b"4\n3\n2\n1\n"
    assert run("check", "a:1", "-s", "a", "-f", "b", "-o", "json").status == 0


def test_fields_that_no_document_has(run: Run, file: File) -> None:
    documents = [{"name": "Jo", "address": {"city": "Gent"}, "tags": [{"k": 1}]}] * 3 + [{"late": 1, "é": 2}]
    ndjson = "".join(json.dumps(each) + "\n" for each in documents)
    csv_text = "name,address.city,tags,late,é\nJo,Gent,,,\n"
    for name in (file("f.ndjson", ndjson), file("f.json", documents), file("f.csv", csv_text)):
        for query, message in (
            ("nmae:Jo", "qlause: no document has a field nmae; did you mean name?\n"),
            ("NOT nmae:Jo", "qlause: no document has a field nmae; did you mean name?\n"),
            ("name:Jo OR address.cty:x", "qlause: no document has a field address.cty; did you mean address.city?\n"),
            ("zzzzz:1", "qlause: no document has a field zzzzz\n"),
            ("name:x address.city:y late:1", ""),
            ("address:elemMatch(city:Gent)", ""),
            ("address:elemMatch(cty:x)", "qlause: no document has a field address.cty; did you mean address.city?\n"),
            ("é:2", ""),
        ):
            result = run("filter", query, name)
            assert (result.status in (0, 1), result.err) == (True, message), (name, query)
        assert run("filter", "name:Jo", name, "-s", "nme", "-f", "addres").err.splitlines() == [
            "qlause: no document has a field nme; did you mean name?",
            "qlause: no document has a field addres; did you mean address?",
        ]
    assert run("filter", "tags.k:1 city:x", file("f.ndjson", ndjson)).err == "qlause: no document has a field city\n"
    assert run("filter", "city:x", file("g.ndjson", '{"n":"city"}\n')).err == "qlause: no document has a field city\n"
    assert run("filter", "nmae:Jo", file("g.ndjson", "")).err == ""
    for name in (file("e.ndjson", "{}\n" * 300 + '{"name":1}\n'), file("e.json", [*[{}] * 300, {"name": 1}])):
        assert run("filter", "nmae:Jo", name).err == "qlause: no document has a field nmae; did you mean name?\n"
    escaped = file("h.ndjson", '{"R\\u0026D":5,"\\u006e\\/":"a\\nb"}\n')
    assert run("filter", '"R&D":5 OR "n/":x', escaped).err == ""
    assert run("filter", "nmae:Jo", escaped).err == "qlause: no document has a field nmae\n"
    schema = file("s.json", {"properties": {"nmae": {"type": "string"}}})
    assert run("filter", "nmae:Jo", file("f.ndjson", ndjson), "--schema", schema).err == ""
    two = [file("a.ndjson", '{"x":1}\n'), file("b.ndjson", '{"y":1}\n')]
    assert run("filter", "y:1", *two).err == ""
    assert run("filter", "x:1", *two, "-f", "y", "-n", "1").err == "", "the rest was not read"


@given(
    st.lists(st.dictionaries(st.sampled_from(["a", "b", "é", "x/y"]), st.integers() | st.text(max_size=3)), max_size=5)
)
def test_nothing_is_said_of_fields_that_are_there(documents: list[dict[str, object]]) -> None:
    from qlause import parse_fields
    from qlause.cli.input.field_watch import FieldWatch

    paths = parse_fields('a,b,é,"x/y",z').paths
    watch, lines = FieldWatch(paths), FieldWatch(paths)
    for document in documents:
        watch.look_at_document(document)
    lines.look_at_lines("".join(json.dumps(each) + "\n" for each in documents).encode())
    missing = {key for key in ("a", "b", "é", "x/y", "z") if not any(key in each for each in documents)}
    assert {keys[0] for keys in watch.unseen} == missing
    assert {keys[0] for keys in lines.unseen} <= missing
    assert {"a", "b", "z"} & missing <= {keys[0] for keys in lines.unseen}


def test_looking_for_a_field_that_is_not_there_ends() -> None:
    from qlause import parse_fields
    from qlause.cli.input.field_watch import FieldWatch

    looked_at = 0

    class Items(list[Any]):
        def __iter__(self) -> Iterator[Any]:
            nonlocal looked_at
            looked_at += len(self)
            return super().__iter__()

    class Members(dict[str, Any]):
        def items(self) -> Any:
            nonlocal looked_at
            looked_at += len(self)
            return super().items()

    watch = FieldWatch(parse_fields("nmae,lines.skuu,lines.other").paths)
    document = Members(name="x", lines=Items(Members(sku=number) for number in range(1000)))
    for _ in range(5_000):
        watch.look_at_document(document)
    watch.look_at_document({"lines": [{"other": 1}]})
    assert looked_at < 400_000
    assert list(watch.messages()) == ["no document has a field nmae; did you mean name?"], (
        "the others were not ruled out"
    )


def test_a_field_of_a_late_item_is_seen(run: Run, file: File) -> None:
    documents = [{"lines": [{"a": 1}] * 5_000 + [{"sku": 1}]}]
    assert run("filter", "lines.sku:2", file("f.json", documents)).err == ""
    misspelt = run("filter", "lines.skuu:2", file("f.json", documents)).err
    assert misspelt.startswith("qlause: no document has a field lines.skuu")


def test_values_are_counted_where_they_are_stored_and_shown_by_their_public_name(run: Run, file: File) -> None:
    schema = file("s.json", {"properties": {"qty": {"type": "integer", "x-qlause": {"stored": "stock.n"}}}})
    name = file("f.json", [{"stock": {"n": 7}}, {"stock": {"n": 7}}, {"stock": {}}])
    result = run("filter", "", name, "--count-by", "qty", "--schema", schema)
    assert result.documents() == [{"qty": 7, "count": 2}, {"qty": None, "count": 1}]
