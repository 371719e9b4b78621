"""``qlause explain``: its sections and its words."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qlause
from qlause import UnsupportedError, sql
from qlause.cli.commands import explain
from qlause.cli.output.sql_layout import laid_out
from qlause.cli.output.text_tree import TextTree
from qlause.cli.request import Request
from qlause.testing import queries

from .conftest import File, Run

SCHEMA = {
    "properties": {
        "name": {"type": "string"},
        "at": {"type": "string", "format": "date-time"},
        "owner": {"x-qlause": {"type": "objectid"}},
    }
}


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
    assert section(result.out, "syntax tree") == [
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
        "all of these are true",
        '├─ some value of name is a string that contains "jo", ignoring case',
        "└─ no value of qty meets any of these",
        '   ├─ is the string "7"',
        "   ├─ is the number 7",
        "   └─ meets all of these",
        "      ├─ is a number greater than 5",
        "      └─ is a number less than or equal to 9",
    ]
    assert section(result.out, "how it sorts") == [
        "name, descending, missing and null last",
        "id, descending, missing and null last",
    ]
    assert section(result.out, "what it returns of a document") == ["name", "a.b"]
    backends = [name for name, _ in explain.BACKENDS]
    assert section(result.out, "backends") == [
        f"it runs on {', '.join(backends)}",
        "--backend NAME shows what one of them gets",
    ]
    assert b"SELECT" not in result.out


@pytest.mark.parametrize("options", [(), ("--backend", "all")])
def test_each_backend_compiles_once(run: Run, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]) -> None:
    calls: list[str] = []

    def counted(name: str, compile_request: Callable[[Request], str]) -> Callable[[Request], str]:
        def compile_counted(request: Request) -> str:
            calls.append(name)
            return compile_request(request)

        return compile_counted

    monkeypatch.setattr(explain, "BACKENDS", [(name, counted(name, each)) for name, each in explain.BACKENDS])
    assert run("explain", "a:1", *options).status == 0
    assert sorted(calls) == sorted(name for name, _ in explain.BACKENDS)


def test_one_backend(run: Run) -> None:
    arguments = ("explain", "name:~jo NOT qty:(>5 AND <=9, 7)", "--sort", "name:desc", "--fields", "name,a.b")
    assert len(section(run(*arguments, "--backend", "python").out, "backend python")) == 4
    shown = section(run(*arguments, "--backend", "sqlite").out, "backend sqlite")
    assert [line for line in shown if not line.startswith(" ")] == ["WHERE", "ORDER BY"]
    assert len(shown) > 10
    everything = run(*arguments, "--backend", "all").out.decode()
    assert [line for line in everything.splitlines() if line.startswith("backend ")] == [
        f"backend {name}" for name, _ in explain.BACKENDS
    ]
    assert run(*arguments, "--backend", "sqlit") == (
        2,
        b"",
        "qlause: there is no backend sqlit; did you mean sqlite?\n",
    )


@given(data=st.data())
def test_layout_changes_only_blanks(data: st.DataObject) -> None:
    dialect = data.draw(st.sampled_from(get_args(sql.DialectName)))
    try:
        text = sql.where(data.draw(queries()), dialect).text
    except UnsupportedError:
        return
    lines = laid_out(text)
    assert " ".join(" ".join(lines).split()).replace("( ", "(").replace(" )", ")") == (
        " ".join(text.split()).replace("( ", "(").replace(" )", ")")
    )


@pytest.mark.parametrize("text", ["a = ')' AND (b", "a)", "'it''s (' AND \"x\"\"(\" OR `(`", "((((", ""])
def test_layout_of_brackets_in_strings(text: str) -> None:
    assert " ".join(" ".join(laid_out(text)).split()) == text


def test_controls_are_escaped(run: Run) -> None:
    query = 'a:"\x9b\u202e\x7f" "k\x9b\u202e":~"\u2028" NOT b:<"\ufeff"'
    for arguments in (("explain", "--backend", "all"), ("explain",), ("check",)):
        command, *options = arguments
        out = run(command, query, *options, "--sort", '"s\u202e"', "--fields", '"f\x9b"').out.decode()
        assert not any(unicodedata.category(character) in ("Cc", "Cf", "Zl") for character in out.replace("\n", ""))
    checked = run("check", query).out.decode().strip().removeprefix("q: ")
    assert qlause.parse(checked) == qlause.parse(query)


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("", ["every document"]),
        ("a:()", ["no document"]),
        ("a:(NOT ())", ["there is some value of a"]),
        ("NOT a:(NOT ())", ["there is no value of a"]),
        ("a:exists", ["a exists"]),
        ("a.b:missing", ["a.b is missing"]),
        ("a:null", ["at least one of these is true", "├─ a is missing", "└─ some value of a is null"]),
        ("NOT a:null", ["all of these are true", "├─ a exists", "└─ no value of a is null"]),
        ('a:"x"', ['some value of a is the string "x"']),
        ('NOT a:"x"', ['no value of a is the string "x"']),
        ('a:(NOT "x")', ['some value of a is not the string "x"']),
        ("a:(NOT >5)", ["some value of a is not a number greater than 5"]),
        ("a:>=5", ["some value of a is a number greater than or equal to 5"]),
        ("a:<x", ['some value of a is a string less than "x"']),
        ("a:>=x", ['some value of a is a string greater than or equal to "x"']),
        ("a:~^x", ['some value of a is a string that starts with "x", ignoring case']),
        ("a:~x$", ['some value of a is a string that ends with "x", ignoring case']),
        ("a:~^x$", ['some value of a is a string that equals "x", ignoring case']),
        ('a:"\\u001b[31m"', ['some value of a is the string "\\u001b[31m"']),
        ("a:(x,y,z)", ['some value of a is one of 3 strings: "x", "y", "z"']),
    ],
)
def test_meanings(run: Run, query: str, meaning: list[str]) -> None:
    assert section(run("explain", query).out, "what it selects") == meaning


def test_meanings_with_a_schema(run: Run, file: File) -> None:
    options = ("--schema", file("schema.json", SCHEMA), "--now", "2024-06-01T12:00:00Z")
    assert section(run("explain", "at:>now-1d", *options).out, "what it selects") == [
        "some value of at meets at least one of these",
        "├─ is a native date-time after 2024-05-31T12:00:00Z",
        "└─ is a date-time stored as text after 2024-05-31T12:00:00Z",
    ]
    assert section(run("explain", "owner:5C33A1B2C3D4E5F60718293A", *options).out, "what it selects") == [
        "some value of owner meets at least one of these",
        '├─ is the native ObjectId "5c33a1b2c3d4e5f60718293a"',
        '└─ is one of 2 strings: "5c33a1b2c3d4e5f60718293a", "5C33A1B2C3D4E5F60718293A"',
    ]
    assert run("explain", "ta:now", *options).status == 2


def test_a_backend_that_refuses_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> str:
        raise UnsupportedError("this engine has no order", hint="use another one")

    monkeypatch.setattr(explain, "BACKENDS", [*explain.BACKENDS, ("other", refuse)])
    assert section(run("explain", "a:1").out, "backends")[1] == "other: not supported: this engine has no order"
    result = run("explain", "a:1", "--backend", "other")
    assert result.status == 0
    assert section(result.out, "backend other") == [
        "not supported: this engine has no order.",
        "hint: use another one",
    ]


def test_a_backend_whose_package_is_not_installed_says_so(
    run: Run, file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "bson", None)
    result = run("explain", "owner:5c33a1b2c3d4e5f60718293a", "--schema", file("s.json", SCHEMA), "--backend", "mongo")
    assert (result.status, result.err) == (0, "")
    [line] = section(result.out, "backend mongo")
    assert line.startswith("not available: ")
    assert "pymongo" in line


def test_explain_refuses(run: Run) -> None:
    with pytest.raises(qlause.QuerySyntaxError) as refused:
        qlause.parse("a: 1")
    assert run("explain", "a: 1") == (2, b"", f"{refused.value.pretty()}\n")
    assert run("explain", "a:1", "--sort", "a,a").status == 2


def test_trees_are_drawn() -> None:
    tree = TextTree("a", (TextTree("b", (TextTree("c"),)), TextTree("d", (TextTree("e"),))))
    assert list(tree.lines()) == ["a", "├─ b", "│  └─ c", "└─ d", "   └─ e"]
