"""The trees: what their constructors keep true, whoever calls them."""

from __future__ import annotations

import copy
import pickle
import sys
from typing import Any

import pytest

import qlause
from qlause import Fields, Path, Query, Sort, SortKey
from qlause.limits import MAX_DEPTH
from qlause.syntax.nodes import (
    And,
    Clause,
    Compare,
    Contains,
    ElemMatch,
    Equals,
    Exists,
    HasSize,
    LiteralValue,
    Missing,
    Node,
    Not,
    Null,
    Or,
    Test,
    conjunction,
    disjunction,
)

A = Clause(Path(("a",)), Equals(LiteralValue("1", bare=True)))
B = Clause(Path(("b",)), Exists())
C = Clause(Path(("c",)), Null())
NOTHING: Any = Or(())

TEXTS = [
    'a:1 b:"x" c.d:~y',
    "NOT (a:1 OR b:exists) OR ()",
    'a:(>1 AND <5 OR NOT ("x" OR 7),null) compoundLogicalQuery:((b:(~^x,~y$)) OR (c:()))',
]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("a:1 OR ()", "a:1"),
        ("() OR a:1 OR ()", "a:1"),
        ("() OR ()", "()"),
        ("a:1 () b:2", "a:1 AND () AND b:2"),
        ("a:(1,())", "a:1"),
        ("a:((),())", "a:()"),
        ("a:(() OR >1 AND <2)", "a:(>1 AND <2)"),
        ("NOT (() OR a:1)", "NOT a:1"),
    ],
)
def test_an_empty_group_dissolves_in_an_or(text: str, canonical: str) -> None:
    assert str(qlause.parse(text)) == canonical


@pytest.mark.parametrize("segments", [(), ("",), ("a", ""), ("0",), ("a", "12"), ("a\0",), ("\ud800",)])
def test_a_path_refuses_what_no_document_can_be_asked_for(segments: tuple[str, ...]) -> None:
    with pytest.raises(qlause.QuerySyntaxError) as caught:
        Path(segments)
    assert caught.value.code == "path_segment"


def test_a_path_takes_any_other_key() -> None:
    keys = ("a.b", "$where", "AND", " ", '"', "\\", "01a", "-", "١", "\n")
    assert qlause.parse_fields(str(Path(keys))).paths == (Path(keys),)


def test_a_path_is_not_a_text() -> None:
    with pytest.raises(TypeError, match="tuple"):
        Path("name")  # type: ignore[arg-type]  # the slip under test


def test_lists_become_tuples() -> None:
    made: list[Any] = [
        Path(["a", "b"]),  # type: ignore[arg-type]  # what an untyped caller may pass, here and below
        And([A, B]),  # type: ignore[arg-type]  # a list or an iterator becomes a tuple
        Or([A, B]),  # type: ignore[arg-type]  # a list or an iterator becomes a tuple
        Or([A, Or([B, C])]),  # type: ignore[arg-type]  # a list or an iterator becomes a tuple
        Sort([SortKey(Path(("a",)))]),  # type: ignore[arg-type]  # a list or an iterator becomes a tuple
        Fields([Path(("a",))]),  # type: ignore[arg-type]  # a list or an iterator becomes a tuple
    ]
    assert all(isinstance(hash(each), int) for each in made)
    once: list[Any] = [
        Path(each for each in ("a", "b")),  # type: ignore[arg-type]  # a list or an iterator becomes a tuple
        And(each for each in (A, B)),  # type: ignore[arg-type]  # a list or an iterator becomes a tuple
        Sort(SortKey(each) for each in (Path(("a",)),)),  # type: ignore[arg-type]  # a list or an iterator becomes a tuple
        Fields(each for each in (Path(("a",)), Path(("b",)))),  # type: ignore[arg-type]  # a list or an iterator becomes a tuple
    ]
    assert [str(each) for each in once] == ["a.b", "a:1 AND b:exists", "a", "a,b"]


@pytest.mark.parametrize("comparator", ["=", "", "==", "!=", "> 1 OR", None])
def test_a_comparison_refuses_any_other_comparator(comparator: Any) -> None:
    with pytest.raises(ValueError, match="comparator"):
        Compare(comparator, LiteralValue("1"))


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("1", True),
        ("-0.5e+3", True),
        ("true", True),
        ("false", True),
        ("01", False),
        ("+1", False),
        ("1.", False),
        (".5", False),
        ("True", False),
        ("null", False),
        ("NaN", False),
        ("x", False),
        ("", False),
        ("١", False),
        ("1\n", False),
    ],
)
def test_only_numbers_and_booleans_are_bare(text: str, bare: bool) -> None:
    assert LiteralValue(text, bare=True).bare is bare


def test_half_a_surrogate_pair_is_refused() -> None:
    for make in (LiteralValue, Contains):
        with pytest.raises(qlause.QuerySyntaxError) as caught:
            make("a\udc00")
        assert caught.value.code == "surrogate"


