"""Sizes: which numbers of elements a test means, what it may cost, and who takes it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qlause
from qlause import Field, Limits, QuerySyntaxError, Schema, bind, field, python, sql
from qlause.backends.python.prefilter import Prefilter
from qlause.bound.nodes import FALSE, OneOf, SizeMatches, ValueMatches
from qlause.bound.sizes import sizes_of
from qlause.syntax.nodes import And, Clause, Compare, Equals, HasSize, IsEmpty, LiteralValue, Not, Or, Path
from qlause.testing import queries


def sizes(q: str) -> object:
    root: Any = bind(f"a:size({q})").root
    return root.sizes


@pytest.mark.parametrize(
    ("q", "intervals"),
    [
        ("3", ((3, 3),)),
        (">3", ((4, None),)),
        (">=3", ((3, None),)),
        ("<3", ((0, 2),)),
        ("<=3", ((0, 3),)),
        ("0,1,3,2,7", ((0, 3), (7, 7))),
        ("NOT 3", ((0, 2), (4, None))),
        ("NOT 0", ((1, None),)),
        (">=1 AND <5 AND NOT 3", ((1, 2), (4, 4))),
        ("<2 OR >=2", ((0, None),)),
        ("<2 OR >4", ((0, 1), (5, None))),
        ("NOT (<2 OR >4)", ((2, 4),)),
        ("NOT ()", ((0, None),)),
        ("<=5 OR (>1 AND <4)", ((0, 5),)),
        ("5,>=3", ((3, None),)),
        (">=3,>=5", ((3, None),)),
        (">9007199254740990", ((9007199254740991, None),)),
    ],
)
def test_intervals(q: str, intervals: object) -> None:
    assert sizes(q) == intervals


@pytest.mark.parametrize("q", ["<0", "()", "3 AND 4", ">3 AND <4", "NOT >=0", "(1,2) AND NOT <9"])
def test_what_no_number_passes_selects_nothing(q: str) -> None:
    assert bind(f"a:size({q})").root == FALSE
    assert python.predicate(f"NOT a:size({q})")({})


@given(queries())
def test_each_number_is_in_the_intervals_if_it_passes(query: qlause.Query) -> None:
    for clause in query.clauses():
        if isinstance(clause.test, HasSize):
            intervals = sizes_of(clause.test.test)
            for number in range(12):
                inside = any(low <= number and (high is None or number <= high) for low, high in intervals)
                assert inside == _passes(clause.test.test, number)
            edges = [-2, *(edge for low, high in intervals for edge in (low, high) if edge is not None)]
            assert edges == sorted(edges)
            assert all(low > high + 1 for (low, _), (_, high) in zip(intervals[1:], intervals, strict=False) if high)


def _passes(test: Any, number: int) -> bool:
    match test:
        case And(items=items):
            return all(_passes(item, number) for item in items)
        case Or(items=items):
            return any(_passes(item, number) for item in items)
        case Not(item=item):
            return not _passes(item, number)
        case Equals(literal=literal):
            return number == int(literal.text)
        case Compare(comparator=comparator, literal=literal):
            other = int(literal.text)
            return {">": number > other, ">=": number >= other, "<": number < other, "<=": number <= other}[comparator]
    raise AssertionError(test)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=300))
def test_a_long_list_is_read_in_order(numbers: list[int]) -> None:
    (clause,) = qlause.parse(f"a:size({','.join(map(str, numbers))})").clauses()
    assert isinstance(clause.test, HasSize)
    inside = {number for low, high in sizes_of(clause.test.test) for number in range(low, (high or low) + 1)}
    assert inside == set(numbers)


def test_a_text_is_empty_if_it_equals_the_empty_one() -> None:
    schema = Schema({"name": "string", "tags": "string[]", "title": {"type": "localized", "languages": ("en", "de")}})
    root: Any = bind("name:empty()", schema=schema).root
    assert isinstance(root, ValueMatches)
    assert root.test == OneOf("string", ("",))
    assert isinstance(bind("tags:empty()", schema=schema).root, SizeMatches)
    assert len(getattr(bind("title:empty()", schema=schema).root, "items", ())) == 2


def test_what_it_costs() -> None:
    for q, cost in {"a:size(3)": 6, "a.b:size(1,2,3)": 36, "a:size(>1 AND <5)": 12, "a.b.c:empty()": 18}.items():
        bind(q, limits=Limits(cost=cost))
        with pytest.raises(qlause.LimitExceededError):
            bind(q, limits=Limits(cost=cost - 1))


def test_what_counts_as_tests_members_and_levels() -> None:
    qlause.parse("a:size(1,2,>3)", limits=Limits(tests=2, list_members=3, depth=1))
    for limits in (Limits(tests=1), Limits(list_members=2)):
        with pytest.raises(qlause.LimitExceededError):
            qlause.parse("a:size(1,2,>3)", limits=limits)
    qlause.parse("(a:empty())", limits=Limits(depth=1))
    with pytest.raises(qlause.LimitExceededError):
        qlause.parse("(a:size(1))", limits=Limits(depth=1))


@pytest.mark.parametrize("literal", ["-1", "1.5", "1e3", "x", "true", "9007199254740992"])
def test_a_tree_holds_whole_numbers(literal: str) -> None:
    for bare in (True, False):
        with pytest.raises(QuerySyntaxError) as caught:
            HasSize(Or((Equals(LiteralValue("1", bare=True)), Compare(">", LiteralValue(literal, bare=bare)))))
        assert caught.value.code == "no_size"


def test_it_is_the_whole_test_of_a_clause() -> None:
    for test in (HasSize(Equals(LiteralValue("1", bare=True))), IsEmpty()):
        others: Any = (test, Equals(LiteralValue("x")))
        for whole in (Or(others), And(others), Not(test)):
            broken: Any = whole
            with pytest.raises(TypeError, match="is the whole test of a clause"):
                Clause(Path(("a",)), broken)


def test_in_code() -> None:
    assert str(field("a").size(0) & ~field("b.c").empty()) == "a:size(0) AND NOT b.c:empty()"
    for least, most in ((-1, None), (0, 2**53), (True, None)):
        with pytest.raises(QuerySyntaxError, match="does not compare a number of elements"):
            field("a").size(least, most)
    broken: Any = "3"
    with pytest.raises(TypeError):
        field("a").size(broken)


def test_permissions() -> None:
    schema = Schema(
        {
            "sized": {"type": "string", "array": True, "operators": ("size",)},
            "plain": {"type": "string", "array": True, "operators": ("equals",)},
        }
    )
    bind("sized:size(1)", schema=schema)
    for q in ("sized:empty()", "sized:x", "plain:size(1)", "plain:empty()", "plain:exists"):
        with pytest.raises(qlause.OperatorNotAllowedError):
            bind(q, schema=schema)
    for declared, name in (("string", "size"), ("integer", "empty"), ("object", "size"), ("uuid", "size")):
        operators: Any = frozenset({name})
        kind: Any = declared
        with pytest.raises(ValueError, match=f"has no operators {name}"):
            Field(type=kind, operators=operators)
        assert Field(type=kind, array=True, operators=operators).allowed == operators


def test_objects_of_classes() -> None:
    class Order:
        def __init__(self, tags: Any) -> None:
            self.tags = tags

    for tags, size in (((1, 2), 2), ({1, 2}, 2), (frozenset(), 0), ("ab", None), (b"ab", None), (None, None)):
        for number in range(3):
            matches = python.predicate(f"tags:size({number})", attributes=True)
            assert matches(Order(tags)) == matches({"tags": tags}) == (number == size), tags
        empty = python.predicate("tags:empty()", attributes=True)
        assert empty(Order(tags)) == (size == 0), tags
    assert python.predicate("tags:empty()", attributes=True)(Order(""))
    assert not python.predicate("tags:empty()", attributes=True)(Order(b""))


def test_the_prefilter_looks_for_the_keys() -> None:
    for q in ("tags:size(0)", "tags:empty()"):
        keeps = Prefilter(bind(q).root)
        assert keeps(b'{"tags": []}')
        assert not keeps(b'{"other": []}')
        assert Prefilter(bind(f"NOT {q}").root)(b"{}")


def test_numbers_are_bound() -> None:
    fragment = sql.where("a:size(7,>=11)", "sqlite")
    assert fragment.params == ("a", 7, 11)
    assert "7" not in fragment.text
