"""Text and tree are two forms of the same: printing and parsing are each other's way back."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import qlause
from qlause import Fields, Limits, Path, Query, QuerySyntaxError, Sort
from qlause.syntax.nodes import Clause, Equals, LiteralValue
from qlause.syntax.query_builder import FieldBuilder, field
from qlause.testing import any_text, fields, paths, queries, sorts, spellings

from .generators import ANY_FIELDS, ANY_QUERY, ANY_SORT, WIDE

ROOMY = Limits(q_length=10**6)  # canonical text may be longer than what was written
LEVELS = ("({})", "NOT {}", "NOT ({})", "a:1 OR {}", "a:1 ({})", "({}) b:2", "compoundLogicalQuery:({} OR a:1)")
LEVELS_OF_TESTS = ("({})", "NOT {}", "1,({})", "({}) AND 2", "NOT ({}) OR 2", "(NOT {},3)")


@given(queries(depth=3, vocabulary=WIDE))
def test_the_text_of_a_query_parses_to_it(query: Query) -> None:
    assert qlause.parse(str(query)) == query


@given(sorts())
def test_the_text_of_a_sort_parses_to_it(sort: Sort) -> None:
    assert qlause.parse_sort(str(sort)) == sort
    assert qlause.parse_sort(str(sort), strict=True) == sort


@given(fields())
def test_the_text_of_fields_parses_to_them(asked: Fields) -> None:
    assert qlause.parse_fields(str(asked)) == asked


@given(st.data())
def test_every_spelling_means_the_same(data: st.DataObject) -> None:
    query = data.draw(queries(depth=3, vocabulary=WIDE))
    assert qlause.parse(data.draw(spellings(query))) == query


@given(st.data())
def test_every_spelling_of_a_sort_means_the_same(data: st.DataObject) -> None:
    sort = data.draw(sorts())
    assert qlause.parse_sort(data.draw(spellings(sort))) == sort


@given(st.data())
def test_every_spelling_of_fields_means_the_same(data: st.DataObject) -> None:
    asked = data.draw(fields())
    assert qlause.parse_fields(data.draw(spellings(asked))) == asked


@given(ANY_QUERY)
def test_canonical_text_is_a_fixed_point(text: str) -> None:
    try:
        query = qlause.parse(text)
    except qlause.QlauseError:
        return
    canonical = str(query)
    again = qlause.parse(canonical, limits=ROOMY)
    assert again == query
    assert str(again) == canonical


@given(st.lists(st.sampled_from(LEVELS), max_size=12), st.lists(st.sampled_from(LEVELS_OF_TESTS), max_size=12))
@example(["({})"] * 16, ["NOT {}"] * 15)
def test_deep_text_prints_no_deeper(levels: list[str], of_tests: list[str]) -> None:
    text = "1"
    for level in of_tests:
        text = level.format(text)
    text = f"f:({text})"
    for level in levels:
        text = level.format(text)
    try:
        query = qlause.parse(text)
    except qlause.LimitExceededError:
        assume(False)
    assert qlause.parse(str(query)) == query


@given(ANY_SORT, ANY_FIELDS)
def test_canonical_sort_and_fields_are_fixed_points(sort_text: str, fields_text: str) -> None:
    for parse, text in ((qlause.parse_sort, sort_text), (qlause.parse_fields, fields_text)):
        try:
            found = parse(text)
        except qlause.QlauseError:
            continue
        assert parse(str(found)) == found
        assert str(parse(str(found))) == str(found)


@given(paths())
def test_a_field_is_named_by_the_text_of_its_path(path: Path) -> None:
    assert repr(field(str(path))) == repr(field(path))
    assert qlause.parse_fields(str(path)).paths == (path,)


VALUES = (
    any_text()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.datetimes(timezones=st.sampled_from((None, timezone(timedelta(hours=2)))), min_value=datetime(2, 1, 1))
    | st.dates()
    | st.uuids()
)


@given(paths(), VALUES, st.lists(VALUES | st.none(), max_size=4))
@example(Path(("a",)), Decimal("0E-7"), [])
@example(Path(("a",)), 1e22, [])
def test_built_queries_parse_back(path: Path, value: Any, others: list[Any]) -> None:
    built: FieldBuilder = field(path)
    found = [built.equals(value), built > value, built >= value, built < value, built <= value]
    found += [built.one_of([value, *others]), built.between(value, value)]
    found += [built.exists(), built.missing(), built.null(), built.equals(None)]
    if isinstance(value, str) and value:
        found += [built.contains(value), built.starts_with(value), built.ends_with(value)]
    for query in found:
        assert qlause.parse(str(query), limits=ROOMY) == query
        assert qlause.parse(str(~query), limits=ROOMY) == ~query


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity")])
def test_no_query_is_built_of_what_is_no_number(value: float | Decimal) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        field("a").equals(value)


@given(any_text(max_size=30))
def test_text_is_never_code(text: str) -> None:
    """Whatever a text holds, quoted it is one literal of one clause."""
    query = field("a").equals(text)
    assert qlause.parse(f"NOT {query}") == ~Query(Clause(Path(("a",)), Equals(LiteralValue(text))))


@given(st.text(st.characters(categories=["Cs"]), min_size=1))
def test_half_a_surrogate_pair_is_refused_everywhere(text: str) -> None:
    for make in (LiteralValue, lambda each: Path((each,)), lambda each: field("a").contains(each)):
        with pytest.raises(QuerySyntaxError):
            make(text)
