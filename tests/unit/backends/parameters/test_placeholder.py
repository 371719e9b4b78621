"""A placeholder says what its sort says, and nothing else: whatever asks for more is told so by an error."""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from qlause.backends.parameters.placeholder import (
    Made,
    NeedsValueError,
    Placeholder,
    is_known,
    made,
    made_in_order,
    sort_of,
)


def _matched(value: object) -> bool:
    match value:
        case str():
            return True
        case _:
            return False


@pytest.mark.parametrize(
    "ask",
    [
        _matched,
        *(str, repr, bytes, int, float, complex, bool, len, iter, list, abs, round, math.floor, math.trunc, sorted),
        *(operator.neg, operator.index, "{}".format, "%s".__mod__, reversed),
        lambda value: isinstance(value, str),
        lambda value: isinstance(value, (int, Decimal)),
        lambda value: value.__class__ is str,
        lambda value: value.partition("\0"),
        lambda value: "\0" in value,
        lambda value: value[:1],
        lambda value: f"{value}",
        lambda value: value == "x",
        lambda value: value != 1,
        lambda value: 1 < value,  # noqa: SIM300  # the placeholder is asked second
        lambda value: "x" + value,
        lambda value: value % 2,
        lambda value: value in ("x", 1),
        lambda value: 1 if value else 2,
    ],
)
def test_it_gives_no_answer(ask: Callable[[Any], Any]) -> None:
    for value in (Placeholder(0, "text"), Made(str.lower, (Placeholder(0, "text"),))):
        with pytest.raises(NeedsValueError):
            ask(value)


@pytest.mark.parametrize("ask", [json.dumps, "".join, re.compile("x").search, json.JSONEncoder().encode])
def test_what_does_not_ask_at_all_is_refused(ask: Callable[[Any], Any]) -> None:
    with pytest.raises((TypeError, NeedsValueError)):
        ask(Placeholder(0, "text"))


def test_those_of_one_group_know_their_order_and_no_others_do() -> None:
    less, greater = Placeholder(1, "integer", "group", 0), Placeholder(0, "integer", "group", 1)
    assert less < greater
    assert greater >= less
    assert less != greater
    assert less == less  # the same one
    assert min(greater, less) is less
    for other in (
        Placeholder(2, "integer", "another", 0),
        Placeholder(2, "integer"),
        Placeholder(2, "integer", "group", 0),
    ):
        with pytest.raises(NeedsValueError):
            assert less < other
        with pytest.raises(NeedsValueError):
            assert less == other


def test_what_is_made_in_order_stands_in_that_order() -> None:
    less, greater = Placeholder(0, "second", "group", 0), Placeholder(1, "second", "group", 1)
    first, second = made_in_order(str, less, 0), made_in_order(repr, less, 1)
    assert first < second < made_in_order(str, greater, 0)
    with pytest.raises(NeedsValueError):
        assert first < made(str, greater)
    assert made_in_order(str, 7) == "7"


def test_what_is_made_of_values_is_made_at_once() -> None:
    assert made(str.replace, "abc", "b", "x") == "axc"
    later: Any = made(str.replace, "abc", "b", Placeholder(0, "text"))
    assert not is_known(later)
    assert later.arguments[:2] == ("abc", "b")
    assert is_known("x")
    assert sort_of(Placeholder(0, "uuid")) == "uuid"
    assert sort_of(later) is None
    assert sort_of("uuid") is None
