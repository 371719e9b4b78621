"""The predicate selects what the rules say, and queries combine as sets do."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import qlause
from qlause import Query, Schema, python
from qlause.syntax.nodes import (
    And,
    Clause,
    Compare,
    Contains,
    ElemMatch,
    Equals,
    HasSize,
    IsEmpty,
    LiteralValue,
    Not,
    Or,
    disjunction,
)
from qlause.testing import VOCABULARY, clauses, collections, literals, paths, queries, schemas, spellings

from .generators import WIDE, as_objects, refusal, requests
from .reference import refusals, selects
from .reference_values import Request

KINDS: dict[type, str] = {
    qlause.UnknownFieldError: "field",
    qlause.OperatorNotAllowedError: "operator",
    qlause.ValueReadingError: "value",
}
COLLECTIONS = collections(native=True, vocabulary=WIDE)


def ids(query: Query | str, documents: list[dict[str, Any]], **options: Any) -> set[int]:
    return {document["id"] for document in filter(python.predicate(query, **options), documents)}


@given(st.data())
def test_without_a_schema(data: st.DataObject) -> None:
    query = data.draw(queries(vocabulary=WIDE))
    documents = data.draw(COLLECTIONS)
    options, request = data.draw(requests(None))
    wanted = {document["id"] for document in documents if selects(query, document, request)}
    assert ids(query, documents, **options) == wanted
    assert ids(data.draw(spellings(query)), documents, **options) == wanted
    matches = python.predicate(query, attributes=True, **options)
    assert {document["id"] for document in documents if matches(as_objects(document))} == wanted


@given(st.data())
def test_with_a_schema(data: st.DataObject) -> None:
    """On documents that keep the schema's promises, and on such that do not."""
    schema = data.draw(schemas(native=True, vocabulary=WIDE))
    query = data.draw(queries(schema, vocabulary=WIDE))
    documents = data.draw(collections(schema, native=True, vocabulary=WIDE) | COLLECTIONS)
    options, request = data.draw(requests(schema))
    if refusals(query, request) == {"field"} and request.language is not None:
        options["language"], request = None, Request(schema, request.now, request.zone)
    assert not refusals(query, request)
    wanted = {document["id"] for document in documents if selects(query, document, request)}
    assert ids(query, documents, **options) == wanted
    assert ids(str(query), documents, **options) == wanted
    matches = python.predicate(query, attributes=True, **options)
    assert {document["id"] for document in documents if matches(as_objects(document))} == wanted


@given(st.data())
def test_a_schema_refuses_what_it_must_and_nothing_else(data: st.DataObject) -> None:
    schema = data.draw(schemas(native=True))
    mixed = data.draw(st.lists(clauses(vocabulary=WIDE) | clauses(schema), min_size=1, max_size=3))
    # Each clause may also be about a field of the schema, which its test was not made for.
    named = [path for path, _ in schema]
    swapped = [Clause(data.draw(st.sampled_from([each.path, *named])), each.test) for each in mixed]
    query = Query(disjunction(swapped))
    options, request = data.draw(requests(schema))
    wanted = refusals(query, request)
    error = refusal(lambda: qlause.bind(query, **options))
    assert KINDS[type(error)] in wanted if error is not None else not wanted


@given(st.data())
def test_queries_combine_as_sets_do(data: st.DataObject) -> None:
    left, right = data.draw(queries()), data.draw(queries())
    documents = data.draw(COLLECTIONS)
    everything = {document["id"] for document in documents}
    first, second = ids(left, documents), ids(right, documents)
    for combined, wanted in (
        (left & right, first & second),
        (right & left, first & second),
        (left | right, first | second),
        (right | left, first | second),
        (~left, everything - first),
        (~~left, first),
        (~(left | right), ids(~left & ~right, documents)),
        (~(left & right), ids(~left | ~right, documents)),
    ):
        assert ids(combined, documents) == wanted
        assert qlause.parse(str(combined)) == combined
        assert ids(str(combined), documents) == wanted


@given(st.data())
def test_texts_combine_as_sets_do(data: st.DataObject) -> None:
    one, other = (f"({data.draw(queries().filter(lambda query: query.root is not None))})" for _ in range(2))
    documents = data.draw(COLLECTIONS)
    everything = {document["id"] for document in documents}
    assert ids(f"{one} {other}", documents) == ids(f"{other} {one}", documents) == ids(f"{one} AND {other}", documents)
    assert ids(f"{one} OR {other}", documents) == ids(f"{other} OR {one}", documents)
    assert ids(f"NOT {one}", documents) == everything - ids(one, documents)
    assert ids(f"NOT ({one} OR {other})", documents) == ids(f"NOT {one} NOT {other}", documents)
    assert ids(f"NOT ({one} AND {other})", documents) == ids(f"NOT {one} OR NOT {other}", documents)


@given(st.data())
def test_a_list_is_the_or_of_its_members(data: st.DataObject) -> None:
    path = data.draw(paths())
    members = data.draw(st.lists(clauses(), min_size=1, max_size=4))
    documents = data.draw(COLLECTIONS)
    tests = [each.test for each in members if not isinstance(each.test, (ElemMatch, HasSize, IsEmpty))]
    as_list = Query(Clause(path, disjunction(tests)))
    as_clauses = Query(disjunction([Clause(path, each) for each in tests]))
    assert ids(as_list, documents) == ids(as_clauses, documents)


@given(st.data())
def test_one_value_that_passes_both_is_a_value_for_each(data: st.DataObject) -> None:
    """Rule 5: what is asked of one value in parentheses is more than what two clauses ask."""
    path = data.draw(paths())
    plain = st.one_of(
        literals().map(Equals),
        VOCABULARY.texts.map(lambda text: Compare(">", LiteralValue(text))),
        VOCABULARY.texts.map(lambda text: Compare("<=", LiteralValue(text))),
        st.sampled_from(("a", "A", "b", "1")).map(Contains),
    )
    tests = tuple(data.draw(st.lists(plain | plain.map(Not), min_size=2, max_size=3)))
    documents = data.draw(COLLECTIONS)
    apart = Query(And(tuple(Clause(path, each) for each in tests)))
    assert ids(Query(Clause(path, And(tests))), documents) <= ids(apart, documents)


@given(st.lists(st.integers(0, 9), max_size=4), st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_a_range_is_about_one_element(numbers: list[int], low: int, high: int, below: bool) -> None:
    document = {"a": [{"b": number} for number in numbers]} if below else {"a": {"b": numbers}}
    found = python.predicate(f"a.b:(>={low} AND <={high})")(document)
    assert found == any(low <= number <= high for number in numbers)
    assert python.predicate(f"a.b:>={low} a.b:<={high}")(document) == (
        max(numbers, default=-1) >= low and min(numbers, default=10) <= high
    )
    assert python.predicate(f"a.b:(NOT {low})")(document) == any(number != low for number in numbers)
    assert python.predicate(f"NOT a.b:{low}")(document) == (low not in numbers)


@given(st.data())
def test_everything_and_nothing(data: st.DataObject) -> None:
    documents = data.draw(COLLECTIONS)
    everything = {document["id"] for document in documents}
    query = data.draw(queries())
    assert ids(Query(), documents) == everything
    assert ids(Query(Or(())), documents) == set()
    assert ids(query | Query(), documents) == everything
    assert ids(query & ~Query(), documents) == set()
    assert ids(Query(Not(Or(()))), documents) == everything


def test_an_undeclared_field_is_refused() -> None:
    assert refusals(qlause.parse("b:1"), Request(Schema({"a": "string"}))) == {"field"}
