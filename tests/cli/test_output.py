"""The formats of output: NDJSON, JSON, CSV and tables."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from pathlib import Path

import pytest
from wcwidth import wcswidth

from .conftest import File, Run


def test_lines_come_out_byte_for_byte(run: Run, file: File) -> None:
    lines = [
        b' {"b" : 1.10, "a":"\\u00e9/\\/","n":123456789012345678901234567890 }\t\r\n',
        '{"z":"é😀","a":1E5,"z2":-0.0}\n'.encode(),
        b'{"dup":1,"dup":2}',
    ]
    result = run("filter", "", file("f.ndjson", b"".join(lines)))
    assert result.out == b"".join(lines) + b"\n"
    assert run("filter", "", file("f.ndjson", b"".join(lines)), "--sort", "q").out == result.out


def test_keys_keep_their_order_and_text_its_characters(run: Run, file: File) -> None:
    document = {"z": 1, "a": {"ü": "é\u2028😀", "b": [{"y": 1, "x": None}]}, "0": "\u0000"}
    name = file("f.json", [document])
    assert (
        run("filter", "", name).out.decode() == json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
    )
    fields = run("filter", "", name, "--fields", "a.b.x,z,a.ü").documents()
    assert json.dumps(fields) == json.dumps([{"z": 1, "a": {"ü": "é\u2028😀", "b": [{"x": None}]}}])


@pytest.mark.parametrize("output", ["ndjson", "json"])
@pytest.mark.parametrize("name", ["f.json", "f.ndjson"])
def test_whole_numbers_keep_every_digit(run: Run, file: File, name: str, output: str) -> None:
    number = "123456789012345678901234567890"
    text = f'{{"n":{number},"m":[-{number}],"t":"{number}"}}'
    path = file(name, f"[{text}]" if name == "f.json" else text)
    for arguments in ((), ("--fields", "n,m")):
        result = run("filter", "n:>5", path, "--output", output, *arguments)
        assert result.out.count(number.encode()) == (2 if arguments else 3)


def test_json_is_one_array(run: Run, people: str) -> None:
    result = run("filter", "age:exists", people, "--output", "json")
    assert [each["id"] for each in json.loads(result.out)] == [1, 2, 3]
    assert json.loads(run("filter", "", people, "--output", "json", "--fields", "id").out)[3] == {"id": 4}
    nothing = run("filter", "age:99", people, "--output", "json")
    assert (nothing.status, json.loads(nothing.out)) == (1, [])


def test_json_is_whole_when_a_strict_run_stops(run: Run, file: File) -> None:
    result = run("filter", "", file("f.ndjson", '{"id":1}\nx\n{"id":2}\n'), "--output", "json", "--strict")
    assert (result.status, json.loads(result.out)) == (2, [{"id": 1}])


def test_documents_that_are_nested_too_deeply_to_be_written(run: Run, file: File) -> None:
    deep = '{"id":1,"a":' + "[" * 500 + "]" * 500 + "}"
    mild = '{"id":2,"a":' + "[" * 499 + "]" * 499 + "}"
    name = file("f.json", f"[{deep},\n{mild}]")
    result = run("filter", "", name)
    assert (result.status, result.out.decode()) == (2, mild + "\n")
    assert result.err == f"{name}:1: nested in more than 500 levels\n"
    assert run("filter", "", file("f.ndjson", f"{deep}\n{mild}")).out.decode() == f"{deep}\n{mild}\n"
    assert run("filter", "", name, "--output", "csv", "--fields", "id").out == b"id\r\n1\r\n2\r\n"


@pytest.mark.parametrize(("levels", "is_written"), [(499, True), (500, False), (1_000, False)])
def test_exact_numbers_have_the_same_limit_of_levels(run: Run, file: File, levels: int, is_written: bool) -> None:
    document = '{"id":1.50,"a":' + '[{"b":' * (levels // 2) + "[" * (levels % 2) + "0" + "]" * (levels % 2)
    document += "}]" * (levels // 2) + "}"
    name = file("f.json", f"[{document}]")
    result = run("filter", "", name, "--output", "csv", "--fields", "id")
    assert result.out == b"id\r\n" + (b"1.50\r\n" if is_written else b"")
    assert result.err == ("" if is_written else f"{name}:1: nested in more than 500 levels\n")


def rows(out: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(out.decode(), newline=""), strict=True))


def test_csv_columns_are_the_leaves_of_all_documents(run: Run, file: File) -> None:
    documents = [
        {"id": 1, "a": {"b": "x,y", "c": None}, "list": [1, {"d": "é"}]},
        {"id": 2, "a": {"e": True, "b": 'q"\n'}, "empty": {}, "none": []},
        {"id": 3.5, "x.y": "dot", "a": "scalar"},
    ]
    result = run("filter", "", file("f.json", documents), "--output", "csv")
    assert result.out.startswith(b'id,a.b,a.c,list,a.e,empty,none,"""x.y""",a\r\n')
    assert rows(result.out)[1:] == [
        ["1", "x,y", "", '[1,{"d":"é"}]', "", "", "", "", ""],
        ["2", 'q"\n', "", "", "true", "{}", "[]", "", ""],
        ["3.5", "", "", "", "", "", "", "dot", "scalar"],
    ]


def test_csv_columns_are_the_fields(run: Run, file: File) -> None:
    documents = [{"id": 1, "a": {"b": {"c": 1}}, "groups": [{"id": 7, "n": 1}, 5, {"id": 8}]}, {"z": 1, "groups": []}]
    result = run("filter", "", file("f.json", documents), "--output", "csv", "--fields", "groups.id,a.b,missing,id")
    assert rows(result.out) == [["groups.id", "a.b", "missing", "id"], ["[7,8]", '{"c":1}', "", "1"], ["", "", "", ""]]


def test_csv_goes_round(run: Run, file: File) -> None:
    text = 'id,a.b,"""x.y""",First name\r\n1,"é\r\n""",z,\r\n2,,,😀\r\n'
    result = run("filter", "", file("f.csv", text), "--output", "csv")
    assert result.out.decode() == 'id,a.b,"""x.y""",First name\r\n1,"é\r\n""",z,\r\n2,,,😀\r\n'
    again = run("filter", "", file("g.csv", result.out), "--output", "csv")
    assert again.out == result.out


