"""The grammar is a plain Lark grammar: Lark alone accepts with it what the parser accepts, and gives the same trees."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import lark
import pytest
from hypothesis import given

import qlause
from qlause import QlauseError
from qlause.limits import DEFAULT_LIMITS
from qlause.syntax import lalr
from qlause.syntax.actions import ParseActions
from qlause.syntax.tables import grammar_text
from qlause.testing import fields_texts, query_texts, sort_texts
from tests.conformance.cases import load

from .generators import ANY_FIELDS, ANY_QUERY, ANY_SORT, refusal

BEYOND_THE_GRAMMAR = {
    "missing_blank",  # whether there is a space between two clauses, which the grammar ignores
    "reserved_name",  # compoundLogicalQuery: without parentheses
    "presence_in_group",  # exists, missing, null under AND or NOT in a clause (rule 11)
    "reserved_word",  # exists, missing, null after an operator
    "clause_as_value",  # clauses inside the parentheses of a field
    "blank_before_parenthesis",  # elemMatch and a space
    "no_size",  # anything but whole numbers inside size(…)
    "bad_name",  # a character outside ASCII that is not a letter, digit or mark
    "path_segment",  # an empty segment, one of digits only, one with U+0000
    "lost_plus",  # the same, where a time zone's + became a space
    "blank_in_time",  # the same, with a space instead of the T of a time
    "surrogate",  # an escape that is half of a surrogate pair
    "empty_contains",  # ~"" and ~^$
    "duplicate_path",  # a sort field named twice
    "limit_length",
    "limit_depth",
    "limit_tests",
    "limit_list",
    "limit_path",
    "limit_contains",
}
"""Codes of the refusals of texts that the grammar alone accepts."""
PARSERS: dict[str, Callable[[str], object]] = {
    "query": qlause.parse,
    "sort": qlause.parse_sort,
    "fields": qlause.parse_fields,
}


@cache
def plain_lark() -> lark.Lark:
    return lark.Lark(grammar_text(), parser="lalr", lexer="contextual", start=list(PARSERS))


def built(tree: Any, actions: ParseActions) -> Any:
    """What the parse actions build from lark's tree, from the leaves up, without any of the parser's own code."""
    if isinstance(tree, lark.Token):
        assert tree.start_pos is not None
        assert tree.end_pos is not None
        actions.token = (tree.type, tree.start_pos, tree.end_pos)
        actions.values.append(actions.token)
        return actions.token
    below = len(actions.values)
    parts = [built(part, actions) for part in tree.children]
    del actions.values[below:]
    build = getattr(ParseActions, tree.data, None)
    value = parts[0] if build is None else build(actions, *parts)
    actions.values.append(value)
    return value


def by_lark(start: str, text: str) -> tuple[object, str | None]:
    """The AST by lark's own lexer and parser, or the code of the refusal, None where the grammar refuses."""
    try:
        return built(plain_lark().parse(text, start=start), ParseActions(start, text, DEFAULT_LIMITS)), None
    except lark.exceptions.UnexpectedInput:
        return None, None
    except QlauseError as error:
        return None, error.code


def exact(value: Any) -> Any:
    """A tree with all that its nodes hold, also what takes no part in comparison: spans, sources, depths."""
    if not isinstance(value, tuple):
        return value
    return type(value).__name__, [exact(part) for part in tuple(value)]


def check(start: str, text: str) -> None:
    tree, code = by_lark(start, text)
    error = refusal(PARSERS[start], text)
    if error is None:
        assert tree is not None, f"lark refuses it: {code}"
        assert exact(PARSERS[start](text)) == exact(tree)
    elif tree is not None:
        assert error.code == "limit_depth"  # which is held against its limit while a text is read
    elif code is not None:  # the grammar accepts it, and what is checked besides does not
        assert code in BEYOND_THE_GRAMMAR
        assert error.code in (code, "limit_depth")


@given(ANY_QUERY | query_texts())
def test_lark_reads_queries_as_the_parser_does(text: str) -> None:
    check("query", text)


@given(ANY_SORT | sort_texts())
def test_lark_reads_sorts_as_the_parser_does(text: str) -> None:
    check("sort", text)


@given(ANY_FIELDS | fields_texts())
def test_lark_reads_fields_as_the_parser_does(text: str) -> None:
    check("fields", text)


def test_the_texts_of_the_conformance_cases() -> None:
    """They use every rule of the grammar."""
    texts = {(case.request.kind, case.request.text) for case in load()}
    for kind, text in sorted(texts):
        check("query" if kind == "q" else kind, text)
    assert len(texts) > 500


def test_what_is_kept_of_the_tables_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    opening = ("(", "NOT ", "a:1 (", "a:1 OR (", "a:1 AND NOT ", "compoundLogicalQuery:(")
    texts = [
        "".join(opening[(number // 6**level) % 6] for level in range(4)) + "b:(x,~y)" for number in range(0, 6**4, 5)
    ]
    texts = [text + ")" * (text.count("(") - 1) for text in texts]
    expected = [exact(qlause.parse(text)) for text in texts]
    monkeypatch.setattr(lalr, "_MAX_STACKS", 50)
    lalr._STARTS.clear()
    monkeypatch.setattr(lalr._Stack, "count", 0)
    most = 0
    for text, tree in zip(texts, expected, strict=True):
        assert exact(qlause.parse(text)) == tree
        most = max(most, lalr._Stack.count)
    assert 50 < most < 150  # one text may go on for a while
    check("query", texts[-1])
