"""Errors as data: where they point, what they show, and that they travel."""

from __future__ import annotations

import copy
import json
import pickle
import unicodedata
from typing import Any

import pytest
import wcwidth

import qlause
from qlause import QlauseError, QuerySyntaxError
from qlause.errors import did_you_mean, escape_text, shorten

KINDS = [
    QlauseError,
    qlause.QuerySyntaxError,
    qlause.UnknownFieldError,
    qlause.ValueReadingError,
    qlause.OperatorNotAllowedError,
    qlause.LimitExceededError,
    qlause.UnsupportedError,
    qlause.CursorError,
]


def caret(error: QlauseError) -> tuple[int, int]:
    """The columns where the caret starts and ends, and above all that the lines are the two of the drawing."""
    _, snippet, marks, *_ = error.pretty().split("\n")
    assert snippet.startswith("  ")
    assert set(marks) <= {" ", "^"}
    return marks.index("^"), len(marks)


@pytest.mark.parametrize(
    "text",
    [
        "name {}x",
        "漢字:1 {}x",
        'e\u0301:"e\u0301e\u0301" {}x',
        'a:"\t\t" {}x',
        'a:"\x00\x1b[31m\x7f\x85" {}x',
        'שלום:"مرحبا" {}x',
        '"👍🏽 👨\u200d👩\u200d👧 ❤️ 🇩🇪 ☂":x {}x',
        "กำ:1 किताब:2 {}x",
        "각 각 {}x",
        "ﾊﾟ Ａ ＡＢ {}x",
        "\u202eabc\u202c\u2066 {}x",
        "\ue000\U000f0000 {}x",
        "x" * 200 + " {}x",
        "漢" * 200 + " {}x",
        "{}" + "y" * 200,
        "one\ntwo {}x\nthree",
        "one\r\n漢 {}x\r\nthree",
        "\n\n{}x",
    ],
)
@pytest.mark.parametrize("marked", ["^", "漢字", "e\u0301", "\t", ""])
def test_the_caret_stands_under_what_is_meant(text: str, marked: str) -> None:
    before, _, after = text.partition("{}")
    whole = before + marked + after
    error = QuerySyntaxError("no", text=whole, offset=len(before), length=len(marked))
    start, end = caret(error)
    snippet = error.pretty().split("\n")[1]
    shown = escape_text(before.rpartition("\n")[2][-30:])
    at = snippet.rindex(shown) + len(shown) if shown else 2
    assert start == wcwidth.wcswidth(snippet[:at])
    assert end - start == max(1, wcwidth.wcswidth(escape_text(marked)))
    assert snippet[at:].startswith(escape_text(marked))


def test_the_width_of_each_character_is_that_of_terminals() -> None:
    """Against wcwidth: newer tables know a few more as wide, and marks that take room count where they stand alone."""
    different = []
    for code in (*range(0x20, 0x3400), *range(0xA000, 0xB000), *range(0xD7A0, 0x10000), *range(0x1F000, 0x1FC00)):
        character = chr(code)
        if escape_text(character) != character:
            continue
        error = QuerySyntaxError("no", text=f"{character}b", offset=1, length=1)
        if len(error.pretty().split("\n")[2]) - 3 != max(0, wcwidth.wcwidth(character)):
            different.append(character)
    assert {unicodedata.category(each) for each in different} <= {"So", "No", "Lo", "Sk", "Mc"}
    assert sum(unicodedata.category(each) != "Mc" for each in different) < 250


@pytest.mark.parametrize(
    ("text", "offset", "length", "line", "column"),
    [
        ("abc", 0, 1, 1, 1),
        ("abc", 3, 0, 1, 4),
        ("a\nbc\nd", 0, 1, 1, 1),
        ("a\nbc\nd", 1, 1, 1, 2),
        ("a\nbc\nd", 2, 2, 2, 1),
        ("a\nbc\nd", 5, 1, 3, 1),
        ("a\nbc\nd", 6, 0, 3, 2),
        ("a\r\nb", 3, 1, 2, 1),
        ("𝐀𝐀b", 2, 1, 1, 3),
        ("", 0, 0, 1, 1),
    ],
)
def test_lines_and_columns_count_code_points(text: str, offset: int, length: int, line: int, column: int) -> None:
    error = QuerySyntaxError("no", text=text, offset=offset, length=length)
    assert (error.line, error.column) == (line, column)
    assert str(error) == f"no (line {line}, column {column})"
    start, end = caret(error)
    assert (start, end - start) == (column + 1, max(1, length))


