"""Notes on legal texts that look like wildcards or regular expressions."""

from __future__ import annotations

import pytest

import qlause
from qlause.syntax.diagnosis.notes import notes


@pytest.mark.parametrize(
    ("q", "written", "meant"),
    [
        ("name:John*", "John*", "name:~^John"),
        ("name:*John", "*John", "name:~John$"),
        ("name:*John*", "*John*", "name:~John"),
        ("name:~.*John.*", "~.*John.*", "name:~John"),
        ("name:~John.*", "~John.*", "name:~John"),
        ("name:~^John.*", "~^John.*", "name:~^John"),
        ("name:~.*John$", "~.*John$", "name:~John$"),
        ("name:~*John*", "~*John*", "name:~John"),
        ("NOT a.b:(x*,>2)", "x*", "a.b:~^x"),
        ("a:elemMatch(b:x*)", "x*", "b:~^x"),
        ("name:~(.*a.*,b)", ".*a.*", "name:~a"),
    ],
)
def test_what_was_probably_meant(q: str, written: str, meant: str) -> None:
    assert notes(qlause.parse(q)) == [f'there are no wildcards: "{written}" is text; write {meant}']
    assert notes(qlause.parse(meant)) == []


def test_clauses_in_a_phrase() -> None:
    for items in ("sku:A qty:9", "a.b:x  c:y d:z"):
        (note,) = notes(qlause.parse(f"items:({items})"))
        meant = f"items:elemMatch({items})"
        assert note == f'"{items}" is one text, of several words; write {meant} for clauses about one object'
        assert qlause.parse(meant).root is not None
    for legal in (
        "items:(at 10:30)",
        "items:(a:x b)",
        'items:("a:x b:y")',
        "items:(http://a https://b)",
        "items:(a:x,b:y)",
    ):
        assert notes(qlause.parse(legal)) == []


@pytest.mark.parametrize(
    "q",
    [
        *("", "name:x", "name:~*", "name:*", "name:~a*b", "name:a*b", 'name:"John*"', 'name:~".*John.*"'),
        *(r"name:~v1\.2", r"name:~x\.\*", "name:>x*", "name:~a.b", "name:exists"),
    ],
)
def test_text_that_may_be_meant_as_it_is(q: str) -> None:
    assert notes(qlause.parse(q)) == []
    assert notes(qlause.parse(str(qlause.parse(q)))) == []
