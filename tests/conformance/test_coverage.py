"""Every rule of the specification, every form and every known slip of the language has a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest

from qlause import CursorError, ParameterError, RequestError, UnsupportedError
from qlause.errors.codes import CODES

from .cases import Case, load

CASES = load()

RULES: Final = tuple(f"S{number}" for number in range(1, 26))
"""The numbered rules of what a query means."""

ELSEWHERE: Final[Mapping[str, str]] = {}
"""Rules that no case can show: the rule, and the test that does. There is none."""

FORMS: Final[Mapping[str, tuple[str, ...]]] = {
    "L:exact": ('name:"Exact match"',),
    "L:bare": ("code:apple",),
    "L:contains": ("name:~John", 'name:~"John S"', "code:(~AB CD)", "name.en:~(Yoghurt im)"),
    "L:contains-any": ("code:~(AB,CD)",),
    "L:localized": ('locDescription.fr:"Description traduction française 02"',),
    "L:boolean": ("primary:true",),
    "L:numbers": ("qty:20", "qty:>20", "qty:>=20", "qty:<20", "qty:<=20", "qty:(>=10 AND <=20)"),
    "L:date-range": ('metadata.createdAt:(>"2019-01-06T10:29:30.602Z" AND <"2020-01-07T10:29:30.602Z")',),
    "L:unquoted-date-time": ("metadata.createdAt:>=2019-01-06T10:29:30Z",),
    "L:presence": ("name:exists", "name:missing", "name:null"),
    "L:juxtaposition": ('name:"John" surname:~Smith',),
    "L:list": ('name:("John","Jack","James")', "id:(5c33,5c34)", "code:(A1 OR A2)", 'name:(null,"John")'),
    "L:compound": (
        "compoundLogicalQuery:(((code:apple) AND (published:true)) OR ((code:onion) AND (published:false)))",
    ),
    "L:beyond": ("NOT type:BILLING", "(a:1 OR b:2) c:3", "qty:(<5 OR >20)", "qty:(NOT 7)"),
}
"""Each form that must work, with the texts that a case selects documents with."""

SLIPS: Final[Mapping[str, tuple[str, ...]]] = {
    "L:slip-missing-colon": ("name",),
    "L:slip-blank-after-colon": ("name: John",),
    "L:slip-unquoted-words": ("name:John Smith",),
    "L:slip-list-without-parentheses": ("name:John,Jack",),
    "L:slip-equals-sign": ("name:=x",),
    "L:slip-negation-in-value": ("name:!x",),
    "L:slip-negation-before": ("-name:x",),
    "L:slip-single-quotes": ("name:'John Smith'",),
    "L:slip-symbols": ("a && b", "a || b"),
    "L:slip-unclosed-quote": ('name:"John',),
    "L:slip-unclosed-parenthesis": ("(a:1",),
    "L:slip-elem-match": ("lines:elemMatch (sku:x)", "lines:elemMatch()"),
    "L:slip-size": ("tags:size()", "tags:size (3)", "tags:length(3)", "tags:isEmpty()"),
    "L:slip-lost-plus": ("at:>=2019-01-06T10:00:00 02:00",),
}
"""Each known slip, with the texts that a case refuses."""

PARTS: Final = (
    "L:anchors",
    "L:api-family",
    "L:backslash",
    "L:bare-word",
    "L:blanks",
    "L:dates",
    "L:elem-match",
    "L:empty-group",
    "L:empty-q",
    "L:fields",
    "L:fields-always",
    "L:fields-errors",
    "L:group",
    "L:hints",
    "L:keywords",
    "L:pages",
    "L:pages-backward",
    "L:pages-errors",
    "L:path",
    "L:phrase",
    "L:precedence",
    "L:presence-in-list",
    "L:quoted",
    "L:size",
    "L:sort",
    "L:sort-direction",
    "L:sort-errors",
    "L:sort-strict",
)
"""What the grammar's remarks, sort and fields say."""


@pytest.mark.parametrize("tag", [*RULES, *FORMS, *SLIPS, *PARTS])
def test_has_a_case(tag: str) -> None:
    assert (tag in ELSEWHERE) != any(tag in case.rules for case in CASES)


@pytest.mark.parametrize(("tag", "text"), [(tag, text) for tag, texts in FORMS.items() for text in texts])
def test_form_selects(tag: str, text: str) -> None:
    assert any(case.expected is not None for case in _with(tag, text))


@pytest.mark.parametrize(("tag", "text"), [(tag, text) for tag, texts in SLIPS.items() for text in texts])
def test_slip_is_refused_with_a_hint(tag: str, text: str) -> None:
    assert any(case.error is not None and case.error.hint for case in _with(tag, text))


def test_every_tag_is_known() -> None:
    known = {*RULES, *FORMS, *SLIPS, *PARTS}
    assert {tag for case in CASES for tag in case.rules} <= known


def test_every_code_of_an_error_has_a_case() -> None:
    # A backend's refusal is no case: every backend is held to answer them. The text of a cursor is each one's own.
    # Those of whole requests are about parameters, which are no texts of the languages.
    others = (UnsupportedError, CursorError, ParameterError, RequestError)
    about_texts = {row.code for row in CODES if row.error not in others}
    shown = {case.error.code for case in CASES if case.error is not None}
    assert shown == about_texts | {"cursor_sort"}


def test_selections_can_fail() -> None:
    """A query that selects all documents, or none, proves little: most select some."""
    some = [case for case in CASES if case.request.kind == "q" and case.expected is not None]
    telling = [case for case in some if case.expected and len(case.expected) < len(case.request.documents)]
    assert len(telling) > 0.8 * len(some)


def _with(tag: str, text: str) -> list[Case]:
    return [case for case in CASES if case.request.kind == "q" and case.request.text == text and tag in case.rules]
