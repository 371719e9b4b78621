"""What a parameter tells of its value, and what is computed of it later."""

from __future__ import annotations

from operator import add
from typing import Any

import pytest

from qlause.bound.param import Deferred, NeedsValueError, Param, compute, require_value


def test_a_parameter_is_the_constant_at_its_index() -> None:
    param = Param(1, "text")
    assert (param.index, param.known) == (1, "text")
    assert param.value(["a", "b"]) == "b"
    assert param.indexes == {1}


def test_what_is_known_is_computed_at_once() -> None:
    assert compute(str.replace, "abc", "b", "x") == "axc"
    assert compute(str, 7, step=0) == "7"


def test_what_depends_on_a_parameter_is_computed_with_the_constants() -> None:
    later = compute(str.replace, "abc", Param(0, "text"), Param(1, "text"))
    assert isinstance(later, Deferred)
    assert later.indexes == {0, 1}
    assert later.value(["b", "x"]) == "axc"
    assert later.value(["c", "y"]) == "aby"
    nested = compute(add, later, "!")
    assert isinstance(nested, Deferred)
    assert nested.indexes == {0, 1}
    assert nested.value(["b", "x"]) == "axc!"


def test_a_required_value_is_there_or_named() -> None:
    assert require_value("x") == "x"
    with pytest.raises(NeedsValueError) as caught:
        require_value(compute(add, Param(3, "integer"), compute(add, Param(5, "integer"), 1)))
    assert caught.value.indexes == {3, 5}


def test_equal_where_the_same_is_computed_of_the_same_parameters() -> None:
    param = Param(0, "text")
    assert param == Param(0, "text")
    assert param != Param(1, "text")
    assert compute(str.upper, param) == compute(str.upper, param)
    assert compute(str.upper, param) != compute(str.lower, param)
    assert compute(str.upper, param) != compute(str.upper, Param(1, "text"))
    assert len({param, Param(0, "text"), compute(str.upper, param), compute(str.upper, param)}) == 2
    different: list[Any] = ["text", 0, None]
    assert param not in different


def test_those_of_one_group_have_an_order() -> None:
    less, greater = Param(1, "integer", (0, 0)), Param(0, "integer", (0, 1))
    assert less < greater
    assert greater > less
    assert not greater < less
    assert sorted([greater, less]) == [less, greater]


def test_a_function_that_keeps_the_order_names_its_step() -> None:
    less, greater = Param(0, "second", (0, 0)), Param(1, "second", (0, 1))
    first, second, third = (compute(str, param, step=step) for param, step in ((less, 0), (less, 1), (greater, 0)))
    again = compute(str, third, step=5)
    assert isinstance(first, Deferred)
    assert isinstance(second, Deferred)
    assert isinstance(third, Deferred)
    assert isinstance(again, Deferred)
    assert first < second < third < again


def test_others_have_none() -> None:
    param = Param(0, "integer", (0, 0))
    for other in (Param(1, "integer", (1, 0)), Param(1, "integer"), compute(str, param)):
        assert isinstance(other, Deferred)
        with pytest.raises(TypeError, match="have no order"):
            assert param < other
        with pytest.raises(TypeError, match="have no order"):
            assert other < param
    with pytest.raises(TypeError, match="have no order"):
        assert Param(0, "integer") < Param(1, "integer")
