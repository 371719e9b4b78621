"""The grammar is a plain Lark grammar: Lark alone accepts with it what the parser accepts."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import lark
from hypothesis import given

import qlause
from qlause.tables import grammar_text

from .support import ANY_FIELDS, ANY_QUERY, ANY_SORT, refusal

BEYOND_THE_GRAMMAR = {
    "missing_blank",  # whether a blank stands between two clauses, which the grammar ignores
    "reserved_name",  # compoundLogicalQuery: without parentheses
    "presence_in_group",  # exists, missing, null under AND or NOT in a clause (rule 11)
    "bad_name",  # a character outside ASCII that is no letter, digit or mark
    "path_segment",  # an empty segment, one of digits only, one with U+0000
    "lost_plus",  # the same, where a time zone's + became a blank
    "surrogate",  # an escape that is half a surrogate pair
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


def check(start: str, text: str) -> None:
    try:
        plain_lark().parse(text, start=start)
        accepted = True
    except lark.exceptions.UnexpectedInput:
        accepted = False
    error = refusal(PARSERS[start], text)
    assert accepted == (error is None) or (error is not None and error.code in BEYOND_THE_GRAMMAR), error


@given(ANY_QUERY)
def test_queries(text: str) -> None:
    check("query", text)


@given(ANY_SORT)
def test_sorts(text: str) -> None:
    check("sort", text)


@given(ANY_FIELDS)
def test_fields(text: str) -> None:
    check("fields", text)