def test_contains_of_nothing_is_refused() -> None:
    with pytest.raises(qlause.QuerySyntaxError) as caught:
        Contains("", starts=True)
    assert caught.value.code == "empty_contains"


def test_and_and_or_need_two_items() -> None:
    kind: Any
    items: Any
    for kind, items in ((And, ()), (And, (A,)), (Or, (A,)), (Or, (NOTHING, A))):
        with pytest.raises(ValueError, match="two items"):
            kind(items)
    assert Or((NOTHING, A, B, NOTHING)) == Or((A, B))
    assert disjunction([NOTHING, A]) is A
    assert disjunction([]) == NOTHING
    assert conjunction([NOTHING]) is NOTHING
    assert conjunction([A]) is A


def test_nesting_of_the_same_kind_is_dissolved() -> None:
    both: Any = And((A, And((B, C))))
    assert both.items == (A, B, C)
    nested: Any = Or((Or((A, B)), Or(()), C))
    assert nested.items == (A, B, C)
    assert And((A, Or((B, C)))).items == (A, Or((B, C)))
    assert qlause.parse("a:1 (b:2 (c:3 d:4))") == qlause.parse("a:1 b:2 c:3 d:4")


@pytest.mark.parametrize(
    "test",
    [
        And((Exists(), Compare(">", LiteralValue("1", bare=True)))),
        Not(Null()),
        Not(Or((Missing(), Equals(LiteralValue("x"))))),
        Or((Equals(LiteralValue("x")), Not(Not(Exists())))),
    ],
)
def test_presence_stands_under_no_and_or_not_of_a_field(test: Test) -> None:
    with pytest.raises(qlause.QuerySyntaxError) as caught:
        Clause(Path(("a b",)), test)
    assert caught.value.code == "presence_in_group"
    assert caught.value.offset is None
    word = str(caught.value.hint).removeprefix("make it a separate clause, as in ")
    assert word.removeprefix("NOT ").startswith('"a b":')
    qlause.parse(word)


def test_presence_in_a_group_is_placed_in_the_text() -> None:
    with pytest.raises(qlause.QuerySyntaxError) as caught:
        qlause.parse("x:1 a:(>1 AND null)")
    assert (caught.value.offset, caught.value.length) == (14, 4)


def test_the_depth_of_a_tree_is_that_of_its_text() -> None:
    one = Equals(LiteralValue("1", bare=True))
    nodes: list[Node] = [
        A,
        NOTHING,
        Not(A),
        Not(NOTHING),
        Not(Not(And((A, B)))),
        Or((A, And((B, Or((A, C)))))),
        And((Not(Or((A, B))), C)),
        And((NOTHING, A)),
        Clause(Path(("q",)), NOTHING),
        Clause(Path(("q",)), Or((Equals(LiteralValue("x")), And((Contains("y"), Or((Contains("z"), Contains("w")))))))),
        Not(Clause(Path(("q",)), Not(And((Contains("y"), Not(NOTHING)))))),
        Clause(Path(("q",)), HasSize(Not(Compare(">", LiteralValue("1", bare=True))))),
        Not(Clause(Path(("q",)), HasSize(Not(Or((one, Not(one))))))),
        Clause(Path(("q",)), ElemMatch(Not(Or((A, B))))),
    ]
    for node in nodes:
        depth = node.depth
        again = qlause.parse(str(node), limits=qlause.Limits(depth=max(1, depth)))
        assert again.root == node
        if depth > 1:
            with pytest.raises(qlause.LimitExceededError):
                qlause.parse(str(node), limits=qlause.Limits(depth=depth - 1))


def test_no_tree_is_deeper_than_the_cap() -> None:
    query = Query(A)
    for _ in range(MAX_DEPTH):
        query = ~query
    assert str(query).startswith("NOT " * MAX_DEPTH)
    assert hash(query) == hash(pickle.loads(pickle.dumps(query)))  # noqa: S301  # our own bytes
    with pytest.raises(qlause.LimitExceededError) as caught:
        query = ~query
    assert caught.value.code == "limit_depth"


def test_no_walk_over_the_deepest_tree_needs_much_stack() -> None:
    node: Any = A
    for turn in range(MAX_DEPTH):
        node = Not(node) if turn % 2 else And((node, B)) if isinstance(node, Or) else Or((node, B))
        if node.depth > MAX_DEPTH - 2:
            break
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(900)
    try:
        query = Query(node)
        assert qlause.python.predicate(query)({"a": 1, "b": 1}) in (True, False)
        assert qlause.Transformer().visit(query) is query
        assert copy.deepcopy(query) == query
    finally:
        sys.setrecursionlimit(before)


@pytest.mark.parametrize("text", TEXTS)
def test_spans_and_sources_take_no_part_in_comparison(text: str) -> None:
    parsed, again = qlause.parse(text), qlause.parse("  " + text.replace(" ", "  "))
    assert parsed == again
    assert hash(parsed) == hash(again)
    assert repr(parsed) == repr(again)
    assert [clause.span for clause in parsed.clauses()] != [clause.span for clause in again.clauses()]


