"""``qlause check``."""

from __future__ import annotations

import json

import pytest

import qlause

from .conftest import File, Run

SCHEMA = {"properties": {"name": {"type": "string"}, "at": {"type": "string", "format": "date-time"}}}


def test_check_prints_canonical_texts(run: Run) -> None:
    assert run("check", "name:John surname:~Smith") == (0, b'q: name:"John" AND surname:~"Smith"\n', "")
    result = run("check", "", "--sort", "a:asc, b:desc", "--fields", "a.b,a")
    assert result == (0, b"q: \nsort: a,b:desc\nfields: a\n", "")


def test_check_refuses(run: Run, file: File) -> None:
    with pytest.raises(qlause.QuerySyntaxError) as refused:
        qlause.parse("name: John")
    assert run("check", "name: John") == (2, b"", f"{refused.value.pretty()}\n")
    schema = file("schema.json", SCHEMA)
    assert run("check", "name:x", "--schema", schema).status == 0
    assert "nam" in run("check", "nam:x", "--schema", schema).err
    assert run("check", "name:x", "--sort", "nam", "--schema", schema).status == 2
    assert run("check", "name:x", "--fields", "nam", "--schema", schema).status == 2
    assert run("check", "name:x", "--schema", "missing.json").status == 2
    assert run("check", "name:x", "--sort", "name:up").status == 0
    assert run("check", "name:x", "--sort", "name:up", "--strict").status == 2


def test_check_for_programs(run: Run) -> None:
    result = run("check", "é:1", "--sort", "a", "--output", "json")
    assert json.loads(result.out) == {"ok": True, "canonical": {"q": "é:1", "sort": "a"}}
    result = run("check", "a:1", "--fields", "b,,c", "--output", "json")
    answer = json.loads(result.out)
    assert (result.status, result.err, answer["ok"], answer["parameter"]) == (2, "", False, "fields")
    assert {"code", "message", "offset", "line", "column", "snippet"} <= set(answer["error"])


def test_notes_on_stars(run: Run, file: File) -> None:
    note = 'there are no wildcards: "Jo*" is text; write name:~^Jo'
    assert run("check", "name:Jo*") == (0, b'q: name:"Jo*"\n', f"note: {note}\n")
    assert json.loads(run("check", "name:Jo*", "--output", "json").out)["notes"] == [note]
    assert f"notes\n  {note}\n" in run("explain", "name:Jo*").out.decode()
    people = file("f.ndjson", '{"name":"John"}\n{"name":"Jo*"}\n')
    assert run("filter", "name:Jo*", people).err == ""
    assert run("filter", "name:Ja*", people).err == f"qlause: {note.replace('Jo', 'Ja')}\n"
