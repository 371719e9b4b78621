"""Limits: each is accepted at its border and refused one beyond, with a place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import qlause
from qlause import Limits, bind, python
from qlause.limits import MAX_DEPTH
from qlause.syntax import lalr

READERS: dict[str, Callable[..., Any]] = {
    "q": qlause.parse,
    "sort": qlause.parse_sort,
    "fields": qlause.parse_fields,
}
NAMES: tuple[str, ...] = Limits.__match_args__


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [0, -1, 1.5, "10", None, True])
def test_a_limit_is_a_whole_number_of_at_least_one(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"the limit {name} must be a whole number"):
        Limits(**{name: value})


def test_the_depth_has_a_limit_of_its_own() -> None:
    assert Limits(depth=MAX_DEPTH).depth == MAX_DEPTH
    with pytest.raises(ValueError, match="at most 100"):
        Limits(depth=MAX_DEPTH + 1)


def test_limits_are_frozen_and_named() -> None:
    limits = Limits()
    assert Limits(tests=1) != limits == Limits()
    with pytest.raises(AttributeError):
        limits.tests = 1  # type: ignore[misc]  # the slip under test
    with pytest.raises(TypeError):
        Limits(1)  # type: ignore[call-arg]  # the slip under test
    assert tuple(getattr(limits, name) for name in NAMES) == (
        16_384,
        4_096,
        4_096,
        32,
        1_000,
        10_000,
        16,
        1_000,
        1_000,
        262_144,
    )


@pytest.mark.parametrize(
    ("language", "limit", "at", "over", "code", "offset", "length"),
    [
        ("q", {"q_length": 5}, "abc:x", "abc:xy", "limit_length", 5, 0),
        ("q", {"q_length": 3}, "𝐀:1", "𝐀𝐀:1", "limit_length", 3, 0),
        ("q", {"q_length": 3}, "   ", "    ", "limit_length", 3, 0),
        ("sort", {"sort_length": 3}, "a,b", "a,bc", "limit_length", 3, 0),
        ("fields", {"fields_length": 3}, "a,b", "a,bc", "limit_length", 3, 0),
        ("q", {"depth": 2}, "((a:1))", "(((a:1)))", "limit_depth", 2, 1),
        ("q", {"depth": 2}, "NOT NOT a:1", "NOT NOT NOT a:1", "limit_depth", 8, 3),
        ("q", {"depth": 2}, "(a:(1,2))", "(NOT a:(1,2))", "limit_depth", 7, 1),
        ("q", {"depth": 1}, "a:~(x,y) b:()", "a:(~x,(1))", "limit_depth", 6, 1),
        ("q", {"depth": 1}, "compoundLogicalQuery:(a:1)", "compoundLogicalQuery:(NOT a:1)", "limit_depth", 22, 3),
        ("q", {"depth": 1}, "(a:1)(b:2) NOT c:3 d:(4)", "(a:1)(b:2) NOT c:(3)", "limit_depth", 17, 1),
        ("q", {"tests": 2}, "a:1 b:2", "a:1 b:2 c:3", "limit_tests", 8, 3),
        ("q", {"tests": 2}, "a:(1,2,3) b:(x,y)", "a:(1,2,3) b:(x,>2)", "limit_tests", 10, 8),
        ("q", {"tests": 2}, "a:~(x,y)", "a:~(x,y,z)", "limit_tests", 0, 10),
        ("q", {"tests": 2}, "a:(>1 AND <5)", "a:(>1 AND <5 AND NOT 3)", "limit_tests", 0, 23),
        ("q", {"tests": 1}, "a:() b:(null)", "a:(null,exists)", "limit_tests", 0, 15),
        ("q", {"list_members": 2}, "a:(1,2)", "a:(1,2,3)", "limit_list", 7, 1),
        ("q", {"list_members": 2}, "a:~(x,y)", 'a:~(x,y,"z w")', "limit_list", 8, 5),
        ("q", {"list_members": 2}, "a:(1 OR 2 AND >3)", "a:(1 OR 2 AND >3 OR 4)", "limit_list", 20, 1),
        ("q", {"list_members": 1}, "a:1 OR b:2 OR c:(3)", "a:(1,2)", "limit_list", 5, 1),
        ("q", {"path_segments": 2}, "a.b:1", "x:1 a.b.c:1", "limit_path", 4, 5),
        ("sort", {"path_segments": 2}, "a.b:desc", "x,a.b.c:desc", "limit_path", 2, 5),
        ("fields", {"path_segments": 2}, "a.b", "x, a.b.c", "limit_path", 3, 5),
        ("q", {"contains_length": 2}, "a:~xy b:xyz", "a:~xyz", "limit_contains", 3, 3),
        ("q", {"contains_length": 2}, 'a:~^"x\\n"$', 'a:~^"x\\ny"$', "limit_contains", 3, 8),
    ],
)
def test_each_limit_at_and_over_its_border(
    language: str, limit: dict[str, int], at: str, over: str, code: str, offset: int, length: int
) -> None:
    read, limits = READERS[language], Limits(**limit)
    read(at, limits=limits)
    with pytest.raises(qlause.LimitExceededError) as caught:
        read(over, limits=limits)
    error = caught.value
    assert (error.code, error.offset, error.length) == (code, offset, length)
    assert error.text == over
    assert error.to_dict()["snippet"] is not None
    read(over)


def test_levels_that_are_closed_do_not_count() -> None:
    lalr._STARTS.clear()  # what the first text leaves behind, all others find
    assert len(list(qlause.parse("NOT (a:(1)) " * 50, limits=Limits(depth=3)).clauses())) == 50


def test_the_limits_of_a_call_reach_the_parser() -> None:
    tight = Limits(tests=1, sort_length=1, fields_length=1)
    for call in (
        lambda: bind("a:1 b:2", limits=tight),
        lambda: python.predicate("a:1 b:2", limits=tight),
        lambda: python.sort_key("ab", limits=tight),
        lambda: python.projector("ab", limits=tight),
    ):
        with pytest.raises(qlause.LimitExceededError):
            call()


def test_the_default_limits_are_met_without_trouble() -> None:
    members = ",".join(map(str, range(3_000)))
    query = qlause.parse(f"a:({members})")
    assert qlause.parse(str(query)) == query
    assert python.predicate(query)({"a": 2_999})
    deep = "(" * 32 + "a:1" + ")" * 32
    assert str(qlause.parse(deep)) == "a:1"
    wide = " OR ".join(f"f{number}:~x" for number in range(1_000))
    assert python.predicate(wide, limits=Limits(cost=6_000))({"f999": "ax"})
    with pytest.raises(qlause.LimitExceededError):
        qlause.parse(f"{wide} OR g:1")


def test_what_is_no_text_is_refused() -> None:
    for read in READERS.values():
        for text in (None, b"a:1", 5, ["a"]):
            with pytest.raises(TypeError, match="must be a str"):
                read(text)