def test_spans_point_into_the_source() -> None:
    text = '  é.x:( "y",  b c ) NOT  k:>=3'
    query = qlause.parse(text)
    first, second = query.clauses()
    assert [text[slice(*(clause.span or ()))] for clause in (first, second)] == ['é.x:( "y",  b c )', "k:>=3"]
    assert text[slice(*(first.path.span or ()))] == "é.x"
    assert isinstance(first.test, Or)
    assert [text[slice(*(each.span or ()))] for each in first.test.items] == ['"y"', "b c"]
    assert first.source == second.source == text


@pytest.mark.parametrize("text", TEXTS)
def test_trees_are_frozen_hashable_and_picklable(text: str) -> None:
    query = qlause.parse(text)
    again = pickle.loads(pickle.dumps(query))  # noqa: S301  # our own bytes
    assert again == query == copy.deepcopy(query) == copy.copy(query)
    assert [clause.span for clause in again.clauses()] == [clause.span for clause in query.clauses()]
    assert len({query, again}) == 1
    with pytest.raises(AttributeError):
        query.root = None  # type: ignore[misc]  # the slip under test
    assert not hasattr(query, "__dict__")


def test_queries_combine_as_trees() -> None:
    everything, a, b = Query(), Query(A), Query(B)
    assert (everything & a) == (a & everything) == a
    assert (a & b).root == And((A, B))
    assert (a | b).root == Or((A, B))
    assert (~a).root == Not(A)
    assert (~everything).root == NOTHING
    assert (everything | everything) == everything
    matches = qlause.python.predicate(everything | a)
    assert matches({"a": 2})
    assert not qlause.python.predicate(~everything | ~everything)({"a": 1})
    for query in (everything | a, ~everything, a | b & a, ~(a | b), (a | b) & ~everything):
        assert qlause.parse(str(query)) == query


def test_a_query_has_no_truth_value() -> None:
    """``a and b``, ``not a`` and ``1 < field < 5`` would drop a part of the query without a word."""
    a: Any = qlause.field("a")
    query: Any = Query(A)
    for slip in (
        lambda: query and Query(B),
        lambda: not Query(A),
        lambda: bool(Query()),
        lambda: 1 < a < 5,
    ):
        with pytest.raises(TypeError, match="&"):
            slip()


def test_clauses_come_from_left_to_right() -> None:
    query = qlause.parse("a:1 NOT (b:2 OR c:3 NOT d:4) OR e:5 f:6")
    assert [str(clause.path) for clause in query.clauses()] == ["a", "b", "c", "d", "e", "f"]
    assert list(Query().clauses()) == []


def test_paths_lead_from_the_document_into_an_elem_match() -> None:
    query = qlause.parse("a:1 NOT b.c:elemMatch(d:2 OR e:elemMatch(f:3)) g:4")
    assert [str(clause.path) for clause in query.clauses()] == ["a", "b.c", "g"]
    assert [str(path) for path in query.paths()] == ["a", "b.c", "b.c.d", "b.c.e", "b.c.e.f", "g"]
    assert list(Query().paths()) == []


def test_sort_names_no_path_twice() -> None:
    with pytest.raises(qlause.QuerySyntaxError) as caught:
        qlause.parse_sort('a,b, "a":desc')
    error = caught.value
    assert (error.code, error.offset, error.length) == ("duplicate_path", 5, 3)
    with pytest.raises(qlause.QuerySyntaxError) as caught:
        Sort((SortKey(Path(("a",))), SortKey(Path(("a",)), descending=True)))
    assert caught.value.offset is None


def test_messages_show_no_raw_control_characters() -> None:
    for text, read in (('"a\x85\u202e","a\x85\u202e"', qlause.parse_sort), ('"\x9b\u202e":(NOT null)', qlause.parse)):
        with pytest.raises(qlause.QuerySyntaxError) as caught:
            read(text)
        shown = caught.value.pretty() + str(caught.value) + repr(caught.value.to_dict())
        assert not set(shown) & {"\x85", "\x9b", "\u202e"}


def test_fields_drop_what_adds_nothing() -> None:
    paths = [Path(tuple(name.split("."))) for name in ("a.b", "c", "a", "c", "c.d.e", "ca")]
    assert str(Fields(tuple(paths))) == "c,a,ca"
    assert Fields(tuple(paths)) == Fields((Path(("c",)), Path(("a",)), Path(("ca",))))


def test_unequal_is_the_contrary_of_equal() -> None:
    spans_aside = LiteralValue("x", span=(0, 1))
    other_class: Any = Or((A, B))
    for one, other in ((LiteralValue("x"), spans_aside), (And((A, B)), other_class), (A, B), (A, A)):
        assert (one == other) is not (one != other)
    assert And((A, B)) != other_class
