"""A text at a limit is accepted, one over it is refused by that limit (rule 22)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qlause
from qlause import LimitExceededError, Limits

BIG = {"q_length": 10**6, "sort_length": 10**6, "fields_length": 10**6}

# A text of the given size, for each limit in all the forms that count towards it.
SIZED: dict[str, tuple[Callable[..., Any], Callable[[int], str]]] = {
    "q_length": (qlause.parse, lambda size: "a:1".ljust(size)),
    "sort_length": (qlause.parse_sort, lambda size: "a" * size),
    "fields_length": (qlause.parse_fields, lambda size: "a" * size),
    "depth": (qlause.parse, lambda size: "(" * size + "a:1" + ")" * size),
    "depth, NOT": (qlause.parse, lambda size: "NOT " * size + "a:1"),
    "depth, mixed": (
        qlause.parse,
        lambda size: ("NOT (" * size)[: size // 2 * 5] + "NOT " * (size % 2) + "a:1" + ")" * (size // 2),
    ),
    "depth, tests": (qlause.parse, lambda size: f"a:{'(' * size}1{')' * size}"),
    "depth, compound": (qlause.parse, lambda size: "compoundLogicalQuery:(" * size + "a:1" + ")" * size),
    "depth, empty": (qlause.parse, lambda size: "(" * size + ")" * size),
    "tests": (qlause.parse, lambda size: " ".join(["a:1"] * size)),
    "tests, OR": (qlause.parse, lambda size: " OR ".join(["a:(1,2,3)"] * size)),
    "tests, one field": (qlause.parse, lambda size: f"a:({' AND '.join(['>1'] * size)})"),
    "tests, contains": (qlause.parse, lambda size: f"a:~({','.join(['x'] * size)})"),
    "list_members": (qlause.parse, lambda size: f"a:({','.join(['1'] * size)})"),
    "list_members, OR": (qlause.parse, lambda size: f"a:({' OR '.join(['1'] * size)})"),
    "path_segments": (qlause.parse, lambda size: ".".join(["a"] * size) + ":1"),
    "path_segments, quoted": (qlause.parse, lambda size: ".".join(['"a.b"'] * size) + ":1"),
    "path_segments, sort": (qlause.parse_sort, lambda size: f"b,{'.'.join(['a'] * size)}:desc"),
    "path_segments, fields": (qlause.parse_fields, lambda size: ".".join(["a"] * size)),
    "contains_length": (qlause.parse, lambda size: f"a:~{'x' * size}"),
    "contains_length, quoted": (qlause.parse, lambda size: f'a:~^"{"é" * size}"$'),
    "contains_length, escaped": (qlause.parse, lambda size: f'a:~"{chr(92)}u00e9{"x" * (size - 1)}"'),
}
CODES = {
    "q_length": "limit_length",
    "sort_length": "limit_length",
    "fields_length": "limit_length",
    "depth": "limit_depth",
    "tests": "limit_tests",
    "list_members": "limit_list",
    "path_segments": "limit_path",
    "contains_length": "limit_contains",
}


@pytest.mark.parametrize("case", SIZED)
@given(size=st.integers(3, 40))
def test_the_largest_is_accepted_and_one_more_refused(case: str, size: int) -> None:
    parse, text = SIZED[case]
    name = case.partition(",")[0]
    limits = Limits(**{**BIG, name: size})
    found = parse(text(size), limits=limits)
    parse(text(size - 1), limits=limits)
    # What is accepted can be printed and parsed again, where no text is longer for it.
    if not name.endswith("length"):
        assert parse(str(found), limits=limits) == found
    with pytest.raises(LimitExceededError) as refused:
        parse(text(size + 1), limits=limits)
    error = refused.value
    assert error.code == CODES[name]
    assert error.offset is not None
    assert 0 <= error.offset <= error.offset + error.length <= size + 1 + len(error.text or "")
    assert f"{size:,}" in error.message


@pytest.mark.parametrize("case", SIZED)
def test_the_limits_that_hold_where_none_are_given(case: str) -> None:
    parse, text = SIZED[case]
    name = case.partition(",")[0]
    size = getattr(Limits(), name)
    if name == "list_members" and "OR" in case:
        size = 3_000  # ten thousand with OR between are longer than a query may be
        parse(text(size))
        return
    if name == "list_members":
        size = 8_000
        parse(text(size))
        return
    parse(text(size))
    with pytest.raises(LimitExceededError, match=f"{size:,}"):
        parse(text(size + 1))
