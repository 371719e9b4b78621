from __future__ import annotations

import json

import pytest

from qlause import UnsupportedError
from qlause.cli.commands import explain
from qlause.cli.output.trees import Tree, draw

from .conftest import File, Run

SCHEMA = {"properties": {"name": {"type": "string"}, "at": {"type": "string", "format": "date-time"}}}


def section(out: bytes, title: str) -> list[str]:
    """The lines below a title."""
    text = out.decode()
    assert f"{title}\n" in text, text
    below = text[text.index(f"{title}\n") + len(title) + 1 :]
    return [line[2:] for line in below.split("\n\n")[0].splitlines()]


def test_explain(run: Run) -> None:
    result = run("explain", "name:~jo NOT qty:(>5 AND <=9, 7)", "--sort", "name:desc", "--fields", "name,a.b")
    assert (result.status, result.err) == (0, "")
    assert section(result.out, "canonical text") == [
        'q: name:~"jo" AND NOT qty:(>5 AND <=9 OR 7)',
        "sort: name:desc",
        "fields: name,a.b",
    ]
    assert section(result.out, "as it was read") == [
        "And",
        "├─ Clause name",
        '│  └─ Contains "jo"',
        "└─ Not",
        "   └─ Clause qty",
        "      └─ Or",
        "         ├─ And",
        "         │  ├─ Compare > 5",
        "         │  └─ Compare <= 9",
        "         └─ Equals 7",
    ]
    assert section(result.out, "what it selects") == [
        "all of these hold",
        '├─ some value of name is a text that contains "jo", upper and lower case alike',
        "└─ no value of qty passes at least one of these",
        '   ├─ is the text "7"',
        "   ├─ is the number 7",
        "   └─ passes all of these",
        "      ├─ is a number above 5",
        "      └─ is a number of at most 9",
    ]
    assert section(result.out, "how it sorts") == [
        "name, descending, missing and null last",
        "id, ascending, missing and null first",
    ]
    assert section(result.out, "what it keeps of a document") == ["name", "a.b"]
    assert len(section(result.out, "backend python")) == 4


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("", ["every document"]),
        ("a:()", ["no document"]),
        ("a:exists", ["a exists"]),
        ("a.b:missing", ["a.b is missing"]),
        ("a:null", ["at least one of these holds", "├─ a is missing", "└─ some value of a is null"]),
        ("NOT a:null", ["all of these hold", "├─ a exists", "└─ no value of a is null"]),
        ('a:"x"', ['some value of a is the text "x"']),
        ('NOT a:"x"', ['no value of a is the text "x"']),
        ('a:(NOT "x")', ['some value of a is not the text "x"']),
        ("a:(NOT >5)", ["some value of a is not a number above 5"]),
        ("a:>=5", ["some value of a is a number of at least 5"]),
        ("a:<x", ['some value of a is a text before "x"']),
        ("a:>=x", ['some value of a is a text at or after "x"']),
        ("a:~^x", ['some value of a is a text that starts with "x", upper and lower case alike']),
        ("a:~x$", ['some value of a is a text that ends with "x", upper and lower case alike']),
        ("a:~^x$", ['some value of a is a text that is wholly "x", upper and lower case alike']),
        ('a:"\\u001b[31m"', ['some value of a is the text "\\u001b[31m"']),
        ("a:(x,y,z)", ['some value of a is one of 3 texts: "x", "y", "z"']),
    ],
)
def test_meanings(run: Run, query: str, meaning: list[str]) -> None:
    assert section(run("explain", query).out, "what it selects") == meaning


def test_meanings_by_a_schema(run: Run, file: File) -> None:
    schema = file("schema.json", SCHEMA)
    arguments = ("--schema", schema, "--now", "2024-06-01T12:00:00Z")
    assert section(run("explain", "at:>now-1d", *arguments).out, "what it selects") == [
        "some value of at passes at least one of these",
        "├─ is a native date-time after 2024-05-31T12:00:00Z",
        "└─ is a date-time stored as text after 2024-05-31T12:00:00Z",
    ]
    assert run("explain", "ta:now", *arguments).status == 2


def test_a_backend_that_refuses_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> str:
        raise UnsupportedError("this engine has no order", hint="use another one")

    monkeypatch.setattr(explain, "BACKENDS", [*explain.BACKENDS, ("other", refuse)])
    result = run("explain", "a:1")
    assert result.status == 0
    assert section(result.out, "backend other") == ["refuses: this engine has no order.", "hint: use another one"]


def test_explain_refuses(run: Run) -> None:
    assert run("explain", "a: 1").err.startswith("remove the space after ':'.\n")
    assert run("explain", "a:1", "--sort", "a,a").status == 2


def test_trees_are_drawn() -> None:
    tree = Tree("a", (Tree("b", (Tree("c"),)), Tree("d", (Tree("e"),))))
    assert list(draw(tree)) == ["a", "├─ b", "│  └─ c", "└─ d", "   └─ e"]


def test_check(run: Run) -> None:
    assert run("check", "name:John surname:~Smith") == (0, b'q: name:"John" AND surname:~"Smith"\n', "")
    result = run("check", "", "--sort", "a:asc, b:desc", "--fields", "a.b,a")
    assert result == (0, b"q: \nsort: a,b:desc\nfields: a\n", "")


def test_check_refuses(run: Run, file: File) -> None:
    result = run("check", "name: John")
    assert (result.status, result.out) == (2, b"")
    assert result.err.startswith("remove the space after ':'.\n")
    schema = file("schema.json", SCHEMA)
    assert run("check", "name:x", "--schema", schema).status == 0
    assert "there is no field nam" in run("check", "nam:x", "--schema", schema).err
    assert run("check", "name:x", "--sort", "nam", "--schema", schema).status == 2
    assert run("check", "name:x", "--fields", "nam", "--schema", schema).status == 2
    assert run("check", "name:x", "--schema", "missing.json").status == 2
    assert run("check", "name:x", "--sort", "name:up").status == 0
    assert run("check", "name:x", "--sort", "name:up", "--strict").status == 2


def test_check_for_programs(run: Run) -> None:
    result = run("check", "é:1", "--sort", "a", "--output", "json")
    assert json.loads(result.out) == {"ok": True, "canonical": {"q": "é:1", "sort": "a"}}
    result = run("check", "a:1", "--fields", "b,,c", "--output", "json")
    found = json.loads(result.out)
    assert (result.status, result.err, found["ok"], found["parameter"]) == (2, "", False, "fields")
    assert {"code", "message", "offset", "line", "column", "snippet"} <= set(found["error"])