@pytest.mark.parametrize("offset", [0, 10, 60, 500, 998, 1000])
@pytest.mark.parametrize("length", [0, 1, 30, 1000])
def test_a_long_text_is_cut_around_the_place(offset: int, length: int) -> None:
    text = "".join(chr(0x4E00 + number) for number in range(1000))
    error = QuerySyntaxError("no", text=text, offset=offset, length=min(length, 1000 - offset))
    snippet = error.snippet or ""
    assert len(snippet.strip("…")) <= 60
    assert snippet.strip("…") in text
    assert text[offset : offset + 1] in snippet
    assert snippet.startswith("…") == (not snippet.startswith(text[0]))
    assert snippet.endswith("…") == (not snippet.endswith(text[-1]))
    assert max(map(len, error.pretty().split("\n"))) < 200


def test_the_end_of_a_text_can_be_marked() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        qlause.parse("name:~")
    assert caught.value.pretty().split("\n")[1:3] == ["  name:~", "        ^"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"hint": "write it so"},
        {"code": "special", "text": 'a\n"\x1b\ud800"', "offset": 3, "length": 2, "hint": "x", "expected": ["a", "b"]},
    ],
)
def test_errors_travel(kind: type[QlauseError], parts: dict[str, Any]) -> None:
    error = kind("no", **parts)
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301  # our own bytes
        assert type(again) is kind
        assert vars(again) == vars(error)
        assert (str(again), again.pretty(), again.to_dict()) == (str(error), error.pretty(), error.to_dict())
    assert isinstance(error, ValueError)
    body = json.dumps(error.to_dict(), ensure_ascii=False, allow_nan=False)
    body.encode()  # no lone surrogate
    assert set(json.loads(body)) <= {
        "code",
        "message",
        "hint",
        "offset",
        "length",
        "line",
        "column",
        "snippet",
        "expected",
    }
    for shown in (str(error), error.pretty(), body):
        assert not any(unicodedata.category(each) in ("Cc", "Cs") for each in shown if each != "\n")


def test_the_parts_of_the_body() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        qlause.parse("name:'John' \nname:=x")
    error = caught.value
    assert error.to_dict() == {
        "code": "equals_sign",
        "message": "unquoted text cannot start with '='",
        "hint": "write name:x",
        "offset": 18,
        "length": 1,
        "line": 2,
        "column": 6,
        "snippet": "name:=x",
        "expected": list(error.expected),
    }
    assert "quoted text" in error.expected
    assert str(error) == "unquoted text cannot start with '=' (line 2, column 6); write name:x"
    assert error.pretty() == "unquoted text cannot start with '='.\n  name:=x\n       ^\nhint: write name:x"
    assert QlauseError("no").to_dict() == {"code": "error", "message": "no"}


def test_every_kind_has_a_code_of_its_own() -> None:
    assert len({kind.default_code for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("abc", "abc"),
        ("a\tb\r\n", "a\\tb\\r\\n"),
        ("\x00\x7f\x85", "\\u0000\\u007f\\u0085"),
        ("\u202e\u200b\ufeff\u2028", "\\u202e\\u200b\\ufeff\\u2028"),
        ("\ud800", "\\ud800"),
        ("\U000e0001", "\\udb40\\udc01"),
        ("漢😀é", "漢😀é"),
    ],
)
def test_what_is_not_safe_to_show_is_escaped_as_json_does(text: str, shown: str) -> None:
    assert escape_text(text) == shown
    assert json.loads(f'"{shown}"') == text


def test_shortening() -> None:
    assert shorten("x" * 40) == "x" * 40
    assert shorten("x" * 41) == "x" * 39 + "…"
    assert shorten("\n" * 100, 3) == "\\n\\n…"


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("nmae", ["name", "type"], "did you mean name?"),
        ("NAME", ["name"], "did you mean name?"),
        ("xyz", ["name"], None),
        ("", ["name"], None),
        ("n" * 65, ["n" * 64], None),
        ("name", [], None),
    ],
)
def test_did_you_mean(word: str, known: list[str], hint: str | None) -> None:
    assert did_you_mean(word, known) == hint
