"""The span of a part of a query is where the part was written."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import example, given

import qlause
from qlause import Query
from qlause.syntax.nodes import And, Clause, Compare, Contains, ElemMatch, Equals, HasSize, IsEmpty, Not, Or, Test
from qlause.testing import fields_texts, query_texts, sort_texts

from .generators import WIDE
from .reference import whole_clauses


def leaves(test: Test) -> Iterator[Test]:
    if isinstance(test, (And, Or)):
        for item in test.items:
            yield from leaves(item)
    elif isinstance(test, Not):
        yield from leaves(test.item)
    else:
        yield test


def only_test(text: str) -> Test:
    root = qlause.parse(text).root
    assert isinstance(root, Clause)
    assert not isinstance(root.test, (ElemMatch, HasSize, IsEmpty))
    return root.test


@given(query_texts(vocabulary=WIDE))
@example('compoundLogicalQuery:( a . b:( NOT "x" ) )'.replace(" . ", "."))
@example("a:~(x, y z , ^w$)")
@example("a:> x")
def test_parts_of_a_query_stand_where_their_spans_say(text: str) -> None:
    root = qlause.parse(text).root
    for clause, _ in [] if root is None else whole_clauses(root):
        assert clause.source == text
        assert clause.span is not None
        assert clause.path.span is not None
        start, end = clause.span
        assert qlause.parse(text[start:end]) == Query(clause)
        assert clause.path.span[0] == start
        assert qlause.parse_fields(text[slice(*clause.path.span)]).paths == (clause.path,)
        whole = clause.test
        if isinstance(whole, (ElemMatch, HasSize, IsEmpty)):
            assert whole.span is not None
            assert text[slice(*whole.span)].startswith(("elemMatch(", "size(", "empty("))
            assert text[whole.span[1] - 1] == ")"
        tests = (
            whole.test if isinstance(whole, HasSize) else Or(()) if isinstance(whole, (ElemMatch, IsEmpty)) else whole
        )
        for test in leaves(tests):
            assert test.span is not None
            written = text[slice(*test.span)]
            # The members of ~(x,y) stand without a ~ of their own.
            bare_needle = isinstance(test, Contains) and not written.startswith("~")
            assert only_test(f"f:~({written})" if bare_needle else f"f:({written})") == test
            if isinstance(test, (Equals, Compare)):
                assert test.literal.span is not None
                literal = text[slice(*test.literal.span)]
                comparator = test.comparator if isinstance(test, Compare) else ""
                assert only_test(f"f:({comparator}{literal})") == test


@given(sort_texts(), fields_texts())
def test_paths_stand_where_their_spans_say(sort_text: str, fields_text: str) -> None:
    for key in qlause.parse_sort(sort_text).keys:
        assert key.span is not None
        assert key.path.span is not None
        assert qlause.parse_sort(sort_text[slice(*key.span)]).keys == (key,)
        assert qlause.parse_fields(sort_text[slice(*key.path.span)]).paths == (key.path,)
    for path in qlause.parse_fields(fields_text).paths:
        assert path.span is not None
        assert qlause.parse_fields(fields_text[slice(*path.span)]).paths == (path,)
