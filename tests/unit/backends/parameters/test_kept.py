"""When a plan is made for a shape, for whom, and how many are kept."""

from __future__ import annotations

from typing import Any

import qlause
from qlause import Schema
from qlause.backends.parameters.kept import Filling, Plans
from qlause.backends.parameters.placeholder import NeedsValueError
from qlause.backends.parameters.structure import shape_of
from qlause.bound.nodes import Node


def _root(text: str, **options: Any) -> Any:
    return qlause.bind(text, **options).root


class _Maker:
    """Makes of every shape whatever else the plan depends on, and keeps what that was."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __call__(self, _: Node, __: Filling, about: str) -> str:
        self.calls.append(about)
        return about


def test_a_plan_is_made_when_a_shape_comes_again() -> None:
    make = _Maker()
    plans = Plans(make)
    assert plans.find(_root("name:~x"), "one") is None
    assert make.calls == []
    assert plans.find(_root("name:~y"), "one") == ("one", ["y"])
    assert plans.find(_root("name:~z"), "one") == ("one", ["z"])
    assert plans.find(_root("name:~z"), "other") is None
    assert make.calls == ["one"]


def test_where_there_is_no_plan_a_query_is_written_by_itself() -> None:
    def refuse(*_: Any) -> None:
        raise NeedsValueError

    for make in (refuse, lambda *_: None):
        plans: Plans[Any] = Plans(make)
        assert [plans.find(_root(f"name:~{text}")) for text in "abcd"] == [None] * 4


def test_so_many_plans_are_kept() -> None:
    make = _Maker()
    plans = Plans(make)
    for number in range(1_500):
        for _ in range(2):
            plans.find(_root(f"name{number}:~x"), "")
    assert len(make.calls) == 1_500
    assert plans.find(_root("name1499:~x"), "")
    assert len(plans._plans) == 512  # what is bounded can be seen nowhere else
    assert len(plans._met) <= 512
    assert plans.find(_root("name0:~x"), "") is None


def test_shapes_differ_where_anything_but_a_constant_does() -> None:
    texts = ("a:b", "a:(b,c)", "a:~b", "a:~^b", "a:~b$", "b:b", "a.b:b", "a:>b", "a:>=b", "a:1", "a:1.5", "a:true")
    roots = [_root(text) for text in (*texts, "NOT a:b", "a:exists", "a:null", "a:b b:b", "a:false", "a:(>b AND <c)")]
    roots += [_root("a:b", schema=Schema({"a": {"type": "string", "column": name}})) for name in ("a", "c")]
    assert len({found[0] for root in roots if (found := shape_of(root)) is not None}) == len(roots)


def test_a_range_the_other_way_round_is_another_shape_where_order_counts() -> None:
    one, other = _root("a:(>1 AND <2)"), _root("a:(>2 AND <1)")
    for ranked in (False, True):
        shapes = [found[0] for root in (one, other) if (found := shape_of(root, ranked)) is not None]
        assert (shapes[0] != shapes[1]) == ranked