def test_csv_of_nothing(run: Run, people: str) -> None:
    assert run("filter", "id:9", people, "--output", "csv") == (1, b"", "")
    assert run("filter", "id:9", people, "--output", "csv", "--fields", "id") == (1, b"id\r\n", "")


def test_csv_with_too_many_columns_is_refused(run: Run, file: File) -> None:
    name = file("f.json", [{f"k{number}": 1 for number in range(20_000)}])
    result = run("filter", "", name, "--output", "csv")
    assert (result.status, result.out) == (2, b"")
    assert result.err == "qlause: CSV has more than 16,384 columns; choose columns with --fields\n"


def test_csv_leaves_no_temporary_file(run: Run, people: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "spool"))
    (tmp_path / "spool").mkdir()
    assert run("filter", "", people, "--output", "csv").status == 0
    assert not list((tmp_path / "spool").iterdir())


def table(out: bytes) -> list[str]:
    return [line.rstrip() for line in out.decode().splitlines() if line.strip()]


def test_tables(run: Run, people: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = table(run("filter", "", people, "--output", "table").out)
    assert lines[0].split() == ["id", "name", "age", "address.city", "tags"]
    assert lines[2].split() == ["1", "John", "30", "Gent"]
    assert lines[4].split() == ["3", "Johnny", "41", '["a","b"]']
    assert lines[5].split() == ["4"]
    assert len(lines) == 6


def test_tables_are_as_wide_as_the_terminal(run: Run, file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    document = {f"field{number}": "wide " * 8 for number in range(8)}
    out = run("filter", "", file("f.json", [document]), "--output", "table").out
    assert all(wcswidth(line) <= 60 for line in out.decode().splitlines())
    assert "not shown: field2, field3, field4" in " ".join(table(out))
    assert table(out)[0].split() == ["field0", "field1"]


def test_wide_characters_stand_in_line(run: Run, file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    texts = ["ab", "日本語", "e\u0301e", "😀", "ｶﾞ"]
    name = file("f.json", [{"t": text, "end": "|"} for text in texts])
    lines = table(run("filter", "", name, "--output", "table").out)[2:]
    assert [line.split()[0] for line in lines] == texts
    assert len({wcswidth(line[: line.index("|")]) for line in lines}) == 1


def test_tables_escape_what_moves_the_cursor(run: Run, file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    name = file("f.json", [{"a\x1b[2J": "x\x1b]0;t\x07\r\n\u202e\x9b", "b": "[red]not markup[/red]", "c": "x" * 500}])
    out = run("filter", "", name, "--output", "table").out.decode()
    assert not any(character in out for character in "\x1b\x07\r\u202e\x9b")
    assert "\\u001b[2J" in out
    assert "x\\u001b]0;t\\u0007\\r\\n\\u202e\\u009b" in out
    assert "[red]not markup[/red]" in out


def test_tables_come_in_blocks(run: Run, file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    documents = [{"id": number} for number in range(200)] + [{"other": number} for number in range(7)]
    lines = table(run("filter", "", file("f.json", documents), "--output", "table").out)
    assert [line for line in lines if line.strip() in ("id", "other")] == [" id", " other"]
    assert len(lines) == 207 + 4


def test_the_encoding_of_the_terminal(command: Run, file: File) -> None:
    env = os.environ | {"PYTHONIOENCODING": "ascii"}
    name = file("f.json", [{"a": "é"}])
    result = command("filter", "", name, "--output", "table", env=env)
    assert (result.status, result.err) == (0, "")
    assert b"\\xe9" in result.out
    assert command("filter", "", name, env=env).out == '{"a":"é"}\n'.encode(), "JSON is always UTF-8"
